"""Rounds, looks and corrections: who is chosen, who answers, who checks, who sees it, what time makes late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from niangjia.apps.assessments import actions, drawing, problems, queries
from niangjia.apps.assessments.models import Correction, Look, Round
from niangjia.apps.assessments.types import CorrectionState, Result
from niangjia.apps.files.tests import pictures
from niangjia.apps.programs.tests import town

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


def answer(place, number, *, now=NOW, viewer=None):
    actions.answer(
        viewer=viewer or place.county, correction_id=number, said="已补做回访", evidence=[pictures.jpeg()], now=now
    )


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


def test_a_correction_is_asked_made_and_checked_by_somebody_else(place):
    number = asked(place)
    assert card(place, number).state is CorrectionState.ASKED
    answer(place, number)
    assert card(place, number).state is CorrectionState.CORRECTED
    with pytest.raises(problems.NotNow):
        answer(place, number)
    actions.check(viewer=place.city, correction_id=number, is_right=True, now=NOW)
    assert card(place, number).state is CorrectionState.CHECKED
    assert list(queries.verify()) == []


def test_who_corrected_never_checks(place):
    number = asked(place)
    answer(place, number)
    Correction.objects.filter(pk=number).update(corrected_by=place.city.account_id)
    with pytest.raises(problems.SecondPerson):
        actions.check(viewer=place.city, correction_id=number, is_right=True, now=NOW)


def test_one_given_back_needs_a_word_and_is_made_again(place):
    number = asked(place)
    answer(place, number)
    with pytest.raises(problems.ReasonMissing):
        actions.check(viewer=place.city, correction_id=number, is_right=False, now=NOW)
    actions.check(viewer=place.city, correction_id=number, is_right=False, said="照片看不清", now=NOW)
    assert (card(place, number).state, card(place, number).said) == (CorrectionState.RETURNED, "照片看不清")
    answer(place, number)


def test_it_is_late_once_its_day_is_over_and_stays_late_when_it_was_made_after_it(place):
    number = asked(place)
    assert not card(place, number, today=DUE).is_late
    assert card(place, number, today=DUE + timedelta(days=1)).is_late
    answer(place, number, now=LATER)
    assert card(place, number).is_late
    assert [(row["state"], row["is_late"], row["union_id"]) for row in queries.corrections_to_count(NOW)] == [("CORRECTED", True, place["X"].id)]  # fmt: skip


def test_time_reminds_once_of_what_is_late(place):
    asked(place)
    assert (actions.remind(now=NOW), actions.remind(now=LATER), actions.remind(now=LATER)) == (0, 1, 0)


def test_what_is_asked_has_a_day_to_come_and_something_that_was_found(place):
    look = looked(place)
    with pytest.raises(problems.DayRefused):
        actions.ask(viewer=place.city, look_id=look, what="补做两户回访", due=TODAY - timedelta(days=1), now=NOW)
    actions.note(viewer=place.city, look_id=look, said="都有回访记录", result=Result.IN_ORDER, now=NOW)
    with pytest.raises(problems.NotNow):
        actions.ask(viewer=place.city, look_id=look, what="补做两户回访", due=DUE, now=NOW)


def test_a_correction_is_answered_by_its_own_union_with_evidence(place):
    number = asked(place)
    for viewer in (place.other_county, place.township):
        with pytest.raises(problems.NotFound):
            answer(place, number, viewer=viewer)
    with pytest.raises(problems.EvidenceMissing):
        actions.answer(viewer=place.county, correction_id=number, said="已补做回访", evidence=[], now=NOW)


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
    actions.rehome_rounds(viewer=place.city, from_id=place["X"].id, to_id=place["Y"].id, now=NOW)
    assert Correction.objects.get(pk=number).look.org_id == place["Y"].id
    assert actions.rehome_rounds(viewer=place.city, from_id=place["X"].id, to_id=place["Y"].id, now=NOW) == 0
    assert (queries.count_living_at(place["X"].id), queries.count_living_at(place["Y"].id)) == (0, 1)
    answer(place, number, viewer=place.other_county)
