"""A long list that leaves as a workbook is made in a process of its own, lies sealed for an hour, and only who asked for it fetches it.

Each has a folder ``exports/<number>/``: who asked (``asked.json``), for what (sealed: a filter may hold a name), how far it is (`kernel.working`).
"""

from __future__ import annotations

import io
import json
import re
import shutil
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.jobs.export_rows import EXPORTED
from niangjia.kernel import working
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.problems import Refusal
from niangjia.kernel.working import Progress, Standing

WORK = "export"
KEPT = timedelta(hours=1)
FORGOTTEN = timedelta(days=1)
_PROCESS = "niangjia.cli.working"
_QUESTION, _WORKBOOK = ("question.sealed", "workbook.sealed")

Make = Callable[[Viewer, Mapping[str, Any], datetime, Progress], IO[bytes]]


class NoSuchExport(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有这次导出，或已过期。请回到名单重新导出。",
            "There is no such export, or it has expired. Go back to the list and export it again.",
        )


class NotMade(Refusal):
    def __init__(self) -> None:
        super().__init__("工作簿还没有做好。请等进度走完。", "The workbook is not made yet. Wait until it is.")


@dataclass(frozen=True)
class Kept:
    """`file_name` as it is saved. `until`: when a made one goes; null while it is not."""

    number: str
    title: str
    file_name: str
    count: int
    asked_at: datetime
    standing: Standing
    until: datetime | None


def _home(deployment: Deployment) -> Path:
    folder = deployment.folder / "exports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def prepare(
    deployment: Deployment,
    viewer: Viewer,
    question: Mapping[str, Any],
    *,
    title: str,
    file_name: str,
    count: int,
    now: datetime,
) -> str:
    """
    A folder for the workbook; its number. `question`: what whoever makes it needs, as JSON; the rows are asked for with the viewer's own
    eyes again. `begin` has it made. Permission: lists.export.

    Raises NotAllowed.
    """
    permissions.require(viewer, EXPORTED)
    number = uuid.uuid4().hex
    folder = _home(deployment) / number
    folder.mkdir(mode=0o700)
    sealed = deployment.keys().seal(json.dumps(question, ensure_ascii=False).encode(), f"exports/{number}")
    (folder / _QUESTION).write_bytes(sealed)
    asked = {
        "work": WORK, "account": viewer.account_id, "post": viewer.post_id, "org_path": viewer.org_path, "title": title, "file_name": file_name,
        "count": count, "now": now.isoformat(),
    }  # fmt: skip
    working.write_json(folder / working.ASKED, asked)
    return number


def begin(deployment: Deployment, viewer: Viewer, number: str, *, now: datetime) -> None:
    """
    In a process of its own; also anew, when it failed, was stopped or was cut off. Safe to repeat.

    Raises NoSuchExport, NotAllowed.
    """
    find(deployment, viewer, number, now=now)
    working.launch(_home(deployment) / number, _PROCESS, cwd=deployment.folder)


def stop(deployment: Deployment, viewer: Viewer, number: str, *, now: datetime) -> None:
    """Between some hundred rows it ends. Raises NoSuchExport, NotAllowed."""
    if find(deployment, viewer, number, now=now).standing.state == "running":
        (_home(deployment) / number / working.STOP).touch()


def find(deployment: Deployment, viewer: Viewer, number: str, *, now: datetime) -> Kept:
    """Only for who asked for it, on the same post. Raises NoSuchExport, NotAllowed."""
    permissions.require(viewer, EXPORTED)
    folder = _home(deployment) / number
    found = _read(folder, viewer, now) if re.fullmatch(r"[0-9a-f]{32}", number) else None
    if found is None:
        raise NoSuchExport
    return found


def list_own(deployment: Deployment, viewer: Viewer, *, now: datetime) -> list[Kept]:
    """Latest first. Permission: lists.export."""
    permissions.require(viewer, EXPORTED)
    found = (_read(path.parent, viewer, now) for path in _home(deployment).glob(f"*/{working.ASKED}"))
    return sorted((one for one in found if one), key=lambda one: one.asked_at, reverse=True)


def _read(folder: Path, viewer: Viewer, now: datetime) -> Kept | None:
    """None as well for what is somebody else's, or over."""
    asked = working.read_json(folder / working.ASKED)
    mine = {"account": viewer.account_id, "post": viewer.post_id, "org_path": viewer.org_path}
    if not asked or any(asked[name] != value for name, value in mine.items()):
        return None
    standing = working.standing(folder)
    until = None
    if standing.state == "done":
        until = datetime.fromisoformat(working.read_json(folder / working.RESULT)["until"])
        if until <= now:
            return None
    at = datetime.fromisoformat(asked["now"])
    return Kept(folder.name, asked["title"], asked["file_name"], asked["count"], at, standing, until)


def fetch(deployment: Deployment, viewer: Viewer, number: str, *, now: datetime) -> tuple[Kept, IO[bytes]]:
    """
    The workbook from its beginning, as often as asked within the hour; that it left is on record since it was made.

    Raises:
        NoSuchExport, NotAllowed.
        NotMade.
    """
    found = find(deployment, viewer, number, now=now)
    if found.standing.state != "done":
        raise NotMade
    sealed = (_home(deployment) / number / _WORKBOOK).read_bytes()
    return found, io.BytesIO(deployment.keys().open(sealed, f"exports/{number}"))


def work(deployment: Deployment, folder: Path, make: Make, *, lock: int) -> None:
    """What lies in `folder`, for the process that was started for it. One at a time in a deployment."""
    asked = working.read_json(folder / working.ASKED)
    now = datetime.fromisoformat(asked["now"])
    question = json.loads(deployment.keys().open((folder / _QUESTION).read_bytes(), f"exports/{folder.name}"))

    def do(tell: Progress) -> None:
        today = timezone.localdate(now)
        viewer = accounts.get_viewer(account_id=asked["account"], post_id=asked["post"], today=today)
        with make(viewer, question, now, tell) as file:
            (folder / _WORKBOOK).write_bytes(deployment.keys().seal(file.read(), f"exports/{folder.name}"))
        until = timezone.now() + KEPT
        working.write_json(folder / working.RESULT, {"until": until.isoformat()})

    working.work(folder, do, queue=_home(deployment) / ".lock", lock=lock)


def sweep(deployment: Deployment, *, now: datetime) -> None:
    """Forget workbooks after their hour, and what was never made after a day. Safe to repeat."""
    for path in _home(deployment).glob(f"*/{working.ASKED}"):
        folder, asked = path.parent, working.read_json(path)
        if working.is_running(folder):
            continue
        until = working.read_json(folder / working.RESULT).get("until")
        ends = datetime.fromisoformat(until) if until else datetime.fromisoformat(asked["now"]) + FORGOTTEN
        if ends <= now:
            shutil.rmtree(folder, ignore_errors=True)
