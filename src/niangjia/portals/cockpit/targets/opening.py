"""A counted row in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from niangjia.apps.bookings import queries as bookings
from niangjia.apps.places import queries as places
from niangjia.engines import counting
from niangjia.kernel.deployment import programs_folder
from niangjia.portals.design import words
from niangjia.portals.design.tags import purpose_word, say


def _from(table: str) -> Callable[[str], str]:
    return lambda code: str(words.word(table, code)[0])


_SAID: Mapping[tuple[str, str], Callable[[str], str]] = {
    ("attendance", "kind"): lambda code: say(dict(bookings.kind_of(code).title)),
    ("place", "kind"): lambda code: say(dict(places.kind_of(code).title)),
    ("place_project", "kind"): lambda code: say(dict(places.kind_of(code).title)),
    ("place_level", "kind"): lambda code: say(dict(places.kind_of(code).title)),
    ("payment", "purpose"): purpose_word,
    ("", "level"): _from("place_level"),
    ("", "group"): _from("worker_group"),
    ("talk", "kind"): _from("speaker"),
    ("", "way"): _from("visit_way"),
    ("", "outcome"): _from("outcome"),
    ("", "sex"): _from("sex"),
}
"""By source and tag; an empty source is every other one's."""


def in_words(source: str, row: counting.Row) -> str:
    """What the row is, and its tags; a flag by its own title, a code that nobody put into words left out."""
    declared = counting.load_sources(programs_folder())[source]
    found = [say(dict(declared.title)) + " " + row.ref.partition(":")[2]]
    for tag, value in row.tags.items():
        said = _SAID.get((source, tag)) or _SAID.get(("", tag))
        if value is True:
            found.append(say(dict(declared.tags[tag].title)))
        elif value and said and isinstance(value, str):
            found.append(said(value))
    return " · ".join(found)
