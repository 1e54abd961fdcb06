"""Above a sum the text asks a higher union: said before acting, and nothing is granted without the number of its paper."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from niangjia.apps.matters import problems, queries
from niangjia.apps.matters.models import Move
from niangjia.apps.matters.tests.room import Place, build
from niangjia.apps.matters.types import MatterCard, MatterState
from niangjia.apps.programs.tests import packs

APPROVALS = """approvals:
  - {id: city, level: city, when: cost > 3000, say: {zh: "自付超过 3000 元，报市总工会批准", en: "Above 3000 yuan the city union agrees"}, clause: 第九条}
  - {id: county, level: county, when: cost > 2000, say: {zh: 县总工会批准, en: the county union agrees}, clause: 第八条}
"""


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Place]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(tmp_path_factory.mktemp("programs"), rules=packs.AID + APPROVALS)
        transaction.set_rollback(True)


def checked(place: Place, cost: str) -> MatterCard:
    card = place.handed_in(cost=cost)
    return place.act(place.town.grassroots, card, "accepted", answers={"was_visited": "yes"})


def test_it_is_said_before_acting_and_asked_for(place: Place):
    card = checked(place, "3001")
    (line,) = queries.get_details(place.town.county, card.id, now=place.now).approvals
    assert (line.zh, line.clause) == ("自付超过 3000 元，报市总工会批准", "第九条")
    with pytest.raises(problems.HigherApprovalNeeded, match="3000"):
        place.act(place.town.county, card, "approved")
    done = place.act(place.town.county, card, "approved", higher_approval="绍总工〔2023〕7号")
    assert done.state is MatterState.TO_PAY
    moves = queries.get_details(place.worker, card.id, now=place.now).moves
    assert "绍总工〔2023〕7号" in moves[-1].reason and Move.objects.filter(outcome="approved").count() == 1


def test_up_to_the_sum_and_at_the_level_that_agrees_itself_nobody_else_is_asked(place: Place):
    card = checked(place, "3000")
    assert queries.get_details(place.town.county, card.id, now=place.now).approvals == ()
    assert place.act(place.town.county, card, "approved").state is MatterState.TO_PAY


def test_going_back_and_refusing_need_no_number(place: Place):
    card = checked(place, "5000")
    assert place.act(place.town.county, card, "returned", reason="再核对").stage == "check"
