"""DuckDB, PostgreSQL and Python decide every generated case alike, to the cent. `make soak` runs enough packs for 100,000 pairs."""

import os
import random
import subprocess
from datetime import date
from pathlib import Path

import duckdb
import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from niangjia.engines import policy
from niangjia.engines.policy.expressions.to_sql import POSTGRES_PRELUDE
from niangjia.engines.policy.tests.generated import COLUMNS, FACTS_YAML, arrow_of, pack_yaml, rows_of

CHECKOUT = Path(__file__).parents[2]
ASOF = date(2023, 10, 31)
ROWS = 200
PACKS = int(os.environ.get("NIANGJIA_DIFFERENTIAL_PACKS", "15"))
AMOUNTS = {"used_times": "BIGINT", "used_sum": "DECIMAL(16,2)", "used_part": "DECIMAL(16,2)", "area": "VARCHAR"}


@pytest.fixture(scope="module")
def postgres():
    if not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        pytest.skip("PostgreSQL is not installed: scripts/setup test")
    script = [CHECKOUT / "scripts" / "with-postgres", "sh", "-c", 'echo "$NIANGJIA_DATABASE_URL"; exec cat']
    server = subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdin and server.stdout
    with psycopg.connect(server.stdout.readline().strip(), autocommit=True) as connection:
        connection.execute(POSTGRES_PRELUDE)
        kinds = {name: kind for name, (kind, _) in COLUMNS.items()} | AMOUNTS
        columns = ", ".join(f'"{name}" {kind}' for name, kind in [*kinds.items(), ("place", "INTEGER")])
        connection.execute(f"CREATE TABLE facts ({columns})")
        yield connection
    server.stdin.close()
    server.wait(timeout=60)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("programs")
    (folder / "vocabulary" / "facts").mkdir(parents=True)
    (folder / "vocabulary" / "facts" / "all.yaml").write_text(FACTS_YAML, encoding="utf-8")
    (folder / "330000-demo" / "generated").mkdir(parents=True)
    return folder


def fill(connection, rows):
    connection.execute("TRUNCATE facts")
    names = [*COLUMNS, *AMOUNTS]
    columns = ", ".join(f'"{name}"' for name in [*names, "place"])
    with connection.cursor().copy(f"COPY facts ({columns}) FROM STDIN") as copy:
        for place, row in enumerate(rows):
            copy.write_row([*(row[name] for name in names), place])


def told(columns, rows, wanted):
    places = [columns.index(name) for name in wanted]
    return [tuple(row[place] for place in places) for row in rows]


def test_every_generated_case_is_decided_alike(postgres, folder):
    compared = 0

    @settings(
        max_examples=PACKS,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(text=pack_yaml(), seed=st.integers(0, 2**32))
    def decided_alike(text, seed):
        nonlocal compared
        place = folder / "330000-demo" / "generated"
        (place / "program.yaml").write_text(text, encoding="utf-8")
        try:
            pack = policy.load_pack(place, policy.load_vocabulary(folder))
        except policy.PackError:
            return  # numbers that could grow too large, and the like: refused before any engine sees them
        rows = rows_of(ROWS, seed)
        fill(postgres, rows)
        with duckdb.connect(config={"threads": 1}) as connection:
            connection.register("facts", arrow_of(rows))
            for with_caps in (False, True):
                found = connection.sql(policy.batch_sql(pack, asof=ASOF, with_caps=with_caps))
                wanted = [name for name in found.columns if name not in COLUMNS and name not in AMOUNTS]
                one = told(found.columns, found.fetchall(), wanted)
                cursor = postgres.execute(
                    f"SELECT * FROM ({policy.batch_sql(pack, asof=ASOF, with_caps=with_caps, dialect='postgres')}) AS decided ORDER BY place"
                )
                other = told([column.name for column in cursor.description], cursor.fetchall(), wanted)
                assert one == other, (
                    text,
                    next(pair for pair in zip(rows, one, other, strict=True) if pair[1] != pair[2]),
                )
                compared += len(one)

    decided_alike()
    assert compared >= PACKS * ROWS, compared


def test_the_comparison_goes_red_when_postgres_divides_otherwise(postgres, folder):
    """A planted fault: quotients rounded instead of cut."""
    body = 'rules:\n  - {id: r, when: "round(cost / 3, 2) = 0.67", say: {zh: 甲, en: a}, clause: c}\n'
    place = folder / "330000-demo" / "generated"
    head = 'id: generated\ntitle: {zh: 甲, en: a}\nissuer: x\narea: "33"\nunit: person\nsource: s\nentry: application\n'
    (place / "program.yaml").write_text(head + body, encoding="utf-8")
    pack = policy.load_pack(place, policy.load_vocabulary(folder))
    row = rows_of(1, random.Random(1).randrange(99))[0] | {"cost": 2, "area": "330624001000"}
    fill(postgres, [row])
    query = policy.batch_sql(pack, asof=ASOF, dialect="postgres")
    outcome = "SELECT rule_r FROM ({}) AS decided"
    assert postgres.execute(outcome.format(query)).fetchall() == [(True,)]
    postgres.execute(
        "CREATE OR REPLACE FUNCTION whole_quotient(numeric, numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT round($1 / $2) + 1'"
    )
    try:
        assert postgres.execute(outcome.format(query)).fetchall() != [(True,)]
    finally:
        postgres.execute(
            "CREATE OR REPLACE FUNCTION whole_quotient(numeric, numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT div($1, $2)'"
        )
