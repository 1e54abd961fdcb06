"""``programs/vocabulary/offers.yaml``: the kinds of offers, and what the pack of one says about its seats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import yaml

from niangjia.apps.programs import queries as programs
from niangjia.engines.policy.parameters import area_prefix
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.problems import Refusal

SHARE = "share_"
"""Before the name of one of the `groups`: a pack's parameter with the share of the seats that is kept for that group."""
YEARS = "every_years"


class NoSuchKind(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(f"没有“{name}”这种活动。请从列出的种类中选。", f"There is no kind {name!r}. Choose one that is listed.")  # fmt: skip


@dataclass(frozen=True)
class Extra:
    """Something that may be chosen with a seat. `counts_as`: the kind that whoever came with it is counted as once more; empty = none."""

    id: str
    title: Mapping[str, str]
    counts_as: str = ""


@dataclass(frozen=True)
class Grant:
    """The facts that tell the first and the last day of what a matter granted."""

    first: str
    last: str


@dataclass(frozen=True)
class Kind:
    """
    `is_health`: nothing but who came is kept. `program`: the pack it is settled or granted under; empty = none. `grant`: an offer under that pack
    is for whom a matter of it was granted, in that time; null = for everybody.
    """

    id: str
    title: Mapping[str, str]
    is_health: bool = False
    is_trip: bool = False
    gives_certificate: bool = False
    program: str = ""
    grant: Grant | None = None
    extras: Mapping[str, Extra] = field(default_factory=dict)


@dataclass(frozen=True)
class PackSays:
    """`every_years` null = it may be had at any time; `shares`: ratio of the seats by group."""

    every_years: int | None
    shares: Mapping[str, Decimal]


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, Kind]:
    given = yaml.safe_load((programs_folder() / "vocabulary" / "offers.yaml").read_text(encoding="utf-8"))
    return {
        name: Kind(id=name, **one | {"extras": _extras(one.get("extras", {}), set(given)), "grant": _grant(one)})
        for name, one in given.items()
    }


def _grant(given: Mapping[str, Any]) -> Grant | None:
    """Raises ValueError: it goes by no pack."""
    if "grant" not in given:
        return None
    if not given.get("program"):
        raise ValueError("offers.yaml: what asks for a grant has to name its programme")
    return Grant(**given["grant"])


def _extras(given: Mapping[str, Any], kinds: set[str]) -> dict[str, Extra]:
    """Raises ValueError: one counts as a kind that nobody knows."""
    found = {
        name: Extra(name, {"zh": one["zh"], "en": one["en"]}, one.get("counts_as", "")) for name, one in given.items()
    }
    if strange := {one.counts_as for one in found.values() if one.counts_as} - kinds:
        raise ValueError(f"offers.yaml: an extra counts as {', '.join(sorted(strange))}, which is no kind")
    return found


def kind_of(name: str) -> Kind:
    """Raises NoSuchKind."""
    if name not in kinds():
        raise NoSuchKind(name)
    return kinds()[name]


@lru_cache(maxsize=1)
def groups() -> frozenset[str]:
    """The groups of workers that a membership may name, as the feed of the members has them."""
    given = yaml.safe_load((programs_folder() / "vocabulary" / "feeds" / "member.yaml").read_text(encoding="utf-8"))
    return frozenset(given["columns"]["group"]["values"])


def grant_of(kind: str, program: str) -> Grant | None:
    """What an offer of that kind under that programme asks a grant for; None: it asks for none."""
    found = kinds().get(kind)
    return found.grant if found and program and program == found.program else None


def has_seat_rules(program: str, parameters: Iterable[str]) -> bool:
    """Whether a pack says anything of seats, or a kind of offers is settled or granted under it."""
    return bool(_of_seats(parameters)) or program in {one.program for one in kinds().values()}


def _of_seats(parameters: Iterable[str]) -> list[str]:
    shares = {f"{SHARE}{group}" for group in groups()}
    return [name for name in parameters if name == YEARS or name in shares]


def said_by_pack(program: str, *, area: str, on: date) -> PackSays | None:
    """
    Once in how many years (parameter ``every_years``) and whose seats are kept (``share_<group>``, of a group that there is), from the pack in
    force there that day; None: there is no such pack.

    Raises:
        MissingParameter: one of them is open and nobody filled it in.
    """
    if not program or programs.find_pack(program, area=area, asof=on) is None:
        return None
    names = programs.get_pack(program, area=area, asof=on).parameters
    wanted = _of_seats(names)
    said = {name: programs.get_parameter(program, name, area=area_prefix(area), asof=on) for name in wanted}
    years = said.pop(YEARS, None)
    return PackSays(
        None if years is None else int(str(years)),
        {name.removeprefix(SHARE): Decimal(str(share)) for name, share in said.items()},
    )
