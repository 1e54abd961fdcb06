"""A pack's own examples (``cases.yaml``), the check of a whole programs folder, and a deployment's parameter file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.packs import load_pack
from niangjia.engines.policy.parameters import Value, is_area
from niangjia.engines.policy.problems import MissingParameter, PackError, Problem, nearest_word
from niangjia.engines.policy.program import compile_program
from niangjia.engines.policy.vocabulary import load_vocabulary
from niangjia.engines.policy.yamltext import BadFile, Item, Reader, read_yaml
from niangjia.kernel.months import Month

OUTCOMES = ("granted", "refused", "cannot_tell", "missing_parameter")
_CASE_KEYS = ("month", "day", "area", "given", "used", "parameters")


@dataclass(frozen=True)
class CaseResult:
    """`found` and `expected` as short sentences; equal when `passed`. `because` is met when every id it lists was found."""

    name: str
    passed: bool
    expected: str
    found: str
    file: str
    line: int

    def __str__(self) -> str:
        if self.passed:
            return f"{self.name}  ✓"
        return f"{self.file}:{self.line}  {self.name}：应为 expected {self.expected}；得到 found {self.found}"


def run_cases(pack: Pack) -> list[CaseResult]:
    """
    Decide every case of the pack's ``cases.yaml``.

    The file is a list of cases, or a table with `parameters` (values for open parameters), `given` (facts every case
    starts from) and `cases`. A case has `month` (decided on its last day) or `day`, `given`, `expect`, and may have `area`,
    `used` and `parameters`.

    Raises:
        PackError: the file cannot be read as cases.
    """
    file = f"{pack.folder.parent.name}/{pack.folder.name}/cases.yaml"
    try:
        root = read_yaml(pack.folder / "cases.yaml", file)
    except BadFile as bad:
        raise PackError([bad.problem]) from None
    reader = _CaseReader(pack)
    results = reader.read(root)
    if reader.problems:
        raise PackError(reader.problems)
    return results


class _CaseReader(Reader):
    def __init__(self, pack: Pack) -> None:
        super().__init__()
        self.pack = pack

    def read(self, root: Item) -> list[CaseResult]:
        shared: dict[str, Item] = {}
        cases = root
        if isinstance(root.value, dict):
            shared = self.table(root, required=("cases",), optional=("parameters", "given"))
            cases = shared.get("cases", root)
        facts = self._facts(shared.get("given"))
        parameters = self._parameters(shared.get("parameters"))
        return [result for item in self.list(cases) if (result := self._case(item, facts, parameters)) is not None]

    def _case(
        self, item: Item, facts: dict[str, object], parameters: dict[str, dict[str, dict[date, Value]]]
    ) -> CaseResult | None:
        before = len(self.problems)
        table = self.table(item, required=("name", "expect"), optional=_CASE_KEYS)
        expect = self.table(
            table.get("expect"),
            required=("outcome",),
            optional=("tier", "amount", "because", "lines", "due", "approval"),
        )
        name = self.word(table.get("name"))
        self.word(expect.get("outcome"), among=OUTCOMES)
        asof = self._day(item, table)
        area = self.word(table["area"]) if "area" in table else self.pack.area
        given = {**facts, **self._facts(table.get("given"))}
        used = self._used(table.get("used"))
        filled = {**parameters, **self._parameters(table.get("parameters"))}
        if asof is None or len(self.problems) > before:
            return None
        try:
            program = compile_program(self.pack, asof=asof, area=area, overrides=filled)
            decision = program.decide(given, used)
        except MissingParameter as missing:
            found: dict[str, object] = {"outcome": "missing_parameter", "because": missing.names}
        else:
            found = {
                "outcome": decision.outcome, "tier": decision.tier, "amount": decision.amount, "because": decision.refused_by + decision.unknown,
                "lines": {line: amount for line, amount in decision.lines if amount}, "due": dict(decision.due), "approval": decision.needs_approval,
            }  # fmt: skip
        wanted = {key: _plain(value) for key, value in expect.items()}
        passed = all(_agrees(key, value, found.get(key)) for key, value in wanted.items())
        return CaseResult(
            name,
            passed,
            _show(wanted),
            _show({key: found.get(key) for key in wanted | {"outcome": "", "because": ""}}),
            item.file,
            item.line,
        )

    def _day(self, item: Item, table: Mapping[str, Item]) -> date | None:
        day, month = table.get("day"), table.get("month")
        if day is not None and isinstance(day.value, date):
            return day.value
        if month is not None:
            try:
                return Month(month.text).last_day
            except ValueError:
                self.refuse(
                    month.fault(
                        f"{month.text} 不是月份，请写作 2023-10。",
                        f"{month.text} is not a month; write 2023-10.",
                        month.text,
                    )
                )
                return None
        self.refuse(item.fault("请写 month 或 day。", "A case needs a month or a day.", "month"))
        return None

    def _facts(self, item: Item | None) -> dict[str, object]:
        found: dict[str, object] = {}
        facts = self.pack.vocabulary.facts
        for name, value in self.table(item, optional=tuple(item.table)).items() if item else ():
            fact = facts.get(name)
            if fact is None:
                key = item.keys[name]  # type: ignore[union-attr]
                near = nearest_word(name, facts)
                self.refuse(key.fault(f"词汇表里没有事实 {name}。", f"The vocabulary has no fact {name}.", name, near))
                continue
            given = value.text if fact.kind == "text" and value.value is not None else value.value
            wanted = {"boolean": bool, "date": date, "text": str}.get(fact.kind, (int, Decimal))
            is_flag = isinstance(given, bool) and fact.kind != "boolean"
            if given is not None and (is_flag or not isinstance(given, wanted)):
                self.refuse(
                    value.fault(f"{name} 应为 {fact.kind}。", f"{name} should be of type {fact.kind}.", value.text)
                )
                continue
            if fact.values and given is not None and given not in fact.values:
                self.refuse(value.fault(f"{value.text} 不是 {name} 的取值。", f"{value.text} is not a value of {name}.", value.text,
                                        nearest_word(value.text, fact.values)))  # fmt: skip
                continue
            found[name] = given
        return found

    def _used(self, item: Item | None) -> dict[str, object] | None:
        if item is None:
            return None
        caps = [cap.id for cap in self.pack.caps]
        table = self.table(item, optional=tuple(item.table))
        for name in table:
            if name not in caps:
                self.refuse(
                    item.keys[name].fault(
                        f"没有叫 {name} 的上限。", f"There is no cap called {name}.", name, nearest_word(name, caps)
                    )
                )
        return {name: value.value for name, value in table.items()}

    def _parameters(self, item: Item | None) -> dict[str, dict[str, dict[date, Value]]]:
        """Name → value (from the year 2000 on) or the dated form of packs."""
        found: dict[str, dict[str, dict[date, Value]]] = {}
        for name, value in self.table(item, optional=tuple(item.table)).items() if item else ():
            if name not in self.pack.parameters:
                self.refuse(item.keys[name].fault(f"没有叫 {name} 的参数。", f"There is no parameter called {name}.", name,  # type: ignore[union-attr]
                                                  nearest_word(name, self.pack.parameters)))  # fmt: skip
                continue
            found[name] = _dated(self, value) if isinstance(value.value, dict) else {"": {date(2000, 1, 1): value.value}}  # type: ignore[dict-item]  # fmt: skip
        return found


def load_parameters(path: Path) -> dict[str, dict[str, dict[str, dict[date, Value]]]]:
    """
    A deployment's parameter file: pack id → overrides for `compile_program` and `batch_sql`.

    ``graded-aid: {living_multiple_deep: {values: {2020-01-01: 10}, areas: {"330624": {2024-01-01: 12}}}}``

    Raises:
        PackError: the file cannot be read.
    """
    try:
        root = read_yaml(path, path.name)
    except BadFile as bad:
        raise PackError([bad.problem]) from None
    reader = Reader()
    found: dict[str, dict[str, dict[str, dict[date, Value]]]] = {}
    for pack, entries in reader.table(root, optional=tuple(root.table)).items():
        table = reader.table(entries, optional=tuple(entries.table))
        found[pack] = {name: _dated(reader, item) for name, item in table.items()}
    if reader.problems:
        raise PackError(reader.problems)
    return found


def _dated(reader: Reader, item: Item) -> dict[str, dict[date, Value]]:
    table = reader.table(item, optional=("values", "areas", "note"))
    found: dict[str, dict[date, Value]] = {}
    places = {"": table["values"]} if "values" in table else {}
    areas = table.get("areas")
    places.update(reader.table(areas, optional=tuple(areas.table)) if areas else {})
    for area, dates in places.items():
        if area and not is_area(area):
            reader.refuse(dates.fault(f"{area} 不是区划代码。", f"{area} is not a division code.", area))
            continue
        found[area] = {}
        for text, value in reader.table(dates, optional=tuple(dates.table)).items():
            since = dates.keys[text].value
            if not isinstance(since, date) or isinstance(value.value, dict | tuple):
                reader.refuse(dates.keys[text].fault("应写作“日期: 值”。", "Write `date: value`.", text))
                continue
            found[area][since] = value.value  # type: ignore[assignment]
    return found


def list_packs(programs: Path) -> list[Path]:
    """The ``program.yaml`` of every pack under a programs folder, in order of place and name."""
    return sorted(path for path in Path(programs).glob("*/*/program.yaml") if path.parts[-3] != "vocabulary")


def read_folder(programs: Path) -> tuple[list[Pack], list[Problem]]:
    """The packs of a programs folder that can be read, and every fault of its vocabulary and of those that cannot."""
    try:
        vocabulary = load_vocabulary(programs)
    except PackError as error:
        return [], list(error.problems)
    packs: list[Pack] = []
    problems: list[Problem] = []
    for path in list_packs(programs):
        try:
            packs.append(load_pack(path.parent, vocabulary))
        except PackError as error:
            problems += error.problems
    return packs, problems


def check_packs(packs: Sequence[Pack], *, is_whole: bool) -> list[Problem]:
    """
    Every fault of the packs' cases and between packs: an id used twice for one area, two values of one parameter, and, if
    `packs` are all of a folder, a programme that is named and not there.
    """
    return [
        *(problem for pack in packs for problem in check_pack(pack)),
        *(problem for pack in packs for problem in pack.count_faults),
        *overlaps(packs),
        *(_strangers(packs) if is_whole else []),
    ]


def check_folder(programs: Path) -> list[Problem]:
    """Every fault of the vocabulary, the packs and their cases, and between packs."""
    packs, problems = read_folder(programs)
    return problems + check_packs(packs, is_whole=not problems)


def _strangers(packs: Sequence[Pack]) -> list[Problem]:
    """Programmes that a container or `after` names and that the folder does not hold."""
    known = {pack.id for pack in packs}
    return [
        Problem(pack.file, 0, 0, f"文件夹里没有项目 {name}。", f"The folder holds no programme {name}.", name, nearest_word(name, known))
        for pack in packs
        for name in dict.fromkeys((*pack.after, *(name for measure in pack.measures for name in measure.programs)))
        if name not in known
    ]  # fmt: skip


def check_pack(pack: Pack) -> list[Problem]:
    """What is wrong with the examples of a pack that can be read: one that fails, one that is missing."""
    if not (pack.folder / "cases.yaml").exists():
        # Sensing's packs are tested by drawn tables; a pack that decides needs cases.
        # What decides nothing has nothing to show: a report, a proposal.
        return (
            []
            if pack.triggers or not (pack.rules or pack.tiers or pack.measures)
            else [Problem(pack.file, 0, 0, "缺少 cases.yaml。", "cases.yaml is missing.")]
        )
    try:
        return [
            Problem(result.file, result.line, 1, f"{result.name}：应为 {result.expected}，得到 {result.found}。",
                    f"{result.name}: expected {result.expected}, found {result.found}.")
            for result in run_cases(pack) if not result.passed
        ]  # fmt: skip
    except PackError as error:
        return list(error.problems)


def overlaps(packs: Sequence[Pack]) -> list[Problem]:
    """
    Faults between packs of one id: the same area twice, or a parameter with two values for one area and day.

    A pack's plain `values` hold for the pack's own area.
    """
    problems: list[Problem] = []
    places: dict[tuple[str, str], Pack] = {}
    dated: dict[tuple[str, str, str, date, date | None], Pack] = {}
    for pack in packs:
        other = places.setdefault((pack.id, pack.area), pack)
        if other is not pack:
            problems.append(Problem(pack.file, 0, 0, f"编号 {pack.id}、区划 {pack.area} 已用于 {other.file}。",
                                    f"The id {pack.id} for area {pack.area} is already used by {other.file}.", pack.id))  # fmt: skip
        for parameter in pack.parameters.values():
            for one in parameter.values:
                other = dated.setdefault((pack.id, parameter.name, one.area or pack.area, one.since, one.known), pack)
                if other is not pack:
                    problems.append(Problem(pack.file, 0, 0, f"参数 {parameter.name} 在区划 {one.area or pack.area}、{one.since} 的值已写在 {other.file}。",
                                            f"The parameter {parameter.name} has its value for area {one.area or pack.area} on {one.since} in {other.file} already.",
                                            parameter.name))  # fmt: skip
    return problems


def _plain(item: Item) -> object:
    if isinstance(item.value, tuple):
        return tuple(part.text for part in item.items)
    if isinstance(item.value, dict):
        return {key: part.value for key, part in item.value.items()}
    return item.value


def _agrees(key: str, wanted: object, found: object) -> bool:
    if key in ("because", "approval") and isinstance(wanted, tuple) and isinstance(found, tuple):
        return set(wanted) <= set(found) if wanted else not found
    return wanted == found


def _show(values: Mapping[str, object]) -> str:
    parts = []
    for key, value in values.items():
        if isinstance(value, tuple):
            value = "|".join(str(part) for part in value)
        elif isinstance(value, dict):
            value = "{" + ", ".join(f"{name} {amount}" for name, amount in value.items()) + "}"
        if value not in (None, "", "{}"):
            parts.append(f"{key} {value}")
    return ", ".join(parts)
