"""Where a viewer can go: one entry a page, shown to those whose post allows it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer


@dataclass(frozen=True)
class Entry:
    """`action` empty = for every post; `is_tab` = also in the bar at the foot of a phone; `also` = parts of addresses of pages that belong to it."""

    route: str
    label: object
    icon: str
    action: str = ""
    is_tab: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    label: object
    icon: str
    url: str
    is_here: bool
    is_tab: bool
    count: int = 0  # of what is new there


INBOX = "public:inbox"
MOST_TABS = 5

ENTRIES = (
    Entry("officer:workbench", _("工作台"), "layout-dashboard", is_tab=True),
    Entry(INBOX, _("消息"), "inbox"),
    Entry("officer:list", _("月度名单"), "list-details", "alerts.view", is_tab=True, also=("/households/",)),
    Entry("officer:orders", _("工单"), "ticket", "workorders.view", is_tab=True),
    Entry("officer:late", _("超期看板"), "hourglass", "workorders.view", also=("/transfers/",)),
    Entry("officer:review", _("复核审批"), "clipboard-check", "cases.review", is_tab=True),
    Entry("officer:checks", _("核实抽查"), "rotate", "cases.see_checks"),
    Entry("officer:files", _("困难档案"), "home-heart", "cases.view", is_tab=True),
    Entry("officer:people", _("查人"), "search", "registry.view"),
    Entry("officer:applications", _("申请事项"), "file-plus", "matters.view", is_tab=True),
    Entry("officer:corrections_asked", _("更正申请"), "writing", "registry.correct"),
    Entry("officer:notices", _("公示与申诉"), "speakerphone", "cases.announce"),
    Entry("officer:batches", _("发放批次"), "building-bank", "funds.view", is_tab=True),
    Entry("officer:register", _("发放台账"), "book", "funds.view"),
    Entry("officer:funds", _("专项资金"), "wallet", "funds.view"),
    Entry("officer:adjustments", _("补发与追回"), "arrows-exchange", "funds.view", also=("/reconsider",)),
    Entry(
        "officer:programs", _("帮扶项目"), "award", "programs.view", also=("/drafts/", "/parameters/", "/standards/")
    ),
    Entry("officer:takeup", _("应享未享"), "user-check", "alerts.view"),
    Entry("officer:simulations", _("政策模拟"), "scale", "programs.manage"),
    Entry("officer:imports", _("导入"), "upload", "imports.send"),
    Entry("officer:audit", _("审计查询"), "shield-check", "audit.view", is_tab=True),
    Entry("officer:unions", _("组织与岗位"), "sitemap", "organizations.manage", is_tab=True),
    Entry("officer:working_days", _("工作日历"), "calendar-due", "organizations.manage"),
    Entry("officer:feeds", _("数据健康"), "database", "organizations.manage"),
    Entry("officer:health", _("数据与运行"), "heartbeat", "organizations.manage", is_tab=True),
)


def entries_for(viewer: Viewer, path: str, unread_count: int) -> list[Shown]:
    """In reading order; the entry that `path` lies under is marked, and how many messages wait."""
    allowed = [entry for entry in ENTRIES if not entry.action or permissions.may(viewer, entry.action)]
    if permissions.may(viewer, "own.view"):
        allowed = [
            Entry("member:mine", _("我的娘家"), "home-heart", is_tab=True),
            Entry("member:data", _("我的数据"), "database", is_tab=True),
            Entry(INBOX, _("消息"), "inbox", is_tab=True),
        ]
    urls = {entry.route: reverse(entry.route) for entry in allowed}
    under = [
        url for url in urls.values() if path.startswith(url) and (url != urls.get("officer:workbench") or path == url)
    ]
    here = max(under, key=len, default="")
    tabs = [entry.route for entry in allowed if entry.is_tab][:MOST_TABS]
    return [
        Shown(
            entry.label,
            entry.icon,
            urls[entry.route],
            urls[entry.route] == here or any(part in path for part in entry.also),
            entry.route in tabs,
            unread_count if entry.route == INBOX else 0,
        )
        for entry in allowed
    ]
