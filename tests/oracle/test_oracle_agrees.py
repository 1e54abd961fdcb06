"""
The product, entered only through its command line, against the oracle, row by row, in random nasty towns.

`NIANGJIA_ORACLE_SEEDS` = how many towns (default 1); `NIANGJIA_ORACLE_FIRST` = the first seed (default 0);
`NIANGJIA_ORACLE_STRICT=1` compares also the columns README.md calls unsettled.
A town can be written out again with ``python -m tests.oracle.towns SEED FOLDER``.
"""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest

from niangjia.kernel.months import Month
from tests.oracle.commands import CommandLine
from tests.oracle.oracle import Oracle
from tests.oracle.towns import Town

FIRST = int(os.environ.get("NIANGJIA_ORACLE_FIRST", "0"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("NIANGJIA_ORACLE_SEEDS", "1")))
STRICT = os.environ.get("NIANGJIA_ORACLE_STRICT") == "1"
LISTS = {"causes", "triggers", "labels", "reasons"}
NUMBERS = {"I2", "I3", "I4", "I5", "M4", "M5"}
SHOWN_HOUSEHOLDS = 12
CONFIDENCE_MINIMUM = Decimal("0.6")


def niangjia(command_line: CommandLine, *words: object, check: bool = True) -> str:
    """The command's output; a failed command fails the test with what it said."""
    code, out, err = command_line.run(*words)
    if check and code:
        said = (out + err).strip()[-3000:]
        pytest.fail(f"niangjia {' '.join(map(str, words))} ended with {code}:\n{said}", pytrace=False)
    return out


def listed(command_line: CommandLine, data: Path, month: Month) -> list[dict[str, str]]:
    words = ("list", "--month", month, "--csv", "--members", "--reason", "oracle comparison", "--data", data)
    text = niangjia(command_line, *words)
    table = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    assert table.fieldnames and table.fieldnames[0] == "members", (
        f"the first column should be members: {table.fieldnames}"
    )
    return list(table)


def same(column: str, ours: str, theirs: str) -> bool:
    if column in LISTS or column == "members":
        return set(filter(None, ours.split("|"))) == set(filter(None, theirs.split("|")))
    if column in NUMBERS and ours and theirs:
        try:
            return Decimal(ours) == Decimal(theirs)
        except InvalidOperation:
            return False
    return ours == theirs


def keyed(rows: list[dict[str, str]]) -> dict[tuple[str, bool], dict[str, str]]:
    """By members, and whether the row is an exit: an exit's old members may live on in another row."""
    found: dict[tuple[str, bool], dict[str, str]] = {}
    for row in rows:
        key = ("|".join(sorted(row["members"].split("|"))), row["state"] == "EXITED")
        assert key not in found, f"two rows for the same members: {key}"
        found[key] = row
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_the_product_lists_what_the_oracle_lists(seed: int, town_folder: Path, command_line: CommandLine) -> None:
    town = Town(seed)
    data = town_folder / "data"
    oracle = Oracle(home="330600")
    complaints: list[str] = []
    columns: Counter[str] = Counter()
    scenarios: Counter[str] = Counter()
    for kind, what in town.write(town_folder / "feeds"):
        if kind == "land":
            assert isinstance(what, Path)
            outcomes = oracle.land(what)
            stopped = any(landed.outcome == "stopped" for landed in outcomes.values())
            niangjia(command_line, "land", what, "--data", data, check=not stopped)
            continue
        assert isinstance(what, Month)
        niangjia(command_line, "sense", "--month", what, "--data", data)
        their_rows = listed(command_line, data, what)
        theirs = keyed(their_rows)
        # No document gives the weights of confidence, so the product's own figure decides S-LOWCONF for both.
        unsure = {
            tuple(sorted(row["members"].split("|")))
            for row in their_rows
            if row.get("confidence") and Decimal(row["confidence"]) < CONFIDENCE_MINIMUM
        }
        expected = {
            ("|".join(row.members), row.state == "EXITED"): row for row in oracle.sense(what, low_confidence=unsure)
        }
        for key in sorted(expected.keys() | theirs.keys()):
            ours_row, their_row = expected.get(key), theirs.get(key)
            lines = []
            if ours_row is None:
                lines.append(f"    only the product lists it: {their_row}")
                columns["(too many)"] += 1
            elif their_row is None:
                lines.append(f"    the product does not list it: {ours_row.shown()}")
                columns["(too few)"] += 1
            else:
                for column, value in ours_row.shown().items():
                    if column in ours_row.unsettled and not STRICT:
                        continue
                    if not same(column, value, their_row.get(column) or ""):
                        lines.append(f"    {column}: oracle {value!r}, product {their_row.get(column)!r}")
                        columns[column] += 1
            if lines:
                people = key[0].split("|")
                scenario = "+".join(sorted({town.scenario_of.get(person, "?") for person in people}))
                scenarios[scenario] += 1
                header = f"{what} {scenario} {key[0]}" + (" (exit)" if key[1] else "")
                if ours_row is not None:
                    header += f" oracle: {ours_row.state} {'|'.join(ours_row.triggers)}"
                if their_row is not None:
                    header += f" product: {their_row['state']} {their_row.get('triggers', '')}"
                evidence = [f"      {line}" for line in oracle.rows_about(people)]
                complaints.append("\n".join([header, *lines, *evidence]))
    if complaints:
        pytest.fail(
            f"seed {seed}: {len(complaints)} rows differ\n  columns: {dict(columns.most_common())}\n"
            f"  scenarios: {dict(scenarios.most_common())}\n\n" + "\n\n".join(complaints[:SHOWN_HOUSEHOLDS]),
            pytrace=False,
        )
