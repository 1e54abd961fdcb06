"""The first page after signing in: what is waiting, and where to go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.alerts import queries as alerts
from niangjia.apps.alerts.types import RunState
from niangjia.apps.cases import queries as cases
from niangjia.apps.cases.types import CaseAction, CaseState
from niangjia.apps.funds import queries as funds
from niangjia.apps.funds.types import BatchState
from niangjia.apps.matters import queries as matters
from niangjia.apps.programs import queries as programs
from niangjia.apps.registry import queries as registry
from niangjia.apps.workorders import queries as workorders
from niangjia.jobs import feed_health
from niangjia.kernel.money import ZERO, show_yuan
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.people import household_names
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import deployment, show
from niangjia.portals.design.tags import month_name, purpose_word, say
from niangjia.portals.officer.review import TO_GO_ON

SOON_ROWS = 8
LOAD_ROWS = 10
MOST_BATCHES = 12


@dataclass(frozen=True)
class Tile:
    """A count with what it means; `tone` warn or good colours the note."""

    name: str
    number: object
    unit: str
    url: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Todo:
    icon: str
    text: str
    url: str


@page(Access.ANY_POST)
def workbench(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    if permissions.may(viewer, "own.view"):
        return redirect("member:mine")
    tiles: list[Tile] = []
    todos: list[Todo] = []
    now = timezone.now()
    for about in (_about_list, _about_orders, _about_cases, _about_money, _about_system):
        about(viewer, now, tiles, todos)
    due, loads = [], []
    has_orders = permissions.may(viewer, "workorders.view")
    if has_orders:
        rows = workorders.list_orders(viewer, now=now, org_id=viewer.org_id, only_open=True)[:SOON_ROWS]
        cards = [workorders.card(row, now=now) for row in rows]
        names = household_names(card.household_id for card in cards)
        due = [(card, names.get(card.household_id)) for card in cards]
        loads = workorders.list_loads_below(viewer, now=now, most=LOAD_ROWS) if not due else []
    context = {
        "tiles": tiles, "todos": todos, "due": due, "loads": loads, "has_orders": has_orders,
        "has_cockpit": permissions.may(viewer, "cockpit.view"),
        "is_all_done": not any(tile.tone == "warn" for tile in tiles),
    }  # fmt: skip
    return show(request, "officer/workbench.html", context)


def _about_list(viewer: Viewer, now, tiles: list[Tile], todos: list[Todo]) -> None:
    if not permissions.may(viewer, "alerts.view"):
        return
    months = alerts.list_months(viewer)
    if not months:
        return
    month = months[0]
    counts = alerts.count_by_state(viewer, month)
    url = f"{reverse('officer:list')}?month={month}"
    fresh = counts["NEW"] + counts["RETURNED"]
    tiles.append(
        Tile(
            _("%(month)s在册预警") % {"month": month_name(month)},
            alerts.count_active(counts),
            _("户"),
            url,
            _("新增和返困 %(count)s 户") % {"count": fresh},
            "warn" if fresh else "",
        )
    )
    if permissions.may(viewer, "alerts.release") and alerts.get_run(viewer, month).state == RunState.RECEIVED:
        todos.append(
            Todo("eye", _("%(month)s 名单待抽查发布") % {"month": month}, reverse("officer:release", args=[str(month)]))
        )


def _about_orders(viewer: Viewer, now, tiles: list[Tile], todos: list[Todo]) -> None:
    if not permissions.may(viewer, "workorders.view"):
        return
    counts = workorders.count_open(viewer, now=now)
    url = reverse("officer:orders")
    note = _("超期 %(count)s 件") % {"count": counts.late} if counts.late else _("没有超期")
    tiles.append(Tile(_("在办工单"), counts.all, _("件"), f"{url}?scope=all", note, "warn" if counts.late else "good"))
    below, own_late = counts.late - counts.late_here, f"{url}?union={viewer.org_id}&own=1&late=1"
    waiting: list[tuple[str, int, str, str, str]] = [
        ("workorders.view", counts.late_here, "calendar-due", _("%(count)s 件工单在我处超期"), own_late),
        ("workorders.view", below, "calendar-due", _("%(count)s 件工单在下级超期，可催办"), reverse("officer:late")),
        ("workorders.accept", counts.to_accept, "ticket", _("%(count)s 件工单待签收"), f"{url}?state=CREATED"),
        ("workorders.assign", counts.to_assign, "user-check", _("%(count)s 件工单待指派走访人或转派"), f"{url}?state=ACCEPTED"),
        ("workorders.assign", counts.sent_back, "arrow-back-up", _("%(count)s 件工单被退回，需补正"), f"{url}?state=RETURNED"),
        ("cases.verify", counts.to_visit, "route", _("%(count)s 件工单等您走访"), f"{url}?scope=me"),
        ("cases.verify", counts.to_report, "send", _("%(count)s 件已走访，等您上报结论"), f"{url}?scope=me&state=VISITED"),
    ]  # fmt: skip
    todos += [
        Todo(icon, text % {"count": count}, link)
        for action, count, icon, text, link in waiting
        if count and permissions.may(viewer, action)
    ]


def _about_cases(viewer: Viewer, now, tiles: list[Tile], todos: list[Todo]) -> None:
    if not permissions.may(viewer, "cases.view"):
        return
    asked = _waiting_elsewhere(viewer)
    desk = cases.count_for_desk(viewer, today=timezone.localdate(now), along=asked)
    counts = desk.by_state
    on_file = counts[CaseState.ON_FILE]
    tiles.append(Tile(_("在档困难家庭"), on_file, _("户"), f"{reverse('officer:files')}?state=ON_FILE"))
    if desk.calls:
        todos.append(Todo("phone", _("%(count)s 户待回访") % {"count": desk.calls}, reverse("officer:calls")))
    if permissions.may(viewer, "cases.review"):
        waiting = sum(counts.get(state, 0) for state in cases.states_waiting_for(viewer, CaseAction.ACCEPT))
        tiles.append(Tile(_("待复核"), waiting, _("件"), reverse("officer:review"), _("核实人与复核人须为两人")))
        if waiting:
            todos.append(
                Todo("clipboard-check", _("%(count)s 件核实结论待复核") % {"count": waiting}, reverse("officer:review"))
            )
        going_on = sum(counts.get(state, 0) for state in TO_GO_ON)
        if going_on:
            text = _("%(count)s 户核实过，待建档或处理") % {"count": going_on}
            todos.append(Todo("writing", text, f"{reverse('officer:review')}?desk=next"))
    if desk.blocked:
        url = f"{reverse('officer:review')}?desk=blocked"
        todos.append(Todo("coin", _("%(count)s 件个案有帮扶没有列支") % {"count": desk.blocked}, url))
    if desk.differing:
        url = f"{reverse('officer:checks')}?result=DIFFERS"
        todos.append(Todo("rotate", _("%(count)s 件抽查有出入，待裁定") % {"count": desk.differing}, url))
    if permissions.may(viewer, "cases.announce"):
        tiered, announced = counts.get(CaseState.FILE_TIERED, 0), counts.get(CaseState.FILE_ANNOUNCED, 0)
        if tiered:
            todos.append(
                Todo(
                    "speakerphone",
                    _("%(count)s 户已定档次，待公示") % {"count": tiered},
                    f"{reverse('officer:files')}?state=FILE_TIERED",
                )
            )
        if announced:
            todos.append(
                Todo(
                    "gavel",
                    _("%(count)s 户公示中，期满可批准") % {"count": announced},
                    f"{reverse('officer:files')}?state=FILE_ANNOUNCED",
                )
            )
    _about_waiting_elsewhere(desk.along, todos)


def _waiting_elsewhere(viewer: Viewer) -> dict[str, Any]:
    """Applications, objections of both kinds, corrections and requests for money: counted along with the cases, in one question."""
    counted: dict[str, Any] = {}
    if permissions.may(viewer, "cases.announce"):
        counted["grievances"] = cases.list_grievances(viewer)
    if permissions.may(viewer, "matters.answer"):
        counted["objections"] = matters.list_objections(viewer)
    if permissions.may(viewer, "matters.handle"):
        counted["turns"] = matters.list_matters(viewer)
    if permissions.may(viewer, "registry.correct"):
        counted["corrections"] = registry.list_open_corrections(viewer)
    if permissions.may(viewer, "funds.approve"):
        counted["requests"] = funds.list_requests(viewer)
    return counted


def _about_waiting_elsewhere(found: Mapping[str, int], todos: list[Todo]) -> None:
    lines = {
        "turns": ("file-plus", _("%(count)s 件申请待本岗位办"), "officer:applications"),
        "grievances": ("message-report", _("%(count)s 件异议待答复"), "officer:notices"),
        "objections": ("message-report", _("%(count)s 件申请的异议待答复"), "officer:objections"),
        "corrections": ("writing", _("%(count)s 件更正资料的申请待答复"), "officer:corrections_asked"),
        "requests": ("coin", _("%(count)s 项资金申请待审批"), "officer:funds"),
    }
    for name, (glyph, said, address) in lines.items():
        if found.get(name):
            todos.append(Todo(glyph, said % {"count": found[name]}, reverse(address)))


def _about_money(viewer: Viewer, now, tiles: list[Tile], todos: list[Todo]) -> None:
    if not permissions.may(viewer, "funds.view"):
        return
    year = timezone.localdate(now).year
    balances = funds.list_balances(viewer, year=year)
    available = sum((one.available for one in balances), ZERO)
    reached = funds.totals(viewer, year=year)
    url = reverse("officer:funds")
    queued = sum(one.queued_count for one in balances)
    note = _("排队待款 %(count)s 笔") % {"count": queued} if queued else _("没有排队待款")
    tiles.append(Tile(_("各项资金合计可用"), show_yuan(available), _("元"), url, note, "warn" if queued else "good"))
    tiles.append(
        Tile(
            _("今年已送达"),
            show_yuan(reached.total),
            _("元"),
            reverse("officer:register"),
            _("%(count)s 人") % {"count": reached.person_count},
        )
    )
    if waiting := programs.count_to_settle(viewer):
        url = f"{reverse('officer:adjustments')}?state=OPEN"
        todos.append(
            Todo("arrows-exchange", _("%(count)s 项差额待处理：补发、追回或不予调整") % {"count": waiting}, url)
        )
    if permissions.may(viewer, "funds.confirm") and (coming := programs.count_recovering(viewer)):
        url = f"{reverse('officer:adjustments')}?state=RECOVERING"
        todos.append(Todo("receipt", _("%(count)s 项追回中，收到后登记") % {"count": coming}, url))
    moves = (
        ("funds.approve", BatchState.PREPARED, _("批次 %(number)s 待审批")),
        ("funds.pay", BatchState.APPROVED, _("批次 %(number)s 待封存付款")),
        ("funds.confirm", BatchState.SENT, _("批次 %(number)s 待登记回单")),
    )
    own = {state: text for action, state, text in moves if permissions.may(viewer, action)}
    todos += [
        Todo("building-bank", own[batch.state] % {"number": batch.number}, reverse("officer:batch", args=[batch.id]))
        for batch in (funds.list_batches(viewer, year=year, states=own)[:MOST_BATCHES] if own else ())
    ]
    may_prepare = permissions.may(viewer, "funds.prepare")
    purposes = {one.budget_id: purpose_word(one.purpose) for one in balances}
    for budget_id, (payable, returned) in (funds.count_waiting(purposes) if may_prepare else {}).items():
        address, purpose = reverse("officer:budget", args=[budget_id]), purposes[budget_id]
        if returned:
            text = _("%(purpose)s：%(count)s 笔被银行退回，待更正后重新发放") % {"purpose": purpose, "count": returned}
            todos.append(Todo("arrow-back-up", text, address))
        if payable:
            text = _("%(purpose)s：%(count)s 笔已审批，可编制批次") % {"purpose": purpose, "count": payable}
            todos.append(Todo("cash", text, address))


def _about_system(viewer: Viewer, now, tiles: list[Tile], todos: list[Todo]) -> None:
    if permissions.may(viewer, "organizations.manage"):
        late = [line for line in feed_health.list_feeds(deployment(), now=now) if line.state == "LATE"]
        if late:
            names = _("、").join(say({"zh": line.feed.zh, "en": line.feed.en}) for line in late[:3])
            text = _("%(count)s 种数据晚了：%(names)s 等") if len(late) > 3 else _("%(count)s 种数据晚了：%(names)s")
            text %= {"count": len(late), "names": names}
            todos.append(Todo("calendar-due", text, reverse("officer:feeds")))
        todos.append(Todo("sitemap", _("查看组织与岗位"), reverse("officer:unions")))
        todos.append(Todo("heartbeat", _("查看数据批次与运行"), reverse("officer:health")))
    if permissions.may(viewer, "audit.view"):
        todos.append(Todo("shield-check", _("核对审计链"), reverse("officer:audit")))
