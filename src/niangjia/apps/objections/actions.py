"""What is done with an objection, whichever room it is of. Each room asks for right and scope first, and records it."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils import timezone

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.types import Throttle, Viewer
from niangjia.apps.objections.models import Notice, Objection
from niangjia.apps.objections.problems import (
    AlreadyAnswered,
    GrievanceOpen,
    GrievanceUpheld,
    NoSuchReceipt,
    NoticeIsDown,
    OfficerOfTheCase,
)
from niangjia.apps.objections.types import GrievanceState, ObjectionStatus
from niangjia.kernel.identity import fold

OBJECTIONS = Throttle("objection", 10, timedelta(hours=1))
LOOKUPS = Throttle("objection.lookup", 30, timedelta(hours=1))
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none that is read for another
_MISREAD = str.maketrans("OIL", "011")

Seal = Callable[[Mapping[str, Any], str, uuid.UUID], bytes]
"""Values, table, key of the row → sealed by the room whose table it is."""
Unseal = Callable[[Any, str, uuid.UUID], dict[str, Any]]
O = TypeVar("O", bound=Objection)
N = TypeVar("N", bound=Notice)


def raise_objection(
    rows: type[O],
    about: Mapping[str, Any],
    *,
    person_id: int | None,
    words: str,
    contact: str,
    seal: Seal,
    now: datetime,
    key: uuid.UUID | None,
) -> tuple[O, bool]:
    """
    The objection to what `about` says, by column; whether it is new. Safe to repeat with the same `key`: a key that something else has is
    no key of this one. From the public (`person_id` null) it gets a receipt number.
    """
    known = rows._default_manager.filter(key=key).first() if key else None
    if known is not None and all(getattr(known, name) == value for name, value in about.items()):
        return known, False
    key = uuid.uuid4() if key is None or known else key
    made = rows._default_manager.create(
        **about,
        person_id=person_id,
        key=key,
        receipt=new_receipt() if person_id is None else None,
        secret=seal({"text": words, "contact": contact}, "grievance", key),
        raised_at=now,
    )
    return made, True


def take_public_turn(address: str, *, now: datetime) -> None:
    """From one network address few an hour are taken: each one holds up an approval. Raises accounts' TooManyTries."""
    accounts.take_turn(OBJECTIONS, address, now=now)


def find_live(notices: QuerySet[N], notice_id: int, *, now: datetime) -> N:
    """Raises NoticeIsDown."""
    notice = notices.filter(pk=notice_id, withdrawn_at__isnull=True).first()
    if notice is None or not notice.starts_on <= timezone.localdate(now) < notice.ends_before:
        raise NoticeIsDown
    return notice


def require_settled(about: QuerySet[O], *, notices: Iterable[Notice]) -> None:
    """
    Whether nothing that was objected to what is announced (`about`: to whichever notice of it) stands in the way. What was upheld against
    an earlier one than `notices`, which stand, was put right before these went up. Raises GrievanceOpen, GrievanceUpheld.
    """
    if open_count := about.filter(state=GrievanceState.OPEN).count():
        raise GrievanceOpen(open_count)
    if about.filter(state=GrievanceState.UPHELD, notice__in=list(notices)).exists():
        raise GrievanceUpheld


def answer(
    row: Objection, *, viewer: Viewer, is_upheld: bool, words: str, hands: Collection[int], seal: Seal, now: datetime
) -> bool:
    """
    Answer it, by an officer who is none of `hands` and stands in for none of them; false: this very answer was given already.

    Raises:
        OfficerOfTheCase, AlreadyAnswered.
    """
    if viewer.has_hand_in(set(hands)):
        raise OfficerOfTheCase
    state = GrievanceState.UPHELD if is_upheld else GrievanceState.REJECTED
    rows = type(row)._default_manager.filter(pk=row.pk, state=GrievanceState.OPEN)
    won = rows.update(
        state=state,
        answer=seal({"text": words}, "grievance.answer", row.key),
        answered_by_id=viewer.account_id,
        answered_at=now,
    )
    row.refresh_from_db()
    if won or (row.answered_by_id == viewer.account_id and row.state == state):  # type: ignore[attr-defined]
        return bool(won)
    raise AlreadyAnswered


def opened(row: Objection, unseal: Unseal) -> dict[str, str]:
    """Words, contact and answer; empty where there is none."""
    said = unseal(row.secret, "grievance", row.key)
    given = unseal(row.answer, "grievance.answer", row.key)
    return {"text": said["text"], "contact": said.get("contact", ""), "answer": given.get("text", "")}


def follow_objection(*, receipt: str, address: str, now: datetime) -> ObjectionStatus:
    """
    Where an objection from the public stands, for whoever has its receipt number; blanks, dashes and case do not matter.

    Raises:
        NoSuchReceipt. accounts' TooManyTries.
    """
    accounts.take_turn(LOOKUPS, address, now=now)
    if typed := read_receipt(receipt):
        for rows in Objection.__subclasses__():
            found = rows._default_manager.filter(receipt=grouped(typed)).first()
            if found is not None:
                answered_on = timezone.localdate(found.answered_at) if found.answered_at else None
                return ObjectionStatus(timezone.localdate(found.raised_at), GrievanceState(found.state), answered_on)
    raise NoSuchReceipt


def new_receipt() -> str:
    """Sixty bits: nobody comes upon another's by trying."""
    return grouped("".join(secrets.choice(_LETTERS) for _ in range(12)))


def read_receipt(typed: str) -> str:
    """The twelve characters of a receipt as somebody typed them; empty: it is none."""
    found = fold(typed[:40]).replace("-", "").translate(_MISREAD)
    return found if len(found) == 12 else ""


def grouped(receipt: str) -> str:
    return "-".join(receipt[start : start + 4] for start in range(0, len(receipt), 4))
