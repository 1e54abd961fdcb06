"""A pack as SQL: one expression of a rule, or one SELECT that decides every row of a relation.

Grain of `batch_sql`: one row in, one row out. NULL is unknown, in facts and in the BOOLEAN columns of the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from niangjia.engines.policy import benefits
from niangjia.engines.policy.expressions import build, tree
from niangjia.engines.policy.expressions.fold import fold
from niangjia.engines.policy.expressions.parse import parse
from niangjia.engines.policy.expressions.scan import Unreadable
from niangjia.engines.policy.expressions.to_sql import Dialect, SqlWriter, day_literal, literal, text_literal
from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.expressions.types import BOOLEAN, Kind, Type
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.parameters import Overrides, Parameter, Value, with_overrides
from niangjia.engines.policy.problems import MissingParameter, PackError, Problem


def rule_sql(pack: Pack, text: str, *, asof: date, relation: str = "", overrides: Overrides | None = None) -> str:
    """
    One BOOLEAN SQL expression, three-valued, over columns named as the facts, and `area` (division code, text) where a
    parameter differs by area. Triggers of the pack are BOOLEAN columns by their `name` (t_ill_1). `relation`: alias of the columns.

    Raises:
        PackError: the text is not a condition of the rule language.
        MissingParameter: a parameter it uses has no value on that day in any area. (Areas without a value are unknown.)
    """
    names = pack.vocabulary.names
    names.update({name: tree.Parameter(one.type, name) for name, one in pack.parameters.items() if one.kind != "list"})
    names.update({trigger.name: tree.Fact(BOOLEAN, trigger.name) for trigger in pack.triggers})
    try:
        node = parse(text, names, Kind.BOOLEAN, pack.vocabulary.titles)
    except Unreadable as fault:
        raise PackError(
            [
                Problem(
                    pack.file,
                    0,
                    fault.offset + 1,
                    f"{fault.zh}（{text}）",
                    f"{fault.en} ({text})",
                    fault.word,
                    fault.nearest,
                )
            ]
        ) from None
    parameters = with_overrides(pack.parameters, overrides)
    _refuse_missing(pack, parameters, tree.parameters_in(node), asof)
    prefix = f"{_name(relation)}." if relation else ""
    return _Writer(pack, parameters, asof, lambda name: prefix + _name(name), f"{prefix}area").put(node)


def batch_sql(
    pack: Pack,
    *,
    asof: date,
    relation: str = "facts",
    overrides: Overrides | None = None,
    with_caps: bool = False,
    dialect: Dialect = "duckdb",
) -> str:
    """
    A SELECT with all columns of `relation` and: `outcome` (granted, refused, cannot_tell; NULL where `missing_parameter` names the first
    parameter without value for the row's area that the answer hangs on, or `area` itself), `tier`, `amount` DECIMAL(16,2) (NULL unless granted), `needs_approval`
    (ids joined by |), one BOOLEAN `rule_<id>` a rule and `tier_<id>` a tier, DECIMAL `line_<id>` a line, DATE `due_<id>` a deferred line (NULL where it comes to nothing).

    `relation` is SQL of our own (a table or a bracketed SELECT), never an author's text.
    `dialect` postgres: the session has run `POSTGRES_PRELUDE`; helper columns, whose names begin with ``_``, are then left in.
    `with_caps`: the relation has a column ``used_<cap id>`` a cap (what was granted before in its window); then also `cap_<id>`.
    """
    parameters = with_overrides(pack.parameters, overrides)
    writer = _Writer(pack, parameters, asof, lambda name: f"f.{_name(name)}", "f.area", dialect)
    rules = [(_name(f"rule_{rule.id}"), writer.put(rule.when.node)) for rule in pack.rules]
    tiers = [(_name(f"tier_{tier.id}"), writer.put(tier.when.node)) for tier in pack.tiers]
    tests = [f"{sql} AS {column}" for column, sql in (*rules, *tiers)]
    absent = _absent_sql(pack, parameters, asof)
    inner = f"SELECT f.*, {', '.join(tests) or 'NULL AS _nothing'} FROM {relation} AS f"

    # The tier next, so that lines, caps and approvals can ask for it.
    tier_test = "".join(
        f" WHEN {column} IS NULL THEN NULL WHEN {column} THEN {text_literal(tier.id)}"
        for (column, _), tier in zip(tiers, pack.tiers, strict=True)
    )
    tier_sql = f"CASE{tier_test} ELSE '' END" if tiers else "CAST(NULL AS VARCHAR)"
    inner = f"SELECT f.*, {tier_sql} AS _tier FROM ({inner}) AS f"
    writer.tier = "f._tier"
    writer.used = lambda cap: f"f.{_name('used_' + cap)}"
    caps = [(_name(f"cap_{cap.id}"), writer.put(cap.test)) for cap in pack.caps] if with_caps else []
    columns = [f"{sql} AS {column}" for column, sql in caps]
    columns += [f"{writer.put_cents(value)} AS {_name('_line_' + line)}" for line, value in pack.line_values.items()]
    columns += [
        f"CASE WHEN {writer.put_cents(pack.line_values[line])} <> 0 THEN {writer.put(node)} END AS {_name('due_' + line)}"
        for line, node in pack.line_dues.items()
    ]
    approvals = [
        f"CASE WHEN COALESCE({writer.put(one.when.node)}, TRUE) THEN {text_literal(one.id)} END"
        for one in pack.approvals
    ]
    columns.append(f"{_joined(approvals)} AS _approvals")
    # A grant needs every cap's limit, whether or not caps are looked at, and every approval's condition.
    granting = [
        node
        for node in (*map(benefits.limit, pack.caps), *(one.when.node for one in pack.approvals))
        if _names(node, absent)
    ]
    columns += [f"{writer.put(node)} AS _granting_{number}" for number, node in enumerate(granting)]
    inner = f"SELECT f.*, {', '.join(columns)} FROM ({inner}) AS f"

    # The lines' cents are columns now; their sum and the caps stand on them.
    writer.line = lambda name: f"f.{_name('_line_' + name)}"
    total = pack.capped if with_caps else pack.total
    columns = [f"{_cents(writer.line(name))} AS {_name('line_' + name)}" for name in pack.line_values]
    columns.append(f"{_cents(writer.put_cents(total)) if total is not None else 'CAST(0 AS DECIMAL(16,2))'} AS _total")
    inner = f"SELECT f.* {_exclude([f'_line_{line}' for line in pack.line_values], dialect)}, {', '.join(columns)} FROM ({inner}) AS f"

    tested = [column for column, _ in (*rules, *caps)]
    refused = [f"{column} IS FALSE" for column in tested] + (["_tier = ''"] if tiers else [])
    unknown = [f"{column} IS NULL" for column in tested] + (["_tier IS NULL"] if tiers else []) + ["_total IS NULL"]
    # What each stage of deciding hangs on: its unknown parts, and the parameters that these name.
    stages = [
        [*((f"{column} IS NULL", one.when.node) for (column, _), one in zip(rules, pack.rules, strict=True)),
         *((f"{column} IS NULL", one.test) for (column, _), one in zip(caps, pack.caps, strict=False)),
         *((f"({column} IS NULL AND _tier IS NULL)", one.when.node) for (column, _), one in zip(tiers, pack.tiers, strict=True))],
        [(f"{_name('line_' + line)} IS NULL", node) for line, node in pack.line_values.items()],
        [(f"_granting_{number} IS NULL", node) for number, node in enumerate(granting)],
    ]  # fmt: skip
    missing = _missing_sql(pack, absent, _any(refused) if refused else "", stages)
    inner = f"SELECT f.*, {missing} AS missing_parameter FROM ({inner}) AS f"
    outside = "WHEN missing_parameter IS NOT NULL THEN NULL "
    refusal = f"WHEN {_any(refused)} THEN 'refused' " if refused else ""
    outcome = f"CASE {outside}{refusal}WHEN {_any(unknown)} THEN 'cannot_tell' ELSE 'granted' END"
    inner = f"SELECT f.*, {outcome} AS outcome FROM ({inner}) AS f"
    helpers = ["_tier", "_total", "_approvals", *(f"_granting_{number}" for number in range(len(granting)))]
    helpers += [] if tests else ["_nothing"]
    return (
        f"SELECT f.* {_exclude(helpers, dialect)}, CASE WHEN outcome = 'granted' THEN NULLIF(_tier, '') END AS tier, "
        f"CASE WHEN outcome = 'granted' THEN _total END AS amount, CASE WHEN outcome = 'granted' THEN _approvals END AS needs_approval FROM ({inner}) AS f"
    )


class _Writer(SqlWriter):
    """Puts the parameters' values in place first: constants keep the integers small, and so the SQL fast."""

    def __init__(
        self,
        pack: Pack,
        parameters: Mapping[str, Parameter],
        asof: date,
        column: Callable[[str], str],
        area: str,
        dialect: Dialect = "duckdb",
    ) -> None:
        kinds = {name: fact.kind for name, fact in pack.vocabulary.facts.items()}
        super().__init__(
            column=column,
            kinds=kinds,
            dialect=dialect,
            asof=asof,
            parameter=lambda node: parameter_sql(parameters[node.name], node.type, asof, area),
        )
        self.parameters = parameters

    def put(self, node: Node) -> str:
        return self.write(fold(node, self._value))

    def put_cents(self, node: Node) -> str:
        return self.number(fold(node, self._value), 2)

    def _value(self, node: tree.Parameter) -> Node:
        in_force = self.parameters[node.name].in_force(self.asof)
        values = [value for _, value in in_force]
        if node.type.kind is not Kind.NUMBER:
            return _constant(node.type, values[0]) if in_force and in_force[0][0] == "" else node
        numbers = [Decimal(value).normalize() for value in values if isinstance(value, int | Decimal)]
        scale = max((max(0, -int(number.as_tuple().exponent)) for number in numbers), default=0)
        whole = [int(number.scaleb(scale)) for number in numbers] or [0]
        t = Type(Kind.NUMBER, scale, min(whole), max(whole), node.type.yuan)
        return tree.Number(t, whole[0]) if in_force and in_force[0][0] == "" else tree.Parameter(t, node.name)


def _constant(t: Type, value: Value) -> Node:
    if isinstance(value, bool):
        return build.truth(value)
    return build.day(value) if isinstance(value, date) else tree.Text(t, str(value))


def parameter_sql(parameter: Parameter, t: Type, asof: date, area: str) -> str:
    """A CASE over the area's prefixes, nearest first; NULL where no value is in force. Numbers at the scale of `t`."""
    in_force = parameter.in_force(asof)
    branches = [
        f"WHEN starts_with({area}, {text_literal(prefix)}) THEN {value_sql(t, value)}"
        for prefix, value in in_force
        if prefix
    ]
    default = [value_sql(t, value) for prefix, value in in_force if not prefix]
    if not in_force:
        return f"CAST(NULL AS {_SQL_TYPES[t.kind]})"
    return f"(CASE {' '.join(branches)} ELSE {default[0] if default else 'NULL'} END)"


_SQL_TYPES = {Kind.NUMBER: "BIGINT", Kind.BOOLEAN: "BOOLEAN", Kind.DATE: "DATE", Kind.TEXT: "VARCHAR"}


def value_sql(t: Type, value: Value) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, date):
        return day_literal(value)
    if isinstance(value, int | Decimal):
        return literal(int(Decimal(value) * 10**t.scale))
    return text_literal(str(value))


def _refuse_missing(pack: Pack, parameters: Mapping[str, Parameter], used: Sequence[str], asof: date) -> None:
    missing = [name for name in used if not parameters[name].in_force(asof)]
    if missing:
        raise MissingParameter(pack=pack.id, names=missing, area=pack.area, asof=asof)


def _absent_sql(pack: Pack, parameters: Mapping[str, Parameter], asof: date) -> dict[str, str]:
    """Parameters that lack a value in some area → SQL of where."""
    found = {}
    for name, parameter in parameters.items():
        prefixes = [prefix for prefix, _ in parameter.in_force(asof)]
        if any(pack.area.startswith(prefix) for prefix in prefixes):
            continue
        tests = [f"starts_with(f.area, {text_literal(prefix)})" for prefix in prefixes]
        found[name] = f"NOT {_any(tests)}" if tests else "TRUE"
    return found


def _names(node: Node, absent: Mapping[str, str]) -> list[str]:
    return [name for name in tree.parameters_in(node) if name in absent]


def _missing_sql(
    pack: Pack, absent: Mapping[str, str], refused: str, stages: Sequence[Sequence[tuple[str, Node]]]
) -> str:
    """
    `area` where the pack does not hold; else of the first stage that cannot be told the first parameter without value that one of
    its unknown parts names; else NULL. `stages`: (test that the part is unknown, the part).
    """
    found = [f"WHEN NOT COALESCE(starts_with(f.area, {text_literal(pack.area)}), FALSE) THEN 'area'"]
    if refused and absent:
        found.append(f"WHEN {refused} THEN NULL")
    for stage in stages if absent else ():
        waiting: dict[str, list[str]] = {name: [] for name in absent}
        for test, node in stage:
            for name in _names(node, absent):
                waiting[name].append(test)
        tests = [
            f"WHEN {absent[name]} AND {_any(parts)} THEN {text_literal(name)}"
            for name, parts in waiting.items()
            if parts
        ]
        if stage:
            first = f"CASE {' '.join(tests)} END" if tests else "NULL"
            found.append(f"WHEN {_any([test for test, _ in stage])} THEN {first}")
    return f"CASE {' '.join(found)} END"


def _cents(sql: str) -> str:
    return f"CAST(CAST({sql} AS DECIMAL(20,0)) * 0.01 AS DECIMAL(16,2))"


def _exclude(columns: Sequence[str], dialect: Dialect) -> str:
    return f"EXCLUDE ({', '.join(map(_name, columns))})" if columns and dialect == "duckdb" else ""


def _joined(parts: Sequence[str]) -> str:
    return f"concat_ws('|', {', '.join(parts)})" if parts else "''"


def _any(tests: Sequence[str]) -> str:
    return "(" + " OR ".join(tests) + ")"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
