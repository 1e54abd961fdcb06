"""Receiving the monthly list, looking at its sample, releasing it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice

from django.db import IntegrityError, transaction

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.alerts.models import CorrectedAlert, HardshipAlert, SampledAlert, SensingRun
from niangjia.apps.alerts.queries import NoListYet, run_card
from niangjia.apps.alerts.rehoming import ListComingIn, rehome_alerts
from niangjia.apps.alerts.types import (
    ACTIVE_STATES,
    AlertGrade,
    AlertState,
    GradeChange,
    RunCard,
    RunInfo,
    RunKind,
    RunState,
    SignalRow,
)
from niangjia.apps.audit import actions as audit
from niangjia.apps.organizations import scope
from niangjia.kernel.money import yuan
from niangjia.kernel.months import Month
from niangjia.kernel.problems import DataProblem, Refusal

CHUNK = 1000

# The sample before release: 5 % of the list, and at least 30 (sensing.md §1). More than 2 % wrong asks for a reason (§12).
SAMPLE_SHARE = Decimal("0.05")
SAMPLE_LEAST = 30
WRONG_SHARE = Decimal("0.02")

__all__ = ["ListComingIn", "rehome_alerts"]


class TwoListsOfOneMonth(Refusal):
    def __init__(self, month: str) -> None:
        super().__init__(
            f"{month} 已有名单，内容与这次不同，没有覆盖。如因迟到数据需要更正，请按更正名单接收。",
            f"{month} already has a list with other content; nothing was overwritten. If late data corrects it, receive it as a correction.",
        )


class ListIncomplete(DataProblem):
    def __init__(self, month: str, announced: int, came: int) -> None:
        super().__init__(
            f"{month} 名单应有 {announced} 户，收到 {came} 户。名单未启用，请重新接收。",
            f"The list of {month} announces {announced} households, {came} came. It is not in use; receive it again.",
        )


class SampleNotLookedAt(Refusal):
    def __init__(self, month: str, left: int) -> None:
        super().__init__(
            f"{month} 名单还有 {left} 户抽样未核看，暂不能发布。请先核看抽样。",
            f"{left} sampled households of {month} have not been looked at. Look at the sample, then release.",
        )


class SampleIsWrong(Refusal):
    def __init__(self, month: str, wrong: int, size: int) -> None:
        super().__init__(
            f"{month} 名单抽样 {size} 户中 {wrong} 户有误，超过百分之二。如仍要发布，请写明理由。",
            f"{wrong} of {size} sampled households of {month} are wrong, more than two percent. To release all the same, give a reason.",
        )


class ListIsWider(Refusal):
    def __init__(self, month: str) -> None:
        super().__init__(
            f"{month} 名单超出您的管辖范围，应由上级工会发布。",
            f"The list of {month} reaches beyond your part of the tree; the union above releases it.",
        )


def receive_run(
    *,
    viewer: Viewer | None,
    run: RunInfo,
    rows: Iterable[SignalRow],
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> RunCard:
    """
    Take in a month's list, or a correction of it; `viewer` None is the monthly job. Nobody sees it before its last row is in.

    Safe to repeat, and to go on with after a crash: rows that are in stay, the others follow. A list that was taken in before
    changes nothing. A correction is kept as differences to the month's list, which stays as it was.

    Raises:
        TwoListsOfOneMonth: the month has another list and this is no correction.
        NoListYet: a correction of a month without a list.
        ListIncomplete: other than the announced number of rows came.
    """
    if viewer is not None:
        permissions.require(viewer, "alerts.release")
    try:
        record = _begin(run)
    except IntegrityError as error:  # another list of this month began at the same moment
        raise TwoListsOfOneMonth(run.month.text) from error
    if record.state != RunState.RECEIVING:
        return run_card(record)
    if run.kind is RunKind.CORRECTION:
        return _receive_correction(viewer, record, rows, now)
    grades = _grades_before(record)
    done = 0
    for chunk in _chunks(rows, CHUNK):
        with transaction.atomic():
            HardshipAlert.objects.bulk_create([_alert(record, row, grades) for row in chunk], ignore_conflicts=True)
        done += len(chunk)
        if progress:
            progress(done)
    with transaction.atomic():
        kept = record.alerts.count()
        if not done == kept == record.row_count:
            raise ListIncomplete(record.month, record.row_count, min(done, kept))
        return _finish(viewer, record, now, {"households": kept})


def _begin(run: RunInfo) -> SensingRun:
    with transaction.atomic():
        if run.kind is RunKind.MONTHLY:
            standing = SensingRun.objects.filter(month=run.month.text, kind=RunKind.MONTHLY).first()
            if standing and standing.list_hash == run.list_hash:
                return standing
            if standing and standing.state != RunState.RECEIVING:
                raise TwoListsOfOneMonth(run.month.text)
            if standing:
                # Half a list that nobody has seen: its run was repeated on other data before it was all in.
                standing.alerts.all().delete()
                standing.delete()
        record, _ = SensingRun.objects.get_or_create(
            month=run.month.text,
            list_hash=run.list_hash,
            kind=run.kind,
            defaults={
                "run_id": run.run_id,
                "manifest_hash": run.manifest_hash,
                "row_count": run.row_count,
                "says": {code: dict(say) for code, say in run.says.items()},
                "gaps": list(run.gaps),
            },
        )
        return record


def _finish(viewer: Viewer | None, record: SensingRun, now: datetime, detail: dict[str, object]) -> RunCard:
    won = SensingRun.objects.filter(pk=record.pk, state=RunState.RECEIVING).update(
        state=RunState.RECEIVED, received_at=now
    )
    record.refresh_from_db()
    if won:
        audit.record(
            viewer,
            action="alerts.receive_run",
            object=f"run:{record.pk}",
            detail={"month": record.month, "kind": record.kind, "list": record.list_hash} | detail,
            now=now,
        )
    return run_card(record)


def _receive_correction(viewer: Viewer | None, record: SensingRun, rows: Iterable[SignalRow], now: datetime) -> RunCard:
    standing = (
        SensingRun.objects.filter(month=record.month, kind=RunKind.MONTHLY).exclude(state=RunState.RECEIVING).first()
    )
    if standing is None:
        raise NoListYet(Month(record.month))
    before = {alert.household_id: alert for alert in standing.alerts.all()}
    differences, came = [], 0
    for row in rows:
        came += 1
        after = _alert(record, row, {})
        old = before.pop(row.household_id, None)
        if old is None:
            differences.append(_difference(record, after, "ADDED", {}, _content(after)))
        elif _content(old) != _content(after):
            differences.append(_difference(record, after, "CHANGED", _content(old), _content(after)))
    differences += [_difference(record, old, "REMOVED", _content(old), {}) for old in before.values()]
    if came != record.row_count:
        raise ListIncomplete(record.month, record.row_count, came)
    with transaction.atomic():
        CorrectedAlert.objects.bulk_create(differences, ignore_conflicts=True, batch_size=CHUNK)
        return _finish(viewer, record, now, {"differences": len(differences)})


def _difference(record: SensingRun, alert: HardshipAlert, kind: str, before: dict, after: dict) -> CorrectedAlert:
    return CorrectedAlert(
        run=record, household_id=alert.household_id, org_id=alert.org_id, kind=kind, before=before, after=after
    )


_COMPARED = (
    "state",
    "grade",
    "causes",
    "triggers",
    "suppress_code",
    "labels",
    "reasons",
    "I2",
    "I3",
    "I4",
    "I5",
    "M4",
    "M5",
    "size",
)


def _content(alert: HardshipAlert) -> dict[str, object]:
    return {name: str(value) if isinstance(value := getattr(alert, name), Decimal) else value for name in _COMPARED}


def _grades_before(record: SensingRun) -> dict[int, str]:
    before = (
        SensingRun.objects.filter(kind=RunKind.MONTHLY, month__lt=record.month)
        .exclude(state=RunState.RECEIVING)
        .order_by("-month")
        .first()
    )
    if before is None:
        return {}
    return dict(before.alerts.filter(state__in=ACTIVE_STATES).values_list("household_id", "grade"))


def _alert(record: SensingRun, row: SignalRow, grades: dict[int, str]) -> HardshipAlert:
    previous = grades.get(row.household_id, "")
    return HardshipAlert(
        run=record,
        month=record.month,
        household_id=row.household_id,
        org_id=row.org_id,
        area=row.area,
        state=AlertState(row.state),
        grade=row.grade,
        previous_grade=previous,
        change=_change(previous, row.grade) if row.state == AlertState.CONTINUING else "",
        causes=_joined(row.causes),
        triggers=_joined(row.triggers),
        suppress_code=row.suppress_code,
        labels=_joined(row.labels),
        reasons=_joined(row.reasons),
        I2=_money(row.I2),
        I3=_money(row.I3),
        I4=_money(row.I4),
        I5=_ratio(row.I5),
        M4=_money(row.M4),
        M5=_money(row.M5),
        size=row.size,
        students=row.students,
        dis_grade=row.dis_grade,
        months_uninsured=row.months_uninsured,
        confidence=_ratio(row.confidence),
        first_month=row.first_month,
    )


def _change(previous: str, grade: str) -> str:
    if not previous or not grade:
        return ""
    before, now = AlertGrade.values.index(previous), AlertGrade.values.index(grade)
    return GradeChange.SAME if before == now else GradeChange.ESCALATED if now < before else GradeChange.EASED


def _joined(codes: Sequence[str]) -> str:
    return f"|{'|'.join(sorted(codes))}|" if codes else ""


def _money(value: Decimal | None) -> Decimal | None:
    return None if value is None else yuan(value)


def _ratio(value: Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(value).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _chunks(rows: Iterable[SignalRow], size: int) -> Iterator[list[SignalRow]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk


def draw_sample(*, viewer: Viewer, month: Month, now: datetime, seed: str = "") -> int:
    """
    Draw the households that are looked at before release; return how many.

    The larger of 5 % and 30, from the active and the held, by `seed`, which is kept; without one, the list's own hash,
    so that the draw can be repeated by anyone and steered by nobody. Safe to repeat: a sample is drawn once.

    Raises:
        NotAllowed, NoListYet.
    """
    permissions.require(viewer, "alerts.release")
    with transaction.atomic():
        run = _received(month)
        if run.sample_seed:
            return SampledAlert.objects.filter(alert__run=run).count()
        seed = seed or run.list_hash
        pool = list(
            run.alerts.filter(state__in=[*ACTIVE_STATES, AlertState.HELD])
            .order_by("household_id")
            .values_list("pk", flat=True)
        )
        size = min(len(pool), max(SAMPLE_LEAST, math.ceil(len(pool) * SAMPLE_SHARE)))
        drawn = random.Random(seed).sample(pool, size)
        if not SensingRun.objects.filter(pk=run.pk, sample_seed="").update(sample_seed=seed):
            return SampledAlert.objects.filter(alert__run=run).count()
        SampledAlert.objects.bulk_create([SampledAlert(alert_id=pk) for pk in drawn], batch_size=CHUNK)
        audit.record(
            viewer,
            action="alerts.draw_sample",
            object=f"run:{run.pk}",
            detail={"month": month.text, "seed": seed, "households": size},
            now=now,
        )
        return size


def record_sample(*, viewer: Viewer, alert_ids: Sequence[int], is_right: bool, now: datetime, note: str = "") -> int:
    """
    Note that these sampled households stand rightly, or wrongly, on the list; return how many were noted.

    Safe to repeat; a later word replaces an earlier one until the list is released.

    Raises:
        NotAllowed.
    """
    permissions.require(viewer, "alerts.release")
    with transaction.atomic():
        sampled = scope.within(SampledAlert.objects.all(), viewer.org_path, "alert__org__path").filter(
            alert_id__in=list(alert_ids), alert__run__state=RunState.RECEIVED
        )
        ids = list(sampled.values_list("pk", flat=True))
        noted = SampledAlert.objects.filter(pk__in=ids).update(
            is_right=is_right, note=note, looked_at_by=viewer.account_id, looked_at_at=now
        )
        if noted:
            audit.record(
                viewer,
                action="alerts.record_sample",
                object="sample",
                detail={"rows": sorted(ids), "is_right": is_right},
                reason=note,
                now=now,
            )
        return noted


def release(*, viewer: Viewer, month: Month, now: datetime, reason: str = "") -> RunCard:
    """
    Release the month's list: from now on it is seen below and can be dispatched.

    Safe to repeat: a released list stays released by whom it was.

    Raises:
        NotAllowed, NoListYet, ListIsWider: it has rows outside the viewer's part of the tree.
        SampleNotLookedAt: no sample, or not all of it looked at.
        SampleIsWrong: more than 2 % wrong and no `reason`.
    """
    permissions.require(viewer, "alerts.release")
    with transaction.atomic():
        run = _received(month)
        if run.state == RunState.RELEASED:
            return run_card(run)
        if scope.within(run.alerts.all(), viewer.org_path, "org__path").count() != run.alerts.count():
            raise ListIsWider(month.text)
        sample = SampledAlert.objects.filter(alert__run=run)
        size, left, wrong = (
            sample.count(),
            sample.filter(is_right__isnull=True).count(),
            sample.filter(is_right=False).count(),
        )
        if left or not run.sample_seed:
            raise SampleNotLookedAt(month.text, left or SAMPLE_LEAST)
        if size and wrong > size * WRONG_SHARE and not reason.strip():
            raise SampleIsWrong(month.text, wrong, size)
        won = SensingRun.objects.filter(pk=run.pk, state=RunState.RECEIVED).update(
            state=RunState.RELEASED, released_at=now, released_by=viewer.account_id
        )
        if won:
            detail = {"month": month.text, "sampled": size, "wrong": wrong, "list": run.list_hash}
            audit.record(viewer, action="alerts.release", object=f"run:{run.pk}", detail=detail, reason=reason, now=now)
        run.refresh_from_db()
        return run_card(run)


def release_correction(*, viewer: Viewer, month: Month, now: datetime) -> int:
    """
    Show the month's corrections to the unions below; return how many lists. The month's own list stays as it was.

    Raises:
        NotAllowed, NoListYet: there is no correction of this month.
    """
    permissions.require(viewer, "alerts.release")
    with transaction.atomic():
        runs = SensingRun.objects.filter(month=month.text, kind=RunKind.CORRECTION).exclude(state=RunState.RECEIVING)
        if not runs.exists():
            raise NoListYet(month)
        shown = runs.filter(state=RunState.RECEIVED).update(
            state=RunState.RELEASED, released_at=now, released_by=viewer.account_id
        )
        if shown:
            audit.record(
                viewer, action="alerts.release_correction", object=f"month:{month}", detail={"lists": shown}, now=now
            )
        return shown


def _received(month: Month) -> SensingRun:
    run = SensingRun.objects.filter(month=month.text, kind=RunKind.MONTHLY).exclude(state=RunState.RECEIVING).first()
    if run is None:
        raise NoListYet(month)
    return run
