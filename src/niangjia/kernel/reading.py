"""A long list that is read where somebody looks: counted by the database, a page of it at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, Protocol, TypeVar, overload

Row = TypeVar("Row")


class Countable(Protocol):
    """What Django's querysets are, without Django."""

    def count(self) -> int: ...

    def __getitem__(self, key: slice, /) -> Any: ...


class Pages(Sequence[Row]):
    """
    The rows of a query as `made` turns them into cards, some hundreds at once. Its length is asked for once.

    `made` gets rows in order and returns as many cards.
    """

    AT_ONCE = 500

    def __init__(self, rows: Countable, made: Callable[[list[Any]], list[Row]]) -> None:
        self._rows, self._made = rows, made

    @cached_property
    def _length(self) -> int:
        return self._rows.count()

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, key: int) -> Row: ...

    @overload
    def __getitem__(self, key: slice) -> list[Row]: ...

    def __getitem__(self, key: int | slice) -> Row | list[Row]:
        if isinstance(key, int):
            place = key if key >= 0 else len(self) + key
            if not 0 <= place < len(self):
                raise IndexError(key)
            return self._made(list(self._rows[place : place + 1]))[0]
        if (key.step or 1) != 1:
            raise ValueError("a list that is read by pages has no steps")
        from_front = (key.start or 0) >= 0 and key.stop is not None and key.stop >= 0
        start, end = (key.start or 0, key.stop) if from_front else key.indices(len(self))[:2]
        return self._made(list(self._rows[start:end])) if start < end else []

    def __iter__(self) -> Iterator[Row]:
        for start in range(0, len(self), self.AT_ONCE):
            yield from self[start : start + self.AT_ONCE]
