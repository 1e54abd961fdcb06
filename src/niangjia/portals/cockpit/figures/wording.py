"""Words for what a roll-up holds as codes: its tags and their values, and what kind of thing a row is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from typing import Any

from django.utils.translation import gettext as _

from niangjia.apps.alerts import queries as alerts
from niangjia.apps.bookings import queries as bookings
from niangjia.apps.contests import queries as contests
from niangjia.apps.places import queries as places
from niangjia.apps.programs import queries as programs
from niangjia.apps.volunteers import queries as volunteers
from niangjia.engines.counting import Row, Source, load_sources
from niangjia.kernel import looking
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.months import Month
from niangjia.portals.design import words
from niangjia.portals.design.tags import indicator_word, purpose_word, say

Titles = Mapping[str, Iterable[Mapping[str, str]]]
"""What a code is called, by code: more than one title where several declarations have the code and it is not known which is meant."""

_TABLES = {
    "grade": "grade", "cause": "cause", "outcome": "outcome", "way": "visit_way", "step": "order_state", "result": "spot_result",
    "group": "worker_group", "sex": "sex", "level": "place_level",
    "order.kind": "order_kind", "talk.kind": "speaker", "listing.state": "alert_state", "case.state": "case_state",
    "order.state": "order_state", "place.state": "place_state", "place_project.state": "place_state", "task.state": "task_state", "correction.state": "task_state",
}  # fmt: skip
"""The pages' own tables of words, by tag; by source and tag where the tag means something else in each."""
_KINDS: Mapping[str, Callable[[], Mapping[str, Any]]] = {
    "attendance": bookings.kinds, "place": places.kinds, "place_project": places.kinds, "place_level": places.kinds, "help": volunteers.kinds,
}  # fmt: skip
"""By source: what the folder of programs declares of the kinds that its rows are of."""
_EARLIER = 3
"""Lists before the month's that are asked for a trigger's words: one that is no longer on the newest was on these."""


def source_of(name: str) -> Source:
    return load_sources(programs_folder())[name]


def tag_title(tag: str, source: str) -> str:
    return say(dict(source_of(source).tags[tag].title))


def value_word(tag: str, code: object, source: str, month: Month, beside: Mapping[str, object] | None = None) -> str:
    """
    A value of a tag in words; a flag by the tag's own title; a code that nobody put into words as it stands. `beside`: the other tags of
    its row, where it is a row's.
    """
    said = source_of(source).tags[tag].words.get(str(code))
    if said:
        return say(dict(said))
    if isinstance(code, bool):
        return tag_title(tag, source) if code else ""
    if tag == "purpose":
        return purpose_word(str(code))
    if tag == "indicator":
        return indicator_word(str(code))
    if tag == "trigger":
        return _triggers(month).get(str(code), str(code))
    if tag == "group" and code == "other":
        return _("其他职工")
    if table := _TABLES.get(f"{source}.{tag}") or _TABLES.get(tag):
        return str(words.word(table, code)[0])
    titles = _titles(tag, source, beside or {}).get(str(code), ())
    return " / ".join(dict.fromkeys(say(dict(title)) for title in titles)) or str(code)


def _titles(tag: str, source: str, beside: Mapping[str, object]) -> Titles:
    if tag == "program":
        return _single(programs.titles())
    if tag == "line":
        return programs.line_titles(str(beside.get("program") or ""))
    if tag == "contest":
        return _single(contests.titles())
    if tag == "award":
        return contests.award_titles(str(beside.get("contest") or ""))
    kinds = _KINDS[source]() if source in _KINDS else {}
    if tag == "kind":
        return {name: (kind.title,) for name, kind in kinds.items()}
    if tag == "field":
        fields = [kind.fields for name, kind in kinds.items() if beside.get("kind") in (None, name)]
        return {code: [one[code] for one in fields if code in one] for one in fields for code in one}
    return {}


def _single(titles: Mapping[str, Mapping[str, str]]) -> Titles:
    return {code: (title,) for code, title in titles.items()}


def words_of_rows(found: Iterable[tuple[str, Row]]) -> list[tuple[str, ...]]:
    """Of each row, with its source's id, the tags in words."""
    with (
        nullcontext() if looking.is_one() else looking.look()
    ):  # a programme's title is asked for once, however many rows there are
        return [tuple(_words(source, row)) for source, row in found]


def _words(source: str, row: Row) -> Iterator[str]:
    month = Month.of(row.day)
    for tag, value in row.tags.items():
        for code in value if isinstance(value, list) else [value]:
            if said := value_word(tag, code, source, month, row.tags) if code not in (None, "", False) else "":
                yield said


def kind_word(source: str) -> str:
    """What one row of the source is."""
    return say(dict(source_of(source).title))


def row_name(source: str, ref: str) -> str:
    """What a row is and its number, or that of what it belongs to: a payment has its batch's, somebody who came the offer's."""
    kind, number = (*ref.split(":"), "")[:2]
    named = str(words.word("thing", kind)[0]) if kind in words.WORDS["thing"] else kind_word(source)
    return f"{named} {number}"


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
