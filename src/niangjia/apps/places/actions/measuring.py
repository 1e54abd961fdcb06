"""What places are used and bring in, and who sends whom to whose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.places.access import get_visible
from niangjia.apps.places.kinds import Kind, kind_of
from niangjia.apps.places.models import Measure, Pairing, Place, Sent
from niangjia.apps.places.problems import (
    DoesNotBalance,
    EndsBefore,
    MonthToCome,
    NegativeMeasure,
    NoSuchPairing,
    NotOneself,
    NotPartOfKind,
    TooManyDecimals,
)
from niangjia.kernel.months import Month


def record_measures(
    *, viewer: Viewer, place_id: int, month: Month, values: Mapping[str, Decimal], source: str, now: datetime
) -> int:
    """
    What a place was used, or brought in, in a month, by measure: all of it or nothing; return how many figures are new or changed. Said again it is
    corrected, and what stood there before is kept. A yearly measure stands in January.

    Raises: NotAllowed, NoSuchPlace, NotPartOfKind, NegativeMeasure, TooManyDecimals, MonthToCome; DoesNotBalance: with what is known of the month.
    """
    permissions.require(viewer, "places.manage")
    with transaction.atomic():
        place = get_visible(viewer, place_id)
        kind = kind_of(place.kind)
        if month.first_day > timezone.localdate(now):
            raise MonthToCome(month.text)
        told = {}
        for measure, value in values.items():
            if measure not in kind.measures:
                raise NotPartOfKind("用量", measure, list(kind.measures))
            if value < 0:
                raise NegativeMeasure(kind.measures[measure].title["zh"])
            if value != round(value, kind.measures[measure].decimals):
                raise TooManyDecimals(kind.measures[measure].title["zh"], kind.measures[measure].decimals)
            first = month.first_day.replace(month=1) if kind.measures[measure].is_yearly else month.first_day
            said = {"value": value, "source": source, "by_id": viewer.account_id, "at": now}
            if _write(place, measure, first, said):
                told[measure] = str(value)
        require_balance(
            kind,
            month.text,
            dict(Measure.objects.filter(place=place, month=month.first_day).values_list("measure", "value")),
        )
        if told:
            detail = {"month": month.text, "values": told}
            audit.record(viewer, action="places.measure", object=f"place:{place.pk}", detail=detail, now=now)
        return len(told)


def require_balance(kind: Kind, month: str, told: Mapping[str, Decimal]) -> None:
    """Raises DoesNotBalance."""
    for one in kind.balances:
        if not one.holds(told):
            titles = [
                tuple(" × ".join(kind.measures[name].title[tongue] for name in term) for term in one.terms)
                for tongue in ("zh", "en")
            ]
            whole = kind.measures[one.equals].title
            raise DoesNotBalance(
                month, (" + ".join(titles[0]), " + ".join(titles[1])), plain(one.sum_of(told)), (whole["zh"], whole["en"]), plain(told[one.equals]), plain(one.within)
            )  # fmt: skip


def plain(value: Decimal) -> str:
    return f"{round(value, 4).normalize():f}"


def _write(place: Place, measure: str, first: date, said: Mapping[str, object]) -> bool:
    """Whether it says anything new."""
    row, is_new = Measure.objects.select_for_update().get_or_create(
        place=place, measure=measure, month=first, defaults=said
    )
    if not is_new and row.value != said["value"]:
        Measure.objects.filter(pk=row.pk).update(was=row.value, **said)
        return True
    return is_new


def pair(
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
    The viewer's union and another recognise each other's places of a kind and send each other workers; return the pairing's id. Safe to repeat.

    Raises: NotAllowed, NoSuchKind, NotOneself, EndsBefore.
    """
    permissions.require(viewer, "places.manage")
    if with_org_id == viewer.org_id:
        raise NotOneself
    if until is not None and until < since:
        raise EndsBefore
    first, second = sorted((viewer.org_id, organizations.get_union(with_org_id).id))
    with transaction.atomic():
        row, is_new = Pairing.objects.get_or_create(
            kind=kind_of(kind).id, first_id=first, second_id=second, since=since, defaults={"until": until, "paper": paper}
        )  # fmt: skip
        if is_new:
            detail = {"kind": kind, "with": with_org_id, "org": with_org_id}
            audit.record(viewer, action="places.pair", object=f"pairing:{row.pk}", detail=detail, now=now)
        return row.pk


def end_pairing(*, viewer: Viewer, pairing_id: int, until: date, now: datetime) -> None:
    """It holds up to that day and no longer. Safe to repeat. Raises NotAllowed, NoSuchPairing, EndsBefore."""
    with transaction.atomic():
        row = _own(viewer, pairing_id)
        if until < row.since:
            raise EndsBefore
        if row.until != until:
            row.until = until
            row.save(update_fields=["until"])
            detail = {"until": until.isoformat()}
            audit.record(viewer, action="places.end_pairing", object=f"pairing:{row.pk}", detail=detail, now=now)


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

    Raises NotAllowed, NoSuchPairing, MonthToCome: that year has not begun.
    """
    with transaction.atomic():
        row = _own(viewer, pairing_id)
        if year > timezone.localdate(now).year:
            raise MonthToCome(str(year))
        other = row.second_id if row.first_id == viewer.org_id else row.first_id
        sender = other if is_received else viewer.org_id
        told, is_new = Sent.objects.get_or_create(
            pairing=row, sender_id=sender, counted_by_id=viewer.org_id, year=year, defaults={"persons": persons, "source": source}
        )  # fmt: skip
        if not is_new and told.persons == persons:
            return
        if not is_new:
            Sent.objects.filter(pk=told.pk).update(was=told.persons, persons=persons, source=source)
        detail = {"year": year, "persons": persons, "received": is_received}
        audit.record(viewer, action="places.sent", object=f"pairing:{row.pk}", detail=detail, now=now)


def _own(viewer: Viewer, pairing_id: int) -> Pairing:
    permissions.require(viewer, "places.manage")
    row = Pairing.objects.select_for_update().filter(pk=pairing_id).first()
    if row is None or viewer.org_id not in (row.first_id, row.second_id):
        raise NoSuchPairing
    return row
