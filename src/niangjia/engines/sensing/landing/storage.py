"""Files that are there whole or not at all: written beside, flushed, renamed, and the folder flushed too."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from niangjia.kernel.problems import Refusal


class LandingBusy(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "另一次数据入湖正在进行。请等它结束后再运行。",
            "Another landing is under way. Run this again when it has ended.",
        )


@contextmanager
def locked(lake: Path) -> Iterator[None]:
    """
    The only landing in this lake; the lock dies with the process.

    Raises:
        LandingBusy: somebody else holds it.
    """
    lake.mkdir(parents=True, exist_ok=True)
    with open(lake / ".lock", "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LandingBusy from error
        yield


def part_of(path: Path) -> Path:
    """Where `path` is written before it counts; its folder exists."""
    make_folder(path.parent)
    return path.with_name(path.name + ".part")


def publish(path: Path) -> None:
    """Make the written part durable under its name."""
    part = path.with_name(path.name + ".part")
    flush_file(part)
    part.replace(path)
    flush_folder(path.parent)


def write(path: Path, content: bytes) -> None:
    part = part_of(path)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as handle:
        handle.write(content)
    publish(path)


def make_folder(folder: Path) -> None:
    """A new folder is durable only once its parent is flushed."""
    if not folder.exists():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        flush_folder(folder.parent)


def flush_file(path: Path) -> None:
    with open(path, "rb") as handle:
        os.fsync(handle.fileno())


def flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
