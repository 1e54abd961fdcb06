"""The parts of a pack that people act on: form fields, stages, notice, fund, what a closed case counts for."""

from __future__ import annotations

from collections.abc import Mapping

from niangjia.engines.policy.pack import FormField, Stage
from niangjia.engines.policy.parameters import Parameter
from niangjia.engines.policy.problems import nearest_word
from niangjia.engines.policy.yamltext import Item, Reader

ID = r"[A-Za-z][A-Za-z0-9_-]{0,39}"
_FIELD_TYPES = (
    "money",
    "integer",
    "number",
    "boolean",
    "date",
    "text",
    "choice",
    "choices",
    "table",
    "photo",
    "file",
    "signature",
    "person",
)
_ROLES = ("province", "city", "county", "township", "grassroots", "finance", "auditor", "administrator", "worker")


class CaseworkReader(Reader):
    """Reads those parts; `parameters` are the pack's, read before."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: dict[str, set[str]] = {}
        self.parameters: Mapping[str, Parameter] = {}

    def an_id(self, item: Item | None, family: str, *, may_repeat: bool = False) -> str:
        found = self.word(item, pattern=ID)
        seen = self.ids.setdefault(family, set())
        if item is not None and found in seen and not may_repeat:
            self.refuse(item.fault(f"编号 {found} 用了两次。", f"The id {found} is used twice.", found))
        seen.add(found)
        return found

    def form_field(self, item: Item) -> FormField:
        table = self.table(
            item, required=("id", "title", "type"), optional=("stage", "values", "required", "evidence", "note")
        )
        return FormField(self.an_id(table.get("id"), "form"), self.bilingual(table.get("title")), self.word(table.get("type"), among=_FIELD_TYPES),
                         self.word(table.get("stage")), tuple(self.word(value) for value in self.list(table.get("values"))),
                         self.flag(table.get("required")), tuple(self.word(value) for value in self.list(table.get("evidence"))))  # fmt: skip

    def stage(self, item: Item) -> Stage:
        table = self.table(
            item,
            required=("id", "title", "role"),
            optional=("level", "working_days", "outcomes", "second_person", "note"),
        )
        outcomes = table.get("outcomes")
        entries = self.table(outcomes, optional=tuple(outcomes.table)) if outcomes else {}
        return Stage(self.an_id(table.get("id"), "stages"), self.bilingual(table.get("title")), self.word(table.get("role"), among=_ROLES),
                     self.word(table.get("level")), self.whole(table.get("working_days"), 0, 250),
                     {code: part.text for code, part in entries.items()}, self.flag(table.get("second_person")))  # fmt: skip

    def check_stages(self, item: Item | None, stages: tuple[Stage, ...]) -> None:
        known = [stage.id for stage in stages]
        for stage, part in zip(stages, self.list(item), strict=True):
            for code, following in stage.outcomes.items():
                if following and following not in known:
                    self.refuse(part.table["outcomes"].table[code].fault(f"没有叫 {following} 的环节。", f"There is no stage called {following}.",
                                                                         following, nearest_word(following, known)))  # fmt: skip

    def notice(self, item: Item | None) -> dict[str, object]:
        """`working_days`: a number of days or the name of a parameter (the paper may leave it open)."""
        table = self.table(item, optional=("working_days", "shows", "note"))
        found: dict[str, object] = {}
        if (days := table.get("working_days")) is not None:
            if isinstance(days.value, str):
                parameter = self.parameters.get(days.text)
                if parameter is None or parameter.kind != "integer":
                    self.refuse(days.fault(f"没有叫 {days.text} 的整数参数。", f"There is no whole-number parameter called {days.text}.",
                                           days.text, nearest_word(days.text, self.parameters)))  # fmt: skip
                found["working_days"] = days.text
            else:
                found["working_days"] = self.whole(days, 0, 60)
        if "shows" in table:
            found["shows"] = tuple(self.word(part) for part in self.list(table["shows"]))
        return found

    def texts(self, item: Item | None, required: tuple[str, ...], optional: tuple[str, ...]) -> dict[str, str]:
        return {key: self.word(part) for key, part in self.table(item, required=required, optional=optional).items()}

    def counts(self, item: Item | None) -> tuple[dict[str, str], ...]:
        found = tuple(self.texts(part, ("indicator", "in"), ("when",)) for part in self.list(item))
        for part in self.list(item):
            self.word(part.table.get("in"), among=("persons", "person_times", "households", "yuan", "pieces"))
        return found
