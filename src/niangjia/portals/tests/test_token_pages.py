"""Issuing and revoking access tokens at the pages."""

from __future__ import annotations

import re
from datetime import timedelta

from django.urls import reverse

from niangjia.apps.accounts import actions, queries
from niangjia.apps.accounts.types import Role, Scope
from niangjia.portals.tests.caller import Caller
from niangjia.portals.tests.house import town

SAFETY = "/safety/"
ISSUE = "/safety/tokens/"


def issue(client, **more):
    return client.post(ISSUE, {"name": "县热线系统", "scopes": ["orders:read"], "days": "90"} | more)


def secret_in(response):
    return re.search(r'value="(njt_[A-Za-z0-9_-]+)"', response.content.decode()).group(1)


def test_it_is_shown_once_listed_without_its_secret_and_works(house, signed_in):
    client = signed_in(house.viewers[Role.TOWNSHIP])
    offered = client.get(ISSUE).content.decode()
    assert 'value="orders:write"' in offered and "审批、决定和付款不在其中" in offered
    answer = issue(client)
    secret = secret_in(answer)
    assert "no-store" in answer.headers["Cache-Control"] and Caller(secret).get("/orders").status_code == 200
    assert Caller(secret).get("/cases").status_code == 403
    listed = client.get(SAFETY).content.decode()
    assert (
        "县热线系统" in listed and f"…{secret[-4:]}" in listed and secret not in listed and "签发了访问令牌" in listed
    )
    (card,) = queries.list_tokens(house.viewers[Role.TOWNSHIP].account_id, now=town.NOW)
    client.post(reverse("public:revoke_token", args=[card.id]))
    assert Caller(secret).get("/orders").status_code == 401
    assert "县热线系统" not in client.get(SAFETY).content.decode()


def test_what_is_missing_or_not_the_posts_is_told_at_its_place(house, signed_in):
    client = signed_in(house.viewers[Role.FINANCE])
    for more, word in (({"name": ""}, "请填写"), ({"scopes": []}, "请至少选一项"), ({"scopes": ["orders:write"]}, "orders:write"), ({"days": "9999"}, "9999")):  # fmt: skip
        answer = issue(client, **more)
        assert answer.status_code == 422 and word in answer.content.decode(), more
    assert queries.list_tokens(house.viewers[Role.FINANCE].account_id, now=town.NOW) == []


def test_the_password_is_asked_for_again_unless_it_was_given_lately(house, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])
    session = client.session
    session["proved_at"] = (town.NOW - timedelta(minutes=16)).timestamp()
    session.save()
    assert issue(client).url.startswith("/safety/confirm/")


def test_who_stands_in_issues_none_and_a_worker_sees_nothing_of_it(house, signed_in):
    place = house.desk.town
    post_id = actions.hand_over(
        viewer=place.county, account_id=place.county_second.account_id, starts_on=town.NOW.date(), last_on=town.NOW.date(), now=town.NOW
    )  # fmt: skip
    client = signed_in(place.county_second)
    client.post("/post/", {"post": post_id})
    assert issue(client).status_code == 409
    assert "访问令牌" not in signed_in(house.viewers[Role.WORKER]).get(SAFETY).content.decode()


def test_nobody_revokes_anothers_and_an_administrator_does(house, signed_in):
    viewer = house.viewers[Role.COUNTY]
    until = town.NOW + timedelta(days=9)
    token = actions.issue_token(
        viewer=viewer, name="数据交换", scopes=[Scope.CASES_READ], expires_at=until, now=town.NOW
    )
    signed_in(house.desk.town.county_second).post(reverse("public:revoke_token", args=[token.id]))
    assert Caller(token.secret).get("/cases").status_code == 200
    administrator = signed_in(house.viewers[Role.ADMINISTRATOR])
    page = administrator.get(f"/desk/unions/?org={viewer.org_id}").content.decode()
    assert "数据交换" in page and viewer.name in page
    administrator.post(reverse("officer:revoke_token", args=[token.id]), {"org": viewer.org_id})
    assert Caller(token.secret).get("/cases").status_code == 401
