"""The way through the house: one entry is lit, entries stand in groups, the account stays in view."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.portals.design import navigation


def lit(html: str) -> set[str]:
    return set(re.findall(r'<a href="([^"]+)" aria-current="page">', html))


def test_every_entry_of_the_desk_stands_in_a_group():
    apart = {entry.route for entry in navigation.ENTRIES if entry.group not in navigation.GROUPS}
    assert apart == {"officer:workbench", "cockpit:cockpit", navigation.INBOX}


@pytest.mark.parametrize("address, entry", [("/desk/orders/transfers/", "officer:late"), ("/desk/orders/", "officer:orders"), ("/desk/?x=1", "officer:workbench")])  # fmt: skip
def test_one_entry_is_lit(house, signed_in, address, entry):
    html = signed_in(house.viewers[Role.CITY]).get(address).content.decode()
    assert lit(html) == {reverse(entry)}


def test_a_case_opened_from_the_review_desk_stays_under_it(house, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])
    queue = client.get(reverse("officer:review")).content.decode()
    case = f"{reverse('officer:case', args=[house.cases['submitted']])}?from=review"
    assert f'href="{case}"' in queue
    assert lit(client.get(case).content.decode()) == {reverse("officer:review")}
    assert lit(client.get(case.partition("?")[0]).content.decode()) == {reverse("officer:files")}


def test_groups_without_ones_usual_pages_are_folded_unless_one_is_there(house, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])

    def opened(address: str) -> set[str]:
        side = client.get(address).content.decode().partition("<aside")[2].partition("</aside>")[0]
        return set(re.findall(r'<details class="side-group" open><summary>([^<]+)<', side))

    assert opened("/desk/") == {"办理", "名单"}
    assert opened(reverse("officer:funds")) == {"办理", "名单", "资金"}
    assert opened(reverse("officer:funds")) < {"办理", "名单", "资金", "规则", "系统"}


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.WORKER])
def test_who_has_few_entries_sees_them_all(house, signed_in, role):
    html = signed_in(house.viewers[role]).get("/inbox/").content.decode()
    assert '<details class="side-group" >' not in html


def test_an_auditors_own_trade_is_in_the_bar_at_the_foot_of_a_phone(house):
    shown = navigation.entries_for(house.viewers[Role.AUDITOR], "/desk/", 0)
    assert reverse("officer:audit") in {entry.url for entry in shown if entry.is_tab}


def test_the_way_back_from_a_case_keeps_the_filters_of_the_queue(house, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])
    queue = client.get(reverse("officer:review"), {"desk": "accept", "number": ""}).content.decode()
    case = re.search(r'href="(/desk/cases/\d+/\?from=review&amp;back=[^"]+)"', queue)
    html = client.get(case.group(1).replace("&amp;", "&")).content.decode()
    assert 'href="/desk/review/?desk=accept&amp;number="' in html


def test_an_empty_list_of_orders_points_to_those_of_the_unions_below(house, signed_in):
    html = signed_in(house.viewers[Role.COUNTY]).get(reverse("officer:orders"), {"number": "99999"}).content.decode()
    assert "整个辖区在办" in html and 'href="?scope=all"' in html
