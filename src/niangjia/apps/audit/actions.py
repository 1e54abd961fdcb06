"""Writing to the chain, and anchoring it outside the database."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

from niangjia.apps.audit.models import AuditEvent, AuditHead
from niangjia.apps.audit.types import Actor, Entry
from niangjia.kernel.problems import Refusal

GENESIS = "0" * 64

# A resident ID number (18 or 15 characters, with a birth date where it belongs), a mobile phone, a bank card.
_PERSONAL = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"[0-9]{6}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
    r"|[0-9]{8}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}"
    r"|1[3-9][0-9]{9}"
    r"|62[0-9]{14,17}"
    r")(?![0-9A-Za-z])"
)


class PersonalDataInAudit(Refusal):
    def __init__(self, where: str) -> None:
        super().__init__(
            f"审计记录（{where}）中不能出现身份证号、手机号或银行卡号。请改用编号，或从理由中删去号码。",
            f"An audit record ({where}) must not hold an ID, phone or bank card number. Use ids, or take the number out of the reason.",
        )


def refuse_personal_data(value: object, where: str) -> None:
    """Raises PersonalDataInAudit if `value`, or anything inside it, looks like a number of a person."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            refuse_personal_data(inner, f"{where}.{key}")
    elif isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            refuse_personal_data(inner, where)
    elif isinstance(value, str | int) and _PERSONAL.search(str(value)):
        raise PersonalDataInAudit(where)


def canonical(value: object) -> str:
    """One text for one value: sorted keys, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def hash_of(event: AuditEvent) -> str:
    """SHA-256 over the canonical JSON of everything the event says and the hash of the one before."""
    return digest(
        event.previous_hash,
        event.seq,
        event.at,
        event.account_id,
        event.post_id,
        event.org_path,
        event.action,
        event.object,
        event.reason,
        event.detail_text,
    )


def digest(previous_hash: str, seq: int, at: datetime, *rest: object) -> str:
    text = canonical([previous_hash, seq, at.astimezone(UTC).isoformat(timespec="microseconds"), *rest])
    return hashlib.sha256(text.encode()).hexdigest()


def record(
    viewer: Actor | None,
    *,
    action: str,
    object: str,
    detail: Mapping[str, object] | None = None,
    reason: str = "",
    now: datetime,
) -> int:
    """
    Append one event to the chain in the caller's transaction; return its number.

    `viewer` None: the system itself. Record last in an action: writers wait for each other from here to the commit.

    Raises:
        PersonalDataInAudit: a detail or the reason holds a person's number.
    """
    return record_many(
        viewer, entries=[Entry(action=action, object=object, detail=detail or {}, reason=reason)], now=now
    )


def record_many(viewer: Actor | None, *, entries: Iterable[Entry], now: datetime) -> int:
    """Append `entries` in order in the caller's transaction; return the last number. No entries: nothing is written."""
    drafts = list(entries)
    for entry in drafts:
        refuse_personal_data(entry.object, "object")
        refuse_personal_data(entry.reason, "reason")
        refuse_personal_data(entry.detail, "detail")
    with transaction.atomic(savepoint=False):  # what cannot be recorded is not done: there is nothing to go back to
        head, _ = AuditHead.objects.select_for_update().get_or_create(id=1, defaults={"seq": 0, "hash": GENESIS})
        if not drafts:
            return head.seq
        events = list(_chain(head, viewer, drafts, now))
        AuditEvent.objects.bulk_create(events, batch_size=500)
        AuditHead.objects.filter(id=1).update(seq=events[-1].seq, hash=events[-1].hash)
        return events[-1].seq


def _chain(head: AuditHead, viewer: Actor | None, drafts: list[Entry], now: datetime) -> Iterator[AuditEvent]:
    # Whoever stands in for a colleague on leave acts for them, a program by a token acts for its holder: every record of it says so.
    acting_for = {"acting_for": viewer.for_account_id} if viewer and viewer.for_account_id else {}
    by_token = {"token": viewer.token_id} if viewer and viewer.token_id else {}
    previous = head.hash
    for seq, entry in enumerate(drafts, start=head.seq + 1):
        event = AuditEvent(
            seq=seq,
            at=now,
            account_id=viewer.account_id if viewer else None,
            post_id=viewer.post_id if viewer else None,
            org_path=viewer.org_path if viewer else "",
            action=entry.action,
            object=entry.object,
            reason=entry.reason,
            detail_text=canonical({**entry.detail, **acting_for, **by_token}),
            previous_hash=previous,
        )
        event.hash = previous = hash_of(event)
        yield event


def anchor(*, file: Path, now: datetime) -> int:
    """
    Append the chain's present number and hash to `file`, outside the database; return the number.

    Copy the file to another machine, or print it: whoever rewrites the whole chain must rewrite it there too.
    Safe to repeat: an unchanged chain is anchored once. A torn last line (a crash) is left behind and read over.
    """
    head = AuditHead.objects.filter(id=1).first()
    if head is None:
        return 0
    last = next(iter(deque(read_anchors(file), maxlen=1)), None)
    if last and last["seq"] == head.seq and last["hash"] == head.hash:
        return head.seq
    line = canonical({"seq": head.seq, "hash": head.hash, "at": now.astimezone(UTC).isoformat()})
    with file.open("ab") as stream:
        stream.write(("\n" if stream.tell() else "").encode() + line.encode())
        stream.flush()
        os.fsync(stream.fileno())
    return head.seq


def read_anchors(file: Path) -> Iterator[dict]:
    """Anchors in order; a missing file has none."""
    if not file.exists():
        return
    with file.open(encoding="utf-8", errors="replace") as stream:
        for line in stream:
            try:
                found = json.loads(line)
                found["seq"], found["hash"]
            except (ValueError, KeyError, TypeError):
                continue
            yield found
