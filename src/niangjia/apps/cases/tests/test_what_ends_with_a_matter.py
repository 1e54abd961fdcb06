"""Who sees an order, a household, and what is sealed of it: as long as it is with them."""

from __future__ import annotations

import pytest

from niangjia.apps.accounts.types import Role
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import queries
from niangjia.apps.cases.access import MatterOver, has_matter
from niangjia.apps.cases.models import Visit
from niangjia.apps.cases.tests.desk import OCTOBER, VISIT
from niangjia.apps.cases.types import ExitKind, Outcome
from niangjia.apps.funds.models import Reservation
from niangjia.apps.programs.tests import town as towns
from niangjia.apps.registry import queries as registry
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders import queries as orders
from niangjia.apps.workorders.types import Verifier


@pytest.fixture
def pharma(desk):
    """The officer of the other firm's union under the same township."""
    return towns.appoint("pharma", desk.town["XH"], Role.GRASSROOTS)


def opens_the_phone(desk, viewer, case):
    try:
        cases.open_field(
            viewer=viewer, household_id=case.household_id, person_id=case.person_id, field="phone", reason="电话约定入户", now=desk.now
        )  # fmt: skip
    except (MatterOver, registry.NotFound):
        return False
    return True


def sees(desk, viewer, case):
    """(order, case, household) as far as the viewer finds them."""
    order = orders.visible_orders(viewer).filter(pk=case.work_order_id).exists()
    found = queries.list_cases_of_household(viewer, case.household_id) != []
    return order, found, registry.visible_households(viewer).filter(pk=case.household_id).exists()


def pass_on(desk, case, pharma):
    """Handed back by the union it was routed to, and forwarded to the other firm's."""
    for viewer in (desk.town.county, desk.town.township):
        workorders.accept(viewer=viewer, order_id=case.work_order_id, now=desk.now)
        target = next(one for one in orders.list_forward_candidates(viewer, case.work_order_id) if one.is_suggested)
        workorders.forward(viewer=viewer, order_id=case.work_order_id, to_org_id=target.org_id, now=desk.now)
    workorders.hand_back(viewer=desk.town.grassroots, order_id=case.work_order_id, reason="不是本厂职工", now=desk.now)
    workorders.forward(viewer=desk.town.township, order_id=case.work_order_id, to_org_id=pharma.org_id, now=desk.now)


def test_an_order_passed_on_takes_case_and_household_along(desk, pharma):
    case, former = desk.opened(), desk.town.grassroots
    pass_on(desk, case, pharma)
    assert sees(desk, former, case) == (False, False, False) and not opens_the_phone(desk, former, case)
    assert sees(desk, pharma, case) == (True, True, True) and opens_the_phone(desk, pharma, case)
    assert sees(desk, desk.town.township, case) == (True, True, True)
    assert registry.get_household(case.household_id).org_id == pharma.org_id


def test_the_union_that_verified_keeps_the_case_after_its_order_ended(desk, pharma):
    case = desk.opened()
    pass_on(desk, case, pharma)
    workorders.accept(viewer=pharma, order_id=case.work_order_id, now=desk.now)
    workorders.assign(
        viewer=pharma, order_id=case.work_order_id, assignee=Verifier("p", pharma.account_id), now=desk.now
    )
    cases.record_visit(
        viewer=pharma, case_id=case.pk, visited_on=desk.now.date(), way="HOME", form=VISIT, verifiers=[desk.town.township.account_id], now=desk.now
    )  # fmt: skip
    cases.submit_finding(viewer=pharma, case_id=case.pk, outcome=Outcome.V4, reason="收入稳定", now=desk.now)
    desk.accept(case)
    assert desk.fresh(case).org_id == pharma.org_id
    assert sees(desk, pharma, case) == (True, True, True)
    assert sees(desk, desk.town.grassroots, case) == (False, False, False)


def test_whoever_held_a_closed_order_sees_it_still_but_opens_nothing(desk):
    case = desk.verified(Outcome.V4)
    visit, grassroots = Visit.objects.get(case=case), desk.town.grassroots
    assert sees(desk, grassroots, case) == (True, True, True)
    assert not opens_the_phone(desk, grassroots, case) and not opens_the_phone(desk, desk.town.township, case)
    with pytest.raises(MatterOver, match="县级工会"):
        cases.open_visit_form(viewer=grassroots, visit_id=visit.pk, reason="再看一看", now=desk.now)
    assert opens_the_phone(desk, desk.town.county, case)  # answers for it: objections, money that came back
    assert cases.open_visit_form(viewer=desk.town.county, visit_id=visit.pk, reason="答复异议", now=desk.now)


def test_while_the_county_reviews_the_visitor_opens_nothing_and_again_when_it_comes_back(desk):
    case, grassroots = desk.opened(), desk.town.grassroots
    desk.hand_down(case)
    assert opens_the_phone(desk, grassroots, case)
    desk.visit(case)
    desk.submit(case)
    assert not opens_the_phone(desk, grassroots, case)
    cases.return_finding(viewer=desk.town.county, case_id=case.pk, reason="补流水", now=desk.now)
    assert opens_the_phone(desk, grassroots, case)


@pytest.mark.parametrize(("area", "code"), [("330681", "Y"), ("330100", "C")])
def test_a_household_that_moved_away_is_the_new_unions_or_the_citys(desk, area, code):
    case = desk.opened()
    desk.hand_down(case)
    desk.try_to_reach(case)
    desk.submit(case, Outcome.V9)
    desk.accept(case, target_area=area)
    assert sees(desk, desk.town.grassroots, case) == (True, True, False)
    assert not opens_the_phone(desk, desk.town.grassroots, case)
    assert registry.get_household(case.household_id).org_id == desk.town[code].id
    assert registry.visible_households(desk.town.other_county).filter(pk=case.household_id).exists() == (code == "Y")


def test_money_under_way_and_a_call_that_is_due_are_matters_too(funded):
    case, grassroots = funded.verified(), funded.town.grassroots
    cases.close_without_file(viewer=funded.town.county, case_id=case.pk, reason="一次性帮扶", now=funded.now)
    assert opens_the_phone(funded, grassroots, case)  # the account may turn out wrong
    Reservation.objects.update(state="PAID")
    assert not opens_the_phone(funded, grassroots, case)

    other = funded.on_file(start=20, month=OCTOBER.next())
    assert opens_the_phone(funded, grassroots, other)
    cases.propose_exit(
        viewer=funded.town.county, case_id=other.pk, kind=ExitKind.SAFETY_NET, are_causes_gone=False, reason="纳入低保", now=funded.now
    )  # fmt: skip
    funded.pass_days(20)
    cases.confirm_exit(viewer=funded.town.county_second, case_id=other.pk, now=funded.now)
    Reservation.objects.update(state="PAID")
    assert not has_matter(grassroots, other.household_id, today=funded.now.date())
    funded.pass_days(200)
    assert has_matter(grassroots, other.household_id, today=funded.now.date())
