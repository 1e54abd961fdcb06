"""Every word that ``places.yaml`` and ``place_steps.yaml`` may use: the check refuses any other, editors learn them from the JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from niangjia.apps.places.lifecycle import PlaceState, Step
from niangjia.engines.policy.words import ID, Section

STATES = tuple(state.value.lower() for state in PlaceState)
STEPS = tuple(step.value.lower() for step in Step if step is not Step.APPLY)
LEVELS = ("county", "city", "province", "national")
ANSWERS = ("text", "long", "number", "date", "flag")
AIMS = ("passed", "listed_in", "of_level", "mean_year")


def _section(says: str, required: Mapping[str, str], optional: Mapping[str, str]) -> Section:
    return Section(says, {**required, **optional}, tuple(required))


_TAKEN = {"needs_reason": "flag", "from_above": "flag", "names_level": "flag"}
_NAMED = {"zh": "text", "en": "text"}
STEP = _section(
    "一步：在哪些状态可以走，走到哪里；不写 to 状态不变 · a step: the standings it is taken from, and where it leads",
    {"from": "states"}, {"to": "state", **_TAKEN},
)  # fmt: skip
OWN_STEP = _section(
    "这种场所的这一步；空着就是没有这一步 · this kind's own words of a step; null = it has no such step",
    {}, {"from": "states", **_TAKEN},
)  # fmt: skip
DETAIL = _section(
    "申报时问的一项 · a question of the application",
    {**_NAMED, "type": "answer"}, {"is_needed": "flag", "is_public": "flag"},
)  # fmt: skip
PIECE = _section("一件设备或一项检查 · a thing it has, or is checked for", _NAMED, {"is_needed": "flag"})
MEASURE = _section(
    "按月或按年量的一项 · what it is measured by",
    {**_NAMED, "unit": "text"},
    {"is_yearly": "flag", "decimals": "digits", "is_rate": "flag", "most": "number", "sum_of": "text"},
)  # fmt: skip
BALANCE = _section(
    "一个月的数应当对得上：sum 等于 is，差不过 within · figures of a month that have to add up",
    {"is": "id", "sum": "text", "within": "number"}, {},
)  # fmt: skip
AIM = _section(
    "报道要求的 · what the papers ask for",
    {"is": "aim", "least": "number", **_NAMED},
    {"year": "year", "measure": "id"},
)
PROJECTS = _section(
    "与合作单位一起运作的项目 · what it runs with partners",
    {"title": "bilingual", "checks": "pieces"},
    {"details": "details"},
)
KIND = _section(
    "一种场所 · a kind of places",
    {"title": "bilingual", "is_public": "flag", "levels": "levels"},
    {"short": "bilingual", "figures": "bilingual", "is_of_household": "flag", "inspect_months": "whole", "notice_days": "whole", "needs_checks": "flag",
     "is_tilted": "flag", "has_teachers": "flag", "occupancy": "id", "earns": "id", "valid_from": "id", "valid_until": "id", "details": "details", "equipment": "pieces", "checks": "pieces", "measures": "measures", "steps": "own_steps",
     "balances": "balances", "aims": "aims", "projects": "projects"},
)  # fmt: skip

TABLES = {"details": DETAIL, "pieces": PIECE, "measures": MEASURE, "own_steps": OWN_STEP}
LISTS = {"balances": BALANCE, "aims": AIM}
WORDS = {"state": STATES, "level": LEVELS, "answer": ANSWERS, "aim": AIMS}
RANGES = {"whole": (1, 1200), "digits": (0, 6), "year": (2000, 2100)}


def places_schema() -> dict[str, Any]:
    """JSON Schema of ``places.yaml``, as a JSON value."""
    return _head("kinds of places") | _map({"$ref": "#/$defs/kind"}) | {"$defs": _values()}


def steps_schema() -> dict[str, Any]:
    """JSON Schema of ``place_steps.yaml``, as a JSON value."""
    steps = {name: {"$ref": "#/$defs/step"} for name in STEPS}
    whole = {"type": "object", "properties": steps, "required": list(STEPS), "additionalProperties": False}
    values = {name: one for name, one in _values().items() if name in ("flag", "state", "states", "step")}
    return _head("steps of places") | whole | {"$defs": values}


def _head(title: str) -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"Niangjia {title}"}


def _values() -> dict[str, Any]:
    text = {"type": "string", "minLength": 1}
    found: dict[str, Any] = {
        "flag": {"type": "boolean"},
        "text": text,
        "id": {"type": "string", "pattern": f"^{ID}$"},
        "number": {"type": "number", "minimum": 0},
        "bilingual": {"type": "object", "properties": {"zh": text, "en": text}, "required": ["zh", "en"], "additionalProperties": False},
    }  # fmt: skip
    found |= {name: {"type": "integer", "minimum": low, "maximum": high} for name, (low, high) in RANGES.items()}
    found |= {name: {"enum": list(among)} for name, among in WORDS.items()}
    found |= {f"{name}s": {"type": "array", "items": {"$ref": f"#/$defs/{name}"}, "minItems": 1, "uniqueItems": True} for name in ("state", "level")}  # fmt: skip
    found |= {"step": STEP.table(), "kind": KIND.table(), "projects": PROJECTS.table()}
    found |= {name: {"type": "array", "minItems": 1, "items": section.table()} for name, section in LISTS.items()}
    found |= {name: _map(section.table()) for name, section in TABLES.items() if section is not OWN_STEP}
    own = {"anyOf": [OWN_STEP.table(), {"type": "null"}]}
    found["own_steps"] = {"type": "object", "properties": dict.fromkeys(STEPS, own), "additionalProperties": False}
    return found


def _map(of: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "propertyNames": {"pattern": f"^{ID}$"}, "additionalProperties": of}
