"""
A title of several lines, broken as GB/T 9704-2012 (7.3.1) asks: by meaning, and balanced.

Which signs belong together nobody can tell without a dictionary; a few words that titles of offices are made of, numbers with their unit, and
what never begins or ends a line go far enough. Of the ways that are left, the one with lines of most equal length is taken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from math import ceil

_WORDS = (
    "总工会|联合会|送温暖|疗休养|上半年|下半年|街道|乡镇|工会|基层|下级|各级|职工|困难|家庭|劳模|工匠|会员|企业|"
    "单位|帮扶|救助|慰问|服务|保障|维权|目标|进度|任务|清单|工作|情况|资金|专项|经费|监测|预警|核实|走访|督查|"
    "考核|检查|整改|评选|竞赛|年度|季度|全年|信息|通报|通知|报告|意见|方案|办法|公告|公示|决定|要求|问题|有关|"
    "做好|开展|进行|落实|推进|加强|印发|实施|建设|行动|计划|温暖|互助"
)
"""The longer ones first."""
_PIECES = re.compile(
    r"[“《〈（(〔][^”》〉）)〕]*[”》〉）)〕]|(?:\d+(?:[.,]\d+)*[年月日%个户人件元万亿]*)+(?:第[一二三四]季度|度|份)?|第[一二三四]季度"
    rf"|{_WORDS}|[A-Za-z]+|."
)
_NOT_FIRST, _NOT_LAST = set("的地得等、，。：；！？”》）〕·和与及"), set("“《（〔关第")
_FEWEST = 4
"""Signs of the shortest line."""


def title_lines(title: str, room: float) -> list[str]:
    """
    Lines no wider than `room` full-width signs, as few as may be.

    >>> title_lines("关于2023年10月困难职工帮扶情况的通报", 20)
    ['关于2023年10月困难职工帮扶情况的通报']
    >>> title_lines("关于2023年10月困难职工帮扶工作督查情况的通报", 20)
    ['关于2023年10月困难职工', '帮扶工作督查情况的通报']
    """
    pieces = _pieces(title.strip())
    fewest = ceil(_width(title.strip()) / room)
    ways = (_balanced(pieces, count, room) for count in (fewest, fewest + 1))
    return next((lines for lines in ways if lines), [title.strip()])


def _balanced(pieces: Sequence[str], count: int, room: float) -> list[str]:
    """In so many lines that are as equally long as can be; empty: there is no way."""

    @cache
    def best(begin: int, left: int) -> tuple[float, tuple[str, ...]] | None:
        """Of the pieces from `begin` on: the sum of the squared widths, which is least where they are equal, and the lines."""
        if not left:
            return (0, ()) if begin == len(pieces) else None
        found = []
        for end in range(begin + 1, len(pieces) + 1):
            line = "".join(pieces[begin:end]).strip()
            if (wide := _width(line)) > room:
                break
            if (len(line) >= _FEWEST or count == 1) and (rest := best(end, left - 1)):
                found.append((wide**2 + rest[0], (line, *rest[1])))
        return min(found, default=None)

    way = best(0, count)
    return list(way[1]) if way else []


def _pieces(title: str) -> list[str]:
    """What no line is broken within."""
    found: list[str] = []
    for piece in _PIECES.findall(title):
        if found and (piece[0] in _NOT_FIRST or found[-1][-1] in _NOT_LAST):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def _width(text: str) -> float:
    """In full-width signs."""
    return sum(1 if unicodedata.east_asian_width(sign) in "WFA" else 0.56 for sign in text)
