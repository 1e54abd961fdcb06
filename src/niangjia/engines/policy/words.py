"""Every word that a pack may use, section by section: the reader refuses any other, and editors learn them from the JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ID = r"[A-Za-z][A-Za-z0-9_-]{0,39}"
ENTRIES = ("sensing", "application", "open", "nomination", "roster", "staff", "container")
STATUSES = ("active", "confirm", "example")
KINDS = ("money", "integer", "number", "boolean", "date", "text", "list")
LINE_KINDS = ("money", "goods", "waived", "deferred", "owed")
WINDOWS = ("year", "event", "lifetime", "rolling_12_months")
DIRECTIONS = ("up", "down")
ROLES = ("province", "city", "county", "township", "grassroots", "finance", "auditor", "administrator", "worker")
FIELD_TYPES = ("money", "integer", "number", "boolean", "date", "text", "choice", "choices", "table", "photo", "file",
               "signature", "person", "union", "position", "name", "id_number", "phone")  # fmt: skip
UNION_LEVELS = ("province", "city", "county", "town", "grassroots", "federation")
STAGE_KINDS = ("work", "notice")
EFFECTS = ("join", "transfer", "leave")
COUNTED_IN = ("persons", "person_times", "households", "yuan", "pieces")


@dataclass(frozen=True)
class Section:
    """A table of a pack: key → what its value is (a name in `schema.VALUES`), the keys it must have, and what it is for."""

    says: str
    keys: Mapping[str, str]
    required: tuple[str, ...]

    @property
    def optional(self) -> tuple[str, ...]:
        return tuple(key for key in self.keys if key not in self.required)

    def table(self) -> dict[str, Any]:
        """As a JSON schema, with the values of its keys among the schema's ``$defs``."""
        return {
            "type": "object",
            "description": self.says,
            "properties": {key: {"$ref": f"#/$defs/{kind}"} for key, kind in self.keys.items()},
            "required": list(self.required),
            "additionalProperties": False,
        }


def _section(says: str, required: Mapping[str, str], optional: Mapping[str, str]) -> Section:
    return Section(says, {**required, **optional, "note": "text"}, tuple(required))


PROGRAM = _section(
    "项目 · a programme",
    {"id": "id", "title": "bilingual", "issuer": "text", "area": "area", "unit": "text", "source": "source", "entry": "entry"},
    {"status": "status", "parameters": "parameters", "rules": "rules", "tiers": "tiers", "benefit": "benefit", "caps": "caps",
     "approvals": "approvals", "triggers": "triggers", "grades": "grades", "property": "expression", "form": "form",
     "stages": "stages", "notice": "notice", "fund": "fund", "counts": "counts", "after": "ids", "monotone": "directions",
     "measures": "measures", "register": "register"},
)  # fmt: skip
SOURCE = _section(
    "出处：哪份文件、谁发的、何时 · the paper: its title, who issued it, when",
    {"title": "text"}, {"issuer": "text", "date": "text", "url": "text"},
)  # fmt: skip
PARAMETER = _section(
    "参数：有日期、有出处的数 · a dated number with its clause",
    {"unit": "text", "values": "dated", "clause": "text"},
    {"type": "kind", "areas": "areas", "say": "bilingual", "open": "flag", "minimum": "number", "maximum": "number", "among": "texts"},
)  # fmt: skip
VERSION = _section(
    "一个值及其为人所知的日子 · a value and the day from which it was known",
    {"value": "value"},
    {"known": "date", "clause": "text"},
)
RULE = _section(
    "条件：全部为真才给；public 是没有数字时的说法 · all rules must be true; public is how it is said without figures",
    {"id": "id", "when": "expression", "say": "bilingual", "clause": "text"}, {"public": "bilingual"},
)  # fmt: skip
TIER = _section(
    "档次：第一个成立的就是答案 · the first true tier is the answer",
    {"id": "id", "title": "bilingual", "when": "expression", "say": "bilingual", "clause": "text"}, {"public": "bilingual"},
)  # fmt: skip
LINE = _section(
    "待遇：金额 → 不超过 ceiling → 不超过自付 cost → 减去已得 less；deferred 须写缴纳日 due_on · one line of the benefit; one that is deferred has due_on",
    {"id": "id", "amount": "expression", "say": "bilingual", "clause": "text"},
    {"kind": "line_kind", "title": "bilingual", "when": "expression", "otherwise": "flag", "ceiling": "expression",
     "cost": "expression", "less": "expression", "due_on": "expression", "public": "bilingual"},
)  # fmt: skip
CAP = _section(
    "上限：次数或金额 · a cap on times or yuan",
    {"id": "id", "per": "text", "window": "window", "say": "bilingual", "clause": "text"},
    {"count": "expression", "amount": "expression", "group": "id", "lines": "texts"},
)  # fmt: skip
APPROVAL = _section(
    "还须谁批准 · who else must agree",
    {"id": "id", "level": "text", "when": "expression", "say": "bilingual", "clause": "text"}, {},
)  # fmt: skip
TRIGGER = _section(
    "感知的预警 · a warning sign of sensing",
    {"id": "id", "cause": "text", "when": "expression", "needs": "texts", "say": "bilingual"}, {"unsure_without": "texts", "also": "texts", "clause": "text", "public": "bilingual", "instead": "tellings"},
)  # fmt: skip
GRADE = _section(
    "先后次序 · the order of the queue", {"id": "id"}, {"when": "expression", "otherwise": "flag", "say": "bilingual"}
)
MEASURE = _section(
    "容器中的一条措施 · one measure of a container",
    {"id": "id", "title": "bilingual", "clause": "text"},
    {"programs": "ids"},
)
FIELD = _section(
    "表单中的一项 · a field of the form",
    {"id": "id", "title": "bilingual", "type": "field_type"},
    {"stage": "text", "values": "texts", "required": "flag", "evidence": "texts", "register": "id", "union_level": "text",
     "required_for": "texts"},
)  # fmt: skip
STAGE = _section(
    "环节：谁办、几个工作日、结果去哪一步 · who acts, by when, and what may come of it",
    {"id": "id", "title": "bilingual", "role": "role"},
    {"level": "text", "working_days": "whole", "outcomes": "outcomes", "second_person": "flag", "kind": "stage_kind",
     "days": "whole", "due": "text", "desk": "text", "effects": "effects", "needs": "needs"},
)  # fmt: skip
REGISTER = _section(
    "名册：办成的逐件列入；哪几项作栏目，自何日至何日有效 · those that were done stand in a register: the fields shown, and from and until which day one stands",
    {}, {"columns": "texts", "from": "text", "until": "text"},
)  # fmt: skip
NOTICE = _section("公示 · public notice", {}, {"working_days": "days", "shows": "texts", "objection_days": "days"})
FUND = _section("列支 · which fund pays", {"purpose": "text"}, {})
COUNT = _section(
    "计入的指标 · what a closed case counts for",
    {"indicator": "text", "in": "counted_in"},
    {"when": "expression", "of": "text"},
)
