"""Reads of packs, parameters and decisions; a decision made again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.funds import queries as funds
from niangjia.apps.funds.types import Cap
from niangjia.apps.programs import capping, deciding, installed, values
from niangjia.apps.programs.models import Decision, PackVersion, ParameterValue, Standard
from niangjia.apps.programs.types import (
    BenefitLine,
    Breach,
    DecisionCard,
    DecisionOutcome,
    Line,
    MissingValue,
    Override,
    PackCard,
    Replay,
    Subject,
    SubjectKind,
)
from niangjia.engines import policy
from niangjia.engines.policy.parameters import area_prefix, with_overrides
from niangjia.kernel.problems import Refusal


class NoSuchDecision(Refusal):
    def __init__(self, decision_id: int) -> None:
        super().__init__(f"没有编号为 {decision_id} 的决定。", f"There is no decision {decision_id}.")


class MissingStandard(Refusal):
    def __init__(self, area: str, asof: date) -> None:
        super().__init__(
            f"区划 {area} 在 {asof} 没有低保标准，不能核定。请导入该地的标准（standard）后再办理。",
            f"There is no minimum-living standard for area {area} on {asof}, so nothing can be decided. Land that area's standard first.",
        )


def get_standard(area: str, *, asof: date) -> Decimal:
    """
    Yuan a person and month: the longest matching area with a day not after `asof`, then the latest day.

    Raises:
        MissingStandard: names area and day.
    """
    prefix = area_prefix(area)
    rows = [
        row
        for row in Standard.objects.filter(starts_on__lte=asof, area__startswith=prefix[:2])
        if prefix.startswith(area_prefix(row.area))
    ]
    if not rows or not prefix:
        raise MissingStandard(area, asof)
    return max(rows, key=lambda row: (len(area_prefix(row.area)), row.starts_on)).monthly


def list_packs(viewer: Viewer) -> list[PackCard]:
    """Every installed version, those in force first."""
    permissions.require(viewer, "programs.view")
    rows = PackVersion.objects.order_by("active_until", "pack_id", "area", "-pk")
    cards = [pack_card(row) for row in rows]
    return sorted(cards, key=lambda card: card.active_until is not None)


def find_pack(program: str, *, area: str, asof: date) -> PackCard | None:
    """The version that holds for that area on that day, or None: the area has no such programme."""
    version = installed.find_version(program, area=area, asof=asof)
    return pack_card(version) if version else None


def get_pack(program: str, *, area: str, asof: date) -> policy.Pack:
    """For reading: rules, form and stages of the pack in force. Raises NoPackHere."""
    return installed.pack_of(installed.get_version(program, area=area, asof=asof))


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
    """
    pack = get_pack(program, area=area, asof=asof)
    book = funds.load_book(Subject(kind, number) for kind, number in subjects.items())
    caps = capping.bound(pack.caps, subjects, day=day, event=event)
    return capping.used_by(pack, {cap_id: book.used(cap).as_pair() for cap_id, cap in caps.items()})


def caps_of(decision_id: int, *, subjects: capping.Subjects, day: date, event: str = "") -> list[Cap]:
    """
    The caps that a decision's money is held to, for `funds.reserve`: limits from the pack's own expressions with the facts,
    parameters and tier of the decision, shares from what it gives of each line.

    Raises:
        NoSuchDecision, SubjectMissing.
    """
    row = _decision(decision_id)
    program = _as_decided(row)
    facts = values.from_json(row.facts)
    card = decision_card(row)
    given = {line.id: line.amount for line in card.lines if line.kind == "money"}
    caps = capping.bound(program.pack.caps, subjects, day=day, event=event, limits=program.limits(facts), given=given)
    return list(caps.values())


def ref_of(decision_id: int) -> str:
    """How the funds name a decision, which they do not know."""
    return f"decision:{decision_id}"


def _decision(decision_id: int) -> Decision:
    row = Decision.objects.select_related("version").filter(pk=decision_id).first()
    if row is None:
        raise NoSuchDecision(decision_id)
    return row


def _as_decided(row: Decision) -> policy.Program:
    """The programme with the text and the parameters that the decision pins. Raises StoredTextChanged."""
    pack = installed.pack_of(row.version)
    pinned = {name: {"": {date.min: value}} for name, value in values.from_json(row.parameters).items()}
    return policy.compile_program(_emptied(pack), asof=row.asof, area=row.area, overrides=pinned)  # type: ignore[arg-type]


def list_parameters(viewer: Viewer, *, program: str = "") -> list[Override]:
    """What this deployment filled in, waiting for approval first."""
    permissions.require(viewer, "programs.view")
    rows = ParameterValue.objects.filter(withdrawn_at__isnull=True)
    rows = rows.filter(pack_id=program) if program else rows
    found = [override(row) for row in rows.order_by("pack_id", "name", "area", "starts_on")]
    return sorted(found, key=lambda one: one.approved_by is not None)


def list_missing(viewer: Viewer, *, area: str, asof: date) -> list[MissingValue]:
    """Parameters without a value in that area on that day: what needs them is refused until they are filled in and approved."""
    permissions.require(viewer, "programs.view")
    found = []
    for program in PackVersion.objects.order_by("pack_id").values_list("pack_id", flat=True).distinct():
        version = installed.find_version(program, area=area, asof=asof)
        if version is None:
            continue
        pack = installed.pack_of(version)
        for parameter in with_overrides(pack.parameters, installed.overrides(pack)).values():  # type: ignore[arg-type]
            if parameter.at(asof, area_prefix(area)) is None:
                found.append(MissingValue(program, parameter.name, parameter.unit, parameter.clause, area, asof))
    return found


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


def list_decisions_about(subject: Subject) -> list[DecisionCard]:
    """Latest first, without scope: for the room that has bounded its subject."""
    rows = Decision.objects.select_related("version").filter(subject_kind=subject.kind, subject_id=subject.id)
    return [decision_card(row) for row in rows.order_by("-made_at", "-pk")]


def replay(decision_id: int) -> Replay:
    """
    Make a decision again from what it pins: text, facts, parameters, day, area. The parameters are those of then, not of today.

    Raises:
        NoSuchDecision, StoredTextChanged.
    """
    row = _decision(decision_id)
    used = None if row.used is None else values.from_json(row.used)
    again = deciding.answer(_as_decided(row), values.from_json(row.facts), used)
    kept = decision_card(row)
    parts = {
        "outcome": (kept.outcome, again.outcome),
        "tier": (kept.tier, again.tier),
        "amount": (kept.amount, again.amount),
        "lines": (kept.lines, again.lines),
        "clauses": (kept.clauses, again.clauses),
        "trace": (kept.trace, again.trace),
        "unknown": (kept.unknown, again.unknown),
        "what was asked": (row.digest, _digest_of(row)),
    }
    return Replay(
        decision_id=row.pk,
        outcome=again.outcome,
        tier=again.tier,
        amount=again.amount,
        differences=tuple(name for name, (before, now) in parts.items() if before != now),
    )


def _digest_of(row: Decision) -> str:
    """As `actions.decide` makes it: a fact altered since then shows even where the answer is the same."""
    return values.digest(
        row.version.content_hash,
        row.version.vocabulary_hash,
        row.subject_kind,
        row.subject_id,
        row.asof.isoformat(),
        row.area,
        row.facts,
        row.parameters,
        row.used,
    )


def _emptied(pack: policy.Pack) -> policy.Pack:
    """The pack without values of its own, so that only the pinned ones count."""
    return replace(
        pack, parameters={name: replace(parameter, values=()) for name, parameter in pack.parameters.items()}
    )


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
    return found


def pack_card(row: PackVersion) -> PackCard:
    return PackCard(
        id=row.pk,
        pack_id=row.pack_id,
        content_hash=row.content_hash,
        area=row.area,
        title_zh=row.title_zh,
        title_en=row.title_en,
        active_from=row.active_from,
        active_until=row.active_until,
    )


def override(row: ParameterValue) -> Override:
    return Override(
        id=row.pk,
        pack_id=row.pack_id,
        name=row.name,
        area=row.area,
        starts_on=row.starts_on,
        value=row.value,
        source=row.source,
        is_invented=row.is_invented,
        entered_by=row.entered_by_id,
        approved_by=row.approved_by_id,
    )


def decision_card(row: Decision) -> DecisionCard:
    return DecisionCard(
        id=row.pk,
        pack_id=row.version.pack_id,
        content_hash=row.version.content_hash,
        title_zh=row.version.title_zh,
        title_en=row.version.title_en,
        subject=Subject(SubjectKind(row.subject_kind), row.subject_id),
        asof=row.asof,
        area=row.area,
        outcome=DecisionOutcome(row.outcome),
        tier=row.tier,
        amount=row.amount,
        lines=tuple(BenefitLine(line, kind, Decimal(amount)) for line, kind, amount in row.lines),
        needs_approval=tuple(row.needs_approval),
        clauses=tuple(row.clauses),
        trace=tuple(Line(**line) for line in row.trace),
        unknown=tuple(row.unknown),
        facts=values.shown(row.facts),
        parameters=values.shown(row.parameters),
        made_by=row.made_by_id,
        made_at=row.made_at,
    )
