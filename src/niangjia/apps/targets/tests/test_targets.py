"""Targets divided among the unions below, and figures of other offices: what is taken, what is refused, what is on record."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.audit import queries as audit
from niangjia.apps.files.tests import pictures
from niangjia.apps.programs.tests import town
from niangjia.apps.targets import actions, problems, queries
from niangjia.apps.targets.models import Statement
from niangjia.apps.targets.types import Comparator

YEAR, TODAY = 2023, town.NOW.date()
WARM = "warm-action-2022"


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield town.build()
        transaction.set_rollback(True)


@pytest.fixture
def place(built, db):
    return built


def divide(viewer, values, *, from_day=date(YEAR, 1, 1), reason="任务分解 2023年1月", indicator="visited", year=YEAR):
    return actions.set_shares(
        viewer=viewer, programme_id=WARM, indicator_id=indicator, year=year, values=values, from_day=from_day, reason=reason, now=town.NOW
    )  # fmt: skip


def asked(place, code, *, today=TODAY, year=YEAR, indicator="visited"):
    union = place[code]
    return queries.asked_of(queries.get_programme(WARM), [union], year=year, today=today)[union.id][indicator]


def test_a_union_divides_its_target_among_those_right_below(place):
    assert divide(place.city, {place["X"].id: Decimal(3000), place["Y"].id: Decimal(2500)}) == 2
    found = asked(place, "X")
    assert (found.goal.value, found.goal.comparator, found.is_own) == (3000, Comparator.AT_LEAST, True)


def test_one_without_a_share_shows_the_nearest_one_above(place):
    divide(place.city, {place["X"].id: Decimal(3000)})
    for code in ("XT", "XG"):
        found = asked(place, code)
        assert (found.goal.value, found.org_name, found.is_own) == (3000, "新昌县总工会", False)
    assert asked(place, "Y").goal is None


def test_in_the_papers_year_everybody_without_a_share_shows_the_papers_own_number(place):
    found = asked(place, "X", year=2022)
    assert (found.goal.value, found.org_id, found.org_name, found.is_own) == (100_000, None, "浙江省总工会", False)


def test_a_union_with_none_above_enters_its_own_target(place):
    divide(place.city, {place["C"].id: Decimal(9000)})
    assert asked(place, "C").is_own and asked(place, "Y").goal.value == 9000


def test_a_new_share_holds_from_its_day_on_and_the_old_one_stays_on_record(place):
    divide(place.city, {place["X"].id: Decimal(3000)})
    divide(place.city, {place["X"].id: Decimal(3500)}, from_day=date(YEAR, 12, 1), reason="年中调整 2023年11月")
    before, after = asked(place, "X"), asked(place, "X", today=date(YEAR, 12, 1))
    assert (before.goal.value, before.later.value, after.goal.value) == (3000, 3500, 3500)
    history = queries.list_shares(place.city, queries.get_programme(WARM), "visited", YEAR)
    assert [(one.value, one.reason) for one in history] == [(3500, "年中调整 2023年11月"), (3000, "任务分解 2023年1月")]


def test_of_two_shares_for_the_same_day_to_come_the_one_set_last_is_told(place):
    divide(place.city, {place["X"].id: Decimal(3000)})
    for value in (3500, 3600):
        divide(place.city, {place["X"].id: Decimal(value)}, from_day=date(YEAR, 12, 1), reason="年中调整 2023年11月")
    divide(place.city, {place["X"].id: Decimal(4000)}, from_day=date(YEAR, 12, 31), reason="年底再调整")
    assert asked(place, "X").later.value == asked(place, "X", today=date(YEAR, 12, 1)).goal.value == 3600


def test_a_share_that_is_taken_back_shows_the_one_above_again(place):
    divide(place.city, {place["C"].id: Decimal(9000), place["X"].id: Decimal(3000)})
    divide(place.city, {place["X"].id: None})
    assert asked(place, "X").goal.value == 9000


def test_what_is_asked_already_is_not_set_again(place):
    divide(place.city, {place["X"].id: Decimal(3000)})
    assert divide(place.city, {place["X"].id: Decimal(3000)}) == 0


def test_every_share_is_on_record_with_its_reason(place):
    divide(place.city, {place["X"].id: Decimal(3000)})
    (event,) = audit.list_about(f"orgunit:{place['X'].id}", actions=["targets.share"])
    assert (event.reason, event.detail["value"], event.detail["indicator"]) == ("任务分解 2023年1月", "3000", "visited")


@pytest.mark.parametrize("code", ["XT", "XG", "C"])
def test_nobody_divides_past_those_right_below(place, code):
    viewer = place.county if code == "C" else place.city
    with pytest.raises(problems.NotYourPart):
        divide(viewer, {place[code].id: Decimal(1)})


def test_a_neighbours_part_cannot_be_divided(place):
    with pytest.raises(problems.NotYourPart):
        divide(place.other_county, {place["XT"].id: Decimal(1)})


@pytest.mark.parametrize("who", ["grassroots", "finance", "auditor"])
def test_dividing_is_for_those_who_lead(place, who):
    with pytest.raises(NotAllowed):
        divide(getattr(place, who), {place["XG"].id: Decimal(1)})


@pytest.mark.parametrize(
    ("values", "more", "refused"),
    [
        (Decimal("0.5"), {}, problems.NumbersRefused),
        (Decimal(-1), {}, problems.NumbersRefused),
        (Decimal("NaN"), {}, problems.NumbersRefused),
        (Decimal(1), {"reason": " 无 "}, problems.ReasonMissing),
        (Decimal(1), {"from_day": date(2022, 12, 31)}, problems.OutsideThePeriod),
        (Decimal(1), {"from_day": date(2024, 1, 1)}, problems.OutsideThePeriod),
        (Decimal(1), {"year": 20}, problems.YearRefused),
        (Decimal(1), {"indicator": "nothing"}, problems.NoSuchProgramme),
    ],
)
def test_a_share_that_cannot_be_is_refused_and_nothing_is_set(place, values, more, refused):
    with pytest.raises(refused):
        divide(place.city, {place["X"].id: values, place["Y"].id: Decimal(5)}, **more)
    assert asked(place, "Y").goal is None


# --- statements ---

PARTS = (("小微企业", Decimal(567_900)), ("个体工商户", Decimal(127_400)))


def state(viewer, **told):
    given = {
        "programme_id": "small-firm-skills",
        "indicator_id": "trained",
        "year": 2021,
        "parts": PARTS,
        "total": Decimal(695_300),
    }
    given |= {"source": "市场监管局 2022年4月", "papers": [pictures.jpeg()], "key": uuid.uuid4().hex, "now": town.NOW}
    return actions.state(viewer=viewer, **(given | told))


def test_a_figure_of_another_office_is_kept_with_parts_source_and_paper(place):
    number = state(place.city)
    card = queries.get_statement(place.city, number)
    assert (card.total, card.parts, card.source) == (695_300, PARTS, "市场监管局 2022年4月")
    (paper,) = queries.list_papers([number])[number]
    opened = actions.open_paper(viewer=place.city, statement_id=number, key=paper.key, now=town.NOW)
    assert opened.content and list(queries.verify()) == []


def test_the_same_statement_sent_twice_is_one(place):
    key = uuid.uuid4().hex
    assert state(place.city, key=key) == state(place.city, key=key)


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ({"total": Decimal(695_301)}, problems.SumDiffers),
        ({"source": "口头"}, problems.SourceMissing),
        ({"papers": []}, problems.PaperMissing),
        ({"parts": (("", Decimal(695_300)),)}, problems.NumbersRefused),
        ({"parts": (("小微企业", Decimal("695300.5")),), "total": Decimal("695300.5")}, problems.NumbersRefused),
        ({"year": 1999}, problems.YearRefused),
    ],
)
def test_a_statement_without_sum_source_or_paper_is_refused(place, told, refused):
    with pytest.raises(refused):
        state(place.city, **told)
    assert not Statement.objects.exists()


def test_a_statement_is_seen_in_its_part_of_the_tree_alone(place):
    number = state(place.county)
    assert queries.get_statement(place.city, number).total == 695_300
    with pytest.raises(problems.NotFound):
        queries.get_statement(place.other_county, number)


def test_a_statement_is_withdrawn_by_its_union_for_a_reason_and_stays_on_record(place):
    number = state(place.county)
    programme = queries.get_programme("small-firm-skills")
    with pytest.raises(problems.ReasonMissing):
        actions.withdraw(viewer=place.county, statement_id=number, reason="", now=town.NOW)
    with pytest.raises(problems.NotFound):
        actions.withdraw(viewer=place.city, statement_id=number, reason="原件有误", now=town.NOW)
    for _again in range(2):
        actions.withdraw(viewer=place.county, statement_id=number, reason="原件有误", now=town.NOW)
    assert queries.list_statements(place.county, programme, 2021) == []
    assert queries.get_statement(place.county, number).reason == "原件有误"
    assert len(audit.list_about(f"statement:{number}", actions=["targets.withdraw"])) == 1


def test_a_statement_whose_sum_was_altered_is_found_out(place):
    number = state(place.city)
    Statement.objects.filter(pk=number).update(total=695_400)
    assert [one.invariant for one in queries.verify()] == ["STATED_SUM"]


def test_a_worker_sees_no_targets(place):
    worker = replace(place.grassroots, role="WORKER", org_path="")
    with pytest.raises(NotAllowed):
        queries.get_union(worker, place["XG"].id)


def test_a_lead_sees_their_own_part_and_no_other(place):
    assert queries.get_union(place.county, 0).name == "新昌县总工会"
    assert queries.get_union(place.county, place["XT"].id).id == place["XT"].id
    for code in ("C", "Y"):
        with pytest.raises(problems.NotFound):
            queries.get_union(place.county, place[code].id)
