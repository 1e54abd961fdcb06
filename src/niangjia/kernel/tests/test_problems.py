"""A refusal is read by people: its quotation marks are written as print writes them."""

import pytest

from niangjia.kernel.problems import Refusal


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("““越温暖”专项帮扶资金”不能在这里申请。", "“‘越温暖’专项帮扶资金”不能在这里申请。"),
        ("工单目前是“待签收”，不能指派。", "工单目前是“待签收”，不能指派。"),
        ("“甲”和“乙”", "“甲”和“乙”"),
        ("“一“二“三”二”一”", "“一‘二“三”二’一”"),
        ("没有引号", "没有引号"),
    ],
)
def test_marks_within_marks_are_single(written, read):
    assert Refusal(written, "").zh == read
