"""The list as it leaves the house: one row per household of the month, shown figures rounded half up."""

from __future__ import annotations

from niangjia.engines.sensing.plan.steps import Workbench, text
from niangjia.kernel.months import Month

COLUMNS = (
    "month",
    "household_key",
    "area",
    "causes",
    "triggers",
    "grade",
    "state",
    "suppress_code",
    "labels",
    "I2",
    "I3",
    "I4",
    "I5",
    "M4",
    "M5",
    "size",
    "students",
    "dis_grade",
    "months_uninsured",
    "confidence",
    "first_month",
    "reasons",
)


def rounded_quotient(numerator: str, divisor: str) -> str:
    """
    SQL of numerator ÷ divisor rounded half up (away from zero) to 0.01, in whole numbers: DuckDB would divide as floats.

    `numerator` is DECIMAL with two places, `divisor` a whole-number expression > 0; NULL if either is NULL.
    """
    cents = f"(({numerator}) * 100)::HUGEINT"
    return f"(sign({cents})::HUGEINT * ((2 * abs({cents}) + ({divisor})::HUGEINT) // (2 * ({divisor})::HUGEINT)) * 0.01)::DECIMAL(16,2)"


def build(bench: Workbench, month: Month, jobless_months: str) -> None:
    """Table listing: one row per household of the list, columns as `feeds.md` names them, sorted by area and key."""

    def joined(column: str) -> str:
        return f"array_to_string({column}, '|')"

    standard_cents = "(f.dibao_yearly * 100)::HUGEINT"
    per_head = "(12 * f.size)"
    bench.make(
        "listing",
        "one row per household of the list",
        f"""
        SELECT {text(month)} AS month, s.household_key, coalesce(f.area, past.area) AS area,
               {joined("CASE s.state WHEN 'STALE' THEN past.causes WHEN 'EXITED' THEN [] ELSE h.causes END")} AS causes,
               {joined("CASE s.state WHEN 'STALE' THEN past.triggers WHEN 'EXITED' THEN [] ELSE h.triggers END")} AS triggers,
               CASE s.state WHEN 'STALE' THEN past.grade WHEN 'EXITED' THEN NULL ELSE h.grade END AS grade,
               s.state, p.suppress_code, {joined("coalesce(p.labels, [])")} AS labels,
               f.household_income AS I2, {rounded_quotient("f.household_income", per_head)} AS I3, {rounded_quotient("f.net_income", per_head)} AS I4,
               CASE WHEN f.dibao_yearly > 0 THEN {rounded_quotient("f.net_income * 100", standard_cents)} END AS I5,
               f.oop_net AS M4, f.oop_max_stay AS M5, f.size, f.students, f.dis_grade,
               CASE WHEN f.months_uninsured >= {jobless_months} THEN f.months_uninsured END AS months_uninsured, p.confidence,
               coalesce(past.first_month, {text(month)}) AS first_month, {joined("s.reasons")} AS reasons
        FROM row_state s LEFT JOIN fact f ON f.household = s.household AND (s.state <> 'EXITED' OR s.is_sensed)
        LEFT JOIN hit h ON h.household = s.household LEFT JOIN suppression p ON p.household = s.household
        LEFT JOIN past USING (household_key) ORDER BY area, household_key""",
    )
