"""The invented city's auditor: samples of what was held back, of what was refused and of what was paid, drawn with seeds that stand on them; one row found in order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from demo.town.office import COUNTY, Office
from niangjia.apps.accounts.types import Role
from niangjia.apps.inspections import actions, queries
from niangjia.apps.inspections.problems import NothingToDraw
from niangjia.apps.inspections.types import Result, SampleKind
from niangjia.apps.organizations import queries as unions
from niangjia.kernel.months import Month

SEED, SIZE = "demo-2023", 5


def play(office: Office, months: list[Month], clock: Callable[[], datetime]) -> int:
    """From each month what there is to draw; how many samples."""
    union = unions.find_city_union(COUNTY + "000000")
    assert union is not None, "the invented city has its union"
    auditor, count = office.clerk(union.id, Role.AUDITOR, clock()), 0
    for kind in SampleKind:
        for month in months:
            try:
                sample = actions.draw_sample(viewer=auditor, kind=kind, month=month, size=SIZE, seed=SEED, now=clock())
            except NothingToDraw:
                continue
            count += 1
            first = queries.get_sample(auditor, sample).items[0]
            actions.judge(
                viewer=auditor, sample_id=sample, ref=first.ref, result=Result.IN_ORDER, remark="", now=clock()
            )
    return count
