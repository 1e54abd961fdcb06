"""The roll-up: what happened everywhere in the house, as rows that figures are counted from. Made anew as a whole; read until the next is there."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from django.utils.timezone import localdate

from niangjia.apps.alerts import queries as alerts
from niangjia.apps.assessments import queries as assessments
from niangjia.apps.bookings import queries as bookings
from niangjia.apps.cases import queries as cases
from niangjia.apps.contests import queries as contests
from niangjia.apps.funds import queries as funds
from niangjia.apps.matters import queries as matters
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.places import queries as places
from niangjia.apps.programs import queries as programs
from niangjia.apps.tasks import queries as tasks
from niangjia.apps.volunteers import queries as volunteers
from niangjia.apps.workorders import queries as workorders
from niangjia.engines import counting
from niangjia.kernel.deployment import Deployment, programs_folder

FOLDER, KEPT = "rollups", "rollups-kept"
GROWS_OLD = timedelta(minutes=55)


Answering = Callable[[counting.Rollup], object]
"""Asks a new run what its readers will ask it, before they do."""


def make(deployment: Deployment, *, now: datetime, answer: Answering | None = None) -> dict[str, int]:
    """Write every source as it stands at `now`; rows by source. Safe to repeat; the newest stays until the new one is whole, and answered."""
    declared = counting.load_sources(programs_folder())
    rows = _rows(now)
    return counting.write_rollup(
        deployment.folder / FOLDER,
        as_of=now,
        unions=(counting.UnionRow(*row) for row in organizations.list_tree_to_count()),
        sources=((source, rows.get(name, ())) for name, source in declared.items()),
        before=lambda run: _answered(counting.Rollup(run, declared), answer) if answer else None,
    )


def _answered(run: counting.Rollup, answer: Answering) -> None:
    """Without its answers it is as right, and slower to read."""
    try:
        answer(run)
    except Exception:
        logging.getLogger(__name__).exception("the roll-up %s is read without answers", run.run.name)


def make_when_old(deployment: Deployment, *, now: datetime, answer: Answering | None = None) -> None:
    """Unless one was made within the hour that can be read and is as it was written: what is kept open in this process is not asked."""
    made_at = counting.whole_as_of(deployment.folder / FOLDER)
    if made_at is not None and now - made_at < GROWS_OLD:
        try:
            open_newest(deployment)
            return
        except counting.RollupDamaged:
            pass
    make(deployment, now=now, answer=answer)


def _rows(now: datetime) -> Mapping[str, Iterable[Mapping[str, Any]]]:
    return {
        "listing": alerts.listings_to_count(),
        "case": cases.cases_to_count(),
        "visit": cases.visits_to_count(),
        "verification": cases.verifications_to_count(),
        "order": workorders.counted_orders(now),
        "order_step": workorders.counted_steps(),
        "spot_check": cases.spot_checks_to_count(),
        "payment": _payments(),
        "budget": funds.budgets_to_count(),
        "award": chain(cases.grants_to_count(), matters.grants_to_count()),
        "matter": matters.matters_to_count(),
        "tally": matters.tallies_to_count(),
        "rating": matters.ratings_to_count(),
        "attendance": bookings.attendances_to_count(),
        "talk": bookings.talks_to_count(),
        "place": places.places_to_count(),
        "place_project": places.projects_to_count(localdate(now)),
        "place_level": places.levels_to_count(),
        "help": volunteers.helped_to_count(),
        "entry": contests.entries_to_count(),
        "honour": contests.honours_to_count(),
        "correction": assessments.corrections_to_count(now),
        "task": tasks.tasks_to_count(localdate(now)),
    }


def _payments() -> Iterator[Mapping[str, Any]]:
    yield from funds.given_to_count(cases.signals_at(), programs.lines_given_by)


def open_newest(deployment: Deployment) -> counting.Rollup | None:
    """The newest; None: none was made yet. Raises RollupDamaged."""
    folder = deployment.folder / FOLDER
    name = counting.Rollup.newest(folder)
    return _opened(folder / name, (folder / counting.POINTER).stat().st_mtime_ns) if name else None


def keep(deployment: Deployment, run: str) -> None:
    """So that this run can be read for good. Safe to repeat. Raises RollupDamaged: it is gone."""
    kept = deployment.folder / KEPT / run
    if kept.is_dir():
        return
    making = kept.with_name(f".{run}-{os.getpid()}")
    shutil.rmtree(making, ignore_errors=True)
    try:
        shutil.copytree(deployment.folder / FOLDER / run, making, copy_function=_linked)
        making.rename(kept)
    except OSError as error:
        shutil.rmtree(making, ignore_errors=True)
        if not kept.is_dir():  # somebody kept it at the same time
            raise counting.RollupDamaged(run) from error


def _linked(source: str, target: str) -> None:
    """A run never changes: a second name for its file is enough, where the disk has such."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def open_kept(deployment: Deployment, run: str) -> counting.Rollup:
    """Raises RollupDamaged: it is gone, or was never kept."""
    return _opened(deployment.folder / KEPT / run, 0)


@lru_cache(maxsize=3)
def _opened(run: Path, _written: int) -> counting.Rollup:
    return counting.Rollup(run, counting.load_sources(programs_folder()))
