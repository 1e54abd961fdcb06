from __future__ import annotations

import json
import uuid

from django.db import models
from django.db.models import F, Q

from niangjia.apps.organizations.models import OrgUnit
from niangjia.apps.registry import naming
from niangjia.apps.registry.fields import Sealed, SealedField, keys
from niangjia.apps.registry.types import (
    CorrectionField,
    CorrectionState,
    PersonField,
    Purpose,
    RecognitionKind,
    SpellSource,
)

_PSEUDONYM = 32


class Household(models.Model):
    """One household ever seen. `home` is the union now responsible; its path is the scope."""

    key = models.CharField("家庭编号", max_length=64, unique=True)
    home = models.ForeignKey(OrgUnit, models.PROTECT, null=True, related_name="+")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class Person(models.Model):
    """
    One natural person. Sealed columns hold ciphertext and are null when not reported; a `…_blind` column is the keyed
    fingerprint of the same value, empty when there is none; a name has three: as written, its pinyin, its first letters (`naming`). `home` is the union now responsible.
    """

    pseudonym = models.CharField(max_length=_PSEUDONYM, unique=True)
    name = SealedField(null=True)
    name_blind = models.CharField(max_length=64, blank=True, db_index=True)
    pinyin_blind = models.CharField(max_length=64, blank=True, db_index=True)
    initials_blind = models.CharField(max_length=64, blank=True, db_index=True)
    id_number = SealedField(null=True)
    id_number_blind = models.CharField(max_length=64, blank=True, db_index=True)
    phone = SealedField(null=True)
    phone_blind = models.CharField(max_length=64, blank=True, db_index=True)
    bank_account = SealedField(null=True)
    bank_account_blind = models.CharField(max_length=64, blank=True, db_index=True)
    bank_name = models.CharField(max_length=100, blank=True)
    # Who entered the account that stands now: out of the payment (four eyes). Null = a feed, or none.
    bank_account_entered_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    birth_date = models.DateField(null=True)
    sex = models.CharField(max_length=1, blank=True)
    home = models.ForeignKey(OrgUnit, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField()

    NAME_COLUMNS = ("name", "name_blind", "pinyin_blind", "initials_blind")
    BLIND = frozenset({"id_number", "phone", "bank_account"})

    def __str__(self) -> str:
        return f"person {self.pk}"

    def place(self, column: str) -> str:
        return f"registry.person.{column}:{self.pseudonym}"

    def read(self, column: str) -> str:
        """The plain value; empty if there is none."""
        sealed: Sealed | None = getattr(self, column)
        return sealed.open(self.place(column)) if sealed else ""

    def in_plain(self) -> dict[str, str]:
        """What the register holds of them, opened: each sealed column, ``birth_date`` as ISO, ``sex``, ``bank_name``; empty = nothing."""
        born = self.birth_date.isoformat() if self.birth_date else ""
        opened = {column.value: self.read(column.value) for column in PersonField}
        return opened | {"birth_date": born, "sex": self.sex, "bank_name": self.bank_name}

    def write(self, column: str, plain: str) -> None:
        """Seal `plain` (empty: forget it) and keep its fingerprint. Not saved."""
        setattr(self, column, Sealed.of(plain, self.place(column)) if plain else None)
        if column in self.BLIND:
            self._mark(column, plain)
        elif column == "name":
            for way, value in naming.readings(plain)._asdict().items():
                self._mark(way, value)

    def _mark(self, column: str, plain: str) -> None:
        setattr(self, f"{column}_blind", keys().blind(plain, f"registry.person.{column}") if plain else "")


class HouseholdMember(models.Model):
    """A person's spell in a household, half-open; null `ends_before` = now. One row per spell."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="spells")
    person = models.ForeignKey(Person, models.PROTECT, related_name="spells")
    relation = models.CharField(max_length=16, blank=True)
    source = models.CharField(max_length=8, choices=[(source.value, source.value) for source in SpellSource])
    starts_on = models.DateField()
    ends_before = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ends_before__isnull=True), name="householdmember_one_home"
            ),
            models.CheckConstraint(
                condition=Q(ends_before__isnull=True) | Q(ends_before__gte=F("starts_on")),
                name="householdmember_ends_after_start",
            ),
        ]


class Membership(models.Model):
    """Union membership, half-open; `group` is the new-employment group (truck, ride, courier …), empty if none."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    union = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+")
    joined_on = models.DateField()
    left_on = models.DateField(null=True)
    group = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "union", "joined_on"], name="membership_once"),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("joined_on")), name="membership_ends_after_start"
            ),
        ]


class Headcount(models.Model):
    """How many workers, members or not, there were on a day where a union is, with all unions below it, and who says so. The last day stands."""

    union = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+")
    on = models.DateField()
    workers = models.PositiveIntegerField()
    source = models.CharField(max_length=120)
    by = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["union", "on"], name="headcount_once_a_day"),
            models.CheckConstraint(
                condition=Q(workers__gte=1) & ~Q(source=""), name="headcount_of_somebody_by_somebody"
            ),
        ]


class Consent(models.Model):
    """
    A person's consent to a purpose, and its withdrawal. `given_at` is null for an objection to processing that rests on a
    legal duty rather than on consent. The latest row counts.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=16, choices=[(purpose.value, purpose.value) for purpose in Purpose])
    given_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(given_at__isnull=False) | Q(withdrawn_at__isnull=False), name="consent_says_something"
            ),
            models.UniqueConstraint(
                fields=["person", "purpose"], condition=Q(withdrawn_at__isnull=True), name="consent_open_once"
            ),
        ]


class Recognition(models.Model):
    """
    An honour or a skill level of a person, given by `org` on a day; `ref` says what it rests on. `code` of a skill is a level. With a `number` it
    is a certificate that `issuer` gave after an examination and `entered_by` saw and entered for `org`; `title` is then the occupation.
    `withdrawn_at`: it was entered wrongly and counts no more.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="recognitions")
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in RecognitionKind])
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    given_on = models.DateField()
    org = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+")
    ref = models.CharField(max_length=60)
    issuer = models.CharField(max_length=80, blank=True)
    number = models.CharField(max_length=40, blank=True)
    entered_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "ref"], condition=Q(withdrawn_at__isnull=True), name="recognition_once"
            ),
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number="") & Q(withdrawn_at__isnull=True), name="certificate_of_one"
            ),
            models.CheckConstraint(
                condition=Q(number="") | ~Q(issuer="") & Q(entered_by__isnull=False), name="certificate_seen_by_someone"
            ),
        ]


class Correction(models.Model):
    """
    What a worker says is wrong with their data. `secret` holds their words, the value they give and what it was checked against, sealed at
    ``registry.correction:<key>``.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="corrections")
    field = models.CharField(max_length=16, choices=[(field.value, field.value) for field in CorrectionField])
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    secret = models.BinaryField()
    state = models.CharField(
        max_length=10, choices=[(state.value, state.value) for state in CorrectionState], default=CorrectionState.OPEN
    )
    raised_by = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    decided_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "field"], condition=Q(state=CorrectionState.OPEN), name="correction_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(state=CorrectionState.OPEN, decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(state=CorrectionState.OPEN) & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="correction_decided_by_someone",
            ),
        ]

    @property
    def place(self) -> str:
        return f"registry.correction:{self.key}"

    def read(self) -> dict[str, str]:
        return json.loads(keys().open(bytes(self.secret), self.place))

    def write(self, said: dict[str, str]) -> None:
        """Not saved."""
        self.secret = keys().seal(json.dumps(said, ensure_ascii=False, sort_keys=True).encode(), self.place)


class HeldValue(models.Model):
    """A corrected column of a person, which feeds do not overwrite. `feed_says`: what one says otherwise, since `differs_since`; null = none."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="held")
    column = models.CharField(max_length=16)
    correction = models.ForeignKey(Correction, models.PROTECT, related_name="+")
    since = models.DateTimeField()
    feed_says = SealedField(null=True)
    differs_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "column"], name="heldvalue_once"),
            models.CheckConstraint(
                condition=Q(feed_says__isnull=True, differs_since__isnull=True)
                | Q(feed_says__isnull=False, differs_since__isnull=False),
                name="heldvalue_differs_together",
            ),
        ]

    @property
    def place(self) -> str:
        return f"registry.held.{self.column}:{self.person.pseudonym}"
