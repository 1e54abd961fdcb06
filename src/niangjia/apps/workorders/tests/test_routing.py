"""Where an order goes, and why."""

from __future__ import annotations

import pytest

from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations.models import OrgUnit
from niangjia.apps.organizations.types import Level, UnionRow
from niangjia.apps.workorders import defaults, problems
from niangjia.apps.workorders.routing import route
from niangjia.apps.workorders.tests import unions
from niangjia.apps.workorders.types import RouteReason, RoutingFacts, Urgency

pytestmark = pytest.mark.django_db
R = RouteReason
TOWN_AREA = "330624001005"


@pytest.fixture(autouse=True)
def _tree(db):
    organizations.receive_unions(unions.ROWS)


def org(code: str) -> OrgUnit:
    return OrgUnit.objects.get(code=code)


def close(*codes: str) -> None:
    OrgUnit.objects.filter(code__in=codes).update(state="CLOSED")


def way(
    *, union: str = "", uscc: str = "", area: str = TOWN_AREA, sector: str = "", listed_by: str = ""
) -> tuple[list[str], list[RouteReason]]:
    facts = RoutingFacts(org(union).pk if union else None, uscc, area, sector, org(listed_by).pk if listed_by else None)
    found = route(facts)
    codes = {unit.pk: unit.code for unit in OrgUnit.objects.all()}
    return [codes[hop.org_id] for hop in found.hops], list(found.reasons)


def test_a_member_goes_county_town_grassroots():
    assert way(union="XG") == (["X", "XT", "XG"], [R.MEMBER_UNION])


def test_a_closed_union_is_passed_over_for_the_employers():
    close("XH")
    assert way(union="XH", uscc=unions.USCC) == (["X", "XT", "XG"], [R.MEMBER_UNION_INACTIVE, R.EMPLOYER_UNION])


def test_without_membership_the_employer_is_found_by_its_credit_code():
    assert way(uscc=unions.USCC, area="330681001000") == (["X", "XT", "XG"], [R.EMPLOYER_UNION])


def test_of_several_unions_of_one_firm_the_one_nearest_to_the_home_is_taken():
    organizations.receive_unions([UnionRow("YH", "Y", "轴承厂诸暨分厂工会", "grassroots", "330681", unions.USCC)])
    assert way(uscc=unions.USCC, area="330681002003") == (["Y", "YH"], [R.EMPLOYER_UNION])


def test_an_employer_without_a_union_or_with_a_closed_one_leads_to_the_town_of_the_home():
    assert way(uscc="91330000000000000X") == (["X", "XT"], [R.EMPLOYER_UNKNOWN, R.TOWN_UNION])
    close("XG")
    assert way(uscc=unions.USCC) == (["X", "XT"], [R.EMPLOYER_UNION_INACTIVE, R.TOWN_UNION])


def test_a_new_form_worker_without_a_union_goes_to_the_sector_federation_of_the_county():
    assert way(sector="truck") == (["X", "XF"], [R.SECTOR_FEDERATION])


def test_a_new_form_worker_whose_sector_has_no_federation_goes_to_the_town():
    assert way(sector="courier") == (["X", "XT"], [R.TOWN_UNION])
    close("XF")
    assert way(sector="truck") == (["X", "XT"], [R.TOWN_UNION])


def test_a_member_of_the_federation_is_verified_by_it():
    assert way(union="XF", sector="truck") == (["X", "XF"], [R.SECTOR_FEDERATION])


def test_without_a_town_union_the_county_desk_verifies_itself():
    assert way(area="330624009001") == (["X"], [R.NO_TOWN_UNION, R.COUNTY_DESK])


def test_without_a_county_union_the_city_desk_does():
    assert way(area="330604001001") == (["C"], [R.NO_TOWN_UNION, R.CITY_DESK])


def test_a_closed_town_on_the_way_is_skipped():
    close("XT")
    assert way(union="XG") == (["X", "XG"], [R.MEMBER_UNION, R.HOP_INACTIVE])


def test_a_union_right_under_the_city_gets_its_orders_from_the_city():
    assert way(union="CG", area="") == (["C", "CG"], [R.MEMBER_UNION])


def test_where_nothing_of_the_home_is_known_the_area_of_the_closed_union_is_used():
    close("XG")
    assert way(union="XG", area="") == (["X", "XT"], [R.MEMBER_UNION_INACTIVE, R.TOWN_UNION])


@pytest.mark.parametrize("area", ["", "110101001001"])
def test_where_nobody_is_responsible_it_says_so(area):
    with pytest.raises(problems.NoUnionCovers, match="没有在用的工会"):
        way(area=area)


def test_a_household_that_lives_in_another_province_goes_to_the_union_on_whose_list_it_stands():
    assert way(area="310115001001", listed_by="C") == (["C"], [R.NO_TOWN_UNION, R.LIST_UNION])


def test_every_hop_is_active_and_the_levels_go_down():
    found = route(RoutingFacts(org("XG").pk, "", TOWN_AREA))
    assert [hop.level for hop in found.hops] == [Level.COUNTY, Level.TOWN, Level.GRASSROOTS]
    assert all(lower.path.startswith(upper.path) for upper, lower in zip(found.hops, found.hops[1:], strict=False))


def test_the_default_limits_are_those_of_the_plan_and_a_program_may_change_one():
    assert defaults.limits_for(Urgency.NORMAL, None) == {"accept": 2, "forward": 2, "verify": 10, "review": 5}
    assert defaults.limits_for(Urgency.RED, None)["verify"] == 5
    assert defaults.limits_for(Urgency.NORMAL, {"verify": 15}) == {"accept": 2, "forward": 2, "verify": 15, "review": 5}
