"""起草与发布: a rule's text written or handed in, checked while it is written, and published by a colleague."""

from __future__ import annotations

import difflib
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import queries
from niangjia.apps.programs.types import DraftCard, DraftCheck, Retroactive
from niangjia.jobs import simulate
from niangjia.portals.design.forms import Form, day_input
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import deployment, show
from niangjia.portals.design.tags import say


class PublishForm(Form):
    """`decided`: the last day about which decisions were made; from a day among them on, the story must be told."""

    active_from = forms.DateField(
        label=gettext_lazy("从哪天起"),
        widget=day_input(),
        help_text=gettext_lazy("这一天起按新文本决定，之前的仍按原文本"),
    )
    reason = forms.CharField(
        label=gettext_lazy("追溯的原因"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("起始日在已作出的决定之前才要填：那些决定会重算，差额等没有经手的人处理"),
    )

    def __init__(self, data: Any = None, *, decided: date | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.decided = decided
        if decided is None:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.is_retroactive and not given.get("reason", "").strip():
            self.add_error(
                "reason", _("已就 %(day)s 及以前的情况作出决定。追溯生效须写明原因。") % {"day": self.decided}
            )
        return given

    @property
    def is_retroactive(self) -> bool:
        begins = self.cleaned_data.get("active_from")
        return self.decided is not None and begins is not None and begins <= self.decided


@page("programs.manage", methods=("POST",))
def start_draft(request: PageRequest) -> HttpResponse:
    """From an installed version, or from nothing."""
    version = whole(request.POST.get("version", ""))
    card = programs.start_draft(viewer=request.viewer, version_id=version or None, now=timezone.now())
    return redirect("officer:draft", card.id)


@page("programs.manage", methods=("GET", "POST"))
def draft(request: PageRequest, draft_id: int) -> HttpResponse:
    """POST: keep what was typed. What a colleague saved meanwhile is shown beside it and overwrites nothing."""
    viewer: Viewer = request.viewer
    card = queries.get_draft(viewer, draft_id)
    typed = _typed(request) if request.method == "POST" else None
    if typed is not None:
        try:
            programs.save_draft(
                viewer=viewer,
                draft_id=draft_id,
                seen=request.POST.get("seen", ""),
                now=timezone.now(),
                **typed,
            )
        except programs.DraftChanged as refusal:
            request.refusal = refusal
        else:
            messages.success(request, _("已保存。"))
            return redirect("officer:draft", draft_id)
    return show(request, "officer/draft.html", _context(request, card, typed), status=409 if typed else 200)


def _typed(request: PageRequest) -> dict[str, str]:
    """A file that was handed in stands instead of what is in its box."""
    found = {name: request.POST.get(name, "").replace("\r\n", "\n") for name in ("program", "cases", "source")}
    for name in ("program", "cases"):
        file = request.FILES.get(f"{name}_file")
        if isinstance(file, UploadedFile) and file.size:
            found[name] = _decoded(file.read(programs.LONGEST_TEXT * 4 + 1))
    return found


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace").replace("\r\n", "\n")


def _context(request: PageRequest, card: DraftCard, typed: dict[str, str] | None) -> dict[str, Any]:
    viewer = request.viewer
    check = queries.check_draft(viewer, card.id)
    form = getattr(request, "form", None) or PublishForm(
        decided=check.decided, initial={"active_from": _first_day(check)}
    )
    months = simulate.months_with_people(deployment())
    return {
        "card": card,
        "check": check,
        "form": form,
        "program": (typed or {}).get("program", card.program),
        "cases": (typed or {}).get("cases", card.cases),
        "source": (typed or {}).get("source", card.source),
        "against_mine": _lines(card.program, typed["program"]) if typed else (),
        "problems": [(one, one.file.rpartition("/")[2]) for one in check.problems],
        "title": say(dict(check.pack.title)) if check.pack else card.pack_id,
        "typed_it": viewer.has_hand_in(card.hands),
        "is_open": card.version_id is None and not card.is_dropped,
        "names": accounts.names_of({card.changed_by, *card.hands}),
        "month": months[0] if months and check.standing else None,
    }


def _first_day(check: DraftCheck) -> date:
    today = timezone.localdate()
    return (
        today
        if check.decided is None or check.decided < today
        else check.decided.fromordinal(check.decided.toordinal() + 1)
    )


def _lines(before: str, after: str) -> tuple[str, ...]:
    return tuple(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1))[2:]


@page("programs.manage", methods=("POST",), shown_on=draft)
def publish_draft(request: PageRequest, draft_id: int) -> HttpResponse:
    viewer: Viewer = request.viewer
    card = queries.get_draft(viewer, draft_id)
    form = PublishForm(request.POST, decided=queries.check_draft(viewer, draft_id).decided)
    request.form = form
    if not form.is_valid():
        return show(request, "officer/draft.html", _context(request, card, None), status=422)
    retroactive = Retroactive(form.cleaned_data["reason"], card.source) if form.is_retroactive else None
    published = programs.publish_draft(
        viewer=viewer,
        draft_id=draft_id,
        seen=request.POST.get("seen", ""),
        active_from=form.cleaned_data["active_from"],
        retroactive=retroactive,
        now=timezone.now(),
    )
    messages.success(request, _("已发布，自 %(day)s 起生效。") % {"day": form.cleaned_data["active_from"]})
    return redirect("officer:reconsiderations") if retroactive else redirect("officer:program", published.id)


@page("programs.manage", methods=("POST",), shown_on=draft)
def drop_draft(request: PageRequest, draft_id: int) -> HttpResponse:
    programs.drop_draft(viewer=request.viewer, draft_id=draft_id, now=timezone.now())
    messages.success(request, _("草稿已放弃。"))
    return redirect("officer:programs")
