"""The page of working days: seen, then done; what was typed stays."""

from __future__ import annotations

import re

from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.organizations import calendar
from niangjia.portals.design.tags import provisional
from niangjia.portals.tests.house import town

ADDRESS = "/desk/calendar/"


def test_a_notice_is_looked_at_then_taken_in(house, signed_in):
    client = signed_in(house.viewers[Role.ADMINISTRATOR])
    given = {"text": "2023-11-07 休\n2023-11-11 班", "reason": "国办发明电"}
    html = client.post(ADDRESS, given).content.decode()
    assert "会改变什么" in html and "GD2023" in html and calendar.is_working_day(town.NOW.date().replace(day=7))
    mark = re.search(r'name="mark" value="(\w+)"', html)[1]
    done = client.post(ADDRESS, given | {"mark": mark})
    assert done.status_code == 302 and not calendar.is_working_day(town.NOW.date().replace(day=7))
    assert "国办发明电" in client.get(done.url).content.decode()


def test_a_line_that_is_not_understood_is_said_at_its_field_with_what_was_typed(house, signed_in):
    client = signed_in(house.viewers[Role.ADMINISTRATOR])
    answer = client.post(ADDRESS, {"text": "元旦放假", "reason": "x"})
    html = answer.content.decode()
    assert answer.status_code == 422 and "error-text" in html and "元旦放假" in html


def test_a_year_without_its_notice_is_said_on_the_page_and_at_each_deadline(house, signed_in):
    html = signed_in(house.viewers[Role.ADMINISTRATOR]).get(ADDRESS, {"year": "2028"}).content.decode()
    assert "暂按周一至周五" in html
    assert provisional(town.NOW.date()) == "" and provisional(town.NOW.replace(year=2035)) == "（暂）"


def test_a_county_s_administrator_reads_it_and_is_told_who_changes_it(house, signed_in):
    county = town.appoint("admin.x", house.desk.town["X"], Role.ADMINISTRATOR)
    client = signed_in(county)
    assert "绍兴市总工会的管理员更改" in client.get(reverse("officer:working_days")).content.decode()
    assert client.post(ADDRESS, {"text": "2023-11-07 休", "reason": "x"}).status_code == 409
