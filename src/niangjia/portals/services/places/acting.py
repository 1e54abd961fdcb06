"""The steps of a place: each a form of its own on its page."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.places import actions as places
from niangjia.apps.places import queries
from niangjia.apps.places.lifecycle import Step
from niangjia.kernel.problems import Refusal
from niangjia.portals.design import words
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.services.places.officer import place


class DayUnread(Refusal):
    def __init__(self, said: str) -> None:
        super().__init__(
            f"日期“{said}”读不懂。请写作 2022-11-03。", f"The date {said!r} cannot be read. Write it as 2022-11-03."
        )


class NoSuchStep(Refusal):
    def __init__(self) -> None:
        super().__init__("没有这一步。请从场所的页面办理。", "There is no such step. Take it from the place's page.")


def day_of(text: str) -> date | None:
    """Null for nothing. Raises DayUnread."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        raise DayUnread(text[:20]) from error


@page("places.manage", methods=("POST",), shown_on=place)
def act(request: PageRequest, place_id: int, step: str) -> HttpResponse:
    sent, taken = request.POST, step.upper().replace("-", "_")
    if taken not in set(Step) - {Step.APPLY, Step.HAND_OVER}:
        raise NoSuchStep
    card = queries.get_place(request.viewer, place_id, now=timezone.now())
    ticked = set(sent.getlist("found"))
    asked = queries.kind_of(card.kind).asked
    places.take_step(
        viewer=request.viewer,
        place_id=place_id,
        step=Step(taken),
        from_step=whole(sent.get("from_step", "")),
        reason=sent.get("reason", "")[:300],
        level=sent.get("level", ""),
        findings={name: name in ticked for name in asked} if "looked" in sent else None,
        valid_until=day_of(sent.get("valid_until", "")),
        mend_by=day_of(sent.get("mend_by", "")),
        now=timezone.now(),
    )
    messages.success(request, _("已办：%(step)s。") % {"step": words.word("place_step", taken)[0]})
    return redirect("places:desk_place", place_id)


@page("places.manage", methods=("POST",), shown_on=place)
def hand_over(request: PageRequest, place_id: int) -> HttpResponse:
    places.hand_over(
        viewer=request.viewer,
        place_id=place_id,
        to_org_id=whole(request.POST.get("to", "")),
        from_step=whole(request.POST.get("from_step", "")),
        reason=request.POST.get("reason", "")[:300],
        now=timezone.now(),
    )
    messages.success(request, _("已移交管理。"))
    return redirect("places:desk_place", place_id)
