"""A course of several lessons: one seat for all, attendance at each, a certificate from the share that the offer asks for."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from niangjia.apps.bookings import actions, problems, queries
from niangjia.apps.bookings.models import Booking, Lesson, Presence, Slot
from niangjia.apps.bookings.tests.fair import DAY, NOW, Fair, build
from niangjia.apps.bookings.types import SlotFacts

WEEK, HOURS = timedelta(days=7), timedelta(hours=2)


@pytest.fixture
def fair(db):
    fair = build()
    yield fair
    assert list(queries.verify(now=NOW)) == []


def course(fair: Fair, *, seats: int = 2, lessons: int = 4, **told) -> int:
    offer = fair.offer(is_open=False, kind="course", title="数控夜校", least_share=Decimal("0.75"), **told)
    times = tuple((DAY + number * WEEK, DAY + number * WEEK + HOURS) for number in range(lessons))
    slot = SlotFacts(times[0][0], times[-1][1], seats, "", times)
    actions.add_slots(viewer=fair.county, offer_id=offer, slots=[slot], now=NOW)
    actions.publish(viewer=fair.county, offer_id=offer, now=NOW)
    return offer


def comes(fair: Fair, booking: int, *lessons: int) -> None:
    for number in lessons:
        actions.check_in(viewer=fair.county, code=Booking.objects.get(pk=booking).code, now=DAY + number * WEEK)


def test_a_seat_is_one_for_all_lessons_and_who_waits_moves_up_once(fair):
    offer = course(fair)
    asked = [fair.ask(offer, number) for number in range(4)]
    states = [Booking.objects.get(pk=one).state for one in asked]
    assert states == ["SEATED", "SEATED", "WAITING", "WAITING"] and Slot.objects.get(offer=offer).taken == 2
    actions.cancel(viewer=fair.workers[0], booking_id=asked[0], now=NOW)
    assert [Booking.objects.get(pk=one).state for one in asked] == ["CANCELLED", "SEATED", "SEATED", "WAITING"]
    assert Slot.objects.get(offer=offer).taken == 2
    comes(fair, asked[1], 0)
    actions.mark_missed(viewer=fair.county, offer_id=offer, now=DAY + WEEK)
    assert Booking.objects.get(pk=asked[2]).state == "SEATED", "the course is not over: nobody has missed it"


def test_each_lesson_is_checked_in_by_itself_and_the_share_decides_on_the_certificate(fair):
    offer = course(fair)
    often, seldom = fair.ask(offer, 0), fair.ask(offer, 1)
    comes(fair, often, 0, 0, 1, 3)
    comes(fair, seldom, 1, 2)
    cards = {one.id: one for one in queries.list_bookings(fair.county, offer_id=offer)}
    assert [(cards[one].present, cards[one].lessons) for one in (often, seldom)] == [(3, 4), (2, 4)]
    assert cards[often].can_check_in(DAY.date()) and Presence.objects.count() == 5
    assert actions.certify(viewer=fair.county, offer_id=offer, now=DAY + 4 * WEEK) == 1
    assert Booking.objects.get(pk=often).certificate and not Booking.objects.get(pk=seldom).certificate
    comes(fair, seldom, 3)
    assert actions.certify(viewer=fair.county, offer_id=offer, now=DAY + 4 * WEEK) == 1


def test_between_two_lessons_and_after_the_last_nobody_is_checked_in(fair):
    offer = course(fair)
    booking = fair.ask(offer, 0)
    code = Booking.objects.get(pk=booking).code
    with pytest.raises(problems.TooEarly):
        actions.check_in(viewer=fair.county, code=code, now=DAY + timedelta(days=3))
    with pytest.raises(problems.NoLessonNow):
        actions.check_in(viewer=fair.county, code=code, now=DAY + 5 * WEEK)
    assert Booking.objects.get(pk=booking).state == "SEATED"


def test_lessons_lie_within_their_slot_and_are_told_once(fair):
    offer = course(fair)
    outside = SlotFacts(DAY, DAY + HOURS, 2, "另一班", ((DAY + WEEK, DAY + WEEK + HOURS),))
    with pytest.raises(problems.WrongTimes):
        actions.add_slots(viewer=fair.county, offer_id=offer, slots=[outside], now=NOW)
    again = SlotFacts(DAY, DAY + 3 * WEEK + HOURS, 2, "", ((DAY, DAY + HOURS),))
    actions.add_slots(viewer=fair.county, offer_id=offer, slots=[again], now=NOW)
    assert Lesson.objects.filter(slot__offer=offer).count() == 4


def test_a_certificate_for_too_few_lessons_and_a_presence_without_a_seat_are_found_out(db):
    fair = build()
    offer = course(fair)
    booking = fair.ask(offer, 0)
    comes(fair, booking, 0)
    Booking.objects.filter(pk=booking).update(certificate="ZS1")
    assert [one.rule for one in queries.verify(now=NOW)] == ["CERTIFICATE_SHARE"]
    Booking.objects.filter(pk=booking).update(certificate=None, state="SEATED", checked_in_at=None)
    assert [one.rule for one in queries.verify(now=NOW)] == ["PRESENCE_SEAT"]


def test_each_lesson_is_an_entry_of_its_own_in_the_desks_calendar(fair):
    offer = course(fair)
    fair.ask(offer, 0)
    found = queries.list_sessions_between(fair.county, DAY + WEEK, DAY + 3 * WEEK)
    assert [(one.begins, one.ends, one.lesson, one.lessons, one.taken) for one in found if one.offer_id == offer] == [
        (DAY + WEEK, DAY + WEEK + HOURS, 2, 4, 1), (DAY + 2 * WEEK, DAY + 2 * WEEK + HOURS, 3, 4, 1),
    ]  # fmt: skip


def test_a_lesson_keeps_its_name_in_a_workers_calendar_whatever_is_added_and_ends_when_it_ends(fair):
    offer = course(fair)
    booking = fair.ask(offer, 0)
    secret = actions.make_feed(viewer=fair.workers[0], now=NOW)
    found = queries.calendar_of(secret, now=NOW) or []
    number = Booking.objects.get(pk=booking).number
    assert [(one.begins, one.ends, one.lesson) for one in found] == [
        (DAY + n * WEEK, DAY + n * WEEK + HOURS, n + 1) for n in range(4)
    ]
    assert len({one.number for one in found}) == 4 and all(one.number.startswith(f"{number}-L") for one in found)
    kept = [one.number for one in found]
    Lesson.objects.create(
        slot=Slot.objects.get(offer=offer), begins=DAY + timedelta(days=1), ends=DAY + timedelta(days=1) + HOURS
    )
    again = queries.calendar_of(secret, now=NOW) or []
    assert [one.number for one in again if one.number in kept] == kept and len(again) == 5


def test_a_worker_reads_at_which_lessons_they_were(fair):
    offer = course(fair)
    booking = fair.ask(offer, 0)
    comes(fair, booking, 0, 2)
    assert [one.was_there for one in queries.list_lessons(fair.workers[0], booking)] == [True, False, True, False]
    assert queries.list_lessons(fair.workers[1], booking) == [], "and nobody else does"


def test_a_course_that_was_missed_and_is_over_offers_no_check_in_and_one_that_goes_on_does(fair):
    offer = course(fair)
    booking = fair.ask(offer, 0)
    end = DAY + 3 * WEEK + HOURS
    actions.mark_missed(viewer=fair.county, offer_id=offer, now=end + HOURS)
    (card,) = queries.list_bookings(fair.county, offer_id=offer)
    assert (card.id, card.state, card.can_check_in(end.date())) == (booking, "MISSED", True), (
        "on its last day somebody may still come late"
    )
    tomorrow = end.date() + timedelta(days=1)
    assert not card.can_check_in(tomorrow) and card.is_course_over(tomorrow)
    with pytest.raises(problems.NoLessonNow):
        actions.check_in(viewer=fair.county, code=card.code, now=end + timedelta(days=1))
