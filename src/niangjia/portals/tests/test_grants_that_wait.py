"""A grant for which no money could be set aside, and the file behind it, have their place on the pages."""

import pytest
from django.urls import reverse

from niangjia.apps.audit import queries as audit
from niangjia.apps.cases.models import Entitlement
from niangjia.apps.cases.tests import desk as desks
from niangjia.apps.funds import queries as fund_queries


@pytest.fixture
def desk(db):
    return desks.build_desk()


@pytest.fixture
def blocked(desk):
    """Verified and granted while the county had no budget."""
    case = desk.verified()
    return case, Entitlement.objects.get(case=case), reverse("officer:retry_grant", args=[case.pk])


def page_of(response) -> str:
    return response.content.decode()


def test_a_blocked_grant_waits_on_the_desk_of_the_county_and_says_why(desk, blocked, signed_in):
    case, grant, _address = blocked
    county = signed_in(desk.town.county)
    assert "1 件个案有帮扶没有列支" in page_of(county.get(reverse("officer:workbench")))
    assert case.number in page_of(county.get(reverse("officer:review") + "?desk=blocked"))
    page = page_of(county.get(reverse("officer:case", args=[case.pk])))
    assert grant.refusal_zh in page and "再次列支" in page


def test_a_blocked_grant_is_tried_again_by_a_button_once_there_is_money(desk, blocked, signed_in):
    case, grant, address = blocked
    county = signed_in(desk.town.county)
    still = county.post(address, {"grant": grant.pk})
    assert still.status_code == 409 and "仍不能列支" in page_of(still)
    desks.give_budget(desk)
    page = page_of(county.post(address, {"grant": grant.pk}, follow=True))
    assert "已列支" in page and "再次列支" not in page
    grant.refresh_from_db()
    assert fund_queries.get_reservation(grant.reservation_id).amount == grant.amount
    assert case.number not in page_of(county.get(reverse("officer:review") + "?desk=blocked"))


def test_a_grant_of_another_case_is_not_tried_again_from_this_page(desk, blocked, signed_in):
    _case, grant, _address = blocked
    other = desk.opened(start=20, month=desks.OCTOBER.next())
    address = reverse("officer:retry_grant", args=[other.pk])
    assert signed_in(desk.town.county).post(address, {"grant": grant.pk}).status_code == 404


def test_only_who_may_set_money_aside_is_offered_it(desk, blocked, signed_in):
    case, _grant, _address = blocked
    for viewer in (desk.town.township, desk.town.grassroots, desk.town.finance):
        assert "再次列支" not in page_of(signed_in(viewer).get(reverse("officer:case", args=[case.pk])))


def test_the_whole_file_opens_with_a_reason_once_and_is_on_record(desk, signed_in):
    case = desk.filed()
    address = reverse("officer:open_file", args=[case.pk])
    county = signed_in(desk.town.county)
    closed = page_of(county.get(reverse("officer:case", args=[case.pk])))
    assert "打开档案全文" in closed and desks.FILE["address"] not in closed
    assert county.post(address, {"reason": ""}).status_code == 409
    opened = page_of(county.post(address, {"reason": "年度复核"}))
    assert desks.FILE["address"] in opened and "档案全文（已留查看记录）" in opened
    assert desks.FILE["address"] not in page_of(county.get(reverse("officer:case", args=[case.pk])))
    (event,) = audit.list_about(f"person:{case.person_id}", actions=("registry.reveal",))
    assert (event.reason, event.detail["what"]) == ("年度复核", "file form")
    assert signed_in(desk.town.finance).post(address, {"reason": "年度复核"}).status_code == 403
