"""Money is `Decimal` yuan with two places; never a float."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
LARGEST = Decimal("99999999999999.99")  # DECIMAL(16,2), the type of every money column


def yuan(value: Decimal | int | str) -> Decimal:
    """
    Yuan rounded half up to the cent.

    >>> yuan("0.005")
    Decimal('0.01')
    >>> yuan("-2.345")
    Decimal('-2.35')

    Raises:
        TypeError: a float was given.
        ValueError: not a number, or too large for DECIMAL(16,2).
    """
    if isinstance(value, float):
        raise TypeError("money is never a float")
    try:
        amount = Decimal(value).quantize(CENT, ROUND_HALF_UP)
    except InvalidOperation as error:
        raise ValueError(f"{value!r} 不是金额 / is not an amount") from error
    if not amount.is_finite() or abs(amount) > LARGEST:
        raise ValueError(f"{value!r} 不是金额 / is not an amount")
    return amount


_AMOUNT = re.compile(r"([+-]?)¥?([+-]?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(\.[0-9]*)?(万)?(?:元|yuan)?")


def typed_number(text: str) -> Decimal:
    """
    A number as people write it: 12,000 · 12000元 · ￥12000 · 1.2万; never as programs do (1e5).

    >>> typed_number("￥22,310.00 元"), typed_number("1.2万"), typed_number("－500")
    (Decimal('22310.00'), Decimal('12000.0'), Decimal('-500'))

    Raises:
        ValueError: it is none, or its commas do not stand between thousands.
    """
    plain = unicodedata.normalize("NFKC", text).replace("，", ",")
    found = _AMOUNT.fullmatch("".join(plain.split()))
    if found is None or (found[1] and found[2]):
        raise ValueError(f"{text!r} 不是数 / is not a number")
    number = Decimal(f"{found[1] or found[2]}{found[3].replace(',', '')}{found[4] or ''}")
    return number * 10_000 if found[5] else number


def show_yuan(amount: Decimal) -> str:
    """
    >>> show_yuan(Decimal("127500"))
    '127,500.00'
    """
    return f"{amount.quantize(CENT, ROUND_HALF_UP):,.2f}"


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def yuan_in_capitals(amount: Decimal) -> str:
    """
    Financial capitals as Chinese vouchers carry them.

    >>> yuan_in_capitals(Decimal("286843.70"))
    '贰拾捌万陆仟捌佰肆拾叁元柒角整'
    >>> yuan_in_capitals(Decimal("127500"))
    '壹拾贰万柒仟伍佰元整'
    >>> yuan_in_capitals(Decimal("10005.06"))
    '壹万零伍元零陆分'
    """
    cents = int(abs(amount).quantize(CENT, ROUND_HALF_UP) * 100)
    whole, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    text = _whole_in_capitals(whole) + "元" if whole else ""
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif fen and whole:
        text += "零"
    text += _DIGITS[fen] + "分" if fen else "整"
    if not cents:
        text = "零元整"
    return ("负" if amount < 0 else "") + text


def _whole_in_capitals(whole: int) -> str:
    groups = []
    while whole:
        groups.append(whole % 10_000)
        whole //= 10_000
    text, gap = "", False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):
            text += "零"
        text += _group_in_capitals(group) + _GROUPS[place]
        gap = False
    return text


def _group_in_capitals(group: int) -> str:
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _UNITS[place]
            gap = False
        else:
            gap = True
    return text
