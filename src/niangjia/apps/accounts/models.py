from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from niangjia.apps.accounts.types import Role
from niangjia.apps.organizations.models import OrgUnit


class Account(AbstractBaseUser):
    """
    Someone who logs in: an officer, or a worker (`person_id`, the registry's id; the registry is above, hence no key). `was_person_ids`: whom
    it was said to be before it was untied; what concerns them stays others' to decide.
    """

    username = models.CharField("用户名", max_length=64, unique=True)
    name = models.CharField("姓名", max_length=64)
    is_active = models.BooleanField("启用", default=True)
    person_id = models.BigIntegerField("人员编号", null=True, blank=True, unique=True)
    was_person_ids = models.JSONField("曾登记为", default=list, blank=True)
    password_set_at = models.DateTimeField("密码设定于", null=True, blank=True)  # null = before this was kept
    must_change_password = models.BooleanField("须先更改密码", default=False)  # it was set by somebody else

    objects = BaseUserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.username


class PastPassword(models.Model):
    """The hash of a password that an account has or had, kept to refuse its early reuse. The last few only."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    password = models.CharField(max_length=128)
    at = models.DateTimeField()


class TotpSecret(models.Model):
    """An app that shows codes, enrolled. `sealed` with the deployment's keys; `last_step`: the time step of the last code that opened."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="+")
    sealed = models.BinaryField()
    last_step = models.BigIntegerField()
    enrolled_at = models.DateTimeField()


class RecoveryCode(models.Model):
    """A code on paper for the day the phone is lost. Opens once; kept as a keyed hash."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "code_hash"], name="recoverycode_once")]


class Passkey(models.Model):
    """A WebAuthn credential: a key in a phone, a computer or a token, opened there by finger, face or PIN."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    name = models.CharField("名称", max_length=40)
    credential_id = models.BinaryField(max_length=1024, unique=True)
    credential = models.BinaryField()  # attested credential data: id and public key; nothing secret
    sign_count = models.BigIntegerField(default=0)  # 0 = the authenticator does not count
    added_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)


class Subject(models.Model):
    """Who an account is at a sign-on of others, as an administrator entered it. One a provider and account, one account a subject."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    provider = models.CharField(max_length=40)  # `id` of niangjia.toml
    subject = models.CharField(max_length=255)
    entered_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "subject"], name="subject_one_account"),
            models.UniqueConstraint(fields=["account", "provider"], name="subject_once_a_provider"),
        ]


class Sitting(models.Model):
    """One sign-in, from its start to its end: which device roughly, from which address. `ended_at` null: not ended by anybody."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    device = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "seen_at"], name="sitting_account_seen")]


class Post(models.Model):
    """A role at a union, held for a span of days. One row per appointment."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="posts")
    org = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+")
    role = models.CharField("角色", max_length=16, choices=[(role.value, role.value) for role in Role])
    starts_on = models.DateField("任职起")
    ends_before = models.DateField("任职止（不含）", null=True, blank=True)
    # The post of somebody on leave, on which this account stands in; null = a post of one's own.
    stands_in_for = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stands_in_for__isnull=True) | Q(ends_before__isnull=False), name="post_standing_in_ends"
            ),
            models.CheckConstraint(condition=Q(role__in=[role.value for role in Role]), name="post_role_known"),
            models.CheckConstraint(
                condition=Q(ends_before__isnull=True) | Q(ends_before__gte=F("starts_on")), name="post_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["account", "org", "role"], condition=Q(ends_before__isnull=True), name="post_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}@{self.org_id}"


class Attempt(models.Model):
    """
    One try of a kind that is counted within a window: log-ins that have not succeeded, objections from one address.

    `key_hash`, not the name or address tried: people type passwords into the wrong box. One store for all workers.
    """

    kind = models.CharField(max_length=32)
    key_hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kind", "key_hash", "at"], name="attempt_window")]


class ApiToken(models.Model):
    """A secret with which a program acts for an account on one of its own posts. `secret_hash`: SHA-256 of 256 bits drawn by chance."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    name = models.CharField("名称", max_length=40)
    scopes = models.CharField(max_length=200)  # apart by blanks
    secret_hash = models.CharField(max_length=64, unique=True)
    tail = models.CharField(max_length=4)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=F("issued_at")), name="apitoken_ends")]
        indexes = [models.Index(fields=["account", "expires_at"], name="apitoken_account")]


class ApiAnswer(models.Model):
    """
    What an unsafe call with this idempotency key was answered, written with what it did. `asked`: a keyed hash of method, address and body.

    The answers of unsafe calls hold ids, codes and names of unions, nothing of a person.
    """

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    asked = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="apianswer_once")]
        indexes = [models.Index(fields=["at"], name="apianswer_at")]
