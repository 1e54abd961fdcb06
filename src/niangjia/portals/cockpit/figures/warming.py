"""The cockpit's usual questions, asked when a roll-up was made: a province's and its cities' leads find their pages answered."""

from __future__ import annotations

from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Level
from niangjia.jobs import rollup as rolling
from niangjia.kernel.deployment import Deployment
from niangjia.portals.cockpit.figures import mapped, targeting, views
from niangjia.portals.cockpit.figures.asked import Asked
from niangjia.portals.cockpit.figures.counting_up import Counter
from niangjia.portals.cockpit.figures.declared import declared
from niangjia.portals.cockpit.figures.taking import numbers_of

LARGE = (Level.PROVINCE, Level.CITY)


def warm(deployment: Deployment) -> int:
    """Answer and keep; returns how many pages. Nothing to do where the newest run has its answers. Raises RollupDamaged."""
    newest = rolling.open_newest(deployment)
    if newest is None or newest.has_kept_answers:
        return 0
    unions = [union for level in LARGE for union in organizations.list_at_level(level)]
    pages = [(union, panel) for union in unions for panel in declared().panels]
    for union, panel in pages:
        if panel.has_targets:
            targeting.shown_of(union)
        asked = Asked.first(newest, (union,))
        counter, chosen = Counter(newest, asked, panel.figures), panel.map[:1]
        numbers_of(panel, counter, chosen)
        for figure in panel.tiles:
            views.tile_of(counter, figure)
        for figure in chosen:
            mapped.map_of(counter, figure)
    newest.keep_answers()
    return len(pages)
