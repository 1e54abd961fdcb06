"""E05: a check-up takes about thirty minutes; with c lanes the bus sees 2c people an hour."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.engines.scheduling import Lanes, Outing, Session, Site, metres_of, plan_bus, slots

DAY = 24 * 60
HOURS = 60


def days(count: int, bus: str = "车一", starts: int = 8, ends: int = 17) -> list[Outing]:
    return [Outing(f"{bus} {day + 1}", day * DAY + starts * HOURS, day * DAY + ends * HOURS) for day in range(count)]


def line(*metres: int) -> tuple[list[list[int]], list[list[int]]]:
    """Places along a road from home; a kilometre takes a minute."""
    spots = [0, *metres]
    distance = [[abs(a - b) for b in spots] for a in spots]
    return distance, [[way // 1000 for way in row] for row in distance]


def test_with_c_lanes_the_bus_sees_two_c_people_an_hour():
    assert [Lanes(c, 30).people(HOURS) for c in (1, 2, 4)] == [2, 4, 8]
    assert Lanes(4, 30).minutes(100) == 25 * 30 and Lanes(4, 30).minutes(101) == 26 * 30


def test_a_town_of_a_hundred_and_twenty_takes_two_days_of_four_lanes():
    distance, travel = line(30_000)
    plan = plan_bus([Site("牟山镇", 1, 120)], days(3), Lanes(4, 30), distance=distance, travel=travel, seconds=2)
    assert sum(one.people for one in plan.sessions) == 120 and not plan.waiting
    assert len(plan.sessions) == 2 and plan.metres == 120_000
    assert all((one.begins % DAY) >= 8 * HOURS + 30 and one.ends % DAY <= 17 * HOURS - 30 for one in plan.sessions)


def test_slots_are_half_hours_with_a_seat_a_lane_and_the_last_has_what_is_left():
    session = Session("牟山镇", "车一 1", 540, 630, 10)
    assert slots(session, Lanes(4, 30)) == [(540, 4), (570, 4), (600, 2)]


def test_who_finds_no_session_is_counted():
    distance, travel = line(10_000, 500_000)
    sites = [Site("近", 1, 100), Site("远", 2, 5)]
    plan = plan_bus(sites, days(1), Lanes(2, 30), distance=distance, travel=travel, seconds=1)
    held = sum(one.people for one in plan.sessions)
    assert plan.waiting == {"近": 100 - held, "远": 5} and held == 34


def test_a_site_is_served_when_it_is_open():
    distance, travel = line(5_000)
    market = Site("市场", 1, 8, open_at=((DAY + 13 * HOURS, DAY + 16 * HOURS),))
    (session,) = plan_bus([market], days(2), Lanes(2, 30), distance=distance, travel=travel, seconds=1).sessions
    assert session.outing == "车一 2" and session.begins >= DAY + 13 * HOURS and session.ends <= DAY + 16 * HOURS


def test_what_is_fixed_stays_and_the_rest_is_planned_around_it():
    distance, travel = line(5_000, 8_000)
    sites = [Site("甲", 1, 20), Site("乙", 2, 20)]
    fixed = Session("甲", "车一 1", 10 * HOURS, 12 * HOURS, 16)
    plan = plan_bus(sites, days(2), Lanes(4, 30), distance=distance, travel=travel, fixed=[fixed], seconds=2)
    assert fixed in plan.sessions and not plan.waiting and not plan.unkept
    assert sum(one.people for one in plan.sessions if one.site == "甲") == 20


def test_two_fixed_sessions_at_once_cannot_both_be_kept_and_that_is_told():
    distance, travel = line(5_000, 8_000)
    sites = [Site("甲", 1, 8), Site("乙", 2, 8)]
    fixed = [Session(name, "车一 1", 600, 660, 8) for name in ("甲", "乙")]
    plan = plan_bus(sites, days(1), Lanes(4, 30), distance=distance, travel=travel, fixed=fixed, seconds=2)
    assert len(plan.unkept) == 1 and plan.unkept[0] in fixed


@given(
    people=st.lists(st.integers(0, 60), min_size=1, max_size=5),
    metres=st.lists(st.integers(0, 60_000), min_size=5, max_size=5),
    lanes=st.integers(1, 4),
    count=st.integers(1, 3),
)
@settings(max_examples=25, deadline=None)
def test_everybody_is_in_one_session_or_waits_and_no_bus_is_in_two_places(people, metres, lanes, count):
    distance, travel = line(*metres[: len(people)])
    sites = [Site(f"点{number}", number, one) for number, one in enumerate(people, 1)]
    outings = days(count)
    plan = plan_bus(sites, outings, Lanes(lanes, 30), distance=distance, travel=travel, seconds=0.3)
    for site in sites:
        assert (
            sum(one.people for one in plan.sessions if one.site == site.name) + plan.waiting.get(site.name, 0)
            == site.people
        )
    for outing in outings:
        clock, here = outing.starts, 0
        for one in (one for one in plan.sessions if one.outing == outing.name):
            place = next(site.place for site in sites if site.name == one.site)
            assert (
                one.begins >= clock + travel[here][place]
                and Lanes(lanes, 30).people(one.ends - one.begins) >= one.people
            )
            clock, here = one.ends, place
        assert clock + travel[here][0] <= outing.ends
    assert plan.metres == metres_of(plan.sessions, sites, outings, distance)
