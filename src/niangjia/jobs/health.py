"""How feeds and runs stand, for the administrator's page: what came, what did not, what was set aside."""

from __future__ import annotations

from dataclasses import dataclass

from niangjia.engines import sensing
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.months import Month


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
