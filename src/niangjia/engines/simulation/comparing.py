"""Two answers to the same rows, counted: by county, never by person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from niangjia.engines.sensing.plan.steps import Workbench, text
from niangjia.engines.simulation.results import QUANTILES, ZERO, Cell, Spread

_NOBODY = """SELECT NULL::INT AS number, NULL::VARCHAR AS outcome, NULL::DECIMAL(16,2) AS amount, NULL::DECIMAL(18,2) AS if_granted,
    NULL::VARCHAR AS missing_parameter WHERE FALSE"""

# A measure is a set of rows. Nobody comes in or goes out, gains or loses, unless both sides can tell.
_SETS = {
    "before_granted": "b_granted",
    "after_granted": "a_granted",
    "before_untold": "b_outcome = 'cannot_tell'",
    "after_untold": "a_outcome = 'cannot_tell'",
    "newly_in": "is_told AND a_granted AND NOT b_granted",
    "newly_out": "is_told AND b_granted AND NOT a_granted",
    "from_untold": "NOT is_told AND a_granted AND NOT b_granted",
    "to_untold": "NOT is_told AND b_granted AND NOT a_granted",
    "gainers": "is_told AND a_yuan > b_yuan",
    "losers": "is_told AND a_yuan < b_yuan",
    "changed": "a_outcome IS DISTINCT FROM b_outcome OR a_yuan <> b_yuan",
    "untold_without_yuan": "a_outcome = 'cannot_tell' AND if_granted IS NULL",
    "without_parameter": "lacks_parameter",
}
_BIT = {name: 1 << place for place, name in enumerate(_SETS)}
_WITHOUT_HOUSEHOLDS = ("untold_without_yuan", "without_parameter")


def compare(bench: Workbench, rows: str, before: str | None, after: str | None, area: str) -> dict[str, Cell]:
    """
    County → what the two tables of answers say of its rows. A missing table covers nobody.

    `rows`: the unit's table. `area`: prefix of the divisions that either pack holds in. Each row is marked with the sets it is in, so
    that one count by marks gives every measure of rows, and another, of the marks of each household, every measure of households.
    """
    marks = " | ".join(f"CASE WHEN {test} THEN {_BIT[name]} ELSE 0 END" for name, test in _SETS.items())
    bench.make(
        "compared",
        "one row per row that either pack decides about",
        f"""
        SELECT county, household, ({marks})::INT AS marks, b_yuan, a_yuan, if_granted FROM (
            SELECT r.county, r.household, b.outcome AS b_outcome, a.outcome AS a_outcome, a.if_granted,
                   coalesce(b.outcome = 'granted', false) AS b_granted, coalesce(a.outcome = 'granted', false) AS a_granted,
                   CASE WHEN b.outcome = 'granted' THEN coalesce(b.amount, 0) ELSE 0 END AS b_yuan,
                   CASE WHEN a.outcome = 'granted' THEN coalesce(a.amount, 0) ELSE 0 END AS a_yuan,
                   b.outcome IS DISTINCT FROM 'cannot_tell' AND a.outcome IS DISTINCT FROM 'cannot_tell'
                       AND b.missing_parameter IS NULL AND a.missing_parameter IS NULL AS is_told,
                   coalesce(a.missing_parameter, b.missing_parameter) IS NOT NULL AS lacks_parameter
            FROM {rows} r LEFT JOIN {before or f"({_NOBODY})"} b ON b.number = r.number
            LEFT JOIN {after or f"({_NOBODY})"} a ON a.number = r.number
            WHERE starts_with(r.area, {text(area)}))""",
    )
    found: dict[str, dict[str, int | Decimal]] = defaultdict(lambda: defaultdict(int))
    for county, bits, count, before_yuan, after_yuan, if_granted in bench.rows("""
            SELECT county, marks, count(*), sum(b_yuan)::DECIMAL(18,2), sum(a_yuan)::DECIMAL(18,2), sum(if_granted)::DECIMAL(18,2)
            FROM compared GROUP BY county, marks"""):
        _add(found[county or ""], bits, count, "")
        yuan = {"before_yuan": before_yuan, "after_yuan": after_yuan}
        yuan["gained_yuan"] = after_yuan - before_yuan if bits & _BIT["gainers"] else ZERO
        yuan["lost_yuan"] = before_yuan - after_yuan if bits & _BIT["losers"] else ZERO
        yuan["untold_yuan"] = (if_granted or ZERO) if bits & _BIT["after_untold"] else ZERO
        for name, value in yuan.items():
            found[county or ""][name] += value
    households = "compared"
    if rows == "rows_person":  # several rows of one household
        households = "(SELECT county, household, bit_or(marks) AS marks FROM compared GROUP BY county, household)"
    for county, bits, count in bench.rows(f"SELECT county, marks, count(*) FROM {households} GROUP BY county, marks"):
        _add(found[county or ""], bits, count, "_households")
    return {county: Cell(**found[county]) for county in sorted(found)}  # type: ignore[arg-type]


def _add(cell: dict[str, int | Decimal], bits: int, count: int, suffix: str) -> None:
    cell[f"rows{suffix}"] += count
    for name, bit in _BIT.items():
        if bits & bit and not (suffix and name in _WITHOUT_HOUSEHOLDS):
            cell[f"{name}{suffix}"] += count


def spread(bench: Workbench, which: str) -> Spread:
    """How much one gains (`gainers`) or loses (`losers`), over the rows that `compare` left."""
    sign = "a_yuan - b_yuan" if which == "gainers" else "b_yuan - a_yuan"
    places = ", ".join(str(place) for place in QUANTILES)
    rows, households, values = bench.connection.execute(f"""
        SELECT count(*), count(DISTINCT household), quantile_disc({sign}, [{places}]) FROM compared WHERE marks & {_BIT[which]} <> 0
    """).fetchone() or (0, 0, None)
    return Spread(rows, households, tuple(Decimal(value) for value in values or ()))


def lacks(bench: Workbench, answers: str) -> Mapping[int, int]:
    """Bits of missing facts → rows that have just these."""
    return dict(bench.rows(f"SELECT lacks, count(*) FROM {answers} WHERE outcome = 'cannot_tell' GROUP BY lacks"))


def missing_parameters(bench: Workbench, answers: str) -> dict[str, int]:
    """Parameter without a value → rows that wait for it."""
    return dict(
        bench.rows(
            f"SELECT missing_parameter, count(*) FROM {answers} WHERE missing_parameter IS NOT NULL GROUP BY ALL ORDER BY ALL"
        )
    )
