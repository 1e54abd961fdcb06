"""The same pack gives the same answer to the cent on DuckDB and in Python: more than 20,000 generated cases a run."""

from __future__ import annotations

import collections
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from niangjia.engines import policy
from niangjia.engines.policy.tests.generated import FACTS_YAML, arrow_of, pack_yaml, rows_of

ASOF = date(2023, 10, 31)
ROWS = 250
EXAMPLES = 60
tally: collections.Counter[str] = collections.Counter()


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> policy.Vocabulary:
    folder = tmp_path_factory.mktemp("programs")
    (folder / "vocabulary" / "facts").mkdir(parents=True)
    (folder / "vocabulary" / "facts" / "all.yaml").write_text(FACTS_YAML, encoding="utf-8")
    return policy.load_vocabulary(folder)


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


@pytest.fixture(scope="module")
def pack_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("generated")


@settings(max_examples=EXAMPLES, deadline=None, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck), database=None)
@given(text=pack_yaml(), seed=st.integers(0, 2**32))
def test_every_generated_case_is_decided_alike(vocabulary, connection, pack_folder, text, seed):
    (pack_folder / "program.yaml").write_text(text, encoding="utf-8")
    try:
        pack = policy.load_pack(pack_folder, vocabulary)
    except policy.PackError as error:
        # The only faults these texts may have: numbers that could grow too large, too much SQL, a bare literal where money belongs.
        allowed = ("38 digits", "Too many nested", "DECIMAL(16,2)", "is not money", "differ in unit")
        assert all(any(reason in fault.en for reason in allowed) for fault in error.problems), f"{error}\n{text}"
        tally["refused when read"] += 1
        return
    rows = rows_of(ROWS, seed)
    connection.register("facts", arrow_of(rows))
    programs: dict[str, policy.Program] = {}
    for with_caps in (False, True):
        sql = policy.batch_sql(pack, asof=ASOF, with_caps=with_caps)
        batch = connection.sql(sql).fetchall()
        names = connection.sql(f"DESCRIBE {sql}").fetchall()
        for row, found in zip(rows, (dict(zip((name[0] for name in names), one, strict=True)) for one in batch), strict=True):
            _compare(pack, programs, row, found, with_caps)
            tally["cases"] += 1
            tally[str(found["outcome"])] += 1


def _compare(pack: policy.Pack, programs: dict[str, policy.Program], row: dict[str, object], found: dict[str, object], with_caps: bool) -> None:
    area = str(row["area"])
    try:
        if area not in programs:
            programs[area] = policy.compile_program(pack, asof=ASOF, area=area)
    except (policy.MissingParameter, policy.OutsideArea):
        assert found["outcome"] is None and found["missing_parameter"], row
        return
    used = {"times": row["used_times"], "sum": row["used_sum"]} if with_caps else None
    program = programs[area]
    decision, trace = program.decide(row, used), program.trace(row, used)
    assert found["missing_parameter"] is None
    assert with_caps or program.decide_read(policy.read_facts(pack.vocabulary, row)) == decision
    assert (decision.outcome, decision.tier, decision.amount) == (found["outcome"], found["tier"], found["amount"]), (row, program.source)
    for ids, prefix, truths in ((pack.rules, "rule_", trace.rules), (pack.tiers, "tier_", trace.tiers)):
        for one, truth in zip(ids, truths, strict=True):
            assert found[prefix + one.id] is truth, (one.id, row, program.source)
    if with_caps:
        for cap, truth in zip(pack.caps, trace.caps, strict=True):
            assert found[f"cap_{cap.id}"] is truth, (cap.id, row)
    for line, cents in zip(pack.line_values, trace.lines, strict=True):
        amount = found[f"line_{line}"]
        assert (None if amount is None else int(amount * 100)) == cents, (line, row, program.source)
    if decision.outcome == "granted":
        assert "|".join(decision.needs_approval) == found["needs_approval"]
        assert decision.amount is not None and decision.amount >= 0 and decision.amount.as_tuple().exponent == -2
    expected = (trace.tier, trace.total) if decision.outcome == "granted" else (decision.tier, None)
    assert (decision.tier, None if decision.amount is None else int(decision.amount * 100)) == expected


def test_enough_cases_of_every_outcome_were_compared():
    assert tally["cases"] >= 20_000, tally
    assert all(tally[outcome] >= 500 for outcome in ("granted", "refused", "cannot_tell", "None")), tally
