"""A seat is let go before its time or missed; shares count who sits already; a season and a year are counted by the session's day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from niangjia.apps.bookings import actions, kinds, problems, queries
from niangjia.apps.bookings.models import Booking, Quota, Slot
from niangjia.apps.bookings.tests.fair import DAY, NOW, Fair, build
from niangjia.apps.bookings.types import CampaignFacts, SlotFacts
from niangjia.apps.programs import actions as programs
from niangjia.engines import policy
from niangjia.kernel.deployment import programs_folder

pytestmark = pytest.mark.django_db
HERE = timezone.get_default_timezone()


@pytest.fixture
def fair(db) -> Fair:
    return build()


# --- until when a seat is let go ---


def test_a_seat_is_let_go_until_its_time_and_missed_from_then_on(fair):
    offer = fair.offer(2)
    early, late = fair.ask(offer, 0), fair.ask(offer, 1)
    actions.cancel(viewer=fair.workers[0], booking_id=early, now=DAY - timedelta(seconds=1))
    for viewer in (fair.workers[1], fair.county):
        with pytest.raises(problems.HasBegun) as refused:
            actions.cancel(viewer=viewer, booking_id=late, now=DAY)
        assert "不能再取消" in refused.value.zh and "cannot be cancelled" in refused.value.en
    assert not queries.get_booking(fair.workers[1], late).can_cancel(DAY, DAY)
    assert actions.mark_missed(viewer=fair.county, offer_id=offer, now=DAY + timedelta(days=1)) == 1
    assert set(Booking.objects.values_list("pk", "state")) == {(early, "CANCELLED"), (late, "MISSED")}


def test_who_waits_leaves_the_line_at_any_time(fair):
    offer = fair.offer(1)
    fair.ask(offer, 0)
    waits = fair.ask(offer, 1)
    actions.cancel(viewer=fair.workers[1], booking_id=waits, now=DAY + timedelta(hours=1))
    assert Booking.objects.get(pk=waits).state == "CANCELLED"


# --- shares ---


def test_a_share_that_is_set_late_counts_who_sits_already(fair):
    offer = fair.offer(9)
    for number in range(4):  # 0 to 2 of the town, 3 of another
        fair.ask(offer, number)
    with pytest.raises(problems.FewerThanTaken):
        actions.set_quota(viewer=fair.county, offer_id=offer, org_id=fair.town.org_id, seats=2, now=NOW)
    assert not Quota.objects.exists()
    actions.set_quota(viewer=fair.county, offer_id=offer, org_id=fair.town.org_id, seats=3, now=NOW)
    assert (Quota.objects.get().taken, Quota.objects.get().seats) == (3, 3)
    actions.set_quota(viewer=fair.county, offer_id=offer, org_id=fair.county.org_id, seats=5, now=NOW)
    assert Quota.objects.get(org=fair.county.org_id).taken == 1, "each sits under one share"
    assert list(queries.verify(now=NOW)) == []
    actions.cancel(viewer=fair.workers[0], booking_id=Booking.objects.order_by("pk")[0].pk, now=NOW)
    assert Quota.objects.get(org=fair.town.org_id).taken == 2 and list(queries.verify(now=NOW)) == []


def test_who_waits_behind_free_seats_is_told_that_their_share_is_given(fair):
    offer = fair.offer(5)
    actions.set_quota(viewer=fair.county, offer_id=offer, org_id=fair.town.org_id, seats=1, now=NOW)
    seated, waits = fair.ask(offer, 0), fair.ask(offer, 1)
    found = queries.why_waiting(fair.workers[1], waits, now=NOW)
    assert "分给牟山镇总工会的 1 个名额都给出去了" in found.zh and "waits in line" in found.en
    assert queries.why_waiting(fair.workers[0], seated, now=NOW) is None
    Slot.objects.update(seats=1)
    assert queries.why_waiting(fair.workers[1], waits, now=NOW) is None, "no seat is free: it waits as everybody does"


def test_a_parameter_that_is_no_groups_share_keeps_no_seats(fair):
    folder = programs_folder() / "330182-jiande" / "tuition-sponsorship"
    programs.install_packs([policy.load_pack(folder, policy.load_vocabulary(programs_folder()))], NOW)
    offer = fair.offer(4, program="tuition-sponsorship", area="330182")
    assert not Quota.objects.exists()
    fair.ask(offer, 0)
    assert "courier" in kinds.groups() and "honoured" not in kinds.groups()


# --- by which day ---


def test_a_season_over_new_year_is_counted_from_its_first_day_to_its_last(fair):
    facts = CampaignFacts("冬季", fair.county.org_id, date(2023, 12, 1), date(2024, 1, 31))
    season = actions.start_campaign(viewer=fair.county, facts=facts, key="season", now=NOW)
    days = [
        datetime(*day, 9, tzinfo=HERE)
        for day in ((2023, 11, 30), (2023, 12, 1), (2024, 1, 15), (2024, 1, 31), (2024, 2, 1))
    ]
    for number, day in enumerate(days):
        offer = fair.offer(is_open=False, campaign_id=season, closes_at=days[-1])
        actions.add_slots(viewer=fair.county, offer_id=offer, slots=[SlotFacts(day, day + timedelta(hours=1), 2)], now=NOW)  # fmt: skip
        actions.publish(viewer=fair.county, offer_id=offer, now=NOW)
        code = Booking.objects.get(pk=fair.ask(offer, number)).code
        actions.check_in(viewer=fair.county, code=code, now=day)
    (found,) = queries.tally(fair.county, first=facts.starts_on, last=facts.ends_on, campaign_id=season)
    assert found.times == 3


def test_who_is_checked_in_after_new_year_is_counted_in_the_year_of_their_session(fair):
    evening = datetime(2023, 12, 31, 22, tzinfo=HERE)
    offer = fair.offer(is_open=False, closes_at=evening)
    actions.add_slots(viewer=fair.county, offer_id=offer, slots=[SlotFacts(evening, evening + timedelta(hours=1), 2)], now=NOW)  # fmt: skip
    actions.publish(viewer=fair.county, offer_id=offer, now=NOW)
    code = Booking.objects.get(pk=fair.ask(offer, 0)).code
    actions.check_in(viewer=fair.county, code=code, now=evening + timedelta(hours=11))
    assert [row["day"] for row in queries.attendances_to_count()] == [date(2023, 12, 31)]
    assert queries.tally(fair.county, first=date(2023, 1, 1), last=date(2023, 12, 31))[0].times == 1
