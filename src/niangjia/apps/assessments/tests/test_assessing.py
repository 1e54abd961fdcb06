"""Sheets published with their figures: who may, what stands, what is on record, who sees it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import transaction

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.assessments import actions, pinning, problems, queries
from niangjia.apps.assessments.models import Adjustment, Publication
from niangjia.apps.assessments.types import Figures, State
from niangjia.apps.audit import queries as audit
from niangjia.apps.files.tests import pictures
from niangjia.apps.programs.tests import town

SHEET = "union-work-2026"
D = Decimal


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        built = town.build()
        second = town.appoint("city.second", built["C"], built.city.role)
        yield built, second
        transaction.set_rollback(True)


@pytest.fixture
def place(built, db):
    return built[0]


@pytest.fixture
def second(built, db):
    return built[1]


def figures(place):
    return Figures(
        town.NOW,
        {
            place["X"].id: {"visited": D("0.8"), "precision": D("0.6"), "helped": D(40), "overdue": D(5)},
            place["Y"].id: {"visited": None, "precision": D("0.9"), "helped": D(12), "overdue": D(0)},
        },
    )


def publish(place, viewer=None):
    return actions.publish(viewer=viewer or place.city, sheet_id=SHEET, figures=figures(place), now=town.NOW)


def adjust(place, points=D(2), *, viewer=None, reason="全省现场会在此召开", evidence=None, key="k", org="X"):
    papers = [pictures.jpeg()] if evidence is None else evidence
    return actions.adjust(
        viewer=viewer or place.city, sheet_id=SHEET, org_id=place[org].id, points=points, reason=reason, evidence=papers, key=key, now=town.NOW
    )  # fmt: skip


def test_a_published_sheet_keeps_figures_rules_and_points_and_comes_out_the_same(place):
    card = queries.get_publication(place.city, publish(place))
    by_union = {one.union: one for one in card.standings}
    points = {one.item: one.points for one in by_union[place["X"].id].items}
    assert (points["visited"], points["precision"], points["overdue"]) == (D("12.00"), D("10.00"), D("13.50"))
    assert {one.item: one.points for one in by_union[place["Y"].id].items}["visited"] is None
    assert (card.as_of, card.rules[1]["rule_zh"]) == (town.NOW, "30% 得零分，90% 得满分，中间按比例")
    assert list(queries.verify()) == []
    (event,) = audit.list_about(f"publication:{card.id}")
    assert event.action == "assessments.publish" and len(event.detail["hash"]) == 64


def test_a_publication_whose_points_were_touched_is_found(place):
    number = publish(place)
    row = Publication.objects.get(pk=number)
    row.points[str(place["X"].id)]["total"] = "99.00"
    row.save()
    assert [one.invariant for one in queries.verify()] == ["ASSESSED_SAME", "ASSESSED_KEPT"]


def test_a_publication_whose_figures_and_points_were_touched_together_is_found(place):
    row = Publication.objects.get(pk=publish(place))
    row.figures[str(place["X"].id)]["visited"] = "0.5000"
    row.points = pinning._points(pinning.standings_of(row))
    row.save()
    assert [one.invariant for one in queries.verify()] == ["ASSESSED_KEPT"]


def test_a_draft_and_its_publication_say_the_same(place):
    before = queries.draft(place.city, queries.get_sheet(SHEET), place["C"], figures(place))
    assert queries.get_publication(place.city, publish(place)).standings == before


def test_one_stands_at_a_time_and_a_withdrawn_one_stays_with_its_reason(place):
    first = publish(place)
    with pytest.raises(problems.NotNow):
        publish(place)
    with pytest.raises(problems.ReasonMissing):
        actions.withdraw(viewer=place.city, publication_id=first, reason="错", now=town.NOW)
    actions.withdraw(viewer=place.city, publication_id=first, reason="数据源补报后重算", now=town.NOW)
    again = publish(place)
    assert [(one.id, one.state) for one in queries.list_publications(place.city)] == [(again, State.PUBLISHED), (first, State.WITHDRAWN)]  # fmt: skip


def test_nothing_counted_is_nothing_to_publish(place):
    empty = Figures(town.NOW, {place["X"].id: {"visited": None}})
    with pytest.raises(problems.NothingCounted):
        actions.publish(viewer=place.city, sheet_id=SHEET, figures=empty, now=town.NOW)


def test_extra_points_count_once_a_second_person_has_confirmed_them(place, second):
    number = adjust(place)
    assert adjust(place) == number
    sheet = queries.get_sheet(SHEET)
    before = queries.draft(place.city, sheet, place["C"], figures(place))
    with pytest.raises(problems.SecondPerson):
        actions.confirm(viewer=place.city, adjustment_id=number, now=town.NOW)
    actions.confirm(viewer=second, adjustment_id=number, now=town.NOW)
    after = queries.draft(place.city, sheet, place["C"], figures(place))
    assert {one.union: one.adjusted for one in before}[place["X"].id] == 0
    assert {one.union: one.adjusted for one in after}[place["X"].id] == 2


@pytest.mark.parametrize("points", [D(0), D(6), D(-11), D("1.005"), D("NaN")])
def test_points_beyond_what_the_sheet_allows_are_refused(place, points):
    with pytest.raises(problems.PointsRefused):
        adjust(place, points)


def test_points_need_a_reason_evidence_and_a_union_that_is_compared(place):
    with pytest.raises(problems.ReasonMissing):
        adjust(place, reason="好")
    with pytest.raises(problems.EvidenceMissing):
        adjust(place, evidence=[])
    with pytest.raises(problems.NotFound):
        adjust(place, org="XT")
    assert not Adjustment.objects.exists()


def test_a_compared_union_sees_what_was_published_and_nobody_else_below_does(place):
    number = publish(place)
    assert queries.get_publication(place.other_county, number).id == number
    assert queries.get_publication(place.auditor, number).id == number
    for viewer in (place.township, place.grassroots):
        with pytest.raises(problems.NotFound):
            queries.get_publication(viewer, number)
    with pytest.raises(problems.NotFound):
        queries.draft(place.county, queries.get_sheet(SHEET), place["C"], figures(place))
    actions.withdraw(viewer=place.city, publication_id=number, reason="数据源补报后重算", now=town.NOW)
    with pytest.raises(problems.NotFound):
        queries.get_publication(place.county, number)


def test_who_audits_or_pays_publishes_nothing(place):
    for viewer in (place.auditor, place.finance, place.grassroots):
        with pytest.raises(NotAllowed):
            publish(place, viewer)


def test_who_stands_in_for_the_one_who_proposed_points_does_not_confirm_them(place, second):
    number = adjust(place)
    stand_in = replace(second, joined_ids=frozenset({place.city.account_id}))
    with pytest.raises(problems.SecondPerson):
        actions.confirm(viewer=stand_in, adjustment_id=number, now=town.NOW)
    assert Adjustment.objects.get(pk=number).confirmed_by_id is None
