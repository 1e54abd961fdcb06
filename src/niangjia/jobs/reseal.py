"""After a rotation of the keys: every sealed column and file is sealed with the newest key, so that the old one may go.

What is done does not hang on the old key any more, and that is all that is remembered: a run that is stopped or killed is simply run again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.audit import actions as audit
from niangjia.apps.bookings import queries as bookings
from niangjia.apps.cases import queries as cases
from niangjia.apps.contests import queries as contests
from niangjia.apps.files import actions as file_actions
from niangjia.apps.files import queries as files
from niangjia.apps.inspections import queries as inspections
from niangjia.apps.matters import queries as matters
from niangjia.apps.messages import queries as messages
from niangjia.apps.registry import queries as registry
from niangjia.apps.volunteers import queries as volunteers
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.resealing import SealedColumn, old_keys, reseal_batch
from niangjia.kernel.sealing import Keys, prefix_of

BATCH = 500
ROOMS = (accounts, registry, messages, cases, matters, bookings, volunteers, contests)
_FOR_A_WHILE = ("exports", "imports", "marked")

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class KeyUse:
    """
    What hangs on one sealing key. `columns`: rows by column. `files`: of the files room. `remarks`: of auditors, in the audit chain, and `batches`:
    of the lake, neither of which is ever written anew. `passing`: files of exports and imports, which go by themselves within a day or with their import.
    """

    key_id: str
    is_newest: bool
    columns: dict[str, int]
    files: int
    remarks: int
    batches: int
    passing: int

    @property
    def to_reseal(self) -> int:
        return sum(self.columns.values()) + self.files

    @property
    def may_go(self) -> bool:
        return not (self.is_newest or self.to_reseal or self.remarks or self.batches or self.passing)


@dataclass(frozen=True)
class Resealed:
    """`unopened`: rows that no key opens, by column; they are as they were."""

    done: int
    unopened: dict[str, int]


def sealed_columns() -> list[SealedColumn]:
    """Every sealed column of the house."""
    return [column for room in ROOMS for column in room.sealed_columns()]


def list_keys(deployment: Deployment) -> list[KeyUse]:
    """What hangs on each sealing key, oldest first. Reads only, and opens nothing."""
    keys = deployment.keys()
    newest = list(keys.sealing)[-1]
    return [
        KeyUse(
            key_id=key_id,
            is_newest=key_id == newest,
            columns={
                column.label: count for column in sealed_columns() if (count := column.sealed_with(key_id).count())
            },
            files=files.count_sealed_with(key_id),
            remarks=inspections.count_sealed_with(key_id),
            batches=_count(sorted((deployment.lake / "vault").glob("*.sealed")), key_id),
            passing=sum(_count(_below(deployment.folder / name), key_id) for name in _FOR_A_WHILE),
        )
        for key_id in keys.sealing
    ]


def _below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _count(paths: list[Path], key_id: str) -> int:
    return sum(_begins(path, prefix_of(key_id)) for path in paths)


def _begins(path: Path, prefix: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(prefix)) == prefix
    except FileNotFoundError:  # an export whose hour is over
        return False


def reseal(deployment: Deployment, *, now: datetime, progress: Progress | None = None, size: int = BATCH) -> Resealed:
    """
    Seal everything that may be written anew with the newest key, some hundred rows at a time. Safe to repeat, and to stop at any point.

    One event tells how many of which column; a run that found nothing leaves none.
    """
    keys, tell = deployment.keys(), progress or (lambda label, share: None)
    stale = [
        (column, key_id, count)
        for key_id in old_keys(keys)
        for column in sealed_columns()
        if (count := column.sealed_with(key_id).count())
    ]
    total, seen = sum(count for *_which, count in stale) or 1, 0
    done, unopened = Counter[str](), Counter[str]()
    for column, key_id, _count_before in stale:
        for batch_done, batch_unopened in _batches(column, key_id, keys, size):
            done[column.label] += batch_done
            unopened[column.label] += batch_unopened
            seen += batch_done + batch_unopened
            tell(column.label, min(seen / total, 1.0))
    file_count = file_actions.reseal(now=now) if old_keys(keys) else 0
    if done:
        audit.record(None, action="keys.reseal", object="keys", detail={"rows": dict(+done)}, now=now)
    return Resealed(done.total() + file_count, dict(+unopened))


def _batches(column: SealedColumn, key_id: str, keys: Keys, size: int) -> Iterator[tuple[int, int]]:
    after = 0
    while True:
        with transaction.atomic():
            batch = reseal_batch(column, key_id, keys, after=after, size=size)
        if batch.last is None:
            return
        after = batch.last
        yield batch.done, len(batch.unopened)
