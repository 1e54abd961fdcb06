"""The list of bulletins, one of them, and its edits side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bulletins import queries
from niangjia.apps.bulletins.types import Card, FigureValue, RevisionCard, State
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.portals.cockpit.bulletins.shown import period_shown, shown_text
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show

ROWS = 50


@page("bulletins.view")
def bulletins(request: PageRequest) -> HttpResponse:
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    found = queries.list_bulletins(request.viewer, kind=kind, state=state)
    rows = Paginator(found, ROWS).get_page(request.GET.get("page"))
    kinds = queries.list_kinds()
    titles = {one.id: one.title for one in kinds}
    cards = [(card, period_shown(card.period), titles.get(card.kind)) for card in map(queries.card_of, rows)]
    may_write = permissions.may(request.viewer, "bulletins.manage")
    states = list(State) if may_write else [State.ISSUED, State.WITHDRAWN]
    context = {"cards": cards, "page": rows, "kinds": kinds, "kind": kind, "state": state, "states": states, "may_write": may_write}  # fmt: skip
    return show(request, "bulletins/all.html", context)


@dataclass(frozen=True)
class FigureShown:
    """`link` empty: it has no rows, or the viewer may not open them."""

    figure: FigureValue
    link: str
    is_used: bool


def figures_shown(viewer: Viewer, card: Card) -> list[FigureShown]:
    union = organizations.get_union(card.org_id)
    is_below = scope.covers(viewer.org_path, union.path)

    def may_open(link: str) -> bool:
        return is_below and permissions.may(viewer, "targets.view" if "/targets/" in link else "cockpit.view")

    used = {title for block in card.content.blocks for title, _value in queries.CHIP.findall(block.text)}
    return [FigureShown(one, one.link if one.link and may_open(one.link) else "", one.title in used) for one in card.figures]  # fmt: skip


@page("bulletins.view")
def bulletin(request: PageRequest, bulletin_id: int) -> HttpResponse:
    card = queries.get_bulletin(request.viewer, bulletin_id)
    may_write = queries.may_write(request.viewer, card)
    hands = {one for one in (card.drafted_by, card.edited_by, card.reviewed_by, card.issued_by) if one}
    is_author = bool({request.viewer.account_id, *request.viewer.joined_ids} & {card.drafted_by, card.edited_by})
    is_open = card.state in (State.DRAFT, State.REVIEWED)
    answered = request.POST.getlist("checked")
    context = {
        "card": card,
        "own_numbers": [(one, one.key in answered) for one in queries.strangers_of(card)]
        if may_write and is_open
        else [],
        "kind": queries.get_kind(card.kind),
        "period_words": period_shown(card.period),
        "lines": [(block.kind, shown_text(block.text)) for block in card.content.blocks],
        "figures": figures_shown(request.viewer, card),
        "names": accounts.names_of(hands),
        "may_write": may_write,
        "may_edit": may_write and is_open,
        "may_review": may_write and card.state is State.DRAFT and not is_author,
        "may_issue": may_write and card.state is State.REVIEWED and not is_author,
        "waits_for_other": may_write and is_open and is_author,
        "may_withdraw": may_write and card.state is State.ISSUED,
    }
    return show(request, "bulletins/bulletin.html", context)


@dataclass(frozen=True)
class Edit:
    revision: RevisionCard
    differences: Sequence[tuple[str, str]]


@page("bulletins.manage")
def history(request: PageRequest, bulletin_id: int) -> HttpResponse:
    """Each edit beside the one before."""
    card = queries.get_bulletin(request.viewer, bulletin_id)
    found = queries.list_revisions(request.viewer, bulletin_id)
    edits = [
        Edit(one, queries.differences(before.content, one.content) if before else [])
        for one, before in zip(found, [*found[1:], None], strict=True)
    ]
    names = accounts.names_of({one.by for one in found})
    return show(request, "bulletins/history.html", {"card": card, "edits": edits, "names": names})
