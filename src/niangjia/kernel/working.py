"""Work in a process of its own: its folder holds what was asked, how far it is, and how it ended.

``progress.json`` is there while it runs; then ``result.json``, or ``failed.json`` with the words for it. The file ``stop`` asks it to end.
Whoever holds the lock on ``running`` is alive: a killed process leaves none behind, and may simply be started again. Of works that share
a `queue` one runs at a time; the others wait.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from niangjia.kernel.problems import Refusal

PROGRESS, RESULT, FAILED = ("progress.json", "result.json", "failed.json")
RUNNING, STOP, LOG = ("running", "stop", "log.txt")
ASKED = "asked.json"
_TELL_EVERY = 0.3

Progress = Callable[[str, float], None]
"""Takes the name of the step and the share done, 0 to 1."""


class Stopped(Refusal):
    def __init__(self) -> None:
        super().__init__("已停止。", "It was stopped.")


@dataclass(frozen=True)
class Standing:
    """`state`: done, failed, running, or interrupted (asked for or begun, and nobody is at it)."""

    state: str
    share: float = 0.0
    step: str = ""
    failure: Refusal | None = None

    @property
    def percent(self) -> int:
        return int(self.share * 100)


def standing(folder: Path) -> Standing:
    if (folder / RESULT).exists():
        return Standing("done", 1.0)
    if is_running(folder):
        told = read_json(folder / PROGRESS)
        return Standing("running", told.get("share", 0.0), told.get("step", ""))
    if (folder / RESULT).exists():  # it ended between the two looks
        return Standing("done", 1.0)
    if failed := read_json(folder / FAILED):
        return Standing("failed", failure=Refusal(failed["zh"], failed["en"]))
    return Standing("interrupted")


def is_running(folder: Path) -> bool:
    path = folder / RUNNING
    if not path.exists():
        return False
    with open(path) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def take(folder: Path) -> IO[str] | None:
    """The lock on ``running``, to be handed to the process that will do the work; None: somebody has it."""
    lock = open(folder / RUNNING, "w")  # noqa: SIM115  whoever took it closes it
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock


def launch(
    folder: Path, module: str, arguments: Sequence[str] = (), *, cwd: Path, environment: dict[str, str] | None = None
) -> bool:
    """
    ``python -m MODULE FOLDER LOCK …`` in a process of its own, which goes on when this one ends; whether it was started. Safe to repeat: work
    that is done or running is left alone.
    """
    if (folder / RESULT).exists() or (lock := take(folder)) is None:
        return False
    with lock, open(folder / LOG, "wb") as log:
        subprocess.Popen(
            [sys.executable, "-m", module, str(folder), str(lock.fileno()), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=dict(os.environ) if environment is None else environment,
            cwd=cwd,
            pass_fds=[lock.fileno()],
            start_new_session=True,
        )
    return True


def work(
    folder: Path,
    do: Callable[[Progress], None],
    *,
    queue: Path,
    progress: Progress | None = None,
    lock: int | None = None,
) -> None:
    """
    Call `do`, which leaves a result, or nothing if there is one. Safe to repeat. `lock`: the descriptor of a lock that was taken for it.

    Raises:
        Stopped, and what `do` raises; a refusal's words are kept in ``failed.json`` as well.
    """
    with _only_one(folder, queue, lock):
        _once(folder, do, progress)


def work_here(folder: Path, do: Callable[[Progress], None]) -> None:
    """As `work`, for what is done in a moment: it waits for nobody, and leaves work that somebody is at alone. A refusal is kept, not raised."""
    if (lock := take(folder)) is None:
        return
    with lock, suppress(Refusal):
        _once(folder, do, None)


def _once(folder: Path, do: Callable[[Progress], None], progress: Progress | None) -> None:
    if (folder / RESULT).exists():
        return
    (folder / FAILED).unlink(missing_ok=True)
    try:
        do(_telling(folder, progress))
    except Refusal as refusal:
        write_json(folder / FAILED, {"zh": refusal.zh, "en": refusal.en})
        raise
    finally:
        (folder / PROGRESS).unlink(missing_ok=True)
        (folder / STOP).unlink(missing_ok=True)


def _telling(folder: Path, also: Progress | None) -> Progress:
    told = [0.0]

    def tell(step: str, share: float) -> None:
        if (folder / STOP).exists():
            raise Stopped
        if also:
            also(step, share)
        if time.monotonic() - told[0] >= _TELL_EVERY:
            told[0] = time.monotonic()
            write_json(folder / PROGRESS, {"step": step, "share": round(share, 4)})

    return tell


@contextmanager
def _only_one(folder: Path, queue: Path, lock: int | None) -> Iterator[None]:
    with open(folder / RUNNING if lock is None else lock, "w") as mine, open(queue, "w") as all_of_them:
        fcntl.flock(mine, fcntl.LOCK_EX)
        fcntl.flock(all_of_them, fcntl.LOCK_EX)
        yield


def write_json(path: Path, value: Any) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(value, ensure_ascii=False, default=str), encoding="utf-8")
    part.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """Empty for a file that is not there or not whole."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}
