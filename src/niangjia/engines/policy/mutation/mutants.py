"""A pack's file with one thing in it changed: what an author could have mistyped, or left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.expressions.parse import parse
from niangjia.engines.policy.expressions.scan import Unreadable
from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.mutation.texts import CENT, Edit, days_beside, edits, near, shown, tokens_of
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.yamltext import Item

Path = tuple[str | int, ...]

# section → the keys of one entry that hold expressions, and which of them are amounts of money
_EXPRESSIONS = {
    "rules": ("when",),
    "tiers": ("when",),
    "benefit": ("when", "amount", "ceiling", "cost", "less", "due_on"),
    "caps": ("count", "amount"),
    "approvals": ("when",),
}
_MONEY = ("amount", "ceiling", "cost", "less")
_ZH = {"rules": "规则", "tiers": "档次", "benefit": "待遇", "caps": "上限", "approvals": "审批", "parameters": "参数"}
_EN = {
    "rules": "rule",
    "tiers": "tier",
    "benefit": "benefit",
    "caps": "cap",
    "approvals": "approval",
    "parameters": "parameter",
}
# Stands in for a number while its surroundings are looked at: whole, and nothing that a pack would say.
_STAND_IN = 7_711_771


@dataclass(frozen=True)
class Mutant:
    """`place`: file:line, with the column where it is known. `root`: the changed file. `parameter`: the one that was changed."""

    place: str
    zh: str
    en: str
    root: Item
    parameter: str = ""


def mutants(pack: Pack, root: Item, lines: Sequence[str]) -> Iterator[Mutant]:
    """
    `lines`: the file as written, for places inside long expressions.

    A thing is left out by what it would then mean: a rule that always holds, a tier, line or approval that never does, a cap
    that is never reached. So its id stays, and a case that merely names it does not notice for that alone.
    """
    for section in _EXPRESSIONS:
        for position, entry in enumerate(root.table[section].items if section in root.table else ()):
            subject = entry.table["id"].text if "id" in entry.table else str(position)
            yield from _left_out(root, section, position, entry, subject)
            for key in _EXPRESSIONS[section]:
                if key in entry.table:
                    yield from _edited(pack, root, lines, (section, position, key), subject)
    for name, entry in root.table["parameters"].table.items() if "parameters" in root.table else ():
        yield from _parameter(pack, root, name, entry)


def _left_out(root: Item, section: str, position: int, entry: Item, subject: str) -> Iterator[Mutant]:
    zh, en, place = f"去掉{_ZH[section]} {subject}", f"{_EN[section]} {subject} left out", f"{entry.file}:{entry.line}"
    if section == "caps":
        # More than any count or amount that can have been used.
        key, limit = ("count", "1000000001") if "count" in entry.table else ("amount", "99999999999999.99")
        if key in entry.table:
            yield Mutant(place, zh, en, put(root, (section, position, key), _text(entry.table[key], limit)))
        return
    held = "true" if section == "rules" else "false"
    table = {key: item for key, item in entry.table.items() if key != "otherwise"} | {"when": _text(entry, held)}
    yield Mutant(
        place, zh, en, put(root, (section, position), replace(entry, value=table, keys={**entry.keys, "when": entry}))
    )
    if section == "benefit":
        for key in ("ceiling", "cost", "less"):
            if key in entry.table:
                kept = {name: item for name, item in entry.table.items() if name != key}
                yield Mutant(f"{entry.file}:{entry.keys[key].line}", f"去掉待遇 {subject} 的 {key}", f"{key} of benefit {subject} left out",
                             put(root, (section, position), replace(entry, value=kept)))  # fmt: skip


def _edited(pack: Pack, root: Item, lines: Sequence[str], path: Path, subject: str) -> Iterator[Mutant]:
    section, key = str(path[0]), str(path[-1])
    item = get(root, path)
    names = _names(pack)
    for edit in edits(item.text, lambda text: _stands_among_money(text, names, is_money=key in _MONEY)):
        before, after = _context(item.text, edit), _context(edit.text, edit)
        yield Mutant(
            _place(item, edit, lines),
            f"{_ZH[section]} {subject} 的 {key}：{before} 改为 {after}",
            f"{key} of {_EN[section]} {subject}: {before} becomes {after}",
            put(root, path, _text(item, edit.text)),
        )


def _parameter(pack: Pack, root: Item, name: str, entry: Item) -> Iterator[Mutant]:
    parameter = pack.parameters.get(name)
    if parameter is None:
        return
    places: list[Path] = [("parameters", name, "values")] if "values" in entry.table else []
    if "areas" in entry.table:
        places += [("parameters", name, "areas", code) for code in entry.table["areas"].table]
    for path in places:
        dates = get(root, path)
        for text, value in dates.table.items():
            key = dates.keys[text]
            if isinstance(key.value, date):
                for other in days_beside(key.value):
                    yield Mutant(f"{key.file}:{key.line}:{key.column}", f"参数 {name}：{text} 起改为 {other} 起",
                                 f"parameter {name}: from {text} becomes from {other}", put(root, path, _dated_anew(dates, text, other)), name)  # fmt: skip
            for told in _other_values(parameter.kind, value, parameter.type.values or ()):
                yield Mutant(f"{value.file}:{value.line}:{value.column}", f"参数 {name}（{text} 起）：{value.text} 改为 {told.text}",
                             f"parameter {name} from {text}: {value.text} becomes {told.text}", put(root, (*path, text), told), name)  # fmt: skip


def _other_values(kind: str, item: Item, codes: Sequence[str]) -> list[Item]:
    value = item.value
    if isinstance(value, bool):
        return [replace(item, value=not value, text=str(not value).lower())]
    if isinstance(value, date):
        return [replace(item, value=day, text=day.isoformat()) for day in days_beside(value)]
    if isinstance(value, int | Decimal):
        least = CENT if kind == "money" else Decimal(1).scaleb(-len(item.text.partition(".")[2]))
        others = near(Decimal(value), least)
        return [replace(item, value=_plain(other), text=shown(other)) for other in others]
    if isinstance(value, str) and kind == "text":
        return [replace(item, value=code, text=code) for code in codes if code != value][:1]
    return []


def _plain(value: Decimal) -> int | Decimal:
    return int(value) if value == value.to_integral_value() else value


def _dated_anew(dates: Item, text: str, day: date) -> Item:
    table, keys = {}, {}
    for key, item in dates.table.items():
        name = day.isoformat() if key == text else key
        table[name] = item
        keys[name] = replace(dates.keys[key], value=day, text=name) if key == text else dates.keys[key]
    return replace(dates, value=table, keys=keys)


# — where a number stands —


def _names(pack: Pack) -> dict[str, Node]:
    found = pack.vocabulary.names
    found.update({name: tree.Parameter(one.type, name) for name, one in pack.parameters.items() if one.kind != "list"})
    if pack.tier is not None:
        codes = tuple(tier.id for tier in pack.tiers)
        found["tier"] = tree.Tier(replace(pack.tier.type, values=codes))
    return found


def _stands_among_money(text: str, names: dict[str, Node], *, is_money: bool) -> bool:
    """Whether the number in place of ``{}`` is compared with money, or added to it; a factor is not."""
    if not text.replace("{}", "").strip("() "):
        return is_money
    try:
        root = parse(text.replace("{}", str(_STAND_IN)), names)
    except Unreadable:
        return False
    for node in tree.walk(root):
        parts = list(tree.children(node))
        if any(isinstance(part, tree.Number) and part.value == _STAND_IN for part in parts):
            is_sum = not isinstance(node, tree.Divide) and not (
                isinstance(node, tree.Arithmetic) and node.operator == "*"
            )
            return is_sum and any(part.type.yuan == 1 for part in (node, *parts))
    return False


def _place(item: Item, edit: Edit, lines: Sequence[str]) -> str:
    """The line and column of the changed word; for a folded text, found by counting words from where it begins."""
    if item.style not in (">", "|"):
        quote = 1 if item.style in ("'", '"') else 0
        return f"{item.file}:{item.line}:{item.column + edit.offset + quote}"
    seen = 0
    for number, line in enumerate(lines[item.line :], start=item.line + 1):
        words = tokens_of(line)
        if seen + len(words) > edit.number:
            return f"{item.file}:{number}:{words[edit.number - seen].start() + 1}"
        seen += len(words)
    return f"{item.file}:{item.line}"


def _context(text: str, edit: Edit) -> str:
    """The changed word with its neighbours: enough to find it by eye."""
    tokens = tokens_of(text)
    number = next((at for at, token in enumerate(tokens) if token.start() >= edit.offset), len(tokens) - 1)
    first, last = tokens[max(0, number - 2)], tokens[min(len(tokens) - 1, number + 2)]
    return f"“{text[first.start() : last.end()]}”"


# — one item of the file in place of another —


def get(root: Item, path: Path) -> Item:
    for key in path:
        root = root.items[key] if isinstance(key, int) else root.table[key]
    return root


def put(root: Item, path: Path, item: Item) -> Item:
    if not path:
        return item
    key, rest = path[0], path[1:]
    if isinstance(key, int):
        items = root.items
        return replace(root, value=(*items[:key], put(items[key], rest, item), *items[key + 1 :]))
    return replace(root, value={**root.table, key: put(root.table[key], rest, item) if key in root.table else item})


def _text(like: Item, text: str) -> Item:
    return Item(like.file, like.line, like.column, text, text)
