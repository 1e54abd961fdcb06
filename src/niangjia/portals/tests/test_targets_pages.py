"""Targets on pages: who divides, what is refused at its field, what a statement shows, that opening rows is on record."""

from __future__ import annotations

import pytest
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.portals.tests import targeted
from niangjia.portals.tests.targeted import SMALL, WARM, YEAR


@pytest.fixture(scope="module")
def built(built, django_db_blocker):
    with django_db_blocker.unblock():
        targeted.lay(built)
    return built


def read(client, route, *parts, **query) -> str:
    response = client.get(reverse(route, args=parts), query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_lead_divides_and_the_sum_stands_beside_what_is_asked_of_their_own(house, signed_in):
    client = signed_in(house.viewers[Role.CITY])
    assert "已分解 55，比本级目标少 5" in read(client, "targets:indicator", WARM, "visited", year=YEAR)
    union = house.desk.town["Y"].id
    told = {"year": YEAR, f"share-{union}": "0.0025万", "from_day": f"{YEAR}-01-01", "reason": "年中调整 2023年7月"}
    answer = client.post(reverse("targets:set_shares", args=[WARM, "visited"]), told, follow=True)
    assert "已分解 1 个目标。" in answer.content.decode() and "已分解 65，比本级目标多 5" in answer.content.decode()


def test_what_cannot_be_a_share_comes_back_as_typed_with_the_error_at_its_field(house, signed_in):
    client, union = signed_in(house.viewers[Role.CITY]), house.desk.town["X"].id
    told = {"year": YEAR, f"share-{union}": "四十", "from_day": f"{YEAR}-03-01", "reason": "年中调整"}
    answer = client.post(reverse("targets:set_shares", args=[WARM, "visited"]), told)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="四十"' in html and f'id="error-{union}"' in html and 'value="年中调整"' in html


def test_a_union_without_a_share_is_told_whose_target_it_sees_and_is_not_judged_by_it(house, signed_in):
    html = read(signed_in(house.viewers[Role.TOWNSHIP]), "targets:programme", WARM, year=YEAR)
    assert "新昌县总工会的目标，本级没有分到" in html and "滞后" not in html


@pytest.mark.parametrize("who", ["C", "Y"])
def test_another_part_of_the_tree_is_not_shown(house, signed_in, who):
    client = signed_in(house.viewers[Role.COUNTY])
    for route, *parts in (
        ("targets:programme", WARM),
        ("targets:indicator", WARM, "visited"),
        ("targets:rows", WARM, "visited"),
    ):
        answer = client.get(reverse(route, args=parts), {"union": house.desk.town[who].id})
        assert answer.status_code == 404, route


def test_ten_places_stand_though_the_paper_tells_nine(house, signed_in):
    html = read(signed_in(house.viewers[Role.CITY]), "targets:programme", "quzhou-ten-measures-2022")
    assert "报道中未见第十条" in html and "这是别处的目标" in html


def test_a_figure_that_nothing_here_counts_says_no_source_and_shows_the_statement_apart(house, signed_in):
    html = read(signed_in(house.viewers[Role.COUNTY]), "targets:indicator", SMALL, "trained")
    for said in ("无来源", "56.79万 + 12.74万 = 69.53万人次", "231.8%", "不与清点的数相加"):
        assert said in html, said


def test_a_statement_whose_parts_do_not_add_up_comes_back_as_typed(house, signed_in):
    client = signed_in(house.viewers[Role.CITY])
    told = {
        "year": 2021,
        "name-0": "小微企业",
        "value-0": "56.79万",
        "name-1": "个体工商户",
        "value-1": "12.74万",
        "total": "69.54万",
    }
    told |= {"source": "市场监管局 2022年4月"}
    answer = client.post(reverse("targets:send_statement", args=[SMALL, "trained"]), told)
    html = answer.content.decode()
    assert answer.status_code == 409 and "相差 100" in html
    assert 'value="56.79万"' in html and 'value="69.54万"' in html


def test_the_paper_of_a_statement_is_opened_in_its_part_of_the_tree_alone(house, signed_in):
    address = reverse("targets:paper", args=targeted.paper_of(house))
    assert signed_in(house.viewers[Role.CITY]).get(address).status_code == 200
    assert signed_in(house.viewers[Role.COUNTY]).get(address).status_code == 404
    assert signed_in(house.viewers[Role.FINANCE]).get(address).status_code == 403
