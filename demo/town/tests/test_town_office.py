"""The names of the demo's officers are whole words."""

from __future__ import annotations

import pytest

from demo.town.office import short_name


@pytest.mark.parametrize(
    ("union", "short"),
    [
        ("新昌县演餐饮60号有限公司工会", "演餐饮60号"),
        ("新昌县拟物流59号有限公司工会", "拟物流59号"),
        ("新昌县小将镇总工会（演示）", "小将镇总工会"),
        ("新昌县总工会（演示）", "新昌县总工会"),
        ("绍兴市总工会（演示）", "绍兴市总工会"),
    ],
)
def test_an_officer_is_called_after_their_union_in_whole_words(union, short):
    assert short_name(union) == short
