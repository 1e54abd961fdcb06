"""A draft is changed in all that it says; what is published in what nobody booked by, on record, and who booked is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.bookings import actions, problems, queries
from niangjia.apps.bookings.models import Offer
from niangjia.apps.bookings.tests.fair import NOW, Fair, build
from niangjia.apps.bookings.types import Giving, TeacherFacts
from niangjia.apps.messages import queries as inbox
from niangjia.jobs import tell

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)


@pytest.fixture
def fair(db) -> Fair:
    return build()


def change(fair: Fair, offer: int, *, now=NOW, viewer=None, **told) -> bool:
    facts = replace(queries.get_offer(fair.county, offer).facts(), **told)
    return actions.change_offer(viewer=viewer or fair.county, offer_id=offer, facts=facts, now=now)


def test_a_draft_changes_in_all_that_it_says(fair):
    offer = fair.offer(2, is_open=False, kind="recuperation")
    actions.set_extras(viewer=fair.county, offer_id=offer, extras={"health_check": Decimal(1)}, now=NOW)
    told = {"kind": "course", "giving": Giving.DRAW, "most_companions": 3, "opens_at": NOW + DAYS, "closes_at": NOW + 2 * DAYS, "unit_cost": Decimal("9.50")}  # fmt: skip
    assert change(fair, offer, title=" 夜校 ", **told) and not change(fair, offer, title="夜校", **told)
    card = queries.get_offer(fair.county, offer)
    assert {name: getattr(card, name) for name in told} == told and card.title == "夜校" and not card.extras


def test_what_is_published_changes_in_what_nobody_booked_by_with_before_and_after_on_record(fair):
    offer = fair.offer(2)
    teacher = actions.name_teacher(
        viewer=fair.county, facts=TeacherFacts("例讲师", fair.county.org_id), key="t", now=NOW
    )
    assert change(fair, offer, title="体检车", note="带身份证", teacher_id=teacher, closes_at=NOW + 9 * DAYS)
    detail = AuditEvent.objects.get(action="bookings.change").detail
    assert detail["before"]["title"] == "流动体检" and detail["after"]["title"] == "体检车"
    assert set(detail["before"]) == {"title", "note", "teacher_id", "closes_at"}


@pytest.mark.parametrize(
    "told", [{"kind": "course"}, {"giving": Giving.DRAW}, {"most_companions": 2}, {"opens_at": NOW - DAYS}, {"closes_at": NOW + DAYS}]
)  # fmt: skip
def test_what_people_booked_by_stays_once_it_is_published(fair, told):
    offer = fair.offer(2)
    with pytest.raises(problems.IsBookedByThat):
        change(fair, offer, title="另一个", **told)
    assert Offer.objects.get().title == "流动体检"


def test_booking_for_a_draw_is_not_opened_again_once_it_is_over(fair):
    offer = fair.offer(2, giving=Giving.DRAW)
    assert change(fair, offer, closes_at=NOW + 8 * DAYS)
    with pytest.raises(problems.IsBookedByThat):
        change(fair, offer, closes_at=NOW + 12 * DAYS, now=NOW + 9 * DAYS)


def test_who_booked_is_told_and_who_took_it_back_is_not(fair):
    offer = fair.offer(2)
    fair.ask(offer, 0)
    actions.cancel(viewer=fair.workers[1], booking_id=fair.ask(offer, 1), now=NOW)
    change(fair, offer, title="体检车")
    tell.tell(now=NOW)
    told = [len([one for one in inbox.list_messages(who) if one.kind == "booking_changed"]) for who in fair.workers[:3]]
    assert told == [1, 0, 0]


def test_an_offer_is_changed_by_its_own_part_of_the_tree_and_not_when_it_was_called_off(fair):
    offer = fair.offer(2)
    for viewer, refusal in (
        (fair.other, problems.NoSuchOffer),
        (fair.town, problems.NoSuchOffer),
        (fair.workers[0], NotAllowed),
    ):
        with pytest.raises(refusal):
            change(fair, offer, viewer=viewer, title="另一个")
    actions.call_off(viewer=fair.county, offer_id=offer, reason="车坏了", now=NOW)
    with pytest.raises(problems.NotPossibleNow):
        change(fair, offer, title="另一个")
