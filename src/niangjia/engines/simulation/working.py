"""A simulation as a process of its own: its folder holds the question, how far it is, and the answer.

``request.json`` and ``work.json`` are there before it starts; ``progress.json`` while it runs; then ``result.json``, or ``failed.json`` with
the words for it. The file ``stop`` asks it to end. Whoever holds the lock on ``running`` is alive: a killed process leaves none behind,
and may simply be started again. One simulation of a deployment runs at a time; the others wait.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from niangjia.engines.simulation.asked import Progress, Stopped, read_request
from niangjia.engines.simulation.results import Gap, write_result
from niangjia.engines.simulation.run import SPILL, Entitled, Lake, entitled, simulate
from niangjia.kernel.problems import Refusal

REQUEST, WORK, PROGRESS, RESULT, FAILED = ("request.json", "work.json", "progress.json", "result.json", "failed.json")
RUNNING, STOP, LOG = ("running", "stop", "log.txt")
KINDS = ("compare", "entitled")
_TELL_EVERY = 0.3


@dataclass(frozen=True)
class Work:
    """`kind`: compare (two sides counted) or entitled (the list for outreach)."""

    kind: str
    lake: Lake

    def write(self, folder: Path) -> None:
        lake = {**asdict(self.lake), "folder": str(self.lake.folder), "programs": str(self.lake.programs)}
        write_json(folder / WORK, {"kind": self.kind, "lake": lake})


def read_work(folder: Path) -> Work:
    found = json.loads((folder / WORK).read_text(encoding="utf-8"))
    lake = found["lake"]
    return Work(
        found["kind"], Lake(Path(lake["folder"]), Path(lake["programs"]), lake["memory_limit"], lake["threads"])
    )


@dataclass(frozen=True)
class Standing:
    """`state`: done, failed, running, or interrupted (begun, and whoever ran it is gone)."""

    state: str
    share: float = 0.0
    step: str = ""
    failure: Refusal | None = None


def standing(folder: Path) -> Standing:
    if (folder / RESULT).exists():
        return Standing("done", 1.0)
    if is_running(folder):
        told = _read(folder / PROGRESS)
        return Standing("running", told.get("share", 0.0), told.get("step", ""))
    if failed := _read(folder / FAILED):
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


def work(folder: Path, *, progress: Progress | None = None, lock: int | None = None) -> None:
    """
    Do the work that lies in `folder`, or nothing if it was done. Safe to repeat. `lock`: the descriptor of a lock that was taken for it.

    Raises: as `simulate`; the words are kept in ``failed.json`` as well.
    """
    with _only_one(folder, lock):
        if (folder / RESULT).exists():
            return
        (folder / FAILED).unlink(missing_ok=True)
        shutil.rmtree(folder / SPILL, ignore_errors=True)
        try:
            _do(folder, _telling(folder, progress))
        except Refusal as refusal:
            write_json(folder / FAILED, {"zh": refusal.zh, "en": refusal.en})
            raise
        finally:
            (folder / PROGRESS).unlink(missing_ok=True)
            (folder / STOP).unlink(missing_ok=True)


def _do(folder: Path, progress: Progress) -> None:
    request, task = read_request(folder / REQUEST), read_work(folder)
    if task.kind == "compare":
        write_result(simulate(request, task.lake, folder, name=folder.name, progress=progress), folder / RESULT)
    else:
        found = entitled(request, task.lake, folder, progress=progress)
        write_json(folder / RESULT, {"month": str(request.months[-1]), "programs": [asdict(one) for one in found]})


def read_entitled(folder: Path) -> list[Entitled]:
    found = json.loads((folder / RESULT).read_text(encoding="utf-8"))["programs"]
    return [Entitled(**{**one, "gaps": tuple(Gap(**gap) for gap in one["gaps"])}) for one in found]


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
def _only_one(folder: Path, lock: int | None) -> Iterator[None]:
    with (
        open(folder / RUNNING if lock is None else lock, "w") as mine,
        open(folder.parent / ".lock", "w") as all_of_them,
    ):
        fcntl.flock(mine, fcntl.LOCK_EX)
        fcntl.flock(all_of_them, fcntl.LOCK_EX)
        yield


def write_json(path: Path, value: Any) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(value, ensure_ascii=False, default=str), encoding="utf-8")
    part.replace(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}
