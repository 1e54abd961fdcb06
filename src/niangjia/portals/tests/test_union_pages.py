"""The administrator's pages of unions: seen first, then done; what was typed stays."""

from __future__ import annotations

import re

from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import Level
from niangjia.apps.workorders.models import WorkOrder


def ask(house, client, **more):
    place = house.desk.town
    asked = {"kind": "MERGE", "to": "XH", "from_day": "2023-11-06"} | more
    return reverse("officer:union_change", args=[place["XG"].id]), asked


def test_what_happens_to_each_order_is_shown_before_and_done_after(house, signed_in):
    client = signed_in(house.viewers[Role.ADMINISTRATOR])
    address, asked = ask(house, client)
    html = client.get(address, asked).content.decode()
    order = WorkOrder.objects.get(pk=house.orders["assigned"])
    assert order.number in html and "须重新指派" in html and "从此看得到" in html
    mark = re.search(r'name="mark" value="(\w+)"', html)[1]
    now = reverse("officer:change_now", args=[house.desk.town["XG"].id])
    done = client.post(now, asked | {"mark": mark, "reason": "绍总工〔2023〕21号"})
    assert done.status_code == 302
    page = client.get(done.url).content.decode()
    assert "已办理" in page and "并入另一个工会" in page and "制药厂工会" in page and "绍总工〔2023〕21号" in page
    assert not unions.find_union_by_code("XG").is_active


def test_a_page_that_has_grown_old_is_shown_anew_with_the_reason_that_was_typed(house, signed_in):
    client = signed_in(house.viewers[Role.ADMINISTRATOR])
    _address, asked = ask(house, client)
    now = reverse("officer:change_now", args=[house.desk.town["XG"].id])
    answer = client.post(now, asked | {"mark": "old", "reason": "区划调整批复"})
    html = answer.content.decode()
    assert answer.status_code == 409 and "请再看一遍" in html and "区划调整批复" in html and "各归谁" in html
    assert unions.find_union_by_code("XG").is_active


def test_no_reason_and_an_unclear_name_are_said_at_their_place(house, signed_in):
    client = signed_in(house.viewers[Role.ADMINISTRATOR])
    address, asked = ask(house, client, to="工会")
    assert "请选一个" in client.get(address, asked).content.decode()
    now = reverse("officer:change_now", args=[house.desk.town["XG"].id])
    answer = client.post(now, asked | {"to": "XH", "mark": "x", "reason": ""})
    assert answer.status_code == 422 and "error-reason" in answer.content.decode()


def test_a_day_to_come_is_kept_as_a_plan(house, signed_in):
    client = signed_in(house.viewers[Role.ADMINISTRATOR])
    address, asked = ask(house, client, from_day="2024-01-01")
    assert "存为计划" in client.get(address, asked).content.decode()
    now = reverse("officer:change_now", args=[house.desk.town["XG"].id])
    client.post(now, asked | {"keep": "1", "reason": "批复"})
    assert "计划中的变动" in client.get(reverse("officer:unions")).content.decode()
    client.post(reverse("officer:drop_plan", args=[house.desk.town["XG"].id]))
    assert "计划中的变动" not in client.get(reverse("officer:unions")).content.decode()


def test_a_new_union_and_another_name_leave_their_history(house, signed_in):
    client = signed_in(house.viewers[Role.ADMINISTRATOR])
    given = {
        "code": "NEW-1",
        "level": Level.GRASSROOTS,
        "name": "新厂工会",
        "area": "330624001",
        "from_day": "2023-11-06",
        "reason": "批复",
    }
    parent = house.desk.town["XT"].id
    wrong = client.post(reverse("officer:open_union", args=[parent]), given | {"code": "有空格 的"})
    assert wrong.status_code == 422 and "新厂工会" in wrong.content.decode()
    client.post(reverse("officer:open_union", args=[parent]), given)
    union = unions.find_union_by_code("NEW-1")
    client.post(reverse("officer:edit_union", args=[union.id]), given | {"name": "新厂联合工会", "leader": "王主席"})
    html = client.get(reverse("officer:unions"), {"org": union.id}).content.decode()
    assert "新厂联合工会" in html and "新厂工会 → 新厂联合工会" in html
    taken = client.post(reverse("officer:open_union", args=[parent]), given)
    assert taken.status_code == 409 and "已被使用" in taken.content.decode()
