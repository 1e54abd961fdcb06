"""Extra points and points taken: proposed with evidence, confirmed by a second person."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.assessments import actions, queries
from niangjia.apps.assessments.problems import PointsRefused
from niangjia.apps.files.actions import MOST_BYTES
from niangjia.apps.files.problems import TooLarge
from niangjia.portals.cockpit.targets.asked import Unread, read_number
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show
from niangjia.portals.design.uploads import UploadField, hand_out

MOST_PAPERS = 3


def papers_of(request: PageRequest) -> list[bytes]:
    """Raises TooLarge."""
    found = request.FILES.getlist("papers")[:MOST_PAPERS]
    if any((file.size or 0) > MOST_BYTES for file in found):
        raise TooLarge(MOST_BYTES)
    return [file.read() for file in found]


def upload_field(*, is_required: bool) -> UploadField:
    hint = _("照片或 PDF，最多 %(n)s 个。") % {"n": MOST_PAPERS}
    return UploadField("papers", _("依据"), hint, most=MOST_PAPERS, is_required=is_required)


@page("assessments.manage")
def adjust(request: PageRequest, sheet_id: str) -> HttpResponse:
    sheet = queries.get_sheet(sheet_id)
    context = {
        "sheet": sheet, "unions": queries.compared(sheet, queries.get_assessor(request.viewer, 0)), "upload": upload_field(is_required=True),
        "key": request.POST.get("key") or uuid.uuid4().hex,
    }  # fmt: skip
    return show(request, "assessments/adjust.html", context)


@page("assessments.manage", methods=("POST",), shown_on=adjust)
def send(request: PageRequest, sheet_id: str) -> HttpResponse:
    try:
        points = read_number(request.POST.get("points", "").replace("−", "-"))
    except Unread as error:
        raise PointsRefused from error
    actions.adjust(
        viewer=request.viewer, sheet_id=sheet_id, org_id=whole(request.POST.get("org", "")), points=points, reason=request.POST.get("reason", ""),
        evidence=papers_of(request), key=request.POST.get("key", "")[:64] or uuid.uuid4().hex, now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("已提出，由另一位同事确认后计入。"))
    return redirect("assessments:sheet", sheet_id)


@page("assessments.manage", methods=("POST",))
def confirm(request: PageRequest, adjustment_id: int) -> HttpResponse:
    sheet_id = actions.confirm(viewer=request.viewer, adjustment_id=adjustment_id, now=timezone.now())
    messages.success(request, _("已确认，计入得分。"))
    return redirect("assessments:sheet", sheet_id)


@page("assessments.view")
def evidence(request: PageRequest, kind: str, row_id: int, key: str) -> HttpResponse:
    return hand_out(actions.open_evidence(viewer=request.viewer, kind=kind, row_id=row_id, key=key, now=timezone.now()))
