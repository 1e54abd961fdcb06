"""Figures in the text: 〔title：value〕, found, compared with what was counted, and put in place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from niangjia.apps.bulletins.problems import ChangeNeedsReason, FigureIsHidden, FigureSaidTwice, UnknownFigure
from niangjia.apps.bulletins.types import BlockText, Content, FigureValue

CHIP = re.compile("〔([^〔〕：]{1,60})：([^〔〕]{0,60})〕")
SHORTEST_REASON = 4


def chip(figure: FigureValue) -> str:
    return f"〔{figure.title}：{figure.said}〕"


def plain(text: str) -> str:
    """
    As it is read.

    >>> plain("在册〔在册：1,203户〕。")
    '在册1,203户。'
    """
    return CHIP.sub(lambda found: found[2], text)


def said_in(blocks: Sequence[BlockText]) -> dict[str, str]:
    """What the text says of each figure. Raises FigureSaidTwice."""
    found: dict[str, str] = {}
    for block in blocks:
        for title, value in CHIP.findall(block.text):
            if found.setdefault(title, value.strip()) != value.strip():
                raise FigureSaidTwice(title)
    return found


def settle(blocks: Sequence[BlockText], figures: Sequence[FigureValue], reason: str) -> list[FigureValue]:
    """
    The figures as the text now says them: what differs from the counted one is marked, for `reason`; what is said as counted again is not.
    Raises UnknownFigure, FigureSaidTwice, ChangeNeedsReason; FigureIsHidden: one that is not said was given a number.
    """
    said = said_in(blocks)
    known: Mapping[str, FigureValue] = {one.title: one for one in figures}
    if unknown := next((title for title in said if title not in known), None):
        raise UnknownFigure(unknown)
    if told := next(
        (title for title, value in said.items() if known[title].is_hidden and value != known[title].text), None
    ):
        raise FigureIsHidden(told, known[told].text)
    fresh = [title for title, value in said.items() if value not in (known[title].text, known[title].changed)]
    if fresh and len(reason) < SHORTEST_REASON:
        raise ChangeNeedsReason(fresh)
    return [_settled(one, said.get(one.title, one.text), reason) for one in figures]


def _settled(figure: FigureValue, said: str, reason: str) -> FigureValue:
    if said == figure.text:
        return replace(figure, changed="", reason="")
    return figure if said == figure.changed else replace(figure, changed=said, reason=reason)


def lines_of(content: Content) -> list[str]:
    return [content.title, content.to, content.copies, *(block.text for block in content.blocks)]


def differences(old: Content, new: Content) -> list[tuple[str, str]]:
    """Line by line, what was and what is; empty where there was or is none."""
    before, after = lines_of(old), lines_of(new)
    found: list[tuple[str, str]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            gone, come = before[a:b], after[c:d]
            most = max(len(gone), len(come))
            found += zip(gone + [""] * (most - len(gone)), come + [""] * (most - len(come)), strict=True)
    return found
