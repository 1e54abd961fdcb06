"""Why somebody opens a household's fields: said once, it is offered again for the same household for a while of the same sitting. Every opening is recorded with it."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from niangjia.portals.design.requests import PageRequest

_NAME = "opening"


def remember(request: PageRequest, household_id: int, reason: str) -> None:
    """After an opening that was recorded, so the reason stands on the audit chain in the clear already. One household at a time."""
    until = int(timezone.now().timestamp()) + settings.REASON_SECONDS
    request.session[_NAME] = {"household": household_id, "post": request.viewer.org_path, "reason": reason, "until": until}  # fmt: skip


def recall(request: PageRequest, household_id: int) -> str:
    """Empty if none was given, for another household or post, or too long ago."""
    said = request.session.get(_NAME) or {}
    is_same = said.get("household") == household_id and said.get("post") == request.viewer.org_path
    return said["reason"] if is_same and said["until"] > timezone.now().timestamp() else ""
