"""Reads of cases, files, notices and objections, in the viewer's part of the tree."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import CharField, Count, Exists, F, Model, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat, Replace
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import PostCard, Role, Viewer
from niangjia.apps.alerts import queries as alerts
from niangjia.apps.alerts.types import Sentence
from niangjia.apps.audit import queries as audit
from niangjia.apps.audit.types import Event
from niangjia.apps.cases import access, counted, lifecycle, moving, sealed, spot_checks
from niangjia.apps.cases import hands as hands
from niangjia.apps.cases.models import (
    Case,
    CaseAlert,
    CaseMove,
    Entitlement,
    ExitLetter,
    Finding,
    FollowUp,
    Grievance,
    HardshipFile,
    HeldIncome,
    PublicNotice,
    Visit,
    VisitDraft,
)
from niangjia.apps.cases.precision import precision
from niangjia.apps.cases.resealing import sealed_columns as sealed_columns
from niangjia.apps.cases.rules import EXIT_PROGRAM, rule
from niangjia.apps.cases.types import (
    ASK_AGAIN,
    FILE_STATES,
    Breach,
    CaseAction,
    CaseCard,
    CaseFilter,
    CaseState,
    Channel,
    DeskCounts,
    DraftCard,
    EntitlementState,
    ExitProgress,
    HeldMonth,
    Outcome,
    OwnDecision,
    OwnMatter,
)
from niangjia.apps.files import queries as files
from niangjia.apps.files.types import FileCard, Owner
from niangjia.apps.funds import queries as funds
from niangjia.apps.funds.types import ReservationState
from niangjia.apps.objections.types import GrievanceState, LiveNotice
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.types import AdjustmentCard, DecisionCard
from niangjia.apps.registry import queries as registry
from niangjia.apps.workorders import queries as workorders
from niangjia.apps.workorders.types import OrderCard
from niangjia.engines.sensing.own import OpenFile, OwnHistory, Verification
from niangjia.kernel import looking
from niangjia.kernel.months import Month, add_months

Row = TypeVar("Row", bound=Model)
_VISITS = uuid.UUID("6f1c6d52-7a0e-5b0c-9a4e-0f6d8f5c2b11")  # of the keys that visits are given
NotFound = moving.NotFound
may_open = access.may_open
precision_of = precision
cases_to_count, visits_to_count, verifications_to_count = counted.cases, counted.visits, counted.verifications
spot_checks_to_count, grants_to_count, signals_at = counted.spot_checks, counted.grants, counted.signals_at
is_blind = spot_checks.is_blind
list_spot_draws, list_spot_checks = spot_checks.list_spot_draws, spot_checks.list_spot_checks
get_spot_check, find_spot_check_of = spot_checks.get_spot_check, spot_checks.find_spot_check_of
spot_rates = spot_checks.spot_rates


def case_card(case: Case) -> CaseCard:
    return CaseCard(
        id=case.pk,
        number=case.number,
        household_id=case.household_id,
        person_id=case.person_id,
        org_id=case.org_id,
        area=case.area,
        state=CaseState(case.state),
        channel=Channel(case.channel),
        month=case.month,
        causes=alerts.split(case.causes),
        grade=case.grade,
        work_order_id=case.work_order_id,
        outcome=case.outcome,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        close_reason=case.close_reason,
    )


@looking.once
def get_case(viewer: Viewer, case_id: int) -> Case:
    """For reading, with its union, household, order and file. Raises NotFound."""
    case = _with_what_is_one(viewer).filter(pk=case_id).first()
    if case is None:
        raise NotFound
    return case


def _with_what_is_one(viewer: Viewer) -> QuerySet[Case]:
    found = moving.visible(viewer, any_kind=True)
    return found.select_related(
        "org", "household", "earlier__org", "file__decision__version", "work_order__org", "work_order__verify_org"
    )


def _with_what_there_is(cases: QuerySet[Case]) -> QuerySet[Case]:
    """`CaseDetails` asks for the rarer parts of a case only where there are any."""
    bare = Visit.objects.filter(case=OuterRef("pk"), findings__isnull=True)
    return cases.annotate(
        has_bare_visit=Exists(bare),
        has_grievance=Exists(Grievance.objects.filter(case=OuterRef("pk"))),
        has_asked_again=audit.was_recorded(ASK_AGAIN, Concat(Value("case:"), Cast(OuterRef("pk"), CharField()))),
        has_held_month=Exists(HeldIncome.objects.filter(file__case=OuterRef("pk"))),
        decision_id=F("file__decision"),
        is_adjusted=programs.is_adjusted("file__decision"),
    ).select_related("alert__org", "alert__run")


@looking.once
def find_case_of_order(viewer: Viewer, work_order_id: int) -> CaseCard | None:
    """The case that a work order belongs to, a re-check's as well, if the viewer may see it."""
    drafts = VisitDraft.objects.filter(work_order_id=work_order_id, account_id=viewer.account_id)
    files = HardshipFile.objects.filter(household_id=OuterRef("household_id"), secret__isnull=False)
    found = _with_what_is_one(viewer).filter(work_order_id=work_order_id)
    case = found.annotate(has_draft=Exists(drafts), has_address=Exists(files)).first()
    if case is None:
        return None
    looking.know(get_case, viewer, case.pk, answer=case)
    looking.know(has_draft, viewer, work_order_id, answer=vars(case)["has_draft"])
    looking.know(has_address, case.household_id, answer=vars(case)["has_address"])
    return case_card(case)


@looking.once
def has_address(household_id: int) -> bool:
    """Whether a file of the household was filled in: its address may be opened with a reason (`actions.open_address`)."""
    return HardshipFile.objects.filter(household_id=household_id, secret__isnull=False).exists()


def visit_owner(key: uuid.UUID) -> Owner:
    """Whose the photos of a visit are, from its draft on."""
    return Owner("visit", key.hex)


def draft_card(draft: VisitDraft) -> DraftCard:
    return DraftCard(
        draft.key, draft.case_id, sealed.unseal(draft.secret, "draft", draft.key), draft.edition, draft.saved_at
    )


def find_draft(viewer: Viewer, work_order_id: int) -> DraftCard | None:
    """What this officer has typed of a visit so far; nobody else's."""
    draft = _draft(viewer, work_order_id)
    return draft_card(draft) if draft else None


@looking.once
def has_draft(viewer: Viewer, work_order_id: int) -> bool:
    return _draft(viewer, work_order_id) is not None


@looking.once
def _draft(viewer: Viewer, work_order_id: int) -> VisitDraft | None:
    return VisitDraft.objects.filter(work_order_id=work_order_id, account_id=viewer.account_id).first()


def next_visit_key(viewer: Viewer, work_order_id: int) -> uuid.UUID:
    """The same on every page and device until this officer's visit is on record: what is sent twice arrives once."""
    count = Visit.objects.filter(work_order_id=work_order_id, recorded_by_id=viewer.account_id).count()
    return uuid.uuid5(_VISITS, f"{work_order_id}:{viewer.account_id}:{count}")


def find_recorded_visit(viewer: Viewer, key: uuid.UUID) -> datetime | None:
    """When this officer's visit of that key was put on record; None if it was not."""
    return Visit.objects.filter(key=key, recorded_by_id=viewer.account_id).values_list("recorded_at", flat=True).first()


def _file_count(key: str) -> Coalesce:
    """Of a visit with its key in this column, which PostgreSQL writes with dashes and SQLite without."""
    return files.count_of("visit", Replace(Cast(OuterRef(key), CharField()), Value("-"), Value("")))


def list_visit_files(visits: Iterable[Visit]) -> dict[int, list[FileCard]]:
    """Photos and signatures by visit id, of visits that the caller has read for its viewer."""
    by_key = {visit.key.hex: visit.pk for visit in visits}
    found = files.list_of_many("visit", by_key) if by_key else {}
    return {by_key[key]: cards for key, cards in found.items()}


def find_open_case(viewer: Viewer, household_id: int) -> CaseCard | None:
    case = moving.visible(viewer, household_id=household_id).exclude(state=CaseState.CLOSED).first()
    return case_card(case) if case else None


def colleagues_of(case: Case, *, now: datetime) -> list[tuple[PostCard, str]]:
    """Who may go along on a visit: casework posts at the union that visits, or above it; the nearest first. Without scope."""
    union = case.work_order.verify_org if case.work_order else case.org
    return accounts.list_colleagues(union.path or "", action="cases.verify", today=timezone.localdate(now))


def list_companions(viewer: Viewer, case_id: int, *, now: datetime) -> list[tuple[PostCard, str]]:
    """The viewer's colleagues for a visit, without those who stood aside. Raises NotFound."""
    case = get_case(viewer, case_id)
    without = {viewer.account_id, *(case.work_order.excluded_ids if case.work_order else ())}
    return [(card, name) for card, name in colleagues_of(case, now=now) if card.account_id not in without]


def list_household_cases(viewer: Viewer, household_id: int) -> list[Case]:
    """As `list_cases`, of one household, for its page: with their orders. Who `is_blind` to the household sees none of them."""
    found = list_cases(viewer, CaseFilter(household_id=household_id))
    cases = list(found.select_related("org", "household", "work_order__org"))
    if cases:
        looking.know(is_blind, viewer, household_id, answer=False)
    return cases


def list_cases_of_household(viewer: Viewer, household_id: int) -> list[CaseCard]:
    """Open first, then the latest."""
    found = moving.visible(viewer, household_id=household_id).order_by("-opened_at", "-pk")
    return sorted(map(case_card, found), key=lambda card: card.closed_at is not None)


def list_cases(viewer: Viewer, narrow: CaseFilter) -> QuerySet[Case]:
    """Cases of the viewer's part of the tree, oldest open first, for reading by pages; the union comes along."""
    found = moving.visible(viewer).select_related("org", "household")
    return narrow_to(viewer, found, narrow).order_by(F("closed_at").asc(nulls_first=True), "opened_at", "pk")


def narrow_to(viewer: Viewer, found: QuerySet[Case], narrow: CaseFilter) -> QuerySet[Case]:
    """
    Those of `found` that the filter asks for, in the order they had. `waiting_outcome` of each: what was found and waits to be judged,
    empty for none and for who may not examine; where there is one, the filter by outcome asks for it.
    """
    examines = permissions.may(viewer, "cases.examine")
    if not examines:
        narrow = replace(narrow, cause="", grade="")  # what may not be read is not found out by asking for it
    waiting = Finding.objects.filter(case=OuterRef("pk"), is_accepted__isnull=True, voided_at__isnull=True)
    said = Subquery(waiting.values("outcome")[:1]) if examines else Value("")
    found = found.annotate(waiting_outcome=Coalesce(said, Value("")))
    if narrow.outcome:
        found = found.filter(Q(waiting_outcome=narrow.outcome) | Q(waiting_outcome="", outcome=narrow.outcome))
    for column in ("state", "channel", "month", "grade", "household_id"):
        if value := getattr(narrow, column):
            found = found.filter(**{column: value})
    if narrow.area:
        found = found.filter(area__startswith=narrow.area)
    if narrow.cause:
        found = found.filter(causes__contains=f"|{narrow.cause}|")
    if narrow.number:
        digits = narrow.number.rpartition("-")[2].lstrip("0")  # A202310-0000012: the case's own number follows the dash
        found = found.annotate(own_number=Cast("pk", CharField())).filter(own_number__endswith=digits)
    if narrow.only_open:
        found = found.exclude(state=CaseState.CLOSED)
    return found


def numbers_of(case_ids: Iterable[int]) -> dict[int, str]:
    """By id, without scope: for whoever has been shown that there are such cases."""
    return {case.pk: case.number for case in Case.objects.filter(pk__in=set(case_ids)).only("pk", "month")}


def count_by_state(viewer: Viewer, *, month: str = "") -> dict[CaseState, int]:
    """Cases of the viewer's part of the tree, by state; of a month if given."""
    found = moving.visible(viewer)
    found = found.filter(month=month) if month else found
    counts = dict(found.order_by().values_list("state").annotate(Count("pk")))
    return {state: counts.get(state, 0) for state in CaseState}


def count_for_desk(viewer: Viewer, *, today: date, along: Mapping[str, QuerySet] | None = None) -> DeskCounts:
    """
    What the desk of a post counts in the viewer's part of the tree; what the post does not do is not counted.

    `along`: rows of other rooms that are counted in the same question, by name.
    """
    waiting: dict[str, QuerySet] = {}
    if permissions.may(viewer, "cases.verify"):
        waiting["calls"] = list_follow_ups(viewer, today=today)
    if permissions.may(viewer, "cases.review"):
        if permissions.may(viewer, "funds.approve"):
            waiting["blocked"] = list_blocked(viewer)
        if permissions.may(viewer, "cases.see_checks"):
            waiting["differing"] = list_spot_checks(viewer, only_to_rule=True)
    others = dict(along or {})
    counts = scope.count_each(waiting | others, by_state=moving.visible(viewer).exclude(state=CaseState.CLOSED))
    return DeskCounts(
        {state: counts.get(state, 0) for state in CaseState},
        **{name: counts[name] for name in waiting},
        along={name: counts[name] for name in others},
    )


def count_outcomes(viewer: Viewer, *, month: str = "") -> dict[Outcome, int]:
    """Accepted outcomes in the viewer's part of the tree."""
    found = moving.visible(viewer).exclude(outcome="")
    found = found.filter(month=month) if month else found
    counts = dict(found.order_by().values_list("outcome").annotate(Count("pk")))
    return {outcome: counts.get(outcome, 0) for outcome in Outcome}


def possible_actions(viewer: Viewer, case_id: int) -> list[CaseAction]:
    """
    What this viewer may do to the case where it stands, in the table's order: the buttons of a page. Four eyes are asked by the action.

    Raises NotFound.
    """
    return _possible_actions(viewer, get_case(viewer, case_id))


def _possible_actions(viewer: Viewer, case: Case) -> list[CaseAction]:
    return [
        move.action
        for move in lifecycle.MOVES
        if lifecycle.fits(case.kind, move.action)
        and move.state == case.state
        and viewer.role in move.roles
        and permissions.may(viewer, move.permission)
    ]


class CaseDetails:
    """
    Everything a page shows of one case, each part read when it is first asked for. Rows are for reading; sealed parts stay sealed.

    Without cases.examine: no visits, findings, file, objections and moves, and decisions without their trace.
    """

    def __init__(self, viewer: Viewer, case: Case, now: datetime) -> None:
        self.case, self.card = case, case_card(case)
        self._viewer, self._now, self._examines = viewer, now, may_examine(viewer)
        self._file: HardshipFile | None = getattr(case, "file", None)

    @property
    def order(self) -> OrderCard | None:
        return workorders.card(self.case.work_order, now=self._now) if self.case.work_order else None

    @property
    def file(self) -> HardshipFile | None:
        return self._file if self._examines else None

    @cached_property
    def moves(self) -> tuple[CaseMove, ...]:
        return self._found(self.case.moves.select_related("account"))

    @cached_property
    def visits(self) -> tuple[Visit, ...]:
        """They come along with their findings, but for those that nothing was found on yet."""
        if vars(self.case)["has_bare_visit"]:
            return self._found(self.case.visits.annotate(file_count=_file_count("key")))
        for finding in self.findings:
            vars(finding.visit)["file_count"] = vars(finding)["file_count"]
        return tuple(sorted({one.visit for one in self.findings}, key=lambda visit: visit.pk))

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return self._found(self.case.findings.select_related("visit").annotate(file_count=_file_count("visit__key")))

    @cached_property
    def grievances(self) -> tuple[Grievance, ...]:
        return self._found(self.case.grievances.all()) if vars(self.case)["has_grievance"] else ()

    @cached_property
    def asked_again(self) -> list[Event]:
        """Each time that the household said it was in trouble again, latest first; `detail["causes"]` says by what."""
        if not (self._examines and vars(self.case)["has_asked_again"]):
            return []
        return audit.list_about(f"case:{self.case.pk}", actions=(ASK_AGAIN,))

    @property
    def unanswered(self) -> Event | None:
        """The last of `asked_again`, while nothing was done in the case since but a month's income recorded."""
        done = [move.at for move in self.moves if move.action != CaseAction.RECORD_INCOME]
        asked = next(iter(self.asked_again), None)
        return asked if asked and self.case.closed_at is None and asked.at >= max(done) else None

    @cached_property
    def exit_letters(self) -> tuple[ExitLetter, ...]:
        return self._found(self._file.exit_letters.all()) if self._file else ()

    def _found(self, rows: QuerySet[Row]) -> tuple[Row, ...]:
        return tuple(rows.order_by("pk")) if self._examines else ()

    @cached_property
    def exit_progress(self) -> ExitProgress | None:
        if self.file is None or not self.file.is_open or self.file.approved_at is None:
            return None
        held = self.file.months.all() if vars(self.case)["has_held_month"] else ()
        return _progress(self.file, held, today=timezone.localdate(self._now))

    @cached_property
    def notices(self) -> tuple[PublicNotice, ...]:
        return tuple(self.case.notices.order_by("pk"))

    @cached_property
    def entitlements(self) -> tuple[Entitlement, ...]:
        found = self.case.entitlements.select_related("decision__version", "reservation").order_by("pk")
        return tuple(found.annotate(is_adjusted=programs.is_adjusted("decision")))

    @cached_property
    def reservation_states(self) -> Mapping[str, str]:
        return {refs_of(one): one.reservation.state for one in self.entitlements if _is_set_aside(one)}

    @cached_property
    def adjustments(self) -> Mapping[int, list[AdjustmentCard]]:
        """By decision: what deciding it anew found, oldest first."""
        adjusted = [vars(one) for one in (*self.entitlements, self.case) if vars(one)["is_adjusted"]]
        return programs.list_adjustments_of(one["decision_id"] for one in adjusted)

    @cached_property
    def decisions(self) -> Mapping[int, DecisionCard]:
        rows = [one.decision for one in (*self.entitlements, self._file) if one and one.decision]
        return {row.pk: as_seen_by(self._viewer, programs.decision_card(row)) for row in rows}

    @cached_property
    def actions(self) -> tuple[CaseAction, ...]:
        return tuple(_possible_actions(self._viewer, self.case))


def get_details(viewer: Viewer, case_id: int, *, now: datetime) -> CaseDetails:
    """Raises NotFound."""
    case = _with_what_there_is(_with_what_is_one(viewer)).filter(pk=case_id).first()
    if case is None:
        raise NotFound
    looking.know(get_case, viewer, case_id, answer=case)
    return CaseDetails(viewer, case, now)


def may_examine(viewer: Viewer) -> bool:
    """Whether the viewer sees what was found and why, and not only what was decided and paid."""
    return permissions.may(viewer, "cases.examine")


def as_seen_by(viewer: Viewer, card: DecisionCard) -> DecisionCard:
    """Without cases.examine a decision is what was decided, how much and by which clause, not what was known."""
    if permissions.may(viewer, "cases.examine"):
        return card
    return replace(card, trace=(), unknown=(), facts={}, parameters={})


def list_decided(
    viewer: Viewer, *, case_id: int | None = None, after: int = 0, most: int = 100
) -> list[tuple[DecisionCard, CaseCard]]:
    """
    What was decided in the cases of the viewer's part of the tree, with its case, in order of the decision's id behind `after`, at
    most `most`. Without cases.examine as `as_seen_by` says.
    """
    cases = moving.visible(viewer)
    cases = cases if case_id is None else cases.filter(pk=case_id)
    found: dict[int, int] = {}
    for rows in (Entitlement.objects.all(), HardshipFile.objects.filter(decision__isnull=False)):
        theirs = rows.filter(case__in=cases, decision_id__gt=after).order_by("decision_id")
        found |= dict(theirs.values_list("decision_id", "case_id")[:most])
    ids = sorted(found)[:most]
    cards = programs.list_decisions(ids)
    named = {case.pk: case_card(case) for case in Case.objects.filter(pk__in={found[key] for key in ids})}
    return [(as_seen_by(viewer, cards[key]), named[found[key]]) for key in ids]


def get_decided(viewer: Viewer, decision_id: int) -> tuple[DecisionCard, CaseCard]:
    """One of `list_decided`. Raises NotFound: also for one of a case that is not the viewer's to see."""
    for card, case in list_decided(viewer, after=decision_id - 1, most=1):
        if card.id == decision_id:
            return card, case
    raise NotFound


def _is_set_aside(entitlement: Entitlement) -> bool:
    held = entitlement.reservation
    return held is not None and held.state != ReservationState.CANCELLED


def refs_of(entitlement: Entitlement) -> str:
    """The funds' idempotency key: one living reservation for one benefit of one case."""
    return f"case:{entitlement.case_id}:{entitlement.program}"


def timeline(viewer: Viewer, household_id: int) -> tuple[list[CaseMove], list[Case]]:
    """
    Every move of the household's cases that the viewer may see, latest first, and those cases as `list_household_cases` has them; in one
    query, for no case is without its opening move. No moves without cases.examine.
    """
    if not permissions.may(viewer, "cases.examine"):
        return [], list_household_cases(viewer, household_id)
    # The household is named twice: PostgreSQL begins with its few cases then, not with every move of the house.
    seen = moving.visible(viewer, household_id=household_id)
    rows = CaseMove.objects.filter(case__household=household_id, case__in=seen)
    rows = rows.select_related("account", "case__org", "case__household", "case__work_order__org")
    moves = list(rows.order_by("-at", "-pk"))
    if moves:
        looking.know(is_blind, viewer, household_id, answer=False)
    found = {move.case_id: move.case for move in moves}
    return moves, sorted(found.values(), key=lambda case: (case.closed_at is not None, case.opened_at, case.pk))


def states_waiting_for(viewer: Viewer, action: CaseAction) -> list[CaseState]:
    """The states from which this viewer's post takes a case on by `action`."""
    return [move.state for move in lifecycle.MOVES if move.action == action and viewer.role in move.roles]


def list_waiting_for(viewer: Viewer, action: CaseAction) -> QuerySet[Case]:
    """Cases where this viewer's next step is `action`, oldest first: the desk of a reviewer or an approver."""
    states = states_waiting_for(viewer, action)
    return (
        moving.visible(viewer).filter(state__in=states).select_related("org", "household").order_by("opened_at", "pk")
    )


def list_files(viewer: Viewer, *, only_open: bool = True) -> QuerySet[HardshipFile]:
    """Hardship files of the viewer's part of the tree, for reading, the latest first."""
    found = HardshipFile.objects.filter(case__in=moving.visible(viewer)).select_related("case__org", "household")
    return (found.filter(is_open=True, approved_at__isnull=False) if only_open else found).order_by("-pk")


def persons_to_tell(case_ids: Iterable[int]) -> dict[int, list[int]]:
    """By case, whose matter it is: the person it is in the name of, else who lives in the household now. Without scope: to tell them."""
    rows = list(Case.objects.filter(pk__in=set(case_ids)).values_list("pk", "person_id", "household_id"))
    homes = registry.members_of(household_id for _, person_id, household_id in rows if person_id is None)
    return {
        case_id: [person_id] if person_id is not None else list(homes.get(household_id, ()))
        for case_id, person_id, household_id in rows
    }


def last_days_to_object(case_ids: Iterable[int]) -> dict[int, date]:
    """By case, the last day of its standing notice."""
    rows = PublicNotice.objects.filter(case_id__in=set(case_ids), withdrawn_at__isnull=True)
    return {
        case_id: ends_before - timedelta(days=1) for case_id, ends_before in rows.values_list("case_id", "ends_before")
    }


def list_live_notices(*, today: date, area: str = "") -> list[LiveNotice]:
    """What the public sees today; a notice takes itself down with its last day. No viewer: it is public."""
    found = PublicNotice.objects.filter(withdrawn_at__isnull=True, starts_on__lte=today, ends_before__gt=today)
    found = found.filter(case__area__startswith=area) if area else found
    return [
        LiveNotice(
            id=row.pk,
            masked_name=row.masked_name,
            unit=row.unit,
            tier=row.tier,
            amount=row.amount,
            starts_on=row.starts_on,
            ends_before=row.ends_before,
        )
        for row in found.order_by("-starts_on", "pk")
    ]


def list_grievances(viewer: Viewer, *, only_open: bool = True) -> QuerySet[Grievance]:
    """Objections in the viewer's part of the tree, oldest first, for reading; their words are opened by `actions.read_grievance`."""
    permissions.require(viewer, "cases.review")
    found = Grievance.objects.filter(moving.of_visible(viewer, "case")).select_related("case__org")
    return (found.filter(state=GrievanceState.OPEN) if only_open else found).order_by("raised_at", "pk")


def list_follow_ups(viewer: Viewer, *, today: date) -> QuerySet[FollowUp]:
    """Calls due by today, for reading, the longest due first."""
    found = FollowUp.objects.filter(
        moving.of_visible(viewer, "file_id", through="file"), done_at__isnull=True, due_on__lte=today
    )
    return found.select_related("file__case__org").order_by("due_on", "pk")


def list_blocked(viewer: Viewer) -> QuerySet[Case]:
    """Cases with a grant for which no money could be set aside, longest waiting first, for reading."""
    waiting = Entitlement.objects.filter(state=EntitlementState.BLOCKED).values("case")
    return moving.visible(viewer, pk__in=waiting).select_related("org", "household").order_by("opened_at", "pk")


def months_on_file(file: HardshipFile, *, today: date) -> tuple[Month, Month]:
    """The first month on file, and the last that is over: before it when none is. An unapproved file has none."""
    last = Month.of(today).previous()
    return (Month.of(timezone.localdate(file.approved_at)) if file.approved_at else last.next()), last


def progress_of(file: HardshipFile, *, today: date) -> ExitProgress:
    return _progress(file, file.months.all(), today=today)


def _progress(file: HardshipFile, months: Iterable[HeldIncome], *, today: date) -> ExitProgress:
    since, through = months_on_file(file, today=today)
    held = (HeldMonth(Month(row.month), row.income_per_capita, row.standard) for row in months)
    return lifecycle.exit_progress(held, since=since, through=through)


# --- the worker's own page ---------------------------------------------------------------------------------------


def get_own_matters(viewer: Viewer) -> list[OwnMatter]:
    """
    A worker's own matters, latest first: where each stands, what was decided in plain words and by which clause, until when one
    may object, and what became of objections.

    Raises:
        NotAllowed: the viewer is no worker.
    """
    permissions.require(viewer, "own.view")
    if viewer.role is not Role.WORKER or viewer.person_id is None:
        raise permissions.NotAllowed("own.view")
    granted = Entitlement.objects.select_related("decision__version", "reservation").annotate(
        arrived_at=funds.arrived_at("reservation")
    )
    cases = list(
        _with_where_it_stands(moving.visible(viewer))
        .select_related("org", "file__decision__version")
        .prefetch_related(
            Prefetch("entitlements", granted.annotate(is_adjusted=programs.is_adjusted("decision"))),
            Prefetch("grievances", Grievance.objects.filter(person_id=viewer.person_id).order_by("pk")),
        )
        .order_by("-opened_at", "-pk")
    )
    rows = [vars(row) for case in cases for row in (*case.entitlements.all(), case)]
    later = programs.list_adjustments_of(row["decision_id"] for row in rows if row["is_adjusted"])
    why = alerts.why_households_are_on_lists(case.household_id for case in cases)
    return [_own_matter(case, later, why.get(case.household_id, ())) for case in cases]


def _with_where_it_stands(cases: QuerySet[Case]) -> QuerySet[Case]:
    """With the one row of each kind that a worker reads of a matter: why there is no file, the notice that stands, the letter that is open."""
    of_case = {"case": OuterRef("pk")}
    refused = CaseMove.objects.filter(**of_case, action=CaseAction.REFUSE_FILE).order_by("-pk")
    notice = PublicNotice.objects.filter(**of_case, withdrawn_at__isnull=True).order_by("-pk")
    letter = ExitLetter.objects.filter(file__case=OuterRef("pk"), state=ExitLetter.State.OPEN).order_by("pk")
    return cases.annotate(
        decision_id=F("file__decision"),
        is_adjusted=programs.is_adjusted("file__decision"),
        refused_because=Subquery(refused.values("reason")[:1]),
        announced_on=Subquery(notice.values("starts_on")[:1]),
        exit_because=Subquery(letter.values("reason")[:1]),
        exit_objection_until=Subquery(letter.values("objection_until")[:1]),
    )


def _decided(case: Case) -> list[Any]:
    """What was decided in a case that was read with its decisions, each once: a file's tier is mostly the decision on its grant too."""
    file = getattr(case, "file", None)
    rows = [one.decision for one in (*case.entitlements.all(), file) if one and one.decision]
    return list({row.pk: row for row in rows}.values())


def _own_matter(case: Case, later: Mapping[int, list[AdjustmentCard]], why: tuple[Sentence, ...]) -> OwnMatter:
    file, read = getattr(case, "file", None), vars(case)
    effect = lifecycle.EFFECTS.get(Outcome(case.outcome)) if case.outcome else None
    status_zh, status_en = str(CaseState(case.state).label), CaseState(case.state).value
    if effect:
        status_zh, status_en = f"{status_zh}：{effect.zh}", f"{status_en}: {effect.en}"
    refused = read["refused_because"]
    return OwnMatter(
        case_id=case.pk,
        number=case.number,
        union=case.org.name,
        state=CaseState(case.state),
        status_zh=status_zh,
        status_en=status_en,
        reason=(refused if refused is not None else read["exit_because"]) or "",
        decisions=tuple(
            _own_decision(programs.decision_card(row), later.get(row.pk, ()))
            for row in sorted(_decided(case), key=lambda row: row.pk)
        ),
        can_object_until=read["exit_objection_until"] or _objection_end(case),
        objections=tuple((one.pk, GrievanceState(one.state)) for one in case.grievances.all()),
        way=_way(case, file),
        grants=tuple(
            (ReservationState(one.reservation.state) if one.reservation else None, vars(one)["arrived_at"])
            for one in case.entitlements.all()
            if one.state != EntitlementState.CANCELLED
        ),
        why_zh=tuple(sentence.zh for sentence in why if not sentence.is_note),
        why_en=tuple(sentence.en for sentence in why if not sentence.is_note),
        also_zh=tuple(sentence.zh for sentence in why if sentence.is_note),
        also_en=tuple(sentence.en for sentence in why if sentence.is_note),
    )


def _way(case: Case, file: HardshipFile | None) -> tuple[tuple[str, date | None], ...]:
    """Verified, and for a file also announced and approved. Of a case read with its notices that stand."""

    def day(at: datetime | None) -> date | None:
        return timezone.localdate(at) if at else None

    verified = ("VERIFIED", day(case.reviewed_at))
    if file is None:
        return (verified,)
    return verified, ("ANNOUNCED", vars(case)["announced_on"]), ("APPROVED", day(file.approved_at))


def _objection_end(case: Case) -> date | None:
    """Null while a case goes on: until it ends there is no last day."""
    if case.closed_at is None:
        return None
    closed_on = timezone.localdate(case.closed_at)
    if programs.find_pack(EXIT_PROGRAM, area=case.area, asof=closed_on) is None:
        return None
    return closed_on + timedelta(days=rule("objection_days", area=case.area, asof=closed_on))


def _own_decision(card: DecisionCard, later: Iterable[AdjustmentCard]) -> OwnDecision:
    return OwnDecision(
        decision_id=card.id,
        title_zh=card.title_zh,
        title_en=card.title_en,
        outcome=card.outcome.value,
        tier=card.tier,
        amount=card.amount,
        deciding=card.deciding,
        because=card.because,
        aside=card.aside,
        later=tuple(later),
    )


# --- for sensing -------------------------------------------------------------------------------------------------


def own_history(asof: date) -> OwnHistory:
    """
    What the house itself knows as of the last day of a month and sensing needs: open files, households found not in hardship within
    the last months with their figures then, who got this year's grant, files left in the month, who opted out, declared households.
    Persons are pseudonyms, sorted; two calls give the same.
    """
    month, end = Month.of(asof), _at(asof + timedelta(days=1))
    files = list(
        HardshipFile.objects.filter(approved_at__lt=end)
        .filter(Q(closed_on__isnull=True) | Q(closed_on__gt=asof))
        .prefetch_related("members")
        .order_by("pk")
    )
    left = list(
        HardshipFile.objects.filter(closed_on__gte=month.first_day, closed_on__lte=asof)
        .exclude(exit_kind="")
        .prefetch_related("members")
    )
    months = _recent_months(asof)
    checks = list(
        Case.objects.filter(outcome=Outcome.V4, reviewed_at__lt=end, reviewed_at__gte=_at(add_months(asof, -months)))
        .select_related("alert")
        .order_by("pk")
    )
    grants = list(
        Entitlement.objects.filter(
            program="special-grant", state=EntitlementState.SET_ASIDE, granted_at__year=asof.year, granted_at__lt=end
        )
        .order_by("pk")
        .values_list("household_id", "person_id")
    )
    members = registry.members_of({case.household_id for case in checks} | {household_id for household_id, _ in grants})
    wanted = {person for persons in members.values() for person in persons} | {person for _, person in grants}
    wanted |= {member.person_id for file in [*files, *left] for member in file.members.all()}
    names = registry.pseudonyms_of(wanted)

    def persons(ids: Any) -> tuple[str, ...]:
        return tuple(sorted(names[person_id] for person_id in ids))

    return OwnHistory(
        open_files=tuple(
            OpenFile(persons(member.person_id for member in file.members.all()), cause)
            for file in files
            for cause in alerts.split(file.causes)
        ),
        not_in_hardship=tuple(
            Verification(
                persons=persons(members.get(case.household_id, ())),
                verified_on=timezone.localdate(case.reviewed_at),
                causes=alerts.split(case.causes),
                income=case.alert.I2 if case.alert else None,
                oop_net=case.alert.M4 if case.alert else None,
            )
            for case in checks
        ),
        paid_this_year=tuple(
            persons({person_id, *members.get(household_id, ())}) for household_id, person_id in grants
        ),
        file_exits=tuple(persons(member.person_id for member in file.members.all()) for file in left),
        opted_out=tuple(registry.list_optouts()),
        declared_households=tuple((home.key, home.pseudonyms) for home in registry.list_declared()),
    )


def _recent_months(asof: date) -> int:
    root = organizations.find_root()
    return rule("recent_months", area=root.area if root else "33", asof=asof)


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone())


def list_households_on_file() -> list[int]:
    """Household ids with an approved open file: whose months the sensing job records."""
    return list(
        HardshipFile.objects.filter(is_open=True, approved_at__isnull=False).values_list("household_id", flat=True)
    )


def list_living_at(org_id: int) -> list[tuple[int, str, CaseState]]:
    """Cases that are that very union's and not over: id, number, state. Without scope: for whoever changes unions."""
    rows = Case.objects.filter(pk__in=moving.living_at(org_id).values("pk")).order_by("pk")
    return [(row.pk, row.number, CaseState(row.state)) for row in rows]


def count_living_within(path: str) -> int:
    """Cases not closed at a union or below it. Without scope: for whoever changes unions."""
    return scope.within(Case.objects.exclude(state=CaseState.CLOSED), path, "org__path").count()


# --- invariants --------------------------------------------------------------------------------------------------


def verify() -> list[Breach]:
    """
    What must hold across cases (INV 3, 4, 8), each breach by id; reads only.

    INV 3: each active alert of a dispatched list has exactly one case, or a recorded reason; a household one open case; an open case
    waiting for a visit has an open order. INV 4: each case sits at a living union, its moves join up and end where it stands. INV 8:
    a file case has its file, an approved one its money or the words why not, a notice its case; nobody in two open files.
    """
    return [
        *_verify_dispatch(),
        *_verify_history(),
        *_verify_effects(),
        *_verify_files(),
        *spot_checks.verify_spot_checks(),
    ]


def _verify_files() -> list[Breach]:
    """Photos belong to a visit or to what an officer still writes."""
    known = {key.hex for model in (Visit, VisitDraft) for key in model.objects.values_list("key", flat=True)}
    return [
        Breach("VISIT_FILES", f"visit {key}", "has photos, and there is neither the visit nor a draft of it")
        for key in sorted(files.list_owner_ids("visit") - known)
    ]


def _verify_dispatch() -> list[Breach]:
    found = []
    months = set(CaseAlert.objects.values_list("alert__month", flat=True).distinct())
    for month in sorted(months):
        missing = alerts.active_ids(Month(month)) - set(
            CaseAlert.objects.filter(alert__month=month).values_list("alert_id", flat=True)
        )
        found += [
            Breach("INV 3", f"alert {alert_id}", f"active in {month}, neither a case nor a reason")
            for alert_id in sorted(missing)
        ]
    doubled = (
        Case.objects.exclude(state=CaseState.CLOSED)
        .values("household_id", "kind")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
    )
    found += [Breach("INV 3", f"household {row['household_id']}", f"{row['n']} open cases") for row in doubled]
    live = ("CREATED", "ACCEPTED", "ASSIGNED", "VISITED", "RETURNED")
    waiting = Case.objects.filter(state=CaseState.OPEN).exclude(work_order__state__in=live)
    found += [
        Breach("INV 3", f"case {pk}", "waits for a visit without an open order")
        for pk in waiting.values_list("pk", flat=True)
    ]
    ended = Case.objects.filter(state=CaseState.CLOSED, work_order__state__in=(*live, "SUBMITTED", "REVIEWED"))
    found += [
        Breach("INV 3", f"case {pk}", "closed, its order still open") for pk in ended.values_list("pk", flat=True)
    ]
    return found


def _verify_history() -> list[Breach]:
    found = [
        Breach("INV 4", f"case {pk}", "its union is no longer active")
        for pk in Case.objects.exclude(state=CaseState.CLOSED).exclude(org__state="ACTIVE").values_list("pk", flat=True)
    ]
    heirs = Case.objects.filter(file__is_open=True, org__successor__isnull=False).exclude(state=CaseState.CLOSED)
    found += [Breach("INV 4", f"case {pk}", "its union has a successor") for pk in heirs.values_list("pk", flat=True)]
    stands: dict[int, str] = {}
    legal = {(move.state.value, move.action.value): move.leads_to for move in lifecycle.MOVES}
    for case_id, action, start, end in CaseMove.objects.order_by("case_id", "pk").values_list(
        "case_id", "action", "from_state", "to_state"
    ):
        if stands.get(case_id, "") != start or (start and end not in legal.get((start, action), ())):
            found.append(Breach("INV 4", f"case {case_id}", f"{action} from {start} to {end} does not follow"))
        stands[case_id] = end
    for pk, state in Case.objects.values_list("pk", "state"):
        if stands.get(pk) != state:
            found.append(Breach("INV 4", f"case {pk}", f"stands at {state}, its history ends at {stands.get(pk)}"))
    return found


def _verify_effects() -> list[Breach]:
    found = []
    without = Case.objects.filter(state__in=FILE_STATES).exclude(file__is_open=True)
    found += [
        Breach("INV 8", f"case {pk}", "in the state of a file without an open file")
        for pk in without.values_list("pk", flat=True)
    ]
    stray = HardshipFile.objects.filter(is_open=True).exclude(case__state__in=FILE_STATES)
    found += [Breach("INV 8", f"file {pk}", "open though its case is not") for pk in stray.values_list("pk", flat=True)]
    unapproved = Case.objects.filter(state__in=(CaseState.ON_FILE, CaseState.EXITING), file__approved_at__isnull=True)
    found += [
        Breach("INV 8", f"case {pk}", "on file without an approval") for pk in unapproved.values_list("pk", flat=True)
    ]
    unverified = Entitlement.objects.exclude(finding__is_accepted=True)
    found += [
        Breach("INV 7", f"entitlement {pk}", "granted without an accepted finding")
        for pk in unverified.values_list("pk", flat=True)
    ]
    unexplained = Entitlement.objects.filter(state=EntitlementState.BLOCKED, refusal_zh="")
    found += [
        Breach("INV 8", f"entitlement {pk}", "neither money nor a reason")
        for pk in unexplained.values_list("pk", flat=True)
    ]
    reviewed = Case.objects.filter(
        outcome="",
        state__in=[
            state for state in CaseState if state not in (CaseState.OPEN, CaseState.SUBMITTED, CaseState.CLOSED)
        ],
    )
    found += [
        Breach("INV 8", f"case {pk}", "past its review without an outcome")
        for pk in reviewed.values_list("pk", flat=True)
    ]
    return found
