"""What lies in a simulation's folder besides how far it is (`kernel.working`): ``request.json``, the question, and ``work.json``, where to look.

One simulation of a deployment runs at a time; the others wait.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from niangjia.engines.simulation.asked import read_request
from niangjia.engines.simulation.results import Gap, write_result
from niangjia.engines.simulation.run import SPILL, Entitled, Lake, entitled, simulate
from niangjia.kernel import working
from niangjia.kernel.working import RESULT, Progress, write_json

REQUEST, WORK = ("request.json", "work.json")
KINDS = ("compare", "entitled")


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


def work(folder: Path, *, progress: Progress | None = None, lock: int | None = None) -> None:
    """
    Do the work that lies in `folder`, or nothing if it was done. Safe to repeat. `lock`: the descriptor of a lock that was taken for it.

    Raises: as `simulate`; the words are kept in ``failed.json`` as well.
    """
    working.work(folder, lambda tell: _do(folder, tell), queue=folder.parent / ".lock", progress=progress, lock=lock)


def _do(folder: Path, progress: Progress) -> None:
    shutil.rmtree(folder / SPILL, ignore_errors=True)
    request, task = read_request(folder / REQUEST), read_work(folder)
    if task.kind == "compare":
        write_result(simulate(request, task.lake, folder, name=folder.name, progress=progress), folder / RESULT)
    else:
        found = entitled(request, task.lake, folder, progress=progress)
        write_json(folder / RESULT, {"month": str(request.months[-1]), "programs": [asdict(one) for one in found]})


def read_entitled(folder: Path) -> list[Entitled]:
    found = json.loads((folder / RESULT).read_text(encoding="utf-8"))["programs"]
    return [Entitled(**{**one, "gaps": tuple(Gap(**gap) for gap in one["gaps"])}) for one in found]
