"""Whatever stands where a number should be, a page answers in words: never with an error of ours."""

from __future__ import annotations

import pytest
from django.urls import reverse

from niangjia.apps.accounts.types import Role

STRANGE = ["²", "٣", "-1", "1.5", "x", "0", "9" * 18, "9" * 30, "9" * 5000]


@pytest.mark.parametrize("number", STRANGE)
def test_a_strange_number_never_breaks_a_page(house, signed_in, number):
    order, home, case, month = (
        house.orders["assigned"],
        house.households["assigned"],
        house.cases["submitted"],
        str(house.months[1]),
    )
    asked = [
        (Role.COUNTY, "officer:accept", [order], {"step": number}),
        (Role.COUNTY, "officer:forward", [order], {"to_org": number}),
        (Role.GRASSROOTS, "officer:assign", [order], {"account": number}),
        (Role.GRASSROOTS, "officer:reveal", [home], {"person": number, "field": "name", "reason": "电话约定"}),
        (Role.COUNTY, "officer:open_form", [case], {"visit": number, "reason": "核对收入"}),
        (Role.COUNTY, "officer:approve_reservations", [house.budget_id], {"reservation": number}),
        (Role.CITY, "officer:mark", [month], {f"mark-{number}": "right"}),
        (Role.ADMINISTRATOR, "officer:appoint", [house.desk.town["X"].id], {"username": number}),
        (Role.COUNTY, "public:post", [], {"post": number}),
    ]
    for role, name, parts, data in asked:
        response = signed_in(house.viewers[role]).post(reverse(name, args=parts), data)
        assert response.status_code < 500, (name, number)
    read = [
        (Role.AUDITOR, "officer:audit", f"before={number}"), (Role.ADMINISTRATOR, "officer:unions", f"org={number}"),
        (Role.FINANCE, "officer:register", f"year={number}"), (Role.COUNTY, "officer:list", f"page={number}&area={number}"),
    ]  # fmt: skip
    for role, name, query in read:
        assert signed_in(house.viewers[role]).get(f"{reverse(name)}?{query}").status_code < 500, (name, number)
