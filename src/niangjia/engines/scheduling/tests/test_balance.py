"""The proposal is as even as any there is."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.engines.scheduling import balance


def cost(loads: dict[int, int], taken: dict[int, int | None]) -> tuple[int, int]:
    """Fewest left over first, then the evenest."""
    load = dict(loads)
    for person in taken.values():
        if person is not None:
            load[person] += 1
    return sum(person is None for person in taken.values()), sum(each * each for each in load.values())


@st.composite
def desks(draw):
    people = list(range(1, draw(st.integers(1, 4)) + 1))
    tasks = list(range(100, 100 + draw(st.integers(0, 5))))
    loads = {person: draw(st.integers(0, 6)) for person in people}
    barred = {task: draw(st.sets(st.sampled_from(people))) for task in tasks}
    return tasks, loads, barred


@given(desks())
@settings(max_examples=150, deadline=None)
def test_no_other_way_is_more_even_or_places_more(desk):
    tasks, loads, barred = desk
    taken = balance(tasks, loads, barred)
    assert set(taken) == set(tasks)
    assert all(person is None or person not in barred[task] for task, person in taken.items())
    ways = product(*([None, *(one for one in loads if one not in barred[task])] for task in tasks))
    assert cost(loads, taken) == min(cost(loads, dict(zip(tasks, way, strict=True))) for way in ways)


def test_whoever_has_least_is_taken_first_and_the_first_named_of_equals():
    assert balance([1, 2, 3], {7: 2, 8: 0, 9: 0}) == {1: 8, 2: 9, 3: 8}


def test_a_task_moves_on_when_only_that_makes_room():
    """Task 2 may go to 8 alone; task 1, which was there, goes to 7."""
    assert balance([1, 2], {8: 0, 7: 0}, {2: {7}}) == {1: 7, 2: 8}


def test_nobody_left_is_said():
    assert balance([1], {7: 0}, {1: {7}}) == {1: None}
    assert balance([1], {}) == {1: None}


def test_four_hundred_orders_are_shared_among_twelve_in_a_moment():
    taken = balance(range(400), dict.fromkeys(range(12), 0), {task: {task % 12} for task in range(400)})
    shares = [list(taken.values()).count(person) for person in range(12)]
    assert max(shares) - min(shares) <= 1
