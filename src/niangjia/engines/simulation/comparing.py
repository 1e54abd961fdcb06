"""Two answers to the same rows, counted: by county, never by person."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from niangjia.engines.sensing.plan.steps import Workbench
from niangjia.engines.simulation.results import QUANTILES, Cell, Spread

NOBODY = "SELECT NULL::INT AS number, NULL::INT AS household, NULL::VARCHAR AS outcome, NULL::DECIMAL(16,2) AS amount, NULL::DECIMAL(18,2) AS if_granted, NULL::BIGINT AS lacks, NULL::VARCHAR AS missing_parameter WHERE FALSE"

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
}
_YUAN = {
    "before_yuan": ("b_yuan", "TRUE"),
    "after_yuan": ("a_yuan", "TRUE"),
    "gained_yuan": ("a_yuan - b_yuan", _SETS["gainers"]),
    "lost_yuan": ("b_yuan - a_yuan", _SETS["losers"]),
    "untold_yuan": ("a_if_granted", _SETS["after_untold"]),
}


def compare(bench: Workbench, rows: str, before: str | None, after: str | None, area: str) -> dict[str, Cell]:
    """
    County → what the two tables of answers say of its rows. A missing table covers nobody.

    `rows`: the unit's table. `area`: prefix of the divisions that either pack holds in.
    """
    bench.make(
        "compared",
        "one row per row that either pack decides about",
        f"""
        SELECT r.county, r.household, b.outcome AS b_outcome, a.outcome AS a_outcome, a.if_granted AS a_if_granted,
               coalesce(b.outcome = 'granted', false) AS b_granted, coalesce(a.outcome = 'granted', false) AS a_granted,
               CASE WHEN b.outcome = 'granted' THEN coalesce(b.amount, 0) ELSE 0 END AS b_yuan,
               CASE WHEN a.outcome = 'granted' THEN coalesce(a.amount, 0) ELSE 0 END AS a_yuan,
               b.outcome IS DISTINCT FROM 'cannot_tell' AND a.outcome IS DISTINCT FROM 'cannot_tell'
                   AND b.missing_parameter IS NULL AND a.missing_parameter IS NULL AS is_told,
               coalesce(a.missing_parameter, b.missing_parameter) IS NOT NULL AS lacks_parameter
        FROM {rows} r LEFT JOIN {before or f"({NOBODY})"} b ON b.number = r.number LEFT JOIN {after or f"({NOBODY})"} a ON a.number = r.number
        WHERE starts_with(r.area, '{area}')""",
    )
    # Counted a household first where it can have several rows: so its rows and the households themselves come of one pass.
    sets = ", ".join(f"count(*) FILTER ({test}) AS {name}" for name, test in _SETS.items())
    sums = ", ".join(f"sum({yuan}) FILTER ({test}) AS {name}" for name, (yuan, test) in _YUAN.items())
    rest = f"""count(*) FILTER ({_SETS["after_untold"]} AND a_if_granted IS NULL) AS untold_without_yuan,
        count(*) FILTER (lacks_parameter) AS without_parameter"""
    if rows == "rows_person":
        inner = f"(SELECT county, household, count(*) AS rows, {sets}, {sums}, {rest} FROM compared GROUP BY county, household)"
        counts = ", ".join(
            f"sum({name})::BIGINT AS {name}, count(*) FILTER ({name} > 0) AS {name}_households"
            for name in ("rows", *_SETS)
        )
        totals = ", ".join(f"coalesce(sum({name}), 0)::DECIMAL(18,2) AS {name}" for name in _YUAN)
        rest = "sum(untold_without_yuan)::BIGINT AS untold_without_yuan, sum(without_parameter)::BIGINT AS without_parameter"
    else:
        inner = "compared"
        counts = "count(*) AS rows, rows AS rows_households, " + ", ".join(
            f"count(*) FILTER ({test}) AS {name}, {name} AS {name}_households" for name, test in _SETS.items()
        )
        totals = ", ".join(
            f"coalesce(sum({yuan}) FILTER ({test}), 0)::DECIMAL(18,2) AS {name}" for name, (yuan, test) in _YUAN.items()
        )
    found = bench.connection.execute(
        f"SELECT county, {counts}, {totals}, {rest} FROM {inner} GROUP BY county ORDER BY county"
    )
    names = [column[0] for column in found.description or ()]
    return {row[0]: Cell(**dict(zip(names[1:], row[1:], strict=True))) for row in found.fetchall()}


def spread(bench: Workbench, which: str) -> Spread:
    """How much one gains (`gainers`) or loses (`losers`), over the rows that `compare` left."""
    sign = "a_yuan - b_yuan" if which == "gainers" else "b_yuan - a_yuan"
    places = ", ".join(str(place) for place in QUANTILES)
    rows, households, values = bench.connection.execute(f"""
        SELECT count(*), count(DISTINCT household), quantile_disc({sign}, [{places}]) FROM compared WHERE {_SETS[which]}
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
