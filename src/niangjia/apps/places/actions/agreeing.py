"""Agreements between unions: proposed by one, binding once the other has confirmed; and who sends whom to whose."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Level
from niangjia.apps.places.kinds import kind_of
from niangjia.apps.places.lifecycle import PairingState
from niangjia.apps.places.models import Pairing, Sent
from niangjia.apps.places.pairing import other_of
from niangjia.apps.places.problems import (
    AnswerIsTheOthers,
    EndsBefore,
    MonthToCome,
    NeedsReason,
    NoPartner,
    NoSuchPairing,
    NotAgreed,
    NotOneself,
    PaperMissing,
)

PARTNERS = (Level.COUNTY, Level.CITY, Level.PROVINCE)


def propose_pairing(
    *,
    viewer: Viewer,
    kind: str,
    with_org_id: int,
    since: date,
    until: date | None = None,
    paper: str = "",
    now: datetime,
) -> int:
    """
    Propose to another union to recognise each other's places of a kind and to send each other workers; return the pairing's id. It binds
    nobody before the other has confirmed it. Safe to repeat: what either proposed already and nobody declined is returned.

    Raises: NotAllowed, NoSuchKind, NotOneself, NoPartner, EndsBefore.
    """
    permissions.require(viewer, "places.agree")
    other = organizations.get_union(with_org_id)
    if other.id == viewer.org_id:
        raise NotOneself
    if other.level not in PARTNERS or not other.is_active:
        raise NoPartner(other.name)
    first, second = sorted((viewer.org_id, other.id))
    told = {"until": until, "paper": paper, "proposed_by_id": viewer.org_id}
    with transaction.atomic():
        alive = Pairing.objects.exclude(state=PairingState.DECLINED)
        row, is_new = alive.get_or_create(
            kind=kind_of(kind).id, first_id=first, second_id=second, since=_span(since, until),
            defaults=told | {"state": PairingState.PROPOSED},
        )  # fmt: skip
        if is_new:
            _record(viewer, "places.propose_pairing", row, now, kind=kind)
        return row.pk


def pair_outside(
    *,
    viewer: Viewer,
    kind: str,
    partner: str,
    confirmed_by: str,
    paper: str,
    since: date,
    until: date | None = None,
    now: datetime,
) -> int:
    """
    An agreement with a union that is not in this house, say of another province: by its name, with who confirmed it there and the document's
    number. Return its id. Safe to repeat.

    Raises: NotAllowed, NoSuchKind, PaperMissing, EndsBefore.
    """
    permissions.require(viewer, "places.agree")
    told = {"confirmed_by": confirmed_by.strip(), "paper": paper.strip()}
    if not partner.strip() or not all(told.values()):
        raise PaperMissing
    with transaction.atomic():
        row, is_new = Pairing.objects.get_or_create(
            kind=kind_of(kind).id, first_id=viewer.org_id, second=None, outside=partner.strip(), since=_span(since, until),
            defaults=told | {"until": until, "proposed_by_id": viewer.org_id, "state": PairingState.CONFIRMED},
        )  # fmt: skip
        if is_new:
            _record(viewer, "places.pair_outside", row, now, kind=kind)
        return row.pk


def confirm_pairing(*, viewer: Viewer, pairing_id: int, now: datetime) -> None:
    """
    The union that did not propose it agrees: from now on it holds. Safe to repeat.

    Raises: NotAllowed, NoSuchPairing, AnswerIsTheOthers, NotAgreed: it was declined meanwhile.
    """
    with transaction.atomic():
        row = _own(viewer, pairing_id, "places.agree")
        if row.state == PairingState.CONFIRMED:
            return
        if row.proposed_by_id == viewer.org_id:
            raise AnswerIsTheOthers
        if row.state != PairingState.PROPOSED:
            raise NotAgreed(PairingState(row.state).label)
        _answer(viewer, row, PairingState.CONFIRMED, "")
        _record(viewer, "places.confirm_pairing", row, now)


def decline_pairing(*, viewer: Viewer, pairing_id: int, reason: str, now: datetime) -> None:
    """
    The other union does not agree, or the one that proposed it takes it back. Safe to repeat.

    Raises: NotAllowed, NoSuchPairing, NeedsReason, NotAgreed: it was confirmed meanwhile; an agreement that holds is ended.
    """
    with transaction.atomic():
        row = _own(viewer, pairing_id, "places.agree")
        if row.state == PairingState.DECLINED:
            return
        if row.state != PairingState.PROPOSED:
            raise NotAgreed(PairingState(row.state).label)
        if not reason.strip():
            raise NeedsReason("不同意或撤回")
        _answer(viewer, row, PairingState.DECLINED, reason.strip()[:300])
        _record(viewer, "places.decline_pairing", row, now)


def end_pairing(*, viewer: Viewer, pairing_id: int, until: date, now: datetime) -> None:
    """It holds up to that day and no longer; either side says so. Safe to repeat. Raises NotAllowed, NoSuchPairing, NotAgreed, EndsBefore."""
    with transaction.atomic():
        row = _agreed(viewer, pairing_id, "places.agree")
        _span(row.since, until)
        if row.until != until:
            row.until = until
            row.save(update_fields=["until"])
            _record(viewer, "places.end_pairing", row, now, until=until.isoformat())


def record_sent(
    *,
    viewer: Viewer,
    pairing_id: int,
    year: int,
    persons: int,
    source: str,
    is_received: bool = False,
    now: datetime,
) -> None:
    """
    How many workers the viewer's union sent to the other's places in a year, or received from there. Said again it is corrected.

    Raises NotAllowed, NoSuchPairing, NotAgreed, MonthToCome: that year has not begun.
    """
    with transaction.atomic():
        row = _agreed(viewer, pairing_id, "places.manage")
        if year > timezone.localdate(now).year:
            raise MonthToCome(str(year))
        sender = other_of(row, viewer.org_id) if is_received else viewer.org_id
        told, is_new = Sent.objects.get_or_create(
            pairing=row, sender_id=sender, counted_by_id=viewer.org_id, year=year, defaults={"persons": persons, "source": source}
        )  # fmt: skip
        if not is_new and told.persons == persons:
            return
        if not is_new:
            Sent.objects.filter(pk=told.pk).update(was=told.persons, persons=persons, source=source)
        detail = {"year": year, "persons": persons, "received": is_received}
        audit.record(viewer, action="places.sent", object=f"pairing:{row.pk}", detail=detail, now=now)


def _span(since: date, until: date | None) -> date:
    """Its first day. Raises EndsBefore."""
    if until is not None and until < since:
        raise EndsBefore
    return since


def _answer(viewer: Viewer, row: Pairing, state: PairingState, reason: str) -> None:
    row.state, row.answered_by_id, row.reason = state, viewer.org_id, reason
    row.save(update_fields=["state", "answered_by", "reason"])


def _record(viewer: Viewer, action: str, row: Pairing, now: datetime, **detail: object) -> None:
    """The other side is told; of a union outside the house one's own colleagues."""
    told = other_of(row, viewer.org_id) or viewer.org_id
    audit.record(
        viewer, action=action, object=f"pairing:{row.pk}", detail={"org": told, "told_org": told, **detail}, now=now
    )


def _agreed(viewer: Viewer, pairing_id: int, permission: str) -> Pairing:
    row = _own(viewer, pairing_id, permission)
    if row.state != PairingState.CONFIRMED:
        raise NotAgreed(PairingState(row.state).label)
    return row


def _own(viewer: Viewer, pairing_id: int, permission: str) -> Pairing:
    permissions.require(viewer, permission)
    row = Pairing.objects.select_for_update().filter(pk=pairing_id).first()
    if row is None or viewer.org_id not in (row.first_id, row.second_id):
        raise NoSuchPairing
    return row
