"""复议: what became known late and waits to be decided anew, why decisions were made anew, and a form that corrects one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.cases import queries as cases
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import published, queries
from niangjia.apps.programs.types import AdjustmentCard, Cause, DecisionCard, LateChange, Reconsidered
from niangjia.engines.policy.parameters import area_prefix
from niangjia.engines.policy.vocabulary import Fact
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.finding import Unreadable, text_of, value_of
from niangjia.portals.design.forms import Form, day_input
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.people import record_seen
from niangjia.portals.design.program_pages import language_now
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.tags import half
from niangjia.portals.officer import differing
from niangjia.portals.officer.adjusting import WAITING, household_of, whose

ROWS = 20
MOST_AT_ONCE = 500
"""Decisions that a page makes anew while its reader waits, some seconds; more than that the house does by itself within minutes."""


class TooManyToReview(Refusal):
    def __init__(self, count: int) -> None:
        super().__init__(
            f"这段时间里有 {count} 项决定，一次最多复查 {MOST_AT_ONCE} 项。请缩短起止日期，分几次办。",
            f"These days hold {count} decisions; at most {MOST_AT_ONCE} are reviewed at a time. Take fewer days, several times.",
        )


class NothingLate(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这项变更已经重算过，或不在您的辖区。结果见下面的记录。",
            "This change has been dealt with already, or is outside your division. What came of it stands below.",
        )


class TooManyAtOnce(Refusal):
    def __init__(self) -> None:
        super().__init__(
            f"涉及的决定超过 {MOST_AT_ONCE} 项，不在页面上重算：系统会在十分钟内自动办理，结果列在下面。",
            f"More than {MOST_AT_ONCE} decisions are touched: the system makes them anew by itself within ten minutes, and lists them below.",
        )


# --- why decisions were made anew ----------------------------------------------------------------------------------


@page("funds.view")
def reconsiderations(request: PageRequest) -> HttpResponse:
    """What waits to be decided anew, and what was, latest first."""
    viewer: Viewer = request.viewer
    rows = Paginator(queries.list_reconsiderations(viewer), ROWS).get_page(request.GET.get("page"))
    cards = queries.reconsideration_cards(viewer, rows)
    late = queries.list_late_changes(viewer)
    whys = {
        card.id: differing.cause_in_words(card.kind, card.reason, card.program, card.area, card.since) for card in cards
    }
    context = {
        "rows": rows,
        "cards": [(card, whys[card.id]) for card in cards],
        "late": [(change, _why(change)) for change in late[:ROWS]],
        "late_count": len(late),
        "most": MOST_AT_ONCE,
        "can_decide": permissions.may(viewer, "programs.manage"),
        "reviewing": _review_form(request),
        "counted": getattr(request, "report", None),
        "names": accounts.names_of({card.asked_by for card in cards if card.asked_by is not None}),
        "titles": {card.pack_id: card for card in reversed(queries.list_packs(viewer))},
    }
    return show(request, "officer/reconsiderations.html", context)


def _review_form(request: PageRequest) -> ReviewForm | None:
    if not permissions.may(request.viewer, "programs.manage"):
        return None
    return getattr(request, "form", None) or ReviewForm(viewer=request.viewer)


class ReviewForm(Form):
    program = forms.ChoiceField(label=gettext_lazy("项目"))
    since = forms.DateField(label=gettext_lazy("从哪天的情况起"), widget=day_input())
    last = forms.DateField(label=gettext_lazy("到哪天（含）"), widget=day_input())
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("例如某一时段的核定口径有误"),
    )  # fmt: skip
    source = forms.CharField(
        label=gettext_lazy("出处"), max_length=300, help_text=gettext_lazy("凭什么复查：文号、会议纪要")
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, prefix="review", **kwargs)
        titles = {card.pack_id: half(card, "title") for card in queries.list_packs(viewer)}
        self.fields["program"].choices = [("", _("请选择")), *titles.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("since") and given.get("last") and given["last"] < given["since"]:
            self.add_error("last", _("最后一天不能早于第一天。"))
        return given

    def cause(self, area: str) -> Cause:
        given = self.cleaned_data
        return Cause(
            given["program"], given["reason"], given["source"], area=area, since=given["since"], until=given["last"] + timedelta(days=1)
        )  # fmt: skip


@page("programs.manage", methods=("POST",), shown_on=reconsiderations)
def review(request: PageRequest) -> HttpResponse:
    """Look at many alike again: first how many they are, then, sent again with that number, decided anew. Sent twice it is done once."""
    viewer: Viewer = request.viewer
    form = ReviewForm(request.POST, viewer=viewer)
    request.form = form
    if not form.is_valid():
        return _again(request, 422)
    cause = form.cause(area_prefix(organizations.get_union(viewer.org_id).area))
    count = queries.count_touched(viewer, cause)
    if count > MOST_AT_ONCE:
        raise TooManyToReview(count)
    if not count or request.POST.get("counted") != str(count):
        request.report = count
        return _again(request, 200)
    report = programs.reconsider(viewer=viewer, cause=cause, now=timezone.now())
    messages.success(request, _told(report))
    return redirect("officer:reconsiderations")


def _again(request: PageRequest, status: int) -> HttpResponse:
    response = reconsiderations.unguarded(request)
    response.status_code = status
    return response


def _why(change: LateChange) -> str:
    cause = change.cause
    return differing.cause_in_words(cause.kind, cause.reason, cause.program, cause.area, cause.since)


@page("programs.manage", methods=("POST",), shown_on=reconsiderations)
def reconsider_now(request: PageRequest) -> HttpResponse:
    """Decide anew what one late change touches, now rather than at the next stroke of the clock. Sent twice it finds nothing twice."""
    viewer: Viewer = request.viewer
    key = request.POST.get("change", "")
    change = next((one for one in queries.list_late_changes(viewer) if one.cause.key == key), None)
    if change is None:
        raise NothingLate
    if change.touches > MOST_AT_ONCE:
        raise TooManyAtOnce
    report = programs.reconsider(viewer=viewer, cause=change.cause, now=timezone.now())
    messages.success(request, _told(report))
    return redirect("officer:reconsiderations")


def _told(report: Reconsidered) -> str:
    said = _("已重算 %(touched)s 项：%(same)s 项不变，%(new)s 项有差额、待人处理。") % {
        "touched": report.touched,
        "same": report.same,
        "new": report.differing,
    }
    if report.undecidable:
        first = report.undecidable[0]
        said += _("%(count)s 项不能重算：%(why)s") % {
            "count": len(report.undecidable),
            "why": first.en if language_now() == "en" else first.zh,
        }
    return said


# --- one decision ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Correctable:
    """One fact of the form. `stands`: what is counted with now; `typed`: what is to stand instead, empty = it stays."""

    name: str
    label: str
    unit: str
    kind: str  # choice date number text
    stands: str
    typed: str
    choices: tuple[tuple[str, str], ...]
    wrong: str


class WhyForm(Form):
    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("写明哪里不对、怎样发现的"),
    )
    source = forms.CharField(
        label=gettext_lazy("出处"), max_length=300, help_text=gettext_lazy("凭什么更正：核对单、文号、凭证编号")
    )


@page("programs.manage", methods=("GET", "POST"))
def reconsider(request: PageRequest, decision_id: int) -> HttpResponse:
    """
    Correct facts of a decision, or have it looked at again: reason and source, and it is decided anew at once. Empty fields stay as
    they are; without any, the same facts are decided by what is known now.
    """
    viewer: Viewer = request.viewer
    asked = queries.get_visible_decision(viewer, decision_id)
    chain = queries.list_decision_chain(decision_id)
    root = chain[0]
    household_id = household_of(root.subject)
    if household_id is not None:
        record_seen(viewer, household_id, "reconsider", timezone.now())
    form = WhyForm(request.POST or None)
    correcting = _Correcting(request, viewer, root)
    if request.method == "POST":
        valid = form.is_valid()
        if valid and not correcting.is_wrong:
            answer = _decide(request, viewer, root, correcting.facts, form.cleaned_data)
            if answer is not None:
                return answer
    context = {
        "asked": asked,
        "root": root,
        "chain": chain,
        "form": form,
        "facts": correcting.asked,
        "whose": whose([root.subject])[root.subject.kind.value, root.subject.id],
        "adjustments": queries.list_adjustments_of([root.id]).get(root.id, []),
    }
    refusal = getattr(request, "refusal", None)
    status = 409 if refusal else 422 if form.errors or correcting.is_wrong else 200
    return show(request, "officer/reconsider.html", context, status=status)


def _decide(
    request: PageRequest, viewer: Viewer, root: DecisionCard, facts: dict[str, object], why: dict[str, str]
) -> HttpResponse | None:
    """Where it leads: to the difference that waits, or back to the household. None: it could not be decided, and the page says why."""
    cause = Cause(root.pack_id, why["reason"], why["source"], decision_id=root.id, facts=facts)
    try:
        report = programs.reconsider(viewer=viewer, cause=cause, now=timezone.now())
    except Refusal as refusal:
        if isinstance(refusal, permissions.NotAllowed):
            raise
        request.refusal = refusal
        return None
    if report.undecidable:
        one = report.undecidable[0]
        request.refusal = Refusal(one.zh, one.en)
        return None
    waiting = [one for one in queries.list_adjustments_of([root.id]).get(root.id, []) if one.state in WAITING]
    if report.differing and waiting:
        messages.success(request, _("已重算，结论有变。差额待没有经手的人处理。"))
        return redirect("officer:adjustment", waiting[-1].id)
    messages.success(
        request,
        _("已重算，结论和金额都没有变；更正已留存，以后重算都会用到。") if facts else _("已重算，结论和金额都没有变。"),
    )
    household_id = household_of(root.subject)
    return redirect("officer:household", household_id) if household_id else redirect(_back(root))


def _back(root: DecisionCard) -> str:
    return reverse("officer:reconsider", args=[root.id])


class _Correcting:
    """The facts that the decision's programme asks for today, each with what stands now, and what was typed instead."""

    def __init__(self, request: PageRequest, viewer: Viewer, root: DecisionCard) -> None:
        self.sent = request.POST
        self.facts: dict[str, object] = {}
        self.is_wrong = False
        stands = dict(root.facts)
        for correction in queries.list_corrections_of(viewer, root.id):
            stands |= correction.corrections
        pack = differing.find_pack(root)
        known = pack.vocabulary.facts if pack else {}
        wanted = [*(pack.facts if pack else ()), *stands]
        self.asked = [
            self._asked(known[name], stands.get(name, differing.NOTHING))
            for name in dict.fromkeys(wanted)
            if name in known
        ]

    def _asked(self, fact: Fact, stands: str) -> Correctable:
        wording, language = published.wording(), language_now()
        typed, wrong = self.sent.get(f"f-{fact.name}", "").strip(), ""
        choices: list[tuple[str, str]] = []
        if fact.kind == "boolean":
            choices = [("yes", _("是")), ("no", _("否"))]
        elif fact.values:
            choices = [(code, wording.value(fact.name, code, language)) for code in fact.values]
        if typed and fact.kind == "text" and not fact.values:
            self.facts[fact.name] = typed[:200]
        elif typed:
            try:
                self.facts[fact.name] = value_of(fact, text_of(fact, typed))
            except Unreadable as unreadable:
                wrong, self.is_wrong = str(unreadable), True
        kind = "choice" if choices else fact.kind if fact.kind in ("date", "text") else "number"
        return Correctable(
            fact.name,
            differing.fact_title(fact, fact.name),
            wording.unit(fact).get(language, ""),
            kind,
            differing.fact_text(fact, stands),
            typed,
            tuple(choices),
            wrong,
        )


# --- what other pages show of a decision ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Followed:
    """A decision with the differences that deciding it anew found, oldest first."""

    decision: DecisionCard
    adjustments: tuple[AdjustmentCard, ...]


def followed(viewer: Viewer, decisions: list[DecisionCard]) -> list[Followed]:
    """First decisions of matters, as the viewer may read them; those made anew stand under the one that they decide anew."""
    first = [card for card in decisions if card.reconsiders is None]
    # Every adjustment leads to a decision made anew, which is about the same subject.
    later = queries.list_adjustments_of(card.id for card in first) if len(first) < len(decisions) else {}
    return [Followed(cases.as_seen_by(viewer, card), tuple(later.get(card.id, ()))) for card in first]
