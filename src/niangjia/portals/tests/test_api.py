"""The API as a program meets it: scopes, the part of the tree, lists, problems, calls that are sent twice, and its document."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Scope, Throttle
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.cases.tests import desk as desks
from niangjia.apps.programs.tests import town
from niangjia.portals.api import doors, once
from niangjia.portals.api.urls import api, urlpatterns
from niangjia.portals.design.pages import Access
from niangjia.portals.tests.caller import Caller, caller, token_of

ORDERS = {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS, Role.AUDITOR}
CASES = ORDERS | {Role.FINANCE}
VERIFIERS = {Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS}
HOLDERS = ORDERS - {Role.AUDITOR}
DOCUMENT = Path(__file__).resolve().parents[4] / "docs" / "reference" / "openapi.json"

# Every operation: scope, and the roles whose post may at all.
TABLE = {
    "list_orders": (Scope.ORDERS_READ, ORDERS),
    "get_order": (Scope.ORDERS_READ, ORDERS),
    "accept_order": (Scope.ORDERS_WRITE, HOLDERS),
    "forward_order": (Scope.ORDERS_WRITE, HOLDERS - {Role.GRASSROOTS}),
    "hand_back_order": (Scope.ORDERS_WRITE, HOLDERS),
    "assign_order": (Scope.ORDERS_WRITE, HOLDERS),
    "stand_aside": (Scope.ORDERS_WRITE, VERIFIERS),
    "record_contact_try": (Scope.ORDERS_WRITE, VERIFIERS),
    "record_visit": (Scope.ORDERS_WRITE, VERIFIERS),
    "submit_finding": (Scope.ORDERS_WRITE, VERIFIERS),
    "list_applications": (Scope.CASES_READ, CASES),
    "report_worker": (Scope.APPLICATIONS_WRITE, VERIFIERS),
    "list_matters": (Scope.CASES_READ, CASES),
    "get_matter": (Scope.CASES_READ, CASES),
    "act_on_matter": (Scope.MATTERS_WRITE, HOLDERS),
    "list_objections": (Scope.CASES_READ, {Role.PROVINCE, Role.CITY, Role.COUNTY}),
    "list_cases": (Scope.CASES_READ, CASES),
    "get_case": (Scope.CASES_READ, CASES),
    "list_decisions": (Scope.DECISIONS_READ, CASES),
    "get_decision": (Scope.DECISIONS_READ, CASES),
    "list_programs": (Scope.PROGRAMS_READ, CASES),
    "get_program": (Scope.PROGRAMS_READ, CASES),
}  # fmt: skip
VISIT = {"visited_on": "2023-11-06", "form": desks.VISIT}
BODIES = {
    "forward_order": {"to_org_id": 1}, "hand_back_order": {"reason": "不是本工会的"}, "stand_aside": {"reason": "是亲戚"},
    "record_contact_try": {"way": "PHONE"}, "record_visit": VISIT, "submit_finding": {"outcome": "V1"},
    "report_worker": {"number": "13800000001", "causes": ["因病"]},
    "act_on_matter": {"outcome": "accepted", "step": 1},
}  # fmt: skip


def operations():
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, said in methods.items():
            yield said["operationId"], method.upper(), path.removeprefix("/api/v1"), said


def call(by: Caller, house, name: str):
    _name, method, path, _said = next(one for one in operations() if one[0] == name)
    parts = {
        "order_id": house.orders["assigned"], "case_id": house.cases["announced"], "decision_id": 1, "area": "330624",
        "program_id": "special-grant", "matter": "1",
    }  # fmt: skip
    address = path.format(**parts)
    return by.get(address) if method == "GET" else by.post(address, BODIES.get(name))


# --- who may ------------------------------------------------------------------------------------------------------


def test_every_operation_stands_in_the_table():
    assert {name: (said["x-scope"]) for name, _method, _path, said in operations()} == {
        name: scope.value for name, (scope, _roles) in TABLE.items()
    }
    assert {said["x-right"] for *_rest, said in operations()} <= permissions.ACTIONS


@pytest.mark.parametrize("role", list(Role))
def test_a_token_opens_what_its_scope_and_its_post_allow_and_nothing_else(house, role):
    offered = permissions.scopes_of(role)
    if not offered:
        with pytest.raises(permissions.NotAllowed):
            token_of(house.viewers[role], (Scope.PROGRAMS_READ,))
        return
    whole = caller(house.viewers[role])
    single = {scope: caller(house.viewers[role], scope) for scope in offered}
    for name, (scope, roles) in TABLE.items():
        status = call(whole, house, name).status_code
        assert (status not in (401, 403)) is (role in roles), (name, role, status)
        for other, by in single.items():
            if other is not scope:
                refused = call(by, house, name)
                assert refused.status_code == 403 and refused.json()["refusal"] == "ScopeMissing", (name, other)


def test_a_right_that_the_post_has_lost_is_lost_to_its_tokens_too(house, monkeypatch):
    township = caller(house.viewers[Role.TOWNSHIP])
    assert township.get("/programs").status_code == 200
    less = permissions.ALLOWED[Role.TOWNSHIP] - {"programs.view"}
    monkeypatch.setitem(permissions.ALLOWED, Role.TOWNSHIP, less)
    assert township.get("/programs").status_code == 403


def test_a_permission_that_no_role_has_is_a_mistake_found_at_once():
    with pytest.raises(KeyError):
        doors.Token(Scope.ORDERS_READ, "orders.veiw")


def test_what_lies_in_another_part_of_the_tree_is_as_if_it_were_not_there(house):
    elsewhere = caller(house.desk.town.other_county)
    for path, real, none in (
        ("orders", house.orders["assigned"], 10**9), ("cases", house.cases["announced"], 10**9), ("decisions", 1, 10**9),
    ):  # fmt: skip
        theirs, nobodys = elsewhere.get(f"/{path}/{real}"), elsewhere.get(f"/{path}/{none}")
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.content.replace(str(real).encode(), b"#") == nobodys.content.replace(str(none).encode(), b"#")
        assert elsewhere.get(f"/{path}").json() == {"items": [], "next": None}
    moved = elsewhere.post(f"/orders/{house.orders['assigned']}/assign", {})
    assert moved.status_code == 404 and moved.json()["refusal"] == "NoSuchOrder"


def test_ids_of_elsewhere_in_a_body_are_refused_like_ids_of_nothing(house):
    county = caller(house.viewers[Role.COUNTY])
    order, other = house.orders["created"], house.desk.town["Y"].id
    said = [county.post(f"/orders/{order}/forward", {"to_org_id": org}) for org in (other, 10**9)]
    assert {one.status_code for one in said} == {422} and said[0].content == said[1].content
    assert said[0].json()["errors"][0]["pointer"] == "#/to_org_id"
    county.post(f"/orders/{order}/accept")
    strangers = (house.desk.town.other_county.account_id, 10**9)
    said = [county.post(f"/orders/{order}/assign", {"account_id": one}) for one in strangers]
    assert {one.status_code for one in said} == {422} and said[0].content == said[1].content
    grassroots = caller(house.viewers[Role.GRASSROOTS])
    visits = f"/orders/{house.orders['assigned']}/visits"
    said = [grassroots.post(visits, VISIT | {"companions": [one]}) for one in strangers]
    assert {one.status_code for one in said} == {422} and said[0].content == said[1].content


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer njt_nobody"}, {"authorization": "Basic eDp5"}])
def test_without_a_living_token_nothing_opens_and_a_session_does_not_help(house, signed_in, headers):
    browser = signed_in(house.viewers[Role.COUNTY])
    answer = browser.get("/api/v1/orders", headers=headers)
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == "Bearer"
    assert browser.post("/api/v1/orders/1/accept", "{}", content_type="application/json").status_code == 401


def test_a_token_that_ended_is_refused_from_the_next_call_on(house, monkeypatch):
    viewer = house.viewers[Role.COUNTY]
    until = town.NOW + timedelta(days=1)
    new = accounts.issue_token(viewer=viewer, name="一日", scopes=[Scope.ORDERS_READ], expires_at=until, now=town.NOW)
    by = Caller(new.secret)
    assert by.get("/orders").status_code == 200
    with monkeypatch.context() as later:
        later.setattr("django.utils.timezone.now", lambda: until)
        assert by.get("/orders").status_code == 401
    accounts.revoke_token(viewer=viewer, token_id=new.id, now=town.NOW)
    assert by.get("/orders").status_code == 401


def test_a_holder_who_owes_something_is_told_so(house, settings):
    by = caller(house.viewers[Role.COUNTY])
    settings.SECOND_FACTOR = "staff"
    answer = by.get("/orders")
    assert answer.status_code == 403 and answer.json()["type"] == "urn:niangjia:problem:owed"


def test_identities_leave_masked_and_who_looked_is_on_record(house):
    county = caller(house.viewers[Role.COUNTY])
    order = county.get(f"/orders/{house.orders['assigned']}").json()
    assert order["person"] == {"id": order["person"]["id"], "name": "王**", "phone": "138****0002"}
    seen = AuditEvent.objects.filter(action="registry.view", object=f"person:{order['person']['id']}")
    county.get(f"/orders/{house.orders['assigned']}")
    assert seen.count() == 1 and '"token":' in seen.get().detail_text


def test_finance_reads_what_was_decided_and_not_why(house):
    said = {role: caller(house.viewers[role]) for role in (Role.COUNTY, Role.FINANCE)}
    county, finance = (said[role].get("/decisions/1").json() for role in said)
    assert county["reasons"] and county["facts"] and county["clauses"] == finance["clauses"]
    assert not finance["reasons"] and not finance["facts"] and finance["amount"] == "500.00"
    county, finance = (said[role].get(f"/cases/{house.cases['announced']}").json() for role in said)
    assert county["visits"] and county["causes"] and not finance["visits"] and not finance["causes"]


# --- lists --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["orders", "cases", "decisions", "applications", "matters", "programs"])
def test_a_list_asks_the_database_twelve_questions_at_most(house, path):
    county = caller(house.viewers[Role.COUNTY])
    county.get(f"/{path}")
    with CaptureQueriesContext(connection) as questions:
        answer = county.get(f"/{path}", **({"limit": 100} if path != "programs" else {}))
    assert answer.status_code == 200
    assert 3 < len(questions) <= 12, [question["sql"][:100] for question in questions]


@pytest.mark.parametrize("path", ["orders", "cases", "decisions"])
def test_pages_join_into_the_whole_list(house, path):
    county = caller(house.viewers[Role.COUNTY])
    whole = [row["id"] for row in county.get(f"/{path}", limit=100).json()["items"]]
    found, address = [], f"/api/v1/{path}?limit=3"
    while address:
        page = county.get(address).json()
        assert len(page["items"]) <= 3
        found += [row["id"] for row in page["items"]]
        address = page["next"]
    assert found == whole == sorted(set(whole)) and len(whole) > 3


def test_a_cursor_keeps_its_place_while_rows_come_and_go(house):
    county = caller(house.viewers[Role.COUNTY])
    first = county.get("/orders", limit=5, is_open=True).json()
    rest = [row["id"] for row in county.get(first["next"].replace("limit=5", "limit=100")).json()["items"]]
    gone = first["items"][0]["id"]
    desks.workorders.cancel(viewer=house.viewers[Role.CITY], order_id=gone, reason="误派", now=town.NOW)
    home = house.desk.homes(1, start=900)[0]
    person = house.desk.members(home)[0]
    new = desks.cases.report_canvass(
        viewer=house.viewers[Role.GRASSROOTS], person_id=person, causes=["因病"], now=town.NOW
    ).work_order_id  # fmt: skip
    after = [row["id"] for row in county.get(first["next"].replace("limit=5", "limit=100")).json()["items"]]
    assert after == [*rest, new] and gone not in after


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0}, {"limit": 101}, {"limit": "x"}, {"cursor": "AAAA"}, {"cursor": "ä"}, {"state": "LOST"}, {"month": "2023-13"},
        {"org_id": 2**60}, {"stat": "CREATED"},
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_query_is_told_by_name(house, query):
    answer = caller(house.viewers[Role.COUNTY]).get("/orders", **query)
    said = answer.json()
    assert answer.status_code == 422 and answer.headers["Content-Type"] == "application/problem+json"
    assert [(one["in"], one["pointer"]) for one in said["errors"]] == [("query", f"#/{next(iter(query))}")]


def test_a_cursor_of_one_list_opens_no_other(house):
    county = caller(house.viewers[Role.COUNTY])
    cursor = county.get("/orders", limit=1).json()["next"].partition("cursor=")[2]
    assert county.get("/cases", cursor=cursor).status_code == 422


def test_filters_narrow(house):
    county = caller(house.viewers[Role.COUNTY])
    assert {row["state"] for row in county.get("/orders", state="ASSIGNED").json()["items"]} == {"ASSIGNED"}
    mine = caller(house.viewers[Role.GRASSROOTS]).get("/orders", is_mine=True, is_open=True).json()["items"]
    assert {row["assignee_id"] for row in mine} == {house.viewers[Role.GRASSROOTS].account_id}
    ids = [row["id"] for row in county.get("/decisions", case_id=house.cases["confirmed"]).json()["items"]]
    assert ids and {county.get(f"/decisions/{one}").json()["case_id"] for one in ids} == {house.cases["confirmed"]}
    assert county.get("/programs", area="330624").json()["items"] != []


def test_a_programme_says_what_its_public_page_says(house):
    said = caller(house.viewers[Role.GRASSROOTS]).get("/programs/330624/special-grant", language="en").json()
    page = Client(headers={"accept-language": "en"}).get("/programs/330624/special-grant/").content.decode()
    assert said["title"]["en"] in page and said["pays"][0]["sentence"]["clause"] in page
    assert said["pays"][0]["amount"] == "500.00"
    assert caller(house.viewers[Role.COUNTY]).get("/programs/330681/special-grant").status_code == 404


# --- unsafe calls -------------------------------------------------------------------------------------------------


def test_an_order_goes_from_the_county_to_what_was_found_by_token_alone(house):
    place, order = house.desk.town, house.orders["created"]
    county, township, grassroots, second = (
        caller(one) for one in (place.county, place.township, place.grassroots, place.grassroots_second)
    )
    for by, down in ((county, "XT"), (township, "XG")):
        assert by.post(f"/orders/{order}/accept").json()["state"] == "ACCEPTED"
        assert place[down].id in {one["org_id"] for one in by.get(f"/orders/{order}").json()["forward_to"]}
        assert by.post(f"/orders/{order}/forward", {"to_org_id": place[down].id}).json()["org"]["id"] == place[down].id
    grassroots.post(f"/orders/{order}/accept")
    assert grassroots.post(f"/orders/{order}/assign", {}).json()["assignee_id"] == place.grassroots.account_id
    assert grassroots.post(f"/orders/{order}/contact-tries", {"way": "PHONE"}).json()["order"]["contact_try_count"] == 1
    visit = VISIT | {"companions": [place.grassroots_second.account_id]}
    assert grassroots.post(f"/orders/{order}/visits", visit).json()["order"]["state"] == "VISITED"
    done = grassroots.post(f"/orders/{order}/finding", {"outcome": "V1"})
    assert done.json()["order"]["state"] == "SUBMITTED", done.json()
    assert second.post(f"/orders/{order}/finding", {"outcome": "V1"}).status_code in (404, 409)
    assert AuditEvent.objects.filter(action="cases.submit", detail_text__contains='"token":').exists()


def test_a_form_that_is_not_whole_is_told_by_its_fields(house):
    grassroots = caller(house.viewers[Role.GRASSROOTS])
    form = {name: value for name, value in desks.VISIT.items() if name != "people"} | {
        "verifier_opinion": " ",
        "odd": 1,
    }
    answer = grassroots.post(f"/orders/{house.orders['assigned']}/visits", VISIT | {"form": form})
    assert answer.status_code == 422
    assert {one["pointer"] for one in answer.json()["errors"]} == {"#/form/people", "#/form/odd"}


def test_a_household_of_nobody_and_an_income_below_nothing_are_told_by_their_fields(house):
    grassroots = caller(house.viewers[Role.GRASSROOTS])
    form = desks.VISIT | {"people": 0, "income_items": [{"item": "工资", "amount": "-12000"}]}
    answer = grassroots.post(f"/orders/{house.orders['assigned']}/visits", VISIT | {"form": form})
    assert answer.status_code == 422
    assert {one["pointer"] for one in answer.json()["errors"]} == {"#/form/people", "#/form/income_items/0/amount"}


def test_a_number_of_a_person_in_a_reason_is_refused_with_words(house):
    answer = caller(house.viewers[Role.COUNTY]).post(
        f"/orders/{house.orders['returned']}/stand-aside", {"reason": "请打 13800000001"}
    )
    assert answer.status_code in (409, 422)


def test_reporting_a_worker_opens_a_case_once_and_keeps_no_number(house):
    house.desk.homes(1, start=901)
    grassroots = caller(house.viewers[Role.GRASSROOTS])
    body = {"number": "13800000901", "causes": ["因病"]}
    first = grassroots.post("/applications", body)
    assert first.status_code == 200 and first.json()["channel"] == "CANVASS", first.json()
    assert grassroots.post("/applications", body).json() == first.json(), "the open case comes back"
    assert first.json()["case_id"] in {
        row["id"] for row in grassroots.get("/applications", channel="CANVASS").json()["items"]
    }
    kept = "".join(accounts_answers())
    assert "13800000901" not in kept and kept
    assert caller(house.desk.town.other_county).post("/applications", body).status_code == 404


def accounts_answers():
    with connection.cursor() as cursor:
        cursor.execute("select body, asked, key from accounts_apianswer")
        return ["".join(row) for row in cursor.fetchall()]


def test_sent_again_it_is_answered_again_and_not_done_again(house):
    county, order = caller(house.viewers[Role.COUNTY]), house.orders["created"]
    first = county.post(f"/orders/{order}/accept", {}, key="a-key-of-ours")
    moves = len(county.get(f"/orders/{order}").json()["moves"])
    again = county.post(f"/orders/{order}/accept", "  {} ", key="a-key-of-ours")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert "Idempotent-Replayed" not in first.headers and again.headers["Idempotent-Replayed"] == "true"
    assert len(county.get(f"/orders/{order}").json()["moves"]) == moves
    for address, body in ((f"/orders/{order}/accept", {"step": 1}), (f"/orders/{order}/forward", {"to_org_id": 4})):
        other = county.post(address, body, key="a-key-of-ours")
        assert other.status_code == 422 and other.json()["type"] == "urn:niangjia:problem:key-used"
    assert (
        caller(house.desk.town.county_second).post(f"/orders/{order}/accept", {}, key="a-key-of-ours").status_code
        == 409
    )


def test_what_was_refused_may_be_tried_again_with_its_key(house):
    county, order = caller(house.viewers[Role.COUNTY]), house.orders["created"]
    early = county.post(f"/orders/{order}/assign", {}, key="a-key-of-ours")
    assert early.status_code == 409 and early.json()["refusal"] == "IllegalMove"
    county.post(f"/orders/{order}/accept")
    assert county.post(f"/orders/{order}/assign", {}, key="a-key-of-ours").status_code == 200


def test_who_saw_an_old_step_is_told_that_it_moved_on(house):
    place, order = house.desk.town, house.orders["created"]
    step = caller(place.county).get(f"/orders/{order}").json()["step"]
    caller(place.county).post(f"/orders/{order}/accept", {"step": step})
    late = caller(place.county_second).post(f"/orders/{order}/accept", {"step": step})
    assert late.status_code == 409 and late.json()["refusal"] == "OrderMovedOn"
    assert late.json()["detail"] and late.json()["detail_en"].startswith("Order")


def test_a_step_beyond_the_orders_own_is_refused_as_a_stale_one_is(house):
    county, order = caller(house.viewers[Role.COUNTY]), house.orders["created"]
    early = county.post(f"/orders/{order}/accept", {"step": 999})
    assert early.status_code == 409 and early.json()["refusal"] == "OrderMovedOn"
    assert county.get(f"/orders/{order}").json()["state"] == "CREATED"


@pytest.mark.parametrize(
    ("sent", "status", "kind"),
    [
        ({"key": None}, 400, "key-missing"), ({"key": "short"}, 422, "invalid"), ({"key": "with blanks in"}, 422, "invalid"),
        ({"body": "{"}, 400, "malformed"), ({"body": "[]"}, 400, "malformed"), ({"body": '{"step": NaN}'}, 400, "malformed"),
        ({"body": '{"step": "\\ud800"}'}, 400, "malformed"), ({"body": '{"step": "\\u0000"}'}, 400, "malformed"), ({"body": "[" * 100_000}, 400, "malformed"),
        ({"body": {"step": "x"}}, 422, "invalid"), ({"body": {"step": "1"}}, 422, "invalid"), ({"body": {"step": True}}, 422, "invalid"), ({"body": {"odd": 1}}, 422, "invalid"), ({"content_type": "text/plain"}, 415, "media-type"),
        ({"content_type": "application/x-www-form-urlencoded"}, 415, "media-type"), ({"body": '{"step": "' + "x" * 6_000_000 + '"}'}, 413, "too-large"),
    ],
    ids=str,
)  # fmt: skip
def test_a_request_that_is_not_right_is_a_problem_and_does_nothing(house, sent, status, kind):
    county, order = caller(house.viewers[Role.COUNTY]), house.orders["created"]
    answer = county.post(f"/orders/{order}/accept", sent.pop("body", {}), **sent)
    said = answer.json()
    assert (answer.status_code, said["type"]) == (status, f"urn:niangjia:problem:{kind}")
    assert said["status"] == status and said["title"] and said["title_en"] and said["detail"] and said["detail_en"]
    assert county.get(f"/orders/{order}").json()["state"] == "CREATED"


def test_one_that_runs_wild_is_slowed_down(house, monkeypatch):
    monkeypatch.setattr(once, "CALLS", Throttle("api.unsafe", 3, timedelta(minutes=1)))
    county, order = caller(house.viewers[Role.COUNTY]), house.orders["created"]
    said = [county.post(f"/orders/{order}/assign") for _ in range(5)]
    assert [one.status_code for one in said] == [409, 409, 409, 429, 429]
    assert said[-1].headers["Retry-After"] == "60" and "网络地址" not in said[-1].json()["detail"]
    assert caller(house.viewers[Role.COUNTY]).post(f"/orders/{order}/assign").status_code == 409, "each token by itself"


def test_other_methods_and_addresses_are_problems_too(house):
    county = caller(house.viewers[Role.COUNTY])
    wrong = county.client.delete("/api/v1/orders/1")
    assert wrong.status_code == 405 and wrong.headers["Allow"] == "GET"
    assert wrong.headers["Content-Type"] == "application/problem+json"
    for path in ("/nowhere", "/orders/", "/orders/1/nowhere", "/"):
        assert county.get(path).status_code == 404 and county.get(path).json()["status"] == 404


def test_our_own_error_is_a_problem_without_its_cause(house, monkeypatch):
    county = caller(house.viewers[Role.COUNTY])
    county.client.raise_request_exception = False
    monkeypatch.setattr("niangjia.apps.workorders.queries.list_orders", lambda *args, **more: 1 / 0)
    broken = county.get("/orders")
    assert broken.status_code == 500 and broken.json()["type"] == "urn:niangjia:problem:broken"
    assert "division" not in broken.content.decode()


# --- the document -------------------------------------------------------------------------------------------------


def test_the_document_in_the_reference_is_the_one_that_is_served(house):
    """To make it anew after a change: `make openapi`."""
    served = Client().get("/api/v1/openapi.json").json()
    assert served["openapi"] == "3.1.0"
    assert json.loads(DOCUMENT.read_text(encoding="utf-8")) == served, "make openapi"


def test_every_operation_parameter_and_answer_is_told_of():
    for name, method, _path, said in operations():
        assert said["summary"] and said["description"] and said["tags"], name
        assert {"401", "403"} <= {str(status) for status in said["responses"]}, name
        assert not [one["name"] for one in said["parameters"] if not one.get("description")], name
        keys = [one for one in said["parameters"] if one["name"] == "Idempotency-Key"]
        assert bool(keys) is (method != "GET"), name


def test_every_address_of_the_api_asks_for_a_token_but_its_document():
    open_ones = {one.name for one in urlpatterns if one.callback.policy is not Access.TOKEN}
    assert open_ones == {"openapi-json", "openapi-view", "api-root", "nowhere"}


def test_the_page_of_the_document_keeps_to_the_content_policy(house):
    page = Client().get("/api/v1/docs")
    html = page.content.decode()
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "//" not in html.replace("</", "").replace("/>", "").replace("<!--", "") or "https://" not in html
    assert "<style" not in html and 'type="application/json"' in html
    for script in ("swagger-ui-bundle.js", "swagger-ui-init.js", "swagger-ui.css"):
        assert f"/static/ninja/{script}" in html and Client().get(f"/static/ninja/{script}").status_code == 200
