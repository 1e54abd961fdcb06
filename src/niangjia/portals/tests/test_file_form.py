"""The form of a hardship file on the page: what is known is not typed again, and what cannot be is told at its field."""

import re

import pytest
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases.models import HardshipFile
from niangjia.apps.cases.tests import desk as desks
from niangjia.apps.registry import actions as registry_actions
from niangjia.apps.registry.models import Person
from niangjia.portals.tests.house import town

NOW = town.NOW
NAME, PHONE = "王小明", re.compile(r"1380000\d{4}")
LEFT_OUT = {"name", "sex", "phone", "health", "members"}
ASKED = {name: value for name, value in desks.TYPED.items() if name not in LEFT_OUT} | {"is_single_parent": "no"}


@pytest.fixture
def draft(house):
    """A file just begun by the county; its household, its worker, and the address of its form."""
    case_id = house.cases["confirmed"]
    household = house.households["confirmed"]
    members = house.desk.members(household)
    cases.start_file(
        viewer=house.viewers[Role.COUNTY],
        case_id=case_id,
        person_id=members[0],
        members=dict(zip(members, ("head", "spouse", "child"), strict=True)),
        now=NOW,
    )
    Person.objects.filter(pk=members[0]).update(bank_account=None, bank_account_blind="", bank_name="")
    return case_id, Person.objects.get(pk=members[0]), reverse("officer:fill_file", args=[case_id])


@pytest.fixture
def fill(house, signed_in, draft):
    client = signed_in(house.viewers[Role.GRASSROOTS])
    address = draft[2]

    def send(**values):
        seen = re.search(r'name="seen" value="([^"]*)"', client.get(address).content.decode())
        return client.post(
            address, {name: value for name, value in values.items() if value is not None} | {"seen": seen[1]}
        )

    return send


def opened(house, case_id):
    file = HardshipFile.objects.get(case_id=case_id)
    return cases.open_file_form(viewer=house.viewers[Role.COUNTY], file_id=file.pk, reason="核对档案", now=NOW)


def test_what_register_and_visit_know_stands_there_masked_and_is_not_asked_for(house, signed_in, draft):
    _case_id, person, address = draft
    page = signed_in(house.viewers[Role.GRASSROOTS]).get(address).content.decode()
    known = person.in_plain()
    form = page[page.index("<form method") :]
    assert "与登记一致：王**。要改才填。" in form and "与登记一致：男。" in form
    assert f"与登记一致：{known['id_number'][:6]}********{known['id_number'][14:]}" in form
    assert f"与登记一致：138****{known['phone'][-4:]}" in form and "已知的家人：王**、李**、李**" in form
    for name in ("name", "id_number", "phone"):
        assert known[name] not in page
    assert 'name="people" value="3"' in form and 'name="rigid_total" value="30000.00"' in form
    assert form.count('<span class="must">') <= 17


def test_a_file_is_filled_without_typing_what_is_known(house, draft, fill):
    case_id, person, _address = draft
    Person.objects.filter(pk=person.pk).update(bank_account=None)
    answer = fill(**ASKED, health="患病")
    assert answer.status_code == 302, answer.content.decode()
    kept, known = opened(house, case_id), person.in_plain()
    assert (kept["name"], kept["id_number"], kept["phone"], kept["sex"]) == (
        NAME,
        known["id_number"],
        known["phone"],
        "M",
    )
    assert [one["relation"] for one in kept["members"]] == ["head", "spouse", "child"]
    assert (kept["members"][0]["health"], kept["members"][0]["id_number"]) == ("患病", known["id_number"])


def test_what_was_sealed_is_kept_when_the_form_is_filled_again_and_never_stands_in_the_page(
    house, signed_in, draft, fill
):
    case_id, person, address = draft
    assert fill(**ASKED, health="患病").status_code == 302
    before = opened(house, case_id)
    page = signed_in(house.viewers[Role.GRASSROOTS]).get(address).content.decode()
    page = page[page.index("<form method") :]  # the union that prints it may be called like the employer
    for name in ("address", "bank_account", "employer", "union_opinion"):
        assert str(before[name]) not in page, name
    assert "已经填过（加密保存）" in page and "与登记一致：**** 0123" in page
    plain = {name: value for name, value in ASKED.items() if name in HardshipFile.objects.get(case_id=case_id).form}
    assert fill(**plain | {"work_state": "待业"}).status_code == 302
    assert opened(house, case_id) == before | {"work_state": "待业"}


def test_an_account_corrected_meanwhile_is_not_put_back_by_the_next_filling(house, draft, fill):
    case_id, person, _address = draft
    fill(**ASKED, health="患病")
    registry_actions.set_bank_account(
        viewer=house.viewers[Role.COUNTY],
        person_id=person.pk,
        account="6217003312345678901",
        bank_name="建设银行",
        now=NOW,
    )
    fill(**ASKED | {"bank_account": None, "bank_name": None})
    now_there = Person.objects.get(pk=person.pk)
    assert now_there.read("bank_account") == opened(house, case_id)["bank_account"] == "6217003312345678901"
    assert now_there.bank_account_entered_by_id == house.viewers[Role.COUNTY].account_id


def test_another_account_asks_for_its_bank(draft, fill):
    fill(**ASKED, health="患病")
    answer = fill(**ASKED | {"bank_account": "6217003312345678901", "bank_name": None})
    assert answer.status_code == 422 and "请填“开户银行”" in answer.content.decode()


def test_a_member_typed_changes_the_one_of_that_name_or_comes_to_the_others(house, draft, fill):
    case_id, _person, _address = draft
    rows = {
        "members-0-name": NAME,
        "members-0-health": "重病",
        "members-1-name": "王老太",
        "members-1-relation": "parent",
    }
    assert fill(**ASKED, health="患病", **rows).status_code == 302
    members = opened(house, case_id)["members"]
    assert (members[0]["relation"], members[0]["health"], members[1]["name"]) == ("head", "重病", "王老太")
    assert len(members) == 4


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("name", "1", "请填两至四十个字"),
        ("phone", "1", "请填 11 位手机号"),
        ("bank_account", "1", "请填 12 至 25 位数字"),
        ("id_number", town.id_number(900), "与登记的本人不一致"),
        ("people", "0", "请填 1 至 1000 的整数"),
        ("rigid_total", "-500", "请填不小于 0 的数"),
        ("annual_total", "-12000", "请填不小于 0 的数"),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_nothing_is_kept(draft, fill, name, typed, said):
    _case_id, person, _address = draft
    answer = fill(**ASKED | {"health": "患病", name: typed})
    page = answer.content.decode()
    assert answer.status_code == 422 and said in re.search(rf'id="e-{name}">([^<]*)<', page)[1]
    assert HardshipFile.objects.get(person=person).secret is None
    assert Person.objects.get(pk=person.pk).bank_name == ""


def test_an_undecided_tier_says_what_is_missing_or_which_figure_cannot_be(house, signed_in, draft, fill):
    case_id, _person, _address = draft
    county = signed_in(house.viewers[Role.COUNTY])
    decide = reverse("officer:act", args=[case_id, "decide-tier"])

    def said() -> str:
        seen = re.search(
            r'name="seen" value="([^"]*)"', county.get(reverse("officer:case", args=[case_id])).content.decode()
        )
        return county.post(decide, {"seen": seen[1]}, follow=True).content.decode()

    fill(**ASKED | {"health": "患病", "medical_own_cost_12m": None})
    assert re.search(r"还不能判定档次，缺：[^。]*医疗[^。]*。请由填档的工会补填档案", said())
    fill(**ASKED)
    file = HardshipFile.objects.get(case_id=case_id)
    HardshipFile.objects.filter(pk=file.pk).update(form=file.form | {"people": 0})
    page = said()
    assert re.search(r"还不能判定档次，用所填的数算不出：[^。]*0 人人均", page)
    assert "用所填的数算不出，请核对：" in page
