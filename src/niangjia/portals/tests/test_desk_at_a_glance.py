"""What an officer's pages put first, fold away, roll up and say under a figure."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.cases.models import Case
from niangjia.apps.cases.types import Outcome
from niangjia.apps.programs.tests import town
from niangjia.apps.workorders import queries as workorders
from niangjia.portals.officer import monthly


def _read(house, signed_in, role: Role, name: str, *parts: object) -> str:
    return signed_in(house.viewers[role]).get(reverse(name, args=parts)).content.decode()


def test_an_order_to_visit_offers_the_form_first_and_folds_away_reassigning_and_reporting(house, signed_in):
    page = _read(house, signed_in, Role.COUNTY, "officer:order", house.orders["assigned"])
    assert page.index("填写走访表") < page.index("改派")
    assert "sticky-actions" not in page and "没有走访就上报" in page


def test_a_desk_above_counties_counts_the_unions_right_below_it_with_everything_under_them(house):
    city = house.viewers[Role.CITY]
    holders = workorders.list_loads(city, now=town.NOW)
    rolled = workorders.list_loads_below(city, now=town.NOW, most=20)
    county = house.desk.town["X"]
    assert len(holders) > 1 and [one.org_id for one in rolled] == [county.id]
    assert rolled[0].open_count == sum(one.open_count for one in holders)


def test_the_board_of_what_is_late_leads_to_the_transfers_of_whoever_reads_them(house, signed_in):
    address = reverse("officer:transfers")
    assert address in _read(house, signed_in, Role.CITY, "officer:late")
    assert address not in _read(house, signed_in, Role.TOWNSHIP, "officer:late")


def test_a_case_that_another_union_handed_over_says_so_where_it_goes_on(house, signed_in):
    desk = house.desk
    case = desk.opened(start=70, month=house.months[-1].plus(3))
    desk.hand_down(case)
    desk.try_to_reach(case)
    desk.submit(case, Outcome.V9)
    desk.accept(case, target_area="330681")
    anew = Case.objects.get(earlier=case)
    page = signed_in(desk.town.other_county).get(reverse("officer:case", args=[anew.pk])).content.decode()
    assert f"移交过来，原个案 {case.number}" in page and desk.town["XG"].name in page
    own = signed_in(house.viewers[Role.COUNTY]).get(reverse("officer:case", args=[case.pk])).content.decode()
    assert "移交过来" not in own


def test_how_precise_a_threshold_was_stands_beside_the_release(house, signed_in):
    page = _read(house, signed_in, Role.CITY, "officer:release", str(house.months[1]))
    assert page.index(">查实率</h2>") < page.index('id="r-now"')


def test_colleagues_of_other_unions_are_folded_on_the_form_of_a_visit(house, signed_in):
    page = _read(house, signed_in, Role.GRASSROOTS, "officer:visit", house.orders["assigned"])
    folded = re.search(r"<details class=\"more\" >\s*<summary>.*?其他工会的同事.*?</details>", page, re.DOTALL)
    assert folded and 'name="with"' in folded[0]


@pytest.mark.parametrize("brief", [True, False])
def test_why_a_figure_is_hidden_is_read_without_a_mouse(brief):
    shown = render_to_string("cockpit/number.html", {"cell": SimpleNamespace(is_hidden=True), "is_brief": brief})
    assert "<summary" in shown and "title=" not in shown and "不足 10 人" in shown


def test_a_county_is_warned_of_its_own_areas_without_a_standard_alone():
    gaps = [f"{area}：2023-10 无低保标准" for area in ("330624", "330624002000", "330106", "310115001001")]
    assert [one[:6] for one in monthly.gaps_of(gaps, "330624000000")] == ["330624", "330624"]
    assert len(monthly.gaps_of(gaps, "330000000000")) == 3, (
        "a code that the directory does not know is the administrator's"
    )
