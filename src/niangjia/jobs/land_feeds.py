"""Feed files → lake; a late batch of a month that has a list makes that month's correction list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from django.db import transaction

from niangjia.apps.audit import actions as audit
from niangjia.apps.audit import queries as audit_queries
from niangjia.engines import sensing
from niangjia.jobs import sense_month
from niangjia.kernel.deployment import Deployment, programs_folder
from niangjia.kernel.months import Month

Progress = Callable[[str, float], None]
LANDED = "lake.land"


def land(
    deployment: Deployment,
    folder: Path,
    *,
    now: datetime,
    override: str | None = None,
    progress: Progress | None = None,
) -> list[sensing.BatchReport]:
    """
    Land one month folder, or a folder of month folders. `override` lets batches of unusual size pass, with that reason logged.

    Safe to repeat and to go on with after a crash: a batch's audit event comes last of what it brings about, so whatever
    has none yet is finished by the next landing, of whichever folder.

    Raises:
        Refusal: the folder holds no month folder.
    """
    reports = sensing.land_folder(
        deployment.lake,
        folder,
        keys=deployment.keys(),
        feeds=sensing.load_feeds(programs_folder()),
        progress=progress,
        override=override,
        memory_limit=deployment.memory_limit,
        threads=deployment.threads,
    )
    for month in late_months(deployment, (Month(report.month) for report in _unrecorded(deployment))):
        sense_month.sense_as_far_as_possible(deployment, month, now=now, progress=progress)
    with transaction.atomic():
        audit.record_many(
            None,
            entries=[
                sense_month.entry(
                    LANDED,
                    f"batch:{report.batch}",
                    {
                        "rows": report.rows_in,
                        "accepted": report.rows_accepted,
                        "set_aside": report.rows_set_aside,
                        "overridden": bool(report.override),
                    },
                    reason=report.override,
                )
                for report in _unrecorded(deployment)
            ],
            now=now,
        )
    return reports


def _unrecorded(deployment: Deployment) -> list[sensing.BatchReport]:
    """Landed batches without their audit event, in order of arrival."""
    recorded = audit_queries.objects_of(LANDED)
    return [report for report in sensing.committed(deployment.lake) if f"batch:{report.batch}" not in recorded]


def late_months(deployment: Deployment, landed: Iterable[Month]) -> list[Month]:
    """Months that already have a list and now got another batch."""
    return sorted({month for month in landed if sensing.official_run(deployment.runs, month) is not None})
