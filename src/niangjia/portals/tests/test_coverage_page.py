"""The page of membership coverage: what nobody told is no number, what is told has its source beside it, and a refusal keeps what was typed."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from niangjia.apps.accounts.types import Role

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
