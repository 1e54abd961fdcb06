"""``python -m niangjia.cli.working FOLDER LOCK``, from a deployment's folder: the work that lies in FOLDER; LOCK: a descriptor of the lock taken for it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from niangjia.cli.console import open_deployment
from niangjia.kernel import working
from niangjia.kernel.problems import Refusal


def main(place: Path, lock: int) -> None:
    os.nice(10)  # the console goes first
    deployment = open_deployment(Path.cwd())
    from niangjia.jobs import check_chain, import_workbook
    from niangjia.portals.officer import taking_away

    works = {one.WORK: one.work for one in (check_chain, import_workbook, taking_away)}
    try:
        works[working.read_json(place / working.ASKED)["work"]](deployment, place, lock=lock)
    except Refusal as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
