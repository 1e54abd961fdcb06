"""Who saw what: by account against colleagues, by person or case; and the chain of hands of one matter."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.audit import queries as audit
from niangjia.apps.cases import queries as cases
from niangjia.apps.funds import queries as funds
from niangjia.apps.inspections import actions, drawing, queries
from niangjia.apps.inspections.conflicts import rules
from niangjia.apps.inspections.problems import NotFound
from niangjia.apps.registry import actions as people
from niangjia.apps.registry import queries as registry
from niangjia.portals.cockpit.desk import shown
from niangjia.portals.design import deeds
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show

ROWS = 50


@page("audit.view")
def readers(request: PageRequest) -> HttpResponse:
    """Counts of a month by account; with `account` its reads one by one; with `person` everybody who looked at them, as they see it."""
    viewer, now = request.viewer, timezone.now()
    month, account, text = shown.month_of(request), whole(request.GET.get("account", "")), request.GET.get("person", "")
    context: dict[str, Any] = {"months": shown.months(), "month": month.text, "person": text, "tab": "readers"}
    if text.strip():
        actions.note_reading(viewer=viewer, page="readers", about="person", now=now)
        found, _more = people.search_people(viewer=viewer, text=text, now=now)
        if not found and (case_id := _case_of(text)) and case_id in cases.hands.visible_ids(viewer, [case_id]):
            home = cases.hands.facts_of([case_id])[case_id][0]
            found = [one.person for one in registry.list_household_members(viewer, home)]
        people.record_views(viewer=viewer, person_ids=[card.id for card in found], page="audit desk", now=now)
        views = [(card, registry.list_views_of_person(viewer, card.id)) for card in found]
        ids = {view.account_id for _card, seen in views for view in seen if view.account_id}
        return show(request, "auditing/person.html", context | {"views": views, "names": accounts.names_of(ids)})
    since, until = drawing.span_of(month)
    actions.note_reading(viewer=viewer, page="readers", about=f"{month} {account or ''}", now=now)
    if account:
        rows = Paginator(audit.find_reads(viewer, since=since, until=until, account_ids=[account]), ROWS).get_page(
            request.GET.get("page")
        )
        events = [audit.event_of(row) for row in rows]
        told = deeds.Shown(events)
        posts = accounts.roles_of_posts({event.post_id for event in events if event.post_id})
        lines = [
            (event, deeds.deed(event.action), told.thing(event), told.pairs(event), posts.get(event.post_id or 0))
            for event in events
        ]
        context |= {"rows": rows, "lines": lines, "who": told.names.get(account, "")}
        return show(request, "auditing/reads.html", context)
    found_readers = queries.list_readers(viewer, since=since, until=until)
    context |= {
        "readers": found_readers, "names": accounts.names_of(one.account_id for one in found_readers), "times": queries.UNUSUAL_TIMES,
        "fewest": queries.UNUSUAL_FEWEST, "colleagues": queries.FEWEST_COLLEAGUES,
    }  # fmt: skip
    return show(request, "auditing/readers.html", context)


def _case_of(text: str) -> int:
    match = re.fullmatch(r"A\d{6}-0*(\d{1,12})", text.strip().upper())
    return int(match[1]) if match else 0


@page("audit.view")
def hands(request: PageRequest) -> HttpResponse:
    """Who sensed, verified, reviewed, approved, entered, sealed; where one person stands twice, it is said."""
    viewer, now = request.viewer, timezone.now()
    said = request.GET.get("of", "").strip()
    context: dict[str, Any] = {"of": said, "tab": "hands"}
    if said:
        of = f"case:{_case_of(said)}" if _case_of(said) else said
        if ":" not in of and (payment := funds.hands.find_payment(viewer, of)):
            of = f"payment:{payment}"
        if ":" not in of:
            raise NotFound
        chain = queries.chain_of(viewer, of)
        actions.note_reading(viewer=viewer, page="hands", about=of, now=now)
        steps: dict[int, set[str]] = {}
        for hand in chain:
            if hand.account_id:
                steps.setdefault(hand.account_id, set()).add(hand.step)
        twice = {
            pk
            for pk, taken in steps.items()
            if any(rule.kind == "same" and taken & rule.first and taken & rule.second for rule in rules())
        }
        matter = chain[0].of if chain else of
        decisions = queries.decisions_of(viewer, [matter, of])
        context |= {
            "lines": shown.hand_lines(chain), "twice": twice, "decisions": decisions,
            "thing": shown.thing(matter, shown.numbers_in([matter])),
        }  # fmt: skip
    return show(request, "auditing/hands.html", context)
