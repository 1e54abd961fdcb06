"""Rules dated twice: when they were in force, and when they became known. What was decided comes out the same in ten years."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from niangjia.apps.accounts.types import Role
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import queries
from niangjia.apps.programs.models import Decision, ParameterValue, Standard
from niangjia.apps.programs.tests import town
from niangjia.apps.programs.tests.packs import AID, install, pack
from niangjia.apps.programs.types import StandardRow, Subject, SubjectKind
from niangjia.engines import policy

pytestmark = pytest.mark.django_db
DAY, AREA, NOW = date(2023, 10, 20), "330624001000", town.NOW
FAMILY = Subject(SubjectKind.HOUSEHOLD, 3)
FACTS = {"cost": Decimal("1000"), "was_visited": True}


@pytest.fixture
def place(tmp_path):
    install(tmp_path, pack(AID))
    return town.build()


def decide(*, now=NOW, asof=DAY, facts=FACTS, **more):
    return programs.decide(
        viewer=None, program="aid", subject=FAMILY, area=AREA, asof=asof, facts=facts, now=now, **more
    )


def fill(place, value: str, *, starts_on=DAY, now=NOW, name="share", area="330624", hands=()):
    first, second = hands or (place.county, place.county_second)
    entered = programs.enter_parameter(
        viewer=first, program="aid", name=name, area=area, starts_on=starts_on, value=value, source="市总〔2023〕9号", now=now
    )  # fmt: skip
    return programs.approve_parameter(viewer=second, parameter_id=entered.id, now=now)


def test_a_value_is_known_from_the_day_it_was_approved(place):
    later = NOW + timedelta(days=10)
    card = fill(place, "0.8", now=later)
    assert (card.starts_on, card.known_on) == (DAY, later.date())
    assert decide().amount == Decimal("500.00")
    assert decide(now=later).amount == Decimal("800.00")
    assert decide(now=later, known_on=NOW.date()).amount == Decimal("500.00")


def test_a_text_is_known_from_the_day_it_was_installed(place, tmp_path):
    later = NOW + timedelta(days=10)
    install(tmp_path, pack(AID.replace("0.5", "0.7")), now=later, active_from=DAY)
    assert decide(now=later, known_on=NOW.date()).amount == Decimal("500.00")
    assert decide(now=later).amount == Decimal("700.00")


def test_an_approved_value_is_corrected_by_another_of_the_same_day_known_later(place):
    fill(place, "0.8")
    later = NOW + timedelta(days=10)
    corrected = fill(place, "0.75", now=later)
    assert corrected.value == "0.75" and ParameterValue.objects.count() == 2
    assert decide(now=later, known_on=NOW.date()).amount == Decimal("800.00")
    assert decide(now=later).amount == Decimal("750.00")
    assert fill(place, "0.75", now=later) == corrected


def test_of_one_day_and_place_one_value_waits_and_one_a_day_is_approved(place):
    fill(place, "0.8")
    with pytest.raises(programs.CorrectedToday):
        fill(place, "0.75")
    with pytest.raises(programs.ParameterTaken):
        fill(place, "0.7", now=NOW + timedelta(days=1))


def test_a_value_that_the_packs_own_would_outrank_is_not_approved(place, tmp_path):
    install(tmp_path, pack(AID.replace("2020-01-01: 0.5", "2024-01-01: 0.6"), id="aid", area="330624"))
    hands = (place.city, town.appoint("city.second", place["C"], Role.CITY, now=NOW))
    with pytest.raises(programs.NoEffect):
        fill(place, "0.9", starts_on=date(2024, 1, 1), area="", hands=hands)


def test_a_value_holds_no_further_than_the_division_of_who_enters_and_approves_it(place):
    for area in ("", "33", "3306", "330681"):
        with pytest.raises(programs.OutsideYourArea):
            fill(place, "0.8", area=area)
    with pytest.raises(programs.OutsideYourArea):
        fill(place, "0.8", area="3306", hands=(place.city, place.county))
    assert fill(place, "0.8", area="330624001", hands=(place.city, place.county)).approved_by == place.county.account_id


def test_the_standard_of_a_day_is_what_was_known_then(place):
    later = NOW + timedelta(days=10)
    programs.receive_standards([StandardRow("330600", date(2023, 7, 1), Decimal("1000"))], source="7月", now=NOW)
    programs.receive_standards([StandardRow("330600", date(2023, 7, 1), Decimal("1100"))], source="补录", now=later)
    assert queries.get_standard(AREA, asof=DAY) == Decimal("1100")
    assert queries.get_standard(AREA, asof=DAY, known_on=NOW.date()) == Decimal("1000")
    with pytest.raises(queries.MissingStandard):
        queries.get_standard(AREA, asof=DAY, known_on=date(2023, 6, 1))
    assert Standard.objects.count() == 2


def test_an_old_decision_comes_out_the_same_whatever_became_known_since(place, tmp_path):
    old = decide()
    later = NOW + timedelta(days=10)
    fill(place, "0.8", now=later)
    install(tmp_path, pack(AID.replace("0.5", "0.1")), now=later)
    assert queries.replay(old.id).is_same and queries.get_decision(old.id) == old
    assert old.known_on == NOW.date()
    with pytest.raises(policy.MissingParameter):
        decide(asof=date(2019, 1, 1))
    assert queries.verify() == []


def test_a_decision_keeps_what_was_offered_and_not_asked(place):
    """Another text may ask for it: deciding anew starts from what was known of the household that day."""
    card = decide(facts=FACTS | {"household_size": 4, "is_member": None, "no_such": 1})
    row = Decision.objects.get(pk=card.id)
    assert row.offered == {"household_size": 4} and card.facts.keys() == {"cost", "was_visited"}


def test_one_matter_is_one_question_and_another_matter_another(place):
    first, again = decide(matter="case:1"), decide(matter="case:1")
    other = decide(matter="case:2", within={SubjectKind.PERSON: 8})
    assert first == again and other.id != first.id
    assert other.subjects == {SubjectKind.PERSON: 8, SubjectKind.HOUSEHOLD: 3}
