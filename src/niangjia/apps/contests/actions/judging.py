"""The jury: who sits on it, what they declare, what they mark."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.db.models import Max

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.contests import access, counting, nearness
from niangjia.apps.contests.lifecycle import ContestState, Nearness, RoundState
from niangjia.apps.contests.models import Conflict, Declaration, Entry, Juror, Mark, Round
from niangjia.apps.contests.packs import RoundRule
from niangjia.apps.contests.problems import (
    DeclareFirst,
    NoSuchAccount,
    NoSuchMark,
    NotFound,
    NotPossibleNow,
    ReasonMissing,
    SitsAlready,
    TooNear,
)

_OVER = (ContestState.NOTICE, ContestState.DONE, ContestState.CANCELLED)
_CENT = Decimal("0.01")


def appoint_juror(*, viewer: Viewer, contest_id: int, username: str, now: datetime) -> int:
    """
    Give somebody with an account a seat; return its number. Whoever left may be called back to their seat.

    Raises: NotAllowed, NotFound, NoSuchAccount, SitsAlready, NotPossibleNow: judging is over.
    """
    account_id = accounts.find_account_id(username.strip().lower())
    with transaction.atomic():
        contest = access.own_contest(viewer, contest_id)
        if account_id is None or not accounts.is_active(account_id):
            raise NoSuchAccount
        if contest.state in _OVER:
            raise NotPossibleNow(str(ContestState(contest.state).label))
        juror = Juror.objects.filter(contest=contest, account_id=account_id).first()
        if juror is not None and juror.left_at is None:
            raise SitsAlready
        if juror is None:
            last = Juror.objects.filter(contest=contest).aggregate(last=Max("seat"))["last"] or 0
            juror = Juror.objects.create(
                contest=contest, account_id=account_id, seat=last + 1, appointed_by_id=viewer.account_id, appointed_at=now
            )  # fmt: skip
        else:
            Juror.objects.filter(pk=juror.pk).update(left_at=None)
        nearness.bar(contest, now=now, jurors=[juror])
        detail = {"account": account_id, "seat": juror.seat, "number": contest.number}
        audit.record(viewer, action="contests.appoint_juror", object=f"contest:{contest.pk}", detail=detail, now=now)
        return juror.seat


def dismiss_juror(*, viewer: Viewer, juror_id: int, reason: str, now: datetime) -> None:
    """
    They mark no more, and what they marked in an open round does not count. Safe to repeat.

    Raises: NotAllowed, NotFound, ReasonMissing, NotPossibleNow.
    """
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        contest_id = Juror.objects.filter(pk=juror_id).values_list("contest_id", flat=True).first()
        contest = access.own_contest(viewer, contest_id or 0)
        if contest.state in _OVER:
            raise NotPossibleNow(str(ContestState(contest.state).label))
        if Juror.objects.filter(pk=juror_id, left_at__isnull=True).update(left_at=now):
            detail = {"juror": juror_id}
            audit.record(
                viewer, action="contests.dismiss_juror", object=f"contest:{contest.pk}", detail=detail, reason=reason.strip()[:300], now=now
            )  # fmt: skip


def _own_round(viewer: Viewer, round_id: int) -> tuple[Round, Juror]:
    """The round, held, and the viewer's seat. Raises NotFound, NotYourJury, NotPossibleNow: it is not open."""
    row = Round.objects.select_for_update(of=("self",)).select_related("contest__org").filter(pk=round_id).first()
    if row is None:
        raise NotFound
    juror = access.juror_of(viewer, row.contest_id)
    if row.state != RoundState.OPEN or row.contest.state != ContestState.JUDGING:
        raise NotPossibleNow(str(RoundState(row.state).label))
    return row, juror


def declare(*, viewer: Viewer, round_id: int, entry_ids: Collection[int], now: datetime) -> None:
    """
    A juror says to which entries they are near (none: empty); may be said again while the round is open, and what was said is never taken
    back. A mark given before no longer counts. Safe to repeat. Raises NotFound, NotYourJury, NotPossibleNow.
    """
    with transaction.atomic():
        row, juror = _own_round(viewer, round_id)
        judged = Entry.objects.filter(pk__in=counting.entries_of(row).values("pk"), id__in=set(entry_ids))
        found = list(judged.values_list("pk", flat=True))
        if len(found) < len(set(entry_ids)):
            raise NotFound
        Conflict.objects.bulk_create(
            [Conflict(juror=juror, entry_id=entry_id, nearness=Nearness.DECLARED, at=now) for entry_id in found],
            ignore_conflicts=True,
        )
        Declaration.objects.get_or_create(juror=juror, round=row, defaults={"at": now})
        detail = {"round": row.place, "near": len(found), "seat": juror.seat}
        audit.record(viewer, action="contests.declare", object=f"contest:{row.contest_id}", detail=detail, now=now)


def score(*, viewer: Viewer, round_id: int, marks: Mapping[int, Mapping[str, str]], now: datetime) -> int:
    """
    Keep a juror's marks, by entry and criterion (``""``: the one mark of a round without criteria); return how many entries. What is
    left empty stays as it was; may be changed while the round is open. All or none.

    Raises: NotFound, NotYourJury, NotPossibleNow; DeclareFirst; TooNear; NoSuchMark: out of range, no number, a criterion missing.
    """
    with transaction.atomic():
        row, juror = _own_round(viewer, round_id)
        if not Declaration.objects.filter(juror=juror, round=row).exists():
            raise DeclareFirst
        judged = {one.pk: one for one in counting.entries_of(row)}
        barred = set(Conflict.objects.filter(juror=juror).values_list("entry_id", flat=True))
        told = {entry: parts for entry, parts in marks.items() if any(text.strip() for text in parts.values())}
        if not set(told) <= set(judged):
            raise NotFound
        if near := sorted(judged[one].number for one in set(told) & barred):
            raise TooNear(near[0])
        rule = counting.rule_of(row)
        read = {entry: _read(rule, parts) for entry, parts in told.items()}
        if wrong := [judged[entry].number for entry, value in read.items() if value is None]:
            raise NoSuchMark(wrong)
        rows = [
            Mark(juror=juror, round=row, entry_id=entry, value=value, parts=_parts(rule, told[entry]), at=now)
            for entry, value in read.items()
            if value is not None
        ]
        Mark.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["juror", "round", "entry"], update_fields=["value", "parts", "at"]
        )  # fmt: skip
        detail = {"round": row.place, "count": len(read), "seat": juror.seat}
        audit.record(viewer, action="contests.score", object=f"contest:{row.contest_id}", detail=detail, now=now)
        return len(read)


def _parts(rule: RoundRule, parts: Mapping[str, str]) -> dict[str, str]:
    return {name: text.strip() for name, text in parts.items()} if rule.criteria else {}


def _read(rule: RoundRule, parts: Mapping[str, str]) -> Decimal | None:
    """The mark, 0 … 100 with two decimals; None: a part is missing, no number or out of its range."""
    most = {one.id: one.points for one in rule.criteria} or {"": Decimal(100)}
    if set(parts) != set(most):
        return None
    total = Decimal(0)
    for name, limit in most.items():
        try:
            value = Decimal(parts[name].strip())
        except InvalidOperation:
            return None
        if not value.is_finite() or not 0 <= value <= limit or value != value.quantize(_CENT):
            return None
        total += value
    return total
