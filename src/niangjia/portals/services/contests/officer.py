"""Officers' contests: the list, one contest with the step that is next, its jury, its votes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.contests import actions, queries
from niangjia.apps.contests.types import ContestCard, ContestState, EntryState
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import watch
from niangjia.portals.officer.exporting import Column, Listing, export_of, word
from niangjia.portals.services.contests.forms import JurorForm, ReasonForm
from niangjia.portals.services.contests.pieces import rule_words

ROWS = 25


@page("contests.view")
def contests(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    state = request.GET.get("state", "")
    found = queries.list_contests(viewer, state=state if state in ContestState.values else "")
    rows = Paginator(found, ROWS).get_page(request.GET.get("page"))
    context = {
        "rows": rows,
        "cards": [queries.contest_card(row) for row in rows],
        "waiting": queries.count_waiting(viewer),
        "states": ContestState.choices,
        "state": state,
        "may_set_up": permissions.may(viewer, "contests.manage") and bool(queries.list_packs(viewer)),
        "has_seat": queries.has_seat(viewer),
    }
    return show(request, "contests/desk.html", context)


class _Counted(Paginator):
    """Pages of rows whose number is known already."""

    def __init__(self, rows: Any, per_page: int, number: int) -> None:
        super().__init__(rows, per_page)
        self.count = number  # type: ignore[misc]  # a cached property


@page("contests.view")
def contest(request: PageRequest, contest_id: int) -> HttpResponse:
    viewer: Viewer = request.viewer
    now = timezone.now()
    watch(request, f"contest:{contest_id}")
    card = queries.get_contest(viewer, contest_id)
    is_own = queries.is_own(viewer, card)
    state = _state(request)
    counts = queries.count_states(viewer, contest_id)
    entries = queries.list_entries(viewer, contest_id, state=state)
    rows = _Counted(entries, ROWS, counts.get(state, 0) if state else sum(counts.values())).get_page(
        request.GET.get("page")
    )
    may_answer = permissions.may(viewer, "contests.answer")
    row = card.open_round
    jury = queries.list_jury(viewer, card, with_conflicts=False)
    awards = queries.list_awards(viewer, contest_id) if card.state is ContestState.DONE else []
    context = {
        "card": card,
        "now": now,
        "is_own": is_own,
        "may_nominate": permissions.may(viewer, "contests.nominate") and card.pack.by_nomination,
        "is_open": card.state is ContestState.CALL and card.opens_at <= now < card.closes_at,
        "rounds": [(one, rule_words(one.rule)) for one in card.rounds],
        "round": row,
        "all_closed": all(one.sheet is not None for one in card.rounds),
        "waits_for_vote": bool(row and row.takes_votes(now)),
        "rows": rows,
        "cards": queries.entry_cards(rows),
        "counts": counts,
        "state": state,
        "jury": jury,
        "owed": sum(one.owed for one in jury),
        "notices": queries.list_notices(viewer, contest_id) if card.state is ContestState.NOTICE else (),
        "objections": queries.list_objections(viewer, contest_id=contest_id, only_open=False)
        if may_answer and row is None
        else (),
        "awards": awards,
        "allowances_wait": sum(one.waits_for_allowance for one in awards) if may_answer and is_own else 0,
        "reason_form": ReasonForm(),
    }
    return show(request, "contests/run.html", context)


def _state(request: PageRequest) -> str:
    said = request.GET.get("state", "")
    return said if said in EntryState.values else ""


ENTRIES = Listing(
    "contest-entries",
    gettext_lazy("参评名单"),
    lambda request, contest_id: queries.list_entries(request.viewer, contest_id, state=_state(request)),
    lambda request: (
        Column(gettext_lazy("编号"), lambda card: card.number, 16),
        Column(gettext_lazy("作品或事迹"), lambda card: card.title, 36),
        Column(gettext_lazy("参评"), lambda card: card.name, 24),
        Column(gettext_lazy("工会"), lambda card: card.org_name, 30),
        Column(gettext_lazy("状态"), lambda card: word("contest_entry", card.state), 12),
        Column(gettext_lazy("递交"), lambda card: card.handed_in_at, 17),
    ),
    lines=lambda request, rows: queries.entry_cards(rows),
    filters=("state",),
)
export_entries = export_of(ENTRIES, contest)


def _until(text: str) -> datetime:
    """Midnight after the day that was typed. Raises NotFound: no day."""
    try:
        return timezone.make_aware(datetime.fromisoformat(text[:10])) + timedelta(days=1)
    except ValueError as error:
        raise queries.NotFound from error


_STEPS: Mapping[str, Callable[..., Any]] = {
    "publish": actions.publish,
    "open": actions.open_next_round,
    "announce": actions.announce,
    "finish": actions.finish,
}


@page("contests.manage", methods=("POST",), shown_on=contest)
def step(request: PageRequest, contest_id: int) -> HttpResponse:
    """The step that the page offers: publish, extend, open a round, close it, announce, finish, call off."""
    told: dict[str, Any] = {"viewer": request.viewer, "contest_id": contest_id, "now": timezone.now()}
    act = request.POST.get("act", "")
    if act in _STEPS:
        _STEPS[act](**told)
    elif act == "extend":
        actions.extend_call(closes_at=_until(request.POST.get("until", "")), **told)
    elif act == "close":
        card: ContestCard = queries.get_contest(request.viewer, contest_id)
        if card.open_round is not None:
            reason = request.POST.get("reason", "")
            actions.close_round(
                viewer=request.viewer, round_id=card.open_round.id, reason=reason, now=timezone.now()
            )  # fmt: skip
    elif act == "off":
        actions.call_off(reason=request.POST.get("reason", ""), **told)
    messages.success(request, _("已办。"))
    return redirect("contests:run", contest_id)


@page("contests.view", methods=("GET", "POST"))
def jury(request: PageRequest, contest_id: int) -> HttpResponse:
    """Who sits, what they owe, to what they are near; appointing and dismissing."""
    viewer: Viewer = request.viewer
    card = queries.get_contest(viewer, contest_id)
    is_dismissal = request.POST.get("act") == "dismiss"
    form = JurorForm(request.POST if request.method == "POST" and not is_dismissal else None)
    if request.method == "POST":
        permissions.require(viewer, "contests.manage")
        if is_dismissal:
            juror = request.POST.get("juror", "")
            actions.dismiss_juror(
                viewer=viewer, juror_id=whole(juror), reason=request.POST.get("reason", ""), now=timezone.now()
            )  # fmt: skip
            messages.success(request, _("已解除。"))
            return redirect("contests:jury", contest_id)
        if form.is_valid():
            seat = actions.appoint_juror(
                viewer=viewer, contest_id=contest_id, username=form.cleaned_data["username"], now=timezone.now()
            )
            messages.success(request, _("已聘为 %(n)s 号评委。") % {"n": seat})
            return redirect("contests:jury", contest_id)
    context = {
        "card": card,
        "jury": queries.list_jury(viewer, card),
        "form": form,
        "is_own": queries.is_own(viewer, card),
        "round": card.open_round,
    }
    return show(request, "contests/jury.html", context, status=422 if form.errors else 200)


@page("contests.manage", methods=("GET", "POST"))
def votes(request: PageRequest, contest_id: int) -> HttpResponse:
    """Votes of the open round while they come in, and where they came suspiciously thick."""
    viewer: Viewer = request.viewer
    card = queries.get_contest(viewer, contest_id)
    row = card.open_round
    if row is None or row.rule.votes is None or not queries.is_own(viewer, card):
        raise queries.NotFound
    bursts = queries.bursts_of(viewer, row.id)
    if request.method == "POST":
        place = whole(request.POST.get("burst", ""), len(bursts))
        burst = bursts[place] if place < len(bursts) else None
        if burst is None:
            raise queries.NotFound
        count = actions.set_aside_votes(
            viewer=viewer, round_id=row.id, entry_id=burst.entry_id, network=burst.network, since=burst.first_at, until=burst.last_at,
            reason=request.POST.get("reason", ""), now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("%(n)s 票不计入。") % {"n": count})
        return redirect("contests:votes", contest_id)
    counts = queries.vote_counts(viewer, row.id)
    listed = [(one, *counts.get(one.id, (0, 0))) for one in queries.list_judged(viewer, row.id)]
    listed.sort(key=lambda line: (-line[1], line[0].number))
    context = {"card": card, "round": row, "bursts": list(enumerate(bursts)), "listed": listed[:200]}
    return show(request, "contests/votes.html", context)
