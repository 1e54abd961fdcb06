"""SQL reads what people write, and agrees with the kernel about who is a person."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from niangjia.engines.sensing.landing import spelling
from niangjia.kernel import identity
from niangjia.kernel.sealing import Keys

KEYS = Keys(pseudonym=bytes(range(32)), blind_index=b"b" * 32, sealing={"1": b"s" * 32})


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    for macro in spelling.macros():
        connection.execute(macro)
    yield connection
    connection.close()


def read(database: duckdb.DuckDBPyConnection, sql: str, written: str | None) -> object:
    return database.execute(f"SELECT {sql} FROM (SELECT CAST(? AS VARCHAR) AS x)", [written]).fetchall()[0][0]


def read_ids(database: duckdb.DuckDBPyConnection, written: list[str]) -> list[str | None]:
    candidate, digits = spelling.id_candidate("x"), "TRY_CAST(left(t, 17) AS BIGINT)"
    sql = f"""
        SELECT CASE WHEN b IS NOT NULL AND right(t, 1) IN (e, '?') THEN {spelling.id_number_of("n")} END
        FROM (SELECT *, {spelling.birth_of("n")} AS b, {spelling.id_check_digit("n")} AS e
              FROM (SELECT i, t, {digits} AS n FROM (SELECT i, {candidate} AS t FROM (
                    SELECT unnest(range(len($texts))) AS i, unnest($texts) AS x)))) ORDER BY i"""
    return [row[0] for row in database.execute(sql, {"texts": written}).fetchall()]


@st.composite
def written_ids(draw: st.DrawFn) -> str:
    """ID numbers as they come: right, nearly right, 15 digits, and dressed in whatever an export adds."""
    day = draw(st.dates(date(1, 1, 1), date(2030, 12, 31)))
    body = (
        f"{draw(st.integers(0, 999999)):06d}{day:%Y%m%d}".replace(" ", "0").zfill(14)[-14:]
        + f"{draw(st.integers(0, 999)):03d}"
    )
    body = body[:6] + f"{day.year:04d}" + body[10:]
    number = body + mod_11_2.calc_check_digit(body)
    kind = draw(st.integers(0, 9))
    if kind == 0:
        number = number[:6] + number[8:17]
    elif kind == 1:
        position = draw(st.integers(0, 17))
        number = number[:position] + draw(st.sampled_from("0123456789Xx²⑩Ⅹ٣a ")) + number[position + 1 :]
    elif kind == 2:
        number = number[: draw(st.integers(0, 18))]
    elif kind == 3:
        number = (
            number[:6]
            + draw(st.sampled_from(["00000101", "20230229", "20231301", "20230132", "19000229", "20240229"]))
            + number[14:]
        )
    if draw(st.booleans()):
        number = number.translate({ord(half): chr(ord(half) + 0xFEE0) for half in "0123456789X"})
    if draw(st.booleans()):
        number = number.lower()
    for _ in range(draw(st.integers(0, 2))):
        position = draw(st.integers(0, len(number)))
        number = (
            number[:position]
            + draw(st.sampled_from(" '\t\u3000\u200b\ufeff\xa0\n＇\x1c\x85\u2028"))
            + number[position:]
        )
    return number


@settings(max_examples=int(os.environ.get("NIANGJIA_EXAMPLES", "150")), deadline=None)
@given(
    st.lists(
        st.one_of(written_ids(), st.text(max_size=20), st.text("0123456789Xx ０１９Ｘ①⑩", max_size=20)),
        min_size=40,
        max_size=80,
    )
)
def test_an_id_number_is_read_in_sql_as_in_the_kernel(database: duckdb.DuckDBPyConnection, written: list[str]) -> None:
    written = [text.replace("\0", "") for text in written]
    assert read_ids(database, written) == [identity.read_id_number(text) for text in written]


def test_every_single_character_is_folded_in_sql_as_in_the_kernel(database: duckdb.DuckDBPyConnection) -> None:
    characters = [chr(point) for point in range(1, 0x20000) if not 0xD800 <= point < 0xE000]
    folded = database.execute(
        "SELECT long_id(repeat('1', 16) || x || 'X') FROM (SELECT unnest(?) AS x)", [characters]
    ).fetchall()
    for character, (sql,) in zip(characters, folded, strict=True):
        number = identity.fold("1" * 16 + character + "X").lstrip("'")
        if len(number) == 18 and number[:17].isascii() and number[:17].isdigit() and number[17] == "X":
            assert sql == number, hex(ord(character))
        else:
            assert sql is None, hex(ord(character))


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("11010519491231002X", "11010519491231002X"),
        ("11010519491231002x", "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        ("'110105 1949 1231 002X", "11010519491231002X"),
        ("130503670401001", "130503196704010016"),
        ("810000199001010019", "810000199001010019"),
        ("830000198512125554", "830000198512125554"),
        ("911156199001010010", "911156199001010010"),
        ("110105194912310021", None),
        ("1.1010519491231e+17", None),
        ("1101051949123100", None),
        ("", None),
    ],
)
def test_known_id_numbers(database: duckdb.DuckDBPyConnection, written: str, number: str | None) -> None:
    assert read_ids(database, [written]) == [number]
    assert identity.read_id_number(written) == number


def test_the_pseudonym_in_sql_is_the_kernels(database: duckdb.DuckDBPyConnection) -> None:
    number = "11010519491231002X"
    sql = f"SELECT replace(CAST({spelling.pseudonym_of(spelling.id_number_of('n'))} AS VARCHAR), '-', '') FROM (SELECT {number[:17]} AS n)"
    assert database.execute(sql, spelling.hmac_pads(KEYS.pseudonym)).fetchall() == [(KEYS.pseudonym_of(number),)]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2023-10-08", date(2023, 10, 8)),
        ("2023-10-8", date(2023, 10, 8)),
        ("2023/10/8", date(2023, 10, 8)),
        ("20231008", date(2023, 10, 8)),
        ("2023年10月8日", date(2023, 10, 8)),
        ("2023 年 10 月 8 日", date(2023, 10, 8)),
        ("2026.2.3", date(2026, 2, 3)),
        ("２０２３－１０－０８", date(2023, 10, 8)),
        ("2023-10-31 23:59:59", date(2023, 10, 31)),
        ("2023-10-31T23:59:59.123+08:00", date(2023, 10, 31)),
        ("20231031235959", date(2023, 10, 31)),
        ("45207", date(2023, 10, 8)),
        ("45207.99", date(2023, 10, 8)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2023-02-29", None),
        ("2026年2月", None),
        ("1900-01-00", None),
        ("112-10-08", None),
        ("10/08/2023", None),
        ("2023-10-31T23:59:59Z", None),
        ("infinity", None),
        ("#N/A", None),
        ("", None),
    ],
)
def test_dates(database: duckdb.DuckDBPyConnection, written: str, day: date | None) -> None:
    assert read(database, spelling.date_value("x", "VARCHAR", "1899-12-30"), written) == day


def test_a_serial_date_of_a_1904_workbook_counts_from_1904(database: duckdb.DuckDBPyConnection) -> None:
    assert read(database, spelling.date_value("x", "VARCHAR", "1904-01-01"), "43745") == date(2023, 10, 8)


@pytest.mark.parametrize(
    ("written", "month"),
    [("2023-10", "2023-10"), ("202310", "2023-10"), ("2023年1月", "2023-01"), ("2023/1", "2023-01"), ("2023.10", "2023-10"),
     ("2023-10-01", "2023-10"), ("45207", "2023-10"), ("2023.1", None), ("2023-13", None), ("", None)],
)  # fmt: skip
def test_months(database: duckdb.DuckDBPyConnection, written: str, month: str | None) -> None:
    assert read(database, spelling.month_value("x", "VARCHAR", "1899-12-30"), written) == month


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1234.5", "1234.50"), ("1,234,567.89", "1234567.89"), ("￥1,234.50", "1234.50"), ("¥12", "12.00"), ("1234元", "1234.00"),
        ("１２３４．５", "1234.50"), (" 12 ", "12.00"), ("-12.00", "-12.00"), ("−12", "-12.00"), ("12.500", "12.50"), ("+5", "5.00"),
        ("99999999999999.99", "99999999999999.99"), ("100000000000000", None), ("12.345", None), ("0.00001", None), ("1.2万", None),
        ("1万元", None), ("1,5", None), ("1,0000", None), ("1.234,50", None), ("1e5", None), ("1_000", None), ("nan", None),
        ("inf", None), ("(5)", None), ("5.", None), ("", None),
    ],
)  # fmt: skip
def test_money_is_exact_or_not_read(database: duckdb.DuckDBPyConnection, written: str, amount: str | None) -> None:
    expected = None if amount is None else Decimal(amount)
    assert read(database, spelling.money_value("x", "VARCHAR"), written) == expected


@given(st.decimals(-(10**13), 10**13, places=2))
@settings(max_examples=60, deadline=None)
def test_any_amount_comes_back_to_the_cent(database: duckdb.DuckDBPyConnection, amount: Decimal) -> None:
    sql = spelling.money_value("x", "VARCHAR")
    for written in (f"{amount}", f"{amount:,}", f"{amount}元", f"￥{amount}"):
        assert read(database, sql, written) == amount


@pytest.mark.parametrize(
    ("written", "ratio"),
    [
        ("0.5", "0.5"),
        ("50%", "0.5"),
        ("1/2", "0.5"),
        ("1/3", "0.3333333333"),
        ("2/3", "0.6666666667"),
        ("1", "1"),
        ("一半", None),
    ],
)
def test_ratios(database: duckdb.DuckDBPyConnection, written: str, ratio: str | None) -> None:
    expected = None if ratio is None else Decimal(ratio)
    assert read(database, spelling.ratio_value("x", "VARCHAR"), written) == expected


@pytest.mark.parametrize(
    ("written", "number"),
    [("89.12㎡", "89.12"), ("1,089平方米", "1089"), ("８９", "89"), ("约90", None), ("nan", None)],
)
def test_areas(database: duckdb.DuckDBPyConnection, written: str, number: str | None) -> None:
    expected = None if number is None else Decimal(number)
    assert read(database, spelling.number_value("x", "VARCHAR"), written) == expected
