"""What is wrong with a mistyped ID number is said, as far as it can be known."""

from __future__ import annotations

import pytest

from niangjia.kernel.identity import fault_of_id_number


@pytest.mark.parametrize(
    ("typed", "zh", "en"),
    [
        ("123", "这里有 3 位", "here are 3"),
        ("", "这里有 0 位", "here are 0"),
        ("11010519491231O02X", "第 15 位不对", "Character 15"),
        ("X10105194912310021", "第 1 位不对", "Character 1"),
        ("11010519491331002X", "第 7 到 14 位不是一个日期", "day of birth"),
        ("110105194912310021", "校验码", "check digit"),
        ("130503671301001", "第 7 到 12 位不是一个日期", "day of birth"),
    ],
)
def test_what_is_wrong_with_an_id_number_is_named(typed: str, zh: str, en: str):
    fault = fault_of_id_number(typed)
    assert fault is not None and zh in fault[0] and en in fault[1]


@pytest.mark.parametrize("typed", ["11010519491231002X", " 11010519491231002x ", "130503670401001"])
def test_a_right_number_has_no_fault(typed: str):
    assert fault_of_id_number(typed) is None
