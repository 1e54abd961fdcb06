"""What time itself asks for: reminders, escalations, decisions made anew after what became known late, messages, an anchor of the audit chain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib.sessions.backends.db import SessionStore

from niangjia.apps.audit import actions as audit
from niangjia.apps.bookings import actions as bookings
from niangjia.apps.cases import actions as cases
from niangjia.apps.files import actions as files
from niangjia.apps.matters import actions as matters
from niangjia.apps.messages import actions as messages
from niangjia.apps.programs import actions as programs
from niangjia.apps.tasks import actions as tasks
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders.types import SweepReport
from niangjia.jobs import deliver, export_kept, import_workbook, kept_workbooks, rollup
from niangjia.kernel.deployment import Deployment


def tick(deployment: Deployment, *, now: datetime, answer: rollup.Answering | None = None) -> SweepReport:
    """
    Remind of orders whose time is nearly over, of bookings of the next day, of tasks about to be due or late, escalate overdue ones, make decisions anew that a late notice touches (differences wait
    for a person), end applications whose money has arrived, anchor the audit chain, tell people what waits for them, forget old messages that were read,
    sweep what an upload that died left behind, forget workbooks whose time is over, and sessions that are with what they kept, and count everything anew once an hour (`answer` asks it what its readers will ask). Safe to repeat.

    What fails keeps nothing else from being done; it is raised at the end (several: ExceptionGroup) and tried again by the next tick.

    `niangjia serve` calls it every ten minutes; without a server let cron call `niangjia tick`. Days without it lose nothing.
    """
    reports: list[SweepReport] = []
    steps: tuple[Callable[[], object], ...] = (
        lambda: reports.append(workorders.sweep(now=now)),
        lambda: programs.reconsider_late_changes(now=now),
        lambda: matters.close_paid(now=now),
        lambda: bookings.remind(now=now),
        lambda: tasks.remind(now=now),
        lambda: audit.anchor(file=deployment.anchors, now=now),
        lambda: deliver.run(deployment, now=now),
        lambda: messages.forget_old(now=now),
        lambda: cases.sweep_drafts(now=now),
        lambda: files.sweep(now=now),
        SessionStore.clear_expired,
        lambda: import_workbook.sweep(deployment, now=now),
        lambda: export_kept.sweep(deployment, now=now),
        lambda: kept_workbooks.sweep(deployment, now=now),
        lambda: rollup.make_when_old(deployment, now=now, answer=answer),
    )
    failures: list[Exception] = []
    for step in steps:
        try:
            step()
        except Exception as failure:
            failures.append(failure)
    if len(failures) == 1:
        raise failures[0]
    if failures:
        raise ExceptionGroup("steps of the tick failed; the others were done", failures)
    return reports[0]
