"""Tasks on pages: who sees what, every step from its page, and what was typed kept after a refusal."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from niangjia.apps.accounts.types import Role
from niangjia.apps.files.tests import pictures
from niangjia.apps.tasks import actions, queries
from niangjia.apps.tasks.models import Task
from niangjia.apps.tasks.types import TaskState


@pytest.fixture
def task_id(house, db):
    city, county = house.viewers[Role.CITY], house.viewers[Role.COUNTY]
    today = timezone.localdate()
    return actions.set_task(
        viewer=city, title="驿站冬季检查", what="每个驿站查一遍", owner_id=county.org_id, due_on=today + timedelta(days=30),
        key=uuid.uuid4().hex, now=timezone.now(), programme="warm-action-2022", indicator="visited",
    )  # fmt: skip


def step(client, task_id, name, **said):
    return client.post(reverse("tasks:step", args=[task_id]), {"step": name, **said})


def test_city_sets_county_does_and_city_accepts(house, signed_in, task_id):
    county = signed_in(house.viewers[Role.COUNTY])
    assert step(county, task_id, "BEGIN").status_code == 302
    assert step(county, task_id, "NOTE", percent="40", note="查了四个驿站", key="k").status_code == 302
    assert step(county, task_id, "REPORT", no_evidence="现场检查没有材料").status_code == 302
    city = signed_in(house.viewers[Role.CITY])
    assert step(city, task_id, "RETURN", reason="还差六个驿站").status_code == 302
    county = signed_in(house.viewers[Role.COUNTY])
    assert step(county, task_id, "REPORT", no_evidence="全部查完了").status_code == 302
    city = signed_in(house.viewers[Role.CITY])
    assert step(city, task_id, "ACCEPT").status_code == 302
    assert Task.objects.get(pk=task_id).state == TaskState.DONE


def test_what_was_typed_is_kept_and_marked_after_a_refusal(house, signed_in, task_id):
    county = signed_in(house.viewers[Role.COUNTY])
    step(county, task_id, "BEGIN")
    answer = step(county, task_id, "NOTE", percent="140", note="查了四个驿站", key="k").content.decode()
    assert 'id="error-percent"' in answer and 'value="140"' in answer and "查了四个驿站" in answer


def test_a_form_without_a_title_is_refused_and_says_so_by_the_field(house, signed_in):
    city = signed_in(house.viewers[Role.CITY])
    said = {
        "what": "每个驿站查一遍",
        "owner": house.viewers[Role.COUNTY].org_id,
        "due_on": timezone.localdate().isoformat(),
    }
    answer = city.post(reverse("tasks:send"), said).content.decode()
    assert 'id="error-title"' in answer and "每个驿站查一遍" in answer


def test_the_list_is_filtered_by_the_address(house, signed_in, task_id):
    city = signed_in(house.viewers[Role.CITY])
    listed = lambda asked: "驿站冬季检查" in city.get(reverse("tasks:all"), asked).content.decode()  # noqa: E731
    assert listed({}) and listed({"state": "OPEN"})
    assert not listed({"late": "1"}) and not listed({"state": "DONE"}) and not listed({"owner": "999999"})


def test_one_who_may_not_see_it_is_told_it_is_not_there(house, signed_in, task_id):
    client = signed_in(house.viewers[Role.TOWNSHIP])
    assert client.get(reverse("tasks:task", args=[task_id])).status_code == 404


@pytest.mark.parametrize("name", ["all", "board", "new"])
def test_pages_ask_at_most_twelve_queries(house, signed_in, django_assert_max_num_queries, task_id, name):
    client = signed_in(house.viewers[Role.CITY])
    client.get(reverse(f"tasks:{name}"))
    with django_assert_max_num_queries(12):
        assert client.get(reverse(f"tasks:{name}")).status_code == 200


def test_a_task_asks_at_most_twelve_queries(house, signed_in, django_assert_max_num_queries, task_id):
    client = signed_in(house.viewers[Role.CITY])
    client.get(reverse("tasks:task", args=[task_id]))
    with django_assert_max_num_queries(12):
        assert client.get(reverse("tasks:task", args=[task_id])).status_code == 200


def test_a_board_shows_who_may_bid_and_takes_the_bid(house, signed_in, db):
    city, today = house.viewers[Role.CITY], timezone.localdate()
    posted = actions.set_task(
        viewer=city, title="夜校进车间", what="开十个班", owner_id=None, bids_until=today + timedelta(days=3),
        due_on=today + timedelta(days=60), key=uuid.uuid4().hex, now=timezone.now(),
    )  # fmt: skip
    county = signed_in(house.viewers[Role.COUNTY])
    assert "夜校进车间" in county.get(reverse("tasks:board")).content.decode()
    day = (today + timedelta(days=40)).isoformat()
    assert step(county, posted, "BID", plan="分两批开班", promised_on=day).status_code == 302
    assert queries.get_task(city, posted, today=today).bids[0].plan == "分两批开班"


def test_evidence_is_opened_by_who_sees_the_task_and_by_nobody_else(house, signed_in, task_id):
    county, today = house.viewers[Role.COUNTY], timezone.localdate()
    actions.begin(viewer=county, task_id=task_id, now=timezone.now())
    actions.add_evidence(viewer=county, task_id=task_id, content=pictures.jpeg(), now=timezone.now())
    file = queries.get_task(county, task_id, today=today).evidence[0]
    address = reverse("tasks:evidence", args=[task_id, file.key])
    assert signed_in(house.viewers[Role.CITY]).get(address).status_code == 200
    assert signed_in(house.viewers[Role.TOWNSHIP]).get(address).status_code == 404


def change(client, task_id, **said):
    facts = {
        "title": "驿站春季检查",
        "what": "每个驿站查一遍",
        "due_on": timezone.localdate().isoformat(),
        "reason": "上级改了期限",
    } | said
    return client.post(reverse("tasks:send_change", args=[task_id]), facts)


def test_the_setter_changes_a_task_and_its_page_says_what_was(house, signed_in, task_id):
    city = signed_in(house.viewers[Role.CITY])
    assert 'value="驿站冬季检查"' in city.get(reverse("tasks:change", args=[task_id])).content.decode()
    assert change(city, task_id).status_code == 302
    shown = city.get(reverse("tasks:task", args=[task_id])).content.decode()
    assert "<del>驿站冬季检查</del> → <ins>驿站春季检查</ins>" in shown and "上级改了期限" in shown


def test_a_refused_change_keeps_what_was_typed(house, signed_in, task_id):
    city = signed_in(house.viewers[Role.CITY])
    answer = change(city, task_id, title="查").content.decode()
    assert 'id="error-title"' in answer and "上级改了期限" in answer


def test_who_did_not_set_it_finds_no_form_to_change_it(house, signed_in, task_id):
    county = signed_in(house.viewers[Role.COUNTY])
    assert "保存修改" not in county.get(reverse("tasks:change", args=[task_id])).content.decode()
    assert change(county, task_id).status_code == 409


def written(**said):
    return {"title": "驿站夏季检查", "what": "每个驿站查一遍", "due_on": timezone.localdate().isoformat()} | said


def test_a_union_further_down_is_found_by_its_name_or_number(house, signed_in):
    city, place = signed_in(house.viewers[Role.CITY]), house.desk.town
    for text in ("轴承厂工会", "XG"):
        assert city.post(reverse("tasks:send"), written(owner_name=text, key=uuid.uuid4().hex)).status_code == 302
        assert Task.objects.latest("pk").owner_id == place["XG"].id


def test_of_several_that_fit_one_is_chosen_and_nobody_is_said(house, signed_in):
    city, place = signed_in(house.viewers[Role.CITY]), house.desk.town
    answer = city.post(reverse("tasks:send"), written(owner_name="厂工会")).content.decode()
    assert "符合的不止一个" in answer and f'<option value="{place["XG"].id}"' in answer
    chosen = written(owner_name="厂工会", owner=place["XG"].id, key=uuid.uuid4().hex)
    assert city.post(reverse("tasks:send"), chosen).status_code == 302
    assert "没有名称或编号符合" in city.post(reverse("tasks:send"), written(owner_name="没有的")).content.decode()


def test_another_countys_union_is_not_found(house, signed_in):
    county = signed_in(house.viewers[Role.COUNTY])
    answer = county.post(reverse("tasks:send"), written(owner_name=house.desk.town["Y"].name)).content.decode()
    assert "没有名称或编号符合" in answer


def test_evidence_from_before_a_return_is_said_to_count_no_more(house, signed_in, task_id):
    county, city = house.viewers[Role.COUNTY], house.viewers[Role.CITY]
    actions.begin(viewer=county, task_id=task_id, now=timezone.now())
    actions.report(viewer=county, task_id=task_id, evidence=[pictures.jpeg()], now=timezone.now())
    later = timezone.now() + timedelta(minutes=1)
    actions.give_back(viewer=city, task_id=task_id, reason="还差六个驿站", now=later)
    assert "退回之前的，不再算数" in signed_in(county).get(reverse("tasks:task", args=[task_id])).content.decode()


def test_a_change_asks_at_most_twelve_queries(house, signed_in, django_assert_max_num_queries, task_id):
    client = signed_in(house.viewers[Role.CITY])
    client.get(reverse("tasks:change", args=[task_id]))
    with django_assert_max_num_queries(12):
        assert client.get(reverse("tasks:change", args=[task_id])).status_code == 200
