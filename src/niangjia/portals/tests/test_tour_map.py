"""The sketch of a bus plan: however close the sites lie, every mark can be read."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.portals.services.bookings import tour_map
from niangjia.portals.services.bookings.tour_map import HEIGHT, TALL, WIDTH, Point, set_apart

points = st.builds(
    Point,
    name=st.just("站"),
    left=st.integers(tour_map.MARGIN, WIDTH - tour_map.MARGIN) | st.integers(200, 215),
    top=st.integers(tour_map.MARGIN, HEIGHT - tour_map.MARGIN) | st.integers(100, 110),
    stops=st.lists(st.integers(1, 60), max_size=3).map(lambda numbers: "·".join(map(str, numbers))),
    people=st.integers(0, 500),
    waiting=st.integers(0, 50),
)


@settings(deadline=None)
@given(st.lists(points, min_size=1, max_size=30))
def test_no_mark_covers_another_and_none_leaves_the_frame(given_points: list[Point]):
    found = set_apart(given_points)
    assert [(one.left, one.top, one.stops) for one in found] == [(one.left, one.top, one.stops) for one in given_points]
    for one, other in combinations(found, 2):
        (left, top), (other_left, other_top) = one.box, other.box
        beside = left + one.wide <= other_left or other_left + other.wide <= left
        assert beside or top + TALL <= other_top or other_top + TALL <= top
    for one in found:
        assert one.box[0] >= 0 and one.box[1] >= 0 and one.box[0] + one.wide <= WIDTH and one.box[1] + TALL <= HEIGHT


def test_what_has_room_stands_where_it_lies():
    far = [Point("甲", 60, 60, "1", 1, 0), Point("乙", 300, 200, "2", 1, 0)]
    assert [one.is_aside for one in set_apart(far)] == [False, False]


def test_where_there_is_no_room_left_a_mark_stands_at_its_own_place():
    crowd = [Point("站", 240, 170, "11·12·13", 1, 0)] * 120
    found = set_apart(crowd)
    assert len(found) == 120 and not found[-1].is_aside
