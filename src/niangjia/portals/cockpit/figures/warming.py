"""The cockpit's usual questions, asked of a roll-up before it is read: a province's and its cities' leads find their pages answered."""

from __future__ import annotations

from django.utils import timezone

from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Level
from niangjia.engines.counting import Rollup
from niangjia.jobs import target_figures
from niangjia.portals.cockpit.figures import mapped, targeting, views
from niangjia.portals.cockpit.figures.asked import Asked
from niangjia.portals.cockpit.figures.counting_up import Counter
from niangjia.portals.cockpit.figures.declared import declared
from niangjia.portals.cockpit.figures.taking import numbers_of

LARGE = (Level.PROVINCE, Level.CITY)


def answer(newest: Rollup) -> int:
    """Ask what a province's and its cities' leads ask, and keep the answers; returns how many pages."""
    count = target_figures.Counter(newest, timezone.localdate())
    unions = [union for level in LARGE for union in organizations.list_at_level(level)]
    pages = [(union, panel) for union in unions for panel in declared().panels]
    for union, panel in pages:
        if panel.has_targets:
            targeting.shown_of(union, count)
        asked = Asked.first(newest, (union,))
        counter, chosen = Counter(newest, asked, panel.figures), panel.map[:1]
        numbers_of(panel, counter, chosen)
        for figure in panel.tiles:
            views.tile_of(counter, figure)
        for figure in chosen:
            mapped.map_of(counter, figure)
    newest.keep_answers()
    return len(pages)
