"""A workbook that was taken in at once, as it came with what is wrong behind each row: sealed for an hour, for who sent it."""

from __future__ import annotations

import io
import re
import shutil
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from niangjia.apps.accounts.types import Viewer
from niangjia.kernel import working
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.problems import Refusal

KEPT = timedelta(hours=1)
_WORKBOOK = "workbook.sealed"


class NoSuchMarked(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这份工作簿已过期。请再导入一次原来的文件，报过的不会重复。",
            "This workbook has expired. Import your file once more; who was asked for is not asked for twice.",
        )


def _home(deployment: Deployment) -> Path:
    folder = deployment.folder / "marked"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def keep(deployment: Deployment, viewer: Viewer, file: IO[bytes], *, now: datetime) -> str:
    """Its number, by which the sender fetches it within the hour."""
    number = uuid.uuid4().hex
    folder = _home(deployment) / number
    folder.mkdir(mode=0o700)
    (folder / _WORKBOOK).write_bytes(deployment.keys().seal(file.read(), f"marked/{number}"))
    asked = {"account": viewer.account_id, "post": viewer.post_id, "until": (now + KEPT).isoformat()}
    working.write_json(folder / working.ASKED, asked)
    return number


def fetch(deployment: Deployment, viewer: Viewer, number: str, *, now: datetime) -> IO[bytes]:
    """As often as asked within the hour. Raises NoSuchMarked: also of somebody else's."""
    folder = _home(deployment) / number
    asked = working.read_json(folder / working.ASKED) if re.fullmatch(r"[0-9a-f]{32}", number) else {}
    mine = {"account": viewer.account_id, "post": viewer.post_id}
    if not asked or any(asked[name] != value for name, value in mine.items()) or _is_over(asked, now):
        raise NoSuchMarked
    return io.BytesIO(deployment.keys().open((folder / _WORKBOOK).read_bytes(), f"marked/{number}"))


def sweep(deployment: Deployment, *, now: datetime) -> None:
    """Forget those whose hour is over. Safe to repeat."""
    for path in _home(deployment).glob(f"*/{working.ASKED}"):
        if _is_over(working.read_json(path), now):
            shutil.rmtree(path.parent, ignore_errors=True)


def _is_over(asked: dict[str, str], now: datetime) -> bool:
    return datetime.fromisoformat(asked["until"]) <= now
