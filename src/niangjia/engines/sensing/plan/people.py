"""Persons and households at the month's end, as `feeds.md` reads them (Persons and households)."""

from __future__ import annotations

from niangjia.engines.sensing.own import OwnHistory
from niangjia.engines.sensing.plan.sources import Inputs, settled_sql, snapshot_sql
from niangjia.engines.sensing.plan.steps import Workbench, open_at, text
from niangjia.kernel.months import Month

# The stay that counts when a person has several: a dependent child its `child` row, others a row that is not `child`;
# then the latest start, then the larger number (as a number where it is one).
_STAY_RANK = """(CASE WHEN {dependent} THEN (relation = 'child') ELSE (relation <> 'child') END)::INT DESC,
    "from" DESC, length(ltrim(household_no, '0')) DESC, ltrim(household_no, '0') DESC, household_no DESC, relation"""


def build(bench: Workbench, inputs: Inputs, own: OwnHistory) -> None:
    """Needs `wage`. Tables left behind: person (one row per living person), departed, enrolment, student, dead."""
    asof = f"DATE {text(inputs.month.last_day)}"
    _schooling(bench, inputs, asof)
    _register(bench, inputs, asof)
    _workers(bench, inputs, asof)
    _nodes(bench, inputs, own, asof)
    _persons(bench, inputs, asof)


def _schooling(bench: Workbench, inputs: Inputs, asof: str) -> None:
    bench.make(
        "enrolment",
        "one row per open enrolment",
        f"""
        SELECT person, stage, (ownership = 'private') IS TRUE AS is_private, fee_yearly,
               greatest(0, fee_yearly - coalesce(aid_yearly, 0))::DECIMAL(16,2) AS cost
        FROM ({snapshot_sql(inputs, "school")}) WHERE {open_at(asof)}""",
    )
    bench.make(
        "student",
        "one row per student",
        """
        SELECT person, bool_or(stage = 'higher') AS is_higher, bool_or(stage IN ('higher', 'senior', 'vocational')) AS stays_child
        FROM enrolment GROUP BY person""",
    )


def _register(bench: Workbench, inputs: Inputs, asof: str) -> None:
    register = snapshot_sql(inputs, "household")
    bench.make(
        "dead",
        "one row per person whose death is registered",
        f"""
        SELECT person, min(death_date) AS died_on FROM ({register}) WHERE death_date <= {asof} GROUP BY person""",
    )
    bench.make(
        "stay",
        "one row per open stay of a living person",
        f"""
        SELECT household_no, person, relation, birth_date, sex, area, "from" FROM ({register}) register
        WHERE {open_at(asof)} AND person NOT IN (SELECT person FROM dead)""",
    )
    bench.make(
        "torn",
        "one row per person with several open stays",
        """
        SELECT person FROM stay GROUP BY person HAVING count(*) > 1""",
    )
    dependent = f"(date_diff('year', birth_date, {asof}) - (strftime(birth_date, '%m%d') > strftime({asof}, '%m%d'))::INT < 18 OR stays_child IS TRUE)"
    bench.make(
        "residence",
        "one row per living person in the register",
        f"""
        SELECT household_no, person, relation, birth_date, sex, area, "from" AS lives_since FROM stay
        WHERE person NOT IN (SELECT person FROM torn)
        UNION ALL
        SELECT household_no, person, relation, birth_date, sex, area, "from" FROM (
            SELECT stay.*, row_number() OVER (PARTITION BY person ORDER BY {_STAY_RANK.format(dependent=dependent)}) AS place
            FROM stay JOIN torn USING (person) LEFT JOIN student USING (person))
        WHERE place = 1""",
    )
    bench.drop("stay", "torn")


def _workers(bench: Workbench, inputs: Inputs, asof: str) -> None:
    bench.make(
        "membership",
        "one row per active union member: the latest membership",
        f"""
        SELECT person, arg_max(union_code, (joined_on, union_code)) AS union_code, any_value(birth_date) AS birth_date, any_value(sex) AS sex
        FROM ({snapshot_sql(inputs, "member")}) WHERE {open_at(asof, "joined_on", "left_on")} GROUP BY person""",
    )
    bench.make(
        "worker",
        "one row per worker",
        """
        SELECT coalesce(m.person, i.person) AS person, m.birth_date, m.sex, m.union_code
        FROM membership m FULL JOIN (SELECT person FROM wage WHERE months_since_employer <= 2) i ON m.person = i.person""",
    )
    # Only for workers whom neither register nor union knows are birth date, sex and employer taken from the insurance rows.
    recent = settled_sql(
        inputs, "social_insurance", inputs.month.window(3), ["person", "aab001", "aae140", "paid", "birth_date", "sex"]
    )
    bench.make(
        "insured_only",
        "one row per worker known from insurance alone",
        f"""
        SELECT person, any_value(birth_date) AS birth_date, any_value(sex) AS sex, arg_max(aab001, (-back::INT, aab001)) AS employer
        FROM ({recent}) WHERE aae140 = '110' AND paid AND aab001 IS NOT NULL
          AND person IN (SELECT person FROM worker ANTI JOIN residence USING (person) WHERE union_code IS NULL) GROUP BY person""",
    )


def _nodes(bench: Workbench, inputs: Inputs, own: OwnHistory, asof: str) -> None:
    """Everybody gets a node (a household number, else the person); marriages join nodes; connected nodes are households."""
    bench.make(
        "couple",
        "one row per marriage open at the month's end between two living persons",
        f"""
        SELECT person_a, person_b, birth_date_a, sex_a, birth_date_b, sex_b FROM ({snapshot_sql(inputs, "marriage")}) marriage
        WHERE {open_at(asof)} AND person_a <> person_b
          AND person_a NOT IN (SELECT person FROM dead) AND person_b NOT IN (SELECT person FROM dead)""",
    )
    bench.make("declared", "one row per person of a household declared at a verification", _declared_sql(own))
    bench.make(
        "unregistered",
        "one row per worker or spouse without a register row",
        """
        SELECT person, any_value(birth_date) AS birth_date, any_value(sex) AS sex FROM (
            SELECT person, birth_date, sex FROM worker WHERE union_code IS NOT NULL
            UNION ALL SELECT person, birth_date, sex FROM insured_only
            UNION ALL SELECT person_a, birth_date_a, sex_a FROM couple UNION ALL SELECT person_b, birth_date_b, sex_b FROM couple)
        ANTI JOIN residence USING (person) ANTI JOIN dead USING (person) GROUP BY person""",
    )
    bench.make(
        "number_node",
        "one row per household number",
        """
        SELECT household_no, row_number() OVER ()::INT AS node FROM (SELECT household_no FROM residence GROUP BY household_no)""",
    )
    numbers = bench.value("SELECT count(*) FROM number_node")
    alone = bench.value("SELECT count(*) FROM unregistered")
    bench.make(
        "placed",
        "one row per living person, with its node",
        f"""
        SELECT r.person, r.relation, r.birth_date, r.sex, r.area, r.lives_since, true AS is_registered,
               coalesce(d.node + {numbers + alone}, n.node)::INT AS node
        FROM residence r JOIN number_node n USING (household_no) LEFT JOIN declared d ON d.person = r.person
        UNION ALL
        SELECT u.person, NULL, u.birth_date, u.sex, NULL, NULL, false,
               coalesce(d.node + {numbers + alone}, {numbers} + row_number() OVER (ORDER BY u.person))::INT
        FROM unregistered u LEFT JOIN declared d ON d.person = u.person""",
    )
    bench.drop("residence", "unregistered")
    bench.make(
        "link",
        "two rows per pair of nodes joined by a marriage",
        """
        WITH pairs AS (
            SELECT DISTINCT a.node AS one, b.node AS other FROM couple
            JOIN placed a ON a.person = person_a JOIN placed b ON b.person = person_b
            WHERE a.node <> b.node AND person_a NOT IN (SELECT person FROM declared) AND person_b NOT IN (SELECT person FROM declared))
        SELECT one, other FROM pairs UNION SELECT other, one FROM pairs""",
    )
    bench.make(
        "component",
        "one row per node that a marriage touches, with the smallest node it reaches",
        """
        SELECT one AS node, least(one, min(other)) AS household FROM link GROUP BY one""",
    )
    while bench.value("""
            SELECT count(*) FROM link JOIN component a ON a.node = link.one JOIN component b ON b.node = link.other
            WHERE a.household <> b.household"""):
        bench.make(
            "component",
            "one row per node that a marriage touches, with the smallest node it reaches",
            """
            SELECT link.one AS node, least(any_value(mine.household), min(theirs.household)) AS household
            FROM link JOIN component mine ON mine.node = link.one JOIN component theirs ON theirs.node = link.other
            GROUP BY link.one""",
        )


def _declared_sql(own: OwnHistory) -> str:
    rows = [
        f"({text(person)}::UUID, {place})"
        for place, (_, persons) in enumerate(sorted(own.declared_households), start=1)
        for person in persons
    ]
    if not rows:
        return "SELECT NULL::UUID AS person, NULL::INT AS node WHERE false"
    return f"SELECT DISTINCT ON (person) person, node FROM (VALUES {', '.join(rows)}) AS declared(person, node) ORDER BY person, node DESC"


def _persons(bench: Workbench, inputs: Inputs, asof: str) -> None:
    bench.make(
        "retired",
        "one row per retired person",
        f"""
        SELECT DISTINCT person FROM ({snapshot_sql(inputs, "pension", ["person", "retired_on"])}) WHERE retired_on <= {asof}""",
    )
    bench.make(
        "union_area",
        "one row per union",
        f"""
        SELECT code, any_value(area) AS area FROM ({snapshot_sql(inputs, "union", ["code", "area"])}) GROUP BY code""",
    )
    bench.make(
        "employer_area",
        "one row per employer with a union",
        f"""
        SELECT uscc, min(area) AS area FROM ({snapshot_sql(inputs, "union", ["uscc", "area"])}) WHERE uscc IS NOT NULL GROUP BY uscc""",
    )
    bench.make(
        "person",
        "one row per living person",
        f"""
        SELECT p.person, coalesce(c.household, p.node)::INT AS household, p.relation, p.birth_date, p.sex, p.lives_since, p.is_registered,
               coalesce(p.area, ua.area, ea.area) AS area,
               (date_diff('year', p.birth_date, {asof}) - (strftime(p.birth_date, '%m%d') > strftime({asof}, '%m%d'))::INT)::SMALLINT AS age,
               w.person IS NOT NULL AS is_worker, r.person IS NOT NULL AS is_retired,
               s.person IS NOT NULL AS is_student, coalesce(s.is_higher, false) AS is_higher
        FROM placed p
        LEFT JOIN component c USING (node)
        LEFT JOIN worker w ON w.person = p.person
        LEFT JOIN retired r ON r.person = p.person
        LEFT JOIN student s ON s.person = p.person
        LEFT JOIN union_area ua ON ua.code = w.union_code
        LEFT JOIN insured_only i ON i.person = p.person
        LEFT JOIN employer_area ea ON ea.uscc = i.employer""",
    )
    bench.drop("placed", "retired", "union_area", "employer_area", "insured_only", "link")
    _departed(bench, inputs)


def _departed(bench: Workbench, inputs: Inputs) -> None:
    """The dead of the last twelve months, in the household they belonged to on the day before."""
    window = inputs.month.window(12)
    eve = "(died_on - 1)"
    register = snapshot_sql(inputs, "household")
    bench.make(
        "departed_stay",
        "one row per person who died in W12: the stay on the day before",
        f"""
        SELECT person, household_no, died_on FROM (
            SELECT person, household_no, died_on, row_number() OVER (PARTITION BY person ORDER BY
                (relation <> 'child')::INT DESC, "from" DESC, length(ltrim(household_no, '0')) DESC, household_no DESC) AS place
            FROM ({register}) register JOIN dead USING (person)
            WHERE died_on >= DATE {text(window[0].first_day)} AND {open_at(eve)})
        WHERE place = 1""",
    )
    bench.make(
        "bereaved_link",
        "one row per dead person and living household it belonged to",
        f"""
        WITH by_number AS (
            SELECT d.person, d.died_on, coalesce(c.household, n.node)::INT AS household
            FROM departed_stay d JOIN number_node n USING (household_no) LEFT JOIN component c ON c.node = n.node),
        weddings AS (
            SELECT person_a AS one, person_b AS other, "from", "to" FROM ({snapshot_sql(inputs, "marriage")})
            UNION ALL SELECT person_b, person_a, "from", "to" FROM ({snapshot_sql(inputs, "marriage")})),
        by_marriage AS (
            SELECT dead.person, dead.died_on, min(p.household) AS household FROM dead
            JOIN weddings w ON w.one = dead.person AND {open_at(eve, 'w."from"', 'w."to"')}
            JOIN person p ON p.person = w.other
            WHERE died_on >= DATE {text(window[0].first_day)} GROUP BY dead.person, dead.died_on)
        SELECT person, died_on, household FROM by_number
        UNION ALL SELECT person, died_on, household FROM by_marriage WHERE person NOT IN (SELECT person FROM by_number)""",
    )
    months = Month.of(window[0].first_day).previous()
    insured = settled_sql(
        inputs,
        "social_insurance",
        [months.previous(), months, *window],
        ["person", "aab001", "aae140", "aac040", "paid"],
    )
    bench.make(
        "departed",
        "one row per person who died in W12 and the household left behind",
        f"""
        WITH pay AS (SELECT i.person, i.back, i.aac040, i.aab001 FROM ({insured}) i
                     WHERE i.person IN (SELECT person FROM bereaved_link) AND aae140 = '110' AND paid),
             died AS (SELECT *, {inputs.month.index} - (year({eve}) * 12 + month({eve}) - 1) AS back_of_eve FROM bereaved_link)
        SELECT d.person, d.household,
               (EXISTS (SELECT 1 FROM ({snapshot_sql(inputs, "member")}) m WHERE m.person = d.person AND {open_at(eve, "m.joined_on", "m.left_on")})
                OR EXISTS (SELECT 1 FROM pay WHERE pay.person = d.person AND pay.aab001 IS NOT NULL
                           AND pay.back BETWEEN d.back_of_eve AND d.back_of_eve + 2)) AS was_worker,
               EXISTS (SELECT 1 FROM pay WHERE pay.person = d.person AND pay.back <= 11 AND pay.aac040 > 0) AS had_wages
        FROM died d WHERE d.household IN (SELECT household FROM person)""",
    )
    bench.drop("departed_stay", "bereaved_link", "number_node", "component")
