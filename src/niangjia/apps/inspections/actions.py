"""What an auditor does: draws, judges what was drawn, searches for conflicts, says that one was looked into. Each is one event of the chain."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit import queries as chain
from niangjia.apps.inspections import conflicts, drawing, queries
from niangjia.apps.inspections.problems import NotFound, NothingToDraw, RemarkMissing, SeedUnfit
from niangjia.apps.inspections.types import Result, SampleKind
from niangjia.kernel.months import Month
from niangjia.kernel.sealing import keys_in

MOST = 200
"""Rows of one sample."""
SHORTEST_REMARK = 4
_AGAIN = timedelta(minutes=30)


@transaction.atomic
def draw_sample(*, viewer: Viewer, kind: SampleKind, month: Month, size: int, seed: str, now: datetime) -> int:
    """
    Draw up to `size` rows with `seed` (empty: one is made); the sample's number. Safe to repeat: the same draw from the same rows is one sample.

    Raises:
        NotAllowed, SeedUnfit, NothingToDraw.
    """
    permissions.require(viewer, "audit.view")
    seed = seed.strip() or secrets.token_hex(8)
    if not re.fullmatch(r"[0-9A-Za-z-]{4,64}", seed):
        raise SeedUnfit
    rows = drawing.population(viewer, kind, month)
    if not rows:
        raise NothingToDraw
    detail: dict[str, object] = {
        "kind": kind.value, "month": month.text, "seed": seed, "size": max(1, min(size, MOST)), "population": len(rows),
        "population_hash": drawing.hash_of(rows),
    }  # fmt: skip
    for known in queries.list_samples(viewer):
        if (
            known.org_path == viewer.org_path
            and all(getattr(known, name) == value for name, value in detail.items() if name != "kind")
            and known.kind is kind
        ):
            return known.id
    drawn = drawing.draw(seed, rows, int(str(detail["size"])))
    detail["items"] = {ref: rows[ref] for ref in drawn}
    return audit.record(viewer, action="inspections.draw", object="samples", detail=detail, now=now)


@transaction.atomic
def judge(*, viewer: Viewer, sample_id: int, ref: str, result: Result, remark: str, now: datetime) -> None:
    """What the auditor found of one drawn row; a later word stands beside the earlier one. Raises NotAllowed, NotFound, RemarkMissing."""
    sample = queries.get_sample(viewer, sample_id)
    if ref not in {item.ref for item in sample.items}:
        raise NotFound
    if result is not Result.IN_ORDER:
        _require(remark)
    detail = {"ref": ref, "result": result.value, "remark": _sealed(remark, f"{sample_id}/{ref}")}
    audit.record(viewer, action="inspections.judge", object=f"sample:{sample_id}", detail=detail, now=now)


@transaction.atomic
def search_conflicts(*, viewer: Viewer, month: Month, now: datetime) -> int:
    """Look for conflicts of a month and keep what is found, as of now; how many there are. Raises NotAllowed."""
    found = queries.find_conflicts(viewer, month)
    detail = {"month": month.text, "count": len(found), "found": conflicts.written(found)}
    audit.record(viewer, action="inspections.search", object=queries.searches_of(viewer, month), detail=detail, now=now)
    return len(found)


@transaction.atomic
def look_into(*, viewer: Viewer, month: Month, key: str, remark: str, now: datetime) -> None:
    """Say that a conflict of the last search was looked into, and what came of it. Raises NotAllowed, NotFound, RemarkMissing."""
    search = queries.last_search(viewer, month)
    if search is None or key not in {one.key for one in search.found}:
        raise NotFound
    _require(remark)
    audit.record(
        viewer,
        action="inspections.look_into",
        object=f"conflict:{key}",
        detail={"remark": _sealed(remark, key)},
        now=now,
    )


def note_reading(*, viewer: Viewer, page: str, about: str, now: datetime) -> None:
    """That the auditor read this; once in half an hour."""
    what = f"{page} {about}".strip()
    if not chain.objects_among(
        [f"desk:{page}"], account_id=viewer.account_id, action="inspections.read", what=what, since=now - _AGAIN
    ):
        audit.record(viewer, action="inspections.read", object=f"desk:{page}", detail={"what": what}, now=now)


def note_replay(*, viewer: Viewer | None, of: str, count: int, differing: list[int], now: datetime) -> int:
    """That decisions were made again, and which came out otherwise; the event's number."""
    detail = {"count": count, "differing": len(differing), "which": differing[:MOST]}
    return audit.record(viewer, action="inspections.replay", object=f"replay:{of}", detail=detail, now=now)


def note_check(*, viewer: Viewer, count: int, broken_seq: int | None, kind: str, now: datetime) -> None:
    """That the chain was walked, and how it stood."""
    audit.record(
        viewer,
        action="inspections.check",
        object="chain",
        detail={"count": count, "broken": broken_seq, "kind": kind},
        now=now,
    )


def _require(remark: str) -> None:
    if len("".join(remark.split())) < SHORTEST_REMARK:
        raise RemarkMissing


def _sealed(remark: str, key: str) -> str:
    text = remark.strip()[:300]
    return keys_in(settings.KEYS_FOLDER).seal(text.encode(), f"inspections:{key}").hex() if text else ""
