"""This month beside last month: what changed, and nothing that did not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from niangjia.apps.alerts.comparing import changes
from niangjia.apps.alerts.models import HardshipAlert


def row(month: str = "2023-10", **more: object) -> HardshipAlert:
    values: dict[str, object] = {
        "month": month, "state": "CONTINUING", "grade": "YELLOW", "causes": "|因病|", "triggers": "|T-ILL-2|", "M4": Decimal("100.00"),
        "I5": Decimal("1.80"), "size": 3, "first_month": "2023-08",
    }  # fmt: skip
    return HardshipAlert(**values | more)


def changed(now: HardshipAlert, before: HardshipAlert | None) -> dict[str, object]:
    return {one.name: one for one in changes(now, before) if one.differs}


def test_what_stayed_is_not_called_a_change():
    assert set(changed(row(), row("2023-09"))) == {"months"}


@pytest.mark.parametrize(
    ("name", "before", "now", "step"),
    [("M4", Decimal(100), Decimal(350), Decimal(250)), ("size", 4, 3, Decimal(-1)), ("I5", None, Decimal("1.8"), None)],
)
def test_a_number_says_by_how_much_and_unknown_is_no_number(name, before, now, step):
    one = changed(row(**{name: now}), row("2023-09", **{name: before}))[name]
    assert (one.before, one.now, one.step) == (before, now, step)


def test_causes_and_triggers_say_what_came_and_what_went():
    found = changed(row(causes="|因学|因病|", triggers="|T-EDU-1|"), row("2023-09"))
    assert (found["causes"].came, found["causes"].went) == (("因学",), ())
    assert (found["triggers"].came, found["triggers"].went) == (("T-EDU-1",), ("T-ILL-2",))


def test_a_zero_is_a_fact_and_a_household_new_to_the_list_has_none_before():
    found = changed(row(M4=Decimal(0), first_month=""), None)
    assert found["M4"].before is None and found["M4"].now == 0
