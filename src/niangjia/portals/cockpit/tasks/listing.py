"""The lists of tasks and of what is open to bids as workbooks, as their pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from niangjia.apps.tasks import queries
from niangjia.apps.tasks.types import TaskCard
from niangjia.portals.cockpit.tasks import reading
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.officer.exporting import Column, Listing, export_of, word


def _cards(request: PageRequest, rows: list[Any]) -> Iterable[TaskCard]:
    today = timezone.localdate()
    return [queries.card_of(row, today) for row in rows]


_TASK = (
    Column(_("编号"), lambda card: card.number, 16),
    Column(_("任务"), lambda card: card.title, 40),
    Column(_("来源"), lambda card: word("task_origin", card.origin), 14),
    Column(_("交办工会"), lambda card: card.setter_name, 24),
)
TASKS = Listing(
    "tasks",
    _("任务清单"),
    reading.found,
    lambda request: (
        *_TASK,
        Column(_("责任工会"), lambda card: card.owner_name, 24),
        Column(_("期限"), lambda card: card.due_on, 12),
        Column(_("超期"), lambda card: str(_("是")) if card.is_late else "", 8),
        Column(_("进度（%）"), lambda card: card.percent, 10),
        Column(_("状态"), lambda card: word("task_state", card.state), 12),
    ),
    lines=_cards,
    filters=("state", "owner", "late"),
)
BOARD = Listing(
    "tasks-board",
    _("揭榜挂帅"),
    reading.found_on_board,
    lambda request: (
        *_TASK,
        Column(_("揭榜截止"), lambda card: card.bids_until, 12),
        Column(_("期限"), lambda card: card.due_on, 12),
        Column(_("状态"), lambda card: word("task_state", card.state), 12),
    ),
    lines=_cards,
)
export_tasks = export_of(TASKS, reading.tasks)
export_board = export_of(BOARD, reading.board)
