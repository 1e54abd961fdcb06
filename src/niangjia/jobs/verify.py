"""Every invariant of the house, read-only: the same check for tests, operators and the nightly run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.alerts import queries as alerts
from niangjia.apps.audit import queries as audit
from niangjia.apps.audit.types import ChainReport
from niangjia.apps.cases import queries as cases
from niangjia.apps.funds import verification as funds
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs import queries as programs
from niangjia.apps.registry import queries as registry
from niangjia.apps.workorders import queries as workorders
from niangjia.engines import sensing
from niangjia.kernel.deployment import Deployment

ANCHORS = "audit-anchors.jsonl"
BANK_FILES = "bank"
"""Folder of the deployment where bank files are kept."""


@dataclass(frozen=True)
class Breach:
    """A broken invariant: which one, where, and what was found."""

    rule: str
    place: str
    detail: str


def verify(
    deployment: Deployment, *, now: datetime, progress: Callable[[str, float], None] | None = None
) -> list[Breach]:
    """Check lake, runs, lists, orders, cases, money and the audit chain; empty = all is well. Changes nothing."""
    checks: list[tuple[str, Callable[[], list[Breach]]]] = [
        ("数据湖 · lake", lambda: [Breach(*found) for found in sensing.verify_lake(deployment.lake)]),
        ("感知结果 · runs", lambda: [Breach(*found) for found in sensing.verify_runs(deployment.runs)]),
        ("组织 · unions", lambda: _worded(organizations.verify())),
        ("账号 · accounts", lambda: _worded(accounts.verify(today=timezone.localdate(now)))),
        ("人员 · registry", lambda: _worded(registry.verify())),
        ("资金 · funds", lambda: _worded(funds.verify(deployment.folder / BANK_FILES))),
        ("工单 · orders", lambda: _worded(workorders.verify())),
        ("项目 · programs", lambda: _worded(programs.verify())),
        ("名单 · lists", lambda: _worded(alerts.verify())),
        ("个案 · cases", lambda: _worded(cases.verify())),
        ("审计 · audit", lambda: _audit(deployment)),
    ]
    breaches: list[Breach] = []
    for place, (label, check) in enumerate(checks):
        if progress:
            progress(label, place / len(checks))
        breaches += check()
    return breaches


def verify_audit(deployment: Deployment) -> ChainReport:
    """The chain against itself and against the anchors kept outside the database."""
    return audit.verify_chain(deployment.folder / ANCHORS)


def _audit(deployment: Deployment) -> list[Breach]:
    report = verify_audit(deployment)
    return [] if report.is_whole else [Breach("AUDIT_CHAIN", f"seq {report.broken_seq}", str(report.kind))]


def _worded(found: Iterable[object]) -> list[Breach]:
    """Each room words its own breaches; here they get one shape."""
    return [
        Breach(
            str(getattr(one, "rule", None) or getattr(one, "invariant", "")),
            str(getattr(one, "place", None) or getattr(one, "object", "")),
            str(getattr(one, "detail", None) or f"{getattr(one, 'zh', '')} {getattr(one, 'en', '')}".strip() or one),
        )
        for one in found
    ]
