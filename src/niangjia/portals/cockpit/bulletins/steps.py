"""What is done with a bulletin: reviewed, issued, withdrawn, taken away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.bulletins import actions, queries
from niangjia.engines import papers
from niangjia.jobs import export_rows
from niangjia.portals.cockpit.bulletins.paper import paper_of
from niangjia.portals.cockpit.bulletins.reading import bulletin
from niangjia.portals.design import words
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.officer.exporting import WORKBOOK

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FORMS: Mapping[str, tuple[str, str, Callable[[papers.Paper], bytes]]] = {
    "pdf": ("pdf", "application/pdf", papers.write_pdf),
    "word": ("docx", _WORD, papers.write_word),
    "excel": ("xlsx", WORKBOOK, papers.write_workbook),
}


@page("bulletins.manage", methods=("POST",), shown_on=bulletin)
def review(request: PageRequest, bulletin_id: int) -> HttpResponse:
    actions.review(viewer=request.viewer, bulletin_id=bulletin_id, now=timezone.now())
    messages.success(request, _("已核稿，可以签发。"))
    return redirect("bulletins:bulletin", bulletin_id)


@page("bulletins.issue", methods=("POST",), shown_on=bulletin)
def issue(request: PageRequest, bulletin_id: int) -> HttpResponse:
    checked = request.POST.getlist("checked")
    number = actions.issue(viewer=request.viewer, bulletin_id=bulletin_id, checked=checked, now=timezone.now())
    messages.success(request, _("已签发，今年第 %(n)s 号；下级工会会收到消息。") % {"n": number})
    return redirect("bulletins:bulletin", bulletin_id)


@page("bulletins.issue", methods=("POST",), shown_on=bulletin)
def withdraw(request: PageRequest, bulletin_id: int) -> HttpResponse:
    actions.withdraw(
        viewer=request.viewer, bulletin_id=bulletin_id, reason=request.POST.get("reason", ""), now=timezone.now()
    )
    messages.success(request, _("已撤回。编号保留，通报仍可查看，并注明理由。"))
    return redirect("bulletins:bulletin", bulletin_id)


@page("bulletins.view", methods=("POST",), shown_on=bulletin, changes_nothing=True)
def download(request: PageRequest, bulletin_id: int) -> HttpResponse:
    """Made first, recorded, then handed out: what cannot be made is not on record as taken."""
    card, now = queries.get_bulletin(request.viewer, bulletin_id), timezone.now()
    form = request.POST.get("form", "")
    ending, media_type, write = _FORMS[form if form in _FORMS else "pdf"]
    purpose = export_rows.require_purpose(request.POST.get("purpose", ""))
    content = write(paper_of(card, watermark=_watermark(request, purpose)))
    actions.note_export(viewer=request.viewer, bulletin_id=bulletin_id, form=ending, purpose=purpose, now=now)
    name = quote(f"{queries.plain(card.content.title)}.{ending}")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store, private",
    }
    return HttpResponse(content, content_type=media_type, headers=headers)


def _watermark(request: PageRequest, purpose: str) -> str:
    post = request.post_card
    said = {
        "who": request.viewer.name,
        "post": f"{post.org_name if post else ''} {words.word('role', request.viewer.role)[0]}".strip(),
        "at": f"{timezone.localtime():%Y-%m-%d %H:%M}",
        "purpose": purpose,
    }
    return _("导出人 %(who)s · 岗位 %(post)s · 时间 %(at)s · 目的 %(purpose)s") % said
