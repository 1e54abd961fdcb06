"""One row per sensed household with every fact that the sensing pack may ask for (`programs/vocabulary/facts/sensing.yaml`)."""

from __future__ import annotations

from niangjia.engines.sensing.plan import spending
from niangjia.engines.sensing.plan.sources import Inputs, increment_sql, settled_sql, snapshot_sql
from niangjia.engines.sensing.plan.steps import Workbench, open_at, text

REQUIRED = {
    "medical": ("medical_settlement",),
    "income": ("social_insurance", "pension", "unemployment"),
    "school": ("school",),
    "disability": ("disability",),
    "event": ("event",),
    "job_loss": ("social_insurance", "pension", "school"),
    "benefit_end": ("unemployment", "social_insurance"),
    "canvass": ("canvass",),
}
"""Indicator group → feeds without which it is UNKNOWN (never 0)."""


def build(bench: Workbench, inputs: Inputs, high_fee_above: str) -> None:
    """Table left behind: fact."""
    asof = f"DATE {text(inputs.month.last_day)}"
    _households(bench, inputs, asof)
    _small_feeds(bench, inputs, asof, high_fee_above)
    _money(bench, inputs)
    _assemble(bench, inputs, asof)


def _households(bench: Workbench, inputs: Inputs, asof: str) -> None:
    bench.make(
        "sensed",
        "one row per household with a worker, or with one who died in W12",
        """
        SELECT household FROM person WHERE is_worker UNION SELECT household FROM departed WHERE was_worker""",
    )
    bench.make(
        "member",
        "one row per living person of a sensed household",
        """
        SELECT * FROM person WHERE household IN (SELECT household FROM sensed)""",
    )
    # The area is the oldest living head's, else the oldest member's; equal birth dates: the smaller key.
    bench.make(
        "household_area",
        "one row per sensed household",
        """
        SELECT household, arg_min(area, (relation IS DISTINCT FROM 'head', birth_date, person)) AS area,
               arg_min(lives_since, (relation IS DISTINCT FROM 'head', birth_date, person)) AS lives_since
        FROM member GROUP BY household""",
    )
    standard = f"""
        SELECT *, CASE WHEN length(area) > 9 AND right(area, 3) <> '000' THEN area
                       WHEN length(area) > 6 AND substr(area, 7, 3) <> '000' AND length(area) >= 9 THEN left(area, 9)
                       WHEN substr(area, 5, 2) NOT IN ('00', '') THEN left(area, 6)
                       WHEN substr(area, 3, 2) NOT IN ('00', '') THEN left(area, 4)
                       ELSE left(area, 2) END AS prefix
        FROM ({snapshot_sql(inputs, "standard")}) WHERE "from" <= {asof}"""
    bench.make(
        "area_standard",
        "one row per area in use that has a standard",
        f"""
        SELECT a.area, arg_max(s.dibao_monthly, (length(s.prefix), s."from")) AS dibao_monthly,
               arg_max(coalesce(s.mean_housing_area_m2, -1), (length(s.prefix), s."from")) AS mean_housing_area
        FROM (SELECT DISTINCT area FROM household_area) a JOIN ({standard}) s ON starts_with(a.area, s.prefix) GROUP BY a.area""",
    )


def _small_feeds(bench: Workbench, inputs: Inputs, asof: str, high_fee_above: str) -> None:
    """Feeds that touch few households: each aggregated to its household."""
    bench.make(
        "schooling",
        "one row per household with a student",
        f"""
        SELECT household, count(DISTINCT e.person)::INT AS students, bool_or(stage = 'higher') AS has_higher_student, sum(cost)::DECIMAL(16,2) AS school_cost,
               sum(CASE WHEN is_private AND fee_yearly > {high_fee_above} THEN 0 ELSE cost END)::DECIMAL(16,2) AS ordinary_school_cost,
               bool_or(is_private AND fee_yearly > {high_fee_above}) AS has_high_fee_school
        FROM enrolment e JOIN member USING (person) GROUP BY household""",
    )
    before = inputs.previous_disability or inputs.month.previous()
    previous = f"DATE {text(before.last_day)}"
    bench.make(
        "disabled",
        "one row per disabled person of a sensed household",
        f"""
        SELECT household, person, any_value(age) AS age, min(grade) FILTER ({open_at(asof)})::INT AS grade,
               bool_or(grade <= 2 AND {open_at(asof)}) AND NOT coalesce(bool_or(grade <= 2 AND {open_at(previous)}), false) AS is_newly_severe,
               bool_or({open_at(asof)}) AS is_disabled
        FROM ({snapshot_sql(inputs, "disability")}) d JOIN member USING (person) GROUP BY household, person""",
    )
    bench.make(
        "disability",
        "one row per household with a disabled member",
        """
        SELECT d.household, min(d.grade) AS dis_grade, count(*)::INT AS disabled_count, bool_or(d.is_newly_severe) AS has_newly_severe,
               bool_or(EXISTS (SELECT 1 FROM member m WHERE m.household = d.household AND m.age >= 60 AND m.person <> d.person)) AS has_elder_beside_disabled
        FROM disabled d WHERE d.is_disabled GROUP BY d.household""",
    )
    window = inputs.month.window(12)
    bench.make(
        "misfortune",
        "one row per household with an event in W12",
        f"""
        SELECT household, sum(greatest(0, loss - coalesce(compensation, 0)))::DECIMAL(16,2) AS event_loss
        FROM ({increment_sql(inputs, "event", window, ["person", "kind", "loss", "compensation"])}) JOIN member USING (person)
        WHERE kind IN ('fire', 'flood', 'traffic', 'work') GROUP BY household""",
    )
    bench.make(
        "report",
        "one row per household reported by a canvass of W12",
        f"""
        SELECT household, list_sort(list(DISTINCT cause) FILTER (back = 0)) AS canvass_causes, bool_or(back = 0) AS is_reported,
               arg_max(income_12m, (reported_on, _seq, _row)) FILTER (income_12m IS NOT NULL) AS declared_income
        FROM ({increment_sql(inputs, "canvass", window, ["person", "reported_on", "cause", "income_12m", "_seq", "_row"])})
        JOIN member USING (person) GROUP BY household""",
    )
    bench.make(
        "scheme",
        "one row per household on a low-income list",
        f"""
        SELECT household, list_sort(list(DISTINCT scheme)) AS schemes
        FROM ({snapshot_sql(inputs, "low_income_scheme")}) JOIN member USING (person) WHERE {open_at(asof)} GROUP BY household""",
    )
    bench.make(
        "homes",
        "one row per household with property",
        f"""
        SELECT household, count(DISTINCT property_no) FILTER (use = 'housing')::INT AS homes, bool_or(use = 'shop') AS has_shop,
               coalesce(sum(coalesce(area_m2, 0) * coalesce(share, 1)) FILTER (use = 'housing'), 0)::DECIMAL(28,8) AS home_area
        FROM ({snapshot_sql(inputs, "real_estate")}) JOIN member USING (person) GROUP BY household""",
    )
    bench.make(
        "car",
        "one row per household with a car under ten years old: the dearest",
        f"""
        SELECT household, max(price) AS car_price FROM ({snapshot_sql(inputs, "vehicle")}) JOIN member USING (person)
        WHERE kind = 'car' AND first_registered_on + INTERVAL 10 YEAR > {asof} GROUP BY household""",
    )
    bench.make(
        "stake",
        "one row per household with capital in open businesses",
        f"""
        SELECT household, sum(coalesce(capital, 0))::DECIMAL(16,2) AS open_capital FROM ({snapshot_sql(inputs, "business")}) JOIN member USING (person)
        WHERE state = 'open' AND ("from" IS NULL OR "from" <= {asof}) AND ("to" IS NULL OR "to" > {asof}) GROUP BY household""",
    )
    bench.make(
        "aid",
        "one row per household with mutual aid or medical aid in W12",
        f"""
        SELECT household, sum(amount)::DECIMAL(16,2) AS aid FROM (
            SELECT person, amount FROM ({increment_sql(inputs, "mutual_aid", window, ["person", "amount"])})
            UNION ALL SELECT person, amount FROM ({increment_sql(inputs, "aid_payment", window, ["person", "scheme", "amount"])}) WHERE scheme = 'medical')
        JOIN member USING (person) GROUP BY household""",
    )
    bench.make(
        "lost_job",
        "one row per household with somebody out of work for a month or more",
        """
        SELECT household, max(months_since_employer)::INT AS months_uninsured
        FROM jobless JOIN member USING (person)
        WHERE age BETWEEN 16 AND 59 AND NOT is_retired AND NOT is_student AND NOT has_new_employer
          AND (last_stop_reason IS NULL OR last_stop_reason NOT IN ('moved', 'retired'))
        GROUP BY household""",
    )
    bench.make(
        "lost_benefit",
        "one row per household whose benefit ended in T-1 … T",
        """
        SELECT DISTINCT household FROM benefit_ended JOIN member USING (person)""",
    )
    bench.make(
        "bereaved",
        "one row per household that lost its only earner in W12",
        """
        SELECT household FROM departed WHERE had_wages AND household IN (SELECT household FROM sensed)
        EXCEPT SELECT household FROM member JOIN wage USING (person) WHERE wages > 0""",
    )
    bench.make(
        "elsewhere",
        "one row per household whose every worker is insured elsewhere",
        """
        SELECT household, arg_max(c.city_now, member.person) AS city_now FROM member LEFT JOIN care_place c ON c.person = member.person AND c.is_elsewhere
        WHERE is_worker GROUP BY household HAVING count(*) = count(c.person)""",
    )
    since = f"DATE {text(inputs.month.plus(-2).first_day)}"
    bench.make(
        "treated_at_home",
        "one row per household with a settlement from home in T-2 … T",
        f"""
        SELECT DISTINCT household FROM ({settled_sql(inputs, "medical_settlement", inputs.month.window(3), ["person", "setl_time", "insu_admdvs"])})
        JOIN member USING (person) JOIN household_area USING (household)
        WHERE setl_time >= {since} AND (insu_admdvs IS NULL OR starts_with(insu_admdvs, getvariable('home_city')))
          AND (household IN (SELECT household FROM elsewhere) OR NOT starts_with(household_area.area, getvariable('home_city')))""",
    )


def _money(bench: Workbench, inputs: Inputs) -> None:
    bench.make(
        "household_money",
        "one row per sensed household: income and medical cost of its members",
        """
        SELECT m.household, count(*)::INT AS size,
               (coalesce(sum(w.wages), 0) + coalesce(sum(p.amount), 0) + coalesce(sum(b.amount), 0))::DECIMAL(16,2) AS register_income,
               bool_or(m.age BETWEEN 16 AND 59 AND NOT m.is_retired AND NOT m.is_student AND w.person IS NULL) AS is_income_unknown,
               coalesce(sum(c.oop_total), 0)::DECIMAL(16,2) AS oop_total,
               coalesce(max(coalesce(v.oop_largest_visit, c.oop_largest_bound)), 0)::DECIMAL(16,2) AS oop_max_stay,
               coalesce(sum(c.oop_jump), 0)::DECIMAL(16,2) AS oop_jump,
               bool_or(m.is_worker) AS has_worker, coalesce(bool_and(m.is_retired) FILTER (m.is_worker), false) AS is_every_worker_retired,
               bool_or(m.is_worker AND NOT m.is_registered) AS has_unregistered_worker
        FROM member m LEFT JOIN wage w ON w.person = m.person LEFT JOIN pension_income p ON p.person = m.person
        LEFT JOIN benefit_income b ON b.person = m.person LEFT JOIN medical c ON c.person = m.person LEFT JOIN visit v ON v.person = m.person
        GROUP BY m.household""",
    )


def _assemble(bench: Workbench, inputs: Inputs, asof: str) -> None:
    known = {group: str(all(feed in inputs.came for feed in feeds)).lower() for group, feeds in REQUIRED.items()}
    # M6 needs a settlement history that reaches back to T-14.
    settled = inputs.increments.get("medical_settlement", {})
    jump_known = str(bool(settled) and min(settled) <= inputs.month.plus(-14)).lower()
    moved_since = f"DATE {text(inputs.month.plus(-2).first_day)}"
    bench.make(
        "fact",
        "one row per sensed household",
        f"""
        WITH money AS (
            SELECT h.*, r.declared_income, r.canvass_causes, r.is_reported,
                   CASE WHEN NOT {known["income"]} THEN NULL WHEN is_income_unknown THEN r.declared_income
                        ELSE register_income END::DECIMAL(16,2) AS household_income,
                   CASE WHEN {known["medical"]} THEN greatest(0, oop_total - coalesce(aid, 0)) END::DECIMAL(16,2) AS oop_net,
                   CASE WHEN {known["school"]} THEN coalesce(e.school_cost, 0) END::DECIMAL(16,2) AS school_cost,
                   CASE WHEN {known["school"]} THEN coalesce(e.ordinary_school_cost, 0) END::DECIMAL(16,2) AS ordinary_school_cost,
                   CASE WHEN {known["school"]} THEN coalesce(e.students, 0) END AS students,
                   CASE WHEN {known["school"]} THEN coalesce(e.has_higher_student, false) END AS has_higher_student,
                   coalesce(e.has_high_fee_school, false) AS has_high_fee_school
            FROM household_money h LEFT JOIN aid USING (household) LEFT JOIN schooling e USING (household) LEFT JOIN report r USING (household))
        SELECT m.household, a.area, m.size, m.household_income, m.oop_net,
               CASE WHEN {known["medical"]} THEN m.oop_max_stay END::DECIMAL(16,2) AS oop_max_stay,
               CASE WHEN {known["medical"]} AND {jump_known} THEN m.oop_jump END::DECIMAL(16,2) AS oop_jump,
               m.school_cost, m.ordinary_school_cost, m.students, m.has_higher_student,
               (m.household_income - m.oop_net - m.school_cost)::DECIMAL(16,2) AS net_income,
               s.dibao_monthly, (s.dibao_monthly * 12 * m.size)::DECIMAL(16,2) AS dibao_yearly,
               CASE WHEN {known["disability"]} THEN coalesce(d.disabled_count, 0) END AS disabled_count,
               CASE WHEN {known["disability"]} THEN coalesce(d.has_newly_severe, false) END AS has_newly_severe,
               CASE WHEN {known["disability"]} THEN coalesce(d.has_elder_beside_disabled, false) END AS has_elder_beside_disabled,
               d.dis_grade,
               CASE WHEN {known["event"]} THEN coalesce(x.event_loss, 0) END::DECIMAL(16,2) AS event_loss,
               CASE WHEN {known["job_loss"]} THEN coalesce(j.months_uninsured, 0) END AS months_uninsured,
               CASE WHEN {known["benefit_end"]} THEN lb.household IS NOT NULL END AS has_benefit_ended,
               CASE WHEN {known["canvass"]} THEN coalesce(m.is_reported, false) END AS is_reported, m.canvass_causes,
               bv.household IS NOT NULL AS is_bereaved,
               coalesce(homes.homes, 0) AS homes, coalesce(homes.has_shop, false) AS has_shop,
               coalesce(homes.home_area, 0) AS home_area, nullif(s.mean_housing_area, -1) * m.size AS home_area_allowed,
               coalesce(stake.open_capital, 0)::DECIMAL(16,2) AS open_capital, coalesce(car.car_price, 0)::DECIMAL(16,2) AS car_price,
               m.has_high_fee_school, scheme.schemes, m.is_every_worker_retired,
               m.has_unregistered_worker, s.dibao_monthly IS NULL AS has_no_standard,
               CASE WHEN t.household IS NOT NULL THEN NULL
                    WHEN NOT starts_with(a.area, getvariable('home_city')) AND a.lives_since <= {moved_since} THEN left(a.area, 4)
                    ELSE f.city_now END AS moved_to
        FROM money m JOIN household_area a USING (household) LEFT JOIN area_standard s ON s.area = a.area
        LEFT JOIN disability d USING (household) LEFT JOIN misfortune x USING (household) LEFT JOIN lost_job j USING (household)
        LEFT JOIN lost_benefit lb ON lb.household = m.household LEFT JOIN bereaved bv ON bv.household = m.household
        LEFT JOIN homes ON homes.household = m.household LEFT JOIN stake ON stake.household = m.household
        LEFT JOIN car ON car.household = m.household LEFT JOIN scheme ON scheme.household = m.household
        LEFT JOIN elsewhere f ON f.household = m.household LEFT JOIN treated_at_home t ON t.household = m.household""",
    )


def exact_visits(bench: Workbench, inputs: Inputs, left_out: str) -> None:
    """The rows that leave the house carry the exact M5, also where the plan had only needed an upper bound."""
    listed = "SELECT person FROM member WHERE household IN (SELECT household FROM row_state)"
    spending.visits_of(bench, inputs, left_out, listed)
    bench.connection.execute("""
        UPDATE fact SET oop_max_stay = coalesce((SELECT max(v.oop_largest_visit) FROM visit v JOIN member m USING (person)
                                                 WHERE m.household = fact.household), 0)
        WHERE oop_max_stay IS NOT NULL AND household IN (SELECT household FROM row_state)""")
