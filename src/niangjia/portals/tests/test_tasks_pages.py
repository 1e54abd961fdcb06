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
