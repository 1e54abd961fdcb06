"""Contests for everybody: calls, the vote, results with their rule and everything that was counted, the shortlist and objections to it."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.actions import TooManyTries
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.contests import actions, queries
from niangjia.apps.contests.types import ContestCard, ContestState, RoundCard, VoteState
from niangjia.apps.objections.types import LiveNotice
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.refusals import status_of
from niangjia.portals.design.requests import PageRequest, address_of, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import say
from niangjia.portals.design.uploads import wants_small
from niangjia.portals.public.reading import ObjectionForm
from niangjia.portals.services.contests.pieces import hand_out_part, rule_words

ROWS = 20


@page(Access.PUBLIC)
def contests(request: PageRequest) -> HttpResponse:
    rows = Paginator(queries.list_contests(None), ROWS).get_page(request.GET.get("page"))
    cards = [queries.contest_card(row) for row in rows]
    return show(request, "contests/public_list.html", {"rows": rows, "cards": cards, "now": timezone.now()})


@page(Access.PUBLIC)
def contest(request: PageRequest, contest_id: int) -> HttpResponse:
    """One contest: how to enter, what is judged now, the votes one has, the shortlist, what was won."""
    now = timezone.now()
    card = queries.get_contest(None, contest_id)
    row = card.open_round
    judged: Any = ()
    if row is not None and row.takes_votes(now):
        judged = Paginator(queries.list_judged(None, row.id), ROWS).get_page(request.GET.get("page"))
    is_worker = request.viewer is not None and permissions.may(request.viewer, "own.view")
    votes = queries.own_votes(request.viewer, row.id) if row and is_worker else {}
    context = {
        "card": card,
        "now": now,
        "round": row,
        "rounds": [(one, rule_words(one.rule)) for one in card.rounds],
        "rows": judged,
        "takes_votes": bool(row and row.takes_votes(now)),
        "is_open": card.state is ContestState.CALL and card.opens_at <= now < card.closes_at,
        "is_worker": is_worker,
        "votes": votes,
        "left": row.rule.votes.choices - len(votes) if row and row.rule.votes else 0,
        "notices": queries.list_notices(None, contest_id) if card.state is ContestState.NOTICE else (),
        "awards": queries.list_awards(None, contest_id) if card.state is ContestState.DONE else (),
        "counted": VoteState.COUNTED,
    }
    return show(request, "contests/public_contest.html", context)


@page("own.view", methods=("POST",), shown_on=contest, changes_nothing=True)
def vote(request: PageRequest, contest_id: int) -> HttpResponse:
    """Vote for an entry, or take one's vote back."""
    card = queries.get_contest(None, contest_id)
    entry = whole(request.POST.get("entry", ""))
    told: dict[str, Any] = {
        "viewer": request.viewer, "round_id": card.open_round.id if card.open_round else 0, "entry_id": entry, "now": timezone.now()
    }  # fmt: skip
    if request.POST.get("act") == "revoke":
        actions.revoke(**told)
        messages.success(request, _("已撤回这一票，可以改投。"))
    else:
        actions.vote(address=address_of(request), **told)
        messages.success(request, _("投票成功。截止前可以撤回改投。"))
    page_number = whole(request.POST.get("page", ""))
    return redirect(f"/contests/{contest_id}/{f'?page={page_number}' if page_number else ''}#vote")


def _closed(card: ContestCard, place: int) -> RoundCard:
    found = next((one for one in card.rounds if one.place == place and one.sheet is not None), None)
    if found is None:
        raise queries.NotFound
    return found


@page(Access.PUBLIC)
def result(request: PageRequest, contest_id: int, place: int) -> HttpResponse:
    """A closed round: its ranking, its rule in words, and every mark and vote it was counted from."""
    card = queries.get_contest(None, contest_id)
    row = _closed(card, place)
    lines = queries.list_lines(None, row.id)
    seats = sorted({seat for line in lines for seat in line.marks} | {seat for line in lines for seat in line.barred})
    context = {
        "card": card,
        "round": row,
        "lines": lines,
        "seats": seats,
        "said": rule_words(row.rule),
        "on": sum(line.goes_on for line in lines),
        "drawn": queries.drawn_in(row),
        "is_last": row.place == len(card.rounds),
    }
    return show(request, "contests/public_result.html", context)


@page(Access.PUBLIC)
def sheet(request: PageRequest, contest_id: int, place: int) -> HttpResponse:
    """Everything that was counted, for whoever counts again: the rule, marks, votes, and the seed with its seal."""
    card = queries.get_contest(None, contest_id)
    row = _closed(card, place)
    said = {"contest": card.number, "round": row.rule.id, "seal": row.seal, "seed": row.seed, **(row.sheet or {})}
    text = json.dumps(said, ensure_ascii=False, indent=1)
    headers = {"Content-Disposition": f'attachment; filename="{card.number}-{row.rule.id}.json"'}
    return HttpResponse(text, content_type="application/json", headers=headers)


@page(Access.PUBLIC, methods=("GET", "POST"))
def object_to_line(request: PageRequest, notice_id: int) -> HttpResponse:
    """Nothing typed is lost when it cannot be taken now; sent twice it is one objection with one receipt."""
    form = ObjectionForm(request.POST or None, initial={"key": uuid.uuid4()})
    now, status = timezone.now(), 200
    card, line = queries.get_live_notice(notice_id, today=timezone.localdate(now))
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            raised = actions.object_to_notice(
                notice_id=notice_id, words=asked["words"], contact=asked["contact"], key=asked["key"], address=address_of(request), now=now
            )  # fmt: skip
        except TooManyTries as refusal:
            request.refusal, status = refusal, status_of(refusal)
        else:
            return show(request, "public/objected.html", {"receipt": raised.receipt})
    notice = LiveNotice(
        notice_id, line.entry.name or line.entry.title, line.entry.org_name, say(line.title), line.amount, line.starts_on, line.ends_before, card.title["zh"], card.title["en"]
    )  # fmt: skip
    context = {"form": form, "notice": notice}
    return show(request, "public/object.html", context, status=422 if form.errors else status)


@page(Access.ANY_POST)
def open_file(request: PageRequest, entry_id: int, key: str) -> HttpResponse:
    """A recording or paper: for its entrant, the organiser, the jury, and those who vote; opening is on record."""
    viewer: Viewer = request.viewer
    opened = actions.open_file(
        viewer=viewer, entry_id=entry_id, key=key, now=timezone.now(), is_small=wants_small(request)
    )
    return hand_out_part(request, opened)
