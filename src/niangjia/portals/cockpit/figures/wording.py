"""Words for what a roll-up holds as codes: its tags and their values, and what kind of thing a row is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from django.utils.translation import gettext as _

from niangjia.apps.alerts import queries as alerts
from niangjia.engines.counting import Source, load_sources
from niangjia.kernel import looking
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.months import Month
from niangjia.portals.design import words
from niangjia.portals.design.tags import purpose_word, say

_TABLES = {
    "grade": "grade", "cause": "cause", "channel": "channel_of_case", "outcome": "outcome", "way": "visit_way", "kind": "order_kind",
    "step": "order_state", "result": "spot_result", "group": "worker_group", "sex": "sex",
}  # fmt: skip
_STATES = {"listing": "alert_state", "case": "case_state", "order": "order_state"}
_EARLIER = 3
"""Lists before the month's that are asked for a trigger's words: one that is no longer on the newest was on these."""


def source_of(name: str) -> Source:
    return load_sources(programs_folder())[name]


def tag_title(tag: str, source: str) -> str:
    return say(dict(source_of(source).tags[tag].title))


def value_word(tag: str, code: object, source: str, month: Month) -> str:
    """A value of a tag in words; a flag by the tag's own title; a code that nobody put into words as it stands."""
    said = source_of(source).tags[tag].words.get(str(code))
    if said:
        return say(dict(said))
    if isinstance(code, bool):
        return tag_title(tag, source) if code else ""
    if tag == "purpose":
        return purpose_word(str(code))
    if tag == "trigger":
        return _triggers(month).get(str(code), str(code))
    if tag == "group" and code == "other":
        return _("其他职工")
    table = _STATES.get(source, "") if tag == "state" else _TABLES.get(tag, "")
    return str(words.word(table, code)[0]) if table in words.WORDS else str(code)


def kind_word(source: str) -> str:
    """What one row of the source is."""
    return say(dict(source_of(source).title))


@looking.once
def _triggers(month: Month) -> Mapping[str, str]:
    sentences: dict[str, str] = {}
    for earlier in range(_EARLIER, -1, -1):
        sentences |= {code: say(dict(said)) for code, said in alerts.trigger_words(month.plus(-earlier)).items()}
    return short_words(sentences)


def short_words(sentences: Mapping[str, str]) -> dict[str, str]:
    """
    Each trigger's sentence until its first comma; where that is another's as well, all of it. Without the figures of one household.

    >>> short_words({"a": "自付 {x} 元，达到收入 {y} 元的四成", "b": "自付 {x} 元，达到标准的1.5倍", "c": "断缴 {n} 个月，未见新单位"})
    {'a': '自付，达到收入的四成', 'b': '自付，达到标准的1.5倍', 'c': '断缴'}
    """
    whole = {code: _without_figures(said) for code, said in sentences.items()}
    short = {code: re.split(r"[，,；;]", said)[0].strip() for code, said in whole.items()}
    times = Counter(short.values())
    return {code: said if times[said] == 1 else whole[code] for code, said in short.items()}


def _without_figures(sentence: str) -> str:
    """Also without the unit behind a figure, and what leads to it."""
    left = re.sub(r"(?:\b(?:of|by|for)\s+)?\{\w+\}\s*(?:yuan\b|months?\b|元|个月)?", "", sentence)
    left = re.sub(r"\s+(?=[，,；;])|(?<=[一-鿿])\s+(?=[一-鿿])", "", left)
    return re.sub(r"\s{2,}", " ", re.sub(r"([，,；;])(?:\s*[，,；;])+", r"\1", left)).strip(" ，,；;")
