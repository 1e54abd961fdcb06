"""
A page says what it shows and as of when; what is done from it is refused if somebody changed that meanwhile.

One way for every page: a view names its things (`watch`), the token tag of every form on it carries them, `pages.page` compares. What
counts as a change is what the audit chain says of the thing; one's own steps are left to the actions, which are safe to repeat.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.audit import queries as audit
from niangjia.apps.audit.types import Event
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.deeds import deed
from niangjia.portals.design.requests import PageRequest

FIELD = "seen"
_MOST = 120  # things a page may name; what more there is has no place in a form
_SHAPE = re.compile(rf"[0-9]{{1,18}}(?: [a-z_]{{1,20}}:[0-9]{{1,18}}){{1,{_MOST}}}")

# Recorded about a thing without changing it.
_NO_CHANGE = frozenset(
    {"cases.read_grievance", "matters.read_objection", "matters.open_answers", "cases.start_draft", "workorders.remind", "workorders.escalate", "funds.export_batch", "registry.reveal", "registry.view"}
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """`who` is a colleague's name, empty for the system; `what` in the page's language."""

    who: str
    what: str
    at: datetime


class Stale(Refusal):
    """The thing was changed by somebody else after the page was shown. `changes`: the latest first."""

    def __init__(self, changes: list[Change]) -> None:
        self.changes = changes
        super().__init__(
            "您打开页面之后，这件事已由他人办过，您的这一步没有生效。页面已更新，您填写的内容还在；请看过变化再决定是否继续。",
            "Somebody else acted on this after you opened the page, so your step changed nothing. The page now shows how things stand and "
            "still has what you typed: look at what changed, then decide whether to go on.",
        )


def watch(request: PageRequest, *things: str) -> None:
    """
    Say what the page shows: ``case:12``. Call it before reading them, so that a change in between is not missed; further things may be
    added later in the same view.
    """
    known = getattr(request, "shown", None)
    if known is None:
        known = request.shown = (audit.last_seq() if request.seq is None else request.seq, [])
    known[1].extend(thing for thing in things if thing not in known[1])


def seen_by(request: HttpRequest) -> str:
    """
    What the forms of the page carry; empty if it watches nothing. Signed for whom the page was made: who changed a thing, how and when, is
    told to somebody to whom we showed the thing, not to whoever names it.
    """
    known = getattr(request, "shown", None)
    return _signer(request).sign(" ".join([str(known[0]), *known[1][:_MOST]])) if known and known[1] else ""


def _signer(request: HttpRequest) -> Signer:
    return Signer(salt=f"{FIELD}:{getattr(getattr(request, 'viewer', None), 'account_id', None)}")


def require_fresh(request: PageRequest) -> None:
    """Raises Stale. A form without the field, or with something else in it, is from no page of ours: the action alone decides."""
    try:
        said = _signer(request).unsign(request.POST.get(FIELD, ""))
    except BadSignature:
        return
    if not _SHAPE.fullmatch(said):
        return
    seq, *things = said.split(" ")
    found = [event for event in audit.list_changes(things, after=int(seq)) if event.action not in _NO_CHANGE]
    others = [event for event in found if event.account_id != request.viewer.account_id]
    if others:
        names = accounts.names_of({event.account_id for event in others if event.account_id is not None})
        raise Stale([Change(names.get(event.account_id or 0, ""), what_of(event), event.at) for event in others])


def what_of(event: Event) -> str:
    """An event of the chain in the words of the pages."""
    return deed(event.action)
