"""Tables of messages: what was told, over what it goes out, and every try."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from niangjia.apps.messages.types import Channel, DeliveryState, Trouble


def _account() -> models.ForeignKey:
    return models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")


def _codes(enum: type[Channel] | type[DeliveryState] | type[Trouble]) -> list[tuple[str, str]]:
    return [(code.value, code.value) for code in enum]


class Heard(models.Model):
    """The one row (id 1): up to which number of the audit chain everything has been told."""

    id = models.SmallIntegerField(primary_key=True)
    seq = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="heard_is_one_row")]


class Message(models.Model):
    """One thing told to one account. Its words are made from `kind` and `params` whenever it is shown."""

    account = _account()
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    occasion = models.CharField(max_length=80)
    params = models.JSONField(default=dict)
    path = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "kind", "subject", "occasion"], name="message_told_once")
        ]
        indexes = [
            models.Index(fields=["account", "-created_at"], name="message_inbox"),
            models.Index(fields=["account"], condition=Q(read_at__isnull=True), name="message_unread"),
            models.Index(fields=["subject"], condition=Q(read_at__isnull=True), name="message_unread_about"),
        ]


class Choice(models.Model):
    """What an account chose; no row = the defaults of `types.Choices`. `off`: ``CHANNEL:kind``."""

    account = models.OneToOneField("accounts.Account", on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=2)
    quiet_from = models.PositiveSmallIntegerField()
    quiet_until = models.PositiveSmallIntegerField()
    digest_hour = models.PositiveSmallIntegerField(null=True)
    off = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__lt=24, quiet_until__lt=24)
                & (Q(digest_hour__isnull=True) | Q(digest_hour__lt=24)),
                name="choice_hours_of_a_day",
            )
        ]


class Address(models.Model):
    """
    Where an account is reached on a channel. `sealed` and `sealed_code` with the deployment's keys; the code is there until it
    is confirmed or over.
    """

    account = _account()
    channel = models.CharField(max_length=8, choices=_codes(Channel))
    sealed = models.BinaryField()
    confirmed_at = models.DateTimeField(null=True)
    sealed_code = models.BinaryField(null=True)
    code_ends_at = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "channel"], name="address_one_a_channel"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(sealed_code__isnull=True),
                name="address_confirmed_without_code",
            ),
        ]


class Delivery(models.Model):
    """
    One message over one channel; `message` null = the code that confirms an address. `token` is that of the worker whose lease lasts
    until `leased_until`. `try_count` counts claims, so that one that kills its worker is given up as well.
    """

    account = _account()
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=_codes(Channel))
    state = models.CharField(max_length=8, choices=_codes(DeliveryState), default=DeliveryState.WAITING.value)
    is_digest = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    try_count = models.PositiveSmallIntegerField(default=0)
    token = models.CharField(max_length=32, blank=True)
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "channel"], name="delivery_once_a_channel"),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENDING.value, leased_until__isnull=False) & ~Q(token="")
                | ~Q(state=DeliveryState.SENDING.value) & Q(leased_until__isnull=True, token=""),
                name="delivery_sending_is_leased",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["WAITING", "SENDING"], ended_at__isnull=True)
                | Q(state__in=["SENT", "FAILED", "DROPPED"], ended_at__isnull=False),
                name="delivery_ends_with_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="WAITING"), name="delivery_due"),
            models.Index(fields=["leased_until"], condition=Q(state="SENDING"), name="delivery_leased"),
        ]


class Try(models.Model):
    """One try of a delivery, as it went. `trouble` empty = it arrived. Nothing here says where it went."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    trouble = models.CharField(max_length=12, choices=_codes(Trouble), blank=True)
    milliseconds = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["-at"], name="try_at")]
