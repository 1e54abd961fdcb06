"""The invented city's tasks: one in every state, one overdue, and the board with two bids, of which one was picked. All invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from demo.town import pictures
from demo.town.office import COUNTY, Office
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import queries as unions
from niangjia.apps.tasks import actions

NO_PAPER = "演示：现场核对，没有书面材料"


def play(office: Office, clock: Callable[[], datetime]) -> None:
    """The city sets, its counties do."""
    city, county = unions.find_city_union(COUNTY + "000000"), unions.find_county_union(COUNTY + "000000")
    assert city and county, "the invented city has its unions"
    lead, deputy = office.officer(city.id, clock()), office.officer(county.id, clock())
    others = [
        one
        for one in unions.list_children(city.id)
        if one.is_active and one.level == county.level and one.id != county.id
    ]

    def given(title: str, what: str, *, days: int = 60, ago: int = 0, **more) -> int:
        now = clock() - timedelta(days=ago)
        facts = {"owner_id": county.id, "due_on": now.date() + timedelta(days=days), "key": f"demo-task-{title}"} | more
        return actions.set_task(viewer=lead, title=title, what=what, now=now, **facts)

    first = given("困难职工走访情况汇总", "每个乡镇交一份汇总", programme="warm-action-2022", indicator="visited")
    actions.change(
        viewer=lead, task_id=first, title="困难职工走访情况汇总", what="每个乡镇交一份汇总，附走访照片", due_on=clock().date() + timedelta(days=75),
        owner_id=county.id, reason="演示：乡镇要多半个月", now=clock(),
    )  # fmt: skip
    helped = given(
        "助力山区县工作站换届选点",
        "选出新一批服务工匠，公布联系方式",
        programme="workforce-reform-2022",
        measure="projects",
    )
    _begin(deputy, helped, clock, 60, "已推荐十二名工匠，正在公示")
    given(
        "领头雁企业摸底",
        "每个镇街推荐一家，写明带动办法",
        days=45,
        programme="workforce-reform-2022",
        measure="lead-geese",
    )
    late = given("户外劳动者驿站补充设备", "缺微波炉、药箱的驿站全部补齐", days=20, ago=45)
    _begin(deputy, late, clock, 40, "六个驿站已补齐，还差四个")
    reported = given("帮扶资金使用自查", "逐笔核对并写出自查说明", is_rectification=True)
    _begin(deputy, reported, clock, 90, "逐笔核对完毕，正在写说明")
    actions.report(viewer=deputy, task_id=reported, evidence=[pictures.room(3)], now=clock())
    done = given("冬季送温暖方案", "方案经县总工会会议通过")
    _begin(deputy, done, clock, 100, "会议已经通过")
    actions.report(viewer=deputy, task_id=done, no_evidence=NO_PAPER, now=clock())
    actions.give_back(viewer=lead, task_id=done, reason="演示：请写明会议日期", now=clock())
    actions.report(viewer=deputy, task_id=done, no_evidence=NO_PAPER, now=clock())
    actions.accept(viewer=lead, task_id=done, now=clock())
    dropped = given("职工书屋清查", "清查全部书屋")
    actions.withdraw(viewer=lead, task_id=dropped, reason="演示：并入驿站检查", now=clock())
    _board(lead, [deputy, *(office.officer(one.id, clock()) for one in others[:1])], given, clock)


def _begin(viewer: Viewer, task_id: int, clock: Callable[[], datetime], percent: int, text: str) -> None:
    actions.begin(viewer=viewer, task_id=task_id, now=clock())
    key = f"demo-progress-{task_id}"
    actions.note(viewer=viewer, task_id=task_id, percent=percent, text=text, key=key, now=clock())


def _board(lead: Viewer, bidders: list[Viewer], given: Callable, clock: Callable[[], datetime]) -> None:
    """One still open to bids; one that the last of two bidders got."""
    day = clock().date()
    given("工会夜校进园区", "三个园区各开两个班", owner_id=None, bids_until=day + timedelta(days=30))
    posted = day - timedelta(days=20)
    won = given(
        "新就业群体入会试点",
        "一个街道的外卖站点全部建会",
        ago=20,
        days=90,
        owner_id=None,
        bids_until=posted + timedelta(days=10),
    )
    bids = [
        actions.bid(
            viewer=one, task_id=won, plan=plan, promised_on=day + timedelta(days=40 - 5 * place),
            now=clock() - timedelta(days=15),
        )
        for place, (one, plan) in enumerate(zip(bidders, ("先摸底，再逐站建会", "与平台企业同步，两周一站"), strict=False))
    ]  # fmt: skip
    actions.pick(viewer=lead, task_id=won, bid_id=bids[-1], reason="演示：办法可行，日期更早", now=clock())
