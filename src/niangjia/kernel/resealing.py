"""Columns that hold sealed values, named by the rooms that own them, so that after a rotation of the keys none is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from niangjia.kernel.sealing import CannotOpen, Keys, prefix_of


@dataclass(frozen=True)
class SealedColumn:
    """
    `rows`: all rows, as a queryset with what `place` reads of each (`place`: where a row's value is sealed for). `wrap`: bytes as the
    column takes them.
    """

    name: str
    rows: Any
    place: Callable[[Any], str]
    wrap: Callable[[bytes], Any] = bytes

    @property
    def label(self) -> str:
        """``registry_person.phone``"""
        return f"{self.rows.model._meta.db_table}.{self.name}"

    def sealed_with(self, key_id: str) -> Any:
        """The rows that hang on one key: told by the value's first bytes, without opening it."""
        prefix = prefix_of(key_id)
        after = prefix[:-1] + bytes([prefix[-1] + 1])
        return self.rows.filter(**{f"{self.name}__gte": self.wrap(prefix), f"{self.name}__lt": self.wrap(after)})


@dataclass(frozen=True)
class Batch:
    """`last`: the last row looked at, null = there was none. `unopened`: rows that no key opens, left as they were."""

    last: int | None
    done: int = 0
    unopened: tuple[int, ...] = ()


def reseal_batch(column: SealedColumn, key_id: str, keys: Keys, *, after: int, size: int) -> Batch:
    """
    Seal the next `size` rows that hang on `key_id` with the newest key. Safe to repeat and to stop: what is done does not hang on it any more.

    A row that somebody writes meanwhile keeps what they wrote: that is sealed with the newest key anyway.
    """
    rows = list(column.sealed_with(key_id).filter(pk__gt=after).order_by("pk")[:size])
    done, unopened = 0, []
    for row in rows:
        held, place = getattr(row, column.name), column.place(row)
        try:
            plain = keys.open(bytes(getattr(held, "token", held)), place)
        except CannotOpen:
            unopened.append(row.pk)
            continue
        anew = column.wrap(keys.seal(plain, place))
        untouched = type(row)._default_manager.filter(pk=row.pk, **{column.name: held})
        done += untouched.update(**{column.name: anew})
    return Batch(rows[-1].pk if rows else None, done, tuple(unopened))


def old_keys(keys: Keys) -> Sequence[str]:
    return list(keys.sealing)[:-1]
