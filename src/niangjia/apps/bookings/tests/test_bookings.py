from datetime import UTC, date, datetime, timedelta

import pytest

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.bookings import actions, drawing, problems, queries
from niangjia.apps.bookings.lifecycle import BookingState, Giving, OfferState, SettleState
from niangjia.apps.bookings.models import Booking, Campaign, Offer, Quota, Settlement, Slot, Turn
from niangjia.apps.bookings.tests.fair import DAY, HALF_HOUR, NOW, build
from niangjia.apps.bookings.types import CampaignFacts, SlotFacts

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=8)


@pytest.fixture
def fair(db):
    return build()


def states(offer_id: int) -> list[str]:
    return list(Booking.objects.filter(offer_id=offer_id).order_by("pk").values_list("state", flat=True))


def sound() -> bool:
    assert list(queries.verify(now=NOW)) == []
    return True


# --- who comes first ---


def test_who_comes_first_has_the_seats_and_the_rest_waits_in_their_order(fair):
    offer = fair.offer(1, 1)
    for number in range(4):
        fair.ask(offer, number)
    assert states(offer) == ["SEATED", "SEATED", "WAITING", "WAITING"]
    assert [one.line for one in queries.list_bookings(fair.county, offer_id=offer, state="WAITING")] == [1, 2]
    assert [slot.free for slot in queries.get_offer(fair.county, offer).slots] == [0, 0] and sound()


def test_who_lets_a_seat_go_makes_room_for_the_first_in_line(fair):
    offer = fair.offer(1)
    first, second, third = (fair.ask(offer, number) for number in range(3))
    actions.cancel(viewer=fair.workers[0], booking_id=first, now=NOW)
    actions.cancel(viewer=fair.workers[0], booking_id=first, now=NOW)
    assert states(offer) == ["CANCELLED", "SEATED", "WAITING"] and sound()
    assert AuditEvent.objects.filter(action="bookings.cancel").count() == 1
    actions.cancel(viewer=fair.workers[2], booking_id=third, now=NOW)
    assert states(offer) == ["CANCELLED", "SEATED", "CANCELLED"] and sound()


def test_a_family_comes_together_or_waits_together_and_keeps_no_single_seat_empty(fair):
    offer = fair.offer(3, most_companions=2)
    fair.ask(offer, 0, companions=1)
    fair.ask(offer, 1, companions=2)
    fair.ask(offer, 2)
    assert states(offer) == ["SEATED", "WAITING", "SEATED"] and sound()
    with pytest.raises(problems.TooManyCompanions):
        fair.ask(offer, 3, companions=3)


def test_a_wished_time_is_waited_for_though_another_has_room(fair):
    offer = fair.offer(1, 1)
    early, _ = Slot.objects.order_by("begins")
    fair.ask(offer, 0, slot_id=early.pk)
    fair.ask(offer, 1, slot_id=early.pk)
    fair.ask(offer, 2)
    assert states(offer) == ["SEATED", "WAITING", "SEATED"] and sound()


def test_more_seats_let_the_line_move_up_and_fewer_than_given_are_refused(fair):
    offer = fair.offer(1)
    for number in range(3):
        fair.ask(offer, number)
    slot = Slot.objects.get()
    actions.set_seats(viewer=fair.county, slot_id=slot.pk, seats=2, now=NOW)
    assert states(offer) == ["SEATED", "SEATED", "WAITING"]
    with pytest.raises(problems.FewerThanTaken):
        actions.set_seats(viewer=fair.county, slot_id=slot.pk, seats=1, now=NOW)
    later = SlotFacts(DAY + HALF_HOUR, DAY + 2 * HALF_HOUR, 5)
    actions.add_slots(viewer=fair.county, offer_id=offer, slots=[later], now=NOW)
    assert states(offer) == ["SEATED"] * 3 and sound()


def test_asking_twice_is_asking_once(fair):
    offer = fair.offer(2)
    assert fair.ask(offer, 0) == fair.ask(offer, 0)
    with pytest.raises(problems.AlreadyBooked):
        fair.ask(offer, 0, key="another")
    assert Slot.objects.get().taken == 1 and Booking.objects.count() == 1


@pytest.mark.parametrize("now", [NOW - timedelta(seconds=1), NOW + timedelta(days=7)])
def test_outside_its_time_nobody_asks(fair, now):
    with pytest.raises(problems.NotOpen) as refused:
        fair.ask(fair.offer(2), 0, now=now)
    assert "2023-05-08 09:00" in refused.value.zh


def test_a_draft_is_seen_by_its_union_alone_and_is_not_published_without_seats(fair):
    offer = fair.offer(is_open=False)
    with pytest.raises(problems.NoSlots):
        actions.publish(viewer=fair.county, offer_id=offer, now=NOW)
    assert not queries.list_offers(fair.workers[0]).exists() and not queries.list_offers(fair.town).exists()
    with pytest.raises(problems.NoSuchOffer):
        fair.ask(offer, 0)
    assert queries.list_offers(fair.county).count() == 1


# --- for whom ---


def test_quotas_by_union_and_group_are_kept_and_nobody_else_has_a_seat(fair):
    offer = fair.offer(6)
    actions.set_quota(viewer=fair.county, offer_id=offer, org_id=fair.town.org_id, seats=1, now=NOW)
    actions.set_quota(viewer=fair.county, offer_id=offer, org_id=None, group="courier", seats=1, now=NOW)
    for number in (0, 1, 2):  # the town: its own seat, then the couriers' for number 1, then none
        fair.ask(offer, number)
    assert states(offer) == ["SEATED", "SEATED", "WAITING"] and sound()
    with pytest.raises(problems.NotForYou):
        fair.ask(offer, 4)
    actions.set_quota(viewer=fair.county, offer_id=offer, org_id=fair.town.org_id, seats=2, now=NOW)
    assert states(offer) == ["SEATED"] * 3
    with pytest.raises(problems.FewerThanTaken):
        actions.set_quota(viewer=fair.county, offer_id=offer, org_id=fair.town.org_id, seats=1, now=NOW)


def test_an_officer_asks_for_members_of_their_own_part_of_the_tree(fair):
    offer = fair.offer(3)
    mine, others = fair.workers[0].person_id, fair.workers[5].person_id
    fair.ask(offer, 0, viewer=fair.town, person_id=mine, key="for them")
    for person_id in (others, fair.elsewhere.person_id):
        with pytest.raises(problems.NotForYou):
            fair.ask(offer, 0, viewer=fair.town, person_id=person_id, key=f"for {person_id}")
    with pytest.raises(NotAllowed):
        fair.ask(offer, 0, person_id=others, key="for another")
    assert [one.name for one in queries.list_bookings(fair.town, offer_id=offer)] == ["工*"]


def test_nobody_reads_or_changes_what_is_anothers(fair):
    offer = fair.offer(1)
    booking = fair.ask(offer, 0)
    for viewer in (fair.workers[1], fair.other):
        with pytest.raises(problems.NoSuchBooking):
            actions.cancel(viewer=viewer, booking_id=booking, now=NOW)
        with pytest.raises(problems.NoSuchBooking):
            queries.get_booking(viewer, booking)
    with pytest.raises(problems.NoSuchOffer):
        actions.call_off(viewer=fair.other, offer_id=offer, reason="x", now=NOW)
    with pytest.raises(problems.NoSuchOffer):
        actions.call_off(viewer=fair.town, offer_id=offer, reason="x", now=NOW)


def test_once_in_three_years_holds_across_offers_of_a_program_and_for_who_waits(fair):
    told = {"program": "recuperation", "every_years": 3}
    first, second, free = fair.offer(2, **told), fair.offer(1, **told), fair.offer(1)
    fair.ask(first, 0)
    with pytest.raises(problems.HadOneLately):
        fair.ask(second, 0)
    fair.ask(free, 0)
    fair.ask(second, 1)  # now number 2 waits at the second and has a seat at the first
    waits = fair.ask(second, 2)
    fair.ask(first, 2)
    actions.cancel(viewer=fair.workers[1], booking_id=Booking.objects.get(offer=second, state="SEATED").pk, now=NOW)
    assert Booking.objects.get(pk=waits).state == BookingState.WAITING, "given once"
    Turn.objects.all().delete()
    assert sound() and not Turn.objects.exists(), "a check writes nothing"


# --- the draw ---


def test_a_draw_is_sealed_before_the_first_asks_and_anybody_can_make_it_again(fair):
    offer = fair.offer(2, giving=Giving.DRAW)
    seal = queries.get_offer(fair.workers[0], offer).seal
    assert len(seal) == 64 and queries.get_offer(fair.county, offer).seed == ""
    for number in range(5):
        fair.ask(offer, number)
    assert states(offer) == ["ASKED"] * 5
    with pytest.raises(problems.DrawTooEarly):
        actions.draw(viewer=fair.county, offer_id=offer, now=NOW)
    actions.draw(viewer=fair.county, offer_id=offer, now=LATER)
    shown = queries.get_offer(fair.workers[0], offer)
    assert drawing.seal_of(shown.seed) == seal and shown.state == OfferState.CLOSED
    rows = {one.number: one for one in Booking.objects.all()}
    luck = drawing.order(shown.seed, rows)
    assert [rows[number].state for number in luck] == ["SEATED"] * 2 + ["WAITING"] * 3
    actions.draw(viewer=fair.county, offer_id=offer, now=LATER)
    assert queries.get_offer(fair.county, offer).seed == shown.seed and sound()
    actions.cancel(viewer=fair.county, booking_id=rows[luck[0]].pk, now=LATER)
    assert Booking.objects.get(number=luck[2]).state == BookingState.SEATED, "the next in the draw's order"


def test_the_seed_does_not_lie_open_in_the_database(fair):
    offer = fair.offer(2, giving=Giving.DRAW)
    sealed = bytes(Offer.objects.get().sealed_seed)
    actions.draw(viewer=fair.county, offer_id=offer, now=LATER)
    assert Offer.objects.get().seed.encode() not in sealed


def test_the_published_order_is_that_of_its_seed_also_where_somebody_took_it_back_before_the_draw(fair):
    for _draw in range(4):  # one of them alone may stand right by chance
        offer = fair.offer(1, giving=Giving.DRAW)
        asked = [fair.ask(offer, number) for number in range(4)]
        actions.cancel(viewer=fair.workers[1], booking_id=asked[1], now=NOW)
        actions.draw(viewer=fair.county, offer_id=offer, now=LATER)
        card, lines = queries.get_draw(Offer.objects.get(pk=offer).number)
        numbers = [one.number for one in lines]
        assert numbers == drawing.order(card.seed, numbers) and len(numbers) == 4
        for one in (asked[0], asked[2], asked[3]):
            actions.cancel(viewer=fair.county, booking_id=one, now=LATER)


def test_every_order_is_drawn_about_as_often():
    """Of three numbers six orders; 600 seeds give each of them its hundred, give or take."""
    counts: dict[tuple[str, ...], int] = {}
    for number in range(600):
        order = tuple(drawing.order(f"{number:064x}", ["a", "b", "c"]))
        counts[order] = counts.get(order, 0) + 1
    assert len(counts) == 6 and all(60 <= count <= 140 for count in counts.values())


def test_what_goes_to_who_comes_first_is_not_drawn(fair):
    with pytest.raises(problems.NotADraw):
        actions.draw(viewer=fair.county, offer_id=fair.offer(1), now=LATER)


# --- who came ---


def test_a_code_checks_in_once_and_whoever_does_not_come_is_told_so(fair):
    offer = fair.offer(2, 1, most_companions=1)
    came, missed, waits = fair.ask(offer, 0, companions=1), fair.ask(offer, 1), fair.ask(offer, 2)
    code = queries.get_booking(fair.workers[0], came).code
    with pytest.raises(problems.TooEarly):
        actions.check_in(viewer=fair.county, code=code, now=NOW)
    with pytest.raises(problems.NoSuchBooking):
        actions.check_in(viewer=fair.other, code=code, now=DAY)
    with pytest.raises(problems.NotPossibleNow):
        actions.check_in(viewer=fair.county, code=queries.get_booking(fair.workers[2], waits).code, now=DAY)
    assert actions.check_in(viewer=fair.county, code=code, now=DAY) == came
    assert actions.check_in(viewer=fair.county, code=code, now=DAY + HALF_HOUR) == came
    assert queries.get_booking(fair.county, came).checked_in_at == DAY
    with pytest.raises(problems.NotPossibleNow):
        actions.cancel(viewer=fair.workers[0], booking_id=came, now=DAY)
    over = DAY + timedelta(hours=5)
    with pytest.raises(problems.TooEarly):
        actions.close_offer(viewer=fair.county, offer_id=offer, now=DAY)
    actions.close_offer(viewer=fair.county, offer_id=offer, now=over)
    actions.close_offer(viewer=fair.county, offer_id=offer, now=over)
    assert states(offer) == ["ATTENDED", "MISSED", "UNPLACED"]
    told = queries.attendance_of(fair.county, offer)
    assert (told.seats, told.persons, told.companions, told.missed, told.waiting) == (3, 1, 1, 1, 0)
    late = queries.get_booking(fair.workers[1], missed).code
    actions.check_in(viewer=fair.county, code=late, now=over)
    assert queries.attendance_of(fair.county, offer).persons == 2


def test_what_is_called_off_gives_every_seat_back_with_the_reason(fair):
    offer = fair.offer(1)
    fair.ask(offer, 0)
    fair.ask(offer, 1)
    actions.call_off(viewer=fair.county, offer_id=offer, reason="台风", now=NOW)
    actions.call_off(viewer=fair.county, offer_id=offer, reason="台风", now=NOW)
    assert states(offer) == ["CANCELLED"] * 2 and Slot.objects.get().taken == 0
    assert set(Booking.objects.values_list("reason", flat=True)) == {"台风"} and sound()
    with pytest.raises(problems.NotPossibleNow):
        actions.set_seats(viewer=fair.county, slot_id=Slot.objects.get().pk, seats=9, now=NOW)


# --- what must always be so ---


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (lambda: Slot.objects.filter(seats=2).update(taken=1), "SLOT_TAKEN"),
        (lambda: Quota.objects.update(taken=0), "QUOTA_TAKEN"),
        (lambda: Slot.objects.filter(seats=2).update(seats=9), "WAITING_FITS"),
        (lambda: Offer.objects.exclude(seed="").update(seed="0" * 64), "DRAW_SEAL"),
        (lambda: Booking.objects.filter(offer__giving="DRAW", line=1).update(line=99), "DRAW_ORDER"),
    ],
)
def test_verify_tells_what_was_altered(fair, spoil, rule):
    plain, quota, drawn = fair.offer(2), fair.offer(3), fair.offer(1, giving=Giving.DRAW)
    actions.set_quota(viewer=fair.county, offer_id=quota, org_id=fair.county.org_id, seats=3, now=NOW)
    for number in range(3):
        for offer in (plain, quota, drawn):
            fair.ask(offer, number)
    actions.draw(viewer=fair.county, offer_id=drawn, now=LATER)
    assert sound()
    spoil()
    assert rule in {found.rule for found in queries.verify(now=NOW)}


def test_a_leap_day_has_its_years_too(fair):
    leap = datetime(2024, 2, 29, 1, 0, tzinfo=UTC)
    told = {
        "program": "recuperation",
        "every_years": 1,
        "opens_at": leap - timedelta(days=9),
        "closes_at": leap + timedelta(days=9),
    }
    offer = fair.offer(is_open=False, **told)
    actions.add_slots(viewer=fair.county, offer_id=offer, slots=[SlotFacts(leap, leap + HALF_HOUR, 2)], now=NOW)
    actions.publish(viewer=fair.county, offer_id=offer, now=NOW)
    fair.ask(offer, 0, now=leap - timedelta(days=2))
    assert states(offer) == ["SEATED"]


# --- a union that ends ---


def test_a_trip_that_is_not_settled_and_a_season_that_is_not_over_go_on_with_the_successor(fair):
    heir = fair.other.org_id
    trip, settled = fair.offer(1), fair.offer(1)
    for number, (offer, state) in enumerate([(trip, SettleState.TOLD), (settled, SettleState.REFUSED)]):
        booking = fair.ask(offer, number)
        actions.check_in(viewer=fair.county, code=Booking.objects.get(pk=booking).code, now=DAY)
        actions.close_offer(viewer=fair.county, offer_id=offer, now=DAY + timedelta(hours=2))
        Settlement.objects.create(booking_id=booking, cost=1800, state=state, told_by_id=fair.county.account_id, told_at=DAY)  # fmt: skip
    seasons = [
        actions.start_campaign(viewer=fair.county, facts=CampaignFacts("服务季", fair.county.org_id, date(2023, 1, 1), last), key=f"{last}", now=NOW)
        for last in (date(2023, 5, 7), date(2023, 5, 8))
    ]  # fmt: skip
    assert queries.count_living_at(fair.county.org_id) == {"offers": 1, "bookings": 0}
    actions.rehome_bookings(viewer=fair.county, from_id=fair.county.org_id, to_id=heir, now=NOW)
    assert set(Offer.objects.filter(org=heir).values_list("pk", flat=True)) == {trip}
    assert list(Campaign.objects.filter(org=heir).values_list("pk", flat=True)) == seasons[1:]
    assert queries.count_living_at(fair.county.org_id) == {"offers": 0, "bookings": 0}
