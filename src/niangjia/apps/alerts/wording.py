"""Codes of the list in words a worker can read. Triggers are worded by the sensing pack; these are the house's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from niangjia.apps.alerts.types import Sentence
from niangjia.apps.organizations import areas
from niangjia.kernel.money import show_yuan

MONEY_FIGURES = ("I2", "I3", "I4", "M4", "M5")

# The pack words its sentences with the vocabulary's names, the list carries the codes of `sensing.md` §4.
FACTS: Mapping[str, str] = {
    "household_income": "I2",
    "income_per_capita": "I3",
    "net_income_per_capita": "I4",
    "oop_net": "M4",
    "oop_max_stay": "M5",
    "household_size": "size",
}

SUPPRESSIONS: Mapping[str, tuple[str, str]] = {
    "S-MOVED": ("户籍和参保已迁离本市", "The household moved away from this city"),
    "S-RETIRED": (
        "家中职工均已退休，由社区关心",
        "Every worker of the household is retired; the community cares for them",
    ),
    "S-SCHEME": (
        "已在民政救助名单中，核对工会档案和差额",
        "Already under a civil scheme; the union checks its file and the gap",
    ),
    "S-FILED": (
        "工会已为此原因建档，在档案下继续帮扶",
        "The union has an open file for this cause; help goes on under it",
    ),
    "S-PAID": ("今年已发放专项帮扶金，不再重复发放", "This year's special grant was paid; none is paid twice"),
    "S-RECENT": (
        "六个月内核实过不困难，情况没有明显变化",
        "Verified as not in hardship within six months, and little has changed",
    ),
    "S-PROP": ("财产超过标准，需要说明情况", "Property over the limit needs an explanation"),
    "S-OPTOUT": ("本人不同意用数据比对", "The person does not want to be cross-checked"),
    "S-LOWCONF": ("数据不足，先请基层了解", "Too little data; the grassroots union is asked first"),
}

LABELS: Mapping[str, tuple[str, str]] = {
    "needs-property-explanation": ("请说明财产情况", "Please explain the property"),
    "no-register": ("没有户籍记录，按一人户或夫妻计算", "No household record; counted as one person or a couple"),
    "bereaved": ("家中唯一有收入的人去世", "The household's only earner has died"),
    "no-standard": (
        "当地低保标准缺失，相关条件未计算",
        "The local minimum-living standard is missing; what needs it was not computed",
    ),
}
PREFIXED_LABELS: Mapping[str, tuple[str, str]] = {
    "scheme": ("已享受{}", "Already in a civil-affairs scheme: {}"),
    "transfer": ("已迁往{}，移交当地工会", "Moved to {}; handed to the union there"),
}
_SCHEMES = {
    "dibao": ("低保", "minimum living allowance"),
    "tekun": ("特困供养", "support for people in extreme hardship"),
    "dibian": ("低保边缘", "households just above the minimum living standard"),
    "rigid": ("刚性支出困难", "hardship through unavoidable spending"),
}


NO_INCOME = "no-income"


def reason(
    code: str, say: Mapping[str, str], figures: Mapping[str, Decimal | int | None], labels: tuple[str, ...]
) -> Sentence:
    """
    What one trigger says of one row: the sentence of the label that fits it, else the one without figures where one that it names
    is not known, else its own. A household without any income is never told a share of it.
    """
    fitting = [*labels, *([NO_INCOME] if figures.get("I2") == 0 else [])]
    key = next((label for label in fitting if f"zh:{label}" in say), "")
    if not key and "zh:unknown" in say and any(figures.get(name) is None for name in _named(say.get("zh", ""))):
        key = "unknown"
    zh, en = (say.get(f"{language}:{key}" if key else language, code) for language in ("zh", "en"))
    return Sentence(code, fill(zh, figures), fill(en, figures))


def _named(text: str) -> list[str]:
    return [FACTS.get(name, name) for name in re.findall(r"\{(\w+)\}", text)]


def fill(text: str, figures: Mapping[str, Decimal | int | None]) -> str:
    """
    `text` with ``{I4}`` or ``{oop_net}`` replaced by the figure; one that is UNKNOWN or not on the list is left out with its unit.

    Only bare names are replaced: a pack's author cannot reach anything else.

    >>> fill("自付 {oop_net} 元，{a.b}", {"M4": Decimal("23500")})
    '自付 23,500.00 元，{a.b}'
    >>> fill("净损失 {event_loss} 元，超过八成", {}), fill("Net loss of {event_loss} yuan, more than 80 %", {})
    ('净损失，超过八成', 'Net loss, more than 80 %')
    """
    unknown = [name for name in re.findall(r"\{(\w+)\}", text) if figures.get(FACTS.get(name, name)) is None]
    for name in unknown:
        text = re.sub(r"(?: (?:of|by))? ?\{" + name + r"\}(?: ?(?:元|个月|人|yuan|months))?", "", text)

    def one(match: re.Match[str]) -> str:
        code = FACTS.get(match.group(1), match.group(1))
        value = figures.get(code)
        if code in MONEY_FIGURES and value is not None:
            return show_yuan(Decimal(value))
        return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)

    return re.sub(r"\{(\w+)\}", one, text)


def suppression(code: str) -> Sentence:
    return Sentence(code, *SUPPRESSIONS.get(code, (code, code)), is_note=True)


def label(code: str) -> Sentence:
    kind, _, value = code.partition(":")
    if kind in PREFIXED_LABELS:
        zh, en = PREFIXED_LABELS[kind]
        names = _SCHEMES.get(value) or (areas.name_of(value, "zh"), areas.name_of(value, "en"))
        return Sentence(code, zh.format(names[0]), en.format(names[1]), is_note=True)
    return Sentence(code, *LABELS.get(code, (code, code)), is_note=code != "bereaved")
