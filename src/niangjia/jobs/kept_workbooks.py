"""A workbook that waits for its sender: to be taken in once they have seen what it would do, or to be fetched with what is wrong in it. Sealed, for an hour."""

from __future__ import annotations

import re
import shutil
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from niangjia.apps.accounts.types import Viewer
from niangjia.kernel import working
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.problems import Refusal

KEPT = timedelta(hours=1)
_WORKBOOK = "workbook.sealed"


class NoSuchWorkbook(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这份工作簿已过期。请再导入一次原来的文件，列入过的不会重复。",
            "This workbook has expired. Import your file once more; who is on the list is not put there twice.",
        )


@dataclass(frozen=True)
class Workbook:
    """`ending`: .xlsx or .csv. `about`: the list it is for."""

    content: bytes
    ending: str
    about: str


def _home(deployment: Deployment) -> Path:
    folder = deployment.folder / "marked"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def keep(deployment: Deployment, viewer: Viewer, workbook: Workbook, *, now: datetime) -> str:
    """Its number, by which the sender finds it within the hour."""
    number = uuid.uuid4().hex
    folder = _home(deployment) / number
    folder.mkdir(mode=0o700)
    (folder / _WORKBOOK).write_bytes(deployment.keys().seal(workbook.content, f"marked/{number}"))
    asked = {"account": viewer.account_id, "post": viewer.post_id, "until": (now + KEPT).isoformat()}
    working.write_json(folder / working.ASKED, asked | {"ending": workbook.ending, "about": workbook.about})
    return number


def fetch(deployment: Deployment, viewer: Viewer, number: str, about: str, *, now: datetime) -> Workbook:
    """As often as asked within the hour. Raises NoSuchWorkbook: also of somebody else's, or for another list."""
    folder = _home(deployment) / number
    asked = working.read_json(folder / working.ASKED) if re.fullmatch(r"[0-9a-f]{32}", number) else {}
    mine = {"account": viewer.account_id, "post": viewer.post_id, "about": about}
    if not asked or any(asked.get(name) != value for name, value in mine.items()) or _is_over(asked, now):
        raise NoSuchWorkbook
    content = deployment.keys().open((folder / _WORKBOOK).read_bytes(), f"marked/{number}")
    return Workbook(content, asked["ending"], about)


def sweep(deployment: Deployment, *, now: datetime) -> None:
    """Forget those whose hour is over. Safe to repeat."""
    for path in _home(deployment).glob(f"*/{working.ASKED}"):
        if _is_over(working.read_json(path), now):
            shutil.rmtree(path.parent, ignore_errors=True)


def _is_over(asked: dict[str, str], now: datetime) -> bool:
    return datetime.fromisoformat(asked["until"]) <= now
