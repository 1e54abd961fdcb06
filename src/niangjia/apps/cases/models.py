"""Tables of cases and files. No decisions here; what must never happen is a constraint."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from niangjia.apps.cases.types import (
    CaseAction,
    CaseKind,
    CaseState,
    Channel,
    CloseReason,
    EntitlementState,
    ExitKind,
    GrievanceAbout,
    IncomeSource,
    Outcome,
    Ruling,
    Settlement,
    SpotResult,
    VisitWay,
)
from niangjia.apps.objections.models import ANSWERED_BY_SOMEONE, LASTS, Notice, Objection


def _down(to: str, **options) -> models.ForeignKey:
    """A key to a lower app: one way, and what a case points to cannot be deleted."""
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **options)


def _account(**options) -> models.ForeignKey:
    return _down("accounts.Account", **options)


class Case(models.Model):
    """
    One matter of one household, from its opening to its end.

    `org` is the union responsible, whose path is the scope; `causes` as in the list, each between bars; `verified_by` handed
    in the last finding, `reviewed_by` accepted it. `earlier` is the household's case before this one.
    """

    kind = models.CharField(max_length=10, choices=CaseKind, default=CaseKind.HARDSHIP)
    household = _down("registry.Household")
    person = _down("registry.Person", null=True)
    org = _down("organizations.OrgUnit")
    area = models.CharField(max_length=12, blank=True)
    channel = models.CharField(max_length=12, choices=Channel)
    state = models.CharField(max_length=14, choices=CaseState, default=CaseState.OPEN)
    month = models.CharField(max_length=7)
    causes = models.CharField(max_length=60, blank=True)
    grade = models.CharField(max_length=6, blank=True)
    alert = _down("alerts.HardshipAlert", null=True)
    work_order = _down("workorders.WorkOrder", null=True)
    outcome = models.CharField(max_length=3, choices=Outcome, blank=True)
    opened_by = _account(null=True)
    opened_at = models.DateTimeField()
    verified_by = _account(null=True)
    reviewed_by = _account(null=True)
    reviewed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=18, choices=CloseReason, blank=True)
    earlier = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="later")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household", "kind"], condition=~Q(state=CaseState.CLOSED), name="case_one_open"
            ),
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_known_state"),
            models.CheckConstraint(
                condition=Q(state=CaseState.CLOSED, closed_at__isnull=False) & ~Q(close_reason="")
                | ~Q(state=CaseState.CLOSED) & Q(closed_at__isnull=True, close_reason=""),
                name="case_closed_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | Q(verified_by__isnull=False) & ~Q(reviewed_by=F("verified_by")),
                name="case_four_eyes",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "org", "kind", "work_order", "household"], name="case_state_org"),
            models.Index(fields=["outcome", "reviewed_at"], name="case_outcome_reviewed"),
            models.Index(fields=["closed_at", "opened_at", "id"], name="case_in_order"),
        ]

    @property
    def number(self) -> str:
        return f"A{self.month.replace('-', '')}-{self.pk:07d}"


class CaseAlert(models.Model):
    """One row per active alert that was dispatched: the case it opened or belongs to. This is the reason that INV 3 asks for."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="alerts")
    alert = models.OneToOneField("alerts.HardshipAlert", on_delete=models.PROTECT, related_name="+")
    settlement = models.CharField(max_length=8, choices=Settlement)


class CaseMove(models.Model):
    """One row per move made. `account` null = the system."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="moves")
    action = models.CharField(max_length=20, choices=[("OPEN", "立案"), *CaseAction.choices])
    from_state = models.CharField(max_length=14, choices=CaseState, blank=True)
    to_state = models.CharField(max_length=14, choices=CaseState)
    account = _account(null=True)
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)


class Visit(models.Model):
    """
    One try to see the household. `verifiers` are account ids, `outsider_post` who came along without an account (the name is sealed).
    `secret` is the sealed part of the form; its place is ``cases.visit:<key>``.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="visits")
    work_order = _down("workorders.WorkOrder", null=True)
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    visited_on = models.DateField()
    way = models.CharField(max_length=10, choices=VisitWay)
    verifiers = models.JSONField(default=list)
    outsider_post = models.CharField(max_length=40, blank=True)
    photo_count = models.PositiveSmallIntegerField(default=0)
    contact_tries = models.JSONField(default=list)
    form = models.JSONField(default=dict)
    secret = models.BinaryField()
    recorded_by = _account()
    recorded_at = models.DateTimeField()


class VisitDraft(models.Model):
    """
    A visit while an officer writes it down: one for each officer and order. `secret` is what was typed, at ``cases.draft:<key>``; its
    photos belong to the visit that it will be, which has the same `key`. `edition` counts the saves; `saved_by` is the number that the
    device of the last one gave itself, empty = a page without a script.
    """

    key = models.UUIDField(unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="drafts")
    work_order = _down("workorders.WorkOrder")
    account = _account()
    secret = models.BinaryField()
    edition = models.PositiveIntegerField(default=0)
    saved_by = models.CharField(max_length=32, blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["work_order", "account"], name="draft_one_an_order")]


class Finding(models.Model):
    """What a verification found. `is_accepted` null = waiting for the county, false = returned with `return_reason`."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="findings")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="findings")
    outcome = models.CharField(max_length=3, choices=Outcome)
    person = _down("registry.Person", null=True)
    main_cause = models.CharField(max_length=10, blank=True)
    other_cause = models.CharField(max_length=10, blank=True)
    suggested_tier = models.CharField(max_length=4, blank=True)
    submitted_by = _account()
    submitted_at = models.DateTimeField()
    is_accepted = models.BooleanField(null=True)
    judged_by = _account(null=True)
    judged_at = models.DateTimeField(null=True)
    return_reason = models.CharField(max_length=300, blank=True)
    voided_at = models.DateTimeField(null=True)  # the case ended before anyone judged it

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(is_accepted__isnull=True, voided_at__isnull=True), name="finding_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(is_accepted__isnull=True, judged_by__isnull=True, judged_at__isnull=True)
                | Q(is_accepted__isnull=False, judged_by__isnull=False, judged_at__isnull=False),
                name="finding_judged_together",
            ),
            models.CheckConstraint(
                condition=Q(judged_by__isnull=True) | ~Q(judged_by=F("submitted_by")), name="finding_four_eyes"
            ),
        ]


class HardshipFile(models.Model):
    """
    一户一档. `is_open` from its first draft until it is refused or left. `secret` is the sealed part of the national form, at
    ``cases.file:<key>``; `tier` and `amount` (yuan a year) come from `decision`. `bar_until`: no new file before that day.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="file")
    household = _down("registry.Household")
    person = _down("registry.Person")
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    is_open = models.BooleanField(default=True)
    form = models.JSONField(default=dict)
    secret = models.BinaryField(null=True)
    address_mark = models.CharField(max_length=64, blank=True)  # keyed fingerprint of the sealed address
    causes = models.CharField(max_length=60, blank=True)
    tier = models.CharField(max_length=8, blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    decision = _down("programs.Decision", null=True)
    started_by = _account()
    started_at = models.DateTimeField()
    filled_by = _account(null=True)
    tiered_by = _account(null=True)
    approved_by = _account(null=True)
    approved_at = models.DateTimeField(null=True)
    closed_on = models.DateField(null=True)
    exit_kind = models.CharField(max_length=16, choices=ExitKind, blank=True)
    bar_until = models.DateField(null=True)
    earlier = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="later")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["household"], condition=Q(is_open=True), name="file_one_a_household"),
            models.CheckConstraint(
                condition=Q(is_open=True, closed_on__isnull=True) | Q(is_open=False, closed_on__isnull=False),
                name="file_closed_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="file_approved_together",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("tiered_by")) & ~Q(approved_by=F("filled_by")),
                name="file_four_eyes",
            ),
        ]


class FileMember(models.Model):
    """One person of one file. `is_open` follows the file's: nobody stands in two open files."""

    file = models.ForeignKey(HardshipFile, on_delete=models.PROTECT, related_name="members")
    person = _down("registry.Person")
    relation = models.CharField(max_length=16, blank=True)
    is_open = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "person"], name="filemember_once"),
            models.UniqueConstraint(fields=["person"], condition=Q(is_open=True), name="filemember_one_open_file"),
        ]


class PublicNotice(Notice):
    """The notice of one file."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(withdrawn_at__isnull=True), name="notice_one_a_case"),
            models.CheckConstraint(condition=LASTS, name="notice_lasts"),
        ]


class Grievance(Objection):
    """An objection to what was found, decided or announced of a case; sealed at ``cases.grievance:<key>``."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="grievances")
    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, null=True, related_name="grievances")
    about = models.CharField(max_length=8, choices=GrievanceAbout)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ANSWERED_BY_SOMEONE, name="grievance_answered_by_someone"),
        ]
        indexes = [models.Index(fields=["case", "state"], name="grievance_case_state")]


class Entitlement(models.Model):
    """
    One benefit of one case that was granted. It cannot exist without an accepted finding: `finding` is what makes it payable.
    `refusal_zh` and `refusal_en` say why money could not be set aside (a cap), else empty.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="entitlements")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="entitlements")
    decision = models.OneToOneField("programs.Decision", on_delete=models.PROTECT, related_name="+")
    program = models.CharField(max_length=80)
    purpose = models.CharField(max_length=60)
    person = _down("registry.Person")
    household = _down("registry.Household")
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    state = models.CharField(max_length=10, choices=EntitlementState)
    reservation = _down("funds.Reservation", null=True)
    refusal_zh = models.CharField(max_length=300, blank=True)
    refusal_en = models.CharField(max_length=300, blank=True)
    granted_by = _account()
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "program"], condition=~Q(state=EntitlementState.CANCELLED), name="entitlement_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="entitlement_above_zero"),
            models.CheckConstraint(
                condition=Q(state=EntitlementState.SET_ASIDE, reservation__isnull=False)
                | ~Q(state=EntitlementState.SET_ASIDE),
                name="entitlement_set_aside_with_money",
            ),
        ]
        indexes = [
            models.Index(fields=["case"], condition=Q(state=EntitlementState.BLOCKED), name="entitlement_blocked")
        ]


class HeldIncome(models.Model):
    """One row per file and month: yuan per person and month, and the standard then. null = UNKNOWN."""

    file = models.ForeignKey(HardshipFile, on_delete=models.PROTECT, related_name="months")
    month = models.CharField(max_length=7)
    income_per_capita = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    standard = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    source = models.CharField(max_length=8, choices=IncomeSource)
    recorded_by = _account(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "month"], name="heldincome_once_a_month")]


class ExitLetter(models.Model):
    """The letter that tells a household it leaves the file. Objections count until `objection_until`, that day included."""

    class State(models.TextChoices):
        OPEN = "OPEN", "告知中"
        CONFIRMED = "CONFIRMED", "已退档"
        STOPPED = "STOPPED", "已停止"

    file = models.ForeignKey(HardshipFile, on_delete=models.PROTECT, related_name="exit_letters")
    kind = models.CharField(max_length=16, choices=ExitKind)
    reason = models.CharField(max_length=300)
    decision = _down("programs.Decision", null=True)  # of 脱困, which the pack decides
    months_passed = models.PositiveSmallIntegerField()
    objection_until = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    proposed_by = _account()
    proposed_at = models.DateTimeField()
    decided_by = _account(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file"], condition=Q(state="OPEN"), name="exitletter_one_open"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")), name="exitletter_four_eyes"
            ),
        ]


class FollowUp(models.Model):
    """A call owed after the file was left. `is_back_in_hardship` null = not made yet."""

    file = models.ForeignKey(HardshipFile, on_delete=models.PROTECT, related_name="follow_ups")
    due_on = models.DateField()
    done_by = _account(null=True)
    done_at = models.DateTimeField(null=True)
    is_back_in_hardship = models.BooleanField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "due_on"], name="followup_once_a_day")]
        indexes = [models.Index(fields=["due_on"], condition=Q(done_at__isnull=True), name="followup_due")]


class SpotDraw(models.Model):
    """
    One county's draw of re-checks of one month. `population`: ids of all findings it was drawn from; `seed` is their fingerprint, `share`
    the county's then. Whoever has these three can draw again.
    """

    org = _down("organizations.OrgUnit")
    month = models.CharField(max_length=7)
    area = models.CharField(max_length=12)
    share = models.DecimalField(max_digits=5, decimal_places=4)
    seed = models.CharField(max_length=64)
    population = models.JSONField(default=list)
    drawn_by = _account()
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "month"], name="spotdraw_once_a_month")]


class SpotCheck(models.Model):
    """
    One finding to be made again by other hands. `case` is the re-check's own, null = nobody could be sent. `second` and `result` come
    together once it was visited; a ruling only where the two differ.
    """

    draw = models.ForeignKey(SpotDraw, on_delete=models.PROTECT, related_name="checks")
    finding = models.OneToOneField(Finding, on_delete=models.PROTECT, related_name="spot_check")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, null=True, related_name="spot_check")
    second = models.OneToOneField(Finding, on_delete=models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=12, choices=SpotResult, blank=True)
    ruling = models.CharField(max_length=8, choices=Ruling, blank=True)
    ruling_reason = models.CharField(max_length=300, blank=True)
    ruled_by = _account(null=True)
    ruled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(result="", second__isnull=True) | ~Q(result="") & Q(second__isnull=False),
                name="spotcheck_result_of_two",
            ),
            models.CheckConstraint(
                condition=Q(ruling="", ruled_by__isnull=True, ruled_at__isnull=True)
                | ~Q(ruling="") & Q(ruled_by__isnull=False, ruled_at__isnull=False, result=SpotResult.DIFFERS),
                name="spotcheck_ruled_where_differing",
            ),
        ]
