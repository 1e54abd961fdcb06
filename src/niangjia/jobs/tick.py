"""What time itself asks for: reminders, escalations, and a new anchor of the audit chain."""

from __future__ import annotations

from datetime import datetime

from niangjia.apps.audit import actions as audit
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders.types import SweepReport
from niangjia.jobs.verify import ANCHORS
from niangjia.kernel.deployment import Deployment


def tick(deployment: Deployment, *, now: datetime) -> SweepReport:
    """
    Remind of orders whose time is nearly over, escalate overdue ones, anchor the audit chain. Safe to repeat.

    `niangjia serve` calls it every ten minutes; without a server let cron call `niangjia tick`. Days without it lose nothing.
    """
    report = workorders.sweep(now=now)
    audit.anchor(file=deployment.folder / ANCHORS, now=now)
    return report
