"""A workbook of members, unions, standards or canvass reports: checked row by row, looked at, then landed whole or not at all.

An upload has a folder of its own, ``imports/<number>/``: ``content.sealed``, who sent it (``import.json``), and the works ``check/`` and ``land/``
(`kernel.working`). What the check found lies beside, sealed, and counts as long as neither the lake nor the tree is another (its basis).
What takes its time is done in a process of its own; a few rows at once.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit import queries as audit_queries
from niangjia.apps.organizations import queries as unions
from niangjia.engines import sensing
from niangjia.jobs import import_check, import_house, import_seen, land_feeds, sense_month
from niangjia.jobs.import_kinds import (  # fmt: skip
    KEPT,
    KINDS,
    Kind,
    NoSuchImport,
    NotAccepted,
    Preview,
    ReasonNeeded,
    RowsWrong,
    feed_of,
    require_kind,
    unpacked_size,
)
from niangjia.kernel import working
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal
from niangjia.kernel.working import Progress, Standing, Stopped

IMPORTED = "imports.land"
WORK = "import"
_LISTED = 10
AT_ONCE_BYTES, AT_ONCE_HELD = 512 << 10, 5_000
"""An unpacked workbook up to so many bytes (some 2,000 members), over a snapshot up to so many rows, is done in the request."""
_PROCESS = "niangjia.cli.working"
_LONGEST_NAME = 60
_INTENDED, _REASON, _PLAIN, _CONTENT = ("intended.json", "reason.json", "plain", "content.sealed")
_SHORTEST_REASON = 4


class NotLookedAt(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "还没有检查完。请等检查完、看过结果再确认。", "It is not checked yet. Confirm it once you have seen what it would do."
        )  # fmt: skip


@dataclass(frozen=True)
class Landed:
    """Rows that an import brought, and those that said nothing new."""

    new: int
    changed: int
    same: int


@dataclass(frozen=True)
class Import:
    """
    One upload as its page shows it. `seen`: what the check found; null before, and once it is landed. `is_stale`: the lake or the tree is
    another since. `is_cut_off`: landing has begun and is to be gone on with. `landed` null: not landed. `name`: the file's own.
    """

    number: str
    kind: str
    at: datetime
    is_small: bool
    check: Standing
    land: Standing
    seen: Preview | None
    is_stale: bool
    is_cut_off: bool
    landed: Landed | None
    name: str = ""

    @property
    def running(self) -> Standing | None:
        return next((one for one in (self.land, self.check) if one.state == "running"), None)

    @property
    def is_unseen(self) -> bool:
        """Whether it is to be checked, or checked anew: not if that could not be done, for a reason that stands there."""
        is_open = not self.running and not self.landed and not self.is_cut_off
        return is_open and (self.is_stale or self.check.state == "interrupted")

    @property
    def state(self) -> str:
        """In one word, for a list of them."""
        if self.running:
            return "RUNNING"
        if self.landed:
            return "LANDED"
        if self.is_cut_off or "failed" in (self.land.state, self.check.state):
            return "CUT_OFF" if self.is_cut_off else "FAILED"
        if self.seen is None or self.is_stale:
            return "UNSEEN"
        return "WRONG" if self.seen.wrong else "IDLE" if self.seen.is_idle else "READY"


# --- what was uploaded -------------------------------------------------------------------------------------------


def _home(deployment: Deployment) -> Path:
    folder = deployment.folder / "imports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def receive(deployment: Deployment, viewer: Viewer, *, kind: str, name: str, content: bytes, now: datetime) -> str:
    """
    Keep an uploaded workbook, sealed, until it is imported or some days have passed; return its id. Takes nothing in.

    Raises:
        NoSuchImport, NotAllowed.
        NotAccepted: too large, not a workbook or CSV, with macros or links to other files.
    """
    require_kind(viewer, kind)
    ending = Path(name).suffix.lower()
    size = unpacked_size(ending, content)
    number = uuid.uuid4().hex
    folder = _home(deployment) / number
    for part in (folder, folder / "check", folder / "land"):
        part.mkdir(mode=0o700)
    keys = deployment.keys()
    own = keys.seal(_own_name(name, ending).encode(), f"imports/{number}/name").hex()  # it may name a person
    asked = {"kind": kind, "ending": ending, "name": own, "size": size, "account": viewer.account_id, "org_path": viewer.org_path, "at": now.isoformat()}  # fmt: skip
    (folder / _CONTENT).write_bytes(keys.seal(content, f"imports/{number}"))
    working.write_json(folder / "import.json", asked)
    return number


def _own_name(name: str, ending: str) -> str:
    """The file's own name, as every disk and every reader of files takes it."""
    stem = re.sub(r"[^\w()（）-]+", "_", Path(name).stem).strip("_")[:_LONGEST_NAME]
    return f"{stem}{ending}" if stem else ""


def _name_of(deployment: Deployment, number: str, asked: Mapping[str, Any]) -> str:
    """Under the name that its sender knows; one that came before names were kept is called by its kind."""
    sealed = bytes.fromhex(asked.get("name", ""))
    own = deployment.keys().open(sealed, f"imports/{number}/name").decode() if sealed else ""
    return own or f"{asked['kind']}{asked['ending']}"


def sweep(deployment: Deployment, *, now: datetime) -> None:
    """Forget uploads after some days, and what a killed process left in the clear. Safe to repeat."""
    for folder in _home(deployment).iterdir():
        if folder.name.startswith("work-") and folder.stat().st_mtime < (now - timedelta(hours=1)).timestamp():
            shutil.rmtree(folder, ignore_errors=True)
        if not (folder / "import.json").exists() or any(
            working.is_running(folder / step) for step in ("check", "land")
        ):
            continue
        for step in ("check", "land"):
            shutil.rmtree(folder / step / _PLAIN, ignore_errors=True)
        if folder.stat().st_mtime < (now - KEPT).timestamp():
            shutil.rmtree(folder, ignore_errors=True)


def _owned(deployment: Deployment, viewer: Viewer, number: str) -> tuple[Path, Kind, dict[str, Any]]:
    """Only for who uploaded it, on the same post's union. Raises NoSuchImport, NotAllowed."""
    folder = deployment.folder / "imports" / number
    if not re.fullmatch(r"[0-9a-f]{32}", number) or not (folder / "import.json").exists():
        raise NoSuchImport
    asked = json.loads((folder / "import.json").read_text(encoding="utf-8"))
    if (asked["account"], asked["org_path"]) != (viewer.account_id, viewer.org_path):
        raise NoSuchImport
    return folder, require_kind(viewer, asked["kind"]), asked


@contextmanager
def _opened(deployment: Deployment, folder: Path, step: str) -> Iterator[Path]:
    """The file in the clear, for as long as `step` works on it."""
    place = folder / step / _PLAIN
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700)
    try:
        yield _in_the_clear(deployment, folder, place)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _in_the_clear(deployment: Deployment, folder: Path, place: Path) -> Path:
    file = place / _name_of(deployment, folder.name, working.read_json(folder / "import.json"))
    file.write_bytes(deployment.keys().open((folder / _CONTENT).read_bytes(), f"imports/{folder.name}"))
    return file


def _is_small(deployment: Deployment, kind: Kind, size: int) -> bool:
    held = (report for report in reversed(sensing.committed(deployment.lake)) if report.feed == kind.feed)
    newest = next(held, None)
    return size <= AT_ONCE_BYTES and (newest is None or newest.rows_accepted <= AT_ONCE_HELD)


def _basis(deployment: Deployment, kind: Kind, now: datetime, tree: str = "") -> str:
    """What the answer of a check hangs on, besides the workbook. `tree`: the tree's mark, if it is known."""
    month = Month.of(timezone.localdate(now)).text
    parts = [month, repr(feed_of(kind.feed)), tree or unions.mark_of_tree(), *sensing.batch_names(deployment.lake)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


# --- how far it is -----------------------------------------------------------------------------------------------


def find(deployment: Deployment, viewer: Viewer, number: str, *, now: datetime) -> Import:
    """Raises NoSuchImport, NotAllowed."""
    folder, kind, asked = _owned(deployment, viewer, number)
    return _read(deployment, folder, kind, asked, now)


def _read(deployment: Deployment, folder: Path, kind: Kind, asked: dict[str, Any], now: datetime, tree: str = "") -> Import:  # fmt: skip
    number = folder.name
    check, land = working.standing(folder / "check"), working.standing(folder / "land")
    seen, is_stale = None, False
    if check.state == "done" and land.state not in ("done", "running"):  # a landing that ends forgets what was seen
        seen = import_seen.read_shown(deployment, folder)
        is_stale = working.read_json(folder / "check" / working.RESULT).get("basis") != _basis(
            deployment, kind, now, tree
        )
    is_cut_off = land.state == "interrupted" and (folder / "land" / working.RUNNING).exists()
    if land.state == "failed":
        is_cut_off = _is_in_lake(deployment, number)
    done = working.read_json(folder / "land" / working.RESULT)
    is_small = _is_small(deployment, kind, asked["size"])
    at = datetime.fromisoformat(asked["at"])
    return Import(
        number, kind.feed, at, is_small, check, land, seen, is_stale, is_cut_off, Landed(**done) if done else None,
        _name_of(deployment, number, asked),
    )  # fmt: skip


def list_own(deployment: Deployment, viewer: Viewer, *, now: datetime) -> list[Import]:
    """What the viewer sent on this post's union and may still send, latest first."""
    found = []
    for path in _home(deployment).glob("*/import.json"):
        asked = working.read_json(path)
        mine = (asked.get("account"), asked.get("org_path")) == (viewer.account_id, viewer.org_path)
        if mine and permissions.may(viewer, KINDS[asked["kind"]].permission):
            found.append((asked["at"], path.stat().st_mtime_ns, path.parent, asked))
    latest = sorted(found, key=lambda one: one[:2], reverse=True)[:_LISTED]
    tree = unions.mark_of_tree() if latest else ""
    return [_read(deployment, folder, KINDS[asked["kind"]], asked, now, tree) for _at, _kept, folder, asked in latest]


def stop(deployment: Deployment, viewer: Viewer, number: str, *, now: datetime) -> None:
    """Checking ends at its next step, landing only while nothing is in the lake. Raises NoSuchImport, NotAllowed."""
    found = find(deployment, viewer, number, now=now)
    for step in ("check", "land"):
        if getattr(found, step).state == "running":
            (deployment.folder / "imports" / number / step / working.STOP).touch()


def begin_check(deployment: Deployment, viewer: Viewer, number: str, *, now: datetime) -> None:
    """
    Check the workbook, at once if it is small, else in a process of its own. Writes nothing but what it found, or why it could not. Safe to
    repeat: what is being checked, being landed or landed is left alone.

    Raises NoSuchImport, NotAllowed.
    """
    found = find(deployment, viewer, number, now=now)
    if found.running or found.landed or found.is_cut_off:
        return
    folder = deployment.folder / "imports" / number
    (folder / "check" / working.RESULT).unlink(missing_ok=True)
    _begin(deployment, viewer, folder, "check", is_small=found.is_small, now=now)


def confirm(deployment: Deployment, viewer: Viewer, number: str, *, reason: str = "", now: datetime) -> None:
    """
    Take the workbook in, all of it or nothing, and forget the upload: at once if it is small, else in a process of its own.

    Checked anew if the lake or the tree is another since. `reason`: why so unusual a number of rows is right; kept with the batch and on
    record, asked for only then. Safe to repeat, also after a crash anywhere in it: it is landed once. Goes the way of
    every feed: one batch into the lake, and unions and standards on into the house.

    Raises:
        NoSuchImport, NotAllowed, NotLookedAt, RowsWrong, ReasonNeeded.
        PersonalDataInAudit: the reason holds a person's number.
    """
    found = find(deployment, viewer, number, now=now)
    if found.running or found.landed:
        return
    reason = reason.strip()[:300]
    audit.refuse_personal_data(reason, "reason")
    if not found.is_cut_off:
        if found.seen is None:
            raise NotLookedAt
        if found.seen.wrong and not found.is_stale:
            raise RowsWrong(found.seen.wrong_rows)
        if found.seen.unusual and not found.is_stale and len(reason) < _SHORTEST_REASON:
            raise ReasonNeeded
    folder = deployment.folder / "imports" / number
    if len(reason) >= _SHORTEST_REASON:
        working.write_json(folder / _REASON, {"reason": reason})
    _begin(deployment, viewer, folder, "land", is_small=found.is_small, now=now)


def _begin(deployment: Deployment, viewer: Viewer, folder: Path, step: str, *, is_small: bool, now: datetime) -> None:
    place = folder / step
    if is_small:
        working.work_here(place, partial(_STEPS[step], deployment, viewer, folder, now))
        return
    asked = {"work": WORK, "account": viewer.account_id, "post": viewer.post_id, "now": now.isoformat()}
    working.write_json(place / working.ASKED, asked)
    working.launch(place, _PROCESS, cwd=deployment.folder)


def work(deployment: Deployment, place: Path, *, lock: int) -> None:
    """The step that lies in `place`, for the process that was started for it. One at a time in a deployment."""
    asked = working.read_json(place / working.ASKED)
    now = datetime.fromisoformat(asked["now"])

    def do(tell: Progress) -> None:
        today = timezone.localdate(now)
        viewer = accounts.get_viewer(account_id=asked["account"], post_id=asked["post"], today=today)
        _owned(deployment, viewer, place.parent.name)
        _STEPS[place.name](deployment, viewer, place.parent, now, tell)

    working.work(place, do, queue=_home(deployment) / ".lock", lock=lock)


# --- looking at it -----------------------------------------------------------------------------------------------


def _check(deployment: Deployment, viewer: Viewer, folder: Path, now: datetime, tell: Progress) -> Preview:
    kind = require_kind(viewer, working.read_json(folder / "import.json")["kind"])
    basis = _basis(deployment, kind, now)
    with _opened(deployment, folder, "check") as file:
        seen = import_check.look(deployment, viewer, kind, file, now, tell)
    tell("keep", 0.95)
    import_seen.write(deployment, folder, seen)
    working.write_json(folder / "check" / working.RESULT, {"basis": basis})
    return seen


def marked(deployment: Deployment, viewer: Viewer, number: str, *, language: str, now: datetime) -> IO[bytes]:
    """
    The workbook as it came, with a column 问题与建议 behind each row that cannot be taken in.

    Raises:
        NoSuchImport, NotAllowed.
        NotLookedAt: it is to be checked, or checked anew, first.
    """
    found = find(deployment, viewer, number, now=now)
    if found.seen is None or found.is_stale:
        raise NotLookedAt
    folder, kind, _asked = _owned(deployment, viewer, number)
    with tempfile.TemporaryDirectory(dir=_home(deployment), prefix="work-") as place:
        file = _in_the_clear(deployment, folder, Path(place))
        return import_seen.mark(file, import_seen.read_whole(deployment, folder), language=language)


# --- taking it in ------------------------------------------------------------------------------------------------


def _land(deployment: Deployment, viewer: Viewer, folder: Path, now: datetime, tell: Progress) -> None:
    """
    The batch carries the import's number, so a second try knows whether the first got that far; `intended.json` keeps what it counted.

    Raises: RowsWrong, ReasonNeeded, what checking and landing refuse.
    """
    kind, number = require_kind(viewer, working.read_json(folder / "import.json")["kind"]), folder.name
    month = Month.of(timezone.localdate(now))
    shutil.rmtree(folder / "land" / _PLAIN, ignore_errors=True)  # of one that was killed
    if kind.feed in import_house.ROOMS:
        _receive(deployment, viewer, folder, kind, now, tell)
    elif not _is_in_lake(deployment, number):
        seen = _fresh(deployment, viewer, folder, kind, now, tell)
        if seen.wrong:
            raise RowsWrong(seen.wrong_rows)
        if seen.unusual and not _reason(folder):
            raise ReasonNeeded
        working.write_json(folder / _INTENDED, {"new": seen.new, "changed": seen.changed, "same": seen.same})
        if not seen.is_idle:
            _land_rows(deployment, kind, seen, month, folder, now, tell)
    with suppress(Stopped):  # it is in the lake: what is left is done in any case
        tell("receive", 0.9)
    if kind.feed in ("union", "standard"):
        sense_month.receive_references(deployment, month, now=now)
    counts, object_ = working.read_json(folder / _INTENDED), f"import:{number[:12]}"
    if not audit_queries.list_about(object_, actions=(IMPORTED,), most=1):
        detail = {"kind": kind.feed, **counts}
        audit.record(viewer, action=IMPORTED, object=object_, detail=detail, reason=_reason(folder), now=now)
    working.write_json(folder / "land" / working.RESULT, counts)
    import_seen.forget(folder)
    (folder / _CONTENT).unlink(missing_ok=True)


def _receive(deployment: Deployment, viewer: Viewer, folder: Path, kind: Kind, now: datetime, tell: Progress) -> None:
    """Into its room, with the note that it was: both or neither, so that a second try knows. Raises RowsWrong."""
    object_ = f"import:{folder.name[:12]}"
    if audit_queries.list_about(object_, actions=(IMPORTED,), most=1):
        return
    seen = _fresh(deployment, viewer, folder, kind, now, tell)
    if seen.wrong:
        raise RowsWrong(seen.wrong_rows)
    counts = {"new": seen.new, "changed": seen.changed, "same": seen.same}
    working.write_json(folder / _INTENDED, counts)
    tell("land", 0.55)
    with transaction.atomic():
        import_house.ROOMS[kind.feed].receive(viewer, seen.rows, now)
        audit.record(viewer, action=IMPORTED, object=object_, detail={"kind": kind.feed, **counts}, now=now)


def _fresh(deployment: Deployment, viewer: Viewer, folder: Path, kind: Kind, now: datetime, tell: Progress) -> Preview:
    """What was seen, if it still holds, else seen anew: the first third of the work."""
    if working.read_json(folder / "check" / working.RESULT).get("basis") == _basis(deployment, kind, now):
        return import_seen.read_whole(deployment, folder)
    return _check(deployment, viewer, folder, now, lambda step, share: tell(step, share * 0.3))


def _reason(folder: Path) -> str:
    """Why so unusual a number of rows is right, as it was given on confirming; empty if it was not."""
    return str(working.read_json(folder / _REASON).get("reason", ""))


def _mark(number: str) -> str:
    return f"import-{number}"


def _is_in_lake(deployment: Deployment, number: str) -> bool:
    return any(_mark(number) in report.extra_columns for report in sensing.committed(deployment.lake))


def _land_rows(
    deployment: Deployment, kind: Kind, seen: Preview, month: Month, folder: Path, now: datetime, tell: Progress
) -> None:
    """One file of the feed: what is known with what the workbook says over it. The last, empty column tells two deliveries apart."""
    feed = feed_of(kind.feed)
    tell("lay", 0.35)
    base = {} if feed.is_increment else import_check.known(deployment, kind, month, seen.rows)
    for row in seen.rows:
        base[import_check.key_of(kind, row)] = import_check.over(base, kind, row)
    plain = folder / "land" / _PLAIN
    shutil.rmtree(plain, ignore_errors=True)
    (plain / month.text).mkdir(mode=0o700, parents=True)
    try:
        with open(plain / month.text / f"{feed.name}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*feed.columns, _mark(folder.name)])
            writer.writerows([*(row.get(code, "") for code in feed.columns), ""] for row in base.values())
        tell("land", 0.55)
        for report in land_feeds.land(deployment, plain / month.text, now=now, override=_reason(folder) or None):
            if report.status == "refused":
                raise NotAccepted(report.refused_zh, report.refused_en)
    finally:
        shutil.rmtree(plain, ignore_errors=True)


_STEPS: dict[str, Any] = {"check": _check, "land": _land}
