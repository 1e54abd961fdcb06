"""An answer as typed becomes one text, and that text a value: whatever is typed into a form, nothing breaks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from niangjia.apps.matters.types import Question
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Union
from niangjia.kernel.days import NotADay, read_day
from niangjia.kernel.identity import fault_of_id_number, read_id_number, read_mobile
from niangjia.kernel.money import typed_number
from niangjia.kernel.problems import Refusal

LONGEST = 2000
_BEHIND = re.compile(r"(岁|个月|月|天|人|次|年|户|名|位)$")
_POSITION = re.compile(r"(-?[0-9]{1,2}(?:\.[0-9]{1,9})?)[,，\s]+(-?[0-9]{1,3}(?:\.[0-9]{1,9})?)")
_MOST_NAMED = 5
_LEVELS = {"province": "省级工会", "city": "市级工会", "county": "县级工会", "town": "乡镇（街道）工会", "grassroots": "基层工会", "federation": "行业工会联合会"}  # fmt: skip
_PLACES = {"money": 2, "integer": 0, "number": 6}


class Unreadable(Refusal):
    """What was typed is no answer to the question `name`; says what would be. `part` of a day (y, m, d) is the one to mend, if it is one."""

    name = ""
    part = ""


def text_of(question: Question, typed: str | Iterable[str], *, today: date | None = None) -> str:
    """
    The answer in the one form in which it is kept: yes or no, a code, 2024-05-31, a plain number, words. Several choices stand between bars.
    What has happened already did so `today` at the latest.

    Raises:
        Unreadable.
    """
    try:
        return _text_of(question, typed, today if question.is_past else None)
    except Unreadable as wrong:
        wrong.name = question.name
        raise


def _text_of(question: Question, typed: str | Iterable[str], until: date | None) -> str:
    if question.kind == "choices":
        chosen = [typed] if isinstance(typed, str) else list(typed)
        codes = [code for code in question.values if code in chosen]
        if not codes:
            raise Unreadable("请至少选一项。", "Choose at least one.")
        return "|".join(codes)
    said = (typed if isinstance(typed, str) else next(iter(typed), "")).strip()
    text = unicodedata.normalize("NFKC", said)
    match question.kind:
        case "boolean":
            if text not in ("yes", "no"):
                raise Unreadable("请选一项。", "Choose one.")
            return text
        case "choice":
            if text not in question.values:
                raise Unreadable("请选一项。", "Choose one.")
            return text
        case "date":
            return _day(text, until)
        case "money" | "integer" | "number":
            return _number(question, text)
    if not said:
        raise Unreadable("请填写。", "Please fill this in.")
    match question.kind:
        case "union":
            return _union(said, question.union_level)
        case "position":
            return _position(text)
        case "id_number":
            if (number := read_id_number(text)) is None:
                raise Unreadable(*(fault_of_id_number(text) or ("", "")))
            return number
        case "phone":
            if (mobile := read_mobile(text)) is None:
                raise Unreadable("请填 11 位手机号。", "Type a mobile number of 11 digits.")
            return mobile
        case "name" if len(said) > 60 or any(mark.isdigit() for mark in said):
            raise Unreadable("请填真实姓名。", "Type the real name.")
    if len(said) > LONGEST:
        raise Unreadable(f"太长，最多 {LONGEST} 字。", f"Too long: at most {LONGEST} characters.")
    return said.replace("\0", "")


def _number(question: Question, text: str) -> str:
    try:
        number = typed_number(_BEHIND.sub("", text))
    except ValueError:
        raise Unreadable("请填一个数，例如 12000。", "Type a number, such as 12000.") from None
    if abs(number) >= 10**13:
        raise Unreadable("请填一个数，例如 12000。", "Type a number, such as 12000.")
    places = _PLACES[question.kind]
    if number != number.quantize(Decimal(1).scaleb(-places)):
        if places == 0:
            raise Unreadable("请填整数。", "Type a whole number.")
        raise Unreadable("小数太长，请少写几位。", "Too many decimals.")
    if question.kind == "money" and question.low is None and number < 0:
        raise Unreadable("金额不能小于 0。", "An amount is not below 0.")
    low, high = question.low, question.high
    if (low is not None and number < low) or (high is not None and number > high):
        between = f"{'' if low is None else f'{low:f}'} – {'' if high is None else f'{high:f}'}".strip()
        raise Unreadable(f"请填 {between} 之间的数。", f"Type a number in {between}.")
    return f"{number.normalize():f}" if number else "0"


def _day(text: str, until: date | None) -> str:
    try:
        return read_day(text, until=until).isoformat()
    except NotADay as wrong:
        refusal = Unreadable(wrong.zh, wrong.en)
        refusal.part = wrong.part
        raise refusal from None


def _union(said: str, level: str) -> str:
    """By its number as it was kept, its code, its whole name, or a part of it that only one has; of that level alone, if one is asked for."""
    number, bar, _name = said.partition("|")
    known = organizations.get_unions([int(number)]).values() if bar and number.isdigit() and len(number) < 10 else ()
    found = [one for one in known if one.is_active] or _unions_called(said)
    if level and found and not (found := [one for one in found if one.level == level.upper()]):
        raise Unreadable(
            f"“{said}”不是{_LEVELS[level]}。请写那个工会的全名或编号。",
            f"{said!r} is no union of the level {level}. Type the whole name or number of that one.",
        )
    if len(found) == 1:
        return f"{found[0].id}|{found[0].name}"
    if not found:
        raise Unreadable(
            "没有找到这个工会，请写单位工会的名称或编号；单位没有工会的，写所在街道（乡镇）总工会。",
            "No such union; type its name or number. Where a workplace has none, name the union of its street or town.",
        )
    some = "；".join(f"{one.name}（{one.code}）" for one in found[:_MOST_NAMED])
    raise Unreadable(
        f"不止一个：{some}。请写全名或括号里的编号。",
        f"There are several: {some}. Type the whole name, or the number in brackets.",
    )


def _unions_called(said: str) -> list[Union]:
    root = organizations.find_root()
    found = (
        [one for one in organizations.find_unions(root.path, said[:100], most=_MOST_NAMED + 1) if one.is_active]
        if root
        else []
    )
    return [one for one in found if said in (one.name, one.code)] or found


def _position(text: str) -> str:
    """Latitude and longitude in degrees, as phones give them."""
    read = _POSITION.fullmatch(text.strip())
    if read is None or abs(Decimal(read[1])) > 90 or abs(Decimal(read[2])) > 180:
        raise Unreadable(
            "位置写作“纬度,经度”，例如 30.2741,120.1551；不知道可以不填。",
            "A position is latitude and longitude, such as 30.2741,120.1551; it may be left out.",
        )
    return f"{read[1]},{read[2]}"


def value_of(question: Question, text: str) -> object:
    """What `text_of` made, as the rules take it."""
    match question.kind:
        case "boolean":
            return text == "yes"
        case "date":
            return date.fromisoformat(text)
        case "integer":
            return int(text)
        case "money" | "number":
            return Decimal(text)
        case "choices":
            return tuple(text.split("|"))
    return text


def typed_form(value: object) -> str:
    """A value of the register as somebody would type it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


def shown(question: Question, text: str) -> Mapping[str, str]:
    """The answer in words, both languages."""
    if question.kind == "boolean":
        return {"zh": "是", "en": "yes"} if text == "yes" else {"zh": "否", "en": "no"}
    if question.kind in ("choice", "choices"):
        codes = text.split("|")
        return {
            "zh": "、".join(question.values.get(code, {}).get("zh", code) for code in codes),
            "en": ", ".join(question.values.get(code, {}).get("en", code) for code in codes),
        }
    if question.kind in ("money", "number", "integer"):
        number = Decimal(text)
        plain = f"{number:,.2f}".removesuffix(".00") if question.kind == "money" else f"{number:,f}"
        return {one: f"{plain} {question.unit.get(one, '')}".strip() for one in ("zh", "en")}
    if question.kind == "union":
        text = text.partition("|")[2]
    return {"zh": text, "en": text}
