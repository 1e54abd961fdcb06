"""The whole audit chain walked in a process of its own, because an auditor asked for it; the latest walk is kept in ``checks/chain/``.

There is one chain, so there is one walk at a time: whoever asks while it runs is shown that one. How it stood is an event of the chain as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.inspections import actions as inspections
from niangjia.jobs import verify
from niangjia.kernel import working
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.working import Progress, Standing

WORK = "check_chain"
CHECKED = "audit.view"
_PROCESS = "niangjia.cli.working"


@dataclass(frozen=True)
class Walk:
    """`found`: of one that is done, what `work` kept; empty before."""

    standing: Standing
    found: Mapping[str, Any]

    @property
    def is_whole(self) -> bool:
        return self.standing.state == "done" and self.found["broken_seq"] is None

    @property
    def at(self) -> datetime:
        """When it came to its end."""
        return datetime.fromisoformat(self.found["at"])


def _folder(deployment: Deployment) -> Path:
    folder = deployment.folder / "checks" / "chain"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def begin(deployment: Deployment, viewer: Viewer, *, now: datetime) -> None:
    """Walk it anew, unless somebody's walk is on its way. Safe to repeat. Raises NotAllowed."""
    permissions.require(viewer, CHECKED)
    folder = _folder(deployment)
    if working.is_running(folder):
        return
    asked = {"work": WORK, "account": viewer.account_id, "post": viewer.post_id, "now": now.isoformat()}
    (folder / working.RESULT).unlink(missing_ok=True)
    (folder / working.FAILED).unlink(missing_ok=True)
    working.write_json(folder / working.ASKED, asked)
    working.launch(folder, _PROCESS, cwd=deployment.folder)


def stop(deployment: Deployment, viewer: Viewer) -> None:
    """Between some thousand events it ends. Raises NotAllowed."""
    permissions.require(viewer, CHECKED)
    folder = _folder(deployment)
    if working.is_running(folder):
        (folder / working.STOP).touch()


def find(deployment: Deployment, viewer: Viewer) -> Walk | None:
    """The latest, done or not; None before the first. Raises NotAllowed."""
    permissions.require(viewer, CHECKED)
    folder = _folder(deployment)
    if not working.read_json(folder / working.ASKED):
        return None
    return Walk(working.standing(folder), working.read_json(folder / working.RESULT))


def work(deployment: Deployment, folder: Path, *, lock: int | None) -> None:
    """What was asked for in `folder`, for the process that was started for it."""
    asked = working.read_json(folder / working.ASKED)

    def do(tell: Progress) -> None:
        report = verify.verify_audit(deployment, progress=lambda share: tell("walk", share))
        now = timezone.now()
        viewer = accounts.get_viewer(account_id=asked["account"], post_id=asked["post"], today=timezone.localdate(now))
        kind = report.kind.value if report.kind else "WHOLE"
        inspections.note_check(
            viewer=viewer, count=report.event_count, broken_seq=report.broken_seq, kind=kind, now=now
        )
        kept = {
            "event_count": report.event_count, "anchor_count": report.anchor_count, "head_hash": report.head_hash,
            "broken_seq": report.broken_seq, "kind": kind, "at": now.isoformat(),
        }  # fmt: skip
        working.write_json(folder / working.RESULT, kept)

    working.work(folder, do, queue=folder / ".lock", lock=lock)
