from __future__ import annotations

import pytest

from niangjia.apps.accounts.types import Role
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import queries
from niangjia.apps.matters.models import Matter
from niangjia.apps.matters.tests import begun, room
from niangjia.apps.organizations.types import ChangeKind
from niangjia.apps.places import actions as places
from niangjia.apps.places import queries as place_queries
from niangjia.apps.places.models import Place
from niangjia.apps.places.types import PlaceFacts
from niangjia.apps.programs.tests import town
from niangjia.apps.registry import queries as registry
from niangjia.jobs import reorganise
from niangjia.jobs.reorganise import Asked

NOW = town.NOW


@pytest.fixture
def place(db, tmp_path) -> room.Place:
    return room.build(tmp_path)


@pytest.fixture
def begun_place(db) -> begun.Place:
    return begun.build()


def reorganised(place, kind: ChangeKind, code: str, to: str) -> dict[str, int]:
    top = place.town["C"]
    admin = town.appoint("mover", top, Role.ADMINISTRATOR)
    asked = Asked(kind, place.town[code].id, place.town[to].id, NOW.date(), "工会调整〔2023〕1号")
    outlook = reorganise.look(admin, asked, now=NOW)
    assert outlook.matter_count == 1
    return reorganise.carry_out(admin, asked, mark=outlook.mark, now=NOW)


def stands(card) -> tuple[int, int, str]:
    matter = Matter.objects.get(pk=card.id)
    return matter.org_id, matter.desk_id, matter.role


def test_an_application_of_a_union_that_is_merged_goes_on_at_its_successor(place):
    card = place.handed_in()
    due = Matter.objects.get(pk=card.id).due_on
    counts = reorganised(place, ChangeKind.MERGE, "XG", "XH")
    org_id, desk_id, _role = stands(card)
    assert counts["matters"] == 1 and org_id == place.town["XH"].id
    assert desk_id != place.town["XG"].id and Matter.objects.get(pk=card.id).due_on == due
    assert queries.verify() == []


def test_an_application_goes_to_the_new_county_when_its_union_moves_there(place):
    card = place.checked()
    assert stands(card)[1:] == (place.town["X"].id, Role.COUNTY)
    reorganised(place, ChangeKind.MOVE, "XG", "Y")
    assert stands(card) == (place.town["XG"].id, place.town["Y"].id, Role.COUNTY)
    assert queries.verify() == []


def test_an_application_left_at_a_merged_union_is_found_out(place):
    card = place.handed_in()
    reorganised(place, ChangeKind.MERGE, "XG", "XH")
    Matter.objects.filter(pk=card.id).update(org_id=place.town["XG"].id)
    assert [breach.rule for breach in queries.verify()] == ["MATTER 5"]


def test_what_was_given_to_a_union_to_answer_is_answered_by_its_successor(begun_place):
    place = begun_place
    place.represent()
    card = place.hand_in("member-proposal", begun.PROPOSAL)
    place.act(place.town.township, card, "registered")
    card = place.act(place.town.township, card, "assigned", answering_union="制药厂工会")
    reorganised(place, ChangeKind.MERGE, "XH", "XG")
    heir = place.town["XG"]
    matter = Matter.objects.get(pk=card.id)
    assert (matter.desk_id, matter.assigned_id, matter.role) == (heir.id, heir.id, Role.GRASSROOTS)
    assert matter.due_on == card.due_on and queries.verify() == []
    answered = place.act(place.town.grassroots_second, queries.get_card(place.town.grassroots_second, card.id), "answered", proposal_answer="下月起供到零点")  # fmt: skip
    assert answered.stage == "rate"
    Matter.objects.update(assigned_id=place.town["XH"].id)
    assert [breach.rule for breach in queries.verify()] == ["MATTER 5"]


def test_what_goes_back_to_a_union_that_ended_meanwhile_comes_to_its_successor(begun_place):
    place = begun_place
    place.represent()
    card = place.hand_in("member-proposal", begun.PROPOSAL)
    place.act(place.town.township, card, "registered")
    card = place.act(place.town.township, card, "assigned", answering_union="制药厂工会")
    other = town.appoint("pharma", place.town["XH"], Role.GRASSROOTS)
    place.act(other, card, "answered", proposal_answer="研究研究")
    reorganised(place, ChangeKind.MERGE, "XH", "XG")
    draft = matters.go_on(viewer=place.worker, matter_id=card.id, now=NOW)
    back = place.send(place.save(draft, {"proposal_rating": "unsatisfied"}))
    assert (back.stage, back.desk_id) == ("answer", place.town["XG"].id)


def test_whoever_joins_a_union_that_ended_meanwhile_is_a_member_of_its_successor(begun_place):
    place = begun_place
    card = place.hand_in("membership-transfer", {"receiving_union": "制药厂工会", "transfer_reason": "new_job"})
    place.act(place.town.grassroots, card, "released")
    reorganised(place, ChangeKind.MERGE, "XH", "YG")
    heir = town.appoint("heir", place.town["YG"], Role.GRASSROOTS)
    place.act(heir, queries.get_card(heir, card.id), "accepted")
    assert registry.open_memberships_of([place.person_id])[place.person_id].org_id == place.town["YG"].id


@pytest.mark.parametrize("state", ["DONE", "WITHDRAWN"])
def test_an_application_that_is_over_stays_where_it_was(place, state):
    card = place.handed_in()
    assert queries.count_living(place.town["XG"].id, place.town["XG"].path) == 1
    Matter.objects.filter(pk=card.id).update(state=state, closed_at=NOW)
    assert queries.count_living(place.town["XG"].id, place.town["XG"].path) == 0


def test_what_a_merged_union_kept_its_successor_keeps(place):
    place.handed_in()
    facts = PlaceFacts("station", "厂门驿站", place.town["XG"].id, "330624001", "county", details={"manager": "厂"})
    station = places.apply_for_place(viewer=place.town.grassroots, facts=facts, key="station", now=NOW)
    reorganised(place, ChangeKind.MERGE, "XG", "XH")
    assert place_queries.get_place(place.town.county, station, now=NOW).org_id == place.town["XH"].id
    assert list(place_queries.verify()) == []
    Place.objects.update(org_id=place.town["XG"].id)
    assert [breach.rule for breach in place_queries.verify()] == ["PLACE_UNION"]
