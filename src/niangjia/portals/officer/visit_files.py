"""What a visit brings along while it is written: the draft as it is typed, photos and the signature, and the same on a phone without a network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpResponse, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import queries as case_queries
from niangjia.apps.cases.actions.drafting import MOST, PHOTOS, SIGNATURE, DraftChanged
from niangjia.apps.cases.types import DraftCard
from niangjia.apps.files import queries as files
from niangjia.kernel.problems import Refusal
from niangjia.portals.design import uploads
from niangjia.portals.design.pages import page
from niangjia.portals.design.refusals import status_of
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import theme_of
from niangjia.portals.design.uploads import UploadField
from niangjia.portals.officer.leaving import or_what_changed

_APART = {"csrfmiddlewaretoken", "seen", "key", "step", "edition", "device", "more", "keep"}


def draft_values(data: QueryDict) -> dict[str, list[str]]:
    """What the form sent, without what is not typed."""
    return {name: data.getlist(name) for name in data if name not in _APART and not name.endswith("-drop")}


def photo_fields(
    order_id: int, key: str, draft: DraftCard | None, refused: Mapping[str, list[str]]
) -> list[UploadField]:
    """Of photos and signature, with what the draft holds."""
    kept = files.list_files(case_queries.visit_owner(draft.key)) if draft else []

    def of(part: str) -> list[Any]:
        mine = [card for card in kept if card.part == part]
        return [(card, reverse("officer:draft_file", args=[order_id, card.key])) for card in mine]

    common: dict[str, Any] = {
        "send_to": f"{reverse('officer:visit_files', args=[order_id])}?visit={key}",
        "only_photos": True,
    }
    return [
        UploadField(
            PHOTOS,
            _("现场照片"),
            _("住处、证明材料都可以拍，最多 12 张。拍摄地点会自动去掉。"),
            files=of(PHOTOS),
            most=MOST[PHOTOS],
            errors=refused.get(PHOTOS, ()),
            **common,
        ),
        UploadField(
            SIGNATURE,
            _("本人签字"),
            _("请本人在屏幕上用手指签，或签在纸上拍照。重签会换掉原来的。"),
            files=of(SIGNATURE),
            most=MOST[SIGNATURE],
            noun=_("签字"),
            errors=refused.get(SIGNATURE, ()),
            **common,
        ),
    ]


def keep_in(request: PageRequest, case_id: int, key: UUID) -> dict[str, list[str]]:
    """Photos that came with the form, and those ticked to be removed; what could not be taken, in words by field."""
    said: dict[str, list[str]] = {}
    asks: dict[str, Any] = {"viewer": request.viewer, "case_id": case_id, "key": key, "now": timezone.now()}
    for part in MOST:

        def keep(content: bytes, file_key: Any, part: str = part) -> Any:
            return cases.keep_visit_file(**asks, part=part, content=content, file_key=file_key)

        for dropped in request.POST.getlist(f"{part}-drop"):
            cases.drop_visit_file(**asks, file_key=dropped)
        said[part] = uploads.take(request, part, keep)
    return said


@page("cases.verify", methods=("POST",))
@or_what_changed
def save_draft(request: PageRequest, order_id: int) -> JsonResponse:
    """What a script keeps every few seconds: ``{"at", "edition"}``, or why it was not kept."""
    case = case_queries.find_case_of_order(request.viewer, order_id)
    key = uploads.key_of(request.POST.get("key", ""))
    if case is None or key is None:
        raise case_queries.NotFound
    known = request.POST.get("edition", "")
    try:
        draft = cases.save_draft(
            viewer=request.viewer,
            case_id=case.id,
            key=key,
            values=draft_values(request.POST),
            edition=whole(known) if known else None,
            device=request.POST.get("device", "")[:32],
            now=timezone.now(),
        )
    except DraftChanged as refusal:
        return JsonResponse({"problem": uploads.words_of(refusal), "edition": refusal.edition}, status=409)
    except Refusal as refusal:
        recorded_at = case_queries.find_recorded_visit(request.viewer, key)
        return JsonResponse(
            {"problem": uploads.words_of(refusal), "is_recorded": recorded_at is not None}, status=status_of(refusal)
        )
    return JsonResponse({"at": f"{timezone.localtime(draft.saved_at):%H:%M}", "edition": draft.edition})


@page("cases.verify", methods=("POST",))
@or_what_changed
def visit_files(request: PageRequest, order_id: int) -> JsonResponse:
    """One photo at a time from a script, see `uploads.answer`."""
    case = case_queries.find_case_of_order(request.viewer, order_id)
    key, part = uploads.key_of(request.GET.get("visit", "")), request.POST.get("part", "")
    if case is None or key is None or part not in MOST:
        raise case_queries.NotFound
    asks: dict[str, Any] = {"viewer": request.viewer, "case_id": case.id, "key": key, "now": timezone.now()}
    return uploads.answer(
        request,
        lambda content, file_key: cases.keep_visit_file(**asks, part=part, content=content, file_key=file_key),
        lambda dropped: cases.drop_visit_file(**asks, file_key=dropped),
    )


@page("cases.verify")
@or_what_changed
def draft_file(request: PageRequest, order_id: int, key: str) -> HttpResponse:
    """A photo of one's own draft."""
    case = case_queries.find_case_of_order(request.viewer, order_id)
    if case is None:
        raise case_queries.NotFound
    return uploads.hand_out(
        cases.open_draft_file(
            viewer=request.viewer,
            case_id=case.id,
            file_key=key,
            now=timezone.now(),
            is_small=uploads.wants_small(request),
        )
    )


@page("registry.reveal")
def visit_file(request: PageRequest, visit_id: int, key: str) -> HttpResponse:
    """A photo of a visit on record."""
    return uploads.hand_out(
        cases.open_visit_file(
            viewer=request.viewer,
            visit_id=visit_id,
            file_key=key,
            now=timezone.now(),
            is_small=uploads.wants_small(request),
        )
    )


@page("cases.verify")
def visit_shell(request: PageRequest) -> HttpResponse:
    """The page that a phone without a network shows: it holds nothing of anybody, the drafts on the device are put into it."""
    return render(request, "officer/visit_shell.html", {"theme": theme_of(request)})


@page("cases.verify")
def visit_worker(request: PageRequest) -> HttpResponse:
    """The script that answers for the visit's page when no network does; it is in charge of orders alone."""
    path = settings.DESIGN / "static" / "js" / "visit-worker.js"
    scope = reverse("officer:orders")
    return HttpResponse(
        path.read_bytes(),
        content_type="text/javascript",
        headers={"Service-Worker-Allowed": scope, "Cache-Control": "no-cache"},
    )


@page("cases.verify")
def device_key(request: PageRequest, device: str) -> JsonResponse:
    """
    What this account's drafts on this device are sealed with, for as long as its sitting may last.

    Made anew each time it is asked for, kept nowhere: of the account, the state of its password and the number the device gave itself.
    Another password, or an account that may not sign in, and what lies on a lost device stays shut.
    """
    if not re.fullmatch(r"[0-9a-f]{32}", device):
        return JsonResponse({"problem": _("设备编号不对，请重新打开页面。")}, status=409)
    mark = get_user(request).get_session_auth_hash()  # type: ignore[union-attr]
    secret = salted_hmac("niangjia.device", f"{request.viewer.account_id}|{device}|{mark}", algorithm="sha256")
    started = request.session.get("started_at", int(timezone.now().timestamp()))
    return JsonResponse(
        {
            "secret": secret.hexdigest(),
            "account": request.viewer.account_id,
            "until": (started + settings.SESSION_COOKIE_AGE) * 1000,
            "token": get_token(request),
        }
    )
