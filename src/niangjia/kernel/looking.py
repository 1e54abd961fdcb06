"""
One look at a page: what is asked twice while it is made is read once.

It holds for a request that only reads, in its own thread, and is forgotten with it: the next look sees what changed meanwhile. Outside a
look, as in every action and job, everything is read when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_known: ContextVar[dict[Hashable, Any] | None] = ContextVar("known", default=None)
_ABSENT = object()


@contextmanager
def look() -> Iterator[None]:
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def is_one() -> bool:
    return _known.get() is not None


def once(read: Callable[P, V]) -> Callable[P, V]:
    """The same answer for the same arguments, which are hashable, during a look. A refusal is not kept. Nobody changes the answer."""

    @wraps(read)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> V:
        known = _known.get()
        if known is None:
            return read(*args, **kwargs)
        key = (read, args, tuple(sorted(kwargs.items())))
        if key not in known:
            known[key] = read(*args, **kwargs)
        return cast(V, known[key])

    return remembered


def once_each(read: Callable[[Iterable[K]], dict[K, V]]) -> Callable[[Iterable[K]], dict[K, V]]:
    """As `once`, for what is found by number: during a look only those that were not asked for yet are."""

    @wraps(read)
    def remembered(keys: Iterable[K]) -> dict[K, V]:
        known = _known.get()
        if known is None:
            return read(keys)
        wanted, seen = set(keys), known.setdefault(read, {})
        if missing := wanted - seen.keys():
            found = read(missing)
            seen.update((key, found.get(key, _ABSENT)) for key in missing)
        return {key: seen[key] for key in wanted if seen[key] is not _ABSENT}

    return remembered


def know_each(read: Callable[[Iterable[K]], dict[K, V]], found: dict[K, V]) -> None:
    """As `know`, for what is asked by number."""
    known = _known.get()
    if known is not None:
        known.setdefault(read.__wrapped__, {}).update(found)  # type: ignore[attr-defined]


def know(read: Callable[..., Any], *args: Hashable, answer: object) -> None:
    """What was read along with something else: `read`, which is asked `once`, need not ask. Outside a look nothing happens."""
    known = _known.get()
    if known is not None:
        known[(read.__wrapped__, args, ())] = answer  # type: ignore[attr-defined]
