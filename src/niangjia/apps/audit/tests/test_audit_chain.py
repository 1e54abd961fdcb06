import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit import actions, queries, triggers
from niangjia.apps.audit.models import AuditEvent, AuditHead
from niangjia.apps.audit.types import Break, Entry

NOW = datetime(2025, 3, 3, 1, 2, 3, 456789, tzinfo=UTC)
OFFICER = Viewer(account_id=7, post_id=8, name="王", role=Role.COUNTY, org_id=2, org_path="000000001/000000002/")
LENGTH = 200

pytestmark = pytest.mark.django_db


def write(count: int) -> None:
    actions.record_many(
        OFFICER,
        entries=[
            Entry("cases.approve", f"case:{number}", {"tier": "G1", "amount": "500.00"}, "符合条件")
            for number in range(count)
        ],
        now=NOW,
    )


def test_events_are_numbered_without_gaps_and_chained():
    assert actions.record(None, action="alerts.receive_run", object="run:1", detail={"rows": 3}, now=NOW) == 1
    assert actions.record(OFFICER, action="cases.approve", object="case:1", reason="符合条件", now=NOW) == 2
    first, second = AuditEvent.objects.all()
    assert second.previous_hash == first.hash and first.previous_hash == actions.GENESIS
    assert (second.account_id, second.post_id, second.org_path) == (7, 8, OFFICER.org_path)
    assert first.account_id is None and first.detail == {"rows": 3}
    assert queries.verify_chain().is_whole


def test_an_empty_chain_is_whole():
    assert queries.verify_chain().event_count == 0 and queries.verify_chain().is_whole


def test_many_events_are_one_number_after_another():
    write(1200)
    write(3)
    report = queries.verify_chain()
    assert report.is_whole and report.event_count == 1203
    assert list(AuditEvent.objects.values_list("seq", flat=True)) == list(range(1, 1204))
    assert actions.record_many(OFFICER, entries=[], now=NOW) == 1203


def test_a_refused_change_leaves_no_event_and_no_gap():
    write(2)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write(3)
        raise ZeroDivisionError
    write(1)
    assert queries.verify_chain().event_count == 3 and queries.verify_chain().is_whole


@pytest.mark.parametrize(
    "detail, reason",
    [
        ({"who": "11010519491231002X"}, ""),
        ({"who": "130503670401001"}, ""),
        ({"deep": [{"phone": "13812345678"}]}, ""),
        ({"phone": 13812345678}, ""),
        ({"card": "6222021234567890123"}, ""),
        ({}, "家属电话13812345678要求查看"),
        ({}, "身份证 11010519491231002x 核对"),
    ],
)
def test_numbers_of_persons_never_enter(detail, reason):
    with pytest.raises(actions.PersonalDataInAudit):
        actions.record(OFFICER, action="cases.approve", object="case:1", detail=detail, reason=reason, now=NOW)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "detail",
    [
        {"batch": "000012-household-2025-01-0123456789ab"},
        {"hash": "a3" * 32},
        {"pseudonym": "13812345678abcdef0123456789abcde"},
        {"amount": "127500.00", "rows": 10_000_000},
        {"uscc": "91330624MA2BE12345"},
        {"order": "330624-2025-000123"},
        {"area": "330624001000"},
    ],
)
def test_codes_hashes_and_amounts_may_enter(detail):
    actions.record(OFFICER, action="cases.approve", object="case:1", detail=detail, now=NOW)
    assert AuditEvent.objects.get().detail == detail


@pytest.mark.parametrize(
    "change", ["UPDATE audit_auditevent SET reason = 'x' WHERE seq = 1", "DELETE FROM audit_auditevent WHERE seq = 1"]
)
def test_the_database_itself_refuses_to_edit_or_delete(change):
    write(2)
    triggers.install(connection)
    with pytest.raises(DatabaseError, match="never"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    actions.record(None, action="audit.still_writes", object="audit", now=NOW)
    assert queries.verify_chain().event_count == 3
    triggers.remove(connection)


# Attacks by someone who may do anything in the database (the triggers are off) but not reach the anchors.


def edit(seq):
    AuditEvent.objects.filter(seq=seq).update(reason="不符合条件")


def edit_and_recompute(seq):
    event = AuditEvent.objects.get(seq=seq)
    event.reason = "不符合条件"
    AuditEvent.objects.filter(seq=seq).update(reason=event.reason, hash=actions.hash_of(event))


def delete(seq):
    AuditEvent.objects.filter(seq=seq).delete()


def delete_and_renumber(seq):
    delete(seq)
    for later in AuditEvent.objects.filter(seq__gt=seq).order_by("seq")[:1]:
        AuditEvent.objects.filter(seq=later.seq).update(seq=seq)


def insert(seq):
    forged = AuditEvent.objects.get(seq=seq)
    previous = forged.previous_hash
    connection.cursor().execute("UPDATE audit_auditevent SET seq = -seq - 1 WHERE seq >= %s", [seq])
    connection.cursor().execute("UPDATE audit_auditevent SET seq = -seq WHERE seq < 0")
    forged.object, forged.previous_hash = "case:999999", previous
    forged.hash = actions.hash_of(forged)
    forged.save(force_insert=True)


def reorder(seq):
    other = seq + 1 if seq < LENGTH else seq - 1
    for number, target in ((seq, -1), (other, seq), (-1, other)):
        AuditEvent.objects.filter(seq=number).update(seq=target)


def truncate(seq):
    AuditEvent.objects.filter(seq__gte=seq).delete()


@pytest.mark.parametrize("attack", [edit, edit_and_recompute, delete, delete_and_renumber, insert, reorder, truncate])
def test_every_attack_on_every_event_shows(attack):
    write(LENGTH)
    for seq in range(1, LENGTH + 1):
        point = transaction.savepoint()
        attack(seq)
        report = queries.verify_chain()
        assert not report.is_whole, (attack.__name__, seq)
        assert abs(report.broken_seq - seq) <= 1, (attack.__name__, seq, report)
        transaction.savepoint_rollback(point)
    assert queries.verify_chain().is_whole


@pytest.mark.parametrize(
    "attack, kind, at",
    [
        (edit, Break.EDITED, 100),
        (delete, Break.MISSING, 100),
        (reorder, Break.REORDERED, 100),
        (truncate, Break.TAIL_CUT, 100),
    ],
)
def test_the_report_names_the_first_broken_number_and_the_kind(attack, kind, at):
    write(LENGTH)
    attack(at)
    report = queries.verify_chain()
    assert (report.kind, report.broken_seq) == (kind, at)


def test_a_tail_cut_with_the_head_moved_back_shows_against_the_anchor(tmp_path):
    file = tmp_path / "audit-anchors.jsonl"
    write(50)
    assert actions.anchor(file=file, now=NOW) == 50
    for seq in range(1, 51):
        point = transaction.savepoint()
        truncate(seq)
        last = AuditEvent.objects.order_by("-seq").first()
        AuditHead.objects.update(seq=last.seq if last else 0, hash=last.hash if last else actions.GENESIS)
        assert queries.verify_chain().is_whole  # nothing inside the database can tell
        report = queries.verify_chain(file)
        assert (report.kind, report.broken_seq) == (Break.TAIL_CUT, seq)
        transaction.savepoint_rollback(point)
    assert queries.verify_chain(file).anchor_count == 1


def test_a_chain_rewritten_whole_shows_against_the_anchor(tmp_path):
    file = tmp_path / "audit-anchors.jsonl"
    write(30)
    actions.anchor(file=file, now=NOW)
    AuditEvent.objects.all().delete()
    AuditHead.objects.all().delete()
    write(29)
    actions.record(None, action="forged", object="case:1", now=NOW)
    assert queries.verify_chain().is_whole
    report = queries.verify_chain(file)
    assert (report.kind, report.broken_seq) == (Break.REWRITTEN, 30)


def test_a_lost_head_shows():
    write(5)
    AuditHead.objects.all().delete()
    assert not queries.verify_chain().is_whole


def test_anchors_are_written_once_and_survive_a_torn_line(tmp_path):
    file = tmp_path / "audit-anchors.jsonl"
    assert actions.anchor(file=file, now=NOW) == 0 and not file.exists()
    write(3)
    actions.anchor(file=file, now=NOW)
    actions.anchor(file=file, now=NOW + timedelta(hours=1))
    assert len(file.read_text().splitlines()) == 1
    with file.open("a") as stream:
        stream.write('\n{"seq": 4, "ha')
    write(2)
    actions.anchor(file=file, now=NOW)
    assert [anchor["seq"] for anchor in actions.read_anchors(file)] == [3, 5]
    assert queries.verify_chain(file).anchor_count == 2
    assert json.loads(file.read_text().splitlines()[0])["seq"] == 3


def test_ten_thousand_events_are_written_in_one_go():
    write(10_000)
    assert queries.verify_chain().event_count == 10_000


def test_an_auditor_sees_what_was_done_below_and_only_the_root_what_the_system_did():
    elsewhere = Viewer(account_id=9, post_id=9, name="李", role=Role.COUNTY, org_id=3, org_path="000000001/000000003/")
    auditor = Viewer(account_id=1, post_id=1, name="审", role=Role.AUDITOR, org_id=2, org_path="000000001/000000002/")
    root = Viewer(account_id=1, post_id=1, name="审", role=Role.AUDITOR, org_id=1, org_path="000000001/")
    actions.record(OFFICER, action="cases.approve", object="case:1", now=NOW)
    actions.record(elsewhere, action="cases.approve", object="case:2", now=NOW)
    actions.record(None, action="registry.reseal", object="registry", now=NOW)
    assert [event.object for event in queries.list_events(auditor)] == ["case:1"]
    assert [event.seq for event in queries.list_events(root)] == [3, 2, 1]
    assert [event.seq for event in queries.list_events(root, action="cases.", before_seq=2)] == [1]
    assert [event.seq for event in queries.list_about("case:2")] == [2]


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_moment_keep_the_chain_whole():
    problems = []

    def work(number):
        try:
            for step in range(15):
                with transaction.atomic():
                    actions.record(OFFICER, action="cases.approve", object=f"case:{number}-{step}", now=NOW)
        except Exception as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    report = queries.verify_chain()
    assert report.is_whole and report.event_count == 90


def test_a_rooms_events_are_counted_as_they_are_listed_and_no_further_than_asked():
    write(3)
    for action in ("funds.pay", "funds.approve", "fundsx.pay", "fund.pay"):
        actions.record(None, action=action, object="batch:1", now=NOW)
    viewer = Viewer(account_id=1, post_id=1, name="审", role=Role.AUDITOR, org_id=1, org_path="000000001/")
    listed = [event.action for event in queries.list_events(viewer, action="funds.")]
    assert sorted(listed) == ["funds.approve", "funds.pay"]
    assert queries.count_events(viewer, most=10, action="funds.") == 2
    assert queries.count_events(viewer, most=1, action="funds.") == 2, "one more than asked: there are more"
    assert queries.count_events(viewer, most=10, action="funds.pay") == 1
