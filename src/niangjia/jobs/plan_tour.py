"""
A bus plan worked out beside the request, in a folder of its own: ``tours/<plan>-<step>/`` of the deployment. It is only a proposal until an
officer takes it over; a plan that was changed meanwhile has another step, and another folder.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings import actions as bookings
from niangjia.apps.bookings import queries, touring
from niangjia.apps.bookings.problems import TourIsPublished
from niangjia.engines.scheduling import BusPlan
from niangjia.engines.scheduling.working import read_plan, write_asked
from niangjia.kernel import working
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.problems import Refusal
from niangjia.kernel.working import Standing

SECONDS = 20
"""At most; a county's plan stops earlier where nothing gets better any more."""
_KEPT_FROM_THE_CHILD = ("NIANGJIA_DATABASE_URL", "NIANGJIA_PASSWORD")


class NoSites(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "还没有站点。请先添加站点和人数。", "There are no sites yet. Add sites and how many want to come."
        )


class NotPlanned(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有可采用的安排，或站点、停靠已经改过。请重新排班。",
            "There is no proposal, or sites or stops were changed since. Plan again.",
        )


@dataclass(frozen=True)
class Proposal:
    """`plan` null: not there (yet)."""

    standing: Standing
    plan: BusPlan | None


def start(deployment: Deployment, viewer: Viewer, tour_id: int, *, seconds: int = SECONDS) -> bool:
    """
    Have it planned around the stops that are fixed; whether it was started. Safe to repeat: one that is done or under way is left alone.

    Raises: NotAllowed, NoSuchTour, NoSites, TourIsPublished.
    """
    folder = _prepare(deployment, viewer, tour_id, seconds)
    environment = {name: value for name, value in os.environ.items() if name not in _KEPT_FROM_THE_CHILD}
    return working.launch(folder, "niangjia.engines.scheduling", cwd=deployment.folder, environment=environment)


def _prepare(deployment: Deployment, viewer: Viewer, tour_id: int, seconds: int) -> Path:
    permissions.require(viewer, "bookings.manage")
    card = queries.get_tour(viewer, tour_id)
    if card.is_published:
        raise TourIsPublished
    if not card.sites:
        raise NoSites
    folder = _folder(deployment, tour_id, card.tour.step)
    folder.mkdir(parents=True, exist_ok=True)
    metres, minutes = touring.tables_of(card.tour, card.sites)
    fixed = touring.sessions_of(card.tour, [one for one in card.stops if one.is_fixed])
    write_asked(
        folder, touring.sites_of(card.tour, card.sites), touring.outings_of(card.tour), touring.lanes_of(card.tour), distance=metres, travel=minutes,
        fixed=fixed, seconds=seconds,
    )  # fmt: skip
    return folder


def find(deployment: Deployment, viewer: Viewer, tour_id: int) -> Proposal | None:
    """How far the planning of the plan as it stands is, and what it found; None: nobody asked for it. Raises NotAllowed, NoSuchTour."""
    card = queries.get_tour(viewer, tour_id)
    folder = _folder(deployment, tour_id, card.tour.step)
    if card.is_published or not (folder / working.ASKED).exists():
        return None
    standing = working.standing(folder)
    return Proposal(standing, read_plan(folder) if standing.state == "done" else None)


def stop(deployment: Deployment, viewer: Viewer, tour_id: int) -> None:
    """Safe to repeat. Raises NotAllowed, NoSuchTour."""
    permissions.require(viewer, "bookings.manage")
    folder = _folder(deployment, tour_id, queries.get_tour(viewer, tour_id).tour.step)
    if working.is_running(folder):
        (folder / working.STOP).touch()


def take(deployment: Deployment, viewer: Viewer, tour_id: int, *, now: datetime) -> None:
    """The proposal becomes the plan. Raises NotAllowed, NoSuchTour, NotPlanned, TourIsPublished."""
    found = find(deployment, viewer, tour_id)
    if found is None or found.plan is None:
        raise NotPlanned
    card = queries.get_tour(viewer, tour_id)
    fixed = touring.sessions_of(card.tour, [one for one in card.stops if one.is_fixed])
    stops = touring.stops_of(card.tour, found.plan.sessions, fixed)
    stops += touring.stops_of(card.tour, found.plan.unkept, fixed)  # they stay, with what is wrong said beside them
    bookings.take_plan(viewer=viewer, tour_id=tour_id, stops=stops, now=now)


def _folder(deployment: Deployment, tour_id: int, step: int) -> Path:
    return deployment.folder / "tours" / f"{tour_id}-{step}"
