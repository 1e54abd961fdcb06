"""
The harness can fail: what the product rests on is taken away, and it complains. And `niangjia verify` sees what was done to a
finished deployment behind the product's back.
"""

import pytest

from tests.faults.harness import crash_until_found_out


def test_a_dispatch_without_transactions_is_found_out(yard):
    assert crash_until_found_out(
        yard,
        "dispatch",
        "small released",
        "small dispatched",
        points="sql",
        chunk=8,
        fault="dispatch_in_no_transaction",
    )


def test_files_written_under_their_own_name_are_found_out(yard):
    assert crash_until_found_out(
        yard, "land", "small landing", "small landed", points="files", fault="files_written_in_place"
    )


def test_a_deployment_that_nobody_touched_verifies(yard):
    """The control: a payment's month with a decision, and nothing to say."""
    assert yard.undisturbed("decided")["breaches"] == []


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        ("a_payment_line_is_deleted", "INV 7"),
        ("a_payment_is_raised", "INV 7"),
        ("a_transfer_is_deleted", "INV 5"),
        ("a_bank_file_is_altered", "INV 7"),
        ("a_bank_file_belongs_to_no_batch", "INV 7"),
        ("an_order_lies_at_a_union_that_is_not_there", "REFERENCES"),
        ("an_orders_history_loses_a_move", "INV 4"),
        ("a_case_is_deleted", "INV 3"),
        ("a_decisions_pack_has_an_unknown_hash", "DECISION"),
        ("a_decisions_pack_is_deleted", "REFERENCES"),
        ("a_decision_is_altered", "DECISION"),
        ("a_decisions_facts_are_altered", "DECISION"),
        ("an_alert_is_graded_anew", "LIST_RUN"),
        ("an_alert_is_deleted", "INV 2"),
        ("a_persons_account_is_anothers", "SEALS"),
        ("the_audits_end_is_cut", "AUDIT_CHAIN"),
        ("the_anchors_are_removed", "AUDIT_ANCHORS"),
        ("pages_of_the_database_are_zeroed", "DATABASE"),
        ("a_photo_is_altered", "FILE_SEAL"),
        ("a_photo_is_removed", "FILE_GONE"),
        ("two_photos_are_exchanged", "FILE_SEAL"),
        ("a_photo_loses_its_row", "FILE_ORPHAN"),
        ("a_photos_row_is_altered", "FILE_DIGEST"),
        ("a_visits_photo_belongs_to_no_visit", "VISIT_FILES"),
        ("a_lake_file_is_truncated", "LAKE_FILE"),
        ("a_lake_file_has_another_amount", "LAKE_FILE"),
        ("a_batch_is_taken_out_of_the_lake", "LAKE_GAP"),
        ("the_names_of_a_batch_are_removed", "LAKE_FILE"),
        ("a_batch_report_is_torn", "LAKE_REPORT"),
        ("a_runs_signals_are_replaced", "RUN_FILE"),
        ("a_runs_signals_are_anothers", "LIST_RUN"),
        ("a_runs_manifest_is_torn", "UNREADABLE"),
        ("a_run_is_removed", "LIST_RUN"),
    ],
)
def test_verify_tells(yard, damage, rule):
    breaches = yard.damaged("decided", damage)
    assert any(breach.startswith(f"{rule} ") for breach in breaches), breaches
