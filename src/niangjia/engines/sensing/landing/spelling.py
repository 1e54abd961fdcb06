"""SQL that reads what owners write: full-width digits, four kinds of dates, 15-digit IDs, thousands separators.

Every function takes SQL text for one VARCHAR and gives SQL text for the reading, NULL where it cannot be read. What is
already clean is recognised first by one regular expression; the long way runs only for the other rows (CASE is lazy).
The reference for ID numbers is `kernel.identity.read_id_number`; a generated test holds the two equal.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from niangjia.engines.sensing.landing.feeds import Column

# Python's \s, the zero-width characters that kernel.identity folds away, and no others.
_BLANK = (
    r"\t-\r\x{1c}-\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200d}\x{2028}\x{2029}\x{202f}\x{205f}\x{2060}\x{3000}\x{feff}"
)
_TIME = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?(?:\+08:?00)?"
_SPLIT_DATE = rf"([0-9]{{4}})[-/.年]([0-9]{{1,2}})[-/.月]([0-9]{{1,2}})(?:日?(?:[ T]{_TIME})?|日{_TIME})"
_SOLID_DATE = rf"([0-9]{{4}})([0-9]{{2}})([0-9]{{2}})(?:[ T]?{_TIME}|[0-9]{{6}})?"
_SERIAL = r"[1-9][0-9]{4}(?:\.[0-9]+)?"
# What an export tool leaves when it has already lost the text, and Excel's error cells.
_GARBAGE = r"[\x{00}-\x{08}\x{0e}-\x{1f}\x{7f}\x{fffd}]|锟斤拷|#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!)"
LOST_DIGITS = r"-?[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+"
_PLAIN_NAME = r"[\x{3400}-\x{951e}\x{9520}-\x{9fff}]+"  # without 锟
_PLAIN_CODE = r"[!\"$-*,-\[\]-~]+"


def text(value: str) -> str:
    """A SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def is_blank(sql: str) -> str:
    r"""Nothing written: NULL, blanks, or ``\N``."""
    return rf"({sql} IS NULL OR {sql} = '' OR regexp_full_match({sql}, '[{_BLANK}]*(?:\\N[{_BLANK}]*)?'))"


@cache
def _narrow_table() -> tuple[str, str]:
    """Characters that NFKC turns into one ASCII character, and that character; the full-width ones, which are common, aside."""
    wide, plain = [], []
    for point in range(0x80, 0x20000):
        folded = unicodedata.normalize("NFKC", chr(point))
        if len(folded) == 1 and "!" <= folded <= "~" and not 0xFF01 <= point <= 0xFF5E:
            wide.append(chr(point))
            plain.append(folded)
    return "".join(wide), "".join(plain)


def _narrow_macros() -> list[str]:
    """
    `narrow`: full-width characters become half-width. `narrow_all`, for ID numbers: NFKC for every character that becomes
    ASCII, in steps: full-width, then the rare ones (superscripts, mathematical, circled), then circled 10 to 50, which
    become two digits. Two macros because the second takes long to plan, and a file has twenty columns.
    """
    full_width = "".join(chr(point) for point in range(0xFF01, 0xFF5F))
    half_width = "".join(chr(point) for point in range(0x21, 0x7F))
    wide, plain = _narrow_table()
    return [
        f"CREATE MACRO narrow(x) AS CASE WHEN strlen(x) = length(x) THEN x ELSE translate(x, {text(full_width)}, {text(half_width)}) END",
        f"CREATE MACRO narrow_rare(x) AS translate(x, {text(wide)}, {text(plain)})",
        """CREATE MACRO narrow_circled(x) AS array_to_string(list_transform(string_split(x, ''), lambda c: CASE
            WHEN unicode(c) BETWEEN 9321 AND 9331 THEN (unicode(c) - 9311)::VARCHAR
            WHEN unicode(c) BETWEEN 12881 AND 12895 THEN (unicode(c) - 12860)::VARCHAR
            WHEN unicode(c) BETWEEN 12977 AND 12991 THEN (unicode(c) - 12941)::VARCHAR ELSE c END), '')""",
        """CREATE MACRO narrow_all(x) AS list_transform([narrow(x)], lambda c: CASE WHEN strlen(c) = length(c) THEN c
            WHEN regexp_matches(c, '[⑩-⑳㉑-㉟㊱-㊿]') THEN narrow_circled(narrow_rare(c)) ELSE narrow_rare(c) END)[1]""",
    ]


def macros() -> list[str]:
    """The long ways, as macros of the connection."""
    return [
        *_narrow_macros(),
        rf"CREATE MACRO drop_blanks(x) AS regexp_replace(x, '[{_BLANK}]+', '', 'g')",
        "CREATE MACRO squeeze(x) AS drop_blanks(narrow(x))",
        "CREATE MACRO fold(x) AS upper(squeeze(x))",
        rf"CREATE MACRO strip_blanks(x) AS regexp_replace(x, '^[{_BLANK}]+|[{_BLANK}]+$', '', 'g')",
        _id_macro(),
        r"CREATE MACRO join_date(x, p) AS regexp_extract(x, p, 1) || '-' || lpad(regexp_extract(x, p, 2), 2, '0') || '-' || lpad(regexp_extract(x, p, 3), 2, '0')",
        rf"CREATE MACRO tidy_date(x) AS ltrim(regexp_replace(strip_blanks(regexp_replace(narrow(x), '[{_BLANK}]+', ' ', 'g')), ' ?([-/.年月日]) ?', '\1', 'g'), '''')",
        f"""CREATE MACRO long_date(x, epoch) AS CASE
            WHEN regexp_full_match(x, '{_SPLIT_DATE}') THEN join_date(x, '^{_SPLIT_DATE}$')
            WHEN regexp_full_match(x, '{_SOLID_DATE}') THEN join_date(x, '^{_SOLID_DATE}$')
            WHEN regexp_full_match(x, '{_SERIAL}') THEN (epoch + CAST(regexp_extract(x, '^[0-9]+') AS INTEGER))::VARCHAR END""",
        r"""CREATE MACRO long_month(x) AS CASE
            WHEN regexp_full_match(x, '[0-9]{4}[-/年](?:0?[1-9]|1[0-2])月?|[0-9]{4}\.?(?:0[1-9]|1[0-2])')
            THEN x[1:4] || '-' || lpad(regexp_extract(x[5:], '[0-9]+'), 2, '0') END""",
        r"""CREATE MACRO long_amount(x) AS CASE
            WHEN regexp_full_match(x, '[-+]?[¥￥]?-?(?:[0-9]{1,14}|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]{1,2}0*)?元?')
            THEN regexp_replace(x, '[,¥￥元+]', '', 'g') END""",
        r"""CREATE MACRO long_number(x) AS CASE
            WHEN regexp_full_match(x, '[-+]?(?:[0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?(?:M2|㎡|平方米)?')
            THEN regexp_replace(x, ',|\+|M2|㎡|平方米', '', 'g') END""",
        r"""CREATE MACRO long_ratio(x) AS CASE
            WHEN regexp_full_match(x, '[0-9]{1,3}(?:\.[0-9]+)?%') THEN CAST(x[:-2] AS DECIMAL(20,10)) * 0.01::DECIMAL(2,2)
            WHEN regexp_full_match(x, '[0-9]{1,6}/[1-9][0-9]{0,5}')
            THEN CAST((CAST(split_part(x, '/', 1) AS BIGINT) * 10000000000 + CAST(split_part(x, '/', 2) AS BIGINT) // 2)
                 // CAST(split_part(x, '/', 2) AS BIGINT) AS DECIMAL(20,0)) * 0.0000000001::DECIMAL(10,10)
            WHEN regexp_full_match(x, '[0-9]{1,3}(?:\.[0-9]+)?') THEN CAST(x AS DECIMAL(20,10)) END""",
    ]


def _id_macro() -> str:
    return r"""CREATE MACRO long_id(x) AS list_transform([ltrim(upper(drop_blanks(narrow_all(x))), '''')], lambda c: CASE
        WHEN regexp_full_match(c, '[0-9]{17}[0-9X]') THEN c
        WHEN regexp_full_match(c, '[0-9]{15}') THEN c[1:6] || '19' || c[7:15] || '?' END)[1]"""


def id_candidate(sql: str) -> str:
    """18 characters that look like an ID number; ``?`` stands for the check digit a 15-digit number lacks."""
    return (
        f"CASE WHEN regexp_full_match({sql}, '[0-9]{{17}}[0-9X]') THEN {sql} WHEN {sql} <> '' THEN long_id({sql}) END"
    )


def id_check_digit(digits: str) -> str:
    """
    The check digit of 17 digits given as BIGINT (ISO 7064 mod 11-2).

    With q(k) = n // 10^k the weighted sum Σ d(k)·2^k is n − 4·Σ 2^k·q(k), which needs half the divisions.
    """
    weighted = " + ".join(f"{2**place} * ({digits} // {10**place})" for place in range(1, 17))
    return f"substr('10X98765432', CAST((2 * ({digits} - 4 * ({weighted}))) % 11 AS BIGINT) + 1, 1)"


def birth_of(digits: str) -> str:
    """The birth date inside 17 digits; NULL if there is no such day. Arithmetic, four times as fast as text."""
    day = f"({digits} // 1000)"
    year, month = f"({day} // 10000 % 10000)", f"({day} // 100 % 100)"
    leap = f"({year} % 4 = 0 AND ({year} % 100 <> 0 OR {year} % 400 = 0))"
    length = f"CASE WHEN {month} IN (4, 6, 9, 11) THEN 30 WHEN {month} <> 2 THEN 31 WHEN {leap} THEN 29 ELSE 28 END"
    return (
        f"CASE WHEN {month} BETWEEN 1 AND 12 AND {day} % 100 BETWEEN 1 AND {length} AND {year} > 0 "
        f"THEN make_date({year}, {month}, {day} % 100) END"
    )


def id_number_of(digits: str) -> str:
    """The 18 characters again."""
    return f"lpad({digits}::VARCHAR, 17, '0') || {id_check_digit(digits)}"


def pseudonym_of(id_number: str) -> str:
    """
    `kernel.sealing.Keys.pseudonym_of` as a UUID: HMAC-SHA256 from its two hashes. Parameters: see `hmac_pads`.
    """
    return f"CAST(left(sha256($outer_pad || unhex(sha256($inner_pad || encode({id_number})))), 32) AS UUID)"


def hmac_pads(key: bytes) -> dict[str, bytes]:
    """The key as HMAC mixes it; a parameter and never SQL text, so that no message can show it."""
    padded = key.ljust(64, b"\0")
    return {"outer_pad": bytes(byte ^ 0x5C for byte in padded), "inner_pad": bytes(byte ^ 0x36 for byte in padded)}


def as_text(sql: str, native: str) -> str:
    """A Parquet value as the text a CSV would carry. Doubles: 15 digits, what Excel and people see of them."""
    if native == "VARCHAR":
        return sql
    if native in ("DOUBLE", "FLOAT"):
        return (
            f"CASE WHEN {sql} IS NULL THEN NULL ELSE format('{{:.15g}}', {sql}::DOUBLE) END"
            if native == "DOUBLE"
            else f"{sql}::VARCHAR"
        )
    return f"{sql}::VARCHAR"


def date_value(sql: str, native: str, epoch: str) -> str:
    """A DATE; whether it is a sensible one, the caller asks."""
    if native == "DATE":
        return sql
    if native == "TIMESTAMP WITH TIME ZONE":
        return f"CAST({sql} AT TIME ZONE 'Asia/Shanghai' AS DATE)"
    if native.startswith("TIMESTAMP"):
        return f"CAST({sql} AS DATE)"
    sql = as_text(sql, native)
    return (
        f"TRY_CAST(CASE WHEN regexp_full_match({sql}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') THEN {sql} "
        f"WHEN {sql} <> '' THEN long_date(tidy_date({sql}), DATE '{epoch}') END AS DATE)"
    )


def month_value(sql: str, native: str, epoch: str) -> str:
    """``YYYY-MM``."""
    if native == "DATE" or native.startswith("TIMESTAMP"):
        return f"left({date_value(sql, native, epoch)}::VARCHAR, 7)"
    sql = as_text(sql, native)
    good = "[0-9]{4}-(?:0[1-9]|1[0-2])"
    tidy = f"tidy_date({sql})"
    slow = f"coalesce(long_month({tidy}), left(TRY_CAST(long_date({tidy}, DATE '{epoch}') AS DATE)::VARCHAR, 7))"
    return f"CASE WHEN regexp_full_match({sql}, '{good}') THEN {sql} WHEN {sql} <> '' THEN {slow} END"


def money_value(sql: str, native: str) -> str:
    """DECIMAL(16,2), exact: an amount with more than two decimals is not read."""
    if native.startswith("DECIMAL"):
        scale = int(native.partition("(")[2].rstrip(")").split(",")[1])
        read = f"TRY_CAST({sql} AS DECIMAL(16,2))"
        return read if scale <= 2 else f"CASE WHEN TRY_CAST({sql} AS DECIMAL(38,2)) = {sql} THEN {read} END"
    if native in _INTEGERS:
        return f"TRY_CAST({sql} AS DECIMAL(16,2))"
    sql = as_text(sql, native)
    return (
        f"TRY_CAST(CASE WHEN regexp_full_match({sql}, '-?[0-9]{{1,14}}(?:\\.[0-9]{{1,2}})?') THEN {sql} "
        f"WHEN {sql} <> '' THEN long_amount(fold(replace({sql}, '−', '-'))) END AS DECIMAL(16,2))"
    )


def number_value(sql: str, native: str) -> str:
    """DECIMAL(16,4), rounded."""
    if native.startswith("DECIMAL") or native in _INTEGERS:
        return f"TRY_CAST({sql} AS DECIMAL(16,4))"
    sql = as_text(sql, native)
    return f"TRY_CAST(CASE WHEN {sql} <> '' THEN long_number(fold({sql})) END AS DECIMAL(16,4))"


def ratio_value(sql: str, native: str) -> str:
    """DECIMAL(18,10) from 0 to 1; ``50%`` and ``1/2`` are read too."""
    if native.startswith("DECIMAL") or native in _INTEGERS:
        return f"TRY_CAST({sql} AS DECIMAL(18,10))"
    sql = as_text(sql, native)
    return f"TRY_CAST(CASE WHEN {sql} <> '' THEN long_ratio(fold({sql})) END AS DECIMAL(18,10))"


def flag_value(sql: str, native: str) -> str:
    """BOOLEAN from 0/1, true/false, 是/否."""
    if native == "BOOLEAN":
        return sql
    sql = as_text(sql, native)
    return (
        f"CASE WHEN {sql} = '1' THEN true WHEN {sql} = '0' THEN false WHEN {sql} = '' THEN NULL "
        f"WHEN fold({sql}) IN ('1', 'TRUE', '是') THEN true WHEN fold({sql}) IN ('0', 'FALSE', '否') THEN false END"
    )


def integer_value(sql: str, native: str, column: Column) -> str:
    """INTEGER, one of the declared values if there are any."""
    if native in _INTEGERS:
        read = f"TRY_CAST({sql} AS INTEGER)"
        return f"CASE WHEN {sql} IN ({', '.join(column.values)}) THEN {read} END" if column.values else read
    sql = as_text(sql, native)
    if column.values:
        return f"TRY_CAST({_one_of(sql, column)} AS INTEGER)"
    return f"CASE WHEN regexp_full_match(fold({sql}), '-?[0-9]{{1,9}}') THEN CAST(fold({sql}) AS INTEGER) END"


def code_value(sql: str, native: str, column: Column) -> str:
    """A code without blanks, half-width; with declared values one of those, whatever its spelling."""
    sql = as_text(sql, native)
    if column.values:
        return _one_of(sql, column)
    slow = (
        f"CASE WHEN regexp_matches({sql}, '{_GARBAGE}|\\n') OR regexp_full_match({sql}, '{LOST_DIGITS}') OR {is_blank(sql)} "
        f"THEN NULL ELSE squeeze({sql}) END"
    )
    if column.pattern:
        form = text(column.pattern)
        slow = f"CASE WHEN regexp_full_match({slow}, {form}) THEN {slow} END"
        return f"CASE WHEN regexp_full_match({sql}, {form}) THEN {sql} WHEN {sql} <> '' THEN {slow} END"
    return f"CASE WHEN regexp_full_match({sql}, '{_PLAIN_CODE}') THEN {sql} WHEN {sql} <> '' THEN {slow} END"


def _one_of(sql: str, column: Column) -> str:
    """The stored value for each of its spellings; first as written, then folded."""
    exact = " ".join(
        f"WHEN {text(spelling)} THEN {text(value)}"
        for value, others in column.values.items()
        for spelling in (value, *others)
    )
    folded = " ".join(
        f"WHEN {text(spelling.upper())} THEN {text(value)}"
        for value, others in column.values.items()
        for spelling in (value, *others)
    )
    otherwise = ""
    if column.open_values:
        otherwise = f" ELSE CASE WHEN regexp_matches({sql}, '{_GARBAGE}|\\n') OR {is_blank(sql)} THEN NULL ELSE squeeze({sql}) END"
    long_way = f"CASE fold({sql}) {folded}{otherwise} END"
    return f"CASE {sql} {exact} ELSE CASE WHEN {sql} <> '' THEN {long_way} END END"


def text_value(sql: str, native: str, delimiter: str, *, is_free: bool) -> str:
    """
    Text as written, without blanks around it: names keep every character.

    A line break together with the file's delimiter means that an unpaired quote swallowed rows; free notes may have both.
    """
    sql = as_text(sql, native)
    stripped = f"strip_blanks({sql})"
    swallowed = (
        ""
        if is_free or not delimiter
        else f" OR (contains({sql}, chr(10)) AND contains({stripped}, {text(delimiter)}))"
    )
    unreadable = f"regexp_matches({sql}, '{_GARBAGE}'){swallowed} OR {is_blank(sql)}"
    return f"CASE WHEN regexp_full_match({sql}, '{_PLAIN_NAME}') THEN {sql} WHEN {sql} <> '' AND NOT ({unreadable}) THEN {stripped} END"


def phone_value(sql: str, native: str) -> str:
    """Digits and signs of one or two numbers; ``1.38E+10`` has lost its digits."""
    sql = as_text(sql, native)
    form = "[-0-9+()/、,;]{5,40}"
    return (
        f"CASE WHEN regexp_full_match({sql}, '{form}') THEN {sql} "
        f"WHEN {sql} <> '' AND regexp_full_match(fold({sql}), '{form}') THEN fold({sql}) END"
    )


_INTEGERS = frozenset(
    ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"]
)
