"""Numbers that people write into a bulletin: which are pointed out, and which are days, orders, or what was counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.apps.bulletins.numbers import read_chinese, strangers, unanswered
from niangjia.apps.bulletins.types import BlockText, Content, FigureValue, TableText

FIGURES = [FigureValue("在册", "1,203户", "名单", ""), FigureValue("查实率", "76.5%", "核实", ""), FigureValue("发放", "3,260,000.00元", "发放", "", changed="3,270,000.00元", reason="补录")]  # fmt: skip
TABLES = [TableText("", ["工会", "在册"], [["新昌", 45]], [["新昌", "45"]])]


def found(said: str) -> list[str]:
    return [one.text for one in strangers(Content("通报", "", "", [BlockText("text", said)]), FIGURES, TABLES)]


@pytest.mark.parametrize(
    ("said", "strange"),
    [
        ("在册1,230户", ["1,230"]),
        ("在册〔在册：1,203户〕，其中重病320户", ["320"]),
        ("查实率达到77.5%", ["77.5"]),
        ("发放３２８万元", ["３２８万"]),
        ("走访一千二百户", ["一千二百"]),
        ("比例为百分之八十", ["百分之八十"]),
        ("12.5%的家庭", ["12.5"]),
        ("15日内办结", ["15"]),
        ("重病三百二十户，帮扶率77.7%", ["三百二十", "77.7"]),
    ],
)
def test_a_number_that_no_figure_says_is_pointed_out(said, strange):
    assert found(said) == strange


@pytest.mark.parametrize(
    "said",
    [
        "在册1203户", "在册1,203户", "查实率76.5%", "发放326万元", "发放327万元", "新昌45户", "在册一千二百零三户", "2023年10月", "10月28日", "2023年度",
        "根据绍总工通〔2023〕12号", "第3次会议", "1、新昌县", "（2）诸暨市", "2023-10-28 9:30", "一户一档、两个月", "千家万户", "〔在册：1,299户〕",
    ],
)  # fmt: skip
def test_what_was_counted_days_orders_and_words_are_not(said):
    assert found(said) == []


def test_an_answer_is_for_one_number_at_one_place():
    content = Content("", "", "", [BlockText("text", "重病32户，残疾32户。")])
    first, second = strangers(content, FIGURES, TABLES)
    assert unanswered([first, second], [first.key]) == [second]


@given(st.integers(0, 9999), st.sampled_from(["", "万", "亿"]))
def test_chinese_numbers_are_read_as_they_are_written(number, size):
    signs, steps = "零一二三四五六七八九", ("千", "百", "十", "")
    said, gap = "", False
    for digit, step in zip(f"{number:04}", steps, strict=True):
        if digit == "0":
            gap = bool(said)
        else:
            said, gap = said + ("零" if gap else "") + signs[int(digit)] + step, False
    if said:
        assert read_chinese(said + size) == number * {"": 1, "万": 10**4, "亿": 10**8}[size]


@given(st.text(alphabet="0123456789,.一二十百千万亿零%〔〕：第年月日户", max_size=24))
def test_whatever_is_typed_is_read_without_failing(said):
    assert all(one.text in said for one in strangers(Content("", "", "", [BlockText("text", said)]), FIGURES, TABLES))
