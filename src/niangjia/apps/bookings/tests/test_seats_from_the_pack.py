"""What a pack says of seats is done; certificates, reminders and counts follow from check-ins; a plan's faults are found whoever made it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.bookings import actions, problems, queries, touring
from niangjia.apps.bookings.models import Booking, Offer, Quota, Slot
from niangjia.apps.bookings.tests.fair import DAY, HALF_HOUR, NOW, build
from niangjia.apps.bookings.types import SiteFacts, SlotFacts, StopFacts, TourFacts
from niangjia.apps.programs import actions as programs
from niangjia.engines import policy
from niangjia.kernel.deployment import programs_folder

pytestmark = pytest.mark.django_db
YEAR = {"first": date(2023, 1, 1), "last": date(2023, 12, 31)}
PACK = Path(__file__).parents[5] / "demo/town/programs/330624-xinchang/free-checkup"


@pytest.fixture
def fair(db):
    return build()


@pytest.fixture
def pack(db):
    text = policy.load_pack(PACK, policy.load_vocabulary(programs_folder()))
    programs.install_packs([text], NOW, programs=programs_folder())
    return {"program": "free-checkup", "area": "330624000000"}


# --- seats from the pack ---


def test_once_in_how_many_years_is_what_the_pack_says_whatever_was_typed(fair, pack):
    first, second = fair.offer(2, every_years=9, **pack), fair.offer(2, **pack)
    assert set(Offer.objects.values_list("every_years", flat=True)) == {2}
    fair.ask(first, 0)
    with pytest.raises(problems.HadOneLately) as refused:
        fair.ask(second, 0)
    assert "2 年内只安排一次" in refused.value.zh


def test_seats_that_the_pack_keeps_for_a_group_are_its_quota_and_the_rest_is_everybodys(fair, pack):
    offer = fair.offer(5, 5, **pack)
    assert set(Quota.objects.values_list("group", "org", "seats")) == {
        ("courier", None, 2),
        ("", fair.county.org_id, 8),
    }
    for number in range(6):
        fair.ask(offer, number)
    assert Quota.objects.get(group="").taken == 6 and list(queries.verify(now=NOW)) == []


def test_quotas_set_by_hand_stand_instead_of_the_packs(fair, pack):
    offer = fair.offer(4, is_open=False, **pack)
    actions.set_quota(viewer=fair.county, offer_id=offer, org_id=fair.town.org_id, seats=4, now=NOW)
    actions.publish(viewer=fair.county, offer_id=offer, now=NOW)
    assert list(Quota.objects.values_list("group", "seats")) == [("", 4)]


def test_shares_of_the_pack_grow_with_the_sessions_and_shrink_to_what_is_given(fair, pack):
    offer = fair.offer(2, **pack)
    for number in range(5):
        fair.ask(offer, number)
    assert Booking.objects.filter(state="SEATED").count() == 2
    later = SlotFacts(DAY + HALF_HOUR, DAY + 2 * HALF_HOUR, 8)
    actions.add_slots(viewer=fair.county, offer_id=offer, slots=[later], now=NOW)
    assert dict(Quota.objects.values_list("group", "seats")) == {"courier": 2, "": 8}
    assert Booking.objects.filter(state="SEATED").count() == 5 and list(queries.verify(now=NOW)) == []
    slot = Slot.objects.get(seats=8)
    actions.set_seats(viewer=fair.county, slot_id=slot.pk, seats=3, now=NOW)
    assert dict(Quota.objects.values_list("group", "seats")) == {"courier": 1, "": 5}, "none below what is given"
    actions.set_quota(viewer=fair.county, offer_id=offer, org_id=None, group="courier", seats=3, now=NOW)
    actions.set_seats(viewer=fair.county, slot_id=slot.pk, seats=20, now=NOW)
    assert dict(Quota.objects.values_list("group", "seats")) == {"courier": 3, "": 5}, "set by hand they stand"


def test_a_quota_of_the_wrong_union_is_taken_away_and_the_offer_is_for_everybody(fair):
    offer = fair.offer(3)
    fair.ask(offer, 0)
    actions.set_quota(viewer=fair.county, offer_id=offer, org_id=fair.town.org_id, seats=1, now=NOW)
    with pytest.raises(problems.NotForYou):
        fair.ask(offer, 5)
    quota = Quota.objects.get()
    with pytest.raises(problems.NoSuchOffer):
        actions.drop_quota(viewer=fair.town, offer_id=offer, quota_id=quota.pk, now=NOW)
    for _again in range(2):
        actions.drop_quota(viewer=fair.county, offer_id=offer, quota_id=quota.pk, now=NOW)
    fair.ask(offer, 5)
    assert (
        list(Booking.objects.values_list("state", flat=True)) == ["SEATED"] * 2 and list(queries.verify(now=NOW)) == []
    )
    actions.cancel(viewer=fair.workers[0], booking_id=Booking.objects.order_by("pk")[0].pk, now=NOW)
    assert list(queries.verify(now=NOW)) == []


def test_without_a_pack_there_what_was_typed_stands(fair, pack):
    fair.offer(2, every_years=3, program="free-checkup")  # of another county
    assert Offer.objects.get().every_years == 3 and not Quota.objects.exists()


# --- what follows from who came ---


def test_certificates_are_for_who_came_of_kinds_that_give_them_and_each_has_one(fair):
    course = fair.offer(3, kind="course", unit_cost=Decimal("40.10"))
    came, missed = fair.ask(course, 0), fair.ask(course, 1)
    code = Booking.objects.get(pk=came).code
    assert actions.check_in(viewer=fair.county, code=f"{code[:5]}-{code[5:]}".lower(), now=DAY) == came
    assert [actions.certify(viewer=fair.county, offer_id=course, now=DAY) for _ in range(2)] == [1, 0]
    assert Booking.objects.get(pk=missed).certificate is None
    found = queries.find_certificate(Booking.objects.get(pk=came).certificate)
    assert found.name.startswith("工") and "0" not in found.name and found.on == date(2023, 5, 20)
    with pytest.raises(problems.NoCertificates):
        actions.certify(viewer=fair.county, offer_id=fair.offer(1), now=DAY)
    with pytest.raises(problems.NoSuchCertificate):
        queries.find_certificate("")
    with pytest.raises(NotAllowed):
        actions.certify(viewer=fair.workers[0], offer_id=course, now=DAY)
    (tally,) = queries.tally(fair.county, **YEAR)
    assert (tally.persons, tally.times, tally.cost) == (1, 1, Decimal("40.10"))
    assert (
        queries.tally(fair.other, **YEAR) == []
        and queries.tally(fair.county, first=date(2022, 1, 1), last=date(2022, 12, 31)) == []
    )


def test_a_cost_that_nobody_told_is_not_known_and_never_zero(fair):
    offer = fair.offer(1)
    actions.check_in(viewer=fair.county, code=Booking.objects.get(pk=fair.ask(offer, 0)).code, now=DAY)
    assert queries.tally(fair.county, **YEAR)[0].cost is None


def test_who_has_a_seat_is_reminded_once_the_day_before_and_who_waits_is_not(fair):
    offer = fair.offer(1)
    fair.ask(offer, 0), fair.ask(offer, 1)
    assert actions.remind(now=DAY - timedelta(hours=25)) == 0
    assert [actions.remind(now=DAY - timedelta(hours=20)) for _ in range(2)] == [1, 0]
    assert actions.remind(now=DAY + HALF_HOUR) == 0


def test_a_calendar_holds_seats_and_neither_what_waits_nor_anybody_elses(fair):
    offer = fair.offer(1)
    fair.ask(offer, 0), fair.ask(offer, 1)
    secrets = [actions.make_feed(viewer=fair.workers[number], now=NOW) for number in (0, 1)]
    assert [len(queries.calendar_of(secret, now=NOW) or []) for secret in secrets] == [1, 0]
    assert queries.calendar_of("", now=NOW) is None


def test_a_calendar_is_closed_with_the_account_of_whose_it_is(fair):
    offer = fair.offer(1)
    fair.ask(offer, 0)
    secret = actions.make_feed(viewer=fair.workers[0], now=NOW)
    accounts.disable_account(viewer=None, account_id=fair.workers[0].account_id, now=NOW)
    assert queries.calendar_of(secret, now=NOW) is None
    accounts.enable_account(viewer=None, account_id=fair.workers[0].account_id, now=NOW)
    assert len(queries.calendar_of(secret, now=NOW) or []) == 1


# --- the bus ---

DAYS = (date(2023, 5, 22), date(2023, 5, 23))


@pytest.fixture
def tour(fair):
    facts = TourFacts("体检车", fair.county.org_id, "330281", DAYS, time(8), time(17), 30_050_000, 121_150_000, lanes=4)
    tour_id = actions.make_tour(viewer=fair.county, facts=facts, key="tour", now=NOW)
    near, far = (
        actions.add_site(viewer=fair.county, tour_id=tour_id, facts=facts, now=NOW)
        for facts in (
            SiteFacts("牟山", 30_080_000, 121_050_000, 60),
            SiteFacts("陆埠", 29_970_000, 121_230_000, 8, time(9), time(11)),
        )
    )
    return tour_id, near, far


def stop(site: int, hour: int, minute: int = 0, *, people: int = 8, day: date = DAYS[0], bus: int = 1) -> StopFacts:
    begins = datetime.combine(day, time(hour, minute), tzinfo=timezone.get_default_timezone())
    return StopFacts(site, bus, begins, begins + timedelta(minutes=1), people)


def words(fair, tour_id: int) -> list[str]:
    return [one.en for one in queries.get_tour(fair.county, tour_id).faults]


@pytest.mark.parametrize(
    ("stops", "fault"),
    [
        (lambda near, far: [stop(near, 8, 1)], "cannot be reached"),
        (lambda near, far: [stop(near, 9), stop(far, 10, 5)], "cannot be reached"),
        (lambda near, far: [stop(far, 12)], "not open then"),
        (lambda near, far: [stop(near, 16, 10)], "is back after"),
        (lambda near, far: [stop(near, 9, day=date(2023, 5, 24))], "does not go out"),
        (lambda near, far: [stop(near, 9, bus=2)], "does not go out"),
    ],
)  # fmt: skip
def test_what_cannot_be_carried_out_is_said_and_not_published(fair, tour, stops, fault):
    tour_id, near, far = tour
    actions.set_stops(viewer=fair.county, tour_id=tour_id, new=stops(near, far), now=NOW)
    assert any(fault in one for one in words(fair, tour_id))
    with pytest.raises(problems.TourHasFaults):
        actions.publish_tour(viewer=fair.county, tour_id=tour_id, opens_at=NOW, closes_at=DAY, now=NOW)
    assert not Offer.objects.exists()


def test_a_plan_that_can_be_carried_out_becomes_slots_once_and_is_closed_to_changes(fair, tour):
    tour_id, near, far = tour
    with pytest.raises(problems.NoStops):
        actions.publish_tour(viewer=fair.county, tour_id=tour_id, opens_at=NOW, closes_at=DAY, now=NOW)
    new = [stop(near, 8, 30, people=10), stop(far, 9, 30, day=DAYS[1])]
    actions.set_stops(viewer=fair.county, tour_id=tour_id, new=new, now=NOW)
    assert words(fair, tour_id) == [] and queries.get_tour(fair.county, tour_id).waiting == {near: 50}
    published = {
        actions.publish_tour(viewer=fair.county, tour_id=tour_id, opens_at=NOW, closes_at=DAY, now=NOW)
        for _ in range(2)
    }
    (offer,) = Offer.objects.all()
    assert published == {offer.pk}
    assert list(offer.slots.order_by("begins").values_list("label", "seats")) == [
        ("牟山", 4),
        ("牟山", 4),
        ("牟山", 2),
        ("陆埠", 4),
        ("陆埠", 4),
    ]
    for late in (
        lambda: actions.set_stops(viewer=fair.county, tour_id=tour_id, new=[stop(near, 9)], now=NOW),
        lambda: actions.add_site(viewer=fair.county, tour_id=tour_id, facts=SiteFacts("又一站", 1, 1, 1), now=NOW),
    ):
        with pytest.raises(problems.TourIsPublished):
            late()


def publish(fair, tour_id: int) -> int:
    return actions.publish_tour(viewer=fair.county, tour_id=tour_id, opens_at=NOW, closes_at=DAY, now=NOW)


def test_a_plan_whose_offer_was_called_off_is_changed_and_published_anew(fair, tour):
    tour_id, near, _far = tour
    actions.set_stops(viewer=fair.county, tour_id=tour_id, new=[stop(near, 9, people=4)], now=NOW)
    first = publish(fair, tour_id)
    actions.call_off(viewer=fair.county, offer_id=first, reason="车坏了", now=NOW)
    assert not queries.get_tour(fair.county, tour_id).is_published
    actions.set_stops(viewer=fair.county, tour_id=tour_id, new=[stop(near, 13, people=4)], now=NOW)
    second = publish(fair, tour_id)
    assert second == publish(fair, tour_id) != first
    assert {Offer.objects.get(pk=pk).slots.count() for pk in (first, second)} == {1, 2}
    with pytest.raises(problems.TourIsPublished):
        actions.set_stops(viewer=fair.county, tour_id=tour_id, new=[stop(near, 15)], now=NOW)


def test_the_figures_of_a_plan_change_until_it_is_published_and_its_stops_last_accordingly(fair, tour):
    tour_id, near, _far = tour
    actions.set_stops(viewer=fair.county, tour_id=tour_id, new=[stop(near, 9, people=8)], now=NOW)
    facts = TourFacts(
        "体检车", fair.county.org_id, "330281", DAYS[1:], time(9), time(17), 30_050_000, 121_150_000, lanes=2
    )
    for viewer in (fair.town, fair.other):
        with pytest.raises(problems.NoSuchTour):
            actions.change_tour(viewer=viewer, tour_id=tour_id, facts=facts, now=NOW)
    actions.change_tour(viewer=fair.county, tour_id=tour_id, facts=facts, now=NOW)
    (kept,) = queries.get_tour(fair.county, tour_id).stops
    assert kept.ends - kept.begins == timedelta(hours=2), "four turns of two lanes"
    assert words(fair, tour_id) == [f"bus 1 does not go out on {DAYS[0]}"]
    with pytest.raises(problems.WrongTimes):
        actions.change_tour(viewer=fair.county, tour_id=tour_id, facts=replace(facts, days=()), now=NOW)
    actions.set_stops(viewer=fair.county, tour_id=tour_id, changes={kept.pk: stop(near, 10, day=DAYS[1])}, now=NOW)
    publish(fair, tour_id)
    with pytest.raises(problems.TourIsPublished):
        actions.change_tour(viewer=fair.county, tour_id=tour_id, facts=facts, now=NOW)


def test_a_plan_is_its_unions_to_change_and_those_below_it_read_it(fair, tour):
    tour_id, near, _far = tour
    assert queries.get_tour(fair.town, tour_id).is_own is False
    for other in (fair.town, fair.other):
        with pytest.raises(problems.NoSuchTour):
            actions.set_stops(viewer=other, tour_id=tour_id, new=[stop(near, 9)], now=NOW)
    with pytest.raises(problems.NoSuchTour):
        queries.get_tour(fair.other, tour_id)
    actions.set_stops(viewer=fair.county, tour_id=tour_id, new=[stop(near, 9)], now=NOW)
    with pytest.raises(problems.SiteHasStops):
        actions.drop_site(viewer=fair.county, tour_id=tour_id, site_id=near, now=NOW)


def test_ways_are_known_lengths_and_always_rounded_up():
    """One degree of latitude is 111.2 km; at 1.3 and 35 km/h that is 4 hours and 8 minutes."""
    metres = touring._metres((30_000_000, 121_000_000), (31_000_000, 121_000_000))
    assert abs(metres - 144_552) < 10 and touring.minutes_for(metres, 35) == 248
    assert touring.minutes_for(1, 35) == 1 and touring.minutes_for(0, 35) == 0
