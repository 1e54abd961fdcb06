"""What happens becomes messages to those it waits for, once, and to nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.types import Role
from niangjia.apps.audit import actions as chain
from niangjia.apps.audit import queries as audit
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases.models import Case
from niangjia.apps.cases.tests import desk as desks
from niangjia.apps.cases.types import Outcome
from niangjia.apps.messages import actions as messages
from niangjia.apps.messages import queries
from niangjia.apps.messages.models import Heard, Message
from niangjia.apps.messages.problems import NoSuchMessage
from niangjia.apps.messages.types import Telling
from niangjia.apps.programs.tests import town
from niangjia.apps.workorders import actions as workorders
from niangjia.jobs import tell
from niangjia.jobs.tests.outbox import hear_from_now_on, kinds_of, told

pytestmark = pytest.mark.django_db
NOW = town.NOW


@pytest.fixture
def desk():
    built = desks.build_desk()
    hear_from_now_on()
    return built


def hear(now=NOW) -> int:
    return tell.tell(now=now)


def test_a_dispatch_is_one_message_to_each_of_the_union_with_its_count(desk):
    desk.list_month(desk.homes(12))
    desk.dispatch()
    hear()
    for viewer in (desk.town.county, desk.town.county_second, desk.town.county_third):
        [message] = told(viewer)
        assert (message.kind, message.params["count"], message.path) == (
            "order_arrived", 12, "/desk/orders/?state=CREATED",
        )  # fmt: skip
    assert Message.objects.count() == 3  # not the city that sent it, nor any other union


def test_messages_that_believe_to_have_told_what_has_not_happened_yet_are_found(desk):
    hear()
    assert queries.verify() == []
    Heard.objects.update(seq=F("seq") + 5)
    assert [one.rule for one in queries.verify()] == ["MESSAGE_HEARD"]


def test_a_single_order_leads_to_itself(desk):
    case = desk.opened()
    hear()
    [message] = told(desk.town.county)
    assert message.path == f"/desk/orders/{case.work_order_id}/" and message.params == {"count": 1}


def test_a_dispatch_that_is_read_in_the_middle_still_ends_as_one_message(desk, monkeypatch):
    desk.list_month(desk.homes(9))
    desk.dispatch()
    monkeypatch.setattr(tell, "READ", 7)
    hear()
    [message] = told(desk.town.county)
    assert message.params == {"count": 9} and message.path == "/desk/orders/?state=CREATED"


def test_telling_again_tells_nothing(desk):
    desk.opened()
    hear()
    before = list(Message.objects.values_list("pk", flat=True))
    assert hear() == 0
    assert list(Message.objects.values_list("pk", flat=True)) == before


def test_of_two_workers_who_read_the_same_one_writes(desk):
    desk.opened()
    after, head = queries.told_up_to(), audit.last_seq()
    one = Telling(desk.town.county.account_id, "review_waits", "x:1", "o", "/desk/", NOW, {"number": "GD202311000001"})
    assert messages.tell(tellings=[one], after=after, up_to=head, now=NOW)
    assert not messages.tell(tellings=[one], after=after, up_to=head, now=NOW)
    assert Message.objects.count() == 1


def test_a_value_that_no_message_may_hold_is_refused_and_nothing_is_written(desk):
    after = queries.told_up_to()
    for number in ("王小明", "13800000001", "330624198001010013"):
        one = Telling(desk.town.county.account_id, "review_waits", "x:1", "o", "/desk/", NOW, {"number": number})
        with pytest.raises(queries.ValueRefused):
            messages.tell(tellings=[one], after=after, up_to=after + 1, now=NOW)
    assert Message.objects.count() == 0 and queries.told_up_to() == after


def test_an_event_that_cannot_be_told_keeps_no_other_from_being_told_and_is_logged_without_its_value(desk, caplog):
    for number in ("王小明", "GD202311000001"):
        chain.record(
            None, action="workorders.submit", object="workorder:1",
            detail={"org": desk.town.county.org_id, "number": number}, now=NOW,
        )  # fmt: skip
    hear()
    assert [message.params["number"] for message in told(desk.town.county)] == ["GD202311000001"]
    assert "review_waits about workorder:1" in caplog.text and "王小明" not in caplog.text


def test_a_crash_while_telling_leaves_neither_messages_nor_that_they_were_told(desk, monkeypatch):
    desk.opened()
    after = queries.told_up_to()
    monkeypatch.setattr("niangjia.apps.messages.actions.telling._going_out", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        hear()
    assert Message.objects.count() == 0 and queries.told_up_to() == after
    monkeypatch.undo()
    hear()
    assert len(told(desk.town.county)) == 1


def test_the_way_of_an_order_to_its_review(desk):
    case = desk.opened()
    desk.hand_down(case)
    hear()
    assert kinds_of(desk.town.township) == ["order_arrived"]
    assert kinds_of(desk.town.grassroots_second) == ["order_arrived"]
    assert "order_assigned" not in kinds_of(desk.town.grassroots)  # who assigns to themselves knows it
    desk.visit(case)
    desk.submit(case, Outcome.V1)
    hear()
    assert kinds_of(desk.town.county_second)[-1] == "review_waits"
    assert told(desk.town.county_second)[-1].params["number"].startswith("GD")
    cases.return_finding(viewer=desk.town.county, case_id=case.pk, reason="收入凭证不全", now=NOW)
    hear()
    assert kinds_of(desk.town.grassroots)[-1] == "finding_returned"
    assert "finding_returned" not in kinds_of(desk.town.grassroots_second)
    assert kinds_of(desk.town.other_county) == []


def test_who_is_assigned_is_told_with_the_number(desk):
    case = desk.opened()
    desk.hand_down(case)
    second = desk.town.grassroots_second
    hear()
    workorders.assign(
        viewer=desk.town.grassroots, order_id=case.work_order_id,
        assignee=desks._verifier(second), now=NOW + timedelta(minutes=1),
    )  # fmt: skip
    hear()
    message = told(second)[-1]
    assert message.kind == "order_assigned" and message.path == f"/desk/orders/{case.work_order_id}/"


def test_a_handed_back_order_is_told_to_the_union_it_comes_back_to(desk):
    other = desk.opened()
    for holder in (desk.town.county, desk.town.township):
        workorders.accept(viewer=holder, order_id=other.work_order_id, now=NOW)
        target = next(
            one for one in desks.orders.list_forward_candidates(holder, other.work_order_id) if one.is_suggested
        )
        workorders.forward(viewer=holder, order_id=other.work_order_id, to_org_id=target.org_id, now=NOW)
    hear()
    workorders.hand_back(viewer=desk.town.grassroots, order_id=other.work_order_id, reason="不在本单位", now=NOW)
    hear()
    assert kinds_of(desk.town.township)[-1] == "order_handed_back"


def test_reminders_and_escalations_are_told_once_to_keeper_and_the_union_above(desk):
    desk.list_month(desk.homes(5))
    desk.dispatch()
    hear()
    later = NOW + timedelta(days=40)
    workorders.sweep(now=later)
    hear(later)
    county = told(desk.town.county)[-1]
    assert (county.kind, county.params) == ("order_overdue", {"count": 5})
    assert (told(desk.town.city)[-1].kind, told(desk.town.city)[-1].params) == ("order_escalated", {"count": 5})
    workorders.sweep(now=later)
    count = Message.objects.count()
    hear(later)
    assert Message.objects.count() == count


def test_whoever_has_an_order_in_hand_hears_that_a_union_above_asks_for_it(desk):
    case = desk.opened()
    desk.hand_down(case)
    hear()
    workorders.urge(viewer=desk.town.city, order_id=case.work_order_id, now=NOW + timedelta(hours=1))
    hear()
    assert kinds_of(desk.town.grassroots)[-1] == "order_urged" and "order_urged" not in kinds_of(desk.town.county)


def test_a_finding_that_waits_for_review_too_long_is_told_to_who_reviews_it_not_to_who_visited(desk):
    case = desk.opened()
    desk.hand_down(case)
    desk.visit(case)
    desk.submit(case)
    hear()
    before = kinds_of(desk.town.grassroots)
    workorders.sweep(now=NOW + timedelta(days=40))
    hear(NOW + timedelta(days=40))
    assert kinds_of(desk.town.county)[-1] == "order_overdue" and kinds_of(desk.town.grassroots) == before


def test_what_a_colleague_has_done_meanwhile_waits_in_nobodys_inbox(desk):
    case = desk.opened()
    desk.hand_down(case)
    desk.visit(case)
    desk.submit(case)
    hear(desk.now)
    waiting = [told(viewer)[-1] for viewer in (desk.town.county, desk.town.county_second)]
    assert {(one.kind, one.read_at) for one in waiting} == {("review_waits", None)}
    desk.now += timedelta(hours=1)
    cases.return_finding(viewer=desk.town.county, case_id=case.pk, reason="补材料", now=desk.now)
    hear(desk.now)
    for one in waiting:
        one.refresh_from_db()
        assert one.read_at == desk.now
    assert told(desk.town.grassroots)[-1].kind == "finding_returned" and told(desk.town.grassroots)[-1].read_at is None
    returned = told(desk.town.grassroots)[-1]
    desk.now += timedelta(hours=1)
    desk.submit(case)
    hear(desk.now)
    returned.refresh_from_db()
    assert returned.read_at == desk.now
    fresh = told(desk.town.county)[-1]
    assert fresh.kind == "review_waits" and fresh.read_at is None, "the second finding waits again"


def test_the_worker_hears_of_the_decision_and_the_notice_and_nothing_else(desk):
    case = desk.opened(size=3)
    desk.hand_down(case)
    desk.visit(case)
    desk.submit(case, Outcome.V1)
    person_id = desk.members(case.household_id)[0]
    Case.objects.filter(pk=case.pk).update(person_id=person_id)
    worker = town.appoint("worker", desk.town["XG"], Role.WORKER, person_id=person_id)
    stranger = town.appoint(
        "stranger", desk.town["XG"], Role.WORKER, person_id=desk.members(desk.homes(1, start=60)[0])[0]
    )
    desk.accept(case)
    hear()
    assert kinds_of(worker) == ["decision_made"] and told(worker)[0].path == "/mine/"
    assert kinds_of(stranger) == []


def test_a_stand_in_is_told_from_when(desk):
    today = NOW.date()
    accounts.hand_over(
        viewer=desk.town.county, account_id=desk.town.county_second.account_id, starts_on=today,
        last_on=today + timedelta(days=3), now=NOW,
    )  # fmt: skip
    hear()
    [message] = told(desk.town.county_second)
    assert (message.kind, message.params["day"]) == ("standing_in", today.isoformat())
    assert told(desk.town.county) == []


def test_who_stands_in_hears_what_the_post_hears(desk):
    today = NOW.date()
    accounts.hand_over(
        viewer=desk.town.township, account_id=_colleague(desk).account_id, starts_on=today, last_on=today, now=NOW
    )
    case = desk.opened()
    desk.hand_down(case)
    hear()
    assert kinds_of(_colleague(desk)).count("order_arrived") == 1


def _colleague(desk):
    if not hasattr(desk, "colleague"):
        desk.colleague = town.appoint("colleague", desk.town["XT"], Role.TOWNSHIP)
    return desk.colleague


def test_a_new_device_is_told_the_first_one_and_a_known_one_are_not(desk):
    county = desk.town.county
    for device in ("Windows · Edge", "Windows · Edge", "iPhone · Safari", "iPhone · Safari"):
        accounts.begin_sitting(account_id=county.account_id, device=device, address="", now=NOW)
    hear()
    assert kinds_of(county) == ["new_device"]


def test_a_recovery_code_is_told_a_code_of_the_app_is_not(desk):
    county = desk.town.county
    for by in ("totp", "recovery"):
        chain.record(
            None, action="accounts.second_factor", object=f"account:{county.account_id}", detail={"by": by}, now=NOW
        )
    hear()
    assert kinds_of(county) == ["recovery_used"]


def test_nobody_reads_or_marks_anothers(desk):
    desk.opened()
    hear()
    [mine] = told(desk.town.county)
    assert [row.pk for row in queries.list_messages(desk.town.county)] == [mine.pk]
    assert list(queries.list_messages(desk.town.other_county)) == []
    with pytest.raises(NoSuchMessage):
        messages.mark_read(viewer=desk.town.other_county, message_id=mine.pk, now=NOW)
    messages.mark_all_read(viewer=desk.town.other_county, up_to=mine.pk, now=NOW)
    assert queries.count_unread(desk.town.county) == 1
    messages.mark_all_read(viewer=desk.town.county, up_to=mine.pk, now=NOW)
    assert queries.count_unread(desk.town.county) == 0


def test_what_comes_after_the_page_was_seen_stays_unread(desk):
    desk.opened()
    hear()
    [seen] = told(desk.town.county)
    desk.now = NOW + timedelta(days=30)
    desk.opened(start=30, month=desks.OCTOBER.next())
    hear()
    assert messages.mark_all_read(viewer=desk.town.county, up_to=seen.pk, now=NOW) == 1
    assert queries.count_unread(desk.town.county) == 1
