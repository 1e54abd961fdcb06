"""Finance sees whom to pay, how much, by which decision and clause; not what was found at the door."""

import re

import pytest
from django.urls import reverse

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.accounts.types import Role
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import queries
from niangjia.apps.cases.types import CaseFilter
from niangjia.portals.tests import house as houses

# Of the visit's form, the file's form, the findings and the trace of the decisions; and the reasons officers wrote.
FOUND = (
    "因病",
    "低收入",
    "刚性支出",
    "授权书",
    "流水",
    "医疗",
    "属实，",
    "收入凭证不全",
    "建议档次",
    "走访",
    "家庭年收入",
)
PAGES = {
    "officer:case": ("confirmed", "announced", "returned"),
    "officer:household": ("confirmed", "announced", "returned"),
}


def seen_by(signed_in, house, role, name, *parts):
    response = signed_in(house.viewers[role]).get(reverse(name, args=parts))
    assert response.status_code == 200
    return response.content.decode().split('<main id="main"')[1].split("</main>")[0]


def without_clauses(page):
    """The rules' own public text names costs of every kind; whose turn it is names what that post does."""
    page = re.sub(r'<ul class="who-may".*?</ul>', "", page, flags=re.S)
    return re.sub(r'<p class="clause.*?</p>', "", page, flags=re.S)


@pytest.mark.parametrize(("name", "what"), [(name, what) for name, whats in PAGES.items() for what in whats])
def test_finance_reads_nothing_that_was_found_on_any_page_of_a_case(house, signed_in, name, what):
    key = (house.cases if name == "officer:case" else house.households)[what]
    page = without_clauses(seen_by(signed_in, house, Role.FINANCE, name, key))
    assert [word for word in FOUND if word in page] == []
    county = seen_by(signed_in, house, Role.COUNTY, name, key)
    assert [word for word in FOUND if word in county]  # what is looked for does stand there for the county


@pytest.mark.parametrize("name", ["officer:files", "officer:budget", "officer:batch"])
def test_finance_reads_no_cause_on_any_list(house, signed_in, name):
    parts = {"officer:budget": [house.budget_id], "officer:batch": [house.batch_id]}.get(name, [])
    page = seen_by(signed_in, house, Role.FINANCE, name, *parts)
    assert "王**" in page and [word for word in FOUND if word in page] == []


def test_finance_reads_whom_to_pay_how_much_by_which_decision_and_clause(house, signed_in):
    page = seen_by(signed_in, house, Role.FINANCE, "officer:case", house.cases["confirmed"])
    for word in ("王**", "500.00", "专项帮扶", "给予", "基层工会核实后反馈"):
        assert word in page, word


def test_finance_cannot_find_out_a_cause_by_filtering(house):
    finance = house.viewers[Role.FINANCE]
    everything = queries.list_cases(finance, CaseFilter()).count()
    assert everything and queries.list_cases(finance, CaseFilter(cause="因病", grade="RED")).count() == everything
    assert queries.list_cases(house.viewers[Role.COUNTY], CaseFilter(cause="因病")).count() < everything


def test_details_of_a_case_hold_nothing_that_was_found_for_finance(house):
    details = queries.get_details(house.viewers[Role.FINANCE], house.cases["announced"], now=houses.town.NOW)
    assert (details.visits, details.findings, details.moves, details.grievances, details.file) == ((), (), (), (), None)
    assert details.entitlements and details.decisions
    assert all(not card.trace and not card.facts and card.clauses for card in details.decisions.values())
    assert queries.timeline(house.viewers[Role.FINANCE], house.households["announced"])[0] == []


def test_finance_opens_no_form(house):
    details = queries.get_details(house.viewers[Role.COUNTY], house.cases["announced"], now=houses.town.NOW)
    finance, reason, now = house.viewers[Role.FINANCE], "想看一看", houses.town.NOW
    with pytest.raises(NotAllowed):
        cases.open_visit_form(viewer=finance, visit_id=details.visits[0].pk, reason=reason, now=now)
    with pytest.raises(NotAllowed):
        cases.open_file_form(viewer=finance, file_id=details.file.pk, reason=reason, now=now)
