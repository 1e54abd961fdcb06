"""The visit: the form on a phone, tries to reach somebody, the finding handed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import queries as case_queries
from niangjia.apps.cases.actions.drafting import PHOTOS
from niangjia.apps.cases.forms import FormIncomplete
from niangjia.apps.cases.types import CaseCard, DraftCard, Outcome, VisitWay
from niangjia.apps.files import queries as files
from niangjia.apps.registry import queries as registry
from niangjia.apps.registry.types import MemberCard
from niangjia.kernel.problems import Refusal
from niangjia.portals.design import uploads, words
from niangjia.portals.design.pages import page
from niangjia.portals.design.people import household_names, record_seen
from niangjia.portals.design.refusals import status_of
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import require_fresh
from niangjia.portals.design.tags import moment
from niangjia.portals.officer.leaving import or_what_changed
from niangjia.portals.officer.orders import order_of, order_page
from niangjia.portals.officer.visit_files import draft_values, keep_in, photo_fields
from niangjia.portals.officer.visit_form import (
    SAYS,
    STEPS,
    Problems,
    Typed,
    head_errors,
    known_members,
    links,
    page_cells,
    steps_of,
    wrong_with,
)


class OutcomeMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("请先选一个核实结论，再上报。", "Choose what was found first, then hand it in.")


def case_of(request: PageRequest, order_id: int) -> CaseCard:
    case = case_queries.find_case_of_order(request.viewer, order_id)
    if case is None:
        raise case_queries.NotFound
    return case


@page("cases.verify", methods=("GET", "POST"))
@or_what_changed
def visit(request: PageRequest, order_id: int) -> HttpResponse:
    """The whole form of a visit. Nothing typed is lost: what cannot be taken comes back with a word at its field, and is kept as a draft."""
    case = case_of(request, order_id)
    record_seen(request.viewer, case.household_id, "visit", timezone.now())
    if request.method == "POST":
        return _sent(request, order_id, case)
    draft = case_queries.find_draft(request.viewer, order_id)
    members = registry.list_household_members(request.viewer, case.household_id)
    typed = Typed.drafted(draft) if draft and draft.values else Typed.fresh(request, case, order_id, members)
    return _shown(request, order_id, case, typed, draft=draft, members=members)


def _sent(request: PageRequest, order_id: int, case: CaseCard) -> HttpResponse:
    """A script that asks for JSON is answered in it: done, what is missing, or why not."""
    typed = Typed.of(request.POST)
    if uploads.key_of(typed.head["key"]) is None:
        typed.head["key"] = case_queries.next_visit_key(request.viewer, order_id).hex
    is_script = request.headers.get("Accept", "") == "application/json"
    if case_queries.find_recorded_visit(request.viewer, UUID(typed.head["key"])):
        return _done(request, order_id, typed, is_script)  # its answer was lost on the way
    refused = keep_in(request, case.id, UUID(typed.head["key"]))
    problems: Problems = []
    if "keep" in request.POST or "more" in request.POST:
        _keep_draft(request, case, typed)
        if "keep" in request.POST and not any(refused.values()):
            return _kept(request, order_id)
    elif not any(refused.values()):
        problems = _hand_in(request, order_id, case.id, typed)
        if not problems:
            return _done(request, order_id, typed, is_script)
        _keep_draft(request, case, typed)
    if is_script:
        return _answer(request, problems)
    draft = case_queries.find_draft(request.viewer, order_id)
    return _shown(request, order_id, case, typed, draft=draft, problems=problems, refused=refused)


def _kept(request: PageRequest, order_id: int) -> HttpResponse:
    """Back to the form: to the step after the one that was kept."""
    messages.success(request, _("草稿已保存，随时可以接着填。"))
    ids = [id for id, *_others in STEPS]
    kept = request.POST.get("keep", "")
    following = ids[ids.index(kept) + 1 :] if kept in ids else []
    return redirect(reverse("officer:visit", args=[order_id]) + (f"#s-{following[0]}" if following else ""))


def _keep_draft(request: PageRequest, case: CaseCard, typed: Typed) -> None:
    """Whatever the form's fate, what was typed stays; where that is refused too, the page still shows it."""
    with suppress(Refusal):
        cases.save_draft(
            viewer=request.viewer,
            case_id=case.id,
            key=UUID(typed.head["key"]),
            values=draft_values(request.POST),
            now=timezone.now(),
        )


def _answer(request: PageRequest, problems: Problems) -> JsonResponse:
    refusal = getattr(request, "refusal", None)
    if refusal is not None:
        changes = getattr(refusal, "changes", ())
        said = "；".join(f"{moment(one.at)} {one.who} {one.what}" for one in changes)
        return JsonResponse({"problem": uploads.words_of(refusal) + said}, status=409)
    return JsonResponse({"missing": len(problems)}, status=422)


def _done(request: PageRequest, order_id: int, typed: Typed, is_script: bool) -> HttpResponse:
    has_finding = typed.head["outcome"] in Outcome.values
    said = _("走访和核实结论已上报。") if has_finding else _("走访已登记。请接着提交核实结论。")
    messages.success(request, said)  # a script goes on to a page that shows it
    if is_script:
        return JsonResponse({"done": said, "next": reverse("officer:order", args=[order_id])})
    return redirect("officer:order", order_id)


def _photo_count(request: PageRequest, order_id: int) -> int:
    draft = case_queries.find_draft(request.viewer, order_id)
    kept = files.list_files(case_queries.visit_owner(draft.key)) if draft else []
    return sum(card.part == PHOTOS for card in kept)


def _hand_in(request: PageRequest, order_id: int, case_id: int, typed: Typed) -> Problems:
    """Take the visit in; what is wrong with the form comes back, every other refusal is shown above it."""
    if problems := wrong_with(typed, _photo_count(request, order_id)):
        return problems
    try:
        require_fresh(request)
        cases.hand_in_visit(
            viewer=request.viewer,
            case_id=case_id,
            key=UUID(typed.head["key"]),
            visited_on=typed.day,
            way=VisitWay.WORKPLACE if typed.head["way"] == "WORKPLACE" else VisitWay.HOME,
            verifiers=typed.went,
            outsider=typed.outsider,
            form=typed.form(),
            outcome=Outcome(typed.head["outcome"]) if typed.head["outcome"] in Outcome.values else None,
            reason=typed.head["finding_reason"],
            now=timezone.now(),
        )
    except FormIncomplete as refusal:
        return list(refusal.problems)
    except Refusal as refusal:
        if status_of(refusal) != 409:
            raise
        request.refusal = refusal
        return [("", refusal.zh, refusal.en)]
    return []


def _shown(
    request: PageRequest,
    order_id: int,
    case: CaseCard,
    typed: Typed,
    *,
    draft: DraftCard | None,
    members: Sequence[MemberCard] | None = None,
    problems: Problems = (),  # type: ignore[assignment]
    refused: Mapping[str, list[str]] | None = None,
) -> HttpResponse:
    if members is None:
        members = registry.list_household_members(request.viewer, case.household_id)
    found = page_cells(typed, problems, more=request.POST.get("more", ""), case=case, size=len(members))
    photos, signature = photo_fields(order_id, typed.head["key"], draft, refused or {})
    count = len(problems) + sum(len(each) for each in (refused or {}).values())
    order = order_of(request, order_id)
    near = {order.org_id, request.viewer.org_id}
    everybody = case_queries.list_companions(request.viewer, case.id, now=timezone.now())
    others = [one for one in everybody if one[0].org_id not in near]
    context = {
        "order": order,
        "home": household_names([order.household_id]).get(order.household_id),
        "form_steps": steps_of(found, problems),
        "head": typed.head,
        "members": known_members(typed, members, problems),
        "says": SAYS,
        "companions": [one for one in everybody if one[0].org_id in near],
        "others": others,
        "has_other": any(card.account_id in typed.went for card, _name in others),
        "went": typed.went,
        "errors": head_errors(problems),
        "links": links(problems, members),
        "problem_count": count,
        "outcomes": words.choices("outcome"),
        "photos": photos,
        "signature": signature,
        "draft": draft,
        "account_id": request.viewer.account_id,
    }
    return show(request, "officer/visit.html", context, status=422 if count else 200)


@page("cases.verify", methods=("POST",), shown_on=order_page)
@or_what_changed
def submit_finding(request: PageRequest, order_id: int) -> HttpResponse:
    given = {name: request.POST.get(name, "").strip() for name in ("outcome", "main_cause", "suggested_tier", "reason")}
    if given["outcome"] not in Outcome.values:
        raise OutcomeMissing
    cases.submit_finding(
        viewer=request.viewer,
        case_id=case_of(request, order_id).id,
        outcome=Outcome(given["outcome"]),
        main_cause=given["main_cause"],
        suggested_tier=given["suggested_tier"],
        reason=given["reason"],
        now=timezone.now(),
    )
    messages.success(request, _("核实结论已上报县级复核。"))
    return redirect("officer:orders")
