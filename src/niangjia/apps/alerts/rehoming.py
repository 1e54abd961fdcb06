"""Rows of the standing list that are a union's which ends."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.alerts.models import CorrectedAlert, HardshipAlert, SensingRun
from niangjia.apps.alerts.types import RunKind, RunState
from niangjia.apps.audit import actions as audit
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal


class ListComingIn(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "月度名单正在接收，请等它接收完再办。", "A monthly list is coming in. Wait until it is in whole."
        )


def standing_month() -> Month | None:
    """The month of the newest list that is in whole; None before the first."""
    taken = SensingRun.objects.filter(kind=RunKind.MONTHLY).exclude(state=RunState.RECEIVING).order_by("-month").first()
    return Month(taken.month) if taken else None


def is_list_coming_in() -> bool:
    return SensingRun.objects.filter(state=RunState.RECEIVING).exists()


def count_standing_rows(org_id: int) -> int:
    """Rows of the standing list that are that very union's. Without scope: for whoever changes unions."""
    month = standing_month()
    return HardshipAlert.objects.filter(run__month=month.text, org_id=org_id).count() if month else 0


@transaction.atomic
def rehome_alerts(*, viewer: Viewer | None, from_id: int, to_id: int, now: datetime) -> int:
    """
    The standing month's rows become the union's that goes on; former lists stay as they were. Return how many. Safe to repeat. For the
    journey that asked for the right.

    Raises:
        ListComingIn.
    """
    if is_list_coming_in():
        raise ListComingIn
    month = standing_month()
    if month is None:
        return 0
    count = HardshipAlert.objects.filter(run__month=month.text, org_id=from_id).update(org_id=to_id)
    count += CorrectedAlert.objects.filter(run__month=month.text, org_id=from_id).update(org_id=to_id)
    if count:
        audit.record(
            viewer,
            action="alerts.rehome",
            object=f"union:{from_id}",
            detail={"to": to_id, "rows": count, "month": month.text},
            now=now,
        )
    return count
