"""The administrator's overviews: rights, posts that end, accounts nobody used, standards by area, feeds."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import queries
from niangjia.apps.programs.models import Standard
from niangjia.apps.programs.tests import town
from niangjia.apps.programs.types import StandardRow
from niangjia.portals.design import tags, words

NOW, TODAY = town.NOW, town.NOW.date()


def test_the_table_of_rights_is_the_one_that_the_house_asks(house, signed_in):
    html = signed_in(house.viewers[Role.ADMINISTRATOR]).get(reverse("officer:rights")).content.decode()
    assert all(str(words.word("permission", action)[0]) in html for action in permissions.ACTIONS)
    allowed = sum(len(actions) for actions in permissions.ALLOWED.values())
    assert html.partition("岗位与权限")[2].count('class="badge') == allowed


def test_posts_that_end_soon_and_accounts_that_nobody_used_are_listed_within_the_tree(house, signed_in):
    place = house.desk.town
    for name, union in (("ends.x", "X"), ("ends.y", "Y")):
        account = accounts.create_account(viewer=None, username=name, name=name, password=None, now=NOW)
        accounts.appoint(
            viewer=None, account_id=account, org_id=place[union].id, role=Role.COUNTY, starts_on=TODAY - timedelta(days=200),
            ends_before=TODAY + timedelta(days=9), now=NOW,
        )  # fmt: skip
    county = town.appoint("admin.x", place["X"], Role.ADMINISTRATOR)
    html = signed_in(county).get(reverse("officer:rights")).content.decode()
    assert "ends.x" in html and "ends.y" not in html
    assert "2023-11-15 起失效" in html and "还没人登录过" in html


def test_standards_say_what_holds_since_when_and_where_there_is_none(house, signed_in):
    Standard.objects.all().delete()
    rows = [
        StandardRow("330624", date(2021, 7, 1), Decimal("900")),
        StandardRow("330681", date(2023, 7, 1), Decimal("1100")),
    ]
    programs.receive_standards(rows, source="浙民〔2023〕", now=NOW - timedelta(days=1))
    programs.receive_standards([StandardRow("330624", date(2021, 7, 1), Decimal("905"))], source="更正", now=NOW)
    city = house.viewers[Role.CITY]
    found = {one.area: one for one in queries.list_standards(city, ["330624", "330681", "330602"], asof=TODAY)}
    assert (found["330624"].monthly, found["330624"].is_old, found["330624"].source) == (
        Decimal("905.00"),
        True,
        "更正",
    )
    assert (found["330681"].is_old, found["330602"].monthly) == (False, None)
    steps = queries.list_standard_steps(city, "330624")
    assert [(step.monthly, step.counts) for step in steps] == [(Decimal("900.00"), False), (Decimal("905.00"), True)]
    html = signed_in(city).get(reverse("officer:standards"), {"area": "330624"}).content.decode()
    assert "没有低保标准" in html and "久未变动" in html and "已被更正" in html and "905.00" in html


def test_a_standard_of_the_city_holds_in_its_counties(house):
    Standard.objects.all().delete()
    programs.receive_standards([StandardRow("330600", date(2023, 7, 1), Decimal("1000"))], source="市", now=NOW)
    one = queries.list_standards(house.viewers[Role.CITY], ["330624"], asof=TODAY)[0]
    assert (one.monthly, one.of_area) == (Decimal("1000.00"), "330600")


def test_overviews_ask_few_questions_whatever_the_rows(house, signed_in):
    client = signed_in(house.viewers[Role.ADMINISTRATOR])
    for name in ("officer:rights", "officer:feeds", "officer:working_days"):
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(name)).status_code == 200
        assert len(asked) <= 14, (name, len(asked))


def test_a_feed_has_its_own_page_and_an_unknown_one_is_said(house, signed_in):
    client = signed_in(house.viewers[Role.ADMINISTRATOR])
    assert "医疗保障局" in client.get(reverse("officer:feed", args=["medical_settlement"])).content.decode()
    assert client.get(reverse("officer:feed", args=["nothing"])).status_code == 409


def test_an_administrator_reads_the_standards_and_not_what_programmes_make_of_them(house, signed_in):
    html = signed_in(house.viewers[Role.ADMINISTRATOR]).get(reverse("officer:standards")).content.decode()
    assert "低保标准，今天" in html and "各项目的本地参数" not in html
    assert "各项目的本地参数" in signed_in(house.viewers[Role.CITY]).get(reverse("officer:standards")).content.decode()


def test_a_division_that_no_table_names_is_said_to_be_one():
    with translation.override("zh-hans"):
        assert tags.area_name("310115001001") == "区划 310115"
        assert tags.area_name("330624") == "新昌县"
