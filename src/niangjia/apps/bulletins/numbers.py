"""Numbers that people wrote into a bulletin themselves: found, and held against every figure that was counted for it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from niangjia.apps.bulletins.text import CHIP
from niangjia.apps.bulletins.types import Content, FigureValue, TableText

_NO_AMOUNTS = re.compile(
    r"\d{4}年(?:度|\d{1,2}月(?:份|\d{1,2}日)?|第[1-4]季度)?|\d{1,2}月(?:份|\d{1,2}日)?|\d{4}-\d{2}(?:-\d{2})?|\d{1,2}:\d{2}"
    r"|〔\d{4}〕\d+号|第\d+|^\s*\(?\d{1,2}(?:\)|、|\.(?!\d))"
)
"""Days, months and years, times, the numbers of papers, and what only says an order."""
_DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_SIZES = {"万": 10**4, "亿": 10**8}
_SIGNS = {**{sign: place for place, sign in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2}
_STEPS = {"十": 10, "百": 100, "千": 1000}
_CHINESE = re.compile(
    "(?<!第)(百分之)?([零〇一二两三四五六七八九十百千万亿]+)(?=(户|人|件|个|元|天|步|次|家|名|对|%)?)"
)
_AROUND = 10


@dataclass(frozen=True)
class Stranger:
    """A number as it stands in the text, with the words around it."""

    text: str
    before: str
    after: str

    @property
    def key(self) -> str:
        """What an answer names: the number and where it stands."""
        return f"{self.before}|{self.text}|{self.after}"


def strangers(content: Content, figures: Sequence[FigureValue], tables: Sequence[TableText]) -> list[Stranger]:
    """
    What people wrote themselves, in the order of the text: the numbers outside 〔title：value〕 that no figure and no cell of a table of the
    bulletin says, and within it those that are not as they were counted.
    """
    changed = {one.title: one for one in figures if one.changed}
    said = [text for one in figures for text in (one.text, one.changed)]
    said += [cell for table in tables for row in table.shown for cell in row[1:]]
    known = {value for text in said for _start, _end, value in _numbers(text)}
    found = []
    for line in (content.title, *(block.text for block in content.blocks)):
        for title, value in CHIP.findall(line):
            if title in changed:
                found.append(Stranger(value.strip(), f"{title}：", f"（清点为{changed[title].text}）"))
        free = CHIP.sub(lambda chip: "\0" * len(chip[0]), line)
        for start, end, value in sorted(_numbers(free)):
            if value not in known:
                before, after = free[max(0, start - _AROUND) : start], free[end : end + _AROUND]
                found.append(Stranger(line[start:end], before.rpartition("\0")[2], after.partition("\0")[0]))
    return list({one.key: one for one in found}.values())


def _numbers(text: str) -> Iterator[tuple[int, int, Decimal]]:
    """Where each amount begins and ends, and what it is; a percentage is its number."""
    plain = "".join(sign if len(sign := unicodedata.normalize("NFKC", one)) == 1 else one for one in text)
    plain = _NO_AMOUNTS.sub(lambda found: "\0" * len(found[0]), plain)
    for found in _DIGITS.finditer(plain):
        end, value = found.end(), Decimal(found[0].replace(",", ""))
        if plain[end : end + 1] in _SIZES and plain[end : end + 1]:
            value, end = value * _SIZES[plain[end]], end + 1
        yield found.start(), end, value.normalize()
    for found in _CHINESE.finditer(plain):
        if found[1] or (found[3] and len(found[2]) > 1):
            yield found.start(), found.end(), Decimal(read_chinese(found[2])).normalize()


def read_chinese(said: str) -> int:
    """
    >>> [read_chinese(one) for one in ("十二", "二十", "三百零五", "一万两千", "二〇二三")]
    [12, 20, 305, 12000, 2023]
    """
    if not set(said) & {*_STEPS, *_SIZES}:
        return int("".join(str(_SIGNS[sign]) for sign in said))
    whole = part = digit = 0
    for sign in said:
        if sign in _SIZES:
            whole, part, digit = (
                (whole + part + digit) * _SIZES[sign] if not whole else whole + (part + digit) * _SIZES[sign],
                0,
                0,
            )
        elif sign in _STEPS:
            part, digit = part + (digit or 1) * _STEPS[sign], 0
        else:
            digit = _SIGNS[sign]
    return whole + part + digit


def unanswered(found: Iterable[Stranger], answered: Iterable[str]) -> list[Stranger]:
    known = set(answered)
    return [one for one in found if one.key not in known]
