"""Where a viewer can go: one entry a page, shown to those whose post allows it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer


@dataclass(frozen=True)
class Entry:
    """
    `action` empty = for every post; `is_tab` = also in the bar at the foot of a phone; `also` = parts of addresses, or of their queries, of
    pages that belong to it; `group` a key of GROUPS, empty = before all groups.
    """

    route: str
    label: object
    icon: str
    action: str = ""
    is_tab: bool = False
    also: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True)
class Shown:
    label: object
    icon: str
    url: str
    is_here: bool
    is_tab: bool
    count: int = 0  # of what is new there
    group: str = ""


@dataclass(frozen=True)
class Group:
    """`label` empty = stands before the groups, without a head. `is_open`: one's usual pages are in it, or the page one is on."""

    label: object
    entries: list[Shown]
    is_open: bool


INBOX = "public:inbox"
MOST_TABS = 5
FEW = 10
"""So many entries stand open together: nothing to fold."""

GROUPS = {
    "work": pgettext_lazy("menu", "办理"),
    "list": pgettext_lazy("menu", "名单"),
    "services": pgettext_lazy("menu", "服务"),
    "targets": pgettext_lazy("menu", "目标"),
    "money": pgettext_lazy("menu", "资金"),
    "rules": pgettext_lazy("menu", "规则"),
    "house": pgettext_lazy("menu", "系统"),
}

ENTRIES = (
    Entry("officer:workbench", _("工作台"), "layout-dashboard", is_tab=True),
    Entry("cockpit:cockpit", _("驾驶舱"), "chart-histogram", "cockpit.view"),
    Entry(INBOX, _("消息"), "inbox"),
    Entry(
        "officer:list", _("月度名单"), "list-details", "alerts.view", is_tab=True, also=("/households/",), group="list"
    ),
    Entry("officer:orders", _("工单"), "ticket", "workorders.view", is_tab=True, group="work"),
    Entry("officer:late", _("超期看板"), "hourglass", "workorders.view", also=("/transfers/",), group="work"),
    Entry(
        "officer:review",
        _("复核审批"),
        "clipboard-check",
        "cases.review",
        is_tab=True,
        also=("from=review",),
        group="work",
    ),
    Entry("officer:checks", _("核实抽查"), "rotate", "cases.see_checks", group="work"),
    Entry("officer:files", _("困难档案"), "home-heart", "cases.view", is_tab=True, group="list"),
    Entry("officer:people", _("查人"), "search", "registry.view", group="list"),
    Entry("officer:applications", _("申请事项"), "file-plus", "matters.view", is_tab=True, group="work"),
    Entry("officer:coverage", _("入会覆盖率"), "users", "registry.view", group="services"),
    Entry("matters:desk", _("办一件事项"), "file-plus", "matters.handle", group="services"),
    Entry("officer:corrections_asked", _("更正申请"), "writing", "registry.correct", group="work"),
    Entry("officer:notices", _("公示与申诉"), "speakerphone", "cases.announce", group="work"),
    Entry("bookings:desk", _("活动与预约"), "calendar-due", "bookings.view", group="services"),
    Entry("bookings:tours", _("流动服务车"), "route", "bookings.view", group="services"),
    Entry("bookings:talks", _("班前十分钟"), "speakerphone", "bookings.view", group="services"),
    Entry(
        "volunteers:needs", _("志愿与岗位"), "users", "volunteers.view", also=("/desk/volunteers/",), group="services"
    ),
    Entry("contests:desk", _("竞赛评选"), "award", "contests.view", also=("/contests/jury/",), group="services"),
    Entry("places:desk", _("场所"), "map-pin", "places.view", group="services"),
    Entry("targets:all", _("目标一览"), "target", "targets.view", group="targets"),
    Entry("assessments:all", _("考核与督查"), "scale", "assessments.view", group="targets"),
    Entry("tasks:all", _("任务清单"), "list-details", "tasks.view", group="targets"),
    Entry("bulletins:all", _("信息通报"), "file-text", "bulletins.view", group="targets"),
    Entry("officer:batches", _("发放批次"), "building-bank", "funds.view", is_tab=True, group="money"),
    Entry("officer:register", _("发放台账"), "book", "funds.view", group="money"),
    Entry("officer:funds", _("专项资金"), "wallet", "funds.view", group="money"),
    Entry(
        "officer:adjustments", _("补发与追回"), "arrows-exchange", "funds.view", also=("/reconsider",), group="money"
    ),
    Entry(
        "officer:programs",
        _("帮扶项目"),
        "award",
        "programs.view",
        also=("/drafts/", "/parameters/", "/standards/"),
        group="rules",
    ),
    Entry("officer:takeup", _("应享未享"), "user-check", "alerts.view", group="list"),
    Entry("officer:simulations", _("政策模拟"), "scale", "programs.manage", group="rules"),
    Entry("officer:imports", _("导入"), "upload", "imports.send", group="house"),
    Entry("officer:audit", _("审计查询"), "shield-check", "audit.view", is_tab=True, group="house"),
    Entry("officer:unions", _("组织与岗位"), "sitemap", "organizations.manage", is_tab=True, group="house"),
    Entry("officer:working_days", _("工作日历"), "calendar-due", "organizations.manage", group="house"),
    Entry("officer:standards", _("低保标准"), "scale", "organizations.manage", group="house"),
    Entry("officer:feeds", _("数据健康"), "database", "organizations.manage", group="house"),
    Entry("officer:health", _("数据与运行"), "heartbeat", "organizations.manage", is_tab=True, group="house"),
)


def entries_for(viewer: Viewer, path: str, unread_count: int) -> list[Shown]:
    """In reading order; the one entry that `path` (with its query) lies under is marked, and how many messages wait."""
    allowed = [entry for entry in ENTRIES if not entry.action or permissions.may(viewer, entry.action)]
    if permissions.may(viewer, "own.view"):
        allowed = [
            Entry("member:mine", _("我的娘家"), "home-heart", is_tab=True),
            Entry("bookings:mine", _("我的预约"), "calendar-due", is_tab=True),
            Entry("contests:mine", _("竞赛评选"), "award", also=("/contests/jury/",)),
            Entry("volunteers:mine", _("结对帮助"), "users", is_tab=True, also=("/me/helping/",)),
            Entry("member:data", _("我的数据"), "database", is_tab=True),
            Entry(INBOX, _("消息"), "inbox", is_tab=True),
        ]
    urls = {entry.route: reverse(entry.route) for entry in allowed}
    plain, _mark, query = path.partition("?")
    under = [
        url for url in urls.values() if plain.startswith(url) and (url != urls.get("officer:workbench") or plain == url)
    ]
    by_part = [
        urls[entry.route]
        for entry in allowed
        if any(part in (plain if part.startswith("/") else query) for part in entry.also)
    ]
    here = max(under, key=len, default="") if not by_part else by_part[0]
    own_trade_first = sorted(allowed, key=lambda entry: entry.group not in ("", "house"))
    tabs = [entry.route for entry in own_trade_first if entry.is_tab][:MOST_TABS]
    return [
        Shown(
            entry.label,
            entry.icon,
            urls[entry.route],
            urls[entry.route] == here,
            entry.route in tabs,
            unread_count if entry.route == INBOX else 0,
            entry.group,
        )
        for entry in allowed
    ]


def grouped(entries: list[Shown]) -> list[Group]:
    """The entries by group in the groups' order; those without one first."""
    are_few = len(entries) <= FEW
    found = []
    for key in ("", *GROUPS):
        own = [entry for entry in entries if entry.group == key]
        if own:
            is_open = are_few or any(entry.is_here or entry.is_tab for entry in own)
            found.append(Group(GROUPS.get(key, ""), own, is_open))
    return found
