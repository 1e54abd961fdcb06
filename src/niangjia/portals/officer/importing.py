"""Workbooks that come in: the template, the upload, a look at what it would do, then all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from niangjia.apps.organizations import queries as organizations
from niangjia.engines.sensing import Feed
from niangjia.jobs import import_kinds, import_workbook
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import deployment, show
from niangjia.portals.officer.exporting import WORKBOOK


@page("imports.send")
def imports(request: PageRequest) -> HttpResponse:
    """What this post may import, with a template and an upload for each; and what the viewer has sent lately."""
    kinds = [import_kinds.feed_of(kind.feed) for kind in import_kinds.kinds_for(request.viewer)]
    sent = import_workbook.list_own(deployment(), request.viewer, now=timezone.now())
    named = {kind: import_kinds.feed_of(kind) for kind in {one.kind for one in sent}}
    context = {"kinds": kinds, "sent": [(one, named[one.kind]) for one in sent]}
    return show(request, "officer/imports.html", context)


@page("imports.send")
def import_template(request: PageRequest, kind: str) -> HttpResponse:
    file = import_kinds.template(request.viewer, kind)
    name = f"{import_kinds.feed_of(kind).zh}-{_('模板')}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=WORKBOOK)  # type: ignore[return-value]


@page("imports.send", methods=("POST",), shown_on=imports)
def upload(request: PageRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise import_kinds.NotAccepted("请选择要导入的文件。", "Choose the file to import.")
    if (file.size or 0) > import_kinds.LARGEST_BYTES:
        raise import_kinds.TooLarge
    now = timezone.now()
    number = import_workbook.receive(
        deployment(), request.viewer, kind=request.POST.get("kind", ""), name=file.name or "", content=file.read(), now=now
    )  # fmt: skip
    import_workbook.begin_check(deployment(), request.viewer, number, now=now)
    return redirect("officer:import", number)


@page("imports.send", shown_on=imports)
def preview(request: PageRequest, number: str) -> HttpResponse:
    """How far it is, what it would do, or what it did. A few rows are looked at anew at once, when what was seen holds no more."""
    now = timezone.now()
    found = import_workbook.find(deployment(), request.viewer, number, now=now)
    if found.is_small and found.is_unseen:
        import_workbook.begin_check(deployment(), request.viewer, number, now=now)
        found = import_workbook.find(deployment(), request.viewer, number, now=now)
    feed = import_kinds.feed_of(found.kind)
    context: dict[str, Any] = {"number": number, "found": found, "feed": feed, "seen": found.seen}
    if found.seen is not None:
        columns = [column for column in feed.columns.values() if column.sensitivity == "low" and column.type != "id"]
        is_zh = (get_language() or "zh").startswith("zh")
        labels = [column.zh if is_zh else column.code for column in columns]
        codes = [column.code for column in columns]
        context["labels"] = labels
        names = organizations.names_by_code({row.get("union_code") or "" for row in found.seen.first})
        context["first"] = [
            [
                (label, _in_words(feed, code, row.get(code) or "", names))
                for label, code in zip(labels, codes, strict=True)
            ]
            for row in found.seen.first
        ]
    return show(request, "officer/import.html", context)


def _in_words(feed: Feed, code: str, value: str, unions: Mapping[str, str]) -> str:
    """What stands in a cell, for whoever looks it over: a code by its first spelling, a union's code with its name."""
    if code == "union_code" and value in unions:
        return f"{unions[value]} {value}"
    spellings = feed.columns[code].values.get(value)
    return _(spellings[0]) if spellings else value


@page("imports.send", methods=("POST",), shown_on=preview)
def check_again(request: PageRequest, number: str) -> HttpResponse:
    import_workbook.begin_check(deployment(), request.viewer, number, now=timezone.now())
    return redirect("officer:import", number)


@page("imports.send", methods=("POST",), shown_on=preview, changes_nothing=True)
def stop_import(request: PageRequest, number: str) -> HttpResponse:
    import_workbook.stop(deployment(), request.viewer, number, now=timezone.now())
    return redirect("officer:import", number)


@page("imports.send", methods=("POST",), shown_on=preview)
def marked(request: PageRequest, number: str) -> HttpResponse:
    """The workbook with what is wrong in its last column."""
    language = get_language() or "zh"
    file = import_workbook.marked(deployment(), request.viewer, number, language=language, now=timezone.now())
    name = f"{_('问题与建议')}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=WORKBOOK)  # type: ignore[return-value]


@page("imports.send", methods=("POST",), shown_on=preview)
def confirm(request: PageRequest, number: str) -> HttpResponse:
    """All of it, or nothing; what lacks a reason is shown again with its field."""
    reason = request.POST.get("reason", "")
    import_workbook.confirm(deployment(), request.viewer, number, reason=reason, now=timezone.now())
    return redirect("officer:import", number)
