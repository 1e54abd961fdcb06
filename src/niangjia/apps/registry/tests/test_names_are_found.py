from __future__ import annotations

import pytest

from niangjia.apps.registry import naming


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("王小红", "wangxiaohong", "wxh"),
        ("欧阳小红", "ouyangxiaohong", "oyxh"),
        ("单雄信", "shanxiongxin", "sxx"),
        ("单于明", "chanyuming", "cym"),
        ("仇英", "qiuying", "qy"),
        ("吕布", "lvbu", "lb"),
        ("阿依古丽·买买提", "ayigulimaimaiti", "ayglmmt"),
        ("Anna Lee", "annalee", "a"),
    ],
)
def test_a_name_is_read_as_people_read_it(name: str, pinyin: str, initials: str):
    read = naming.readings(name)
    assert (read.pinyin, read.initials) == (pinyin, initials)


def test_what_is_typed_is_compared_as_a_name_as_pinyin_or_as_first_letters():
    assert naming.asked("王 小红") == [("name", "王小红")]
    assert naming.asked("Wang Xiaohong") == [("pinyin", "wangxiaohong")]
    assert naming.asked("wxh") == [("pinyin", "wxh"), ("initials", "wxh")]
    assert naming.asked("Lü Buwei") == [("pinyin", "lvbuwei")]


def test_one_character_finds_nobody_for_a_surname_would_find_everybody():
    assert naming.asked("王") == naming.asked("w") == naming.asked(" ") == []
