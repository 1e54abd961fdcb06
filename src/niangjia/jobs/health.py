"""How feeds, runs and messages stand, for the administrator's page: what came, what did not, what was set aside, what did not arrive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from niangjia.apps.audit import queries as audit
from niangjia.apps.messages import queries as messages
from niangjia.apps.messages.types import Channel, DeliveryState, FailedTry
from niangjia.engines import sensing
from niangjia.jobs.deliver import open_senders
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal


@dataclass(frozen=True)
class BatchLine:
    batch: str
    feed: str
    month: str
    rows_in: int
    rows_accepted: int
    rows_set_aside: int
    rows_duplicate: int


@dataclass(frozen=True)
class RunLine:
    """`counts`: households by state, and sensed, listed, active."""

    month: str
    run_id: str
    kind: str
    counts: dict[str, int]
    feeds_missing: tuple[str, ...]
    areas_without_standard: tuple[str, ...]
    set_aside: int
    seconds: float


@dataclass(frozen=True)
class MessagesLine:
    """
    How sending goes, without whom it goes to. `channels`: set up by the deployment; `wrong_set_up`: in words, what keeps messages in the
    inbox, or None. `is_behind`: of what happened hours ago no messages have been made yet.
    """

    channels: tuple[Channel, ...]
    wrong_set_up: Refusal | None
    counts: dict[Channel, dict[DeliveryState, int]]
    failed: list[FailedTry]
    stuck: int
    is_behind: bool


_MESSAGE_DAYS = timedelta(days=30)
_BEHIND = timedelta(hours=2)


def look_at_messages(deployment: Deployment, *, now: datetime) -> MessagesLine:
    """Deliveries of the last thirty days by channel and state, and the last tries that failed."""
    try:
        channels, wrong = tuple(sorted(open_senders(deployment))), None
    except Refusal as refusal:
        channels, wrong = (), refusal
    untold_since = audit.at_after(messages.told_up_to())
    is_behind = untold_since is not None and now - untold_since > _BEHIND
    counts: dict[Channel, dict[DeliveryState, int]] = {}
    for one in messages.count_deliveries(since=now - _MESSAGE_DAYS):
        counts.setdefault(one.channel, {})[one.state] = one.count
    return MessagesLine(
        channels,
        wrong,
        counts,
        messages.list_failed_tries(),
        messages.count_stuck(now=now),
        is_behind,
    )


def list_batches(deployment: Deployment, *, month: Month | None = None) -> list[BatchLine]:
    """Landed batches, newest first."""
    return [
        BatchLine(
            report.batch,
            report.feed,
            report.month,
            report.rows_in,
            report.rows_accepted,
            report.rows_set_aside,
            report.rows_duplicate,
        )
        for report in reversed(sensing.committed(deployment.lake))
        if month is None or report.month == month.text
    ]


def list_runs(deployment: Deployment) -> list[RunLine]:
    """Every run that was finished, newest month first."""
    lines = []
    for run in sensing.list_runs(deployment.runs):
        manifest = run.manifest()
        lines.append(
            RunLine(
                str(run.month),
                run.run_id,
                run.kind,
                run.counts,
                tuple(manifest["feeds_missing"]),
                tuple(manifest["areas_without_standard"]),
                manifest["set_aside"],
                manifest["seconds"],
            )
        )
    return lines
