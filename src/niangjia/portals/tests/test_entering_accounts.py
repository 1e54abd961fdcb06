"""The account that help is paid to: entered by who visits, never by who pays, nor for one's own household."""

from dataclasses import replace

import pytest
from django.urls import reverse

from niangjia.apps.accounts.models import Account
from niangjia.apps.accounts.types import Role
from niangjia.apps.audit import queries as audit
from niangjia.apps.funds import queries
from niangjia.apps.registry import actions as registry_actions
from niangjia.apps.registry import queries as registry
from niangjia.apps.registry.models import Person
from niangjia.portals.tests.house import town

NOW = town.NOW

CARD = {"account": "6217 0033 1234 5678 901", "bank_name": "（虚构）银行新昌支行"}


@pytest.fixture
def entering(house):
    household_id = house.households["confirmed"]
    person_id = registry.members_of([household_id])[household_id][0]
    return reverse("officer:enter_account", args=[household_id]), person_id


def test_who_visits_enters_an_account_and_it_is_on_record_without_its_digits(house, signed_in, entering):
    address, person_id = entering
    page = (
        signed_in(house.viewers[Role.COUNTY]).post(address, CARD | {"person": person_id}, follow=True).content.decode()
    )
    assert "尾号 8901" in page and "1234 5678" not in page and "12345678" not in page
    event = audit.list_about(f"person:{person_id}", actions=("registry.set_bank_account",))[0]
    assert "5678" not in str(event.detail)


@pytest.mark.parametrize(
    "wrong", [{"account": "1"}, {"account": "62170033123"}, {"account": "62170033abc45678"}, {"bank_name": " "}]
)
def test_an_account_that_no_bank_could_have_is_refused_in_words(house, signed_in, entering, wrong):
    address, person_id = entering
    answer = signed_in(house.viewers[Role.COUNTY]).post(address, CARD | {"person": person_id} | wrong)
    assert answer.status_code == 409 and "12 至 25 位" in answer.content.decode()


def test_finance_enters_none_and_nobody_one_of_a_stranger_to_the_household(house, signed_in, entering):
    address, person_id = entering
    assert signed_in(house.viewers[Role.FINANCE]).post(address, CARD | {"person": person_id}).status_code == 403
    assert signed_in(house.viewers[Role.COUNTY]).post(address, CARD | {"person": 999999}).status_code == 404


def test_nobody_enters_the_account_of_their_own_household(house, signed_in, entering):
    address, person_id = entering
    county = house.viewers[Role.COUNTY]
    Account.objects.filter(person_id=person_id).update(person_id=None)
    Account.objects.filter(pk=county.account_id).update(person_id=person_id)
    answer = signed_in(county).post(address, CARD | {"person": person_id})
    assert answer.status_code == 409 and "自己家庭" in answer.content.decode()


def test_who_stands_in_for_a_member_of_the_household_does_not_enter_its_account_either(house, entering):
    _address, person_id = entering
    county, absent = house.viewers[Role.COUNTY], house.desk.town.county_second
    Account.objects.filter(person_id=person_id).update(person_id=None)
    Account.objects.filter(pk=absent.account_id).update(person_id=person_id)
    stand_in = replace(county, for_account_id=absent.account_id)
    card = {"account": "6217003312345678901", "bank_name": CARD["bank_name"]}
    with pytest.raises(registry_actions.OwnAccount):
        registry_actions.set_bank_account(viewer=stand_in, person_id=person_id, **card, now=NOW)


# --- on the page of the batch ---


@pytest.fixture
def batch_page(house, signed_in):
    address = reverse("officer:batch", args=[house.batch_id])
    return lambda: signed_in(house.viewers[Role.FINANCE]).get(address).content.decode()


def test_the_batch_shows_the_tail_of_each_payees_account_its_bank_and_who_entered_it(house, signed_in, batch_page):
    page = batch_page()
    assert "**** 0000" in page and "新昌农商银行" in page and "62220212345678" not in page


def test_an_account_changed_after_the_approval_is_marked_with_who_changed_it(house, signed_in, batch_page):
    payee = queries.list_bank_lines(house.viewers[Role.FINANCE], house.batch_id)[0].person_id
    registry_actions.set_bank_account(
        viewer=house.viewers[Role.GRASSROOTS], person_id=payee, account="6217003312345678901", bank_name="（虚构）银行", now=NOW
    )  # fmt: skip
    page = batch_page()
    assert "审批后账号有变动" in page and "**** 8901" in page and "登记人 grassroots" in page


def test_a_payee_without_an_account_is_named_before_anybody_seals(house, batch_page):
    payee = queries.list_bank_lines(house.viewers[Role.FINANCE], house.batch_id)[0].person_id
    Person.objects.filter(pk=payee).update(bank_account=None, bank_account_blind="", bank_name="")
    assert "没有账号" in batch_page()
