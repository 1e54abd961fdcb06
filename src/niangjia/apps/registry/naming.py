"""How a name is found: as it is written, by its pinyin, by the first letters of its pinyin."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

# Surnames that are read otherwise than the character by itself.
_SURNAMES = {
    "单": "shan", "解": "xie", "仇": "qiu", "查": "zha", "区": "ou", "曾": "zeng", "翟": "zhai", "尉": "wei", "朴": "piao", "任": "ren",
    "华": "hua", "盖": "ge", "乐": "yue", "缪": "miao", "繁": "po", "种": "chong", "员": "yun", "折": "she", "黑": "he", "秘": "bi",
    "逄": "pang", "召": "shao", "祭": "zhai", "隗": "wei", "宓": "fu", "覃": "qin", "洗": "xian", "冼": "xian", "牟": "mou", "褚": "chu",
}  # fmt: skip
_TWO = ("欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "宇文", "长孙", "司徒", "夏侯", "轩辕", "单于", "端木", "南宫")  # fmt: skip
_READ_TWO = {"尉迟": ["yu", "chi"], "单于": ["chan", "yu"], "长孙": ["zhang", "sun"]}
_LETTERS = re.compile(r"[a-z]+")
_PARTS = re.compile(r"[\s·・•'’-]+")


class Readings(NamedTuple):
    """Folded; empty for no name."""

    name: str
    pinyin: str
    initials: str


def readings(name: str) -> Readings:
    """欧阳小红 → 欧阳小红, ouyangxiaohong, oyxh. A name in Latin letters is its own pinyin."""
    written = _folded(name)
    if not written:
        return Readings("", "", "")
    syllables = [one.replace("ü", "v") for one in _syllables(written)]
    pinyin = "".join(syllables)
    return Readings(written, pinyin, "".join(one[0] for one in syllables if one))


def _folded(text: str) -> str:
    """Half-width and lower-case, without what only parts it."""
    return _PARTS.sub("", unicodedata.normalize("NFKC", text).lower())


def _syllables(written: str) -> list[str]:
    from pypinyin import lazy_pinyin  # its dictionaries are a third of a second: for whoever reads names

    if written[:2] in _TWO:
        first = _READ_TWO.get(written[:2]) or lazy_pinyin(written[:2])
        return first + lazy_pinyin(written[2:])
    surname = _SURNAMES.get(written[0])
    if surname is None:
        return lazy_pinyin(written)
    return [surname, *lazy_pinyin(written[1:])]


def asked(text: str) -> list[tuple[str, str]]:
    """
    What a search for `text` compares: the blind column and the folded text. Letters are a whole pinyin, or two to four first letters;
    anything else a whole name. Nothing for one character alone: a surname finds everybody.
    """
    wanted = _folded(text).replace("ü", "v")
    if len(wanted) < 2:
        return []
    if not _LETTERS.fullmatch(wanted):
        return [("name", wanted)]
    return [("pinyin", wanted), *([("initials", wanted)] if len(wanted) <= 4 else [])]
