"""Applications to programmes as a program reads them and takes a step of them: as the desk shows them, nothing sealed, nothing decided."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from niangjia.apps.accounts.types import Role
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.matters import queries
from niangjia.apps.matters.types import MatterState
from niangjia.portals.tests import applied
from niangjia.portals.tests.caller import caller


@pytest.fixture(scope="module")
def built(built, django_db_blocker):
    with django_db_blocker.unblock():
        applied.lay(built)
    return built


@pytest.fixture
def laid(house) -> applied.Applied:
    return applied.lay(house)


@pytest.fixture
def fresh(house, laid):
    """One that waits for the grassroots union's check."""
    return applied.hand_in(laid.other, began_on="2023-10-09")


def ids(answer) -> list[int]:
    return [row["id"] for row in answer.json()["items"]]


def test_the_list_shows_what_the_desk_lists(house, laid):
    county = caller(house.viewers[Role.COUNTY])
    under_way = ids(county.get("/matters"))
    assert under_way == sorted(
        queries.list_matters(house.viewers[Role.COUNTY], place="all").values_list("pk", flat=True)
    )
    assert {laid.waiting_id, laid.asked_id} <= set(under_way) and laid.refused_id not in under_way
    assert ids(county.get("/matters", is_waiting=True)) == [laid.waiting_id]
    assert laid.refused_id in ids(county.get("/matters", state="REFUSED"))
    assert ids(county.get("/matters", program=applied.CLASS)) and not ids(county.get("/matters", program="nothing"))
    first = county.get("/matters", limit=1).json()
    assert ids(county.get(first["next"].replace("limit=1", "limit=100"))) == under_way[1:]


def test_a_list_of_matters_asks_the_database_twelve_questions_at_most(house, laid):
    county = caller(house.viewers[Role.COUNTY])
    county.get("/matters")
    with CaptureQueriesContext(connection) as asked:
        assert len(ids(county.get("/matters", limit=100))) > 1
    assert len(asked) <= 12, [one["sql"][:100] for one in asked]


def test_one_is_found_by_its_number_and_by_its_id_and_nothing_sealed_leaves(house, laid):
    grassroots = caller(house.viewers[Role.GRASSROOTS])
    card = queries.get_card(house.viewers[Role.GRASSROOTS], laid.asked_id)
    by_id, by_number = grassroots.get(f"/matters/{card.id}"), grassroots.get(f"/matters/{card.number}")
    assert by_id.status_code == 200 and by_id.json() == by_number.json()
    said = by_id.json()
    assert said["answer_count"] == len(applied.ANSWERS) and [one["act"] for one in said["moves"]] == ["HAND_IN", "ASK"]
    assert said["person"]["name"].endswith("*") and said["moves"][0]["by"] == "" and said["moves"][1]["by"]
    assert [(one["code"], one["file_count"]) for one in said["papers"]] == [("receipts", 1)]
    for sealed in ("4200", "数控", "发票只有两张"):
        assert sealed not in by_id.content.decode()
    wrong_month = card.number.replace("SX2023", "SX2022")
    for none in (wrong_month, "999999999"):
        assert grassroots.get(f"/matters/{none}").status_code == 404
    assert grassroots.get("/matters/SX1").status_code == 422


def test_whom_it_is_about_finds_that_a_program_looked(house, laid):
    county = caller(house.viewers[Role.COUNTY])
    seen = AuditEvent.objects.filter(action="registry.view", object=f"person:{laid.other.person_id}")
    before = seen.count()
    county.get(f"/matters/{laid.waiting_id}")
    assert (
        seen.count() == before + 1
        and '"token":' in seen.last().detail_text
        and "application" in seen.last().detail_text
    )


def test_matters_of_another_part_of_the_tree_are_as_if_they_were_not_there(house, laid):
    elsewhere = caller(house.desk.town.other_county)
    assert elsewhere.get("/matters").json() == {"items": [], "next": None}
    theirs, none = elsewhere.get(f"/matters/{laid.waiting_id}"), elsewhere.get("/matters/999999999")
    assert theirs.status_code == none.status_code == 404 and theirs.content == none.content
    acted = elsewhere.post(f"/matters/{laid.waiting_id}/act", {"outcome": "approved", "step": 2})
    assert acted.status_code == 404


def test_a_step_is_taken_once_by_whose_turn_it_is(house, fresh):
    grassroots = caller(house.viewers[Role.GRASSROOTS])
    said = grassroots.get(f"/matters/{fresh.number}").json()
    assert {one["outcome"]: one["at_page"] for one in said["can"]} == {
        "accepted": False,
        "returned": False,
        "refused": True,
    }
    body = {"outcome": "accepted", "step": said["step"], "papers_seen": ["receipts"]}
    late = caller(house.viewers[Role.COUNTY]).post(f"/matters/{fresh.id}/act", body)
    assert (late.status_code, late.json()["refusal"]) == (409, "NotYourTurn")
    done = grassroots.post(f"/matters/{fresh.number}/act", body, key="a-key-of-ours")
    again = grassroots.post(f"/matters/{fresh.number}/act", body, key="a-key-of-ours")
    assert done.status_code == 200 and done.json()["stage"] == "approval" and done.content == again.content
    assert again.headers["Idempotent-Replayed"] == "true" and "person" not in done.json()
    assert grassroots.post(f"/matters/{fresh.id}/act", body).json() == done.json(), "a repeat under another key"
    stale = caller(house.desk.town.grassroots_second).post(f"/matters/{fresh.id}/act", body | {"outcome": "returned"})
    assert (stale.status_code, stale.json()["refusal"]) == (409, "SomeoneWasFirst")
    assert AuditEvent.objects.filter(action__startswith="matters.", detail_text__contains='"token":').exists()


def test_deciding_and_refusing_are_for_a_person_at_a_page(house, laid, fresh):
    county, grassroots = caller(house.viewers[Role.COUNTY]), caller(house.viewers[Role.GRASSROOTS])
    step = county.get(f"/matters/{laid.waiting_id}").json()["step"]
    for by, matter_id, outcome, seen in (
        (county, laid.waiting_id, "approved", step),
        (county, laid.waiting_id, "refused", step),
        (grassroots, fresh.id, "refused", fresh.step),
    ):
        answer = by.post(f"/matters/{matter_id}/act", {"outcome": outcome, "step": seen, "reason": "收据不全"})
        assert (answer.status_code, answer.json()["refusal"]) == (409, "AtAPage")
    ahead = county.post(f"/matters/{laid.waiting_id}/act", {"outcome": "approved", "step": step + 1})
    assert ahead.status_code == 422 and "还没有这一步" in ahead.content.decode(), "one step ahead of what was seen"
    back = county.post(f"/matters/{laid.waiting_id}/act", {"outcome": "returned", "step": step, "reason": "请再核对"})
    assert back.status_code == 200 and back.json()["stage"] == "check"
    assert queries.get_card(house.viewers[Role.COUNTY], fresh.id).state is MatterState.AT_WORK


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"answers": {"nothing": "1"}}, "#/answers/nothing"),
        ({"answers": {"cost": "三千多"}}, "#/answers/cost"),
        ({"papers_seen": ["receipts", "nothing"]}, "#/papers_seen/1"),
    ],
)
def test_what_does_not_fit_the_form_is_told_by_its_place(house, fresh, more, place):
    body = {"outcome": "accepted", "step": fresh.step} | more
    answer = caller(house.viewers[Role.GRASSROOTS]).post(f"/matters/{fresh.id}/act", body)
    assert answer.status_code == 422 and [one["pointer"] for one in answer.json()["errors"]] == [place]
    assert queries.get_card(house.viewers[Role.GRASSROOTS], fresh.id).step == fresh.step
