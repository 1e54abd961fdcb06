"""Reads of packs, parameters and decisions; a decision made again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.funds import queries as funds
from niangjia.apps.funds.problems import EventMissing
from niangjia.apps.funds.types import Cap
from niangjia.apps.programs import adjusting, capping, deciding, drafts, installed, late, scope, values
from niangjia.apps.programs.adjusting import (
    areas_of_open,
    cards_of,
    count_open_adjustments,
    count_recovering,
    count_to_settle,
    get_adjustment,
    is_adjusted,
    list_adjusted_programs,
    list_adjustments,
    list_adjustments_about,
    list_adjustments_of,
    list_corrections_of,
    list_decision_chain,
    list_money_of,
    list_reconsiderations,
    list_recoveries,
    reconsideration_cards,
    tally_waiting,
    visible_adjustments,
)
from niangjia.apps.programs.answering import answers
from niangjia.apps.programs.cards import as_decided, decision_card, digest_of, override, pack_card, ref_of
from niangjia.apps.programs.models import Decision, PackDraft, PackVersion, ParameterValue, Standard
from niangjia.apps.programs.problems import (
    MissingStandard,
    NoSuchAdjustment,
    NoSuchDecision,
    NoSuchDraft,
    NoSuchParameter,
)
from niangjia.apps.programs.standing import list_standard_steps, list_standards
from niangjia.apps.programs.types import (
    Breach,
    Cause,
    DecisionCard,
    DecisionOutcome,
    DraftCard,
    DraftCheck,
    LateChange,
    MissingValue,
    Override,
    PackCard,
    ParameterCard,
    Replay,
    Subject,
    SubjectKind,
)
from niangjia.engines import policy
from niangjia.engines.policy.parameters import area_prefix, with_overrides
from niangjia.kernel import looking
from niangjia.kernel.problems import Refusal

__all__ = [
    "list_standard_steps", "list_standards",
    "MissingStandard", "NoSuchAdjustment", "NoSuchDecision", "NoSuchDraft", "answers", "areas_of_open", "cards_of", "count_open_adjustments", "count_recovering", "count_to_settle",
    "get_adjustment", "list_adjusted_programs", "list_adjustments", "list_adjustments_about", "list_adjustments_of",
    "list_corrections_of", "list_decision_chain", "is_adjusted", "list_money_of", "list_reconsiderations", "list_recoveries", "pack_card",
    "reconsideration_cards", "ref_of", "SubjectKind", "decision_card", "tally_waiting", "visible_adjustments",
]  # fmt: skip


@looking.once
def get_standard(area: str, *, asof: date, known_on: date | None = None) -> Decimal:
    """
    Yuan a person and month: the longest matching area with a day not after `asof`, then the latest day, then what was received last,
    as it was known on `known_on` (None: now).

    Raises:
        MissingStandard: names area and day.
    """
    prefix = area_prefix(area)
    rows = [
        row
        for row in Standard.objects.filter(starts_on__lte=asof, area__startswith=prefix[:2])
        if prefix.startswith(area_prefix(row.area))
        and (known_on is None or timezone.localdate(row.received_at) <= known_on)
    ]
    if not rows or not prefix:
        raise MissingStandard(area, asof)
    return max(rows, key=lambda row: (len(area_prefix(row.area)), row.starts_on, row.received_at, row.pk)).monthly


def list_packs(viewer: Viewer) -> list[PackCard]:
    """Every installed version, those in force first."""
    permissions.require(viewer, "programs.view")
    return sorted(
        map(pack_card, installed.list_versions()),
        key=lambda card: (
            card.active_until is not None,
            card.active_until or date.min,
            card.pack_id,
            card.area,
            -card.id,
        ),
    )


@looking.once
def titles() -> Mapping[str, Mapping[str, str]]:
    """What each programme that was ever installed is called, by its id; of several places' texts, that which was installed last."""
    return {one.pack_id: {"zh": one.title_zh, "en": one.title_en} for one in installed.list_versions()}


@looking.once
def line_titles(program: str = "") -> Mapping[str, tuple[Mapping[str, str], ...]]:
    """What each benefit line is called, by its id: of one programme, or of every one that has it; of the texts that were installed."""
    found: dict[str, tuple[Mapping[str, str], ...]] = {}
    for version in installed.list_versions(program):
        for line in installed.pack_of(version).benefit:
            if line.title not in (known := found.get(line.id, ())):
                found[line.id] = (*known, line.title)
    return found


def find_pack(program: str, *, area: str, asof: date) -> PackCard | None:
    """The version that holds for that area on that day, or None: the area has no such programme."""
    version = installed.find_version(program, area=area, asof=asof)
    return pack_card(version) if version else None


def get_pack(program: str, *, area: str, asof: date) -> policy.Pack:
    """For reading: rules, form and stages of the pack in force. Raises NoPackHere."""
    return installed.pack_of(installed.get_version(program, area=area, asof=asof))


def get_pinned_pack(version_id: int, content_hash: str) -> policy.Pack:
    """The very text of one installed version, in force or not: for what has pinned it. Raises StoredTextChanged."""
    return installed.pinned(version_id, content_hash)


def get_parameter(program: str, name: str, *, area: str, asof: date) -> object:
    """
    One parameter's value with the deployment's own values.

    Raises:
        NoPackHere.
        MissingParameter: it has no value for that area and day; names both.
    """
    pack = get_pack(program, area=area, asof=asof)
    parameters = with_overrides(pack.parameters, installed.overrides(pack))  # type: ignore[arg-type]
    value = parameters[name].at(asof, area_prefix(area)) if name in parameters else None
    if value is None:
        raise policy.MissingParameter(pack=pack.id, names=[name], area=area, asof=asof)
    return value


def notice_working_days(program: str, *, area: str, asof: date) -> int:
    """
    How long a decision is shown in public; 0 = the pack asks for no notice.

    Raises:
        NoPackHere, MissingParameter: the paper leaves the length open and nobody filled it in.
    """
    days = get_pack(program, area=area, asof=asof).notice.get("working_days", 0)
    return int(str(get_parameter(program, days, area=area, asof=asof))) if isinstance(days, str) else int(str(days))


def fund_purpose(program: str, *, area: str, asof: date) -> str:
    """Which fund pays. Raises NoPackHere."""
    return get_pack(program, area=area, asof=asof).fund.get("purpose", program)


def used_of(
    program: str, *, area: str, asof: date, subjects: capping.Subjects, day: date, event: str = ""
) -> dict[str, object]:
    """
    What the book holds of each of the programme's caps, for `decide`: cap id → times or yuan, whichever programme used it.

    `subjects`: whom it is about, and what that one belongs to; `day`: on which the grant would count.

    Raises:
        NoPackHere, SubjectMissing.
        EventMissing: a cap counts by event, and no event was said.
    """
    pack = get_pack(program, area=area, asof=asof)
    if not event and (by_event := [cap.group for cap in pack.caps if cap.window == "event"]):
        raise EventMissing(by_event[0])
    book = funds.load_book(Subject(kind, number) for kind, number in subjects.items())
    caps = capping.bound(pack.caps, subjects, day=day, event=event)
    return capping.used_by(pack, {cap_id: book.used(cap).as_pair() for cap_id, cap in caps.items()})


def caps_of(
    decision_id: int, *, subjects: capping.Subjects | None = None, day: date | None = None, event: str = ""
) -> list[Cap]:
    """
    The caps that a decision's money is held to, for `funds.reserve`: limits from the pack's own expressions with the facts,
    parameters and tier of the decision, shares from what it gives of each line.

    Subjects, day and event are those that the decision was made with, unless others are said.

    Raises:
        NoSuchDecision, SubjectMissing.
    """
    row = _decision(decision_id)
    card = decision_card(row)
    program = as_decided(row)
    day = day or card.used_on or card.asof
    given = {line.id: line.amount for line in card.given if line.kind == "money"}
    limits = program.limits(values.from_json(row.facts))
    caps = capping.bound(
        program.pack.caps, subjects or card.subjects, day=day, event=event or card.event, limits=limits, given=given
    )
    return list(caps.values())


def _decision(decision_id: int) -> Decision:
    row = Decision.objects.select_related("version").filter(pk=decision_id).first()
    if row is None:
        raise NoSuchDecision(decision_id)
    return row


def list_drafts(viewer: Viewer) -> list[DraftCard]:
    """Texts in the making in the viewer's division, latest change first: neither published nor dropped."""
    permissions.require(viewer, "programs.manage")
    rows = PackDraft.objects.filter(
        area__startswith=scope.area_of(viewer), version__isnull=True, dropped_at__isnull=True
    )
    return [drafts.draft_card(row) for row in rows.order_by("-changed_at", "-pk")]


def get_draft(viewer: Viewer, draft_id: int) -> DraftCard:
    """Raises NoSuchDraft: also for one of another division."""
    return drafts.draft_card(_draft(viewer, draft_id))


def check_draft(viewer: Viewer, draft_id: int) -> DraftCheck:
    """What stands in the text and its examples, and how it differs from the text in force. Raises NoSuchDraft."""
    return drafts.check(_draft(viewer, draft_id))


def _draft(viewer: Viewer, draft_id: int) -> PackDraft:
    permissions.require(viewer, "programs.manage")
    row = PackDraft.objects.filter(pk=draft_id, area__startswith=scope.area_of(viewer)).first()
    if row is None:
        raise NoSuchDraft(draft_id)
    return row


def list_parameters(viewer: Viewer, *, program: str = "") -> list[Override]:
    """What this deployment filled in, waiting for approval first."""
    permissions.require(viewer, "programs.view")
    rows = ParameterValue.objects.filter(withdrawn_at__isnull=True)
    rows = rows.filter(pack_id=program) if program else rows
    found = [override(row) for row in rows.order_by("pack_id", "name", "area", "starts_on")]
    return sorted(found, key=lambda one: one.approved_by is not None)


def list_parameters_in_force(viewer: Viewer, program: str, *, area: str, asof: date) -> list[ParameterCard]:
    """
    Every parameter of the programme with its value in an area on a day, the deployment's own included. Where the programme holds only
    in parts of the area, the text of the first of them. Empty: there is none.
    """
    permissions.require(viewer, "programs.view")
    version = installed.find_version(program, area=area, asof=asof)
    if version is None:
        prefix = area_prefix(area)
        inside = [
            one for one in installed.list_versions(program) if one.area.startswith(prefix) and one.active_until is None
        ]
        version = min(inside, key=lambda one: one.area, default=None)
    if version is None:
        return []
    pack = installed.pack_of(version)
    place = max(area_prefix(area), version.area, key=len)
    found = with_overrides(pack.parameters, installed.overrides(pack)).values()  # type: ignore[arg-type]
    return [ParameterCard(one.name, one.kind, one.unit, one.say, one.clause, one.at(asof, place)) for one in found]


def list_missing(viewer: Viewer, *, area: str, asof: date) -> list[MissingValue]:
    """Parameters without a value in that area on that day: what needs them is refused until they are filled in and approved."""
    permissions.require(viewer, "programs.view")
    packs = [installed.pack_of(version) for version in installed.in_force(area=area, asof=asof)]
    values = installed.overrides_of(packs)
    return [
        MissingValue(pack.id, parameter.name, parameter.unit, parameter.clause, area, asof)
        for pack in packs
        for parameter in with_overrides(pack.parameters, values[pack.id]).values()  # type: ignore[arg-type]
        if parameter.at(asof, area_prefix(area)) is None
    ]


def list_late_changes(viewer: Viewer) -> list[LateChange]:
    """
    Texts, values and standards that became known after decisions about their days were made, and have not been reconsidered: give
    each one's `cause` to `actions.reconsider`. Of the viewer's division.
    """
    permissions.require(viewer, "programs.view")
    area = scope.area_of(viewer)
    return [change for change in late.list_late() if change.cause.area.startswith(area)]


def cause_of_parameter(parameter_id: int) -> Cause:
    """Why an approved value makes decisions be made anew. Raises NoSuchParameter."""
    row = ParameterValue.objects.filter(pk=parameter_id, approved_by__isnull=False).first()
    if row is None:
        raise NoSuchParameter("", str(parameter_id))
    return late.cause_of_parameter(row)


def get_visible_decision(viewer: Viewer, decision_id: int) -> DecisionCard:
    """Of the viewer's division. Raises NoSuchDecision: also for one of another."""
    permissions.require(viewer, "programs.view")
    row = _decision(decision_id)
    if not row.area.startswith(scope.area_of(viewer)):
        raise NoSuchDecision(decision_id)
    return decision_card(row)


def count_touched(viewer: Viewer, cause: Cause) -> int:
    """How many decisions a cause would make anew: to be told before it is done. Raises OutsideYourArea, NoSuchDecision."""
    permissions.require(viewer, "programs.manage")
    scope.require_area(viewer, cause.area if cause.decision_id is None else _decision(cause.decision_id).area)
    return len(late.roots_of(cause))


def preview(
    program: str, *, area: str, asof: date, facts: Mapping[str, object], used: Mapping[str, object] | None = None
) -> deciding.Answer:
    """
    What the programme would say; nothing is stored. For pages that show a household what each programme says.

    Raises:
        NoPackHere, MissingParameter, FactError.
    """
    version = installed.get_version(program, area=area, asof=asof)
    return deciding.answer(installed.compiled(version, area=area, asof=asof), facts, used)


def explain(program: str, *, area: str, asof: date, facts: Mapping[str, object]) -> dict[str, policy.Explanation]:
    """
    What the programme says, rule by rule with the nearest change, in both languages (``zh``, ``en``); nothing is stored.

    Raises:
        NoPackHere, MissingParameter, FactError.
    """
    version = installed.get_version(program, area=area, asof=asof)
    compiled = installed.compiled(version, area=area, asof=asof)
    return {"zh": compiled.explain(facts, language="zh"), "en": compiled.explain(facts, language="en")}


def get_decision(decision_id: int) -> DecisionCard:
    """Without scope: for the case that owns it. Raises NoSuchDecision."""
    return decision_card(_decision(decision_id))


def list_decisions(decision_ids: Iterable[int]) -> dict[int, DecisionCard]:
    """By id, in one query, without scope: for lists of cases."""
    rows = Decision.objects.select_related("version").filter(pk__in=set(decision_ids))
    return {row.pk: decision_card(row) for row in rows}


def lines_given_by(refs: Collection[str]) -> dict[str, tuple[str, ...]]:
    """By what the funds call a decision (`ref_of`), the benefit lines that it gave something of; for the job that counts over everybody."""
    ids = {int(ref.rpartition(":")[2]): ref for ref in refs if ref}
    rows = Decision.objects.filter(pk__in=ids).values_list("pk", "given")
    return {ids[pk]: tuple(line for line, _kind, yuan in given if Decimal(yuan)) for pk, given in rows}


def list_decisions_about(*subjects: Subject) -> list[DecisionCard]:
    """Latest first, in one query, without scope: for the room that has bounded its subjects."""
    about = Q(pk__in=[])
    for subject in subjects:
        about |= Q(subject_kind=subject.kind, subject_id=subject.id)
    rows = Decision.objects.select_related("version").filter(about)
    return [decision_card(row) for row in rows.order_by("-made_at", "-pk")]


def outcomes_by_subject(program: str) -> dict[Subject, set[DecisionOutcome]]:
    """What was ever decided by any text of the programme, in one query, without scope: for the job that counts over everybody."""
    found: dict[Subject, set[DecisionOutcome]] = {}
    rows = Decision.objects.filter(version__pack_id=program).values_list("subject_kind", "subject_id", "outcome")
    for kind, subject_id, outcome in rows.distinct():
        found.setdefault(Subject(SubjectKind(kind), subject_id), set()).add(DecisionOutcome(outcome))
    return found


def replay(decision_id: int) -> Replay:
    """
    Make a decision again from what it pins: text, facts, parameters, day, area. The parameters are those of then, not of today.

    Raises:
        NoSuchDecision, StoredTextChanged.
    """
    row = _decision(decision_id)
    used = None if row.used is None else values.from_json(row.used)
    again = deciding.answer(as_decided(row), values.from_json(row.facts), used)
    kept = decision_card(row)
    parts = {
        "outcome": (kept.outcome, again.outcome),
        "tier": (kept.tier, again.tier),
        "amount": (kept.amount, again.amount),
        "lines": (kept.lines, again.lines),
        "lines after the caps": (kept.given, again.given if row.given else kept.given),
        "clauses": (kept.clauses, again.clauses),
        "trace": (kept.trace, again.trace),
        "unknown": (kept.unknown, again.unknown),
        "what was asked": (row.digest, digest_of(row)),
    }
    return Replay(
        decision_id=row.pk,
        outcome=again.outcome,
        tier=again.tier,
        amount=again.amount,
        differences=tuple(name for name, (before, now) in parts.items() if before != now),
        trace=again.trace,
    )


def list_replayable(viewer: Viewer, month: str) -> list[int]:
    """Decisions of a month, ``2023-10``, in the viewer's division."""
    permissions.require(viewer, "programs.view")
    found = Decision.objects.filter(month=month, area__startswith=scope.area_of(viewer))
    return list(found.order_by("pk").values_list("pk", flat=True))


def decisions_of_month(month: str) -> list[int]:
    """Every one of them, without scope: for the machine's operator."""
    return list(Decision.objects.filter(month=month).order_by("pk").values_list("pk", flat=True))


def months_decided(viewer: Viewer) -> list[str]:
    """Months with decisions in the viewer's division, latest first."""
    permissions.require(viewer, "programs.view")
    found = Decision.objects.filter(area__startswith=scope.area_of(viewer))
    return list(found.order_by("-month").values_list("month", flat=True).distinct())


def verify() -> list[Breach]:
    """Decisions that no longer come out the same, and stored texts that lost their hash. Reads only."""
    found = []
    for version in PackVersion.objects.order_by("pk"):
        try:
            installed.pack_of(version)
        except Refusal as refusal:
            found.append(Breach("DECISION", f"pack {version.pack_id} {version.content_hash[:12]}", refusal.en))
    for decision_id in Decision.objects.order_by("pk").values_list("pk", flat=True).iterator():
        try:
            again = replay(decision_id)
        except Refusal as refusal:
            found.append(Breach("DECISION", f"decision {decision_id}", refusal.en))
            continue
        if not again.is_same:
            found.append(Breach("DECISION", f"decision {decision_id}", f"differs in {', '.join(again.differences)}"))
    return found + adjusting.verify()
