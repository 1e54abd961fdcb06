"""Words for what a roll-up holds as codes: its tags and their values, and what kind of thing a row is."""

from __future__ import annotations

import re
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
    found: dict[str, str] = {}
    for earlier in range(_EARLIER, -1, -1):
        found |= {code: _short(say(dict(said))) for code, said in alerts.trigger_words(month.plus(-earlier)).items()}
    return found


def _short(sentence: str) -> str:
    """A trigger's sentence without the figures of one household: until its first comma, places for figures left out."""
    return re.sub(r"\s*\{\w+\}\s*", "", re.split(r"[，,；;]", sentence)[0]).strip()
