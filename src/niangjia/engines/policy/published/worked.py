"""A worked example for readers: the pack's most telling granted case, decided anew whenever it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from niangjia.engines.policy.cases import _CaseReader
from niangjia.engines.policy.decision import Decision
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.parameters import Overrides, Value
from niangjia.engines.policy.problems import MissingParameter, OutsideArea
from niangjia.engines.policy.program import Program, compile_program
from niangjia.engines.policy.yamltext import BadFile, Item, read_yaml


@dataclass(frozen=True)
class Case:
    """One case of ``cases.yaml`` as the engine takes it. `filled`: parameters that the case itself supplies."""

    name: str
    asof: date
    area: str
    given: Mapping[str, object]
    used: Mapping[str, object] | None
    filled: Mapping[str, Mapping[str, Mapping[date, Value]]]
    expected: str


@dataclass(frozen=True)
class Example:
    """`invented`: parameters whose values only the case supplies, so that the amount holds for the example alone."""

    case: Case
    program: Program
    decision: Decision
    invented: tuple[str, ...]


def read_cases(pack: Pack) -> list[Case]:
    """The pack's cases in order; none where there is no file or it cannot be read (`niangjia programs check` says why)."""
    try:
        root = read_yaml(pack.folder / "cases.yaml", "cases.yaml")
    except BadFile:
        return []
    reader = _CaseReader(pack)
    shared = root.table
    given, parameters = reader._facts(shared.get("given")), reader._parameters(shared.get("parameters"))
    items = root.items or (shared["cases"].items if "cases" in shared else ())
    return [found for item in items if (found := _case(reader, item, given, parameters)) is not None]


def worked_example(pack: Pack, overrides: Overrides | None = None) -> Example | None:
    """
    The granted case that shows most: with a tier, with several lines, without invented numbers; decided by the engine here.

    `overrides`: the deployment's values, as for `compile_program`; a case's own numbers stand in only where it has none.
    """
    found = [example for case in read_cases(pack) if (example := decided(pack, case, overrides)) is not None]
    granted = [example for example in found if example.decision.outcome == "granted"]
    return max(granted, key=_tells, default=None)


def decided(pack: Pack, case: Case, overrides: Overrides | None = None) -> Example | None:
    """The case decided by the engine; None where a number is missing or the area is outside."""
    given = {name: value for name, value in (overrides or {}).items() if name in pack.parameters}
    try:
        program = compile_program(pack, asof=case.asof, area=case.area, overrides={**case.filled, **given})
        decision = program.decide(case.given, case.used)
    except (MissingParameter, OutsideArea):
        return None
    invented = tuple(name for name in case.filled if name not in given)
    return Example(case, program, decision, invented)


def _tells(example: Example) -> tuple[object, ...]:
    """More is more telling. The file's order decides between equals: authors put the plain case first."""
    decision = example.decision
    lines = [amount for _, amount in decision.lines if amount]
    facts = [value for value in example.case.given.values() if value is not None]
    reduced = decision.amount is not None and decision.amount < sum(lines, Decimal(0))
    return (
        not example.invented,
        not reduced,  # a sum cut by an earlier grant needs a story of its own
        bool(lines),
        decision.tier is not None,
        min(len(lines), 3),
        not decision.needs_approval,
        example.case.asof.year,
        len(facts),
    )


def _case(
    reader: _CaseReader,
    item: Item,
    given: Mapping[str, object],
    parameters: Mapping[str, Mapping[str, Mapping[date, Value]]],
) -> Case | None:
    before, table = len(reader.problems), item.table
    asof = reader._day(item, table) if "day" in table or "month" in table else None
    case = Case(
        name=table["name"].text if "name" in table else "",
        asof=asof or date.min,
        area=table["area"].text if "area" in table else reader.pack.area,
        given={**given, **reader._facts(table.get("given"))},
        used=reader._used(table.get("used")),
        filled={**parameters, **reader._parameters(table.get("parameters"))},
        expected=table["expect"].table["outcome"].text if "outcome" in table.get("expect", item).table else "",
    )
    return case if asof is not None and len(reader.problems) == before else None
