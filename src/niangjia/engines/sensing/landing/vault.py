"""Who a pseudonym is: sealed with each batch, opened only for the persons asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet
from stdnum.iso7064 import mod_11_2

from niangjia.engines.sensing.landing import storage
from niangjia.engines.sensing.landing.feeds import Feed
from niangjia.engines.sensing.landing.spelling import text
from niangjia.engines.sensing.landing.staging import digits_name
from niangjia.kernel.sealing import Keys

RICHEST = ("household", "member")  # the feeds that name everyone each month


@dataclass(frozen=True)
class Identity:
    """`name` and `phone` are empty if no feed that landed carried them."""

    id_number: str
    name: str
    phone: str


def vault_path(lake: Path, batch: str) -> Path:
    return lake / "vault" / f"{batch}.sealed"


def collect_identities(
    connection: duckdb.DuckDBPyConnection, relation: str, feed: Feed, known: Sequence[Path], *, met_before: int
) -> pa.Table:
    """
    The persons of `relation` (one or more rows each): pseudonym, first 17 digits of the ID, name, phone and, for canvass, note.

    Register and membership give everyone; the other feeds those only who are in none of `known`, lake files of these two.
    Feeds without a name or note leave out those whom this landing met before, the first `met_before` of `persons`.
    """
    carried = {column.vault for column in feed.columns.values() if column.lake == "vault"}
    words = ["name", "phone"] + (["note"] if "note" in carried else [])
    texts = ", ".join(f"{f'_vault_{word}' if word in carried else 'CAST(NULL AS VARCHAR)'} AS {word}" for word in words)
    persons = " UNION ALL ".join(
        f"SELECT {column.lake_name} AS person, {digits_name(column)} AS digits, {texts} FROM {relation}"
        for column in feed.id_columns
    )
    if feed.name not in RICHEST and "note" not in carried:
        if not carried:
            persons = f"SELECT person, digits, NULL::VARCHAR AS name, NULL::VARCHAR AS phone FROM persons WHERE rowid >= {met_before}"
        if known:
            paths = ", ".join(text(str(path)) for path in known)
            seen = f"SELECT person FROM read_parquet([{paths}], union_by_name = true)"
            persons = f"FROM ({persons}) ANTI JOIN ({seen}) USING (person)"
        persons = f"SELECT DISTINCT * FROM ({persons})"
    return connection.sql(  # in one order, so that landing the same delivery again seals the same bytes
        f"SELECT CAST(person AS BLOB) AS person, * EXCLUDE (person) FROM ({persons}) ORDER BY ALL"
    ).to_arrow_table()


def write_sealed(table: pa.Table, path: Path, place: str, keys: Keys) -> None:
    """A Parquet that exists in memory only; on disk it is ciphertext."""
    buffer = pa.BufferOutputStream()
    pa.parquet.write_table(table, buffer, compression="lz4", use_dictionary=False, write_statistics=False)
    storage.write(path, keys.seal(buffer.getvalue().to_pybytes(), place))


def read_sealed(path: Path, place: str, keys: Keys) -> pa.Table:
    return pa.parquet.read_table(pa.BufferReader(keys.open(path.read_bytes(), place)))


def open_identities(
    lake: Path, richest: Iterable[str], others: Iterable[str], keys: Keys, pseudonyms: set[str]
) -> dict[str, Identity]:
    """
    {pseudonym as asked: identity}. All of `richest` are opened, for names and phones; `others` until everyone is known.
    An earlier batch's name or phone is not overwritten by a later one's.
    """
    asked = {bytes.fromhex(pseudonym.replace("-", "")): pseudonym for pseudonym in pseudonyms}
    found: dict[bytes, Identity] = {}
    for batch in richest:
        _add(lake, batch, keys, set(asked), found)
    for batch in others:
        if len(found) == len(asked):
            break
        _add(lake, batch, keys, set(asked) - set(found), found)
    return {asked[pseudonym]: identity for pseudonym, identity in found.items()}


def _add(lake: Path, batch: str, keys: Keys, wanted: set[bytes], found: dict[bytes, Identity]) -> None:
    path = vault_path(lake, batch)
    if not path.exists() or not wanted:
        return
    table = read_sealed(path, f"vault/{batch}", keys)
    rows = table.filter(pa.compute.is_in(table["person"], pa.array(sorted(wanted), pa.binary()))).to_pylist()
    for row in sorted(rows, key=lambda row: (row["person"], row["name"] or "", row["phone"] or "")):
        known = found.get(row["person"])
        found[row["person"]] = Identity(
            id_number=_id_number(row["digits"]),
            name=(known.name if known else "") or row["name"] or "",
            phone=(known.phone if known else "") or row["phone"] or "",
        )


def _id_number(digits: int) -> str:
    written = f"{digits:017d}"
    return written + mod_11_2.calc_check_digit(written)
