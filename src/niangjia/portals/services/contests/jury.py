"""The jury's pages, for whoever has a seat: what waits, and the sheet, by keyboard and on a phone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.contests import actions, queries
from niangjia.apps.contests.types import ContestCard, RoundCard, ScoreRow
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.services.contests.pieces import rule_words


@page(Access.ANY_POST)
def seats(request: PageRequest) -> HttpResponse:
    return show(request, "contests/jury_seats.html", {"cards": queries.list_seats(request.viewer)})


@page(Access.ANY_POST)
def score_sheet(request: PageRequest, contest_id: int) -> HttpResponse:
    """First the declaration, then a line an entry with a field a criterion."""
    card, has_declared, rows = queries.score_sheet(request.viewer, contest_id)
    row = card.open_round
    criteria = [(one.id, one.title, one.points) for one in row.rule.criteria] if row else []
    wrong = set(getattr(getattr(request, "refusal", None), "wrong", ()))
    context = {
        "card": card,
        "round": row,
        "said": rule_words(row.rule) if row else (),
        "has_declared": has_declared and request.GET.get("declare") != "1",
        "lines": [
            (one, [(name, title, most, one.parts.get(name, "")) for name, title, most in criteria], one.entry.number in wrong)
            for one in rows
        ],
        "criteria": criteria,
        "done": sum(one.value is not None and one.nearness is None for one in rows),
        "due": sum(one.nearness is None for one in rows),
    }  # fmt: skip
    return show(request, "contests/jury_sheet.html", context)


def _open(card: ContestCard) -> RoundCard:
    if card.open_round is None:
        raise queries.NotFound
    return card.open_round


@page(Access.ANY_POST, methods=("POST",), shown_on=score_sheet, changes_nothing=True)
def declare(request: PageRequest, contest_id: int) -> HttpResponse:
    card, _has_declared, _rows = queries.score_sheet(request.viewer, contest_id)
    near = [whole(one) for one in request.POST.getlist("near")]
    actions.declare(viewer=request.viewer, round_id=_open(card).id, entry_ids=near, now=timezone.now())
    messages.success(request, _("已申报，可以打分了。"))
    return redirect("contests:score_sheet", contest_id)


@page(Access.ANY_POST, methods=("POST",), shown_on=score_sheet, changes_nothing=True)
def score(request: PageRequest, contest_id: int) -> HttpResponse:
    card, _has_declared, rows = queries.score_sheet(request.viewer, contest_id)
    row = _open(card)
    count = actions.score(
        viewer=request.viewer, round_id=row.id, marks=_marks(request.POST, row, rows), now=timezone.now()
    )
    messages.success(request, _("已保存 %(n)s 件的分数；公布前可以修改。") % {"n": count})
    return redirect("contests:score_sheet", contest_id)


def _marks(sent: QueryDict, row: RoundCard, rows: list[ScoreRow]) -> dict[int, dict[str, Any]]:
    """Field ``m-<entry>`` or ``m-<entry>-<criterion>``; of who has to stand aside there is none."""
    names = [one.id for one in row.rule.criteria] or [""]
    return {
        one.entry.id: {
            name: sent.get(f"m-{one.entry.id}-{name}" if name else f"m-{one.entry.id}", "") for name in names
        }
        for one in rows
        if one.nearness is None
    }
