"""Reading the chain, and checking it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, QuerySet, Value
from django.db.models.expressions import Combinable

from niangjia.apps.audit.actions import GENESIS, canonical, digest, read_anchors
from niangjia.apps.audit.models import AuditEvent, AuditHead
from niangjia.apps.audit.types import Actor, Break, ChainReport, Event
from niangjia.apps.organizations import scope

_CHUNK = 5000


def find_events(
    viewer: Actor,
    *,
    action: str = "",
    object: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    account_ids: Iterable[int] | None = None,
) -> QuerySet[AuditEvent]:
    """
    Events of actors in the viewer's part of the tree, latest first, for reading; `event_of` makes an Event of a row.

    The caller has required ``audit.view``. `action` may be a whole app: ``registry.``.
    """
    is_root = scope.is_whole_tree(viewer.org_path)  # only there is what the system itself did, which has no path, seen
    found = AuditEvent.objects.all() if is_root else scope.within(AuditEvent.objects.all(), viewer.org_path, "org_path")
    if action:
        found = found.filter(action__startswith=action) if action.endswith(".") else found.filter(action=action)
    if object:
        found = found.filter(object=object)
    if since:
        found = found.filter(at__gte=since)
    if until:
        found = found.filter(at__lt=until)
    if account_ids is not None:
        found = found.filter(account_id__in=set(account_ids))
    return found.order_by("-seq")


def count_events(viewer: Actor, *, most: int, action: str = "", **asked: Any) -> int:
    """How many `find_events` finds, counted to `most` + 1 and no further."""
    if not action.endswith(".") or connection.vendor != "sqlite":
        return find_events(viewer, action=action, **asked).order_by()[: most + 1].count()
    # SQLite's LIKE skips the index, which has the few of a quiet room beside each other: "." is followed by "/".
    found = find_events(viewer, **asked).filter(action__gte=action, action__lt=action[:-1] + "/")
    return found.order_by()[: most + 1].count()


def list_events(
    viewer: Actor,
    *,
    action: str = "",
    object: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    account_ids: Iterable[int] | None = None,
    limit: int = 100,
    before_seq: int | None = None,
) -> list[Event]:
    """As `find_events`, at most `limit`; `before_seq` goes on from a page."""
    found = find_events(viewer, action=action, object=object, since=since, until=until, account_ids=account_ids)
    if before_seq is not None:
        found = found.filter(seq__lt=before_seq)
    return [event_of(row) for row in found[:limit]]


READS = (
    "registry.reveal", "registry.view", "registry.search", "programs.explain", "cases.read_grievance", "matters.open_answers",
    "matters.read_objection", "files.open", "volunteers.open_contact", "lists.export", "list.export", "funds.export_batch",
    "targets.read_rows", "cockpit.rows", "inspections.read", "assessments.read_rows", "contests.open_entry", "contests.read_objection",
    "bulletins.export", "inspections.search",
)  # fmt: skip
"""What is read, opened, searched for and taken away: of these the auditor's desk says who saw what."""


def find_reads(
    viewer: Actor,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    account_ids: Iterable[int] | None = None,
    objects: Iterable[str] | None = None,
) -> QuerySet[AuditEvent]:
    """Of `find_events`, what was only looked at; about these things if named. The caller has required ``audit.view``."""
    found = find_events(viewer, since=since, until=until, account_ids=account_ids).filter(action__in=READS)
    return found if objects is None else found.filter(object__in=set(objects))


def count_reads(viewer: Actor, *, since: datetime, until: datetime) -> list[tuple[int, int, str, int]]:
    """(account, post, action, how often), of whoever acts in the viewer's part of the tree."""
    found = find_reads(viewer, since=since, until=until).filter(account_id__isnull=False, post_id__isnull=False)
    return list(found.order_by().values_list("account_id", "post_id", "action").annotate(Count("seq")))


def standing_in(objects: Iterable[str]) -> dict[tuple[str, str, int], int]:
    """For whom somebody acted who stood in: by (thing, action, account). Without scope: the caller has bounded the things."""
    found = AuditEvent.objects.filter(object__in=set(objects), detail_text__contains='"acting_for":')
    return {
        (row.object, row.action, row.account_id): int(row.detail["acting_for"])
        for row in found
        if row.account_id is not None
    }


def list_about(object: str, *, actions: Sequence[str] = (), most: int | None = None) -> list[Event]:
    """Events about one thing, latest first, at most `most`, whoever acted. The caller has checked that the thing may be seen."""
    return [event for event, _name in list_about_by_name(object, actions=actions, most=most, name=Value(""))]


def list_about_by_name(
    object: str, *, name: Combinable, actions: Sequence[str] = (), most: int | None = None
) -> list[tuple[Event, str | None]]:
    """As `list_about`, each with who acted: `name` tells it from the column ``account_id``, null for an event that nobody's account did."""
    found = AuditEvent.objects.filter(object=object).annotate(acted=name)
    if actions:
        found = found.filter(action__in=actions)
    return [(event_of(row), vars(row)["acted"]) for row in found.order_by("-seq")[:most]]


def was_recorded(action: str, object: Combinable) -> Exists:
    """Whether there is such an event about the object that the expression names, to be read along with something else."""
    return Exists(AuditEvent.objects.filter(action=action, object=object))


def list_changes(objects: Iterable[str], *, after: int, most: int = 20) -> list[Event]:
    """Events about these things numbered above `after`, latest first. The caller has shown the things to whoever asks."""
    return [
        event_of(row)
        for row in AuditEvent.objects.filter(object__in=set(objects), seq__gt=after).order_by("-seq")[:most]
    ]


def last_seq() -> int:
    """The number of the newest event; everything up to it has been committed, for events are numbered by one writer at a time."""
    return AuditHead.objects.filter(id=1).values_list("seq", flat=True).first() or 0


def newest() -> QuerySet[AuditHead, Any]:
    """The same as one value, to be read along with something else."""
    return AuditHead.objects.filter(id=1).values("seq")


def at_after(seq: int) -> datetime | None:
    """When the first event after that number was recorded; None if there is none."""
    return AuditEvent.objects.filter(seq__gt=seq).order_by("seq").values_list("at", flat=True).first()


def list_between(*, after: int, up_to: int, actions: Iterable[str]) -> list[Event]:
    """Events of these actions, numbered above `after` and up to `up_to`, in order, whoever acted: for the house's own jobs."""
    found = AuditEvent.objects.filter(seq__gt=after, seq__lte=up_to, action__in=sorted(actions))
    return [event_of(row) for row in found.order_by("seq")]


def count_saying(text: str, *, actions: Iterable[str]) -> int:
    """Events of these actions whose detail holds `text`: for the house's own keeping of keys."""
    return AuditEvent.objects.filter(action__in=sorted(actions), detail_text__contains=text).count()


def count_actions(*, account_id: int, action: str, since: datetime) -> int:
    """How often an account did this since then: for limits on bulk opening and export."""
    return AuditEvent.objects.filter(account_id=account_id, action=action, at__gte=since).count()


def objects_among(objects: Sequence[str], *, account_id: int, action: str, what: str, since: datetime) -> set[str]:
    """Of these things, those to which the account did this since then, with this ``what`` in the detail, whatever else stands there."""
    said = canonical({"what": what})[1:-1]  # who stands in, or asks by a token, has that beside it
    found = AuditEvent.objects.filter(
        account_id=account_id, action=action, object__in=objects, at__gte=since, detail_text__contains=said
    )
    return set(found.values_list("object", flat=True))


def objects_of(action: str) -> set[str]:
    """Everything this was ever done to, whoever did it."""
    return set(AuditEvent.objects.filter(action=action).values_list("object", flat=True))


def verify_chain(anchors: Path | None = None, *, progress: Callable[[float], None] | None = None) -> ChainReport:
    """
    Walk the whole chain in order and recompute every hash; then compare its end with the head and with `anchors`.

    Reads only; streams. Reports the first number that is wrong and how: see `types.Break`. `progress` is told the share done.
    """
    last = last_seq() if progress else 0
    anchored: dict[int, str] = {}
    furthest = 0
    for anchor in read_anchors(anchors) if anchors else ():
        anchored[int(anchor["seq"])] = str(anchor["hash"])
        furthest = max(furthest, int(anchor["seq"]))
    count, previous, agreed = 0, GENESIS, 0
    for row in _rows():
        seq, at, account_id, post_id, org_path, action, object, reason, detail, stated_previous, stated_hash = row
        expected = count + 1
        if progress and count % _CHUNK == 0:
            progress(min(count / last, 1.0) if last else 0.0)
        if seq != expected:
            return ChainReport(count, previous, agreed, expected, Break.MISSING if seq > expected else Break.REORDERED)
        if stated_previous != previous:
            return ChainReport(count, previous, agreed, seq, Break.REORDERED)
        if (
            digest(stated_previous, seq, at, account_id, post_id, org_path, action, object, reason, detail)
            != stated_hash
        ):
            return ChainReport(count, previous, agreed, seq, Break.EDITED)
        if seq in anchored:
            if anchored[seq] != stated_hash:
                return ChainReport(count, previous, agreed, seq, Break.REWRITTEN)
            agreed += 1
        count, previous = seq, stated_hash
    head = AuditHead.objects.filter(id=1).first()
    vouched = max(furthest, head.seq if head else 0)
    if vouched > count:
        return ChainReport(count, previous, agreed, count + 1, Break.TAIL_CUT)
    if count and (head is None or head.seq != count or head.hash != previous):
        return ChainReport(count, previous, agreed, count, Break.EDITED)
    return ChainReport(count, previous, agreed)


def _rows() -> Iterator[tuple]:
    fields = (
        "seq",
        "at",
        "account_id",
        "post_id",
        "org_path",
        "action",
        "object",
        "reason",
        "detail_text",
        "previous_hash",
        "hash",
    )
    return AuditEvent.objects.order_by("seq").values_list(*fields).iterator(chunk_size=_CHUNK)


def event_of(row: AuditEvent) -> Event:
    return Event(
        seq=row.seq,
        at=row.at,
        account_id=row.account_id,
        post_id=row.post_id,
        org_path=row.org_path,
        action=row.action,
        object=row.object,
        reason=row.reason,
        detail=json.loads(row.detail_text),
        hash=row.hash,
    )
