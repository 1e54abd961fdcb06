"""Reads: one's own inbox, addresses and choices; for the administrator how sending goes, without whom it goes to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet

from niangjia.apps.accounts import permissions, sealing
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit import queries as audit
from niangjia.apps.messages.addresses import mask
from niangjia.apps.messages.kinds import Kind, ValueRefused
from niangjia.apps.messages.kinds import load as load_kinds
from niangjia.apps.messages.models import Address, Choice, Delivery, Heard, Message, Try
from niangjia.apps.messages.problems import NoSuchMessage
from niangjia.apps.messages.types import (
    AddressCard,
    Channel,
    ChannelCount,
    Choices,
    DeliveryState,
    FailedTry,
    GroupCard,
    MessageCard,
    Trouble,
    Violation,
)
from niangjia.kernel.resealing import SealedColumn
from niangjia.kernel.sealing import CannotOpen

__all__ = [
    "Kind", "NoSuchMessage", "ValueRefused", "card", "choices_of", "code_place", "count_deliveries", "count_given_up", "count_stuck", "count_unread", "count_waiting", "get_choices",
    "has_chosen", "list_addresses", "list_failed_tries", "list_groups", "list_kinds", "list_messages", "load_kinds", "place", "sealed_columns", "told_up_to", "verify",
]  # fmt: skip

# Longer than any lease, quiet night and delay together: whatever still waits then has no worker.
_STUCK_AFTER = timedelta(hours=2)


FEWEST_IN_GROUP = 2


def place(account_id: int, channel: Channel) -> str:
    """Where an address is sealed for: copied to another account or channel it does not open."""
    return f"messages.address:{account_id}:{channel.value}"


def code_place(account_id: int, channel: Channel) -> str:
    return f"messages.code:{account_id}:{channel.value}"


def sealed_columns() -> tuple[SealedColumn, ...]:
    """The columns of this room that hold sealed values, for a rotation of the keys."""
    rows = Address.objects.all()
    return (
        SealedColumn("sealed", rows, lambda row: place(row.account_id, Channel(row.channel))),
        SealedColumn("sealed_code", rows, lambda row: code_place(row.account_id, Channel(row.channel))),
    )


def list_messages(
    viewer: Viewer, *, only_unread: bool = False, kind: str = "", without: Iterable[str] = ()
) -> QuerySet[Message]:
    """The viewer's own, newest first; to read only. `kind`: of one alone; `without`: the unread of these left out. `card` makes a MessageCard of a row."""
    known = list(load_kinds().by_id)
    rows = Message.objects.filter(
        account_id=viewer.account_id, kind__in=[kind] if kind in known else known if not kind else []
    )
    rows = rows.exclude(kind__in=list(without), read_at__isnull=True)
    return (rows.filter(read_at__isnull=True) if only_unread else rows).order_by("-created_at", "-pk")


def card(row: Message) -> MessageCard:
    kind = load_kinds().by_id[row.kind]
    title, text = kind.word(row.params)
    return MessageCard(row.pk, row.kind, title, text, row.path, row.created_at, row.read_at, kind.is_urgent)


def list_groups(viewer: Viewer) -> list[GroupCard]:
    """The viewer's unread messages of every kind that has several, the latest first; what is urgent stands alone."""
    by_kind: dict[str, list[Message]] = {}
    rows = Message.objects.filter(account_id=viewer.account_id, read_at__isnull=True).order_by("-created_at", "-pk")
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row)
    known = load_kinds().by_id
    return [
        _group(known[name], rows)
        for name, rows in by_kind.items()
        if name in known and len(rows) >= FEWEST_IN_GROUP and not known[name].is_urgent
    ]


def _group(kind: Kind, rows: list[Message]) -> GroupCard:
    counts = [row.params.get("count", 1) for row in rows]
    # Each event of a kind that comes together is counted once in all of its messages.
    text = kind.word({"count": sum(counts)})[1] if kind.is_together else None
    newest = max(row.pk for row in rows)
    # Where all of them are: what the kind names for several, or its one page if that is the same for each.
    path = kind.paths or ("" if "{" in kind.path else kind.path)
    return GroupCard(kind.id, kind.title, text, path, len(rows), newest, rows[0].created_at)


def count_waiting(viewer: Viewer) -> int:
    """Unread messages as the inbox puts them: those of one kind are one."""
    unread = Message.objects.filter(account_id=viewer.account_id, read_at__isnull=True)
    return unread.aggregate(count=Count("kind", distinct=True))["count"]


def count_unread(viewer: Viewer) -> int:
    return Message.objects.filter(account_id=viewer.account_id, read_at__isnull=True).count()


def counting_unread(account_id: int) -> QuerySet:
    """`count_waiting` as one value, null = none, to be read along with something else."""
    unread = Message.objects.filter(account_id=account_id, read_at__isnull=True).order_by()
    return unread.values("account_id").annotate(count=Count("kind", distinct=True)).values("count")


def choices_of(account_ids: Iterable[int]) -> dict[int, Choices]:
    """By account, the defaults where nothing was chosen."""
    wanted = set(account_ids)
    found = {
        row.account_id: Choices(
            row.language, row.quiet_from, row.quiet_until, row.digest_hour, frozenset(_pair(one) for one in row.off)
        )
        for row in Choice.objects.filter(account_id__in=wanted)
    }
    return {account_id: found.get(account_id, Choices()) for account_id in wanted}


def _pair(text: str) -> tuple[Channel, str]:
    channel, _, kind = text.partition(":")
    return Channel(channel), kind


def get_choices(viewer: Viewer) -> Choices:
    return choices_of([viewer.account_id])[viewer.account_id]


def has_chosen(viewer: Viewer) -> bool:
    return Choice.objects.filter(account_id=viewer.account_id).exists()


def list_addresses(viewer: Viewer) -> dict[Channel, AddressCard]:
    """The viewer's own, masked. One that no key opens any more is left out: it has to be given again."""
    cards = {}
    for row in Address.objects.filter(account_id=viewer.account_id).order_by("channel"):
        channel = Channel(row.channel)
        try:
            plain = sealing.open_sealed(row.sealed, place(viewer.account_id, channel)).decode()
        except CannotOpen:
            continue
        cards[channel] = AddressCard(channel, mask(channel, plain), row.confirmed_at)
    return cards


def list_kinds(viewer: Viewer) -> list[Kind]:
    """Those that can reach the viewer on the present post."""
    is_worker = viewer.role is Role.WORKER

    def reaches(kind: Kind) -> bool:
        if kind.to in ("worker", "payees"):
            return is_worker
        if kind.may:
            return permissions.allows(viewer.role, kind.may)
        return (
            not is_worker or kind.is_urgent
        )  # of one's account: a worker's is secured like any other, and handed over to nobody

    return [kind for kind in load_kinds().by_id.values() if reaches(kind)]


def told_up_to() -> int:
    """The last number of the audit chain that messages were made of."""
    return Heard.objects.filter(id=1).values_list("seq", flat=True).first() or 0


def count_deliveries(*, since: datetime) -> list[ChannelCount]:
    """By channel and state, of deliveries made since then; in their order."""
    counted = (
        Delivery.objects.filter(created_at__gte=since)
        .order_by("channel", "state")
        .values_list("channel", "state")
        .annotate(Count("pk"))
    )
    return [ChannelCount(Channel(channel), DeliveryState(state), count) for channel, state, count in counted]


def list_failed_tries(*, most: int = 20) -> list[FailedTry]:
    """The latest first, without whom they were for."""
    rows = Try.objects.exclude(trouble="").select_related("delivery__message").order_by("-at", "-pk")[:most]
    return [
        FailedTry(
            row.at,
            Channel(row.delivery.channel),
            row.delivery.message.kind if row.delivery.message else "code",
            Trouble(row.trouble),
            row.number,
            row.milliseconds,
            row.delivery.state == DeliveryState.FAILED.value,
        )
        for row in rows
    ]


def count_stuck(*, now: datetime) -> int:
    """Deliveries that have been due for hours: no worker runs, or it dies each time."""
    late = now - _STUCK_AFTER
    return Delivery.objects.filter(
        Q(state=DeliveryState.WAITING.value, due_at__lte=late)
        | Q(state=DeliveryState.SENDING.value, leased_until__lte=late)
    ).count()


def count_given_up(*, since: datetime) -> int:
    return Delivery.objects.filter(state=DeliveryState.FAILED.value, ended_at__gte=since).count()


def verify() -> list[Violation]:
    """Every invariant of messages that does not hold. Reads only."""
    known = load_kinds().by_id
    found: list[Violation] = []
    for row in Message.objects.order_by("pk").iterator():
        kind = known.get(row.kind)
        if kind is None:  # a kind that is gone is shown to nobody
            continue
        try:
            kind.check(row.params)
        except ValueRefused:
            found.append(Violation("MESSAGE_VALUE", f"message:{row.pk}", "holds what no message may hold"))
    if (heard := told_up_to()) > (head := audit.last_seq()):
        found.append(
            Violation(
                "MESSAGE_HEARD",
                "heard:1",
                f"told up to {heard}, the audit chain ends at {head}: what comes next is told to nobody",
            )
        )
    sent_early = Delivery.objects.filter(state=DeliveryState.SENT.value).exclude(tries__trouble="")
    found += [
        Violation("MESSAGE_TRY", f"delivery:{pk}", "was sent, and no try says so")
        for pk in sent_early.values_list("pk", flat=True)
    ]
    lost = Delivery.objects.filter(message__isnull=False).exclude(account_id=F("message__account_id"))
    found += [
        Violation("MESSAGE_OWNER", f"delivery:{pk}", "goes to another account than its message")
        for pk in lost.values_list("pk", flat=True)
    ]
    return found
