"""Files that are data: one is read whole or refused with every fault, a folder of them is checked, and no two share an id."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol, TypeVar

from niangjia.engines.policy.problems import PackError, Problem
from niangjia.engines.policy.yamltext import BadFile, Item, Reader, read_yaml


class Named(Protocol):
    @property
    def id(self) -> str: ...


OneReader = TypeVar("OneReader", bound=Reader)
Found = TypeVar("Found")


def read_file(path: Path, reader: OneReader, parse: Callable[[OneReader, Item], Found]) -> Found:
    """Raises PackError with every fault that the reader found."""
    try:
        root = read_yaml(path)
    except BadFile as bad:
        raise PackError([bad.problem]) from None
    found = parse(reader, root)
    if reader.problems:
        raise PackError(reader.problems)
    return found


def check_files(paths: Iterable[Path], read: Callable[[Path], Named]) -> list[Problem]:
    """Every fault of every file, also an id that another of them has."""
    problems: list[Problem] = []
    seen: dict[str, Path] = {}
    for path in paths:
        try:
            one = read(path)
        except PackError as error:
            problems += error.problems
            continue
        if one.id in seen:
            zh, en = f"{one.id} 已在 {seen[one.id].name} 中。", f"{one.id} is in {seen[one.id].name} already."
            problems.append(read_yaml(path).table["id"].fault(zh, en, one.id))
        seen[one.id] = path
    return problems
