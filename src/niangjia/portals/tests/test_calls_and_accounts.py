"""Calls that are due after a file was left; one's own password; an account that is no longer used."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.types import Role
from niangjia.apps.audit import queries as audit
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases.models import Case, FollowUp
from niangjia.apps.cases.tests import desk as desks
from niangjia.apps.cases.types import CaseState, ExitKind
from niangjia.portals.tests.house import town

PASSWORD, OTHER = "a-long-word-2023", "another-long-word-2024"


def page_of(response):
    return response.content.decode()


# --- calls ---


@pytest.fixture
def due(house, monkeypatch):
    """A household that left its file half a year ago."""
    desk = house.desk
    desk.now = town.NOW
    case = desk.on_file(start=200, month=desks.OCTOBER.plus(3))
    cases.propose_exit(
        viewer=desk.town.county, case_id=case.pk, kind=ExitKind.SAFETY_NET, are_causes_gone=False, reason="纳入低保", now=desk.now
    )  # fmt: skip
    desk.pass_days(20)
    cases.confirm_exit(viewer=desk.town.county_second, case_id=case.pk, now=desk.now)
    desk.pass_days(200)
    monkeypatch.setattr("django.utils.timezone.now", lambda: desk.now)
    assert timezone.now() == desk.now
    return desk.file(case)


def test_a_call_that_is_due_stands_on_the_desk_and_is_recorded(house, signed_in, due):
    grassroots = signed_in(house.viewers[Role.GRASSROOTS])
    assert "1 户待回访" in page_of(grassroots.get(reverse("officer:workbench")))
    page = page_of(grassroots.get(reverse("officer:calls")))
    assert due.case.number in page and "解困" in page
    page = page_of(grassroots.post(reverse("officer:call", args=[due.pk]), {"found": "well"}, follow=True))
    assert "回访已登记" in page and due.case.number not in page
    assert FollowUp.objects.get(file=due).is_back_in_hardship is False


def test_a_call_that_finds_hardship_leads_to_the_new_case(house, signed_in, due):
    grassroots = signed_in(house.viewers[Role.GRASSROOTS])
    address = reverse("officer:call", args=[due.pk])
    assert grassroots.post(address, {}).status_code == 409
    answer = grassroots.post(address, {"found": "back"})
    opened = Case.objects.get(earlier=due.case)
    assert answer.url == reverse("officer:case", args=[opened.pk]) and opened.state == CaseState.OPEN


def test_a_call_of_another_part_of_the_tree_is_not_there(house, signed_in, due):
    other = signed_in(house.desk.town.other_county)
    assert due.case.number not in page_of(other.get(reverse("officer:calls")))
    assert other.post(reverse("officer:call", args=[due.pk]), {"found": "well"}).status_code == 404


# --- accounts ---


@pytest.fixture
def officer(house):
    viewer = house.desk.town.county_second
    accounts.reset_password(viewer=None, account_id=viewer.account_id, new_password=PASSWORD, now=town.NOW)
    client = Client()
    assert client.post("/login/", {"username": "county.second", "password": PASSWORD}).status_code == 302
    return viewer, client


def test_everybody_changes_their_own_password_and_stays_signed_in_here_alone(house, officer):
    _viewer, client = officer
    elsewhere = Client()
    elsewhere.post("/login/", {"username": "county.second", "password": PASSWORD})
    asked = {"old": PASSWORD, "new": OTHER, "again": OTHER}
    assert client.post("/password/", asked | {"old": "wrong"}).status_code == 403
    assert client.post("/password/", asked | {"again": "something else"}).status_code == 422
    assert client.post("/password/", asked | {"new": "short", "again": "short"}).status_code == 409
    assert "密码已更改" in page_of(client.post("/password/", asked, follow=True))
    assert client.get("/desk/").status_code == 200
    assert elsewhere.get("/desk/").status_code == 302
    assert Client().post("/login/", {"username": "county.second", "password": OTHER}).status_code == 302


def test_an_administrator_sets_a_new_password_and_ends_an_account(house, signed_in, officer):
    viewer, client = officer
    administrator = signed_in(house.viewers[Role.ADMINISTRATOR])
    page = page_of(administrator.get(reverse("officer:unions") + f"?org={viewer.org_id}"))
    assert f"/desk/accounts/{viewer.account_id}/password/" in page
    reset = reverse("officer:reset_password", args=[viewer.account_id])
    assert administrator.post(reset, {"org": viewer.org_id, "password": "short"}).status_code == 409
    page = page_of(administrator.post(reset, {"org": viewer.org_id, "password": OTHER}, follow=True))
    assert "密码已重设" in page and client.get("/desk/").status_code == 302
    client.post("/login/", {"username": "county.second", "password": OTHER})
    # What an administrator chose opens the page to change it, and no other.
    assert client.get("/desk/").url == "/password/" and client.post("/post/", {"post": "1"}).url == "/password/"
    page = page_of(client.get("/password/"))
    assert "请先换成只有您知道的密码" in page
    own = {"old": OTHER, "new": OTHER + "!", "again": OTHER + "!"}
    assert "相同" in page_of(client.post("/password/", own | {"new": OTHER, "again": OTHER}))
    client.post("/password/", own)
    assert client.get("/desk/").status_code == 200
    disable = reverse("officer:disable_account", args=[viewer.account_id])
    page = page_of(administrator.post(disable, {"org": viewer.org_id}, follow=True))
    assert "账户已停用" in page and f"/desk/accounts/{viewer.account_id}/password/" not in page
    assert client.get("/desk/").status_code == 302
    enable = reverse("officer:enable_account", args=[viewer.account_id])
    assert enable in page and "已停用的账户" in page
    page = page_of(administrator.post(enable, {"org": viewer.org_id}, follow=True))
    assert "账户已启用" in page and enable not in page
    assert client.post("/login/", {"username": "county.second", "password": OTHER + "!"}).status_code == 302
    done = [event.action for event in audit.list_about(f"account:{viewer.account_id}")]
    assert {"accounts.reset_password", "accounts.disable"} <= set(done)


def test_nobody_but_the_administrator_touches_anothers_account(house, signed_in, officer):
    viewer, _client = officer
    for name in ("officer:reset_password", "officer:disable_account", "officer:enable_account"):
        address = reverse(name, args=[viewer.account_id])
        assert signed_in(house.viewers[Role.COUNTY]).post(address, {"password": OTHER}).status_code == 403
    above = signed_in(town.appoint("admin.below", house.desk.town["XT"], Role.ADMINISTRATOR))
    assert above.post(reverse("officer:disable_account", args=[viewer.account_id])).status_code == 409
    assert re.search("管辖", page_of(above.post(reverse("officer:disable_account", args=[viewer.account_id]))))
