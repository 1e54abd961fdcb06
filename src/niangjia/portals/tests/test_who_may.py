"""A refusal says in words what it was about and which posts and unions may; a case and a batch name whose turn it is."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import ROLE_NAMES, Role
from niangjia.apps.cases import lifecycle
from niangjia.apps.cases.types import CaseAction
from niangjia.apps.organizations import queries as organizations
from niangjia.portals.design import words
from niangjia.portals.tests import house as houses

NOW = houses.town.NOW


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.parametrize(
    "language, said", [("zh", "“看资金与台账”不由您现在的岗位（基层工会）办理"), ("en", "“See funds and the register")]
)
def test_a_refused_page_names_the_right_in_words_and_the_unions_that_have_it(house, signed_in, language, said):
    answer = signed_in(house.viewers[Role.GRASSROOTS], language).get(reverse("officer:funds"))
    text = plain(answer.content.decode())
    assert answer.status_code == 403 and said in text and "funds.view" not in text
    finance = organizations.get_union(house.viewers[Role.FINANCE].org_id).name
    role = "财务" if language == "zh" else "Finance"
    assert re.search(rf"{re.escape(finance)} · [^·]*{role}", text), "the nearest union with that post stands there"


def test_who_has_it_on_another_post_of_their_own_gets_there_by_one_press(house, signed_in):
    viewer = house.viewers[Role.GRASSROOTS]
    county = house.viewers[Role.COUNTY]
    post_id = accounts.appoint(
        viewer=None,
        account_id=viewer.account_id,
        org_id=county.org_id,
        role=Role.FINANCE,
        starts_on=date(2020, 1, 1),
        now=NOW,
    )
    client = signed_in(viewer)
    page = reverse("officer:funds")
    session = client.session
    session["post_id"] = viewer.post_id
    session.save()
    html = client.get(page).content.decode()
    assert f'name="post" value="{post_id}"' in html and f'name="next" value="{page}"' in html
    answer = client.post(reverse("public:post"), {"post": post_id, "next": page})
    assert answer.url == page and client.get(page).status_code == 200


def test_a_post_is_never_chosen_into_another_site(house, signed_in):
    viewer = house.viewers[Role.COUNTY]
    answer = signed_in(viewer).post(
        reverse("public:post"), {"post": viewer.post_id, "next": "https://elsewhere.example/"}
    )
    assert answer.url == "/"


def test_a_case_names_whose_turn_it_is(house, signed_in):
    html = (
        signed_in(house.viewers[Role.GRASSROOTS])
        .get(reverse("officer:case", args=[house.cases["submitted"]]))
        .content.decode()
    )
    text = plain(html)
    assert "现在轮到 “复核核实结论”由以下岗位办理" in text and "其他岗位" not in text
    assert re.search(r"总工会\S* · 县（市、区）总工会", text)


def test_a_batch_names_whose_turn_it_is(house, signed_in):
    county = house.viewers[Role.COUNTY]
    text = plain(signed_in(county).get(reverse("officer:batch", args=[house.batch_id])).content.decode())
    assert "其他岗位" not in text and f"现在轮到 {organizations.get_union(county.org_id).name} · 财务" in text


def test_each_action_and_each_role_has_its_words():
    assert words.WORDS["permission"].keys() == permissions.ACTIONS
    assert {role: ROLE_NAMES[role][0] for role in Role} == {role: str(words.word("role", role)[0]) for role in Role}


def test_a_step_of_another_post_is_refused_in_words():
    refusal = lifecycle.NotForThisRole(CaseAction.APPROVE, Role.FINANCE, lifecycle.APPROVERS)
    assert "由市总工会、县（市、区）总工会办理" in refusal.zh and "FINANCE" not in refusal.zh + refusal.en


def test_what_each_state_of_a_case_waits_for_has_its_words():
    assert set(words.WORDS["case_turn"]) == {action.value for action in lifecycle.TURN.values()}
