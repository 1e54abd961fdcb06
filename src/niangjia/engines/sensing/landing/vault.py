"""Who a pseudonym is: sealed with each batch, opened only for the persons asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet

from niangjia.engines.sensing.landing import storage
from niangjia.engines.sensing.landing.feeds import Feed
from niangjia.kernel.sealing import Keys


@dataclass(frozen=True)
class Identity:
    """`name` and `phone` are empty if no feed that landed carried them."""

    id_number: str
    name: str
    phone: str


def vault_path(lake: Path, batch: str) -> Path:
    return lake / "vault" / f"{batch}.sealed"


def seal_identities(connection: duckdb.DuckDBPyConnection, relation: str, feed: Feed, lake: Path, batch: str, keys: Keys) -> None:
    """Write the distinct persons of `relation`: pseudonym, id_number, name, phone and, for canvass, note."""
    ids = feed.id_columns
    if not ids:
        return
    carried = {column.vault for column in feed.columns.values() if column.lake == "vault"}
    words = ["name", "phone"] + (["note"] if "note" in carried else [])
    texts = ", ".join(f"{f'_vault_{word}' if word in carried else 'CAST(NULL AS VARCHAR)'} AS {word}" for word in words)
    persons = " UNION ".join(
        f"SELECT DISTINCT {column.lake_name} AS person, _id{column.suffix} AS id_number, {texts} FROM {relation}" for column in ids
    )
    table = connection.sql(f"SELECT replace(CAST(person AS VARCHAR), '-', '') AS person, * EXCLUDE (person) FROM ({persons}) AS persons").to_arrow_table()
    write_sealed(table, vault_path(lake, batch), f"vault/{batch}", keys)


def write_sealed(table: pa.Table, path: Path, place: str, keys: Keys) -> None:
    """A Parquet that exists in memory only; on disk it is ciphertext."""
    buffer = pa.BufferOutputStream()
    pa.parquet.write_table(table, buffer, compression="zstd", compression_level=1, use_dictionary=False, write_statistics=False)
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
    asked = {pseudonym.replace("-", "").lower(): pseudonym for pseudonym in pseudonyms}
    found: dict[str, Identity] = {}
    for batch in richest:
        _add(lake, batch, keys, set(asked), found)
    for batch in others:
        if len(found) == len(asked):
            break
        _add(lake, batch, keys, set(asked) - set(found), found)
    return {asked[pseudonym]: identity for pseudonym, identity in found.items()}


def _add(lake: Path, batch: str, keys: Keys, wanted: set[str], found: dict[str, Identity]) -> None:
    path = vault_path(lake, batch)
    if not path.exists() or not wanted:
        return
    table = read_sealed(path, f"vault/{batch}", keys)
    rows = table.filter(pa.compute.is_in(table["person"], pa.array(sorted(wanted)))).to_pylist()
    for row in sorted(rows, key=lambda row: (row["person"], row["name"] or "", row["phone"] or "")):
        known = found.get(row["person"])
        found[row["person"]] = Identity(
            id_number=row["id_number"],
            name=(known.name if known else "") or row["name"] or "",
            phone=(known.phone if known else "") or row["phone"] or "",
        )
