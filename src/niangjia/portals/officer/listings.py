"""Every list of staff that leaves as a workbook: its columns as its page shows them, and the address that hands it out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.alerts import queries as alerts
from niangjia.apps.audit import queries as audit
from niangjia.apps.funds import queries as funds
from niangjia.apps.matters import queries as matters
from niangjia.apps.programs import queries as programs
from niangjia.apps.registry import queries as registry
from niangjia.apps.workorders import queries as workorders
from niangjia.jobs import health as health_job
from niangjia.portals.design.deeds import deed
from niangjia.portals.design.people import HouseholdName, household_names
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import deployment
from niangjia.portals.design.tags import area_name, codes, feed_word, half, last_day, purpose_word, say
from niangjia.portals.officer import (
    adjusting,
    administration,
    applications,
    auditing,
    calling,
    checking,
    correcting,
    money,
    monthly,
    noticing,
    objecting,
    orders,
    overdue,
    review,
)
from niangjia.portals.officer.exporting import Column, Listing, export_of, word, word_list

_NOBODY = HouseholdName("", 0)


def _always(*columns: Column) -> Any:
    return lambda request: columns


def _with_homes(household_id: Any) -> Any:
    """Rows in pairs with the household's masked name, found for all of them at once."""

    def lines(request: PageRequest, rows: list[Any]) -> Iterable[tuple[Any, HouseholdName]]:
        names = household_names(household_id(row) for row in rows)
        return [(row, names.get(household_id(row), _NOBODY)) for row in rows]

    return lines


def _with_persons(request: PageRequest, rows: list[Any]) -> Iterable[tuple[Any, str]]:
    names = registry.masked_names(row.person_id for row in rows)
    return [(row, names.get(row.person_id, "")) for row in rows]


_HOME = Column(_("家庭"), lambda line: line[1].name, 12)
_SIZE = Column(_("家庭人口"), lambda line: line[1].size or None, 8)
_WORKER = Column(_("职工"), lambda line: line[1], 12)

# --- the monthly list --------------------------------------------------------------------------------------------

MONTHLY = Listing(
    "alerts",
    _("月度名单"),
    monthly.found_alerts,
    _always(
        Column(_("预警号"), lambda line: str(line[0].id), 10),
        _HOME,
        _SIZE,
        Column(_("户号"), lambda line: line[0].household.key, 20),
        Column(_("月份"), lambda line: line[0].month, 9),
        Column(_("等级"), lambda line: word("grade", line[0].grade), 8),
        Column(_("状态"), lambda line: word("alert_state", line[0].state), 10),
        Column(_("起始月份"), lambda line: line[0].first_month, 9),
        Column(_("原因"), lambda line: word_list("cause", codes(line[0].causes)), 16),
        Column(_("为何在名单"), lambda line: "；".join(say(one) for one in alerts.sentences(line[0])), 60),
        Column(_("低保倍数"), lambda line: line[0].I5, 10),
        Column(_("医疗自付（元）"), lambda line: line[0].M4, 14),
        Column(_("责任工会"), lambda line: line[0].org.name, 24),
        Column(_("地区"), lambda line: area_name(line[0].area) if line[0].area else "", 16),
    ),
    lines=_with_homes(lambda row: row.household_id),
    filters=("month", "area", "cause", "grade", "state", "suppressed", "text", "all"),
)


def _side(name: str) -> tuple[Column, ...]:
    """One side of a correction: as it was, or as it should be."""
    titles = {"before": (_("原来状态"), _("原来等级"), _("原来原因"), _("原来医疗自付（元）")), "after": (_("应为状态"), _("应为等级"), _("应为原因"), _("应为医疗自付（元）"))}  # fmt: skip

    def of(line: Any) -> Mapping[str, Any]:
        return getattr(line[0], name) or {}

    state, grade, causes, cost = titles[name]
    return (
        Column(state, lambda line: word("alert_state", of(line).get("state")), 10),
        Column(grade, lambda line: word("grade", of(line).get("grade")), 8),
        Column(causes, lambda line: word_list("cause", codes(str(of(line).get("causes") or ""))), 16),
        Column(cost, lambda line: _decimal(of(line).get("M4")), 16),
    )


def _decimal(value: object) -> Decimal | None:
    return None if value is None or value == "" else Decimal(str(value))


CORRECTIONS = Listing(
    "corrections",
    _("更正名单"),
    monthly.found_corrections,
    _always(_HOME, Column(_("更正"), lambda line: word("difference", line[0].kind), 10), *_side("before"), *_side("after")),
    lines=_with_homes(lambda row: row.household_id),
    filters=("month",),
)  # fmt: skip

# --- orders and cases --------------------------------------------------------------------------------------------


def _found_orders(request: PageRequest) -> QuerySet[Any]:
    """What the page asks for, of each order what the columns say: it may be fifty thousand."""
    said = (
        "number",
        "kind",
        "month",
        "state",
        "grade",
        "cause_group",
        "step_due_at",
        "due_at",
        "household",
        "org__name",
    )
    return orders.found_orders(request).select_related(None).select_related("org").only(*said)


def _order_lines(request: PageRequest, rows: list[Any]) -> Iterable[Any]:
    """Each with its household and what is late of it."""
    now = timezone.now()
    homes = _with_homes(lambda row: row.household_id)(request, rows)
    return [(row, home, workorders.late_of(row.state, row.step_due_at, row.due_at, now=now)) for row, home in homes]


ORDERS = Listing(
    "orders",
    _("工单"),
    _found_orders,
    _always(
        Column(_("编号"), lambda line: line[0].number, 20),
        _HOME,
        Column(_("类别"), lambda line: word("order_kind", line[0].kind), 10),
        Column(_("月份"), lambda line: line[0].month, 9),
        Column(_("状态"), lambda line: word("order_state", line[0].state), 10),
        Column(_("等级"), lambda line: word("grade", line[0].grade), 8),
        Column(_("原因"), lambda line: word_list("cause", (line[0].cause_group or "").split("、")), 16),
        Column(_("承办工会"), lambda line: line[0].org.name, 24),
        Column(_("本步期限"), lambda line: last_day(line[0].step_due_at), 12),
        Column(_("全程期限"), lambda line: last_day(line[0].due_at), 12),
        Column(_("超期"), lambda line: word("late", line[2] or "no"), 9),
    ),
    lines=_order_lines,
    filters=orders.FILTERS,
)


LATE = Listing(
    "late",
    _("超期看板"),
    overdue.found_late,
    _always(
        Column(_("工会"), lambda row: row.org_name, 28),
        Column(_("签收"), lambda row: row.by_clock.get("accept", 0), 10),
        Column(_("逐级转派"), lambda row: row.by_clock.get("forward", 0), 10),
        Column(_("走访核实"), lambda row: row.by_clock.get("verify", 0), 10),
        Column(_("县级复核"), lambda row: row.by_clock.get("review", 0), 10),
        Column(_("全程"), lambda row: row.by_clock.get("whole", 0), 10),
        Column(_("合计"), lambda row: row.count, 10),
        Column(_("最久超期（天）"), lambda row: row.most_days, 14),
        Column(_("在谁手上"), lambda row: "、".join(row.holders), 40),
    ),
    filters=("union",),
)


TRANSFERS = Listing(
    "transfers",
    _("县际移交"),
    overdue.found_transfers,
    _always(
        Column(_("编号"), lambda line: line[0].number, 20),
        _HOME,
        Column(_("从"), lambda line: line[0].org.name, 24),
        Column(_("移交到"), lambda line: area_name(line[0].target_area), 24),
        Column(_("移交"), lambda line: line[0].moved_at, 17),
        Column(_("接办"), lambda line: _yes(line[0].is_taken_up), 9),
    ),
    lines=_with_homes(lambda row: row.household_id),
)


def _yes(is_so: bool) -> str:
    return str(_("是") if is_so else _("否"))


def _found_so_far(line: Any) -> str:
    """What was found: waiting to be judged, said so; else what was accepted."""
    waiting = getattr(line[0], "waiting_outcome", "")
    return f"{word('outcome', waiting)}（{_('待复核')}）" if waiting else word("outcome", line[0].outcome)


def _case_columns(request: PageRequest) -> Sequence[Column]:
    """As on the page: causes and grades only for who may examine a case."""
    examined = (
        Column(_("原因"), lambda line: word_list("cause", codes(line[0].causes)), 16),
        Column(_("等级"), lambda line: word("grade", line[0].grade), 8),
    )
    return (
        Column(_("个案"), lambda line: line[0].number, 20),
        _HOME,
        Column(_("状态"), lambda line: word("case_state", line[0].state), 12),
        Column(_("核实结论"), _found_so_far, 16),
        *(examined if permissions.may(request.viewer, "cases.examine") else ()),
        Column(_("月份"), lambda line: line[0].month, 9),
        Column(_("责任工会"), lambda line: line[0].org.name, 24),
        Column(_("地区"), lambda line: area_name(line[0].area) if line[0].area else "", 16),
    )


_CASE_LINES = _with_homes(lambda row: row.household_id)
QUEUE = Listing("review", _("复核审批"), review.found_in_queue, _case_columns, _CASE_LINES, ("desk", *review.FILTERS))
FILES = Listing(
    "cases", _("困难档案"), review.found_files, _case_columns, _CASE_LINES, ("state", "outcome", "month", "cause", "all")
)  # fmt: skip
ANNOUNCED = Listing("notices", _("正在公示"), noticing.found_announced, _case_columns, _CASE_LINES)
GRIEVANCES = Listing(
    "grievances",
    _("异议与申诉"),
    noticing.found_grievances,
    _always(
        Column(_("个案"), lambda row: row.case.number, 20),
        Column(_("针对"), lambda row: word("grievance_about", row.about), 12),
        Column(_("提出"), lambda row: row.raised_at, 17),
        Column(_("状态"), lambda row: word("grievance", row.state), 10),
        Column(_("责任工会"), lambda row: row.case.org.name, 24),
    ),
    filters=("all",),
)

OBJECTIONS = Listing(
    "objections",
    _("申请的异议"),
    objecting.found,
    _always(
        Column(_("编号"), lambda row: row.matter.number, 20),
        Column(_("项目"), lambda row: half(row.matter.version, "title"), 24),
        Column(_("针对"), lambda row: word("matter_about", row.about), 12),
        Column(_("提出人"), lambda row: str(_("公众") if row.person_id is None else _("申请人")), 10),
        Column(_("提出"), lambda row: row.raised_at, 17),
        Column(_("状态"), lambda row: word("grievance", row.state), 10),
        Column(_("答复日期"), lambda row: row.answered_at, 17),
        Column(_("责任工会"), lambda row: row.matter.org.name, 24),
    ),
    filters=("all",),
)


def _check_state(check: Any) -> str:
    return check.result or ("WAITING" if check.case_id else "NOBODY")


CHECKS = Listing(
    "checks",
    _("核实抽查"),
    checking.found_checks,
    _always(
        Column(_("月份"), lambda line: line[0].draw.month, 9),
        _HOME,
        Column(_("原个案"), lambda line: line[0].finding.case.number, 20),
        Column(_("首次结论"), lambda line: word("outcome", line[0].finding.outcome) if line[0].result else "", 16),
        Column(_("复访结论"), lambda line: word("outcome", line[0].second.outcome) if line[0].second else "", 16),
        Column(_("比对"), lambda line: word("spot_result", _check_state(line[0])), 12),
        Column(_("裁定"), lambda line: word("ruling", line[0].ruling), 16),
        Column(_("复访工会"), lambda line: line[0].case.org.name if line[0].case else "", 24),
    ),
    lines=_with_homes(lambda row: row.finding.case.household_id),
    filters=checking.FILTERS,
)
CALLS = Listing(
    "calls",
    _("回访"),
    calling.found_calls,
    _always(
        _HOME,
        Column(_("个案"), lambda line: line[0].file.case.number, 20),
        Column(_("退档方式"), lambda line: line[0].file.get_exit_kind_display(), 14),
        Column(_("退档"), lambda line: line[0].file.closed_on, 12),
        Column(_("应回访"), lambda line: line[0].due_on, 12),
        Column(_("责任工会"), lambda line: line[0].file.case.org.name, 24),
    ),
    lines=_with_homes(lambda row: row.file.household_id),
)

# --- applications ------------------------------------------------------------------------------------------------


def _application_lines(request: PageRequest, rows: list[Any]) -> Iterable[Any]:
    cards = matters.cards(rows)
    names = registry.masked_names(card.person_id for card in cards if card.person_id)
    return [(card, names.get(card.person_id or 0, "")) for card in cards]


APPLICATIONS = Listing(
    "applications",
    _("申请事项"),
    applications.found,
    _always(
        Column(_("编号"), lambda line: line[0].number, 20),
        Column(_("项目"), lambda line: half(line[0], "title"), 26),
        _WORKER,
        Column(_("状态"), lambda line: word("matter_state", line[0].state), 14),
        Column(_("环节"), lambda line: half(line[0], "stage"), 16),
        Column(_("在哪里"), lambda line: line[0].desk_name, 24),
        Column(_("本步期限"), lambda line: line[0].due_on, 12),
        Column(_("交上"), lambda line: line[0].handed_in_at, 17),
        Column(_("所在工会"), lambda line: line[0].org_name, 24),
    ),
    lines=_application_lines,
    filters=("place", "state", "program", "late"),
)

# --- money -------------------------------------------------------------------------------------------------------

BUDGETS = Listing(
    "budgets",
    _("专项资金"),
    lambda request: funds.list_balances(request.viewer),
    _always(
        Column(_("用途"), lambda one: purpose_word(one.purpose), 16),
        Column(_("年度"), lambda one: one.year, 8),
        Column(_("工会"), lambda one: one.org_name, 24),
        Column(_("总额"), lambda one: one.total),
        Column(_("可用"), lambda one: one.available),
        Column(_("预留"), lambda one: one.reserved),
        Column(_("在途"), lambda one: one.in_transit),
        Column(_("已付"), lambda one: one.paid),
        Column(_("实物"), lambda one: one.goods_given),
        Column(_("排队笔数"), lambda one: one.queued_count, 10),
        Column(_("排队金额"), lambda one: one.queued_total),
    ),
)
WAITING = Listing(
    "waiting",
    _("待发放"),
    money.found_waiting,
    _always(
        _WORKER,
        Column(_("依据"), lambda line: line[0].case_ref, 26),
        Column(_("金额（元）"), lambda line: line[0].amount),
        Column(_("状态"), lambda line: word("reservation", line[0].state), 12),
        Column(_("排队位次"), lambda line: line[0].queue_place or None, 10),
        Column(_("审批"), lambda line: str(_("已审批") if line[0].is_approved else _("待审批")), 10),
    ),
    lines=_with_persons,
)


def _batch_lines(request: PageRequest, rows: list[Any]) -> Iterable[Any]:
    budgets = {one.budget_id: one for one in funds.list_balances(request.viewer)}
    return [(row, budgets.get(row.budget_id)) for row in rows]


BATCHES = Listing(
    "batches",
    _("发放批次"),
    money.found_batches,
    _always(
        Column(_("批次"), lambda line: line[0].number, 22),
        Column(_("预算"), lambda line: f"{purpose_word(line[1].purpose)} {line[1].year}" if line[1] else "", 20),
        Column(_("笔数"), lambda line: line[0].line_count, 8),
        Column(_("合计（元）"), lambda line: line[0].total, 16),
        Column(_("状态"), lambda line: word("batch", line[0].state), 12),
        Column(_("到账笔数"), lambda line: line[0].settled_count, 10),
        Column(_("退回笔数"), lambda line: line[0].returned_count, 10),
    ),
    lines=_batch_lines,
    filters=("state",),
)
PAYMENTS = Listing(
    "payments",
    _("批次明细"),
    lambda request, batch_id: funds.list_batch_payments(request.viewer, batch_id),
    _always(
        _WORKER,
        Column(_("依据"), lambda line: line[0].case_ref, 26),
        Column(_("金额（元）"), lambda line: line[0].amount),
        Column(_("状态"), lambda line: word("payment", line[0].state), 10),
    ),
    lines=_with_persons,
)
REGISTER = Listing(
    "register",
    _("发放台账"),
    money.found_in_register,
    _always(
        _WORKER,
        Column(_("日期"), lambda line: line[0].on, 12),
        Column(_("用途"), lambda line: purpose_word(line[0].purpose), 16),
        Column(_("实物"), lambda line: line[0].what, 16),
        Column(_("依据"), lambda line: line[0].case_ref, 26),
        Column(_("金额（元）"), lambda line: line[0].amount),
        Column(_("状态"), lambda line: word("payment", line[0].state), 10),
        Column(_("批次"), lambda line: line[0].batch_number, 22),
    ),
    lines=_with_persons,
    filters=("year", "state"),
)


def _adjustment_lines(request: PageRequest, rows: list[Any]) -> Iterable[Any]:
    cards = programs.cards_of(request.viewer, rows)
    named = adjusting.whose(card.subject for card in cards)
    return [(card, named[card.subject.kind.value, card.subject.id]) for card in cards]


ADJUSTMENTS = Listing(
    "adjustments",
    _("补发与追回"),
    adjusting.found_adjustments,
    _always(
        Column(_("为谁"), lambda line: line[1], 22),
        Column(_("项目"), lambda line: half(line[0], "title"), 26),
        Column(_("决定日"), lambda line: line[0].asof, 12),
        Column(_("类别"), lambda line: word("adjustment_kind", line[0].kind), 10),
        Column(_("原决定"), lambda line: word("decision", line[0].old_outcome), 12),
        Column(_("原金额（元）"), lambda line: line[0].old_money),
        Column(_("现决定"), lambda line: word("decision", line[0].new_outcome), 12),
        Column(_("现金额（元）"), lambda line: line[0].new_money if line[0].new_outcome != "CANNOT_TELL" else None),
        Column(_("差额（元）"), lambda line: line[0].difference),
        Column(_("已收回（元）"), lambda line: line[0].recovered),
        Column(_("缘由"), lambda line: word("cause_kind", line[0].cause), 16),
        Column(_("出处"), lambda line: line[0].source, 24),
        Column(_("状态"), lambda line: word("adjustment_state", line[0].state), 12),
        Column(_("发现"), lambda line: line[0].opened_at, 17),
    ),
    lines=_adjustment_lines,
    filters=("state", "kind", "program", "cause"),
)

# --- audit and administration ------------------------------------------------------------------------------------


def _event_lines(request: PageRequest, rows: list[Any]) -> Iterable[Any]:
    found = [audit.event_of(row) for row in rows]
    names = auditing.names_in(found)
    return [(event, names) for event in found]


def _actor(line: Any) -> str:
    event, names = line
    return names.get(event.account_id, str(event.account_id)) if event.account_id else str(_("系统"))


def _acted_for(line: Any) -> str:
    event, names = line
    other = event.detail.get("acting_for")
    return names.get(other, str(other)) if other else ""


EVENTS = Listing(
    "audit",
    _("审计查询"),
    auditing.found_events,
    _always(
        Column(_("序号"), lambda line: line[0].seq, 10),
        Column(_("时间"), lambda line: line[0].at, 17),
        Column(_("谁"), _actor, 14),
        Column(_("代谁"), _acted_for, 14),
        Column(_("做了什么"), lambda line: deed(line[0].action), 24),
        Column(_("代码"), lambda line: line[0].action, 28),
        Column(_("对象"), lambda line: line[0].object, 24),
        Column(_("理由"), lambda line: line[0].reason, 40),
        Column(_("明细"), lambda line: " ".join(f"{name}={value}" for name, value in line[0].detail.items()), 50),
        Column(_("指纹"), lambda line: line[0].hash, 66),
    ),
    lines=_event_lines,
    filters=("action", "object", "who", "since", "until"),
)
UNIONS = Listing(
    "unions",
    _("下级工会"),
    administration.found_unions,
    _always(
        Column(_("工会代码"), lambda one: one.code, 18),
        Column(_("名称"), lambda one: one.name, 30),
        Column(_("级别"), lambda one: word("level", one.level), 10),
        Column(_("区划代码"), lambda one: one.area, 14),
        Column(_("区划"), lambda one: area_name(one.area) if one.area else "", 16),
        Column(_("统一社会信用代码"), lambda one: one.uscc, 22),
        Column(_("状态"), lambda one: word("union_state", one.state), 10),
    ),
    filters=("org",),
)


def _post_lines(request: PageRequest, rows: list[Any]) -> Iterable[Any]:
    protected = accounts.with_second_factor({post.account_id for post, _name in rows})
    return [(post, name, post.account_id in protected) for post, name in rows]


POSTS = Listing(
    "posts",
    _("在任岗位"),
    administration.found_posts,
    _always(
        Column(_("姓名"), lambda line: line[1], 12),
        Column(_("岗位"), lambda line: word("role", line[0].role), 18),
        Column(_("工会"), lambda line: line[0].org_name, 24),
        Column(_("任职起"), lambda line: line[0].starts_on, 12),
        Column(_("代谁"), lambda line: line[0].for_name, 12),
        Column(_("第二重验证"), lambda line: word("on_or_off", "ON" if line[2] else "OFF"), 12),
    ),
    lines=_post_lines,
    filters=("org",),
)
ASKED = Listing(
    "corrections-asked",
    _("更正资料的申请"),
    correcting.found_corrections,
    _always(
        Column(_("本人"), lambda card: card.name, 12),
        Column(_("哪一项"), lambda card: word("correction_field", card.about), 16),
        Column(_("提出"), lambda card: card.raised_at, 18),
        Column(_("状态"), lambda card: word("correction", card.state), 14),
    ),
)
LANDED = Listing(
    "batches-landed",
    _("数据批次"),
    lambda request: health_job.list_batches(deployment()),
    _always(
        Column(_("批次"), lambda one: one.batch, 44),
        Column(_("数据"), lambda one: feed_word(one.feed), 18),
        Column(_("月份"), lambda one: one.month, 9),
        Column(_("收到"), lambda one: one.rows_in, 10),
        Column(_("采用"), lambda one: one.rows_accepted, 10),
        Column(_("搁置"), lambda one: one.rows_set_aside, 10),
        Column(_("重复"), lambda one: one.rows_duplicate, 10),
    ),
)

export_list = export_of(MONTHLY, monthly.monthly_list)
export_corrections = export_of(CORRECTIONS, monthly.corrections)
export_orders = export_of(ORDERS, orders.orders)
export_review = export_of(QUEUE, review.queue)
export_applications = export_of(APPLICATIONS, applications.queue)
export_files = export_of(FILES, review.files)
export_notices = export_of(ANNOUNCED, noticing.notices)
export_grievances = export_of(GRIEVANCES, noticing.notices)
export_objections = export_of(OBJECTIONS, objecting.objections)
export_transfers = export_of(TRANSFERS, overdue.transfers)
export_late = export_of(LATE, overdue.board)
export_checks = export_of(CHECKS, checking.checks)
export_calls = export_of(CALLS, calling.calls)
export_funds = export_of(BUDGETS, money.funds_page)
export_budget = export_of(WAITING, money.budget)
export_batches = export_of(BATCHES, money.batches)
export_batch = export_of(PAYMENTS, money.batch)
export_register = export_of(REGISTER, money.register)
export_adjustments = export_of(ADJUSTMENTS, adjusting.adjustments)
export_audit = export_of(EVENTS, auditing.events)
export_unions = export_of(UNIONS, administration.unions)
export_posts = export_of(POSTS, administration.unions)
export_asked = export_of(ASKED, correcting.corrections)
export_health = export_of(LANDED, administration.health)
