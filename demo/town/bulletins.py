"""The invented city's bulletins: one monthly issued, one in review, one withdrawn. All invented."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from demo.town.office import COUNTY, Office
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bulletins import actions, queries
from niangjia.apps.organizations import queries as unions
from niangjia.jobs import rollup
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.months import Month
from niangjia.portals.cockpit.bulletins.filling import fill

MARK = "绍市总工"
HARDSHIP, SUPERVISION = "hardship-monthly", "supervision-monthly"


def play(deployment: Deployment, office: Office, months: Sequence[Month], clock: Callable[[], datetime]) -> None:
    """One clerk of the city's union writes, another reads and issues."""
    city = unions.find_city_union(COUNTY + "000000")
    assert city, "the invented city has its union"
    clerk, chief = office.officer(city.id, clock()), office.officer(city.id, clock(), nth=2)
    counted, last = rollup.open_newest(deployment), months[-1]

    def draft(kind: str, month: Month) -> int:
        filled = fill(clerk, queries.get_kind(kind), month.text, counted)
        return actions.draft(
            viewer=clerk, kind=kind, period=month.text, content=filled.content, figures=filled.figures, tables=filled.tables,
            as_of=filled.as_of, mark=MARK, key=f"demo-{kind}-{month}", now=clock(),
        )  # fmt: skip

    wrong = draft(SUPERVISION, last)
    _issue(chief, wrong, clock)
    reason = "演示：漏列一个县的数字，更正后另发"
    actions.withdraw(viewer=chief, bulletin_id=wrong, reason=reason, now=clock())
    _issue(chief, draft(HARDSHIP, last), clock)
    actions.review(viewer=chief, bulletin_id=draft(HARDSHIP, last.previous()), now=clock())


def _issue(chief: Viewer, bulletin_id: int, clock: Callable[[], datetime]) -> None:
    actions.review(viewer=chief, bulletin_id=bulletin_id, now=clock())
    actions.issue(viewer=chief, bulletin_id=bulletin_id, now=clock())
