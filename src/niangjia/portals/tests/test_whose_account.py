"""An administrator says whose account it is by an ID number; it is shown masked, kept on record, and gives no right."""

from __future__ import annotations

import pytest
from django.urls import reverse

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Role
from niangjia.apps.audit import queries as audit
from niangjia.apps.programs.tests import town
from niangjia.apps.registry.models import Person

ONE, ANOTHER = town.id_number(3), town.id_number(6)


@pytest.fixture
def desk(house, signed_in):
    return signed_in(house.viewers[Role.ADMINISTRATOR])


def whose(house, step="whose"):
    return reverse(f"officer:{step}", args=[house.desk.town.grassroots.account_id])


def tie(desk, house, number):
    return desk.post(whose(house, "tie_person"), {"id_number": number}, follow=True)


def said(answer):
    return answer.content.decode()


def test_who_an_account_is_stands_masked_on_its_page_and_is_on_record(desk, house):
    assert "还没有登记" in said(desk.get(whose(house)))
    page = said(tie(desk, house, f" {ONE.lower()} "))
    account_id = house.desk.town.grassroots.account_id
    person = Person.objects.get(pk=accounts.person_of(account_id))
    assert person.read("id_number") == ONE
    assert "已登记" in page and f"{ONE[:6]}********{ONE[14:]}" in page
    assert ONE not in page and person.read("name") not in page
    event = audit.list_about(f"account:{account_id}", actions=["accounts.link_person"])[0]
    assert event.detail == {"person": person.pk} and event.account_id == house.viewers[Role.ADMINISTRATOR].account_id


@pytest.mark.parametrize("number", ["330624198001010", town.id_number(998)])
def test_a_number_that_is_nobodys_is_refused_and_what_was_typed_stays_and_is_on_record_without_it(desk, house, number):
    answer = tie(desk, house, number)
    assert answer.status_code == 409 and "登记册里没有" in said(answer) and f'value="{number}"' in said(answer)
    (event,) = audit.list_about(
        f"account:{house.desk.town.grassroots.account_id}", actions=["accounts.person_not_found"]
    )
    assert number not in f"{event.detail} {event.reason}"
    assert accounts.person_of(house.desk.town.grassroots.account_id) is None


def test_a_mistake_is_untied_with_a_reason_that_the_page_keeps_showing(desk, house):
    tie(desk, house, ONE)
    assert "已对应另一个人" in said(tie(desk, house, ANOTHER))
    answer = desk.post(whose(house, "untie_person"), {"reason": "错"}, follow=True)
    assert answer.status_code == 409 and "请写明为什么解除" in said(answer) and 'value="错"' in said(answer)
    page = said(desk.post(whose(house, "untie_person"), {"reason": "同名，登记错了人"}, follow=True))
    assert "已解除" in page and "同名，登记错了人" in page and "登记了账户是谁" in page
    assert "已登记" in said(tie(desk, house, ANOTHER))


def test_nobody_else_opens_it_nor_an_administrator_below_nor_for_their_own(desk, house, signed_in):
    for role in (Role.CITY, Role.COUNTY, Role.AUDITOR, Role.GRASSROOTS, Role.WORKER):
        client = signed_in(house.viewers[role])
        for answer in (client.get(whose(house)), tie(client, house, ONE)):
            assert answer.status_code == 403, role
    below = signed_in(town.appoint("admin.y", house.desk.town["Y"], Role.ADMINISTRATOR))
    assert below.get(whose(house)).status_code == 404
    assert tie(below, house, ONE).status_code == 404
    own = house.viewers[Role.ADMINISTRATOR].account_id
    assert "由另一位管理员" in said(desk.get(reverse("officer:whose", args=[own])))
    assert desk.post(reverse("officer:tie_person", args=[own]), {"id_number": ONE}).status_code == 409
    assert accounts.person_of(house.desk.town.grassroots.account_id) is None and accounts.person_of(own) is None


def test_it_gives_the_account_no_right(desk, house, signed_in):
    before = [signed_in(house.desk.town.grassroots).get(address).status_code for address in ("/own/", "/desk/people/")]
    tie(desk, house, ONE)
    after = [signed_in(house.desk.town.grassroots).get(address).status_code for address in ("/own/", "/desk/people/")]
    assert before == after
