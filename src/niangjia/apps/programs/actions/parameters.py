"""Filling in what packs leave open, under four eyes; the minimum-living standard as its feed brings it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.programs import installed, scope
from niangjia.apps.programs.cards import override
from niangjia.apps.programs.models import PackVersion, ParameterValue, Standard
from niangjia.apps.programs.problems import (
    CorrectedToday,
    FourEyes,
    NoEffect,
    NoSuchParameter,
    ParameterTaken,
    SourceMissing,
    UnfitValue,
    WasUsed,
)
from niangjia.apps.programs.types import Override, StandardRow
from niangjia.engines.policy.parameters import area_prefix, is_area, misfit, with_overrides
from niangjia.kernel.money import yuan


def receive_standards(rows: Iterable[StandardRow], *, source: str, now: datetime) -> int:
    """
    Take in the `standard` feed's rows; return how many were new or changed. For the landing job.

    Safe to repeat. Another amount of an area and day counts from now on; the former is kept, and decisions keep the one they used
    until they are made anew.
    """
    changed = 0
    with transaction.atomic():
        known = {(row.area, row.starts_on): row.monthly for row in Standard.objects.order_by("received_at", "pk")}
        for row in rows:
            monthly = yuan(row.monthly)
            if known.get((row.area, row.starts_on)) != monthly:
                Standard.objects.create(
                    area=row.area, starts_on=row.starts_on, monthly=monthly, source=source, received_at=now
                )
                known[row.area, row.starts_on] = monthly
                changed += 1
        if changed:
            audit.record(
                None, action="programs.receive_standards", object="standards", detail={"rows": changed}, now=now
            )
    return changed


def enter_parameter(
    *,
    viewer: Viewer,
    program: str,
    name: str,
    area: str,
    starts_on: date,
    value: str,
    source: str,
    now: datetime,
    is_invented: bool = False,
) -> Override:
    """
    Enter a value that the pack leaves open, another one for an area, or the correction of one of the same first day; it counts once a
    colleague approves it, and is known from that day on.

    Safe to repeat with the same value. Permission: programs.manage.

    Raises:
        NotAllowed, NoSuchParameter, BadValue, UnfitValue, SourceMissing.
        OutsideYourArea: it would hold outside the viewer's division.
        ParameterTaken: another value for that area and day waits for approval.
    """
    permissions.require(viewer, "programs.manage")
    version = PackVersion.objects.filter(pack_id=program, active_until__isnull=True).order_by("area").first()
    parameter = installed.pack_of(version).parameters.get(name) if version else None
    if parameter is None:
        raise NoSuchParameter(program, name)
    if fault := misfit(parameter, installed.read_value(parameter, value)):  # type: ignore[arg-type]
        raise UnfitValue(f"参数 {name}：{fault[0]}", f"Parameter {name}: {fault[1]}")
    if area and not is_area(area):
        raise UnfitValue(f"{area} 不是区划代码。", f"{area} is not a division code.")
    scope.require_area(viewer, area or version.area)  # type: ignore[union-attr]
    if not source.strip():
        raise SourceMissing
    key = {"pack_id": program, "name": name, "area": area, "starts_on": starts_on}
    with transaction.atomic():
        rows = ParameterValue.objects.filter(**key, withdrawn_at__isnull=True)
        waiting = rows.filter(approved_by__isnull=True).first()
        standing = waiting or rows.order_by("-known_on", "-pk").first()
        if standing is not None and standing.value == value:
            return override(standing)
        if waiting is not None:
            raise ParameterTaken(name, area, starts_on)
        try:
            with transaction.atomic():
                row = ParameterValue.objects.create(
                    **key,
                    value=value,
                    source=source.strip(),
                    is_invented=is_invented,
                    entered_by_id=viewer.account_id,
                    entered_at=now,
                )
        except IntegrityError as error:
            raise ParameterTaken(name, area, starts_on) from error
        detail = {
            "pack": program,
            "name": name,
            "area": area,
            "from": starts_on.isoformat(),
            "value": value,
            "invented": is_invented,
        }
        audit.record(viewer, action="programs.enter_parameter", object=f"parameter:{row.pk}", detail=detail, now=now)
        return override(row)


def approve_parameter(*, viewer: Viewer, parameter_id: int, now: datetime) -> Override:
    """
    Approve a value that a colleague entered; from now on it counts, and from today on it is known. Safe to repeat.

    If it holds from a day about which others have decided, those decisions wait to be made anew: `queries.list_late_changes`.

    Raises:
        NotAllowed, NoSuchParameter, FourEyes, OutsideYourArea.
        CorrectedToday: one of the same first day was approved today.
        NoEffect: the pack's own value of that day would win.
    """
    permissions.require(viewer, "programs.manage")
    with transaction.atomic():
        installed.note_change()
        row = ParameterValue.objects.filter(pk=parameter_id, withdrawn_at__isnull=True).first()
        if row is None:
            raise NoSuchParameter("", str(parameter_id))
        _require_area_of(viewer, row)
        if viewer.has_hand_in([row.entered_by_id]):
            raise FourEyes
        try:
            with transaction.atomic():
                is_new = ParameterValue.objects.filter(pk=row.pk, approved_by__isnull=True).update(
                    approved_by_id=viewer.account_id, approved_at=now, known_on=timezone.localdate(now)
                )
        except IntegrityError as error:
            raise CorrectedToday(row.name, row.starts_on) from error
        if is_new:
            row.refresh_from_db()
            _refuse_without_effect(row)
            detail = {"pack": row.pack_id, "name": row.name, "area": row.area, "value": row.value}
            audit.record(
                viewer, action="programs.approve_parameter", object=f"parameter:{row.pk}", detail=detail, now=now
            )
        row.refresh_from_db()
        return override(row)


def _require_area_of(viewer: Viewer, row: ParameterValue) -> None:
    """A value without an area holds wherever its programme does. Raises OutsideYourArea."""
    places = PackVersion.objects.filter(pack_id=row.pack_id, active_until__isnull=True).values_list("area", flat=True)
    for area in [row.area] if row.area else places:
        scope.require_area(viewer, area)


def _refuse_without_effect(row: ParameterValue) -> None:
    """What counts must hold on its first day, else deciding would pass it over in silence. Raises NoEffect, BadOverride."""
    prefix = area_prefix(row.area)
    for version in PackVersion.objects.filter(pack_id=row.pack_id, active_until__isnull=True):
        pack = installed.pack_of(version)
        if row.name not in pack.parameters:
            continue
        parameter = with_overrides(pack.parameters, installed.overrides(pack))[row.name]  # type: ignore[arg-type]
        same_day = [one for one in parameter.values if (one.area, one.since) == (prefix, row.starts_on)]
        last = max(same_day, key=lambda one: one.known or one.since)
        if last.value != installed.read_value(parameter, row.value):
            raise NoEffect(row.name, row.starts_on)


def withdraw_parameter(*, viewer: Viewer, parameter_id: int, reason: str, now: datetime) -> None:
    """
    Take back a value that nobody has approved yet. Safe to repeat.

    Raises:
        NotAllowed, NoSuchParameter, OutsideYourArea; WasUsed: it is approved.
    """
    permissions.require(viewer, "programs.manage")
    with transaction.atomic():
        row = ParameterValue.objects.filter(pk=parameter_id).first()
        if row is None:
            raise NoSuchParameter("", str(parameter_id))
        _require_area_of(viewer, row)
        if row.approved_by_id is not None:
            raise WasUsed(row.name)
        if ParameterValue.objects.filter(pk=row.pk, withdrawn_at__isnull=True, approved_by__isnull=True).update(
            withdrawn_at=now
        ):
            audit.record(
                viewer, action="programs.withdraw_parameter", object=f"parameter:{row.pk}", reason=reason, now=now
            )
