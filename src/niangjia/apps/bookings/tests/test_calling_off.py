"""What was held stays; one time is called off alone, with a reason; no time is published that nobody could have a seat in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.bookings import actions, problems, queries
from niangjia.apps.bookings.models import Booking, Offer, Slot
from niangjia.apps.bookings.tests.fair import DAY, HALF_HOUR, NOW, Fair, build
from niangjia.apps.bookings.types import Giving, SlotFacts
from niangjia.apps.messages import queries as inbox
from niangjia.jobs import tell

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)


@pytest.fixture
def fair(db) -> Fair:
    return build()


def call_off(fair: Fair, offer: int, *, reason: str = "台风", now=NOW) -> None:
    actions.call_off(viewer=fair.county, offer_id=offer, reason=reason, now=now)


def states(offer: int) -> list[str]:
    return list(Booking.objects.filter(offer_id=offer).order_by("pk").values_list("state", flat=True))


def slots_of(offer: int) -> list[Slot]:
    return list(Slot.objects.filter(offer_id=offer).order_by("begins"))


def sound() -> bool:
    assert list(queries.verify(now=NOW)) == []
    return True


# --- the whole of it ---


def test_what_somebody_came_to_or_what_is_over_is_called_off_no_more(fair):
    attended, over = fair.offer(2, 2), fair.offer(1)
    code = queries.get_booking(fair.county, fair.ask(attended, 0)).code
    actions.check_in(viewer=fair.county, code=code, now=DAY)
    for offer, now in ((attended, DAY), (over, DAY + HALF_HOUR)):
        with pytest.raises(problems.WasHeld) as refused:
            call_off(fair, offer, now=now)
        assert "不能取消" in refused.value.zh and "cannot be called off" in refused.value.en
    assert set(Offer.objects.values_list("state", flat=True)) == {"OPEN"}


def test_what_is_published_is_called_off_with_a_reason_and_a_draft_without(fair):
    published, draft = fair.offer(1), fair.offer(1, is_open=False)
    with pytest.raises(problems.NoReason):
        call_off(fair, published, reason=" ")
    call_off(fair, draft, reason="")
    assert list(Offer.objects.order_by("pk").values_list("state", flat=True)) == ["OPEN", "CANCELLED"]


# --- one time of it ---


def test_a_session_is_called_off_alone_and_who_had_a_seat_in_it_is_told_why(fair):
    offer = fair.offer(1, 1)
    early, late = slots_of(offer)
    for number, slot in enumerate((early, late, early)):
        fair.ask(offer, number, slot_id=slot.pk)
    with pytest.raises(problems.NoReason):
        actions.call_off_slot(viewer=fair.county, slot_id=early.pk, now=NOW)
    actions.call_off_slot(viewer=fair.county, slot_id=early.pk, reason="老师病了", now=NOW)
    assert states(offer) == ["CANCELLED", "SEATED", "CANCELLED"] and slots_of(offer) == [late] and sound()
    assert Booking.objects.filter(state="CANCELLED", reason="老师病了").count() == 2
    tell.tell(now=NOW)
    told = [[one.kind for one in inbox.list_messages(who)].count("booking_called_off") for who in fair.workers[:3]]
    assert told == [1, 0, 1]
    event = AuditEvent.objects.get(action="bookings.call_off_slot")
    assert event.detail["ended"] == 2 and event.detail["begins"] == early.begins.isoformat()
    fair.ask(offer, 0, key="another time")
    assert states(offer)[-1] == "WAITING", "whoever lost the seat may ask for another time"


def test_a_session_that_nobody_asked_for_is_taken_out_without_a_reason_but_not_the_last(fair):
    offer = fair.offer(1, 1)
    early, late = slots_of(offer)
    actions.call_off_slot(viewer=fair.county, slot_id=early.pk, now=NOW)
    with pytest.raises(problems.LastSlot):
        actions.call_off_slot(viewer=fair.county, slot_id=late.pk, reason="雨", now=NOW)
    with pytest.raises(problems.NoSuchOffer):
        actions.call_off_slot(viewer=fair.town, slot_id=late.pk, reason="雨", now=NOW)
    assert slots_of(offer) == [late]


def test_a_session_that_has_begun_keeps_its_list(fair):
    offer = fair.offer(1, 1)
    fair.ask(offer, 0)
    with pytest.raises(problems.SlotWasHeld):
        actions.call_off_slot(viewer=fair.county, slot_id=slots_of(offer)[0].pk, reason="雨", now=DAY)
    assert states(offer) == ["SEATED"]


# --- times that nobody could come to ---


def test_a_session_in_the_past_is_not_published_nor_added_to_what_is(fair):
    last_year = SlotFacts(NOW - 365 * DAYS, NOW - 365 * DAYS + HALF_HOUR, 5)
    draft, published = fair.offer(1, is_open=False), fair.offer(1)
    actions.add_slots(viewer=fair.county, offer_id=draft, slots=[last_year], now=NOW)
    with pytest.raises(problems.SlotIsPast) as refused:
        actions.publish(viewer=fair.county, offer_id=draft, now=NOW)
    assert "2022-05-08" in refused.value.zh
    with pytest.raises(problems.SlotIsPast):
        actions.add_slots(viewer=fair.county, offer_id=published, slots=[last_year], now=NOW)
    actions.call_off_slot(viewer=fair.county, slot_id=slots_of(draft)[0].pk, now=NOW)
    actions.publish(viewer=fair.county, offer_id=draft, now=NOW)


def test_a_draw_has_no_session_before_it_is_held(fair):
    draft = fair.offer(1, is_open=False, giving=Giving.DRAW, closes_at=DAY)
    with pytest.raises(problems.SlotBeforeDraw) as refused:
        actions.publish(viewer=fair.county, offer_id=draft, now=NOW)
    assert "摇号在截止以后" in refused.value.zh
    drawn = fair.offer(1, giving=Giving.DRAW)
    facts = replace(queries.get_offer(fair.county, drawn).facts(), closes_at=DAY + DAYS)
    with pytest.raises(problems.SlotBeforeDraw):
        actions.change_offer(viewer=fair.county, offer_id=drawn, facts=facts, now=NOW)
    with pytest.raises(problems.SlotBeforeDraw):
        early = SlotFacts(NOW + DAYS, NOW + DAYS + HALF_HOUR, 1)
        actions.add_slots(viewer=fair.county, offer_id=drawn, slots=[early], now=NOW)
