"""A workbook of people for a list: seen first with what it would do, then confirmed, all of it or nothing. The same for every list."""

from __future__ import annotations

import io
from pathlib import PurePath
from typing import Any

from django.http import FileResponse, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from niangjia.jobs import import_kinds, import_roster, kept_workbooks
from niangjia.jobs.import_roster import Roster
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import deployment
from niangjia.portals.officer.exporting import WORKBOOK


def look(request: PageRequest, roster: Roster) -> dict[str, Any]:
    """What the uploaded workbook would do, for ``design/roster.html``; it waits for its sender, or for being fetched with what is wrong."""
    file = request.FILES.get("file")
    if file is None:
        raise import_roster.NoFile
    if (file.size or 0) > import_kinds.LARGEST_BYTES:
        raise import_kinds.TooLarge
    ending, content, now = PurePath(file.name or "").suffix.lower(), file.read(), timezone.now()
    report = import_roster.look(request.viewer, roster, ending=ending, content=content, now=now)
    if report.wrong:
        ending, content = ".xlsx", import_roster.marked(report, language=get_language() or "zh")
    workbook = kept_workbooks.Workbook(content, ending, roster.about)
    return {"report": report, "number": kept_workbooks.keep(deployment(), request.viewer, workbook, now=now)}


def confirm(request: PageRequest, roster: Roster, number: str) -> dict[str, Any]:
    """Take in what was looked at. Sent again, nobody is put on the list twice."""
    now = timezone.now()
    workbook = kept_workbooks.fetch(deployment(), request.viewer, number, roster.about, now=now)
    report = import_roster.take(
        request.viewer, roster, ending=workbook.ending, content=workbook.content, key=number, now=now
    )
    return {"report": report, "number": number}


def template(roster: Roster, name: str) -> HttpResponse:
    return _sheet(import_roster.template(roster).read(), name)


def marked(request: PageRequest, about: str, number: str) -> HttpResponse:
    """The workbook as it came, with what is wrong in its last column: for who sent it, within the hour."""
    workbook = kept_workbooks.fetch(deployment(), request.viewer, number, about, now=timezone.now())
    return _sheet(workbook.content, _("问题与建议"))


def _sheet(content: bytes, name: str) -> HttpResponse:
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=f"{name}.xlsx", content_type=WORKBOOK)  # type: ignore[return-value]
