"""Generated vocabularies, expressions, packs and rows: for the tests that set the two back ends against each other."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import pyarrow
from hypothesis import strategies as st

FACTS_YAML = """
income: {zh: 收入, en: income, type: money, unit: yuan/year, grain: household}
cost: {zh: 自付, en: cost, type: money, unit: yuan/year, grain: household, minimum: 0, maximum: 1000000}
standard: {zh: 标准, en: standard, type: money, unit: yuan/year, grain: household, minimum: 0, maximum: 10000}
size: {zh: 人数, en: size, type: integer, unit: count, grain: household, minimum: 1, maximum: 20}
months_idle: {zh: 月数, en: months, type: integer, unit: count, grain: person}
share: {zh: 份额, en: share, type: number, unit: ratio, grain: person, minimum: -10, maximum: 10}
area_m2: {zh: 面积, en: area, type: number, unit: ratio, grain: household}
flag: {zh: 甲, en: flag, type: boolean, unit: flag, grain: person}
other_flag: {zh: 乙, en: other flag, type: boolean, unit: flag, grain: person}
birth: {zh: 出生, en: birth, type: date, unit: date, grain: person}
joined: {zh: 入会, en: joined, type: date, unit: date, grain: person}
outcome_code: {zh: 结论, en: outcome, type: text, unit: code, grain: person, values: [V1, V2, V3]}
remark: {zh: 备注, en: remark, type: text, unit: text, grain: person}
"""

_MONEY = [None, "0", "0.01", "-0.01", "0.005", "1", "999.99", "1000", "1000.01", "1099.99", "1100", "36000", "72000", "71999.99", "-5000",
          "99999999999999.99", "-99999999999999.99", "100000000000000", "1000000", "1000000.01"]  # fmt: skip
_WHOLE = [None, 0, 1, -1, 2, 3, 12, 19, 20, 21, 100, 2**31 - 1, -(2**31), 2**31]
_NUMBER = [
    None,
    "0",
    "0.0000000001",
    "-0.0000000001",
    "0.5",
    "-0.5",
    "1",
    "2.5",
    "-2.5",
    "9.9999999999",
    "10",
    "10.0000000001",
    "999999999999.9999999999",
    "1000000000000",
]
_DAYS = [None, date(1899, 12, 31), date(1900, 1, 1), date(2000, 2, 29), date(2004, 2, 29), date(2005, 3, 1), date(2023, 5, 1), date(2023, 4, 30),
         date(1963, 10, 31), date(2024, 1, 31), date(2024, 2, 29), date(2199, 12, 31), date(2200, 1, 1)]  # fmt: skip
_TEXT = [None, "V1", "V2", "V3", "", "v1", "V1 ", "é", "e\u0301", "'; drop table facts; --"]
_AREAS = ["330624001000", "330624000000", "330602005000", "330100001000", "320500000000"]
COLUMNS = {
    "income": ("DECIMAL(18,3)", _MONEY), "cost": ("DECIMAL(18,3)", _MONEY), "standard": ("DECIMAL(18,3)", _MONEY), "size": ("BIGINT", _WHOLE),
    "months_idle": ("BIGINT", _WHOLE), "share": ("DECIMAL(28,10)", _NUMBER), "area_m2": ("DECIMAL(28,10)", _NUMBER), "flag": ("BOOLEAN", [None, True, False]),
    "other_flag": ("BOOLEAN", [None, True, False]), "birth": ("DATE", _DAYS), "joined": ("DATE", _DAYS), "outcome_code": ("VARCHAR", _TEXT), "remark": ("VARCHAR", _TEXT),
}  # fmt: skip


def value_of(name: str, chance: random.Random) -> object:
    kind, pool = COLUMNS[name]
    if kind == "BOOLEAN" or kind == "VARCHAR" or chance.random() < 0.5:
        picked = chance.choice(pool)
        return Decimal(picked) if kind.startswith("DECIMAL") and isinstance(picked, str) else picked
    if kind == "DATE":
        return date(1900, 1, 1) + timedelta(days=chance.randrange(0, 60_000))
    if kind == "BIGINT":
        return chance.randrange(-3, 40)
    if kind == "DECIMAL(28,10)":
        return Decimal(chance.randrange(-(10**11), 10**11)).scaleb(-10)
    places = 3 if kind == "DECIMAL(18,3)" else 2
    return Decimal(chance.randrange(-(10**8), 10**8)).scaleb(-places)


def rows_of(count: int, seed: int) -> list[dict[str, object]]:
    chance = random.Random(seed)
    rows = []
    for _ in range(count):
        row = {name: value_of(name, chance) for name in COLUMNS}
        row["area"] = chance.choice(_AREAS)
        row["used_times"] = chance.choice([None, 0, 1, 2, 3])
        row["used_sum"] = chance.choice(
            [None, Decimal("0.00"), Decimal("499.99"), Decimal("500.00"), Decimal("1200.00"), Decimal("9999.99")]
        )
        row["used_part"] = chance.choice([None, Decimal("0.00"), Decimal("0.01"), Decimal("299.99"), Decimal("300.00")])
        rows.append(row)
    return rows


def arrow_of(rows: list[dict[str, object]]) -> pyarrow.Table:
    types = {
        "DECIMAL(18,3)": pyarrow.decimal128(18, 3), "DECIMAL(16,2)": pyarrow.decimal128(16, 2), "DECIMAL(28,10)": pyarrow.decimal128(28, 10),
        "BIGINT": pyarrow.int64(), "BOOLEAN": pyarrow.bool_(), "DATE": pyarrow.date32(), "VARCHAR": pyarrow.string(),
    }  # fmt: skip
    schema = pyarrow.schema(
        [(name, types[kind]) for name, (kind, _) in COLUMNS.items()]
        + [
            ("area", pyarrow.string()),
            ("used_times", pyarrow.int64()),
            ("used_sum", pyarrow.decimal128(16, 2)),
            ("used_part", pyarrow.decimal128(16, 2)),
        ]
    )
    return pyarrow.Table.from_pylist(rows, schema=schema)


def _pick(*options: str) -> st.SearchStrategy[str]:
    return st.sampled_from(options)


money_leaf = _pick("income", "cost", "standard", "limit_sum", "income", "cost", "1000", "0", "0.01", "72000", "1100.50",
                   "unset_sum", "never_sum")  # fmt: skip
count_leaf = _pick(
    "size",
    "months_idle",
    "limit_count",
    "0",
    "1",
    "2",
    "3",
    "12",
    "age_in_years(birth, asof)",
    "age_in_years(birth, joined)",
    "unset_count",
    "days_between(birth, asof)",
    "days_between(start_day, joined)",
    "days_between(add_days(joined, 60), unset_day)",
    "age_in_years(birth, unset_day)",
)
ratio_leaf = _pick("share", "ratio", "0.5", "1.005", "0.333", "2", "unset_ratio")
date_leaf = _pick(
    "birth",
    "joined",
    "asof",
    "date '2023-05-01'",
    "start_day",
    "add_months(birth, 1)",
    "add_months(joined, -13)",
    "add_months(asof, 6)",
    "unset_day",
    "add_days(joined, 45)",
    "add_days(birth, -366)",
    "add_days(asof, size * 30)",
    "add_days(start_day, limit_days)",
)

due_leaf = _pick(
    "date '2023-12-31'",
    "add_months(asof, 6)",
    "start_day",
    "coalesce(joined, asof)",
    "joined",
    "unset_day",
    "case when flag then start_day else asof end",
)


@st.composite
def money(draw: st.DrawFn, depth: int) -> str:
    if depth == 0:
        return draw(money_leaf)
    sub, kind = depth - 1, draw(st.integers(0, 13))
    if kind <= 1:
        return draw(money_leaf)
    if kind == 2:
        return f"({draw(money(sub))} {draw(_pick('+', '-'))} {draw(money(sub))})"
    if kind == 3:
        return f"{draw(money_leaf)} * {draw(count_leaf)}"
    if kind == 4:
        return f"{draw(money_leaf)} * {draw(ratio_leaf)}"
    if kind in (5, 6):
        return f"({draw(money(sub))}) / {draw(count_leaf)}"
    if kind == 7:
        return f"{draw(_pick('least', 'greatest'))}({draw(money(sub))}, {draw(money(sub))})"
    if kind == 8:
        return f"round({draw(money(sub))}, {draw(st.integers(0, 3))})"
    if kind == 9:
        return f"floor({draw(money(sub))})"
    if kind == 10:
        return f"abs({draw(money(sub))})"
    if kind == 11:
        end = draw(_pick("", f" else {draw(money(sub))}"))
        return f"case when {draw(truth(sub))} then {draw(money(sub))} when {draw(truth(0))} then {draw(money_leaf)}{end} end"
    if kind == 12:
        return f"coalesce({draw(money(sub))}, {draw(money(sub))}, {draw(money_leaf)})"
    return f"-({draw(money(sub))})"


@st.composite
def count(draw: st.DrawFn, depth: int) -> str:
    if depth == 0:
        return draw(count_leaf)
    sub, kind = depth - 1, draw(st.integers(0, 5))
    if kind <= 1:
        return draw(count_leaf)
    if kind == 2:
        return f"({draw(count(sub))} {draw(_pick('+', '-', '*'))} {draw(count_leaf)})"
    if kind == 3:
        return f"{draw(money(0))} / {draw(money(0))}"
    if kind == 4:
        return f"{draw(_pick('area_m2', 'share', 'share * ratio', 'area_m2 / size', 'share / share'))}"
    return f"round({draw(count(sub))}, 1)"


@st.composite
def truth(draw: st.DrawFn, depth: int) -> str:
    sub, kind = max(0, depth - 1), draw(st.integers(0, 13 if depth else 8))
    compare = draw(_pick("=", "!=", "<>", "<", "<=", ">", ">="))
    if kind == 0:
        return draw(_pick("flag", "other_flag", "allow", "true", "false", "unset_flag", "flag"))
    if kind == 1:
        return f"{draw(money(sub))} {compare} {draw(money(sub))}"
    if kind == 2:
        return f"{draw(count(sub))} {compare} {draw(count(sub))}"
    if kind == 3:
        return f"{draw(date_leaf)} {compare} {draw(date_leaf)}"
    if kind == 4:
        return f"{draw(money_leaf)} {draw(_pick('', 'not '))}between {draw(money_leaf)} and {draw(money_leaf)}"
    if kind == 5:
        return f"{draw(_pick('income', 'size', 'share', 'months_idle'))} {draw(_pick('', 'not '))}in (0, 1, -1, 2.5, 1000, 0.01)"
    if kind == 6:
        return draw(
            _pick(
                "outcome_code in ('V1', 'V3')",
                "outcome_code != 'V2'",
                "remark = 'V1'",
                "remark = 'it''s'",
                "remark not in ('é', '')",
            )
        )
    if kind == 7:
        return f"{draw(_pick('income', 'birth', 'flag', 'remark', 'size', 'share', 'cost / size', 'cost * unset_ratio', 'unset_day', 'coalesce(cost, unset_sum)', 'limit_sum'))} is {draw(_pick('', 'not '))}null"
    if kind == 8:
        return f"{draw(_pick('flag', 'allow'))} {draw(_pick('=', '!='))} {draw(_pick('other_flag', 'true', 'false'))}"
    if kind in (9, 10):
        return f"({draw(truth(sub))} and {draw(truth(sub))})"
    if kind in (11, 12):
        return f"({draw(truth(sub))} or {draw(truth(sub))} or {draw(truth(0))})"
    return f"not ({draw(truth(sub))})"


_A_VALUE = {"only_here": "1", "unset_sum": "700", "never_sum": "50.25", "unset_count": "3", "unset_ratio": "0.4",
            "unset_day": "2022-05-01", "unset_flag": "true"}  # fmt: skip


def with_every_value(text: str) -> str:
    """A pack of `pack_yaml` in which no parameter is ever without value: for what is not about those."""
    for name, value in _A_VALUE.items():
        before, after = text.split(f"  {name}: ", 1)
        line, rest = after.split("\n", 1)
        line = line.replace("values: {}", f"values: {{2020-01-01: {value}}}").replace(", 2023-01-01: null", "")
        text = f"{before}  {name}: {line}\n{rest}"
    return text


@st.composite
def pack_yaml(draw: st.DrawFn) -> str:
    """A pack with rules, tiers, benefit lines, caps and approvals, and parameters that differ by area."""
    say, quoted = "say: {zh: 甲, en: a}, clause: c", lambda text: '"' + text + '"'
    lines = [
        'id: generated\ntitle: {zh: 甲, en: a}\nissuer: x\narea: "33"\nunit: person\nsource: s\nentry: application\nparameters:',
        "  limit_sum: {unit: yuan, values: {2020-01-01: 1000}, areas: {'3306': {2021-01-01: 1200.50}, '330624': {2023-01-01: 999.99}}, clause: c}",
        "  limit_count: {unit: count, values: {2020-01-01: 3}, areas: {'330602': {2021-01-01: 0}}, clause: c}",
        "  ratio: {unit: ratio, values: {2020-01-01: 1.5}, areas: {'330624': {2021-01-01: 0.333333}}, clause: c, maximum: 10, minimum: -10}",
        "  limit_days: {unit: days, values: {2020-01-01: 59}, areas: {'3306': {2021-01-01: -60}, '330624': {2023-01-01: 0}}, clause: c, minimum: -100, maximum: 1000}",
        "  start_day: {unit: date, values: {2020-01-01: 2023-05-01}, clause: c}",
        "  allow: {unit: flag, values: {2020-01-01: true}, areas: {'3306': {2021-01-01: false}}, clause: c}",
        "  only_here: {unit: count, values: {}, areas: {'3306': {2020-01-01: 1}, '3301': {2020-01-01: 2}}, clause: c}",
        "  unset_sum: {unit: yuan, values: {}, areas: {'3306': {2020-01-01: 800}, '330624': {2023-11-01: 900}}, clause: c}",
        "  never_sum: {unit: yuan, values: {}, open: true, clause: c}",
        "  unset_count: {unit: count, values: {}, areas: {'3301': {2020-01-01: 2}}, clause: c, maximum: 20}",
        "  unset_ratio: {unit: ratio, values: {}, areas: {'330602': {2020-01-01: 0.25}}, clause: c, maximum: 10}",
        "  unset_day: {unit: date, values: {}, areas: {'330624': {2020-01-01: 2022-01-01}}, clause: c}",
        "  unset_flag: {unit: flag, values: {}, areas: {'3306': {2020-01-01: true, 2023-01-01: null}, '3301': {2020-01-01: false}}, clause: c}",
        "rules:",
    ]
    for number in range(draw(st.integers(1, 3))):
        lines.append(f"  - {{id: r{number}, when: {quoted(draw(truth(2)))}, {say}}}")
    tiers = draw(st.integers(0, 3))
    if tiers:
        lines.append("tiers:")
    for number in range(tiers):
        lines.append(f"  - {{id: T{number}, title: {{zh: 甲, en: a}}, when: {quoted(draw(truth(1)))}, {say}}}")
    lines.append("benefit:")
    for number in range(draw(st.integers(1, 3))):
        limits = "".join(
            f", {part}: {quoted(draw(money(0)))}" for part in ("ceiling", "cost", "less") if draw(st.booleans())
        )
        when = f"tier = 'T{draw(st.integers(0, tiers - 1))}'" if tiers and draw(st.booleans()) else draw(truth(1))
        ceiling = "" if "ceiling" in limits else ", ceiling: limit_sum"
        amount = f"least({draw(money(1))}, 10000000)"
        kind = draw(_pick("money", "goods", "waived", "owed", "deferred", "deferred", "deferred"))

        def kind_and_day(kind: str = kind) -> str:
            return f", kind: {kind}" + (f", due_on: {quoted(draw(due_leaf))}" if kind == "deferred" else "")

        more = kind_and_day()
        lines.append(
            f"  - {{id: l{number}, when: {quoted(when)}, amount: {quoted(amount)}{limits}{ceiling}{more}, {say}}}"
        )
        if draw(st.booleans()):
            lines.append(
                f"  - {{id: l{number}, otherwise: true, amount: {quoted(draw(_pick('cost * 0.005', 'limit_sum', '0.125', 'cost / 7', 'unset_sum')))}{kind_and_day()}, {say}}}"
            )
    amount = draw(_pick("12.50", "limit_sum", "case when flag then 40 else 0 end", "unset_sum"))
    lines.append(
        f"  - {{id: later, kind: deferred, due_on: {quoted(draw(due_leaf))}, amount: {quoted(amount)}, {say}}}"
    )
    lines.append("caps:")
    lines.append(
        f"  - {{id: times, per: person, window: year, count: {draw(_pick('2', 'limit_count', 'unset_count'))}, {say}}}"
    )
    lines.append(
        f"  - {{id: sum, per: household, window: year, amount: {draw(_pick('limit_sum', '1200', 'cost / 3', 'unset_sum'))}, {say}}}"
    )
    if draw(st.booleans()):
        lines.append(
            f"  - {{id: part, per: person, window: event, amount: {draw(_pick('300', 'limit_sum', 'unset_sum'))}, lines: [l0], {say}}}"
        )
    lines.append("approvals:")
    lines.append(f"  - {{id: upper, level: city, when: {quoted(draw(truth(1)))}, {say}}}")
    return "\n".join(lines) + "\n"
