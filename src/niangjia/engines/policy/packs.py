"""Reads and checks a programme pack: every fault with file, line, word and the nearest right word."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

from niangjia.engines.policy import benefits, units, words
from niangjia.engines.policy.casework import CaseworkReader
from niangjia.engines.policy.expressions import build, tree
from niangjia.engines.policy.expressions.build import WrongType
from niangjia.engines.policy.expressions.parse import parse
from niangjia.engines.policy.expressions.scan import Unreadable
from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.expressions.types import BOOLEAN, PARAMETER_DOMAINS, TEXT, Kind, Type
from niangjia.engines.policy.pack import (
    Approval,
    Cap,
    Expression,
    FormField,
    Grade,
    Line,
    Measure,
    Pack,
    Rule,
    Say,
    Source,
    Tier,
    Trigger,
)  # fmt: skip
from niangjia.engines.policy.parameters import Dated, Parameter, area_prefix, is_area, misfit, overlap
from niangjia.engines.policy.problems import PackError, Problem, nearest_word
from niangjia.engines.policy.vocabulary import NAME, Vocabulary, check_name, make_type, read_bound, read_unit
from niangjia.engines.policy.yamltext import BadFile, Item, read_yaml

HASH_VERSION = "niangjia-pack-1"
_KIND_OF_UNIT = {"ratio": "number", "flag": "boolean", "date": "date", "code": "text", "text": "text", "list": "list"}


def load_pack(folder: Path | str, vocabulary: Vocabulary) -> Pack:
    """
    The pack in `folder` (its ``program.yaml``).

    Raises:
        PackError: with every fault found.
    """
    folder = Path(folder)
    shown = "/".join((*folder.parts[-2:], "program.yaml"))
    try:
        root = read_yaml(folder / "program.yaml", shown)
    except BadFile as bad:
        raise PackError([bad.problem]) from None
    return _PackReader(folder, shown, root, vocabulary).read()


def content_hash(root: Item) -> str:
    canonical = json.dumps([HASH_VERSION, root.plain()], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


class _PackReader(CaseworkReader):
    def __init__(self, folder: Path, shown: str, root: Item, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.folder = folder
        self.shown = shown
        self.root = root
        self.vocabulary = vocabulary
        self.reach: tuple[str, ...] = ()
        self.names: dict[str, Node] = {}
        self.line_ids: tuple[str, ...] = ()
        self.kinds: dict[str, str] = {}
        self.titles = vocabulary.titles

    def read(self) -> Pack:
        table = self.section(self.root, words.PROGRAM)
        unit = self.word(table.get("unit"), among=tuple(self.vocabulary.units)) or next(iter(self.vocabulary.units))
        self.reach = self.vocabulary.reach(unit)
        self.names = self.vocabulary.names_of(unit)
        self.parameters = self._parameters(table.get("parameters"))
        rules = tuple(self._rule(item) for item in self.list(table.get("rules")))
        tiers = tuple(self._tier(item) for item in self.list(table.get("tiers")))
        triggers = tuple(self._trigger(item) for item in self.list(table.get("triggers")))
        grades = self._grades(table.get("grades"), triggers)
        tier_node = self._tier_node(tiers)
        lines = tuple(self._line(item) for item in self.list(table.get("benefit")))
        self.line_ids = tuple(line.id for line in lines)
        caps = tuple(self._cap(item) for item in self.list(table.get("caps")))
        approvals = tuple(self._approval(item) for item in self.list(table.get("approvals")))
        form = tuple(self.form_field(item) for item in self.list(table.get("form")))
        stages = tuple(self.stage(item) for item in self.list(table.get("stages")))
        self.check_stages(table.get("stages"), stages)
        self.check_fields(table.get("stages"), stages, form)
        self.check_required(table.get("form"), stages, form)
        self.check_needs(table.get("stages"), stages, form, {one.id: self._codes(one) for one in form})
        area = self.word(table.get("area"))
        if area and not is_area(area):
            self.refuse(
                table["area"].fault(
                    f"{area} 不是区划代码，请加引号写六位代码。",
                    f"{area} is not a division code; give six digits in quotes.",
                    area,
                )
            )
        entry = self.word(table.get("entry"), among=words.ENTRIES)
        status = self.word(table["status"], among=words.STATUSES) if "status" in table else "active"
        title, issuer, origin = (
            self.bilingual(table.get("title")),
            self.word(table.get("issuer")),
            self._source(table.get("source")),
        )
        pack_id = self.word(table.get("id"), pattern=words.ID)
        notice, fund, counts = (
            self.notice(table.get("notice")),
            self.texts(table.get("fund"), words.FUND),
            self.counts(table.get("counts")),
        )
        count_tests, count_faults = self._count_tests(table.get("counts"))
        property_test = self.expression(table["property"], Kind.BOOLEAN, self.names) if "property" in table else None
        try:
            values, total, capped = benefits.join(lines, caps)
        except WrongType as fault:
            self.refuse(table["benefit"].fault(fault.zh, fault.en))
            values, total, capped = {}, None, None
        after = tuple(self.word(part, pattern=words.ID) for part in self.list(table.get("after")))
        monotone = self._monotone(table.get("monotone"))
        register = self.register(table.get("register"), form)
        measures = tuple(self._measure(part) for part in self.list(table.get("measures")))
        if not self.problems and not (rules or tiers or triggers or measures or stages):
            self.refuse(
                self.root.fault("项目既没有规则，也没有环节。", "The programme has no rules and no stages.", "rules")
            )
        if self.problems:
            raise PackError(sorted(self.problems, key=lambda problem: (problem.line, problem.column)))
        return Pack(
            id=pack_id, title=title, issuer=issuer, area=area_prefix(area),
            unit=unit, source=origin,
            entry=entry, status=status,
            parameters=self.parameters, rules=rules, tiers=tiers, benefit=lines, caps=caps, approvals=approvals,
            triggers=triggers, grades=grades, property=property_test, form=form, stages=stages, notice=notice, fund=fund, counts=counts,
            after=after, monotone=monotone, measures=measures, content_hash=content_hash(self.root), folder=self.folder, file=self.shown, notes=self._notes(table), vocabulary=self.vocabulary,
            tier=tier_node, line_values=values, line_dues=benefits.dues(lines), line_choices=benefits.choices(lines), total=total, capped=capped, register=register, count_tests=count_tests, count_faults=count_faults,
        )  # fmt: skip

    def _count_tests(self, item: Item | None) -> tuple[dict[str, Node | None], tuple[Problem, ...]]:
        """Of facts alone: what a closed case counts for hangs on what it was, not on a number of the paper."""
        facts = self.vocabulary.names_of(self.reach[0])
        found: dict[str, Node | None] = {}
        faults: list[Problem] = []
        before = len(self.problems)
        for part in self.list(item):
            if "when" in part.table and "indicator" in part.table:
                test = self.expression(part.table["when"], Kind.BOOLEAN, facts).node
                found[part.table["indicator"].text] = test if len(self.problems) == before else None
                faults += self.problems[before:]
                del self.problems[before:]
        return found, tuple(faults)

    def _codes(self, one: FormField) -> tuple[str, ...]:
        fact = self.vocabulary.facts.get(one.id)
        return one.values or (fact.values if fact else ())

    # — expressions —

    def expression(self, item: Item | None, wanted: Kind, names: dict[str, Node]) -> Expression:
        if item is None or isinstance(item.value, dict | tuple):
            if item is not None:
                self.refuse(
                    item.fault(
                        "这里应是一个表达式；含逗号或括号时请加引号。",
                        "An expression belongs here; put it in quotes if it has commas.",
                    )
                )
            return Expression("", build.truth(False))
        try:
            found = Expression(item.text, parse(item.text, names, wanted, self.titles))
            units.check(found.node, self._unit_of)
            return found
        except units.UnitMismatch as fault:
            self.refuse(
                item.fault(
                    f"单位不同，不能相加或比较：{fault.left} 与 {fault.right}。请先换算（如月额乘以 12），或改用同一单位的事实。",
                    f"{fault.left} and {fault.right} are not added or compared. Convert one first (a month's amount × 12), or ask for a fact in the same unit.",
                )
            )
            return found
        except Unreadable as fault:
            zh, en = fault.zh, fault.en
            if (foreign := self.vocabulary.facts.get(fault.word)) is not None and fault.word not in names:
                zh = f"{fault.word} 是“{self._unit_zh(foreign.grain)}”的事实；本项目按“{self._unit_zh(self.reach[0])}”计，不能使用。"
                en = f"{fault.word} is told of the {foreign.grain}; this programme is about the {self.reach[0]} and cannot ask for it."
            self.refuse(item.fault_inside(fault.offset, zh, en, fault.word, fault.nearest))
            return Expression(item.text, build.truth(False) if wanted is Kind.BOOLEAN else build.zero())

    def _unit_of(self, name: str) -> units.Unit:
        told = self.parameters.get(name) or self.vocabulary.facts.get(name)
        return units.unit_of(told.unit) if told else None

    def _unit_zh(self, unit: str) -> str:
        return self.vocabulary.units[unit].title.get("zh", unit)

    def optional_expression(self, item: Item | None, names: dict[str, Node]) -> Expression | None:
        return None if item is None else self.expression(item, Kind.NUMBER, names)

    def sentence(self, item: Item | None, *, is_required: bool = True) -> Say:
        """Both languages, and every {name} in them known."""
        if item is None:
            return {}
        found = self.bilingual(item)
        for language, text in found.items():
            for name in _placeholders(text):
                if name not in self.names and name not in self.parameters:
                    near = nearest_word(name, [*self.names, *self.parameters])
                    self.refuse(
                        item.table[language].fault(
                            f"句子里的 {{{name}}} 不是事实或参数。",
                            f"{{{name}}} in the sentence is no fact or parameter.",
                            name,
                            near,
                        )
                    )
        return found

    def clause(self, item: Item | None) -> str:
        return self.word(item)

    def public(self, table: dict[str, Item]) -> Say:
        return self.sentence(table.get("public"))

    # — sections —

    def _source(self, item: Item | None) -> Source:
        """A table, or a text that is the title alone."""
        if item is None or not isinstance(item.value, dict):
            return Source(self.word(item))
        table = self.section(item, words.SOURCE)
        return Source(*(self.word(table.get(key)) for key in ("title", "issuer", "date", "url")))

    def _notes(self, table: dict[str, Item]) -> dict[str, str]:
        """What authors noted, by the name of a parameter or the id of a part; of the same id all together."""
        parts = [(name, part) for name, part in (table["parameters"].table.items() if "parameters" in table else ())]
        for section in ("rules", "tiers", "benefit", "caps", "approvals", "triggers", "measures"):
            parts += [(part.table["id"].text, part) for part in self.list(table.get(section)) if "id" in part.table]
        found: dict[str, list[str]] = {}
        for name, part in parts:
            if "note" in part.table and part.table["note"].text not in found.setdefault(name, []):
                found[name].append(part.table["note"].text)
        return {name: "；".join(texts) for name, texts in found.items() if texts}

    def _parameters(self, item: Item | None) -> dict[str, Parameter]:
        found: dict[str, Parameter] = {}
        if item is None:
            return found
        for name, entry in self.table(item, optional=tuple(item.table)).items():
            key = item.keys[name]
            check_name(self, name, key)
            if name in self.vocabulary.facts:
                self.refuse(
                    key.fault(
                        f"{name} 已是词汇表中的事实，参数请换一个名称。",
                        f"{name} is a fact of the vocabulary; give the parameter another name.",
                        name,
                    )
                )
                continue
            parameter = self._parameter(name, entry)
            if parameter is not None:
                found[name] = parameter
                if parameter.kind != "list":
                    self.names[name] = tree.Parameter(parameter.type, name)
        return found

    def _parameter(self, name: str, item: Item) -> Parameter | None:
        before = len(self.problems)
        table = self.section(item, words.PARAMETER)
        unit = read_unit(self, table.get("unit"))
        implied = "money" if unit.startswith("yuan") else _KIND_OF_UNIT.get(unit.split("/")[0], "integer")
        kind = self.word(table["type"], among=words.KINDS) if "type" in table else implied
        if kind == "money" and not unit.startswith("yuan"):
            self.refuse(table["unit"].fault("金额的单位应为 yuan。", "The unit of money is yuan.", unit, "yuan"))
        minimum, maximum = read_bound(self, table.get("minimum")), read_bound(self, table.get("maximum"))
        among = tuple(self.word(value) for value in self.list(table.get("among")))
        if len(self.problems) > before:
            return None
        t = TEXT if kind == "list" else make_type(kind, unit, among, minimum, maximum, _domains(minimum, maximum))
        parameter = Parameter(name, kind, unit, (), self.clause(table["clause"]), self.bilingual(table["say"]) if "say" in table else {},
                              self.flag(table.get("open")), t)  # fmt: skip
        dated = self._dated(parameter, "", table["values"])
        areas = table.get("areas")
        for code, dates in self.table(areas, optional=tuple(areas.table)).items() if areas else ():
            if not is_area(code):
                self.refuse(areas.keys[code].fault(f"{code} 不是区划代码。", f"{code} is not a division code.", code))  # type: ignore[union-attr]
                continue
            dated += self._dated(parameter, area_prefix(code), dates)
        if twice := overlap(dated):
            self.refuse(item.fault(f"参数 {name} 在区划 {twice.area or '（全部）'}、{twice.since} 有两个值。",
                                   f"The parameter {name} has two values for area {twice.area or '(all)'} on {twice.since}.", name))  # fmt: skip
        if not dated and not parameter.is_open:
            self.refuse(item.fault(f"参数 {name} 没有值；文件没有给出的，请写 open: true。",
                                   f"The parameter {name} has no value; if the paper leaves it open, write open: true.", name))  # fmt: skip
        return Parameter(**{**parameter.__dict__, "values": tuple(dated)})

    def _dated(self, parameter: Parameter, area: str, item: Item) -> list[Dated]:
        found = []
        for text, value in self.table(item, optional=tuple(item.table)).items():
            key = item.keys[text]
            if not isinstance(key.value, date):
                self.refuse(
                    key.fault(f"{text} 不是日期，请写作 2023-05-01。", f"{text} is not a date; write 2023-05-01.", text)
                )
                continue
            found += [dated for part in self._versions(value) if (dated := self._one(parameter, area, key.value, part))]
        return found

    def _versions(self, item: Item) -> tuple[Item, ...]:
        """A value, or a list of tables: what was first known, and what became known later of the same day."""
        is_list = (
            isinstance(item.value, tuple) and item.items and all(isinstance(part.value, dict) for part in item.items)
        )
        return tuple(item.items) if is_list else (item,)

    def _one(self, parameter: Parameter, area: str, since: date, item: Item) -> Dated | None:
        known = None
        if isinstance(item.value, dict):
            table = self.section(item, words.VERSION)
            if "known" in table:
                known = table["known"].value
                if not isinstance(known, date):
                    self.refuse(table["known"].fault("known 应是日期。", "`known` is a day.", table["known"].text))
                    return None
            if "value" not in table:
                return None
            item = table["value"]
        given = tuple(part.text for part in item.items) if isinstance(item.value, tuple) else item.value
        if isinstance(given, dict) or (fault := misfit(parameter, given)):  # type: ignore[arg-type]
            zh, en = ("这里应是一个值。", "One value belongs here.") if isinstance(given, dict) else fault  # type: ignore[misc]
            self.refuse(item.fault(zh, en, item.text))
            return None
        return Dated(area, since, given, known)  # type: ignore[arg-type]

    def _rule(self, item: Item) -> Rule:
        table = self.section(item, words.RULE)
        return Rule(self.an_id(table.get("id"), "rules"), self.expression(table.get("when"), Kind.BOOLEAN, self.names),
                    self.sentence(table.get("say")), self.clause(table.get("clause")), self.public(table))  # fmt: skip

    def _tier(self, item: Item) -> Tier:
        table = self.section(item, words.TIER)
        return Tier(self.an_id(table.get("id"), "rules"), self.bilingual(table.get("title")), self.expression(table.get("when"), Kind.BOOLEAN, self.names),
                    self.sentence(table.get("say")), self.clause(table.get("clause")), self.public(table))  # fmt: skip

    def _tier_node(self, tiers: tuple[Tier, ...]) -> Node | None:
        self.names_with_tier = dict(self.names)
        if not tiers:
            return None
        self.names_with_tier["tier"] = tree.Tier(Type(Kind.TEXT, values=tuple(tier.id for tier in tiers)))
        return build.case([tier.when.node for tier in tiers], [build.text(tier.id) for tier in tiers], build.text(""))

    def _line(self, item: Item) -> Line:
        table = self.section(item, words.LINE)
        names = self.names_with_tier
        line_id = self.an_id(table.get("id"), "benefit", may_repeat=True)
        kind = self.word(table.get("kind"), among=words.LINE_KINDS) or "money"
        when = self.expression(table["when"], Kind.BOOLEAN, names) if "when" in table else None
        amount = self.expression(table.get("amount"), Kind.NUMBER, names)
        ceiling, cost, less = (self.optional_expression(table.get(key), names) for key in ("ceiling", "cost", "less"))
        due_on = self.expression(table["due_on"], Kind.DATE, names) if "due_on" in table else None
        self._check_kind(item, line_id, kind, due_on)
        is_otherwise = self.flag(table.get("otherwise"))
        if is_otherwise and when is not None:
            self.refuse(
                table["otherwise"].fault("when 与 otherwise 只能写一个。", "Write `when` or `otherwise`, not both.")
            )
        try:
            value = benefits.line_value(
                amount.node, *(part.node if part else None for part in (ceiling, cost, less, due_on))
            )
        except WrongType as fault:
            self.refuse(item.fault(fault.zh, fault.en, line_id))
            value = build.zero()
        return Line(line_id, kind, self.bilingual(table["title"]) if "title" in table else {}, when, is_otherwise, amount, ceiling, cost, less, due_on,
                    self.sentence(table.get("say")), self.clause(table.get("clause")), value, self.public(table))  # fmt: skip

    def _check_kind(self, item: Item, line_id: str, kind: str, due_on: Expression | None) -> None:
        if kind == "deferred" and due_on is None:
            self.refuse(
                item.fault(
                    f"{line_id} 是缓缴（deferred），请用 due_on 写明至迟哪一天缴。",
                    f"{line_id} is deferred: say with due_on by which day it is to be paid.",
                    line_id,
                )
            )
        if kind != "deferred" and due_on is not None:
            self.refuse(
                item.table["due_on"].fault(
                    "只有缓缴（kind: deferred）的待遇才写 due_on。",
                    "Only a line of kind deferred has due_on.",
                    "due_on",
                )
            )
        if self.kinds.setdefault(line_id, kind) != kind:
            self.refuse(
                item.fault(
                    f"编号为 {line_id} 的几行应是同一类：前面写的是 {self.kinds[line_id]}，这里是 {kind}。不同类请另起编号。",
                    f"The lines with the id {line_id} are of one kind: {self.kinds[line_id]} before, {kind} here. Give another kind its own id.",
                    line_id,
                )
            )

    def _cap(self, item: Item) -> Cap:
        table = self.section(item, words.CAP)
        cap_id = self.an_id(table.get("id"), "rules")
        if ("count" in table) == ("amount" in table):
            self.refuse(
                item.fault(
                    "上限请写 count（次数）或 amount（金额）之一。", "A cap has either a count or an amount.", cap_id
                )
            )
        count = self.optional_expression(table.get("count"), self.names_with_tier)
        amount = self.optional_expression(table.get("amount"), self.names_with_tier)
        lines = tuple(self.word(part, among=self.line_ids) for part in self.list(table.get("lines")))
        if lines and count is not None:
            self.refuse(
                table["lines"].fault("次数上限不能只限某几项。", "A cap on the number of times is over all lines.")
            )
        try:
            test = benefits.cap_test(cap_id, count.node if count else None, amount.node if amount else None, lines)
        except WrongType as fault:
            self.refuse(item.fault(fault.zh, fault.en, cap_id))
            test = build.truth(False)
        group = (
            self.word(table["group"], pattern=words.ID)
            if "group" in table
            else f"{self.word(self.root.table.get('id'))}.{cap_id}"
        )
        return Cap(cap_id, self.word(table.get("per"), among=self.reach),
                   self.word(table.get("window"), among=words.WINDOWS),
                   count, amount, group, lines, self.sentence(table.get("say")), self.clause(table.get("clause")), test)  # fmt: skip

    def _monotone(self, item: Item | None) -> dict[str, str]:
        found = {}
        for name, part in self.table(item, optional=tuple(item.table)).items() if item else ():
            if name not in self.names:
                key = item.keys[name]  # type: ignore[union-attr]
                self.refuse(key.fault(f"没有叫 {name} 的事实。", f"There is no fact called {name}.", name,
                                      nearest_word(name, self.names)))  # fmt: skip
            found[name] = self.word(part, among=words.DIRECTIONS)
        return found

    def _measure(self, item: Item) -> Measure:
        table = self.section(item, words.MEASURE)
        return Measure(self.an_id(table.get("id"), "measures"), self.bilingual(table.get("title")),
                       tuple(self.word(part, pattern=words.ID) for part in self.list(table.get("programs"))),
                       self.clause(table.get("clause")))  # fmt: skip

    def _approval(self, item: Item) -> Approval:
        table = self.section(item, words.APPROVAL)
        return Approval(self.an_id(table.get("id"), "approvals"), self.word(table.get("level")),
                        self.expression(table.get("when"), Kind.BOOLEAN, self.names_with_tier), self.sentence(table.get("say")),
                        self.clause(table.get("clause")))  # fmt: skip

    def _trigger(self, item: Item) -> Trigger:
        table = self.section(item, words.TRIGGER)
        needs, unsure, also = (
            tuple(self.word(part) for part in self.list(table.get(feeds)))
            for feeds in ("needs", "unsure_without", "also")
        )
        return Trigger(self.an_id(table.get("id"), "rules"), self.word(table.get("cause")), self.expression(table.get("when"), Kind.BOOLEAN, self.names),
                       needs, unsure, also, self.sentence(table.get("say")), self.clause(table.get("clause")), self.public(table),
                       {label: self.sentence(part) for label, part in (table["instead"].table.items() if "instead" in table else ())})  # fmt: skip

    def _grades(self, item: Item | None, triggers: tuple[Trigger, ...]) -> tuple[Grade, ...]:
        names = {**self.names, **{trigger.name: tree.Fact(BOOLEAN, trigger.name) for trigger in triggers}}
        found = []
        for part in self.list(item):
            table = self.section(part, words.GRADE)
            grade_id = self.an_id(table.get("id"), "grades")
            if ("when" in table) == self.flag(table.get("otherwise")):
                self.refuse(
                    part.fault("请写 when 或 otherwise: true。", "Write `when`, or `otherwise: true`.", grade_id)
                )
            found.append(
                Grade(grade_id, self.expression(table["when"], Kind.BOOLEAN, names) if "when" in table else None)
            )
        return tuple(found)


def _domains(minimum: Decimal | None, maximum: Decimal | None) -> dict[str, tuple[int, int]]:
    """The usual domains of parameters; a stated bound may widen them."""
    stated = max((abs(bound) for bound in (minimum, maximum) if bound is not None), default=Decimal(0))
    return {
        kind: (scale, max(largest, int(stated * 10**scale))) for kind, (scale, largest) in PARAMETER_DOMAINS.items()
    }


def _placeholders(text: str) -> list[str]:
    return re.findall(r"\{(" + NAME + r")\}", text)
