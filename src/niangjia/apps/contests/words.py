"""Every word that a contest pack may use: the check refuses any other, editors learn them from the JSON Schema."""

from __future__ import annotations

from typing import Any

from niangjia.engines.policy.words import ID, Section
from niangjia.engines.ranking import CutTie, TieBreak

ENUMS = {
    "who": ("person", "place", "organisation"),
    "ways": ("worker", "nomination"),
    "file_kind": ("paper", "audio", "video", "recording"),
    "ties": tuple(one.value for one in TieBreak),
    "cut_tie": tuple(one.value for one in CutTie),
}
MANY = ("ways", "ties")
"""Of these a list."""


def _section(says: str, required: dict[str, str], optional: dict[str, str]) -> Section:
    return Section(says, {**required, **optional}, tuple(required))


PACK = _section(
    "一项评选 · one contest",
    {"id": "id", "title": "bilingual", "about": "bilingual", "issuer": "text", "area": "area", "source": "source", "entry": "entry", "rounds": "rounds",
     "awards": "awards", "notice": "notice"},
    {"conflicts": "conflicts", "fund": "text"},
)  # fmt: skip
TABLES = {
    "source": _section(
        "出处 · the paper", {"title": "text"}, {"issuer": "text", "date": "text", "note": "text", "url": "text"}
    ),
    "entry": _section(
        "谁能参评 · who may enter",
        {"who": "who", "by": "ways"},
        {"place_kind": "id", "files": "files", "most": "number", "eligibility": "id"},
    ),
    "vote": _section(
        "投票 · votes",
        {"days": "number", "choices": "number", "an_hour": "number", "burst": "number", "burst_minutes": "number"},
        {},
    ),
    "tilt": _section(
        "按地区加分：参评地区在某规则包的名单上 · points for areas where a flag of a programme holds",
        {"title": "bilingual", "program": "id", "parameter": "name", "points": "number"},
        {},
    ),
    "conflicts": _section("回避 · conflicts of interest", {"same_union": "flag"}, {}),
    "notice": _section("公示 · public notice", {"working_days": "number"}, {}),
}
LISTS = {
    "files": _section(
        "要交的文件 · files asked for",
        {"id": "id", "title": "bilingual", "kind": "file_kind"},
        {"most": "number", "most_mb": "number", "required": "flag"},
    ),
    "rounds": _section(
        "一轮：评委、投票、晋级 · a round",
        {"id": "id", "title": "bilingual"},
        {"jury": "number", "votes": "number", "dropped": "number", "least_marks": "number", "quota": "number", "pass_mark": "number", "ties": "ties",
         "cut_tie": "cut_tie", "criteria": "criteria", "vote": "vote", "tilt": "tilt"},
    ),
    "criteria": _section(
        "评分项，合计 100 分 · criteria of 100 points in all",
        {"id": "id", "title": "bilingual", "points": "number"},
        {},
    ),
    "awards": _section(
        "奖项 · awards",
        {"id": "id", "title": "bilingual"},
        {"places": "number", "honour": "bilingual", "skill_level": "text", "amount": "number", "program": "id"},
    ),
}  # fmt: skip


def contests_schema() -> dict[str, Any]:
    """JSON Schema of a file of ``programs/contests``, as a JSON value."""
    text = {"type": "string", "minLength": 1}
    values: dict[str, Any] = {
        "text": text,
        "name": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
        "id": {"type": "string", "pattern": f"^{ID}$"},
        "area": {"type": "string", "pattern": "^([0-9]{2}|[0-9]{4}|[0-9]{6})$"},
        "flag": {"type": "boolean"},
        "number": {"anyOf": [{"type": "number", "minimum": 0}, {"const": "ask"}], "description": "数，或 ask（设立时再填） · a number, or ask: it is filled in later"},
        "bilingual": {"type": "object", "properties": {"zh": text, "en": text}, "required": ["zh", "en"], "additionalProperties": False},
    }  # fmt: skip
    for name, among in ENUMS.items():
        one = {"enum": list(among)}
        values[name] = {"type": "array", "items": one} if name in MANY else one
    values |= {name: section.table() for name, section in TABLES.items()}
    values |= {name: {"type": "array", "items": section.table()} for name, section in LISTS.items()}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Niangjia contests"}
    return {**head, **PACK.table(), "$defs": values}
