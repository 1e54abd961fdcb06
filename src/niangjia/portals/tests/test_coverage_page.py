"""The page of membership coverage: what nobody told is no number, what is told has its source beside it, and a refusal keeps what was typed."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.organizations import actions as unions
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import UnionRow

PAGE, TELL = "officer:coverage", "officer:tell_headcount"


def said(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def county(house, signed_in) -> Client:
    return signed_in(house.viewers[Role.COUNTY])


def test_a_ratio_appears_with_its_source_once_workers_are_told(house, county):
    before = said(county.get(reverse(PAGE)))
    assert "没有报过" in before and "%" not in before
    own = house.viewers[Role.COUNTY].org_id
    told = {"union": str(own), "workers": "1000000", "on": "2023-11-01", "source": "统计局企业一套表"}
    page = said(county.post(reverse(TELL), told, follow=True))
    assert "1000000" in page and "0.0%" in page
    assert "统计局企业一套表" in page


def test_what_was_typed_stays_when_it_is_refused(house, county):
    own = house.viewers[Role.COUNTY].org_id
    told = {"union": str(own), "workers": "0", "on": "2023-11-01", "source": "花名册甲"}
    page = county.post(reverse(TELL), told)
    assert page.status_code == 422 and 'value="花名册甲"' in page.content.decode()
    late = county.post(reverse(TELL), told | {"workers": "5", "on": "2099-01-01"})
    assert late.status_code == 409 and 'value="花名册甲"' in late.content.decode()


def test_who_reads_only_has_no_form_and_tells_nothing(house, signed_in):
    finance = signed_in(house.viewers[Role.FINANCE])
    assert "报职工人数" not in said(finance.get(reverse(PAGE)))
    assert finance.post(reverse(TELL), {"workers": "5"}).status_code == 403


def test_many_federations_are_turned_through_and_those_that_somebody_told_of_come_first(house, county, monkeypatch):
    monkeypatch.setattr("niangjia.portals.officer.coverage.ROWS", 2)
    above = organizations.get_union(house.viewers[Role.COUNTY].org_id).code
    names = ("保洁联合会", "快递联合会", "外卖联合会")
    unions.receive_unions([UnionRow(f"HY{n}", above, name, "federation", "330624000") for n, name in enumerate(names)])
    told = {
        "union": str(organizations.find_union_by_code("HY2").id),
        "workers": "9",
        "on": "2023-11-01",
        "source": "平台名录",
    }
    page = said(county.post(reverse(TELL), told, follow=True))
    assert page.index("外卖联合会 0 9") and "共 3 条，第 1–2 条" in page
    rest = county.get(reverse(PAGE), {"page": 2}).content.decode().partition("c-sector")[2]
    assert [name for name in names if name in rest.partition("</table>")[0]] == ["快递联合会"]
