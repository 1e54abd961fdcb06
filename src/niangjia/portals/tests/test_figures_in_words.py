"""A number on a page has its unit, a code its words."""

from decimal import Decimal

import pytest
from django import forms
from django.utils import translation

from niangjia.portals.design import tags
from niangjia.portals.design.forms import Form

OWN_COST = {
    "zh-hans": "近12个月医疗自付 {oop_net} 元，达到家庭年收入 {household_income} 元的四成",
    "en": "Own medical cost of 12 months, {oop_net} yuan, reaches 40 %",
}


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("zh-hans", "近12个月医疗自付，达到家庭年收入的四成"),
        ("en", "Own medical cost of 12 months, … yuan, reaches 40 %"),
    ],
)
def test_a_trigger_is_called_by_its_whole_sentence_without_one_households_figures(language, title):
    with translation.override(language):
        assert tags.trigger_title(OWN_COST[language]) == title


@pytest.mark.parametrize(
    ("value", "unit", "share"),
    [
        (Decimal("0.15"), "ratio", "（15%）"),
        ("1", "ratio", "（100%）"),
        (Decimal(10), "ratio", ""),
        (Decimal("0.5"), "yuan", ""),
        ("all", "code", ""),
    ],
)
def test_beside_a_ratio_of_at_most_one_stands_what_it_is_of_a_hundred(value, unit, share):
    assert tags.as_share(value, unit) == share


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("standard 2026-07", "最低生活保障标准 2026年7月"),
        ("绍市民〔2023〕30号", '<span lang="zh-Hans">绍市民〔2023〕30号</span>'),
    ],
)
def test_a_standard_from_a_feed_is_from_the_feeds_title(source, said):
    assert tags.source_word(source) == said


def test_a_short_remark_in_a_clause_tells_parameters_apart_and_a_long_one_falls_out():
    class Named:
        name, say = "reward", {}

        def __init__(self, clause):
            self.clause = clause

    assert tags.parameter_word(Named("奖励好的典型（轻微隐患）")) == "奖励好的典型（轻微隐患）"
    assert tags.parameter_word(Named("资助标准（试行办法 2023 年 5 月起）")) == "资助标准"


def test_what_is_chosen_from_a_list_is_asked_to_be_chosen_and_the_rest_to_be_filled_in():
    class Asked(Form):
        purpose = forms.ChoiceField(label="用途", choices=tags.purpose_choices)
        reason = forms.CharField(label="依据")

    form = Asked({})
    assert not form.is_valid()
    assert form.errors["purpose"] == ["请选择“用途”。"] and form.errors["reason"] == ["请填写“依据”。"]
    assert ("special-relief", "专项帮扶资金") in form.fields["purpose"].choices
