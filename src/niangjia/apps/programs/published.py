"""Programmes as everybody may read them: what is in force where, with this deployment's values; for the public pages and the finder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from niangjia.apps.funds import queries as funds
from niangjia.apps.funds.types import Subject, SubjectKind
from niangjia.apps.programs import capping, installed
from niangjia.apps.programs.models import PackVersion, ParameterValue
from niangjia.apps.programs.queries import MissingStandard, get_standard, pack_card
from niangjia.apps.programs.types import PackCard
from niangjia.engines import policy
from niangjia.engines.policy.finder import Finder
from niangjia.engines.policy.packs import content_hash
from niangjia.engines.policy.parameters import Overrides, area_prefix
from niangjia.engines.policy.published import Wording, load_wording
from niangjia.engines.policy.yamltext import BadFile, read_yaml
from niangjia.kernel import looking
from niangjia.kernel.deployment import programs_folder


@dataclass(frozen=True)
class Published:
    """
    One programme in force. `program` None: it is a container, or `missing` names the parameters nobody has set for the area yet.

    `pack.folder` is where its cases lie, if this installation has them. `versions`: of this programme and area, the latest first.
    """

    card: PackCard
    pack: policy.Pack
    program: policy.Program | None
    missing: tuple[str, ...]
    overrides: Overrides
    versions: tuple[PackCard, ...]


def list_published(*, asof: date) -> tuple[Published, ...]:
    """Every programme in force on a day, each with the values of its own area, by area and title."""
    return _everywhere(_state(), asof)


def find_published(program: str, *, area: str, asof: date) -> Published | None:
    """The programme as it holds in an area; None: there is none."""
    return next((one for one in list_in_area(area=area, asof=asof) if one.pack.id == program), None)


def list_in_area(*, area: str, asof: date) -> tuple[Published, ...]:
    """What holds in an area (any length of code) on a day: of several areas' versions of one programme the nearest."""
    return _in_area(_state(), area_prefix(area), asof)


def finder(*, area: str, asof: date) -> Finder:
    """Asks about all that holds in the area; made once an area and day, until a pack or a value changes."""
    return _finder(_state(), area_prefix(area), asof)


def known_of_area(*, area: str, asof: date) -> Mapping[str, object]:
    """Facts that are the same for everybody there."""
    try:
        standard: Decimal = get_standard(area, asof=asof)
    except MissingStandard:
        return {}
    return {"low_income_standard": standard}


def used_by_person(
    packs: Iterable[policy.Pack], *, person_id: int, household_id: int | None, day: date
) -> dict[str, dict[str, object]]:
    """
    What this worker and the household took of each programme's caps already: pack id → cap id → times or yuan, in one query.

    Without scope: for the worker's own pages. Programmes whose caps count something else (a trip, an event) are left out.
    """
    subjects: dict[SubjectKind, int] = {SubjectKind.PERSON: person_id}
    if household_id is not None:
        subjects[SubjectKind.HOUSEHOLD] = household_id
    book = funds.load_book(Subject(kind, number) for kind, number in subjects.items())
    found = {}
    for pack in packs:
        if pack.caps and all(cap.per in ("person", "household") and cap.window != "event" for cap in pack.caps):
            caps = capping.bound(pack.caps, subjects, day=day)
            found[pack.id] = capping.used_by(pack, {cap_id: book.used(cap).as_pair() for cap_id, cap in caps.items()})
    return found


def wording() -> Wording:
    return load_wording(programs_folder())


State = tuple[tuple[object, ...], ...]


@looking.once
def _state() -> State:
    """What the lists below depend on: one small query while a page is read, else two, instead of reading every pack again."""
    if looking.is_one() and (revision := installed.revision_now()):
        return ((revision,),)
    versions = PackVersion.objects.order_by("pk")
    values = ParameterValue.objects.filter(approved_by__isnull=False, withdrawn_at__isnull=True).order_by("pk")
    return (
        *versions.values_list("pk", "content_hash", "vocabulary_hash", "area", "active_from", "active_until"),
        *values.values_list("pk", "pack_id", "name", "area", "starts_on", "value"),
    )


@lru_cache(maxsize=4)
def _everywhere(state: State, asof: date) -> tuple[Published, ...]:
    rows = [(row, row.area) for row in installed.list_versions() if _is_in_force(row, asof)]
    found = _published(rows, asof)
    return tuple(sorted(found, key=lambda one: (one.pack.area, one.card.title_zh)))


@lru_cache(maxsize=64)
def _in_area(state: State, prefix: str, asof: date) -> tuple[Published, ...]:
    nearest: dict[str, PackVersion] = {}
    for row in installed.list_versions():
        if _is_in_force(row, asof) and prefix.startswith(row.area):
            standing = nearest.get(row.pack_id)
            if standing is None or len(row.area) >= len(standing.area):
                nearest[row.pack_id] = row
    found = _published([(row, prefix) for row in nearest.values()], asof)
    return tuple(sorted(found, key=lambda one: (-len(one.pack.area), one.card.title_zh)))


@lru_cache(maxsize=64)
def _finder(state: State, prefix: str, asof: date) -> Finder:
    programs = [one.program for one in _in_area(state, prefix, asof) if one.program and one.pack.status != "example"]
    return Finder(programs, wording())


def _is_in_force(row: PackVersion, asof: date) -> bool:
    begins = row.active_from is None or row.active_from <= asof
    return begins and (row.active_until is None or asof < row.active_until)


def _published(rows: Sequence[tuple[PackVersion, str]], asof: date) -> list[Published]:
    """Each version as it holds in the area beside it."""
    packs = [_pack(row) for row, _area in rows]
    values = installed.overrides_of(packs)
    cards: dict[tuple[str, str], list[PackCard]] = {}
    for sibling in installed.list_versions():
        cards.setdefault((sibling.pack_id, sibling.area), []).insert(0, pack_card(sibling))
    found = []
    for (row, area), pack in zip(rows, packs, strict=True):
        overrides: Overrides = values[pack.id]  # type: ignore[assignment]
        versions = tuple(cards[row.pack_id, row.area])
        program = None if pack.measures else policy.compile_program(pack, asof=asof, area=area, overrides=overrides)
        missing = program.absent if program else ()
        found.append(Published(pack_card(row), pack, None if missing else program, missing, overrides, versions))
    return found


def _pack(row: PackVersion) -> policy.Pack:
    pack = installed.pack_of(row)
    folder = _folders().get(pack.content_hash)
    return pack if folder is None else replace(pack, folder=folder)


@lru_cache(maxsize=1)
def _folders() -> dict[str, Path]:
    """Content hash → the folder of this installation that holds the pack and its cases."""
    found = {}
    for path in policy.list_packs(programs_folder()):
        try:
            found[content_hash(read_yaml(path))] = path.parent
        except BadFile:
            continue
    return found
