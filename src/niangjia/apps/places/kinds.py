"""``programs/vocabulary/places.yaml``: the kinds of places, what each has, is checked for and is measured by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import prod
from pathlib import Path
from typing import Any

import yaml

from niangjia.apps.places.lifecycle import Rule, Step, read_rules
from niangjia.apps.places.problems import NoSuchKind
from niangjia.kernel.deployment import programs_folder

Title = Mapping[str, str]


@dataclass(frozen=True)
class Piece:
    """
    A thing a place has, is checked for, or is measured by. `unit` and what follows are a measure's; `is_rate`: it is not added up; `most`: more
    is not given, null = no end; `sum_of`: the measures that it is worked out from, empty = it is told.
    """

    id: str
    title: Title
    is_needed: bool = False
    unit: str = ""
    is_yearly: bool = False
    decimals: int = 2
    is_rate: bool = False
    most: Decimal | None = None
    sum_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Balance:
    """The figure `equals` of a month is the sum of `terms`, each a product of measures, give or take `within`."""

    equals: str
    terms: tuple[tuple[str, ...], ...]
    within: Decimal

    @property
    def measures(self) -> set[str]:
        return {self.equals, *(name for term in self.terms for name in term)}

    def sum_of(self, told: Mapping[str, Decimal]) -> Decimal:
        return sum((prod((told[name] for name in term), start=Decimal(1)) for term in self.terms), Decimal(0))

    def holds(self, told: Mapping[str, Decimal]) -> bool:
        """Of figures that are not all there nothing is said."""
        return not self.measures <= set(told) or abs(self.sum_of(told) - told[self.equals]) <= self.within


@dataclass(frozen=True)
class Detail:
    """A question that this kind is asked: `type` text, long, number, date or flag. `is_public`: its answer is shown to everybody."""

    id: str
    title: Title
    type: str
    is_needed: bool
    is_public: bool


@dataclass(frozen=True)
class Projects:
    """What a place of this kind runs with partners: what one is called, is asked, and has to pass."""

    title: Title
    details: Mapping[str, Detail]
    checks: Mapping[str, Piece]


@dataclass(frozen=True)
class Aim:
    """What the papers ask of the places of a kind; `what` names how it is told (the file's head says which there are). `year` null = each."""

    what: str
    title: Title
    least: Decimal
    year: int | None
    measure: str


@dataclass(frozen=True)
class Kind:
    """
    `inspect_months`: how long an inspection holds; null = nobody says. `notice_days`: working days of public notice before one is listed;
    null = none. `occupancy`: the detail that tells its beds; empty: nobody sleeps there. `earns`: the measure that is money its household gets; empty: none is. `valid_from`, `valid_until`: the details that tell its first and last day; empty: who lists it says until when. `figures`: what its measures are called as a whole; empty: use. `is_tilted`: resources are tilted to mountain and island counties for it. `has_teachers`: who teaches may be named as one of its places. `levels` it may have, lowest first; `steps` it may take, in the order of a usual life. `projects` null: it runs none with partners.
    """

    id: str
    title: Title
    short: Title
    is_public: bool
    is_of_household: bool
    levels: tuple[str, ...]
    inspect_months: int | None
    notice_days: int | None
    needs_checks: bool
    is_tilted: bool
    has_teachers: bool
    occupancy: str
    earns: str
    valid_from: str
    valid_until: str
    figures: Title
    details: Mapping[str, Detail]
    equipment: Mapping[str, Piece]
    checks: Mapping[str, Piece]
    measures: Mapping[str, Piece]
    balances: tuple[Balance, ...]
    steps: Mapping[Step, Rule]
    aims: tuple[Aim, ...]
    projects: Projects | None

    @property
    def told(self) -> tuple[str, ...]:
        """Its measures that somebody tells; the others are worked out."""
        return tuple(name for name, one in self.measures.items() if not one.sum_of)

    @property
    def asked(self) -> tuple[str, ...]:
        """What an inspection has to find: every check, and the equipment that such a place must have."""
        return (*self.checks, *(one.id for one in self.equipment.values() if one.is_needed))


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, Kind]:
    return read(programs_folder() / "vocabulary")


def read(folder: Path) -> Mapping[str, Kind]:
    """Raises ValueError: a step or a figure that nobody knows."""
    given, steps = (
        yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8")) for name in ("places", "place_steps")
    )
    return {name: _kind(name, one, steps) for name, one in given.items()}


def public_kinds() -> list[str]:
    """Those whose places anybody may see: nobody's home, nothing that is let."""
    return [one.id for one in kinds().values() if one.is_public and not one.is_of_household]


def kind_of(name: str) -> Kind:
    """Raises NoSuchKind."""
    if name not in kinds():
        raise NoSuchKind(name, list(kinds()))
    return kinds()[name]


def _kind(name: str, given: Mapping[str, Any], steps: Mapping[str, Any]) -> Kind:
    measures = _pieces(given.get("measures", {}))
    _require_sums(name, measures)
    earns = given.get("earns", "")
    if earns and not (given.get("is_of_household") and earns in measures and measures[earns].unit == "yuan"):
        raise ValueError(f"places.yaml: {name} earns {earns}, which is no measure in yuan of a kind of households")
    for asked in (period := [given[word] for word in ("valid_from", "valid_until") if word in given]):
        if given.get("details", {}).get(asked, {}).get("type") != "date":
            raise ValueError(f"places.yaml: {name} lasts as {asked} says, which is no date that is asked")
    if len(period) == 1:
        raise ValueError(f"places.yaml: {name} says one end of its time alone")
    return Kind(
        id=name,
        title=given["title"],
        short=given.get("short", given["title"]),
        is_public=given["is_public"],
        is_of_household=given.get("is_of_household", False),
        levels=tuple(given["levels"]),
        inspect_months=given.get("inspect_months"),
        notice_days=given.get("notice_days"),
        needs_checks=given.get("needs_checks", False),
        is_tilted=given.get("is_tilted", False),
        has_teachers=given.get("has_teachers", False),
        occupancy=given.get("occupancy", ""),
        earns=earns,
        valid_from=given.get("valid_from", ""),
        valid_until=given.get("valid_until", ""),
        figures=given.get("figures", {}),
        details={one: _detail(one, said) for one, said in given.get("details", {}).items()},
        equipment=_pieces(given.get("equipment", {})),
        checks=_pieces(given.get("checks", {})),
        measures=measures,
        balances=tuple(_balance(name, one, measures) for one in given.get("balances", ())),
        steps=read_rules(steps, given.get("steps", {})),
        aims=tuple(_aim(one) for one in given.get("aims", ())),
        projects=_projects(given["projects"]) if "projects" in given else None,
    )


def _projects(given: Mapping[str, Any]) -> Projects:
    details = {one: _detail(one, said) for one, said in given.get("details", {}).items()}
    return Projects(given["title"], details, _pieces(given["checks"]))


def _require_sums(kind: str, measures: Mapping[str, Piece]) -> None:
    """What is worked out is the sum of figures told for the same span; what each may have at most adds up to the whole."""
    for one in measures.values():
        parts = [measures.get(name) for name in one.sum_of]
        if any(part is None or part.sum_of or part.is_yearly != one.is_yearly for part in parts):
            raise ValueError(f"places.yaml: {kind}: {one.id} is the sum of {', '.join(one.sum_of)}, which are not all told for the same span")  # fmt: skip
        most = [part.most for part in parts if part]
        if one.sum_of and one.most is not None and (None in most or sum(each or 0 for each in most) != one.most):
            raise ValueError(f"places.yaml: {kind}: the parts of {one.id} do not add up to {one.most}")


def _detail(name: str, given: Mapping[str, Any]) -> Detail:
    title = {"zh": given["zh"], "en": given["en"]}
    return Detail(name, title, given["type"], given.get("is_needed", False), given.get("is_public", False))


def _balance(kind: str, given: Mapping[str, Any], measures: Mapping[str, Piece]) -> Balance:
    terms = tuple(tuple(name.strip() for name in term.split("*")) for term in given["sum"].split("+"))
    found = Balance(given["is"], terms, Decimal(str(given["within"])))
    if strange := found.measures - set(measures):
        raise ValueError(f"places.yaml: {kind} is not measured by {', '.join(sorted(strange))}")
    return found


def _aim(given: Mapping[str, Any]) -> Aim:
    title = {"zh": given["zh"], "en": given["en"]}
    return Aim(given["is"], title, Decimal(str(given["least"])), given.get("year"), given.get("measure", ""))


def _pieces(given: Mapping[str, Mapping[str, Any]]) -> dict[str, Piece]:
    return {
        name: Piece(
            name, {"zh": one["zh"], "en": one["en"]}, one.get("is_needed", False), one.get("unit", ""), one.get("is_yearly", False),
            one.get("decimals", 2), one.get("is_rate", False), Decimal(str(one["most"])) if "most" in one else None,
            tuple(part.strip() for part in one["sum_of"].split("+")) if "sum_of" in one else (),
        )
        for name, one in given.items()
    }  # fmt: skip
