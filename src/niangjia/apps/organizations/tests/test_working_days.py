from datetime import date

import pytest

from niangjia.apps.organizations import actions, areas, calendar

pytestmark = pytest.mark.django_db

# By hand, from the State Council's notices for 2023–2026: 班 = works, 休 = rests.
NOTICES = """
2023-01-20 班 Friday before Spring Festival
2023-01-21 休 New Year's Eve
2023-01-27 休 last day of Spring Festival
2023-01-28 班 Saturday made up
2023-01-29 班 Sunday made up
2023-04-05 休 Qingming, a single day
2023-04-23 班 Sunday made up for May Day
2023-05-06 班 Saturday made up for May Day
2023-06-25 班 Sunday made up for Dragon Boat
2023-09-29 休 Mid-Autumn
2023-10-07 班 Saturday made up for National Day
2023-10-08 班 Sunday made up for National Day
2024-01-01 休 New Year's Day, a Monday
2024-02-04 班 Sunday made up for Spring Festival
2024-02-09 班 New Year's Eve was no holiday in 2024
2024-02-10 休 Spring Festival
2024-02-17 休 last day of Spring Festival
2024-02-18 班 Sunday made up
2024-04-07 班 Sunday made up for Qingming
2024-04-28 班 Sunday made up for May Day
2024-05-11 班 Saturday made up for May Day
2024-06-10 休 Dragon Boat
2024-09-14 班 Saturday made up for Mid-Autumn
2024-09-17 休 Mid-Autumn
2024-09-29 班 Sunday made up for National Day
2024-10-07 休 last day of National Day
2024-10-12 班 Saturday made up for National Day
2025-01-26 班 Sunday made up for Spring Festival
2025-01-28 休 New Year's Eve, a holiday since 2025
2025-02-04 休 last day of Spring Festival
2025-02-08 班 Saturday made up
2025-04-27 班 Sunday made up for May Day
2025-05-05 休 last day of May Day
2025-05-31 休 Dragon Boat, a Saturday
2025-09-28 班 Sunday made up for National Day
2025-10-06 休 Mid-Autumn within National Day
2025-10-08 休 last day of National Day
2025-10-11 班 Saturday made up
2025-10-18 休 a plain Saturday
2025-10-20 班 a plain Monday
2026-01-01 休 New Year's Day
2026-01-04 班 Sunday made up for New Year's Day
2026-02-14 班 Saturday made up for Spring Festival
2026-02-23 休 last day of Spring Festival
2026-02-28 班 Saturday made up
2026-10-01 休 National Day
""".strip().splitlines()


@pytest.mark.parametrize("line", NOTICES)
def test_the_calendar_agrees_with_the_notices(line):
    day, sign, _ = line.split(" ", 2)
    assert calendar.is_working_day(date.fromisoformat(day)) is (sign == "班")


@pytest.mark.parametrize(
    "start, days, due",
    [
        ("2025-10-20", 1, "2025-10-21"),  # an ordinary week
        ("2025-10-17", 2, "2025-10-21"),  # over a plain weekend
        ("2025-09-30", 1, "2025-10-09"),  # over National Day's eight days
        ("2025-09-30", 3, "2025-10-11"),  # the made-up Saturday counts
        ("2025-09-26", 1, "2025-09-28"),  # a made-up Sunday counts
        ("2024-02-08", 2, "2024-02-18"),  # over Spring Festival to the made-up Sunday
        ("2025-10-20", 0, "2025-10-20"),
        ("2025-10-18", 0, "2025-10-20"),  # nothing is due on a Saturday
        ("2024-12-31", 10, "2025-01-15"),  # over the year's end
    ],
)
def test_deadlines_count_working_days(start, days, due):
    start, due = date.fromisoformat(start), date.fromisoformat(due)
    assert calendar.add_working_days(start, days) == due
    if days:
        assert calendar.working_days_between(start, due) == days
        assert calendar.working_days_between(due, start) == -days


def test_a_local_day_off_counts_and_only_changes_are_written():
    snow = date(2026, 1, 20)
    assert actions.set_work_days({snow: False}, note="市政府暴雪停工通知") == 1
    assert actions.set_work_days({snow: False}, note="市政府暴雪停工通知") == 0
    assert not calendar.is_working_day(snow)
    assert calendar.add_working_days(date(2026, 1, 19), 1) == date(2026, 1, 21)


def test_a_year_without_notice_counts_weekdays_and_says_it_is_not_known():
    assert calendar.is_known(2026) and not calendar.is_known(2028)
    assert calendar.is_working_day(date(2028, 10, 2))  # a Monday: provisional
    assert calendar.add_working_days(date(2028, 9, 29), 1) == date(2028, 10, 2)
    actions.set_work_days({date(2028, 1, 1): False, date(2028, 10, 2): False}, note="国务院办公厅通知")
    assert calendar.is_known(2028)
    assert calendar.add_working_days(date(2028, 9, 29), 1) == date(2028, 10, 3)


def test_days_are_never_counted_backwards():
    with pytest.raises(ValueError):
        calendar.add_working_days(date(2025, 1, 2), -1)


def test_a_loaded_calendar_asks_the_database_once(django_assert_num_queries):
    with django_assert_num_queries(1):
        loaded = calendar.load()
        for _ in range(100):
            loaded.add_working_days(date(2025, 9, 1), 10)


@pytest.mark.parametrize(
    "code, name, full",
    [
        ("330600", "绍兴市", "绍兴市"),
        ("330624", "新昌县", "绍兴市新昌县"),
        ("330624001000", "羽林街道", "绍兴市新昌县羽林街道"),
        ("330000", "浙江省", "浙江省"),
        ("999999", "999999", "999999"),
    ],
)
def test_divisions_have_names(code, name, full):
    assert areas.name_of(code) == name
    assert areas.full_name_of(code) == full
