"""A stage's questions on one page: each control with what was typed and what is wrong with it, and what was typed as the room takes it."""

from __future__ import annotations

from collections.abc import Sequence

from niangjia.apps.matters.problems import StillOpen
from niangjia.apps.matters.queries import Unreadable
from niangjia.apps.matters.types import Question
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.asked import Asked, asked
from niangjia.portals.design.refusals import status_of
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.tags import say

FIELD = "f-"
"""Before the name of a field."""


def typed(request: PageRequest, questions: Sequence[Question]) -> dict[str, str | Sequence[str]]:
    return {one.name: Asked.typed_in(one, request.POST, FIELD + one.name) for one in questions}


def fields(request: PageRequest, questions: Sequence[Question], refusal: Refusal | None = None) -> list[Asked]:
    """With what was typed; before anything was, what the address brings (``?f-…=``)."""
    missing = refusal.names if isinstance(refusal, StillOpen) else ()
    unreadable = refusal.name if isinstance(refusal, Unreadable) else ""
    shown = []
    for one in questions:
        sent = request.POST if request.method == "POST" else request.GET
        given = (
            Asked.typed_in(one, sent, FIELD + one.name)
            if request.method == "POST" or FIELD + one.name in sent
            else None
        )
        needed = say({"zh": "请填写。", "en": "Please fill this in."}) if one.name in missing else ""
        wrong = say(refusal) if refusal is not None and one.name == unreadable else needed
        shown.append(asked(one, typed=given, wrong=wrong))
    return shown


def refused(request: PageRequest, refusal: Refusal) -> int:
    """The status of a form that comes back with everything typed. Raises what is no matter of the form: a missing right or thing."""
    status = status_of(refusal)
    if isinstance(refusal, Unreadable | StillOpen):
        status = 422
    elif status not in (409, 429):
        raise refusal
    request.refusal = refusal
    return status
