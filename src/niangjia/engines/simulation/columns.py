"""What one month of the lake can tell of a person, a household, an enterprise and a union: column by column, with its type.

A column is named once, here; `programs/vocabulary/lake.yaml` says which facts of the vocabulary come of which columns. A column whose
feeds did not come for the month is unknown. Household columns that sensing's own pack asks for keep the names and types they have in
the vocabulary (``facts/sensing.yaml``): there they are facts already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.expressions.types import DATE, FACT_DOMAINS, Type
from niangjia.engines.policy.vocabulary import Vocabulary, make_type


@dataclass(frozen=True)
class Column:
    """
    `sql` over the aliases of its unit's rows (`rows`); `uses` names the steps that must have been made for it.
    `needs`: feeds without which it is unknown.
    """

    name: str
    kind: str
    unit: str
    grain: str
    sql: str
    type: Type
    needs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()


def _column(
    grain: str,
    name: str,
    kind: str,
    unit: str,
    sql: str,
    *,
    needs: tuple[str, ...] = (),
    uses: tuple[str, ...] = (),
    values: tuple[str, ...] = (),
) -> Column:
    return Column(name, kind, unit, grain, sql, make_type(kind, unit, values, None, None, FACT_DOMAINS), needs, uses)


SENSED: Mapping[str, tuple[str, ...]] = {
    "size": (), "household_income": (), "net_income": (), "oop_net": (), "oop_max_stay": (), "oop_jump": (), "school_cost": (),
    "ordinary_school_cost": (), "students": (), "has_higher_student": (), "dibao_monthly": (), "dibao_yearly": (), "disabled_count": (),
    "has_newly_severe": (), "has_elder_beside_disabled": (), "event_loss": (), "months_uninsured": (), "has_benefit_ended": (),
    "is_reported": (), "is_bereaved": ("social_insurance",), "homes": ("real_estate",), "home_area": ("real_estate",),
    "home_area_allowed": (), "has_shop": ("real_estate",), "open_capital": ("business",), "car_price": ("vehicle",),
    "has_high_fee_school": ("school",),
}  # fmt: skip
"""Columns of sensing's table `fact` → feeds without which the simulation takes them for unknown (sensing itself reads none as none)."""

_HOUSEHOLD = (
    _column("household", "workers", "integer", "persons", "q.workers", uses=("people",)),
    _column("household", "children", "integer", "persons", "q.children", uses=("people",)),
    _column("household", "elders", "integer", "persons", "q.elders", uses=("people",)),
    _column("household", "pensioners", "integer", "persons", "q.pensioners", needs=("pension",), uses=("people",)),
    _column("household", "severest_disability_grade", "integer", "grade", "f.dis_grade", needs=("disability",)),
    _column(
        "household",
        "students_to_compulsory",
        "integer",
        "persons",
        "coalesce(y.to_compulsory, 0)",
        needs=("school",),
        uses=("stages",),
    ),
    _column(
        "household",
        "students_in_senior",
        "integer",
        "persons",
        "coalesce(y.senior, 0)",
        needs=("school",),
        uses=("stages",),
    ),
    _column(
        "household",
        "students_in_higher",
        "integer",
        "persons",
        "coalesce(y.higher, 0)",
        needs=("school",),
        uses=("stages",),
    ),
    *(
        _column(
            "household",
            f"is_on_{scheme}",
            "boolean",
            "flag",
            f"coalesce(list_contains(f.schemes, '{scheme}'), false)",
            needs=("low_income_scheme",),
        )
        for scheme in ("dibao", "tekun", "dibian", "rigid")
    ),
    _column("household", "has_warning_sign", "boolean", "flag", "s.household IS NOT NULL", uses=("signs",)),
)
_UNINSURED = "w.person IS NULL AND m.age BETWEEN 16 AND 59 AND NOT m.is_retired AND NOT m.is_student"
_PERSON = (
    _column("person", "born_on", "date", "date", "m.birth_date"),
    _column("person", "age_now", "integer", "years", "m.age::INT"),
    _column("person", "sex", "text", "code", "m.sex", values=("M", "F")),
    _column("person", "is_registered", "boolean", "flag", "m.is_registered"),
    _column(
        "person",
        "is_registered_outside_home_city",
        "boolean",
        "flag",
        "CASE WHEN m.is_registered THEN NOT starts_with(m.area, getvariable('home_city')) END",
    ),
    _column("person", "is_union_member", "boolean", "flag", "u.person IS NOT NULL"),
    _column("person", "member_since", "date", "date", "g.joined_on", uses=("membership_details",)),
    _column("person", "employment_group", "text", "code", "g.employment_group", uses=("membership_details",)),
    _column(
        "person",
        "is_in_new_employment",
        "boolean",
        "flag",
        "CASE WHEN u.person IS NOT NULL THEN g.employment_group IS NOT NULL END",
        uses=("membership_details",),
    ),
    _column(
        "person",
        "has_joined_union_this_year",
        "boolean",
        "flag",
        "g.has_joined_this_year",
        uses=("membership_details",),
    ),
    _column(
        "person", "member_months_this_year", "integer", "months", "g.months_this_year", uses=("membership_details",)
    ),
    _column("person", "is_pensioner", "boolean", "flag", "m.is_retired", needs=("pension",)),
    _column("person", "is_student", "boolean", "flag", "m.is_student", needs=("school",)),
    _column("person", "is_in_higher_education", "boolean", "flag", "m.is_higher", needs=("school",)),
    # As in sensing: nobody of working age has no income merely because no insurance row tells of one.
    _column(
        "person",
        "wages_12m",
        "money",
        "yuan/year",
        f"CASE WHEN {_UNINSURED} THEN NULL ELSE coalesce(w.wages, 0) END",
        needs=("social_insurance",),
    ),
    _column(
        "person",
        "insured_months_12m",
        "integer",
        "months",
        "coalesce(bit_count(w.paid_months), 0)::INT",
        needs=("social_insurance",),
    ),
    _column("person", "months_since_employer", "integer", "months", "w.months_since_employer", needs=("social_insurance",)),
    _column(
        "person",
        "is_insured_by_employer",
        "boolean",
        "flag",
        "coalesce(w.months_since_employer = 0, false)",
        needs=("social_insurance",),
    ),
    _column("person", "pension_12m", "money", "yuan/year", "coalesce(p.amount, 0)", needs=("pension",)),
    _column("person", "unemployment_benefit_12m", "money", "yuan/year", "coalesce(b.amount, 0)", needs=("unemployment",)),
    _column("person", "own_medical_cost_12m", "money", "yuan/year", "coalesce(c.oop_total, 0)", needs=("medical_settlement",)),
    _column("person", "mutual_aid_12m", "money", "yuan/year", "coalesce(a.amount, 0)", needs=("mutual_aid",), uses=("mutual_aid",)),
    _column("person", "is_disabled", "boolean", "flag", "coalesce(d.is_disabled, false)", needs=("disability",)),
    _column("person", "disability_grade", "integer", "grade", "d.grade", needs=("disability",)),
    _column(
        "person",
        "had_work_accident_12m",
        "boolean",
        "flag",
        "coalesce(x.at_work, false)",
        needs=("event",),
        uses=("accidents",),
    ),
    _column(
        "person",
        "had_disaster_12m",
        "boolean",
        "flag",
        "coalesce(x.by_disaster, false)",
        needs=("event",),
        uses=("accidents",),
    ),
)  # fmt: skip
_ENTERPRISE = (
    _column("enterprise", "insured_workers", "integer", "persons", "e.insured_workers", needs=("social_insurance",)),
    _column("enterprise", "monthly_payroll", "money", "yuan/month", "e.monthly_payroll", needs=("social_insurance",)),
    _column("enterprise", "has_union", "boolean", "flag", "e.has_union"),
    _column("enterprise", "union_members", "integer", "persons", "CASE WHEN e.has_union THEN e.union_members END"),
)
_UNION = (
    _column("union", "union_level", "text", "code", "o.level",
            values=("province", "city", "county", "town", "grassroots", "federation")),
    _column("union", "is_active_union", "boolean", "flag", "o.state = 'active'"),
    _column("union", "members_now", "integer", "persons", "o.members"),
    _column("union", "unions_below", "integer", "count", "o.unions_below"),
)  # fmt: skip

LISTED = ("person", "household", "enterprise", "union")
"""The units that the lake can list. A unit that it cannot (a trip, a loan) is stood for by the nearest it belongs to."""

KEY = {"person": "UUID", "household": "UUID", "enterprise": "VARCHAR", "union": "VARCHAR"}


class Catalogue:
    """The columns of one vocabulary by name, sensing's included."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.columns = {one.name: one for one in (*_HOUSEHOLD, *_PERSON, *_ENTERPRISE, *_UNION)}
        for name, needs in SENSED.items():
            fact = vocabulary.facts.get(name)
            if fact is not None and fact.grain == "household":
                self.columns[name] = Column(name, fact.kind, fact.unit, "household", f'f."{name}"', fact.type, needs)
        self.vocabulary = vocabulary

    def names_of(self, grain: str) -> dict[str, tree.Node]:
        """What a formula of a fact of `grain` may be made of: columns of that unit and of those it belongs to."""
        reach = self.vocabulary.reach(grain)
        found: dict[str, tree.Node] = {
            name: tree.Fact(one.type, name) for name, one in self.columns.items() if one.grain in reach
        }
        return {**found, "asof": tree.Asof(DATE)}

    @property
    def kinds(self) -> dict[str, str]:
        return {name: one.kind for name, one in self.columns.items()}


@lru_cache(maxsize=1)
def own_columns() -> tuple[Column, ...]:
    """Columns that are not sensing's facts, for the reference page."""
    return (*_HOUSEHOLD, *_PERSON, *_ENTERPRISE, *_UNION)


def listed_unit(vocabulary: Vocabulary, unit: str) -> str | None:
    """The unit whose rows answer for `unit`: itself, or the nearest it belongs to; None: the lake has no such rows."""
    return next((name for name in vocabulary.reach(unit) if name in LISTED), None)
