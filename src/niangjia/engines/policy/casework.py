"""The parts of a pack that people act on: form fields, stages, notice, fund, what a closed case counts for."""

from __future__ import annotations

from collections.abc import Mapping

from niangjia.engines.policy import words
from niangjia.engines.policy.pack import FormField, Register, Stage
from niangjia.engines.policy.parameters import Parameter
from niangjia.engines.policy.problems import nearest_word
from niangjia.engines.policy.yamltext import Item, Reader


class CaseworkReader(Reader):
    """Reads those parts; `parameters` are the pack's, read before."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: dict[str, set[str]] = {}
        self.parameters: dict[str, Parameter] = {}

    def section(self, item: Item | None, section: words.Section) -> dict[str, Item]:
        return self.table(item, required=section.required, optional=section.optional)

    def an_id(self, item: Item | None, family: str, *, may_repeat: bool = False) -> str:
        found = self.word(item, pattern=words.ID)
        seen = self.ids.setdefault(family, set())
        if item is not None and found in seen and not may_repeat:
            self.refuse(item.fault(f"编号 {found} 用了两次。", f"The id {found} is used twice.", found))
        seen.add(found)
        return found

    def form_field(self, item: Item) -> FormField:
        table = self.section(item, words.FIELD)
        return FormField(self.an_id(table.get("id"), "form"), self.bilingual(table.get("title")), self.word(table.get("type"), among=words.FIELD_TYPES),
                         self.word(table.get("stage")), tuple(self.word(value) for value in self.list(table.get("values"))),
                         self.flag(table.get("required")), tuple(self.word(value) for value in self.list(table.get("evidence"))),
                         self._looked_up(table), self._union_level(table),
                         tuple(self.word(value) for value in self.list(table.get("required_for"))))  # fmt: skip

    def _looked_up(self, table: dict[str, Item]) -> str:
        found = self.word(table.get("register"), pattern=words.ID)
        if found and "type" in table and table["type"].text != "boolean":
            self.refuse(table["register"].fault("查名册的项须是 boolean。", "A field that is looked up in a register is a boolean.", found))  # fmt: skip
        return found

    def _union_level(self, table: dict[str, Item]) -> str:
        found = self.word(table.get("union_level"), among=words.UNION_LEVELS)
        if found and "type" in table and table["type"].text != "union":
            self.refuse(table["union_level"].fault("union_level 只用于填工会的项。", "union_level is for a field that names a union.", found))  # fmt: skip
        return found

    def register(self, item: Item | None, form: tuple[FormField, ...]) -> Register | None:
        if item is None:
            return None
        table = self.section(item, words.REGISTER)
        types = {field.id: field.type for field in form}
        days = [table[key] for key in ("from", "until") if key in table]
        for part in (*self.list(table.get("columns")), *days):
            if part.text not in types or (part in days and types[part.text] != "date"):
                self.refuse(part.fault(f"表单中没有 {part.text} 这一项，或它不是日期。", f"The form has no field {part.text}, or it is no date.",
                                       part.text, nearest_word(part.text, types) if part.text not in types else ""))  # fmt: skip
        columns = tuple(self.word(part) for part in self.list(table.get("columns")))
        return Register(columns, self.word(table.get("from")), self.word(table.get("until")))

    def stage(self, item: Item) -> Stage:
        table = self.section(item, words.STAGE)
        outcomes = table.get("outcomes")
        entries = self.table(outcomes, optional=tuple(outcomes.table)) if outcomes else {}
        effects = table.get("effects")
        done = self.table(effects, optional=tuple(entries)) if effects else {}
        return Stage(self.an_id(table.get("id"), "stages"), self.bilingual(table.get("title")), self.word(table.get("role"), among=words.ROLES),
                     self.word(table.get("level")), self.whole(table.get("working_days"), 0, 250),
                     {code: part.text for code, part in entries.items()}, self.flag(table.get("second_person")),
                     self.word(table.get("kind"), among=words.STAGE_KINDS) or "work",
                     self.whole(table.get("days"), 0, 250), self.word(table.get("due")), self.word(table.get("desk")),
                     {code: self.word(part, among=words.EFFECTS) for code, part in done.items()},
                     self._needs(table.get("needs"), tuple(entries)))  # fmt: skip

    def _needs(self, item: Item | None, outcomes: tuple[str, ...]) -> dict[str, dict[str, tuple[str, ...]]]:
        if item is None:
            return {}
        return {
            code: {name: self._accepted(value) for name, value in part.table.items()}
            for code, part in self.table(item, optional=outcomes).items()
        }

    def _accepted(self, item: Item) -> tuple[str, ...]:
        """One answer or several: true and false are what a page calls yes and no."""
        if isinstance(item.value, bool):
            return ("yes" if item.value else "no",)
        return tuple(self.word(part) for part in self.list(item)) if item.items else (self.word(item),)

    def check_needs(
        self,
        item: Item | None,
        stages: tuple[Stage, ...],
        form: tuple[FormField, ...],
        codes: Mapping[str, tuple[str, ...]],
    ) -> None:
        """
        What an outcome needs is an answer that its field can have, asked at this stage or before it. `codes`: of choices, by field.
        """  # fmt: skip
        fields = {field.id: field for field in form}
        known = [stage.id for stage in stages]
        for place, (stage, part) in enumerate(zip(stages, self.list(item), strict=True)):
            for outcome, needed in stage.needs.items():
                for name, texts in needed.items():
                    where = part.table["needs"].table[outcome].table[name]
                    field = fields.get(name)
                    if field is None or field.type not in ("boolean", "choice") or field.stage in known[place + 1 :]:
                        among = [one.id for one in form if one.type in ("boolean", "choice")]
                        self.refuse(where.fault(f"{name} 不是本环节或之前要答的是非题或选择题。", f"{name} is no yes-or-no question or choice of this stage or one before it.",
                                                name, nearest_word(name, among) if name not in among else ""))  # fmt: skip
                        continue
                    can_be = ("yes", "no") if field.type == "boolean" else codes.get(name, ())
                    if stray := [one for one in texts if one not in can_be]:
                        self.refuse(where.fault(f"{name} 没有 {stray[0]} 这个答案。", f"{name} is never answered with {stray[0]}.", stray[0], nearest_word(stray[0], can_be)))  # fmt: skip

    def check_fields(self, item: Item | None, stages: tuple[Stage, ...], form: tuple[FormField, ...]) -> None:
        """What a stage or a count names is a field of the right type."""
        types = {field.id: field.type for field in form}
        for stage, part in zip(stages, self.list(item), strict=True):
            for key, named, wanted in (("due", stage.due, "date"), ("desk", stage.desk, "union")):
                if named and types.get(named) != wanted:
                    self.refuse(part.table[key].fault(f"表单中没有类型为 {wanted} 的项 {named}。", f"The form has no field {named} of type {wanted}.",
                                                      named, nearest_word(named, [one for one, kind in types.items() if kind == wanted])))  # fmt: skip

    def check_required(self, item: Item | None, stages: tuple[Stage, ...], form: tuple[FormField, ...]) -> None:
        """What is required for some outcomes names outcomes of its own stage, one that a union works on, and is not required for all."""
        outcomes = {stage.id: tuple(stage.outcomes) for stage in stages[1:] if stage.role != "worker"}
        for field, part in zip(form, self.list(item), strict=True):
            can_be = () if field.is_required else outcomes.get(field.stage, ())
            for word, code in zip(self.list(part.table.get("required_for")), field.required_for, strict=True):
                if code not in can_be:
                    self.refuse(word.fault(f"{code} 不是这一项所在环节的结果（由工会办理、不是第一个环节，且没有写 required: true）。",
                                           f"{code} is no outcome of this field's stage (one that a union works on, not the first, without required: true).",
                                           code, nearest_word(code, can_be)))  # fmt: skip

    def check_stages(self, item: Item | None, stages: tuple[Stage, ...]) -> None:
        known = [stage.id for stage in stages]
        for stage, part in zip(stages, self.list(item), strict=True):
            for code, following in stage.outcomes.items():
                if following and following not in known:
                    self.refuse(part.table["outcomes"].table[code].fault(f"没有叫 {following} 的环节。", f"There is no stage called {following}.",
                                                                         following, nearest_word(following, known)))  # fmt: skip

            if stage.kind == "notice" and (stage.role == "worker" or not any(stage.outcomes.values())):
                self.refuse(part.fault("公示环节须由工会办理，并写明期满后去哪一步。",
                                       "A notice is put up by a union, and says which stage follows when its days are over.", stage.id))  # fmt: skip

        reached = known[:1]
        for name in reached:
            reached += [
                following
                for following in stages[known.index(name)].outcomes.values()
                if following in known and following not in reached
            ]
        for stage, part in zip(stages, self.list(item), strict=True):
            if stage.id not in reached:
                self.refuse(part.fault(f"从第一个环节 {known[0]} 到不了环节 {stage.id}。请在前面环节的 outcomes 中写明何时到此。",
                                       f"The stage {stage.id} cannot be reached from the first, {known[0]}. Say in an earlier stage's outcomes when it follows.",
                                       stage.id))  # fmt: skip

    def notice(self, item: Item | None) -> dict[str, object]:
        """
        `working_days`: how long it is shown; `objection_days`: how long after a decision its applicant may object. Each a number of days or
        the name of a parameter (the paper may leave it open).
        """
        table = self.section(item, words.NOTICE)
        found: dict[str, object] = {
            key: self.days(table[key]) for key in ("working_days", "objection_days") if key in table
        }
        if "shows" in table:
            found["shows"] = tuple(self.word(part) for part in self.list(table["shows"]))
        return found

    def days(self, days: Item) -> object:
        if not isinstance(days.value, str):
            return self.whole(days, 0, 60)
        parameter = self.parameters.get(days.text)
        if parameter is None or parameter.kind != "integer":
            self.refuse(days.fault(f"没有叫 {days.text} 的整数参数。", f"There is no whole-number parameter called {days.text}.",
                                   days.text, nearest_word(days.text, self.parameters)))  # fmt: skip
        return days.text

    def texts(self, item: Item | None, section: words.Section) -> dict[str, str]:
        return {key: self.word(part) for key, part in self.section(item, section).items()}

    def counts(self, item: Item | None) -> tuple[dict[str, str], ...]:
        found = tuple(self.texts(part, words.COUNT) for part in self.list(item))
        for part in self.list(item):
            self.word(part.table.get("in"), among=words.COUNTED_IN)
        return found
