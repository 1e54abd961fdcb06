"""Photos and papers on a page: the field that takes them, what a script or a plain form sent, and how one is handed out."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import get_language

from niangjia.apps.files.actions import MOST_BYTES
from niangjia.apps.files.problems import EmptyFile, TooLarge
from niangjia.apps.files.types import FileCard, FileContent
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.refusals import status_of
from niangjia.portals.design.requests import PageRequest

Keep = Callable[[bytes, uuid.UUID | None], FileCard]
"""Keeps what came for one part of one owner, under the key that the sender gave it; raises Refusal."""
PHOTOS = "image/jpeg,image/png,image/webp,image/heic,image/heif"
PAPERS = f"{PHOTOS},application/pdf"
# A picture alone, whatever it is taken for: nothing in it runs, loads or frames.
_LOCKED = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"


@dataclass
class UploadField:
    """
    What ``{% upload field %}`` shows. `name`: of the file inputs; ``<name>-drop`` names those to be removed. `files`: what is kept, each
    with the address that opens it (empty = not to be opened here). `send_to`: where the script sends one file at a time and takes it
    back, see `answer`; empty = files travel with the form. `most`: files in all. `only_photos`: no PDF. `noun`: what one photo is called (empty = photo). `hint`, `label`, `errors` in the
    page's language.
    """

    name: str
    label: str
    hint: str = ""
    files: Sequence[tuple[FileCard, str]] = ()
    send_to: str = ""
    most: int = 12
    only_photos: bool = False
    noun: str = ""
    has_camera: bool = True
    is_required: bool = False
    errors: Sequence[str] = ()

    @property
    def accept(self) -> str:
        return PHOTOS if self.only_photos else PAPERS

    @property
    def most_bytes(self) -> int:
        return MOST_BYTES


def words_of(refusal: Refusal) -> str:
    return refusal.zh if (get_language() or "zh").startswith("zh") else refusal.en


def _content_of(file: Any) -> bytes:
    if (file.size or 0) > MOST_BYTES:
        raise TooLarge(MOST_BYTES)
    return file.read()


def key_of(text: str) -> uuid.UUID | None:
    return uuid.UUID(hex=text) if re.fullmatch(r"[0-9a-f]{32}", text) else None


def take(request: PageRequest, name: str, keep: Keep) -> list[str]:
    """
    Keep every file that a plain form brought in field `name`; the sentences for those that could not be taken.

    One that is refused does not keep the others out.
    """
    problems = []
    for file in request.FILES.getlist(name):
        try:
            keep(_content_of(file), None)
        except Refusal as refusal:
            problems.append(f"{(file.name or '')[:60]}：{words_of(refusal)}")
    return problems


def answer(request: PageRequest, keep: Keep, drop: Callable[[str], None]) -> JsonResponse:
    """
    What the script asked: ``file`` (with its ``key``, 32 hex digits) is kept, or the one named in ``drop`` taken away.

    JSON: ``{"key", "bytes"}``, else ``{"problem"}`` with the refusal's status.
    """
    try:
        if dropped := request.POST.get("drop"):
            drop(dropped)
            return JsonResponse({"key": dropped})
        file = request.FILES.get("file")
        if file is None:
            raise EmptyFile
        card = keep(_content_of(file), key_of(request.POST.get("key", "")))
        return JsonResponse({"key": card.key, "bytes": card.byte_count})
    except Refusal as refusal:
        return JsonResponse({"problem": words_of(refusal)}, status=status_of(refusal))


class FilesRefused(Refusal):
    """Some of the files of a plain form could not be taken; the others are kept."""

    def __init__(self, problems: list[str]) -> None:
        said = " ".join(problems)
        super().__init__(said, said)


def receive(request: PageRequest, name: str, keep: Keep, drop: Callable[[str], None]) -> JsonResponse | None:
    """One file at a time from the script, or all of a plain form with what is to be removed; None = the form's. Raises FilesRefused."""
    if request.headers.get("X-Requested-With") or "key" in request.POST or "drop" in request.POST:
        return answer(request, keep, drop)
    for key in request.POST.getlist(f"{name}-drop"):
        drop(key)
    if problems := take(request, name, keep):
        raise FilesRefused(problems)
    return None


def wants_small(request: PageRequest) -> bool:
    """Whether the copy for lists is asked for: ``?size=small``."""
    return request.GET.get("size") == "small"


def hand_out(opened: FileContent) -> HttpResponse:
    """A photo to be looked at, a PDF to be saved: never kept by a cache, never taken for anything else, never inside another page."""
    card = opened.card
    name = f"{card.part}-{card.key[:8]}.{'jpg' if card.is_photo else 'pdf'}"
    headers = {
        "Content-Disposition": f'{"inline" if card.is_photo else "attachment"}; filename="{name}"',
        "Content-Security-Policy": _LOCKED,
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store, private",
    }
    return HttpResponse(opened.content, content_type=card.media_type, headers=headers)
