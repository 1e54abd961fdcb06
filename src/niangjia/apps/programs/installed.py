"""
Installed packs brought back to life from their stored text: which one holds where and when, as it was known on a day, with the
deployment's values.

Of the texts of one programme and area that hold on a day, the one that was installed last counts: it replaced from its first day on
whatever stood before. The first text of an area holds since ever, and was known since ever.
"""

from __future__ import annotations

import hashlib
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path

from django.db.models import QuerySet
from django.utils import timezone

from niangjia.apps.programs.models import Catalogue as Revision
from niangjia.apps.programs.models import PackVersion, ParameterValue
from niangjia.apps.programs.problems import NoPackHere, StoredTextChanged
from niangjia.engines import policy
from niangjia.engines.policy.parameters import Known, Parameter, area_prefix
from niangjia.kernel import looking
from niangjia.kernel.problems import Refusal

__all__ = ["NoPackHere", "StoredTextChanged"]


class BadValue(Refusal):
    def __init__(self, name: str, value: str, kind: str) -> None:
        super().__init__(
            f"参数 {name} 的值 {value} 不是 {kind}。", f"The value {value} of the parameter {name} is not {kind}."
        )


def note_change() -> None:
    """Packs or values are about to change: what was made of them is made anew. Inside the transaction that changes them."""
    Revision.objects.update_or_create(pk=1, defaults={"revision": uuid.uuid4().hex})


@looking.once
def revision_now() -> str:
    """Empty = unknown: nothing is remembered then."""
    return Revision.objects.filter(pk=1).values_list("revision", flat=True).first() or ""


@dataclass(frozen=True)
class Catalogue:
    """Every version with its text, and every value that counts, in the order of coming in. Nobody changes the rows."""

    versions: tuple[PackVersion, ...]
    values: tuple[ParameterValue, ...]


@looking.once
def _catalogue() -> Catalogue:
    """As it is now; kept from one page to the next until a pack or a value changes: one small query tells."""
    revision = revision_now()
    return _kept(revision) if revision else _kept.__wrapped__(revision)


@lru_cache(maxsize=2)
def _kept(revision: str) -> Catalogue:
    return Catalogue(tuple(PackVersion.objects.order_by("pk")), tuple(_counting().order_by("pk")))


def _counting() -> QuerySet[ParameterValue]:
    return ParameterValue.objects.filter(approved_by__isnull=False, withdrawn_at__isnull=True)


def list_versions(program: str = "") -> Iterable[PackVersion]:
    """In the order of installing; of one programme, or all. While a page is read they come from memory."""
    if looking.is_one():
        return [one for one in _catalogue().versions if program in ("", one.pack_id)]
    rows = PackVersion.objects.order_by("pk")
    return rows.filter(pack_id=program).defer("files") if program else rows


def list_values() -> Iterable[ParameterValue]:
    """Those that were approved and not withdrawn, in the order of coming in."""
    return _catalogue().values if looking.is_one() else _counting().order_by("pk")


def find_version(program: str, *, area: str, asof: date, known_on: date | None = None) -> PackVersion | None:
    """
    The text in force that day, as it was known on `known_on` (None: now); of nested areas the nearest that has one then.
    """
    return _in_force(list_versions(program), area_prefix(area), asof, known_on).get(program)


def in_force(*, area: str, asof: date) -> list[PackVersion]:
    """The text in force of each programme that has one there that day, as far as is known now, by programme; texts and all."""
    found = _in_force(list_versions(), area_prefix(area), asof, None)
    return [found[program] for program in sorted(found)]


def get_version(program: str, *, area: str, asof: date, known_on: date | None = None) -> PackVersion:
    """Raises NoPackHere."""
    version = find_version(program, area=area, asof=asof, known_on=known_on)
    if version is None:
        raise NoPackHere(program, area, asof)
    return version


def _in_force(
    versions: Iterable[PackVersion], prefix: str, asof: date, known_on: date | None
) -> dict[str, PackVersion]:
    """By programme; `versions` in the order of installing."""
    found: dict[str, PackVersion] = {}
    for version in versions:
        if not prefix.startswith(version.area) or not (version.active_from is None or version.active_from <= asof):
            continue
        is_first = version.active_from is None
        if known_on is not None and not is_first and timezone.localdate(version.installed_at) > known_on:
            continue
        standing = found.get(version.pack_id)
        if standing is None or len(version.area) >= len(standing.area):
            found[version.pack_id] = version
    return found


def vocabulary_hash(files: Mapping[str, str]) -> str:
    """Over the facts' declarations only; the pack has a hash of its own."""
    parts = [f"{name}\0{text}" for name, text in sorted(files.items()) if name.startswith("vocabulary/")]
    return hashlib.sha256("\0\0".join(parts).encode()).hexdigest()


def pack_of(version: PackVersion) -> policy.Pack:
    """Raises StoredTextChanged: every time the text is compared with its hash."""
    if version.vocabulary_hash != vocabulary_hash(version.files):
        raise StoredTextChanged(version.pack_id)
    pack = _load(tuple(sorted(version.files.items())))
    if pack.content_hash != version.content_hash:
        raise StoredTextChanged(version.pack_id)
    return pack


@lru_cache(maxsize=128)
def pinned(version_id: int, content_hash: str) -> policy.Pack:
    """The pack of one version, kept by what it says: a text in the database never changes. Raises StoredTextChanged."""
    version = PackVersion.objects.filter(pk=version_id, content_hash=content_hash).first()
    if version is None:
        raise StoredTextChanged(str(version_id))
    return pack_of(version)


@lru_cache(maxsize=512)
def _load(files: tuple[tuple[str, str], ...]) -> policy.Pack:
    vocabulary = _vocabulary(tuple(one for one in files if one[0].startswith("vocabulary/")))
    with _written(files) as folder:
        return policy.load_pack(folder, vocabulary)


@lru_cache(maxsize=32)
def _vocabulary(files: tuple[tuple[str, str], ...]) -> policy.Vocabulary:
    """Most packs share theirs."""
    with _written(files) as folder:
        return policy.load_vocabulary(folder)


@contextmanager
def _written(files: Iterable[tuple[str, str]]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="niangjia-pack-") as folder:
        for name, text in files:
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        yield Path(folder)


def overrides(pack: policy.Pack) -> dict[str, dict[str, dict[date, object]]]:
    """
    The deployment's approved values for this pack, each with the day from which it was known: name → area → first day → value.

    Of values of one place that correct each other all are kept: a tuple of them.
    """
    return overrides_of([pack])[pack.id]


def overrides_of(packs: Iterable[policy.Pack]) -> dict[str, dict[str, dict[str, dict[date, object]]]]:
    """By pack, its `overrides`; one question for all of them."""
    by_id = {pack.id: pack for pack in packs}
    found: dict[str, dict[str, dict[str, dict[date, object]]]] = {program: {} for program in by_id}
    for row in list_values():
        pack = by_id.get(row.pack_id)
        if pack is None:
            continue
        if row.name in pack.parameters and row.known_on is not None:
            value = Known(read_value(pack.parameters[row.name], row.value), row.known_on)  # type: ignore[arg-type]
            dates = found[pack.id].setdefault(row.name, {}).setdefault(row.area, {})
            dates[row.starts_on] = (*dates[row.starts_on], value) if row.starts_on in dates else (value,)  # type: ignore[misc]
    return found


def compiled(version: PackVersion, *, area: str, asof: date, known_on: date | None = None) -> policy.Program:
    """
    Ready to decide, with the values of that area and day as they were known on `known_on` (None: now). One that is missing refuses only
    the decisions that need it.
    """
    pack = pack_of(version)
    return policy.compile_program(pack, asof=asof, area=area, overrides=overrides(pack), known_on=known_on)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Ready:
    """A programme of an area on a day. `program` None: `refusal` says why it cannot decide."""

    version: PackVersion
    pack: policy.Pack
    program: policy.Program | None
    refusal: Refusal | None


def list_ready(*, area: str, asof: date, known_on: date | None = None) -> tuple[Ready, ...]:
    """
    Every programme that decides in the area on that day, in the order in which they are decided (`after`, then id).

    Made once an area and day, and anew when a pack or a value changes: one small query tells.
    """
    revision = revision_now()
    make = _list_ready if revision else _list_ready.__wrapped__
    return make(revision, area_prefix(area), asof, known_on)


@lru_cache(maxsize=128)
def _list_ready(revision: str, prefix: str, asof: date, known_on: date | None) -> tuple[Ready, ...]:
    found = {}
    for version in _in_force(list_versions(), prefix, asof, known_on).values():
        pack = pack_of(version)
        if decides(pack):
            found[pack.id] = _ready(version, pack, prefix, asof, known_on)
    order = in_order({name: ready.pack.after for name, ready in found.items()})
    return tuple(found[name] for name in order)


def _ready(version: PackVersion, pack: policy.Pack, prefix: str, asof: date, known_on: date | None) -> Ready:
    try:
        return Ready(version, pack, compiled(version, area=prefix, asof=asof, known_on=known_on), None)
    except Refusal as refusal:
        return Ready(version, pack, None, refusal)


def decides(pack: policy.Pack) -> bool:
    """A container names measures, and sensing's packs only warn: neither decides."""
    return bool(pack.rules or pack.tiers) and not pack.measures


def in_order(after: Mapping[str, Sequence[str]]) -> list[str]:
    """
    Programmes so that each stands behind those it names; otherwise by name. A circle is cut at the first name.

    >>> in_order({"a": ["c"], "b": [], "c": ["b", "elsewhere"]})
    ['b', 'c', 'a']
    """
    found: dict[str, None] = {}

    def place(name: str, above: tuple[str, ...]) -> None:
        if name in found or name in above or name not in after:
            return
        for earlier in sorted(after[name]):
            place(earlier, (*above, name))
        found.setdefault(name)

    for name in sorted(after):
        place(name, ())
    return list(found)


def read_value(parameter: Parameter, text: str) -> object:
    """A typed value from what an officer entered. Raises BadValue."""
    try:
        match parameter.kind:
            case "money" | "number":
                value: object = Decimal(text)
                if not Decimal(text).is_finite():
                    raise ValueError(text)
            case "integer":
                value = int(text)
            case "boolean":
                value = {"true": True, "false": False}[text.lower()]
            case "date":
                value = date.fromisoformat(text)
            case "list":
                value = tuple(part.strip() for part in text.split(",") if part.strip())
            case _:
                value = text
    except (ValueError, KeyError, InvalidOperation) as error:
        raise BadValue(parameter.name, text, parameter.kind) from error
    return value
