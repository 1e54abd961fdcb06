"""The same page in the other language or look: where its switch leads back to."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from niangjia.apps.accounts.types import Role


def leads_back_to(html: str) -> set[str]:
    switches = re.findall(r'<form method="post"[^>]*data-keeps-typing>.*?</form>', html, re.S)
    return {value for form in switches for value in re.findall(r'name="next" value="([^"]*)"', form)}


def test_a_page_is_shown_again_with_its_filters(house, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])
    address = reverse("officer:orders") + "?state=CREATED"
    assert leads_back_to(client.get(address).content.decode()) == {address}


def test_a_refused_step_leads_back_to_its_page_not_to_the_address_of_its_button(house, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])
    address = reverse("officer:order", args=[house.orders["created"]])
    refused = client.post(f"{address}hand-back/", {"reason": "不归本县管"})
    assert refused.status_code == 409
    assert leads_back_to(refused.content.decode()) == {address}
    not_this_way = client.get(f"{address}hand-back/")
    assert not_this_way.status_code == 405
    assert leads_back_to(not_this_way.content.decode()) == {address}


@pytest.mark.parametrize(
    "back", ["2026-11-28T25:00", "nowhere", "a:b", "../x", "https://elsewhere.example/", "//elsewhere.example/", ""]
)
def test_a_switch_that_was_told_no_address_of_ours_leads_to_the_first_page(house, signed_in, back):
    answer = signed_in(house.viewers[Role.COUNTY]).post(reverse("public:theme"), {"theme": "dark", "next": back})
    assert answer.url == reverse("public:home")
