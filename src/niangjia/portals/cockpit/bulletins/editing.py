"""The text in a plain form: a field a paragraph, figures as 〔title：value〕, which may be moved, left out, or, for a reason, changed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.bulletins import actions, queries
from niangjia.apps.bulletins.problems import EditedMeanwhile, NotInThisState
from niangjia.apps.bulletins.types import BlockText, Content, State
from niangjia.portals.cockpit.bulletins.reading import figures_shown
from niangjia.portals.cockpit.bulletins.shown import shown_text
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show

SPARE = 2
"""Empty paragraphs at the end."""
MOST = 60
LONGEST = 4000


@page("bulletins.manage")
def edit(request: PageRequest, bulletin_id: int) -> HttpResponse:
    card = queries.get_bulletin(request.viewer, bulletin_id)
    if not queries.may_write(request.viewer, card) or card.state not in (State.DRAFT, State.REVIEWED):
        raise NotInThisState
    refusal = getattr(request, "refusal", None)
    blocks = [*card.content.blocks, *[BlockText("text", "")] * SPARE]
    context = {
        "card": card,
        "blocks": [(place, 10 * place, block) for place, block in enumerate(blocks, 1)],
        "lines": [(block.kind, shown_text(block.text)) for block in card.content.blocks],
        "figures": [(one, queries.chip(one.figure)) for one in figures_shown(request.viewer, card)],
        "own_numbers": [(one, False) for one in queries.strangers_of(card)],
        "changed_meanwhile": refusal.differences if isinstance(refusal, EditedMeanwhile) else [],
    }
    return show(request, "bulletins/edit.html", context)


def _content(request: PageRequest) -> Content:
    """Paragraphs by the number before each; empty ones are left out."""
    said = request.POST
    found = []
    for place in range(1, MOST + 1):
        text = " ".join(said.get(f"text-{place}", "").split())[:LONGEST]
        if text:
            kind = "heading" if said.get(f"kind-{place}") == "heading" else "text"
            found.append((whole(said.get(f"order-{place}", "")) or 10 * place, place, BlockText(kind, text)))
    blocks = [block for _order, _place, block in sorted(found, key=lambda one: one[:2])]
    title, to, copies = (" ".join(said.get(name, "").split())[:200] for name in ("title", "to", "copies"))
    return Content(title, to, copies, blocks)


@page("bulletins.manage", methods=("POST",), shown_on=edit)
def save(request: PageRequest, bulletin_id: int) -> HttpResponse:
    actions.edit(
        viewer=request.viewer, bulletin_id=bulletin_id, version=whole(request.POST.get("version", "")), content=_content(request),
        reason=request.POST.get("reason", ""), now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("已保存。"))
    return redirect("bulletins:bulletin", bulletin_id)
