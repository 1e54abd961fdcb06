"""The public notice of an application: what it shows, when it is over, who may object, and that money waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import problems, queries
from niangjia.apps.matters.models import Grant, PublicNotice
from niangjia.apps.matters.tests.room import STAGES, Place, build
from niangjia.apps.matters.types import MatterCard, MatterState, ObjectionAbout
from niangjia.apps.objections import actions as objections
from niangjia.apps.objections.problems import GrievanceOpen, GrievanceUpheld, NoticeIsDown
from niangjia.apps.organizations import calendar
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry.types import Purpose

S = MatterState
ANNOUNCED = STAGES.replace("approved: payment", "approved: shown").replace(
    "  - {id: payment",
    "  - {id: shown, title: {zh: 公示, en: notice}, role: county, level: county, kind: notice, outcomes: {quiet: payment, objection: approval}}\n  - {id: payment",
)
NOTICE = "notice: {working_days: 3, shows: [masked-name, union], objection_days: 7}\n"


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Place]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(tmp_path_factory.mktemp("programs"), stages=ANNOUNCED + NOTICE)
        transaction.set_rollback(True)


@pytest.fixture
def up(built: Place, db) -> tuple[Place, MatterCard]:
    place = built.fork()
    place.budget()
    return place, place.act(place.town.county, place.checked(), "approved")


def over(place: Place) -> Place:
    """The day after the last one of its three working days."""
    place.now += calendar.add_working_days(place.now.date(), 3) - place.now.date() + timedelta(days=1)
    return place


def from_the_public(notice_id: int, place: Place):
    return matters.object_to_notice(
        notice_id=notice_id, words="他已离职", contact="", now=place.now, address="10.0.0.1"
    )


def answered(place: Place, objection_id: int, *, is_upheld: bool, viewer: Viewer | None = None) -> None:
    matters.answer_objection(
        viewer=viewer or place.town.county_third,
        objection_id=objection_id,
        is_upheld=is_upheld,
        words="已核实",
        now=place.now,
    )


def test_it_is_put_up_with_what_the_text_shows_and_nothing_else(up):
    place, card = up
    (notice,) = queries.list_live_notices(today=place.now.date())
    assert (notice.masked_name, notice.unit, notice.tier, notice.amount) == ("王**", place.town["XG"].name, "", None)
    assert (notice.title_zh, notice.starts_on) == ("试行帮扶", place.now.date())
    assert not Grant.objects.exists(), "money waits"
    details = queries.get_details(place.worker, card.id, now=place.now)
    assert details.notice is not None and details.may_object is not None
    assert details.may_object.about is ObjectionAbout.NOTICE and details.may_object.last_day == details.notice.last_day


def test_whoever_withdrew_their_consent_stands_there_without_a_name(up):
    place, card = up
    registry.withdraw_consent(viewer=place.worker, person_id=place.person_id, purpose=Purpose.NOTICE, now=place.now)
    place.act(place.town.county_third, card, "objection", reason="重新公示")
    place.act(place.town.county_second, card, "approved")
    (notice,) = queries.list_live_notices(today=place.now.date())
    assert notice.masked_name == "某某"


def test_money_is_set_aside_only_after_its_last_day(up):
    place, card = up
    place.now += calendar.add_working_days(place.now.date(), 3) - place.now.date()
    assert queries.list_live_notices(today=place.now.date())
    with pytest.raises(problems.NoticeIsUp):
        place.act(place.town.county, card, "quiet")
    place.now += timedelta(days=1)
    assert not queries.list_live_notices(today=place.now.date()), "it took itself down"
    assert place.act(place.town.county, card, "quiet").state is S.TO_PAY
    assert Grant.objects.count() == 1 and queries.verify() == []


def test_anyone_objects_while_it_is_up_and_follows_it_by_a_receipt(up):
    place, _ = up
    notice_id = PublicNotice.objects.get().pk
    raised = from_the_public(notice_id, place)
    status = objections.follow_objection(receipt=raised.receipt, address="10.0.0.2", now=place.now)
    assert status.state == "OPEN"
    with pytest.raises(NoticeIsDown):
        from_the_public(notice_id, over(place))


def test_an_objection_that_waits_or_was_upheld_stands_in_the_way(up):
    place, card = up
    raised = from_the_public(PublicNotice.objects.get().pk, place)
    over(place)
    with pytest.raises(GrievanceOpen):
        place.act(place.town.county, card, "quiet")
    answered(place, raised.id, is_upheld=True)
    with pytest.raises(GrievanceUpheld):
        place.act(place.town.county, card, "quiet")
    back = place.act(place.town.county, card, "objection", reason="重新核对")
    assert back.stage == "approval" and PublicNotice.objects.get().withdrawn_at is not None
    assert queries.verify() == []


def test_an_objection_that_waits_stands_in_the_way_of_the_next_notice_too(up):
    place, card = up
    raised = from_the_public(PublicNotice.objects.get().pk, place)
    place.act(place.town.county_third, card, "objection", reason="重新公示")
    place.act(place.town.county_second, card, "approved")
    over(place)
    with pytest.raises(GrievanceOpen):
        place.act(place.town.county, card, "quiet")
    answered(place, raised.id, is_upheld=False, viewer=place.town.city)
    assert place.act(place.town.county, card, "quiet").state is S.TO_PAY


def test_what_was_upheld_and_put_right_does_not_stand_in_the_way_of_the_next_notice(up):
    place, card = up
    raised = from_the_public(PublicNotice.objects.get().pk, place)
    answered(place, raised.id, is_upheld=True)
    place.act(place.town.county, card, "objection", reason="重新核对")
    place.act(place.town.county_second, card, "approved")
    over(place)
    assert place.act(place.town.county, card, "quiet").state is S.TO_PAY


def test_one_that_was_rejected_does_not(up):
    place, card = up
    raised = from_the_public(PublicNotice.objects.get().pk, place)
    answered(place, raised.id, is_upheld=False)
    over(place)
    assert place.act(place.town.county, card, "quiet").state is S.TO_PAY


def test_withdrawn_by_the_worker_it_comes_down_at_once(up):
    place, card = up
    matters.withdraw(viewer=place.worker, matter_id=card.id, now=place.now)
    assert not queries.list_live_notices(today=place.now.date())
    assert queries.verify() == []


def test_the_texts_own_days_to_object_count(up):
    place, card = up
    decided = place.now
    over(place)
    place.act(place.town.county, card, "quiet")
    may = queries.get_objectable(place.worker, card.id, now=place.now).may
    assert (may.about, may.last_day) == (ObjectionAbout.DECISION, decided.date() + timedelta(days=7))


def test_verify_finds_money_that_did_not_wait(up):
    place, card = up
    over(place)
    place.act(place.town.county, card, "quiet")
    Grant.objects.update(granted_at=place.now - timedelta(days=3))
    assert "MATTER 6" in [one.rule for one in queries.verify()]
