"""A notice of days off is read line by line, shown with the clocks it moves, and taken in whole."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from niangjia.apps.accounts.types import Role
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.organizations import calendar
from niangjia.apps.programs.tests import town
from niangjia.apps.workorders.models import WorkOrder
from niangjia.jobs import change_calendar
from niangjia.jobs.tests.test_reorganise import built, desk  # noqa: F401

NOW = town.NOW  # Monday 6 November 2023
REASON = "国办发明电〔2023〕7号"


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("2027-02-06 至 2027-02-08 休", {date(2027, 2, 6): False, date(2027, 2, 7): False, date(2027, 2, 8): False}),
        ("2027年2月14日 班", {date(2027, 2, 14): True}),
        ("2027/1/1，放假", {date(2027, 1, 1): False}),
        ("2027-05-01 - 2027-05-02 off", {date(2027, 5, 1): False, date(2027, 5, 2): False}),
        ("# 说明\n\n2027-02-14: 上班", {date(2027, 2, 14): True}),
    ],
)
def test_a_notice_is_read_as_people_write_it(line, days):
    assert change_calendar.read(line) == days


@pytest.mark.parametrize(
    "line", ["春节放假", "2027-02-30 休", "2027-02-06", "2027-02-08 至 2027-02-06 休", "2027-01-01 至 2029-01-01 休"]
)
def test_a_line_that_is_not_understood_is_named(line):
    with pytest.raises(change_calendar.LineUnread) as refused:
        change_calendar.read(f"2027-02-14 班\n{line}")
    assert "第 2 行" in refused.value.zh


def test_a_day_that_is_both_is_refused():
    with pytest.raises(change_calendar.DayTwice):
        change_calendar.read("2027-02-06 至 2027-02-08 休\n2027-02-07 班")


def test_a_day_off_more_moves_open_clocks_by_a_day_and_leaves_the_working_days_left(desk):  # noqa: F811
    case = desk.opened()
    before = WorkOrder.objects.get(pk=case.work_order_id)
    text = "2023-11-07 休"
    outlook = change_calendar.look(desk.admin, text, now=NOW)
    assert [one.id for one in outlook.orders] == [before.pk]
    known = calendar.load()
    change_calendar.carry_out(desk.admin, text, reason=REASON, mark=outlook.mark, now=NOW)
    after, changed = WorkOrder.objects.get(pk=before.pk), calendar.load()
    for name in ("step_due_at", "due_at"):
        was, now_due = (
            getattr(row, name).astimezone(town.SHANGHAI).date() - timedelta(days=1) for row in (before, after)
        )
        assert now_due > was
        assert changed.working_days_between(NOW.date(), now_due) == known.working_days_between(NOW.date(), was)
    assert after.step_due_at == outlook.orders[0].new_step_due_at
    event = AuditEvent.objects.get(action="organizations.set_work_days")
    assert (event.object, event.reason, event.detail["orders"]) == ("calendar:2023", REASON, 1)
    with pytest.raises(change_calendar.NothingToChange):
        change_calendar.look(desk.admin, text, now=NOW)


def test_what_is_over_does_not_come_back(desk):  # noqa: F811
    case = desk.opened()
    late = NOW + timedelta(days=60)
    due = WorkOrder.objects.get(pk=case.work_order_id).step_due_at
    outlook = change_calendar.look(desk.admin, "2023-11-07 休", now=late)
    assert outlook.orders == ()
    change_calendar.carry_out(desk.admin, "2023-11-07 休", reason=REASON, mark=outlook.mark, now=late)
    assert WorkOrder.objects.get(pk=case.work_order_id).step_due_at == due


def test_a_year_becomes_known_with_its_new_year_s_day(desk):  # noqa: F811
    assert not calendar.is_known(2035)
    outlook = change_calendar.look(desk.admin, "2035-01-01 休", now=NOW)
    assert outlook.new_years == (2035,)
    change_calendar.carry_out(desk.admin, "2035-01-01 休", reason=REASON, mark=outlook.mark, now=NOW)
    assert calendar.is_known(2035)


def test_what_changed_after_the_look_is_looked_at_again(desk):  # noqa: F811
    mark = change_calendar.look(desk.admin, "2023-11-07 休", now=NOW).mark
    desk.opened()
    with pytest.raises(change_calendar.ChangedMeanwhile):
        change_calendar.carry_out(desk.admin, "2023-11-07 休", reason=REASON, mark=mark, now=NOW)
    assert calendar.is_working_day(date(2023, 11, 7))


def test_the_calendar_is_everybody_s_so_a_county_s_administrator_does_not_change_it(desk):  # noqa: F811
    county = town.appoint("admin.county", desk.town["X"], Role.ADMINISTRATOR)
    with pytest.raises(change_calendar.NotTheRoot):
        change_calendar.look(county, "2023-11-07 休", now=NOW)
