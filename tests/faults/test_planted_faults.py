"""The harness can fail: what the product rests on is taken away, and it complains."""

import pytest

from tests.faults.harness import crash_until_found_out

pytestmark = pytest.mark.xdist_group("faults")


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
