"""
Contest packs: ``programs/contests/*.yaml`` and ``contests/*.yaml`` of the deployment, read, checked and filled in. A new contest is a new
file; another union's version of one is a file with that union's area. Whoever's area it is sets it up, nobody else.

A number that the paper does not give stands as ``ask``: it is asked for when a contest is set up, and pinned with it.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from niangjia.apps.contests.problems import NoSuchPack, NotYourPack, PackRefused, StillAsked
from niangjia.apps.organizations.types import Level, Union
from niangjia.engines.ranking import CutTie, Rule, TieBreak
from niangjia.kernel.deployment import programs_folder

ASK = "ask"
ENTRANTS = ("person", "place", "organisation")
FILES = {"audio": ("audio/mpeg", "audio/mp4"), "video": ("video/mp4",), "recording": ("audio/mpeg", "audio/mp4", "video/mp4"), "paper": ()}  # fmt: skip
DIVISIONS = (Level.PROVINCE, Level.CITY, Level.COUNTY)
"""Whose unions set contests up: of several unions with one area, its own."""
LEAST, MOST = {"places": 1, "choices": 1, "least_marks": 1, "working_days": 1}, 1_000_000


@dataclass(frozen=True)
class FileRule:
    """`kind`: paper (photo or PDF), audio, video, or recording (either). `most` files of at most `most_mb` megabytes each."""

    id: str
    title: Mapping[str, str]
    kind: str
    most: int
    most_mb: int
    is_required: bool


@dataclass(frozen=True)
class Criterion:
    id: str
    title: Mapping[str, str]
    points: Decimal


@dataclass(frozen=True)
class VoteRule:
    """
    `choices`: votes of one person in the round, each for another entry. `an_hour`: votes taken from one network address within an hour.
    `burst`: so many for one entry within `burst_minutes` from one network are shown to officers.
    """

    days: int
    choices: int
    an_hour: int
    burst: int
    burst_minutes: int


@dataclass(frozen=True)
class Tilt:
    """`points` beside marks and votes for entries of areas where the flag `parameter` of `program` holds on the day they were handed in."""

    title: Mapping[str, str]
    program: str
    parameter: str
    points: Decimal


@dataclass(frozen=True)
class RoundRule:
    """`criteria` empty: one mark of 0 … 100. `votes` null: the jury alone. `tilt` null: to no area."""

    id: str
    title: Mapping[str, str]
    rule: Rule
    criteria: tuple[Criterion, ...]
    votes: VoteRule | None
    tilt: Tilt | None = None


@dataclass(frozen=True)
class AwardRule:
    """`places` null: everybody behind the awards before it. `skill_level` empty: none. `program`: the pack that the level leads to."""

    id: str
    title: Mapping[str, str]
    places: int | None
    honour: Mapping[str, str]
    skill_level: str
    amount: Decimal
    program: str


@dataclass(frozen=True)
class Ask:
    """One number that has to be filled in. `path`: ``rounds.0.quota``; `part`: what it belongs to, in words; empty = the contest."""

    path: str
    name: str
    part: Mapping[str, str]


@dataclass(frozen=True)
class Pack:
    """A contest's text with every number in it. `eligibility`: the pack that says who may enter; empty = officers judge."""

    id: str
    title: Mapping[str, str]
    about: Mapping[str, str]
    issuer: str
    area: str
    source: Mapping[str, str]
    entrants: str
    place_kind: str
    by_worker: bool
    by_nomination: bool
    most_entries: int
    eligibility: str
    files: tuple[FileRule, ...]
    rounds: tuple[RoundRule, ...]
    awards: tuple[AwardRule, ...]
    working_days: int
    same_union: bool
    fund: str


@dataclass(frozen=True)
class Sheet:
    """A pack as it lies in its file: some numbers may still be asked for."""

    id: str
    title: Mapping[str, str]
    area: str
    given: Mapping[str, Any]
    asks: tuple[Ask, ...]


def list_packs(union: Union) -> list[Sheet]:
    """What this union may set a contest up from, by id: the packs of its own area, if it is the division's union. Raises PackRefused."""
    if union.level not in DIVISIONS:
        return []
    return sorted((one for one in _read_all() if _whole(one.area) == _whole(union.area)), key=lambda one: one.id)


def list_every() -> list[Sheet]:
    """Every contest pack, whosever it is, by area and id. Raises PackRefused."""
    return sorted(_read_all(), key=lambda one: (one.area, one.id))


def get_pack(pack_id: str, union: Union) -> Sheet:
    """Raises NoSuchPack; NotYourPack: it is another union's."""
    found = next((one for one in list_packs(union) if one.id == pack_id), None)
    if found is None:
        others = [str(one.given["issuer"]) for one in _read_all() if one.id == pack_id]
        raise NotYourPack(union.name, others) if others else NoSuchPack(pack_id)
    return found


def _whole(area: str) -> str:
    return area.ljust(12, "0")


def _read_all() -> list[Sheet]:
    """Those of the house, and the deployment's own, which stand before one of the house with the same area and id."""
    own = [settings.DEPLOYMENT.contests] if settings.DEPLOYMENT else []
    found: dict[tuple[str, str], Sheet] = {}
    for folder in (programs_folder() / "contests", *own):
        for path in sorted(folder.glob("*.yaml")):
            one = _read_file(path, path.stat().st_mtime_ns)
            found[one.area, one.id] = one
    return list(found.values())


@lru_cache(maxsize=512)
def _read_file(path: Path, changed_at: int) -> Sheet:
    return read(path.read_text(encoding="utf-8"))


def read(text: str) -> Sheet:
    """Raises PackRefused: also for what would be wrong whatever was filled in."""
    given = yaml.safe_load(text)
    asks = tuple(_asks(given))
    parse(_filled(given, {one.path: "1" for one in asks}))
    return Sheet(given["id"], given["title"], str(given["area"]), given, asks)


def fill(sheet: Sheet, values: Mapping[str, str]) -> dict[str, Any]:
    """
    The text with what was asked for in it, as it is pinned. Raises StillAsked: what is missing or no number; PackRefused.
    """
    wrong = [one.path for one in sheet.asks if not _is_number(values.get(one.path, ""), one.name)]
    if wrong:
        raise StillAsked(wrong)
    filled = _filled(sheet.given, values)
    parse(filled)
    return filled


def hash_of(given: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(given, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def _is_number(text: str, name: str) -> bool:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return False
    is_whole = number == number.to_integral_value() if number.is_finite() else False
    return (
        number.is_finite()
        and LEAST.get(name, 0) <= number <= MOST
        and (is_whole or name in ("pass_mark", "amount", "points"))
    )


def _asks(given: Any, path: str = "", part: Mapping[str, str] | None = None) -> Iterator[Ask]:
    if isinstance(given, Mapping):
        part = given["title"] if path and "title" in given else part
        for name, value in given.items():
            if value == ASK:
                yield Ask(f"{path}{name}", str(name), part or {})
            else:
                yield from _asks(value, f"{path}{name}.", part)
    elif isinstance(given, list):
        for place, value in enumerate(given):
            yield from _asks(value, f"{path}{place}.", part)


def _filled(given: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    filled: Any = json.loads(json.dumps(copy.deepcopy(dict(given)), default=str))
    for path, value in values.items():
        *way, last = path.split(".")
        place = filled
        for step in way:
            place = place[int(step)] if step.isdigit() else place[step]
        place[last] = value.strip()
    return filled


# --- the filled text as what it means ---


def parse(given: Mapping[str, Any]) -> Pack:
    """Raises PackRefused."""
    try:
        return _parse(given)
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise PackRefused(str(given.get("id", "?")), f"{type(error).__name__} {error}") from error


def _parse(given: Mapping[str, Any]) -> Pack:
    entry = given["entry"]
    pack = Pack(
        id=given["id"], title=given["title"], about=given["about"], issuer=given["issuer"], area=str(given["area"]), source=given["source"],
        entrants=entry["who"], place_kind=entry.get("place_kind", ""), by_worker="worker" in entry["by"],
        by_nomination="nomination" in entry["by"], most_entries=int(entry.get("most", 1)), eligibility=entry.get("eligibility", ""),
        files=tuple(_file(one) for one in entry.get("files", ())), rounds=tuple(_round(one) for one in given["rounds"]),
        awards=tuple(_award(one) for one in given["awards"]), working_days=int(given["notice"]["working_days"]),
        same_union=bool(given.get("conflicts", {}).get("same_union", True)), fund=given.get("fund", ""),
    )  # fmt: skip
    faults = [
        (pack.entrants not in ENTRANTS, "entry.who"),
        (pack.entrants == "place" and not pack.place_kind, "entry.place_kind"),
        (not (pack.by_worker or pack.by_nomination), "entry.by"),
        (pack.entrants != "person" and pack.by_worker, "entry.by"),
        (not pack.rounds or not pack.awards, "rounds, awards"),
        (len({one.id for one in pack.rounds}) < len(pack.rounds), "rounds.id"),
        (len({one.id for one in pack.awards}) < len(pack.awards), "awards.id"),
        (any(one.places is None for one in pack.awards[:-1]), "awards.places"),
        (pack.entrants != "person" and any(one.amount or one.skill_level for one in pack.awards), "awards"),
        (any(one.amount for one in pack.awards) and not pack.fund, "fund"),
        (any(one.program and not one.skill_level for one in pack.awards), "awards.program"),
        (any(one.rule.votes and one.votes is None for one in pack.rounds), "rounds.votes"),
    ]
    for is_wrong, where in faults:
        if is_wrong:
            raise PackRefused(pack.id, where)
    return pack


def _file(given: Mapping[str, Any]) -> FileRule:
    kind = given["kind"]
    if kind not in FILES:
        raise ValueError(kind)
    return FileRule(
        given["id"], given["title"], kind, int(given.get("most", 1)), int(given.get("most_mb", 20)), bool(given.get("required", False))
    )  # fmt: skip


def _round(given: Mapping[str, Any]) -> RoundRule:
    quota, mark = given.get("quota"), given.get("pass_mark")
    rule = Rule(
        jury=Decimal(str(given.get("jury", 1))), votes=Decimal(str(given.get("votes", 0))), dropped=int(given.get("dropped", 0)),
        least_marks=int(given.get("least_marks", 1)), quota=None if quota is None else int(quota),
        pass_mark=None if mark is None else Decimal(str(mark)), ties=tuple(TieBreak(one) for one in given.get("ties", ())),
        cut_tie=CutTie(given.get("cut_tie", "all")),
    )  # fmt: skip
    vote, tilt = given.get("vote"), given.get("tilt")
    criteria = tuple(
        Criterion(one["id"], one["title"], Decimal(str(one["points"]))) for one in given.get("criteria", ())
    )
    if criteria and sum(one.points for one in criteria) != 100:
        raise ValueError("criteria")
    return RoundRule(
        given["id"], given["title"], rule, criteria, _vote(vote) if vote else None, _tilt(tilt) if tilt else None
    )


def _vote(given: Mapping[str, Any]) -> VoteRule:
    return VoteRule(
        int(given["days"]), int(given["choices"]), int(given["an_hour"]), int(given["burst"]), int(given["burst_minutes"])
    )  # fmt: skip


def _tilt(given: Mapping[str, Any]) -> Tilt:
    points = Decimal(str(given["points"]))
    if not 0 <= points <= 100:
        raise ValueError("tilt.points")
    return Tilt(given["title"], given["program"], given["parameter"], points)


def _award(given: Mapping[str, Any]) -> AwardRule:
    places = given.get("places")
    return AwardRule(
        given["id"], given["title"], None if places is None else int(places), given.get("honour", {}), given.get("skill_level", ""),
        Decimal(str(given.get("amount", 0))).quantize(Decimal("0.01")), given.get("program", ""),
    )  # fmt: skip


def award_of(pack: Pack, place: int) -> AwardRule | None:
    """What whoever is at this place is given; equal ones share the place and the award. None: behind the last."""
    before = 0
    for one in pack.awards:
        if one.places is None or place <= before + one.places:
            return one
        before += one.places
    return None
