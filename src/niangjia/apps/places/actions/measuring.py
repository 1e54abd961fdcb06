"""What places are used and bring in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.places.access import get_visible
from niangjia.apps.places.kinds import Kind, kind_of
from niangjia.apps.places.models import Measure, Place
from niangjia.apps.places.problems import (
    DoesNotBalance,
    MonthToCome,
    NegativeMeasure,
    NotPartOfKind,
    OverMost,
    TooManyDecimals,
    WorkedOut,
)
from niangjia.kernel.months import Month


def record_measures(
    *, viewer: Viewer, place_id: int, month: Month, values: Mapping[str, Decimal], source: str, now: datetime
) -> int:
    """
    What a place was used, or brought in, in a month, by measure: all of it or nothing; return how many figures are new or changed. Said again it is
    corrected, and what stood there before is kept. A yearly measure stands in January.

    Raises: NotAllowed, NoSuchPlace, NotPartOfKind, NegativeMeasure, TooManyDecimals, WorkedOut, OverMost, MonthToCome; DoesNotBalance: with what is known of the month.
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
            require_given(kind, measure, value)
            first = month.first_day.replace(month=1) if kind.measures[measure].is_yearly else month.first_day
            said = {"value": value, "source": source, "by_id": viewer.account_id, "at": now}
            if _write(place, measure, first, said):
                told[measure] = str(value)
        _work_out(place, kind, month, {"source": source, "by_id": viewer.account_id, "at": now})
        require_balance(
            kind,
            month.text,
            dict(Measure.objects.filter(place=place, month=month.first_day).values_list("measure", "value")),
        )
        if told:
            detail = {"month": month.text, "values": told}
            audit.record(viewer, action="places.measure", object=f"place:{place.pk}", detail=detail, now=now)
        return len(told)


def require_given(kind: Kind, measure: str, value: Decimal) -> None:
    """Raises WorkedOut: it is the sum of others; OverMost."""
    one = kind.measures[measure]
    if one.sum_of:
        raise WorkedOut(one.title["zh"], [kind.measures[name].title["zh"] for name in one.sum_of])
    if one.most is not None and value > one.most:
        raise OverMost(one.title, plain(one.most))


def _work_out(place: Place, kind: Kind, month: Month, said: Mapping[str, object]) -> None:
    """Each figure that is the sum of others, once all of them are told; of fewer nothing is said."""
    for one in kind.measures.values():
        first = month.first_day.replace(month=1) if one.is_yearly else month.first_day
        if one.sum_of:
            parts = Measure.objects.filter(place=place, measure__in=one.sum_of, month=first)
            values = list(parts.values_list("value", flat=True))
            if len(values) == len(one.sum_of):
                _write(place, one.id, first, {**said, "value": sum(values, Decimal(0))})


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
