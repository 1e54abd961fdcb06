"""Rounds, looks and corrections: who is chosen, who has to put what right, who sees it, what time makes late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from niangjia.apps.assessments import actions, drawing, problems, queries
from niangjia.apps.assessments.models import Correction, Look, Round
from niangjia.apps.assessments.types import Result
from niangjia.apps.files.tests import pictures
from niangjia.apps.programs.tests import town
from niangjia.apps.tasks import actions as tasks
from niangjia.apps.tasks.models import Task
from niangjia.apps.tasks.problems import FieldsRefused
from niangjia.apps.tasks.types import Origin, TaskState

NOW, TODAY = town.NOW, town.NOW.date()
DUE, LATER = TODAY + timedelta(days=10), town.NOW + timedelta(days=12)


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield town.build()
        transaction.set_rollback(True)


@pytest.fixture
def place(built, db):
    return built


def begin(place, orgs=("X", "Y"), *, draw=0, seed="", key="k", title="送温暖督查"):
    ids = [place[code].id for code in orgs]
    return actions.begin(
        viewer=place.city,
        title=title,
        about="看名单、看资金、看回访",
        org_ids=ids,
        draw=draw,
        seed=seed,
        key=key,
        now=NOW,
    )


def looked(place, result=Result.TO_CORRECT):
    """The county's look, as it was found."""
    look = Look.objects.get(round=begin(place), org=place["X"].id).pk
    actions.note(
        viewer=place.city, look_id=look, said="两户没有回访记录", result=result, evidence=[pictures.jpeg()], now=NOW
    )
    return look


def asked(place):
    return actions.ask(viewer=place.city, look_id=looked(place), what="补做两户回访", due=DUE, now=NOW)


def task_of(number):
    return Correction.objects.get(pk=number).task


def report(place, number, *, now=NOW, viewer=None):
    who, task_id = viewer or place.county, task_of(number).pk
    tasks.begin(viewer=who, task_id=task_id, now=now)
    tasks.report(viewer=who, task_id=task_id, evidence=[pictures.jpeg()], now=now)


def card(place, number, *, today=TODAY):
    look = queries.get_correction_look(place.city, number)
    return next(one for one in queries.get_look(place.city, look, today=today).corrections if one.id == number)


@given(st.sets(st.text("ABCDEF0123", min_size=1, max_size=6), min_size=1), st.integers(1, 9), st.randoms())
def test_the_same_seed_chooses_the_same_unions_in_whatever_order_they_are_listed(codes, size, chance):
    listed = list(codes)
    chance.shuffle(listed)
    found = drawing.draw("seed", codes, size)
    assert found == drawing.draw("seed", listed, size)
    assert len(found) == min(size, len(codes)) and set(found) <= codes


def test_a_drawn_round_keeps_seed_and_what_was_drawn_from(place):
    first, second = begin(place, (), draw=1, seed="open-2023"), begin(place, (), draw=1, seed="open-2023", key="other")
    chosen = [
        [one.org_id for one in queries.get_round(place.city, number, today=TODAY).looks] for number in (first, second)
    ]
    assert chosen[0] == chosen[1] and queries.get_round(place.city, first, today=TODAY).population == 2
    assert list(queries.verify()) == []
    other = {"X": "Y", "Y": "X"}[Round.objects.get(pk=first).chosen[0]]
    Round.objects.filter(pk=first).update(chosen=[other])
    assert [one.invariant for one in queries.verify()] == ["ROUND_DRAWN"]


def test_a_round_is_over_unions_right_below_and_begun_once(place):
    assert begin(place) == begin(place)
    for refusal, wrong in [
        (problems.NotFound, {"orgs": ("XT",)}),
        (problems.NobodyChosen, {"orgs": ()}),
        (problems.SeedRefused, {"orgs": (), "draw": 1, "seed": "a b"}),
        (problems.ReasonMissing, {"title": "督"}),
    ]:
        with pytest.raises(refusal):
            begin(place, **{"key": "new", **wrong})


def test_a_correction_is_a_task_of_the_union_looked_at_and_the_round_shows_how_far_it_is(place):
    number = asked(place)
    task = card(place, number).task
    assert (task.origin, task.owner_id, task.due_on) == (Origin.RECTIFICATION, place["X"].id, DUE)
    report(place, number)
    assert card(place, number).task.state is TaskState.REPORTED
    tasks.accept(viewer=place.city, task_id=task.id, now=NOW)
    found = queries.get_round(place.city, Look.objects.get(org=place["X"].id).round_id, today=TODAY)
    assert (len(found.asked), found.done, found.late) == (1, 1, 0) and list(queries.verify()) == []


def test_what_was_withdrawn_by_mistake_can_be_asked_again_in_the_same_words(place):
    number = asked(place)
    tasks.withdraw(viewer=place.city, task_id=card(place, number).task.id, reason="点错了，撤回", now=NOW)
    again = actions.ask(viewer=place.city, look_id=Look.objects.get(org=place["X"].id).pk, what="补做两户回访", due=DUE, now=NOW)  # fmt: skip
    assert again != number and card(place, again).task.state is TaskState.OPEN


def test_what_was_withdrawn_is_not_asked_any_more(place):
    number = asked(place)
    tasks.withdraw(viewer=place.city, task_id=task_of(number).pk, reason="查明不是它的事", now=NOW)
    found = queries.get_round(place.city, Look.objects.get(org=place["X"].id).round_id, today=TODAY)
    assert list(found.asked) == [] and queries.count_living_at(place["X"].id) == 0


def test_asked_twice_it_is_one_task(place):
    number = asked(place)
    look = queries.get_correction_look(place.city, number)
    assert actions.ask(viewer=place.city, look_id=look, what="补做两户回访", due=DUE, now=NOW) == number
    assert Correction.objects.count() == 1


def test_a_long_wish_is_whole_in_the_task_and_shortened_in_its_title(place):
    said = "补做" * 60
    number = actions.ask(viewer=place.city, look_id=looked(place), what=said, due=DUE, now=NOW)
    assert task_of(number).what == said and len(task_of(number).title) == 80


def test_it_stays_with_the_union_that_was_looked_at(place):
    task = task_of(asked(place))
    with pytest.raises(FieldsRefused) as refused:
        tasks.change(
            viewer=place.city, task_id=task.pk, title=task.title, what=task.what, due_on=DUE, owner_id=place["Y"].id, reason="换一家来办", now=NOW
        )  # fmt: skip
    assert list(refused.value.fields) == ["owner"]
    Task.objects.filter(pk=task.pk).update(owner=place["Y"].id)
    assert [one.invariant for one in queries.verify()] == ["CORRECTION_OWED"]


def test_it_is_late_once_its_day_is_over_and_stays_late_when_it_was_made_after_it(place):
    number = asked(place)
    assert not card(place, number, today=DUE).is_late
    assert card(place, number, today=DUE + timedelta(days=1)).is_late
    report(place, number, now=LATER)
    assert card(place, number).is_late
    assert [(row["state"], row["is_late"], row["union_id"]) for row in queries.corrections_to_count(NOW)] == [("REPORTED", True, place["X"].id)]  # fmt: skip


def test_what_is_asked_has_a_day_to_come_and_something_that_was_found(place):
    look = looked(place)
    with pytest.raises(problems.DayRefused):
        actions.ask(viewer=place.city, look_id=look, what="补做两户回访", due=TODAY - timedelta(days=1), now=NOW)
    actions.note(viewer=place.city, look_id=look, said="都有回访记录", result=Result.IN_ORDER, now=NOW)
    with pytest.raises(problems.NotNow):
        actions.ask(viewer=place.city, look_id=look, what="补做两户回访", due=DUE, now=NOW)


def test_a_township_asks_its_own_unions_to_put_things_right(place):
    made = actions.begin(
        viewer=place.township, title="冬季督查", about="看驿站药箱", org_ids=[place["XG"].id], key="t", now=NOW
    )
    look = Look.objects.get(round=made).pk
    actions.note(viewer=place.township, look_id=look, said="药箱过期了", result=Result.TO_CORRECT, now=NOW)
    number = actions.ask(viewer=place.township, look_id=look, what="换新的药箱", due=DUE, now=NOW)
    report(place, number, viewer=place.grassroots)


def test_a_task_leads_back_to_its_look_for_who_sees_it(place):
    number = asked(place)
    look, task_id = queries.get_correction_look(place.city, number), task_of(number).pk
    assert queries.find_look_of_task(place.county, task_id) == look
    assert queries.find_look_of_task(place.other_county, task_id) is None


def test_a_union_sees_its_own_look_and_no_other(place):
    number, look = asked(place), Look.objects.get(org=place["X"].id)
    (own,) = queries.get_round(place.county, look.round_id, today=TODAY).looks
    assert (own.org_id, [one.id for one in own.corrections]) == (place["X"].id, [number])
    assert len(queries.get_round(place.auditor, look.round_id, today=TODAY).looks) == 2
    with pytest.raises(problems.NotFound):
        queries.get_look(place.other_county, look.pk, today=TODAY)
    for viewer in (place.township, place.grassroots):
        with pytest.raises(problems.NotFound):
            queries.get_round(viewer, look.round_id, today=TODAY)
        assert queries.list_rounds(viewer, today=TODAY) == []


def test_what_a_union_that_ends_has_to_correct_goes_to_the_one_that_goes_on(place):
    number = asked(place)
    for _again in range(2):
        actions.rehome_rounds(viewer=place.city, from_id=place["X"].id, to_id=place["Y"].id, now=NOW)
        tasks.rehome(viewer=place.city, from_id=place["X"].id, to_id=place["Y"].id, now=NOW)
    assert Correction.objects.get(pk=number).look.org_id == task_of(number).owner_id == place["Y"].id
    assert (queries.count_living_at(place["X"].id), queries.count_living_at(place["Y"].id)) == (0, 1)
    assert list(queries.verify()) == []
    report(place, number, viewer=place.other_county)


def test_what_was_put_right_stays_with_the_union_that_ended(place):
    number = asked(place)
    report(place, number)
    tasks.accept(viewer=place.city, task_id=task_of(number).pk, now=NOW)
    actions.rehome_rounds(viewer=place.city, from_id=place["X"].id, to_id=place["Y"].id, now=NOW)
    assert Correction.objects.get(pk=number).look.org_id == place["X"].id
