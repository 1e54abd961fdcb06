"""Income of twelve months per person: wages from contribution bases, pensions, unemployment benefit (`feeds.md`, Money)."""

from __future__ import annotations

from niangjia.engines.sensing.plan.sources import Inputs, settled_sql, snapshot_sql
from niangjia.engines.sensing.plan.steps import Workbench, text

_W12 = 12


def insurance(bench: Workbench, inputs: Inputs) -> None:
    """Tables left behind: wage (one row per insured person), jobless."""
    window = inputs.month.window(_W12)
    source = settled_sql(inputs, "social_insurance", window, ["person", "aab001", "aae140", "aac040", "paid"])
    bench.make(
        "wage",
        "one row per person with a pension-insurance row in W12",
        f"""
        SELECT person, sum(aac040) FILTER (paid)::DECIMAL(16,2) AS wages,
               count(*) FILTER (paid)::INT AS paid_rows, bit_or(1::INT << back::INT) FILTER (paid) AS paid_months,
               min(back) FILTER (paid AND aab001 IS NOT NULL)::INT AS months_since_employer
        FROM ({source}) WHERE aae140 = '110' GROUP BY person""",
    )
    bench.make(
        "wage_torn",
        "one row per person with two paid bases in one month: the larger counts",
        f"""
        SELECT person, sum(base)::DECIMAL(16,2) AS wages FROM (
            SELECT person, back, max(aac040) AS base FROM ({source})
            WHERE aae140 = '110' AND paid AND person IN (SELECT person FROM wage WHERE paid_rows <> bit_count(paid_months))
            GROUP BY person, back) GROUP BY person""",
    )
    bench.connection.execute("UPDATE wage SET wages = torn.wages FROM wage_torn torn WHERE torn.person = wage.person")
    _jobless(bench, inputs)
    bench.drop("wage_torn")


def _jobless(bench: Workbench, inputs: Inputs) -> None:
    """T-UNE-1's person: paid by an employer in W12, for the last time three months ago or longer, and by nobody since."""
    source = settled_sql(
        inputs, "social_insurance", inputs.month.window(_W12), ["person", "aab001", "aae140", "paid", "stop_reason"]
    )
    bench.make(
        "jobless",
        "one row per person without an employer's payment for a month or more: months since, last stop reason",
        f"""
        WITH history AS (
            SELECT r.*, w.months_since_employer AS since FROM ({source}) r
            JOIN (SELECT person, months_since_employer FROM wage WHERE months_since_employer >= 1) w ON w.person = r.person),
        last_employer AS (
            SELECT person, list(DISTINCT aab001) AS employers FROM history
            WHERE back = since AND aae140 = '110' AND paid AND aab001 IS NOT NULL GROUP BY person)
        SELECT h.person, any_value(h.since)::INT AS months_since_employer,
               coalesce(bool_or(h.back < h.since AND h.aae140 = '110' AND h.aab001 IS NOT NULL AND NOT list_contains(e.employers, h.aab001)), false) AS has_new_employer,
               arg_min(h.stop_reason, (h.back, h.aab001)) FILTER (h.aae140 = '110' AND h.stop_reason IS NOT NULL) AS last_stop_reason
        FROM history h JOIN last_employer e ON e.person = h.person GROUP BY h.person""",
    )


def pensions_and_benefits(bench: Workbench, inputs: Inputs) -> None:
    """Tables left behind: pension_income, benefit_income, benefit_ended."""
    months = " UNION ALL ".join(
        f"SELECT DATE {text(month.first_day)} AS first_day, DATE {text(month.last_day)} AS last_day"
        for month in inputs.month.window(_W12)
    )
    bench.make(
        "pension_income",
        "one row per pensioner",
        f"""
        SELECT person, sum(pension_monthly * greatest(0, least(12,
                   {inputs.month.index} - (year(retired_on) * 12 + month(retired_on) - 1) + 1)))::DECIMAL(16,2) AS amount
        FROM ({snapshot_sql(inputs, "pension")}) WHERE retired_on <= DATE {text(inputs.month.last_day)} GROUP BY person""",
    )
    bench.make(
        "benefit_income",
        "one row per person with unemployment benefit in W12; a month counts once",
        f"""
        WITH spell AS ({snapshot_sql(inputs, "unemployment")}), calendar AS ({months})
        SELECT person, sum(monthly)::DECIMAL(16,2) AS amount FROM (
            SELECT person, first_day, max(benefit_monthly) AS monthly FROM spell JOIN calendar
              ON benefit_from <= last_day AND (benefit_to IS NULL OR benefit_to > first_day) AND (benefit_to IS NULL OR benefit_to > benefit_from)
            GROUP BY person, first_day)
        GROUP BY person""",
    )
    previous = inputs.month.previous()
    bench.make(
        "benefit_ended",
        "one row per person whose benefit ended in T-1 … T without a paid employer since",
        f"""
        SELECT s.person, max(benefit_to) AS ended_on
        FROM ({snapshot_sql(inputs, "unemployment")}) s LEFT JOIN wage w ON w.person = s.person
        WHERE benefit_to BETWEEN DATE {text(previous.first_day)} AND DATE {text(inputs.month.last_day)}
          AND (w.months_since_employer IS NULL
               OR w.months_since_employer > {inputs.month.index} - (year(benefit_to) * 12 + month(benefit_to) - 1))
        GROUP BY s.person""",
    )
