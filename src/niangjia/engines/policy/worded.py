"""Values, verdicts and changes in Chinese and English words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from niangjia.engines.policy.pack import Pack
from niangjia.kernel.money import show_yuan

if TYPE_CHECKING:
    from niangjia.engines.policy.decision import Decision
    from niangjia.engines.policy.nearest import NearestChange

_OUTCOMES = {
    "granted": {"zh": "符合", "en": "granted"},
    "refused": {"zh": "不符合", "en": "refused"},
    "cannot_tell": {"zh": "还不能判断", "en": "cannot tell yet"},
}
_UNKNOWN = {"zh": "（还不知道）", "en": "(not known yet)"}
_NOT_SET = {"zh": "（尚未确定）", "en": "(not set yet)"}


@lru_cache(maxsize=20_000)
def shown(value: object, kind: str, language: str) -> str:
    """
    >>> shown(Decimal("60000"), "money", "zh"), shown(True, "boolean", "zh"), shown(Decimal("0.80"), "number", "en")
    ('60,000.00', '是', '0.8')
    """
    if value is None:
        return _UNKNOWN[language]
    if isinstance(value, bool):
        return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")
    if kind == "money" and isinstance(value, int | Decimal):
        return show_yuan(Decimal(value))
    if isinstance(value, Decimal):
        plain = f"{value:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def parameter(value: object, kind: str, language: str) -> str:
    return _NOT_SET[language] if value is None else shown(value, kind, language)


def verdict(truth: bool | None, language: str, *, is_set: bool = True) -> str:
    """`is_set`: every number that it names has a value here."""
    if truth is None and not is_set:
        return (
            "数尚未确定，结论不取决于它" if language == "zh" else "a number is not set; the answer does not hang on it"
        )
    words = {True: ("满足", "met"), False: ("不满足", "not met"), None: ("还不知道", "not known yet")}
    return words[truth][0 if language == "zh" else 1]


def result(pack: Pack, outcome: str, tier: str | None, language: str) -> str:
    title = next((one.title[language] for one in pack.tiers if one.id == tier), "")
    return (
        f"{_OUTCOMES[outcome][language]}（{title}）"
        if title and language == "zh"
        else _OUTCOMES[outcome][language] + (f" ({title})" if title else "")
    )


def summary(pack: Pack, decision: Decision, missing: Sequence[tuple[str, str]], language: str) -> str:
    told = result(pack, decision.outcome, decision.tier, language)
    if decision.outcome == "granted" and decision.amount is not None:
        given = _sums(pack, decision, language)
        return f"{told}，{'，'.join(given)}。" if language == "zh" else f"{told}, {', '.join(given)}."
    titles = [title for _, title in missing]
    if decision.outcome == "cannot_tell" and titles:
        return (
            f"{told}，请先核实：{'、'.join(titles)}。"
            if language == "zh"
            else f"{told}; find out first: {', '.join(titles)}."
        )
    return told + ("。" if language == "zh" else ".")


_LINE_KINDS = {
    "goods": {"zh": "实物", "en": "in goods"},
    "waived": {"zh": "免缴", "en": "waived"},
    "deferred": {"zh": "缓缴", "en": "deferred"},
    "owed": {"zh": "应缴", "en": "owed"},
}


def line_kind(kind: str, due: date | None, language: str) -> str:
    """
    What a line that is not money is, in brackets behind its sentence; empty for money.

    >>> line_kind("deferred", date(2023, 3, 31), "en"), line_kind("waived", None, "zh"), line_kind("money", None, "en")
    (' (deferred, due on 2023-03-31)', '（免缴）', '')
    """
    if kind == "money":
        return ""
    word = _LINE_KINDS[kind][language]
    if language == "zh":
        return f"（{word}，至迟 {due.isoformat()} 缴）" if due else f"（{word}）"
    return f" ({word}, due on {due.isoformat()})" if due else f" ({word})"


def _sums(pack: Pack, decision: Decision, language: str) -> list[str]:
    """What is given, what is not money told apart: a due that is waived is no payment."""
    assert decision.amount is not None
    kinds = {line.id: line.kind for line in pack.benefit}
    sums: dict[str, Decimal] = {}
    for line, amount in decision.given:
        kind = "money" if kinds[line] == "goods" else kinds[line]
        sums[kind] = sums.get(kind, Decimal(0)) + amount
    told = [kind for kind, amount in sums.items() if amount and kind != "money"]
    if not told:
        return [_yuan(decision.amount, language)]
    days = dict(decision.due)
    found = [_yuan(sums["money"], language)] if sums.get("money") else []
    for kind in told:
        lines = {days[line] for line, amount in decision.given if kinds[line] == kind and amount and line in days}
        # Several days would not be one sentence; the lines say each.
        due = next(iter(lines)) if len(lines) == 1 else None
        word, sum_of = _LINE_KINDS[kind][language], _yuan(sums[kind], language)
        if language == "zh":
            found.append(f"{word} {sum_of}" + (f"（至迟 {due.isoformat()} 缴）" if due else ""))
        else:
            found.append(f"{sum_of} {word}" + (f" (due on {due.isoformat()})" if due else ""))
    return found


def _yuan(amount: Decimal, language: str) -> str:
    return f"{show_yuan(amount)} 元" if language == "zh" else f"{show_yuan(amount)} yuan"


def change(pack: Pack, found: NearestChange, language: str) -> str:
    fact = pack.vocabulary.facts[found.fact]
    title, before, after = (
        fact.title[language],
        shown(found.value, fact.kind, language),
        shown(found.other, fact.kind, language),
    )
    told = result(pack, found.decision.outcome, found.decision.tier, language)
    if fact.kind == "money":
        before, after = (f"{before} 元", f"{after} 元") if language == "zh" else (f"{before} yuan", f"{after} yuan")
    if language == "zh":
        return f"若{title}由 {before} 变为 {after}，结果将变为：{told}。"
    return f"If {title} were {after} instead of {before}, the answer would be: {told}."
