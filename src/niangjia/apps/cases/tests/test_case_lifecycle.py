"""The table of moves against every state, action and role; and the tables of outcomes and exits."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.apps.accounts.permissions import ALLOWED
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.cases import lifecycle, moving
from niangjia.apps.cases.models import Case
from niangjia.apps.cases.types import CaseAction, CaseState, CloseReason, ExitKind, ExitProgress, HeldMonth, Outcome
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal

EVERY = list(itertools.product(CaseState, CaseAction, Role))


def test_every_state_action_and_role_is_either_in_the_table_or_refused_in_words():
    allowed = {(move.state, move.action, role) for move in lifecycle.MOVES for role in move.roles}
    assert len(EVERY) == 12 * 24 * 9
    for state, action, role in EVERY:
        if (state, action, role) in allowed:
            assert lifecycle.move(state, action, role).leads_to
            continue
        with pytest.raises((lifecycle.NotInThisState, lifecycle.NotForThisRole)) as refused:
            lifecycle.move(state, action, role)
        assert refused.value.zh and refused.value.en and "。" in refused.value.zh


def test_whoever_the_table_lets_move_holds_the_permission_too():
    for move in lifecycle.MOVES:
        for role in move.roles:
            assert move.permission in ALLOWED[role], (move, role)


def test_no_role_outside_the_business_of_cases_moves_anything():
    for move in lifecycle.MOVES:
        assert not move.roles & {Role.PROVINCE, Role.FINANCE, Role.AUDITOR, Role.ADMINISTRATOR}


def test_a_closed_case_has_no_way_on_and_every_other_state_a_way_to_the_end():
    assert not [move for move in lifecycle.MOVES if move.state == CaseState.CLOSED]
    reaches = {CaseState.CLOSED}
    while more := {move.state for move in lifecycle.MOVES if set(move.leads_to) & reaches} - reaches:
        reaches |= more
    assert reaches == set(CaseState)


def test_every_outcome_has_its_effect_in_both_languages():
    assert set(lifecycle.EFFECTS) == set(Outcome)
    for outcome, effect in lifecycle.EFFECTS.items():
        accept = lifecycle.move(CaseState.SUBMITTED, CaseAction.ACCEPT, Role.COUNTY)
        assert effect.leads_to in accept.leads_to and effect.zh and effect.en
        assert (effect.leads_to == CaseState.CLOSED) == bool(effect.close_reason)
        assert effect.has_grant == (outcome in (Outcome.V1, Outcome.V2))
        assert effect.may_start_file == ((effect.leads_to, CaseAction.START_FILE) in lifecycle.BY_STATE_AND_ACTION)


def test_every_way_out_has_its_rule():
    assert set(lifecycle.EXITS) == set(ExitKind) and set(CloseReason)


@pytest.mark.django_db
def test_every_move_is_refused_at_the_door_to_every_state_and_role_outside_the_table(desk):
    """`moving.take` is the door of every action: permission, scope, state and role, for each of the 2,592 combinations."""
    case = desk.opened()
    town = desk.town
    viewers = {
        Role.CITY: town.city, Role.COUNTY: town.county, Role.TOWNSHIP: town.township, Role.GRASSROOTS: town.grassroots,
        Role.FINANCE: town.finance, Role.AUDITOR: town.auditor, Role.WORKER: desk.worker(case),
    }  # fmt: skip
    for role in (Role.PROVINCE, Role.ADMINISTRATOR):
        viewers[role] = Viewer(9999, 9999, role.value, role, town.city.org_id, town.city.org_path)
    allowed = {
        (move.state, move.action, role)
        for move in lifecycle.MOVES
        for role in move.roles
        if lifecycle.fits(case.kind, move.action)
    }
    for state in CaseState:
        closing = (
            {"closed_at": desk.now, "close_reason": "CANCELLED"}
            if state == CaseState.CLOSED
            else {"closed_at": None, "close_reason": ""}
        )
        Case.objects.filter(pk=case.pk).update(state=state, **closing)
        for action, role in itertools.product(CaseAction, Role):
            if (state, action, role) in allowed:
                assert moving.take(viewers[role], case.pk, action).pk == case.pk
            else:
                with pytest.raises(Refusal):
                    moving.take(viewers[role], case.pk, action)
        with pytest.raises(Refusal):
            moving.take(town.other_county, case.pk, CaseAction.ACCEPT)


# --- six months ---


def months(*incomes: int | None, standard: int | None = 1000, first: str = "2023-01") -> list[HeldMonth]:
    return [
        HeldMonth(
            Month(first).plus(place),
            None if income is None else Decimal(income),
            None if standard is None else Decimal(standard),
        )
        for place, income in enumerate(incomes)
    ]


@pytest.mark.parametrize(
    ("held", "passed", "unknown", "needs_proof"),
    [
        (months(1001, 1001, 1001, 1001, 1001, 1001), 6, 0, False),
        (months(1001, 1001, 1001, 1000, 1001, 1001), 2, 0, False),  # at the standard is not above it
        (months(1001, None, 1001, 1001, 1001, 1001), 5, 1, False),  # a pause, no reset
        (months(1001, None, 1001, None, 1001, 1001, 1001, 1001), 6, 2, True),
        (months(None, None, 999), 0, 0, False),
        (months(1001, 1001, standard=None), 0, 2, True),
    ],
)
def test_months_are_counted_as_the_paper_says(held, passed, unknown, needs_proof):
    assert counted(held) == ExitProgress(passed, unknown, needs_proof)


def counted(held, since="2023-01", through=None):
    last = Month(through) if through else held[-1].month
    return lifecycle.exit_progress(held, since=Month(since), through=last)


@pytest.mark.parametrize(
    ("held", "through", "passed", "unknown"),
    [
        (months(2000, 2000) + months(2000, first="2023-05"), "2023-05", 3, 2),  # in between
        (months(2000, 2000), "2023-05", 2, 3),  # after the last one
        (months(2000, first="2023-03"), "2023-03", 1, 2),  # before the first one
        ([], "2023-04", 0, 4),  # all of them
        (months(2000, 999), "2023-03", 0, 1),  # what lies before the start does not count
        ([], "2022-12", 0, 0),  # not one month is over
    ],
)
def test_a_month_that_nobody_recorded_is_unknown_wherever_it_lies(held, through, passed, unknown):
    assert counted(held, through=through) == ExitProgress(passed, unknown, unknown >= 2)


def test_months_before_the_file_and_months_not_over_are_left_out():
    held = months(2000, 2000, 2000, 2000)
    assert counted(held, since="2023-02", through="2023-03") == ExitProgress(2, 0, False)


@given(st.lists(st.sampled_from([None, 999, 1000, 1001]), max_size=30))
def test_counting_agrees_with_reading_backwards(incomes):
    """From the last month back: months above until the first one at or below, unknown ones left out."""
    passed = 0
    for income in reversed(incomes):
        if income is None:
            continue
        if income <= 1000:
            break
        passed += 1
    held = months(*incomes)
    assert counted(held, through=str(Month("2023-01").plus(len(incomes) - 1))).passed == passed
    assert date(2023, 1, 1) == Month("2023-01").first_day
