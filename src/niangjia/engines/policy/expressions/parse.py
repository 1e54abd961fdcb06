"""Expression text → typed tree. SQLGlot parses; what is not on the whitelist below is refused, whatever it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from niangjia.engines.policy.expressions import build, tree
from niangjia.engines.policy.expressions.build import WrongType
from niangjia.engines.policy.expressions.refused import why_refused
from niangjia.engines.policy.expressions.scan import Unreadable, scan
from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.expressions.types import Kind
from niangjia.engines.policy.problems import nearest_word

DEEPEST_TREE = 100
LARGEST_SQL = 4_000  # nodes of SQL that one expression may become (division and least use an operand more than once)

FUNCTIONS = (
    "abs",
    "add_days",
    "add_months",
    "age_in_years",
    "coalesce",
    "days_between",
    "floor",
    "greatest",
    "least",
    "round",
)


def parse(
    text: str, names: Mapping[str, Node], wanted: Kind | None = None, titles: Mapping[str, str] | None = None
) -> Node:
    """
    The typed tree of `text`. `names`: what each name stands for. `titles`: Chinese title → name, for kind advice.

    Raises:
        Unreadable: with the offset of what is wrong, the reason in both languages, and the nearest right word.
    """
    try:
        scan(text)
    except Unreadable as fault:
        if titles and (name := titles.get(fault.word)):
            raise Unreadable(
                fault.offset,
                f"{fault.zh}“{fault.word}”的名称是 {name}。",
                f"{fault.en} It is called {name}.",
                fault.word,
                name,
            ) from None
        raise
    try:
        parsed = sqlglot.parse_one(text, into=exp.Condition)
    except SqlglotError as fault:
        raise _syntax(text, fault) from None
    except RecursionError:
        raise Unreadable(0, "嵌套太深，请拆成几条规则。", "Nested too deeply; split it into several rules.") from None
    if _depth(parsed) > DEEPEST_TREE:
        raise Unreadable(
            0, "表达式太长，请拆成几条规则。", "The expression is too long a chain; split it into several rules."
        )
    node = _Reader(text, names).read(parsed)
    if wanted is not None and node.type.kind is not wanted:
        try:
            build.need(node, wanted, {Kind.BOOLEAN: "when", Kind.DATE: "due_on"}.get(wanted, "amount"))
        except WrongType as fault:
            raise Unreadable(0, fault.zh, fault.en) from None
    if sql_size(node) > LARGEST_SQL:
        raise Unreadable(
            0,
            "除法或 least/greatest 嵌套太多，请拆成几条规则。",
            "Too many nested divisions or least/greatest; split the rule.",
        )
    return node


def sql_size(node: Node) -> int:
    """How many nodes of SQL this becomes: some operations write their operand more than once."""
    total = 1
    for part in tree.children(node):
        total += sql_size(part)
    repeated = (tree.Divide, tree.Extreme, tree.Round, tree.Floor, tree.AgeInYears, tree.Case)
    is_filled = isinstance(node, tree.Coalesce | tree.IsUnknown) and bool(tree.parameters_in(node))
    return total * 2 if isinstance(node, repeated) or is_filled else total


class _Reader:
    def __init__(self, text: str, names: Mapping[str, Node]) -> None:
        self.text = text
        self.names = names

    def read(self, parsed: exp.Expr) -> Node:
        reader = _READERS.get(type(parsed))
        if reader is None:
            zh, en = why_refused(parsed)
            nearest = nearest_word(parsed.name, FUNCTIONS) if isinstance(parsed, exp.Func) else ""
            raise self.fault(parsed, zh, en, nearest=nearest)
        try:
            return reader(self, parsed)
        except WrongType as fault:
            raise self.fault(parsed, fault.zh, fault.en) from None

    def fault(self, parsed: exp.Expr, zh: str, en: str, word: str = "", nearest: str = "") -> Unreadable:
        offset = _offset(parsed)
        if nearest:
            zh, en = f"{zh}是不是 {nearest}？", f"{en} Did you mean {nearest}?"
        return Unreadable(offset, zh, en, word or parsed.name or "", nearest)

    def only(self, parsed: exp.Expr, *allowed: str) -> None:
        """Refuse what hangs on a known node beyond what we know of it."""
        for key, value in parsed.args.items():
            if key not in allowed and value not in (None, False, []) and not (key == "ignore_nulls" and value is True):
                raise self.fault(parsed, f"这里不能用 {key}。", f"`{key}` cannot be used here.")

    def column(self, parsed: exp.Column) -> Node:
        if not isinstance(parsed.this, exp.Identifier):
            raise self.fault(parsed, *why_refused(parsed.this))
        if len(parsed.parts) > 1:
            raise self.fault(
                parsed, "名称不带表名；请只写事实名。", "Names are not qualified; write the fact's name only."
            )
        self.only(parsed, "this")
        if parsed.this.args.get("quoted"):
            raise self.fault(parsed, "名称不加引号。", "Names are not quoted.")
        name = parsed.name
        found = self.names.get(name)
        if found is None:
            raise self.fault(parsed, f"没有叫 {name} 的事实或参数。", f"There is no fact or parameter called {name}.",
                             word=name, nearest=nearest_word(name, self.names))  # fmt: skip
        return found

    def literal(self, parsed: exp.Expr) -> Node:
        return build.text(parsed.name) if parsed.args.get("is_string") else build.number(parsed.name)

    def boolean(self, parsed: exp.Expr) -> Node:
        return build.truth(bool(parsed.this))

    def paren(self, parsed: exp.Expr) -> Node:
        return self.read(parsed.this)

    def cast(self, parsed: exp.Expr) -> Node:
        is_day = parsed.args["to"].this == exp.DataType.Type.DATE and isinstance(parsed.this, exp.Literal)
        # `date '…'` and `cast('…' as date)` give the same parsed node: only the first is ours.
        if not is_day or not re.search(r"\bdate\s*$", self.text[: _offset(parsed.this)], re.IGNORECASE):
            raise self.fault(parsed, "规则里没有类型转换。", "There are no casts in a rule.")
        try:
            if len(parsed.this.name) != 10:
                raise ValueError
            return build.day(date.fromisoformat(parsed.this.name))
        except ValueError:
            raise self.fault(parsed.this, f"'{parsed.this.name}' 不是日期，请写作 date '2023-05-01'。",
                             f"'{parsed.this.name}' is not a date; write date '2023-05-01'.") from None  # fmt: skip

    def negative(self, parsed: exp.Expr) -> Node:
        return build.negate(self.read(parsed.this))

    def both(self, parsed: exp.Expr) -> Node:
        return build.both([self.read(part) for part in _chain(parsed, exp.And)])

    def either(self, parsed: exp.Expr) -> Node:
        return build.either([self.read(part) for part in _chain(parsed, exp.Or)])

    def negation(self, parsed: exp.Expr) -> Node:
        return build.negation(self.read(parsed.this))

    def between(self, parsed: exp.Expr) -> Node:
        self.only(parsed, "this", "low", "high")
        term = self.read(parsed.this)
        low, high = self.read(parsed.args["low"]), self.read(parsed.args["high"])
        return build.both([build.compare(">=", term, low), build.compare("<=", term, high)])

    def among(self, parsed: exp.Expr) -> Node:
        if (
            parsed.args.get("query") is not None
            or parsed.args.get("unnest") is not None
            or parsed.args.get("field") is not None
        ):
            raise self.fault(
                parsed,
                "规则里没有子查询；in 后面只能列出取值。",
                "There are no subqueries in a rule; `in` takes a list of values.",
            )
        self.only(parsed, "this", "expressions")
        options = []
        for option in parsed.expressions:
            inner = option.this if isinstance(option, exp.Neg) else option
            if not isinstance(inner, exp.Literal | exp.Cast):
                raise self.fault(
                    option,
                    "in 的括号里只能写取值，不能写名称或算式。",
                    "Only plain values stand in the brackets of `in`.",
                )
            options.append(self.read(option))
        if not options:
            raise self.fault(parsed, "in 的括号是空的。", "The brackets of `in` are empty.")
        return build.among(self.read(parsed.this), options)

    def known(self, parsed: exp.Expr) -> Node:
        if not isinstance(parsed.expression, exp.Null):
            raise self.fault(parsed, "is 后面只能写 null 或 not null。", "Only null or not null can follow `is`.")
        self.only(parsed, "this", "expression", "negate")
        node = build.is_unknown(self.read(parsed.this))
        return build.negation(node) if parsed.args.get("negate") else node

    def case(self, parsed: exp.Expr) -> Node:
        if parsed.this is not None:
            raise self.fault(
                parsed, "case 后面请直接写 when 条件。", "Write conditions after `when`; `case x when …` is not used."
            )
        self.only(parsed, "ifs", "default")
        branches = parsed.args["ifs"]
        default = parsed.args.get("default")
        return build.case(
            [self.read(branch.this) for branch in branches],
            [self.read(branch.args["true"]) for branch in branches],
            self.read(default) if default is not None else None,
        )

    def coalesce(self, parsed: exp.Expr) -> Node:
        self.only(parsed, "this", "expressions", "is_nvl", "is_null")
        return build.coalesce([self.read(parsed.this), *(self.read(part) for part in parsed.expressions)])

    def extreme(self, parsed: exp.Expr) -> Node:
        self.only(parsed, "this", "expressions", "ignore_nulls")
        terms = [self.read(parsed.this), *(self.read(part) for part in parsed.expressions)]
        return build.extreme("least" if isinstance(parsed, exp.Least) else "greatest", terms)

    def absolute(self, parsed: exp.Expr) -> Node:
        self.only(parsed, "this")
        return build.absolute(self.read(parsed.this))

    def rounded(self, parsed: exp.Expr) -> Node:
        self.only(parsed, "this", "decimals")
        places = parsed.args.get("decimals")
        if places is not None and not (
            isinstance(places, exp.Literal) and not places.is_string and places.name.isdigit()
        ):
            raise self.fault(places, "round 的位数须为整数。", "The places of round are a plain whole number.")
        return build.rounded(self.read(parsed.this), int(places.name) if places is not None else 0)

    def floor(self, parsed: exp.Expr) -> Node:
        self.only(parsed, "this")
        return build.floor(self.read(parsed.this))

    def add_months(self, parsed: exp.Expr) -> Node:
        self.only(parsed, "this", "expression")
        return build.add_months(self.read(parsed.this), self.read(parsed.expression))

    def named_function(self, parsed: exp.Expr) -> Node:
        name = parsed.name.lower()
        if name not in _NAMED:
            raise self.fault(parsed, f"没有函数 {parsed.name}。可用：{', '.join(FUNCTIONS)}。",
                             f"There is no function {parsed.name}. There are: {', '.join(FUNCTIONS)}.",
                             word=parsed.name, nearest=nearest_word(name, FUNCTIONS))  # fmt: skip
        function, zh, en = _NAMED[name]
        if len(parsed.expressions) != 2:
            raise self.fault(parsed, f"{name} 要{zh}。", f"{name} takes {en}.")
        return function(self.read(parsed.expressions[0]), self.read(parsed.expressions[1]))

    def arithmetic(self, parsed: exp.Expr) -> Node:
        return build.arithmetic(_OPERATORS[type(parsed)], self.read(parsed.this), self.read(parsed.expression))

    def divide(self, parsed: exp.Expr) -> Node:
        return build.divide(self.read(parsed.this), self.read(parsed.expression))

    def compare(self, parsed: exp.Expr) -> Node:
        return build.compare(_OPERATORS[type(parsed)], self.read(parsed.this), self.read(parsed.expression))


# Functions that SQLGlot does not know: how each is built, and what it takes.
_NAMED: dict[str, tuple[Callable[[Node, Node], Node], str, str]] = {
    "age_in_years": (build.age_in_years, "两个日期：出生日期和计算日", "two dates: birth and the day to count to"),
    "days_between": (build.days_between, "两个日期：从哪天到哪天", "two dates: from which day to which"),
    "add_days": (build.add_days, "一个日期和一个天数", "a date and a number of days"),
}

_OPERATORS: dict[type[exp.Expr], str] = {
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*",
    exp.EQ: "=", exp.NEQ: "!=", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
}  # fmt: skip

_READERS: dict[type[exp.Expr], Callable[..., Node]] = {
    exp.Column: _Reader.column, exp.Literal: _Reader.literal, exp.Boolean: _Reader.boolean, exp.Paren: _Reader.paren,
    exp.Cast: _Reader.cast, exp.Neg: _Reader.negative, exp.And: _Reader.both, exp.Or: _Reader.either, exp.Not: _Reader.negation,
    exp.Between: _Reader.between, exp.In: _Reader.among, exp.Is: _Reader.known, exp.Case: _Reader.case,
    exp.Coalesce: _Reader.coalesce, exp.Least: _Reader.extreme, exp.Greatest: _Reader.extreme, exp.Abs: _Reader.absolute,
    exp.Round: _Reader.rounded, exp.Floor: _Reader.floor, exp.AddMonths: _Reader.add_months,
    exp.Anonymous: _Reader.named_function, exp.Add: _Reader.arithmetic, exp.Sub: _Reader.arithmetic, exp.Mul: _Reader.arithmetic,
    exp.Div: _Reader.divide, exp.EQ: _Reader.compare, exp.NEQ: _Reader.compare, exp.LT: _Reader.compare,
    exp.LTE: _Reader.compare, exp.GT: _Reader.compare, exp.GTE: _Reader.compare,
}  # fmt: skip


def _chain(parsed: exp.Expr, kind: type[exp.Expr]) -> list[exp.Expr]:
    """The terms of a and b and c, left to right, without recursion."""
    terms, current = [], parsed
    while isinstance(current, kind):
        terms.append(current.expression)
        current = current.this
    return [current, *reversed(terms)]


def _depth(parsed: exp.Expr) -> int:
    deepest, waiting = 0, [(parsed, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        # Chains of `and` and `or` are read without recursion.
        for child in node.iter_expressions():
            flat = type(child) is type(node) and isinstance(node, exp.And | exp.Or)
            waiting.append((child, depth if flat else depth + 1))
    return deepest


def _offset(parsed: exp.Expr) -> int:
    """Where a node begins in the text: SQLGlot marks names, literals and functions only."""
    starts = [node._meta["start"] for node in parsed.walk() if node._meta and "start" in node._meta]
    return min(starts, default=0)


def _syntax(text: str, fault: SqlglotError) -> Unreadable:
    errors = getattr(fault, "errors", None) or [{}]
    line, column = errors[0].get("line") or 1, errors[0].get("col") or 1
    word = (errors[0].get("highlight") or "").strip()
    lines = text.split("\n")
    # SQLGlot's column is the last character of the word it stopped at.
    offset = sum(len(part) + 1 for part in lines[: line - 1]) + max(0, column - max(1, len(word)))
    near = f"“{word}”附近" if word else "这里"
    near_en = f"near '{word}'" if word else "here"
    return Unreadable(min(offset, len(text)), f"{near}读不懂：不是一个完整的条件或算式。",
                      f"This cannot be read {near_en}: it is not one complete condition or sum.", word)  # fmt: skip
