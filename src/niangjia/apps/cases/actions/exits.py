"""Months on file, the way out, and the call afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.cases import lifecycle, moving
from niangjia.apps.cases.actions.filing import close_file
from niangjia.apps.cases.actions.opening import report_canvass
from niangjia.apps.cases.models import Case, ExitLetter, FollowUp, Grievance, HardshipFile, HeldIncome
from niangjia.apps.cases.queries import case_card, months_on_file, progress_of
from niangjia.apps.cases.rules import EXIT_PROGRAM, rule
from niangjia.apps.cases.types import (
    CaseAction,
    CaseCard,
    CaseState,
    CloseReason,
    ExitKind,
    ExitProgress,
    GrievanceAbout,
    HeldMonth,
    IncomeSource,
)
from niangjia.apps.objections.types import GrievanceState
from niangjia.apps.organizations import scope
from niangjia.apps.programs import actions as programs_actions
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.types import DecisionCard, DecisionOutcome, Subject, SubjectKind
from niangjia.kernel.money import yuan
from niangjia.kernel.months import Month, add_months
from niangjia.kernel.problems import Refusal


class NotSixMonths(Refusal):
    def __init__(self, progress: ExitProgress, needed: int) -> None:
        super().__init__(
            f"月人均收入连续高于低保标准 {progress.passed} 个月，须满 {needed} 个月才能脱困退档。",
            f"Income per head was above the standard for {progress.passed} months in a row; {needed} are needed.",
        )


class ProofNeeded(Refusal):
    def __init__(self, unknown: int) -> None:
        super().__init__(
            f"有 {unknown} 个月收入不明，请先取得收入证明并登记。",
            f"Income is unknown for {unknown} months. Ask for proof of income and record it first.",
        )


class MonthNotOnFile(Refusal):
    def __init__(self, first: Month, last: Month) -> None:
        if last < first:
            zh = f"在档的首月是 {first}，月份结束后才能登记收入。请下月再来。"
            en = f"The first month on file is {first}; an income is recorded when its month is over. Come back next month."
        else:
            zh = f"只登记在档期间已经结束的月份：{first} 至 {last}。请核对月份。"
            en = f"Only months on file that are over are recorded: {first} to {last}. Check the month."
        super().__init__(zh, en)


class IncomeBelowZero(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "收入不能小于 0。当月没有收入请填 0；收入不明就不登记，按“不明”计算。",
            "An income is not below 0. Enter 0 for a month without income; leave an unknown one out, it counts as unknown.",
        )


class CausesRemain(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "致困原因尚未消除，不能按此方式退档。", "The causes of hardship are not gone yet; this way out is not open."
        )


class ObjectionTime(Refusal):
    def __init__(self, until: date) -> None:
        super().__init__(
            f"职工在 {until} 前（含当日）可提出异议，期满后再确认退档。",
            f"The household may object until {until}; confirm after that day.",
        )


class ObjectionOpen(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "职工的异议还没有答复，请先由另一位同事答复。",
            "The household's objection is not answered yet; another colleague answers it first.",
        )


class ObjectionUpheld(Refusal):
    def __init__(self) -> None:
        super().__init__("职工的异议成立，请停止退档。", "The household's objection was upheld: stop the exit.")


class NothingDue(Refusal):
    def __init__(self) -> None:
        super().__init__("没有待办的回访。", "There is no follow-up to be made.")


def record_income(
    *, viewer: Viewer, case_id: int, month: Month, income_per_capita: Decimal, now: datetime
) -> ExitProgress:
    """
    Keep the proved income of a month of a household on file, beside the standard of that month. It replaces what sensing said,
    never the other way round. Safe to repeat.

    Raises:
        NotAllowed, NotFound, NotInThisState, NotForThisRole, OwnHousehold.
        MonthNotOnFile: before the file, or not over yet. IncomeBelowZero. MissingStandard.
    """
    with transaction.atomic():
        case = moving.take(viewer, case_id, CaseAction.RECORD_INCOME)
        file, today = HardshipFile.objects.get(case=case), timezone.localdate(now)
        first, last = months_on_file(file, today=today)
        if month < first or last < month:
            raise MonthNotOnFile(first, last)
        if income_per_capita < 0:
            raise IncomeBelowZero
        standard = programs.get_standard(case.area, asof=month.last_day)
        held = HeldMonth(month, income_per_capita, standard)
        if _keep(file, held, IncomeSource.PROOF, viewer.account_id, now):
            moving.make(
                viewer, case, CaseAction.RECORD_INCOME, CaseState(case.state), now, detail={"month": month.text}
            )
        return progress_of(file, today=today)


def record_sensed_months(*, months: Iterable[tuple[int, HeldMonth]], now: datetime) -> int:
    """
    Keep what a sensing run says of households on file: (household id, month); return how many rows were new or changed.

    For the monthly job. Safe to repeat; a month with proof stays as proved.
    """
    wanted = list(months)
    changed = 0
    with transaction.atomic():
        files = {
            file.household_id: file
            for file in HardshipFile.objects.filter(is_open=True, household__in=[home for home, _ in wanted])
        }
        for household_id, held in wanted:
            if household_id in files:
                changed += _keep(files[household_id], held, IncomeSource.SENSING, None, now)
        if changed:
            audit.record(None, action="cases.record_income", object="files", detail={"months": changed}, now=now)
    return changed


def _keep(file: HardshipFile, held: HeldMonth, source: IncomeSource, account_id: int | None, now: datetime) -> bool:
    values = {
        "income_per_capita": None if held.income_per_capita is None else yuan(held.income_per_capita),
        "standard": None if held.standard is None else yuan(held.standard),
        "source": source,
    }
    row = HeldIncome.objects.filter(file=file, month=held.month.text).first()
    if row is not None:
        is_proved = row.source == IncomeSource.PROOF and source == IncomeSource.SENSING
        if is_proved or all(getattr(row, name) == value for name, value in values.items()):
            return False
    HeldIncome.objects.update_or_create(
        file=file, month=held.month.text, defaults=values | {"recorded_by_id": account_id, "recorded_at": now}
    )
    return True


def propose_exit(
    *, viewer: Viewer, case_id: int, kind: ExitKind, are_causes_gone: bool, reason: str, now: datetime
) -> int:
    """
    Tell a household that it leaves the file, by a letter against which it may object; return the letter's id.

    脱困 needs the run of months above the standard, and the causes gone; 自然脱困 the causes gone; the others the officer's reason.
    Safe to repeat by the same officer.

    Raises:
        NotAllowed, NotFound, NotInThisState, NotForThisRole, OwnHousehold, SomeoneWasFirst, ReasonMissing.
        ProofNeeded, NotSixMonths, CausesRemain.
    """
    with transaction.atomic():
        if moving.was_done(viewer, case_id, CaseAction.PROPOSE_EXIT):
            return ExitLetter.objects.get(file__case_id=case_id, state=ExitLetter.State.OPEN).pk
        case = moving.take(viewer, case_id, CaseAction.PROPOSE_EXIT)
        reason = moving.require_reason(reason)
        file = HardshipFile.objects.get(case=case)
        today, exit_rule = timezone.localdate(now), lifecycle.EXITS[ExitKind(kind)]
        progress = progress_of(file, today=today)
        decision = _decide_exit(viewer, case, progress, are_causes_gone, now) if exit_rule.needs_months else None
        if exit_rule.needs_causes_gone and not are_causes_gone:
            raise CausesRemain
        moving.make(viewer, case, CaseAction.PROPOSE_EXIT, CaseState.EXITING, now, reason=reason, detail={"kind": kind})
        letter = ExitLetter.objects.create(
            file=file,
            kind=kind,
            reason=reason[:300],
            decision_id=decision.id if decision else None,
            months_passed=progress.passed,
            objection_until=today + timedelta(days=rule("objection_days", area=case.area, asof=today)),
            proposed_by_id=viewer.account_id,
            proposed_at=now,
        )
        return letter.pk


def _decide_exit(
    viewer: Viewer, case: Case, progress: ExitProgress, are_causes_gone: bool, now: datetime
) -> DecisionCard:
    """Raises ProofNeeded, NotSixMonths, CausesRemain."""
    today = timezone.localdate(now)
    decision = programs_actions.decide(
        viewer=viewer,
        program=EXIT_PROGRAM,
        subject=Subject(SubjectKind.HOUSEHOLD, case.household_id),
        area=case.area,
        asof=today,
        facts={
            "months_above_standard": progress.passed,
            "has_proof_of_every_month": not progress.needs_proof,
            "are_causes_gone": are_causes_gone,
        },
        now=now,
    )
    if decision.outcome is not DecisionOutcome.GRANTED:
        if progress.needs_proof:
            raise ProofNeeded(progress.unknown)
        needed = rule("exit_months", area=case.area, asof=today)
        raise NotSixMonths(progress, needed) if progress.passed < needed else CausesRemain
    return decision


def confirm_exit(*, viewer: Viewer, case_id: int, now: datetime) -> CaseCard:
    """
    The time to object is over: close file and case. False statements bar a new file for a while; others are called on later.

    Safe to repeat by the same officer.

    Raises:
        NotAllowed, NotFound, NotInThisState, NotForThisRole, OwnHousehold, SomeoneWasFirst.
        FourEyes: the viewer proposed it.
        ObjectionTime, ObjectionOpen, ObjectionUpheld.
    """
    with transaction.atomic():
        if moving.was_done(viewer, case_id, CaseAction.CONFIRM_EXIT):
            return case_card(Case.objects.get(pk=case_id))
        case = moving.take(viewer, case_id, CaseAction.CONFIRM_EXIT)
        letter = ExitLetter.objects.select_related("file").get(file__case=case, state=ExitLetter.State.OPEN)
        moving.refuse_same_officer(
            viewer, [letter.proposed_by_id], "提出过这次退档", "proposed this exit", CaseAction.CONFIRM_EXIT
        )
        today = timezone.localdate(now)
        about = Grievance.objects.filter(case=case, about=GrievanceAbout.EXIT, raised_at__gte=letter.proposed_at)
        if about.filter(state=GrievanceState.OPEN).exists():
            raise ObjectionOpen
        if about.filter(state=GrievanceState.UPHELD).exists():
            raise ObjectionUpheld
        if today <= letter.objection_until:
            raise ObjectionTime(letter.objection_until)
        exit_rule = lifecycle.EXITS[ExitKind(letter.kind)]
        moving.make(
            viewer,
            case,
            CaseAction.CONFIRM_EXIT,
            CaseState.CLOSED,
            now,
            reason=letter.reason,
            detail={"kind": letter.kind},
            closed_at=now,
            close_reason=CloseReason.EXITED,
        )
        _end_letter(letter, ExitLetter.State.CONFIRMED, viewer, now)
        bar = add_months(today, rule("bar_months", area=case.area, asof=today)) if exit_rule.has_bar else None
        close_file(letter.file, now, exit_kind=letter.kind, bar_until=bar)
        if exit_rule.is_watched:
            due_on = add_months(today, rule("follow_up_months", area=case.area, asof=today))
            FollowUp.objects.get_or_create(file=letter.file, due_on=due_on)
        return case_card(case)


def stop_exit(*, viewer: Viewer, case_id: int, reason: str, now: datetime) -> CaseCard:
    """
    The household stays on file. Safe to repeat by the same officer.

    Raises:
        NotAllowed, NotFound, NotInThisState, NotForThisRole, OwnHousehold, SomeoneWasFirst, ReasonMissing, FourEyes.
    """
    with transaction.atomic():
        if moving.was_done(viewer, case_id, CaseAction.STOP_EXIT):
            return case_card(Case.objects.get(pk=case_id))
        case = moving.take(viewer, case_id, CaseAction.STOP_EXIT)
        letter = ExitLetter.objects.get(file__case=case, state=ExitLetter.State.OPEN)
        moving.refuse_same_officer(
            viewer, [letter.proposed_by_id], "提出过这次退档", "proposed this exit", CaseAction.STOP_EXIT
        )
        moving.make(viewer, case, CaseAction.STOP_EXIT, CaseState.ON_FILE, now, reason=moving.require_reason(reason))
        _end_letter(letter, ExitLetter.State.STOPPED, viewer, now)
        return case_card(case)


def _end_letter(letter: ExitLetter, state: str, viewer: Viewer, now: datetime) -> None:
    ExitLetter.objects.filter(pk=letter.pk).update(state=state, decided_by_id=viewer.account_id, decided_at=now)


def record_follow_up(*, viewer: Viewer, file_id: int, is_back_in_hardship: bool, now: datetime) -> int | None:
    """
    The call after the exit was made. Back in hardship: a new case is opened that refers to the older one; its id, else None.

    Safe to repeat. Permission: cases.verify.

    Raises:
        NotAllowed, NotFound, NothingDue.
    """
    permissions.require(viewer, "cases.verify")
    with transaction.atomic():
        files = scope.within(HardshipFile.objects.select_related("case"), viewer.org_path, "case__org__path")
        file = files.filter(pk=file_id).first()
        if file is None:
            raise moving.NotFound
        due = FollowUp.objects.filter(file=file, done_at__isnull=True).order_by("due_on").first()
        if due is None:
            last = FollowUp.objects.filter(file=file, done_by_id=viewer.account_id).order_by("-due_on").first()
            if last is None or last.is_back_in_hardship != is_back_in_hardship:
                raise NothingDue
        else:
            FollowUp.objects.filter(pk=due.pk, done_at__isnull=True).update(
                done_by_id=viewer.account_id, done_at=now, is_back_in_hardship=is_back_in_hardship
            )
            detail = {"file": file.pk, "is_back": is_back_in_hardship}
            audit.record(viewer, action="cases.follow_up", object=f"case:{file.case_id}", detail=detail, now=now)
        if not is_back_in_hardship:
            return None
        causes = [cause for cause in file.causes.split("|") if cause]
        return report_canvass(viewer=viewer, person_id=file.person_id, causes=causes, now=now).id
