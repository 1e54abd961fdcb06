"""Writes and compiles the Python functions of one programme. Only our typed tree goes in (see `expressions.to_python`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from niangjia.engines.policy import benefits, values
from niangjia.engines.policy.decision import Decision, Trace
from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.expressions.to_python import HELPERS, Piece, PythonWriter, guarded
from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.expressions.types import Type
from niangjia.engines.policy.pack import Pack


class Lacking(Exception):
    """The decision needs parameters that have no value. Raised by the functions made here; `Program` says of which area and day."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names


def lack(order: tuple[str, ...], *found: tuple[tuple[str, ...], object]) -> None:
    """
    `found`: of each part that names parameters without value, these and what the part came to; what is unknown needs them.

    Raises:
        Lacking: with the names in `order`.
    """
    needed = {name for names, value in found if value is None for name in names}
    if needed:
        raise Lacking(tuple(name for name in order if name in needed))


# The usual class first; None and everything else go the slower way. `memory`: a Decimal's integer within the fact's bounds.
_READERS = {
    "money": "{memory}[v] if v.__class__ is Decimal else None if v is None else read_money({key}, v, {memory})",
    "number": "{memory}[v] if v.__class__ is Decimal else None if v is None else read_number({key}, v, {memory})",
    "integer": "v if v.__class__ is int and {low} <= v <= {high} else None if v is None else read_integer({key}, v, {low}, {high})",
    "boolean": "v if v is True or v is False or v is None else read_boolean({key}, v)",
    "date": "None if v is None else read_date({key}, v)",
    "text": "v if v.__class__ is str else None if v is None else read_text({key}, v)",
}


FunctionName = Literal["decide", "decide_read", "decide_under_caps", "trace", "limits"]


def compile_function(
    pack: Pack, asof: date, parameters: Mapping[str, object], name: FunctionName
) -> tuple[str, Callable[..., Any]]:
    """(source, the function)."""
    constants: list[object] = []
    writer = _Writer(pack, asof, parameters, constants, pack.facts)
    if name == "trace":
        text = writer.trace()
    elif name == "limits":
        text = writer.limits()
    else:
        text = writer.decide(name, under_caps=name == "decide_under_caps", is_read=name == "decide_read")
    return text, _run(text, constants, pack.id)[name]


def compile_difference(
    pack: Pack, asof: date, parameters: Mapping[str, object], node: tree.Compare
) -> Callable[..., Any]:
    """Left minus right of one comparison of numbers, at the larger scale."""
    constants: list[object] = []
    text = _Writer(pack, asof, parameters, constants, tree.facts_in(node)).difference(node)
    function: Callable[..., Any] = _run(text, constants, pack.id)["difference"]
    return function


def compile_test(pack: Pack, asof: date, node: Node) -> Callable[..., bool | None]:
    """Whether a test of facts alone holds; None = it cannot be told."""
    constants: list[object] = []
    text = _Writer(pack, asof, {}, constants, tree.facts_in(node)).test(node)
    function: Callable[..., bool | None] = _run(text, constants, pack.id)["test"]
    return function


def _run(text: str, constants: list[object], name: str) -> dict[str, Any]:
    space: dict[str, Any] = {
        **HELPERS, "__builtins__": {}, "Decimal": Decimal, "date": date, "Decision": Decision, "Trace": Trace, "new": tuple.__new__,
        "lack": lack, "int": int, "str": str, "zip": zip, "tuple": tuple, "yuan": values.YUAN,
        "read_money": values.read_money, "read_number": values.read_number, "read_integer": values.read_integer,
        "read_boolean": values.read_boolean, "read_date": values.read_date, "read_text": values.read_text,
    }  # fmt: skip
    space.update({f"k{position}": value for position, value in enumerate(constants)})
    # Safe: `text` consists of our own words, numbered variables and integers; no character of a pack enters it.
    exec(compile(text, f"<{name}>", "exec"), space)  # noqa: S102
    return space


class _Writer:
    def __init__(
        self, pack: Pack, asof: date, parameters: Mapping[str, object], constants: list[object], facts: tuple[str, ...]
    ) -> None:
        self.pack = pack
        self.variables = {name: f"f{position}" for position, name in enumerate(facts)}
        self.python = PythonWriter(self.variables, parameters, asof)
        self.python.constants = constants
        self.is_read = False

    def key(self, value: object) -> str:
        return self.python.constant(value).text

    def emit(self, *lines: str) -> None:
        self.python.lines.extend(lines)

    def decide(self, name: str, *, under_caps: bool, is_read: bool = False) -> str:
        pack, nothing = self.pack, "()"
        self.is_read = is_read
        # Facts that only the amount needs are read after it is known that there is one.
        first = set(tree.facts_in(*(rule.when.node for rule in pack.rules), *(tier.when.node for tier in pack.tiers),
                                  *(cap.test for cap in pack.caps if under_caps)))  # fmt: skip
        self._read_facts(first)
        rules = [self.python.variable(rule.when.node) for rule in pack.rules]
        tier = self._tier()  # before the caps, whose limits may ask for it
        caps = self._caps() if under_caps else []
        ids = [rule.id for rule in pack.rules] + ([cap.id for cap in pack.caps] if under_caps else [])
        tests = [*rules, *caps]
        self._refuse(tests, ids, tier)
        self._cannot_tell(tests, ids, tier)
        self._read_facts(set(self.variables) - first)
        lines = self._lines()
        total = self._total(under_caps)
        hash_key = self.key(pack.content_hash)
        self._lack(zip(pack.line_values.values(), lines, strict=True), " or ".join(f"{one} is None" for one in lines))
        if lines:
            # A sum under known caps is unknown only if a line is.
            unknown = (
                f"tuple([i for i, v in zip({self.key(tuple(pack.line_values))}, ({', '.join(lines)},)) if v is None])"
            )
            missing = " or ".join(f"{one} is None" for one in lines)
            self.emit(
                f"if {missing}: return new(Decision, ({self.key('cannot_tell')}, None, None, (), (), {unknown}, (), {hash_key}, (), ()))"
            )
        granting = [*map(benefits.limit, pack.caps), *(one.when.node for one in pack.approvals)]
        self._lack((node, self.python.variable(node)) for node in granting if self._absent_in(node))
        amounts, given = self._pairs(lines), "lines"
        self.emit(f"lines = ({amounts})")
        if under_caps and lines and any(cap.amount is not None for cap in pack.caps):
            given = f"({self._pairs(self._after_caps(lines, total))})"
        approvals = nothing
        if pack.approvals:
            tests = [self.python.variable(one.when.node) for one in pack.approvals]
            approvals = f"tuple([i for i, v in zip({self.key(tuple(one.id for one in pack.approvals))}, ({', '.join(tests)},)) if v is not False])"
        cents = dict(zip(pack.line_values, lines, strict=True))
        days = {line: self.python.variable(node) for line, node in pack.line_dues.items()}
        due = (
            " + ".join(f"((({self.key(line)}, {day}),) if {cents[line]} else ())" for line, day in days.items())
            or nothing
        )
        amount = f"yuan[{total}]" if total else "yuan[0]"
        self.emit(
            f"return new(Decision, ({self.key('granted')}, {tier or 'None'}, {amount}, lines, (), (), {approvals}, {hash_key}, {given}, {due}))"
        )
        return self._function(f"{name}(facts{', used' if under_caps else ''})")

    def limits(self) -> str:
        """What each cap's limit comes to: cents, or times; None = not known."""
        self._read_facts()
        self._tier()
        found = [
            guarded(self.python.number(benefits.limit(cap), 0 if cap.count is not None else 2))
            for cap in self.pack.caps
        ]
        self.emit(f"return ({''.join(f'({one}),' for one in found)})")
        return self._function("limits(facts)")

    def _pairs(self, cents: list[str]) -> str:
        return "".join(
            f"({self.key(line)}, yuan[{variable}]),"
            for line, variable in zip(self.pack.line_values, cents, strict=True)
        )

    def _after_caps(self, lines: list[str], total: str) -> list[str]:
        """Variables of each line's cents after the caps: sub-budgets first, then the whole; money last, else in order."""
        kinds = {line.id: line.kind for line in self.pack.benefit}
        held = dict(zip(self.pack.line_values, lines, strict=True))
        amounts = {line: tree.LineAmount(value.type, line) for line, value in self.pack.line_values.items()}
        order = sorted(held, key=lambda line: kinds[line] == "money")
        for members, part in benefits.sub_budgets(amounts, self.pack.caps):
            self._fill([line for line in order if line in members], held, self.python.variable(part))
        self._fill(order, held, total)
        return list(held.values())

    def _fill(self, order: list[str], held: dict[str, str], purse: str) -> None:
        left = self.python.fresh()
        self.emit(f"{left} = {purse}")
        for line in order:
            taken = self.python.fresh()
            self.emit(f"{taken} = {held[line]} if {held[line]} < {left} else {left}", f"{left} -= {taken}")
            held[line] = taken

    def trace(self) -> str:
        pack = self.pack
        self._read_facts()
        self._read_used("(lambda name: None) if used is None else used.get")
        rules = [self.python.variable(rule.when.node) for rule in pack.rules]
        tiers = [self.python.variable(tier.when.node) for tier in pack.tiers]
        tier = self._tier()
        caps = [self.python.variable(cap.test) for cap in pack.caps]
        lines = self._lines()
        choices = [self.python.variable(choice) for choice in pack.line_choices.values()]
        plain, capped = self._total(False), self._total(True)
        approvals = [self.python.variable(one.when.node) for one in pack.approvals]
        groups = [f"({', '.join(part)},)" if part else "()" for part in (rules, tiers, caps, lines, choices, approvals)]
        total = f"({plain} if used is None else {capped})" if plain else "None"
        self.emit(f"return Trace({', '.join(groups)}, {f'{tier} or None' if tier else 'None'}, {total})")
        return self._function("trace(facts, used)")

    def difference(self, node: tree.Compare) -> str:
        self._read_facts()
        scale = max(node.left.type.scale, node.right.type.scale)
        left, right = self.python.number(node.left, scale), self.python.number(node.right, scale)
        self.emit(f"return {guarded(Piece(f'{left.text} - {right.text}', left.unknown_if | right.unknown_if))}")
        return self._function("difference(facts)")

    def test(self, node: Node) -> str:
        self._read_facts()
        self.emit(f"return {self.python.variable(node)}")
        return self._function("test(facts)")

    def _function(self, signature: str) -> str:
        return f"def {signature}:\n" + "\n".join(f"    {line}" for line in self.python.lines)

    def _read_facts(self, names: set[str] | None = None) -> None:
        if "get = facts.get" not in self.python.lines:
            self.emit("get = facts.get")
        for name, variable in self.variables.items():
            if names is not None and name not in names:
                continue
            fact = self.pack.vocabulary.facts[name]
            self._read(variable, "get", name, fact.kind, fact.type)

    def _read(self, variable: str, get: str, name: str, kind: str, t: Type) -> None:
        key = self.key(name)
        if self.is_read:
            self.emit(f"{variable} = {get}({key})")
            return
        memory = self.key(values.scaled(t.scale, t.low, t.high)) if kind in ("money", "number") else ""
        self.emit(
            f"v = {get}({key})", f"{variable} = {_READERS[kind].format(key=key, memory=memory, low=t.low, high=t.high)}"
        )

    def _read_used(self, get: str) -> None:
        if self.pack.caps:
            self.emit(f"used_get = {get}")
        for position, cap in enumerate(self.pack.caps):
            wanted = next(node for node in tree.walk(cap.test) if isinstance(node, tree.Used))
            self._read(f"u{position}", "used_get", cap.id, "money" if wanted.type.scale else "integer", wanted.type)
            self.python.extra[wanted] = f"u{position}"

    def _caps(self) -> list[str]:
        self._read_used("used.get")
        return [self.python.variable(cap.test) for cap in self.pack.caps]

    def _tier(self) -> str:
        if self.pack.tier is None:
            return ""
        variable = self.python.variable(self.pack.tier)
        for node in self._all_nodes():
            if isinstance(node, tree.Tier):
                self.python.extra[node] = variable
        return variable

    def _all_nodes(self) -> list[Node]:
        return [part for node in self.pack.nodes for part in tree.walk(node)]

    def _lines(self) -> list[str]:
        found = []
        for line, value in self.pack.line_values.items():
            variable = self.python.variable(value)
            self.python.extra[tree.LineAmount(value.type, line)] = variable
            found.append(variable)
        return found

    def _total(self, under_caps: bool) -> str:
        total = self.pack.capped if under_caps else self.pack.total
        return self.python.variable(total) if total is not None else ""

    def _absent_in(self, node: Node) -> tuple[str, ...]:
        absent = self.python.absent
        return tuple(name for name in tree.parameters_in(node) if name in absent) if absent else ()

    def _lack(self, parts: Iterable[tuple[Node, str]], test: str = "") -> None:
        """Where `test` holds, whatever is unknown and names a parameter without value ends the decision."""
        found = [f"({self.key(names)}, {value})" for node, value in parts if (names := self._absent_in(node))]
        if found:
            order = tuple(name for name in self.pack.parameters if name in self.python.absent)
            self.emit(f"{f'if {test}: ' if test else ''}lack({self.key(order)}, {', '.join(found)})")

    def _refuse(self, tests: list[str], ids: list[str], tier: str) -> None:
        conditions = [f"{test} is False" for test in tests] + ([f"{tier} == {self.key('')}"] if tier else [])
        if not conditions:
            return
        found = f"[i for i, v in zip({self.key(tuple(ids))}, ({', '.join(tests)},)) if v is False]" if tests else "[]"
        if tier:
            found += f" + ([*{self.key(tuple(one.id for one in self.pack.tiers))}] if {tier} == {self.key('')} else [])"
        self.emit(f"if {' or '.join(conditions)}: return new(Decision, "
                  f"({self.key('refused')}, None, None, (), tuple({found}), (), (), {self.key(self.pack.content_hash)}, (), ()))")  # fmt: skip

    def _cannot_tell(self, tests: list[str], ids: list[str], tier: str) -> None:
        conditions = [f"{test} is None" for test in [*tests, *([tier] if tier else [])]]
        if not conditions:
            return
        truths = [self.python.variable(one.when.node) for one in self.pack.tiers] if tier else []
        parts = [*zip((rule.when.node for rule in self.pack.rules), tests, strict=False),
                 *zip((cap.test for cap in self.pack.caps), tests[len(self.pack.rules) :], strict=False),
                 *((one.when.node, f"({truth} if {tier} is None else True)") for one, truth in zip(self.pack.tiers, truths, strict=True))]  # fmt: skip
        self._lack(parts, " or ".join(conditions))
        found = f"[i for i, v in zip({self.key(tuple(ids))}, ({', '.join(tests)},)) if v is None]" if tests else "[]"
        if tier:
            unknown = f"[i for i, v in zip({self.key(tuple(one.id for one in self.pack.tiers))}, ({', '.join(truths)},)) if v is None]"
            found += f" + ({unknown} if {tier} is None else [])"
        self.emit(f"if {' or '.join(conditions)}: return new(Decision, "
                  f"({self.key('cannot_tell')}, None, None, (), (), tuple({found}), (), {self.key(self.pack.content_hash)}, (), ()))")  # fmt: skip
