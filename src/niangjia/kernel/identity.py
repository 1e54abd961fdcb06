"""Resident identity numbers, names, phones and bank accounts: reading and masking. (The check digit is ISO 7064 mod 11-2.)"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_2

_BLANKS = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")


def fold(text: str) -> str:
    """Half-width, upper-case, without any blank: for numbers and codes, never for names."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).upper()


def read_id_number(text: str) -> str | None:
    """
    The 18-character resident ID number, or None if it is not one. 15-digit numbers are converted.

    Any region prefix is accepted (residence permits 81–83, permanent residents 9…): regions are renamed and split
    over the years, the check digit and the birth date are what can be tested.

    >>> read_id_number(" 11010519491231002x ")
    '11010519491231002X'
    >>> read_id_number("130503670401001")
    '130503196704010016'
    >>> read_id_number("110105194912310021") is None
    True
    """
    number = fold(text).lstrip("'")
    if re.fullmatch(r"[0-9]{15}", number):
        number = number[:6] + "19" + number[6:]
        number += mod_11_2.calc_check_digit(number)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return None
    try:
        mod_11_2.validate(number)
        birth_date(number)
    except (ValidationError, ValueError):
        return None
    return number


def fault_of_id_number(text: str) -> tuple[str, str] | None:
    """
    What is wrong with a number that was meant as a resident ID number, in Chinese and English, with what to do; None: nothing.

    A check digit says that a digit is wrong, not which one.
    """
    if read_id_number(text) is not None:
        return None
    number = fold(text).lstrip("'")
    if len(number) not in (15, 18):
        return (
            f"身份证号是 18 位（旧的 15 位），这里有 {len(number)} 位。请核对后重填。",
            f"A resident ID number has 18 characters (15 of old); here are {len(number)}. Check it and type it again.",
        )
    wrong = next((place for place, mark in enumerate(number, 1) if not _fits(mark, place, len(number))), None)
    if wrong is not None:
        return (
            f"身份证号第 {wrong} 位不对：只能是数字{'或 X' if wrong == 18 else ''}。请核对后重填。",
            f"Character {wrong} of the ID number is not a digit{' or X' if wrong == 18 else ''}. Check it and type it again.",
        )
    try:
        birth_date(number if len(number) == 18 else number[:6] + "19" + number[6:])
    except ValueError:
        last = 14 if len(number) == 18 else 12
        return (
            f"身份证号第 7 到 {last} 位不是一个日期（出生日期）。请核对后重填。",
            f"Characters 7 to {last} of the ID number are no day of birth. Check them and type it again.",
        )
    return (
        "身份证号的末位（校验码）与前 17 位对不上，有一位打错了。请对照证件逐位核对后重填。",
        "The last character of the ID number (its check digit) does not fit the 17 before it: one of them is mistyped. Compare each with the card.",
    )


def _fits(mark: str, place: int, length: int) -> bool:
    return mark in ("0123456789X" if place == length == 18 else "0123456789")


def read_name(text: str) -> str | None:
    """A person's name as written, two to forty letters; None: it holds digits or brackets, or is too short or too long."""
    name = text.strip()
    return name if re.fullmatch(r"[^\d<>]{2,40}", name) else None


def read_mobile(text: str) -> str | None:
    """The eleven digits of a mobile number; None: it is none."""
    number = fold(text)
    return number if re.fullmatch(r"1[0-9]{10}", number) else None


def read_phone(text: str) -> str | None:
    """
    The digits of a mobile number, or of a fixed line with its area code; None: it is neither.

    >>> read_phone("138 0000 0001"), read_phone("0575-86012345"), read_phone("86012345")
    ('13800000001', '057586012345', None)
    """
    number = fold(text).replace("-", "")
    return read_mobile(number) or (number if re.fullmatch(r"0[0-9]{9,11}", number) else None)


# Cards have 16 to 19 digits; passbooks of some banks have fewer, those of rural credit cooperatives more.
SHORTEST_ACCOUNT, LONGEST_ACCOUNT = 12, 25


def read_account(text: str) -> str | None:
    """
    The digits of a bank account, 12 to 25 of them; None: no bank could have it.

    >>> read_account("6222 0212 3456 7890 123"), read_account("1")
    ('6222021234567890123', None)
    """
    number = fold(text).replace("-", "")
    return number if re.fullmatch(rf"[0-9]{{{SHORTEST_ACCOUNT},{LONGEST_ACCOUNT}}}", number) else None


def birth_date(id_number: str) -> date:
    return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))


def sex(id_number: str) -> str:
    """``M`` or ``F``: the parity of the 17th digit."""
    return "M" if int(id_number[16]) % 2 else "F"


def mask_id_number(id_number: str) -> str:
    """
    >>> mask_id_number("11010519491231002X")
    '110105********002X'
    """
    return id_number[:6] + "*" * 8 + id_number[14:] if len(id_number) == 18 else "*" * len(id_number)


def mask_name(name: str) -> str:
    """
    The family name stays; compound surnames are not told apart, one character is enough for a notice.

    >>> mask_name("王小明")
    '王**'
    """
    return name[:1] + "*" * (len(name) - 1)


def mask_phone(phone: str) -> str:
    """
    >>> mask_phone("13812345678")
    '138****5678'
    """
    return phone[:3] + "****" + phone[-4:] if len(phone) >= 11 else "*" * len(phone)


def mask_account(account: str) -> str:
    """
    >>> mask_account("6222021234567890123")
    '**** 0123'
    """
    return "**** " + account[-4:]
