"""Workbooks that come in: the template, the upload, a look at what it would do, then all of it or nothing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from niangjia.jobs import import_workbook
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import deployment, show
from niangjia.portals.officer.exporting import WORKBOOK

SHOWN = 20


@page("imports.send")
def imports(request: PageRequest) -> HttpResponse:
    """What this post may import, with a template and an upload for each."""
    kinds = [import_workbook.feed_of(kind.feed) for kind in import_workbook.kinds_for(request.viewer)]
    return show(request, "officer/imports.html", {"kinds": kinds})


@page("imports.send")
def import_template(request: PageRequest, kind: str) -> HttpResponse:
    file = import_workbook.template(request.viewer, kind)
    name = f"{import_workbook.feed_of(kind).zh}-{_('模板')}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=WORKBOOK)  # type: ignore[return-value]


@page("imports.send", methods=("POST",), shown_on=imports)
def upload(request: PageRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise import_workbook.NotAccepted("请选择要导入的文件。", "Choose the file to import.")
    if (file.size or 0) > import_workbook.LARGEST_BYTES:
        raise import_workbook.TooLarge
    number = import_workbook.receive(
        deployment(), request.viewer, kind=request.POST.get("kind", ""), name=file.name or "", content=file.read(), now=timezone.now()
    )  # fmt: skip
    return redirect("officer:import", number)


@page("imports.send", shown_on=imports)
def preview(request: PageRequest, number: str) -> HttpResponse:
    seen = import_workbook.preview(deployment(), request.viewer, number, now=timezone.now())
    feed = import_workbook.feed_of(seen.kind)
    columns = [column for column in feed.columns.values() if column.sensitivity == "low" and column.type != "id"]
    is_zh = (get_language() or "zh").startswith("zh")
    labels = [column.zh if is_zh else column.code for column in columns]
    context: dict[str, Any] = {
        "number": number,
        "seen": seen,
        "feed": feed,
        "labels": labels,
        "first": [
            [
                (label, "" if row.get(column.code) is None else str(row[column.code]))
                for label, column in zip(labels, columns, strict=True)
            ]
            for row in seen.first
        ],
        "wrong": seen.wrong[:SHOWN],
    }
    return show(request, "officer/import.html", context)


@page("imports.send", methods=("POST",), shown_on=imports)
def marked(request: PageRequest, number: str) -> HttpResponse:
    """The workbook with what is wrong in its last column."""
    language = get_language() or "zh"
    file = import_workbook.marked(deployment(), request.viewer, number, language=language, now=timezone.now())
    name = f"{_('问题与建议')}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=WORKBOOK)  # type: ignore[return-value]


@page("imports.send", methods=("POST",), shown_on=imports)
def confirm(request: PageRequest, number: str) -> HttpResponse:
    done = import_workbook.confirm(deployment(), request.viewer, number, now=timezone.now())
    if done.is_idle:
        messages.success(request, _("内容与已有的完全相同，没有改动。"))
    else:
        messages.success(
            request,
            _("已全部导入：新增 %(new)s 行，更新 %(changed)s 行。") % {"new": done.new, "changed": done.changed},
        )
    return redirect("officer:imports")
