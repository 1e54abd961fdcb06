"""The invented city's assessments: one sheet published, one round of supervision with a correction in each state. All invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from demo.town import pictures
from demo.town.office import COUNTY, Office
from niangjia.apps.assessments import actions, queries
from niangjia.apps.assessments.types import Result
from niangjia.apps.organizations import queries as unions
from niangjia.apps.tasks import actions as tasks
from niangjia.jobs import assessing, rollup
from niangjia.kernel.deployment import Deployment

SHEET, SEED = "union-work-2026", "demo-2023"
ASKED = ("补做两户回访（虚构）", "补齐一笔发放的签收单（虚构）", "补登一次走访（虚构）", "更正一户的联系地址（虚构）")


def play(office: Office, deployment: Deployment, clock: Callable[[], datetime]) -> int:
    """How many corrections were asked."""
    county = unions.find_county_union(COUNTY + "000000")
    assert county is not None and county.parent_id is not None, "the invented city has its unions"
    lead, deputy = office.officer(county.parent_id, clock()), office.officer(county.id, clock())
    below = [one.id for one in queries.to_draw_from(lead) if one.level == county.level]
    made = actions.begin(
        viewer=lead,
        title="送温暖工作督查（虚构）",
        about="名单上的户是不是都走访过（虚构）\n资金有没有到本人账户（虚构）\n回访和第一次核实是不是一致（虚构）",
        org_ids=below,
        key="demo-round",
        now=clock(),
    )
    look = next(one for one in queries.get_round(lead, made, today=clock().date()).looks if one.org_id == county.id)
    paper = pictures.room(9)
    actions.note(
        viewer=lead, look_id=look.id, said="四处须整改（虚构）", result=Result.TO_CORRECT, evidence=[paper], now=clock()
    )
    due = clock().date() + timedelta(days=15)
    numbers = [actions.ask(viewer=lead, look_id=look.id, what=what, due=due, now=clock()) for what in ASKED]
    asked = queries.get_look(lead, look.id, today=clock().date()).corrections
    ids = {one.id: one.task.id for one in asked}
    for number in numbers[1:]:
        tasks.begin(viewer=deputy, task_id=ids[number], now=clock())
        tasks.report(viewer=deputy, task_id=ids[number], evidence=[paper], now=clock())
    tasks.accept(viewer=lead, task_id=ids[numbers[2]], now=clock())
    tasks.give_back(viewer=lead, task_id=ids[numbers[3]], reason="照片看不清（虚构）", now=clock())
    rollup.make(deployment, now=clock())
    assessing.publish(deployment, viewer=lead, sheet_id=SHEET, now=clock())
    return len(numbers)
