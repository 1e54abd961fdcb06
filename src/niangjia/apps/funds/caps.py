"""
The book of what every subject used of every cap: read, checked and written under the counter's turn.

Whoever writes takes the counter's row first (all in one order), reads its uses, and raises `turn` only if nobody did in between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Q, QuerySet, Value

from niangjia.apps.funds import windows
from niangjia.apps.funds.fields import YuanField
from niangjia.apps.funds.models import CapCounter, CapUse
from niangjia.apps.funds.problems import BookMoved, CapExceeded, EventMissing
from niangjia.apps.funds.types import Cap, CapUseRow, HeldTo, Subject, SubjectKind, Window
from niangjia.apps.funds.windows import Key
from niangjia.kernel.money import ZERO


def key_of(cap: Cap) -> Key:
    return cap.group, cap.per, cap.subject_id


def take(
    caps: Sequence[Cap], *, amount: Decimal, holder: str, now: datetime, program: str = "", payer_id: int | None = None
) -> None:
    """
    Use `amount` (or each cap's share of it), and its times, of every cap; call inside a transaction.

    Caps of one group and subject are one use, held to each of them.

    Raises:
        CapExceeded: some window would hold too much. Roll back.
        EventMissing: a cap per event, and no event was said.
    """
    for together in _by_key(caps):
        cap, share = together[0], _share(together, amount)
        if share == ZERO and cap.times == 0:
            continue
        counter = _turn_of(key_of(cap))
        uses = living(counter)
        for one in together:
            if (over := windows.first_over(uses, one, cap.times, share)) is not None:
                raise CapExceeded(one, over.count, over.amount)
        if (over := windows.later_over(uses, cap.day, cap.times, share)) is not None:
            raise CapExceeded(cap, over.count, over.amount)
        _raise(counter, cap.times, share)
        CapUse.objects.create(
            counter=counter,
            holder=holder,
            day=cap.day,
            event=cap.event,
            times=cap.times,
            amount=share,
            held_to=[
                [one.window, one.count, None if one.amount is None else str(one.amount)]
                for one in together
                if one.count is not None or one.amount is not None
            ],
            program=program,
            payer_id=payer_id,
            taken_at=now,
        )


def release(holder: str, *, now: datetime) -> None:
    """Give back what `holder` took, less what came back of it already; repeating gives back nothing more."""
    rows = CapUse.objects.filter(Q(holder=holder) | Q(corrects__holder=holder), released_at__isnull=True)
    for use in _in_order(rows):
        counter = _turn_of(_key(use))
        if CapUse.objects.filter(pk=use.pk, released_at__isnull=True).update(released_at=now):
            _raise(counter, -use.times, -use.amount)


def give_back(
    of_holder: str,
    *,
    amount: Decimal,
    shares: Mapping[str, Decimal],
    holder: str,
    is_whole_grant: bool,
    now: datetime,
) -> None:
    """
    Money that `of_holder` used came back: as much is free again, as of the day it was used; its time too if the whole grant fell.

    `shares`: what of the amount counts in a group, where not all does. No use gives back more than it took.
    """
    for use in _in_order(CapUse.objects.filter(holder=of_holder, released_at__isnull=True)):
        counter = _turn_of(_key(use))
        earlier = CapUse.objects.filter(corrects=use, released_at__isnull=True).select_related("counter")
        before = windows.total(as_row(row) for row in earlier)
        back = min(shares.get(use.counter.group, amount), use.amount + before.amount)
        times = use.times + before.count if is_whole_grant else 0
        if back == ZERO and times == 0:
            continue
        _raise(counter, -times, -back)
        CapUse.objects.create(
            counter=counter,
            corrects=use,
            holder=holder,
            day=use.day,
            event=use.event,
            times=-times,
            amount=-back,
            program=use.program,
            payer_id=use.payer_id,
            taken_at=now,
        )


def living(counter: CapCounter) -> list[CapUseRow]:
    rows = CapUse.objects.filter(counter=counter, released_at__isnull=True).select_related("counter")
    return [as_row(use) for use in rows.order_by("pk")]


def of_subjects(
    subjects: Iterable[Subject], *, taken_before: datetime | None = None, without: Collection[str] = ()
) -> dict[Key, list[CapUseRow]]:
    """
    Every living use of these subjects by counter, in the order of entering; or those that lived at a moment. One query.

    For looking up what was used: without payers' names and limits. `without`: holders to leave out.
    """
    found: dict[Key, list[CapUseRow]] = {}
    kinds = {(subject.kind.value, subject.id): subject for subject in subjects}
    wanted = Q()
    for kind, number in kinds:
        wanted |= Q(counter__per=kind, counter__subject_id=number)
    if not wanted:
        return found
    lives = Q(released_at__isnull=True)
    if taken_before is not None:
        lives = Q(taken_at__lt=taken_before) & (lives | Q(released_at__gte=taken_before))
    rows = CapUse.objects.filter(wanted & lives).order_by("pk")
    for group, per, number, order, day, event, times, amount, program, payer, holder, taken, released in rows.values_list(
        "counter__group", "counter__per", "counter__subject_id", "pk", "day", "event", "times", "amount", "program", "payer_id",
        "holder", "taken_at", "released_at",
    ):  # fmt: skip
        if holder not in without:
            use = CapUseRow(
                order, group, kinds[per, number], day, event, times, amount, (), program, payer, "", holder, taken, released
            )  # fmt: skip
            found.setdefault((group, per, number), []).append(use)
    return found


def as_row(use: CapUse) -> CapUseRow:
    counter = use.counter
    return CapUseRow(
        order=use.pk,
        group=counter.group,
        subject=Subject(SubjectKind(counter.per), counter.subject_id),
        day=use.day,
        event=use.event,
        times=use.times,
        amount=use.amount,
        held_to=tuple(
            HeldTo(Window(window), count, None if limit is None else Decimal(limit))
            for window, count, limit in use.held_to
        ),
        program=use.program,
        payer_org_id=use.payer_id,
        payer_name=use.payer.name if use.payer_id and CapUse.payer.is_cached(use) else "",
        holder=use.holder,
        taken_at=use.taken_at,
        released_at=use.released_at,
    )


def _by_key(caps: Sequence[Cap]) -> list[list[Cap]]:
    """Caps of one counter together, counters in one order for everybody: two never wait for each other crosswise."""
    found: dict[Key, list[Cap]] = {}
    for cap in caps:
        if cap.window is Window.EVENT and not cap.event:
            raise EventMissing(cap.group)
        found.setdefault(key_of(cap), []).append(cap)
    return [found[key] for key in sorted(found)]


def _share(together: Sequence[Cap], amount: Decimal) -> Decimal:
    told = {(cap.share, cap.day, cap.event, cap.times) for cap in together}
    if len(told) > 1:
        raise ValueError(
            f"caps of the group {together[0].group} tell of one use in different ways: {sorted(map(str, told))}"
        )
    return amount if together[0].share is None else together[0].share


def _turn_of(key: Key) -> CapCounter:
    """The counter's row, made if there is none, and ours until the commit. (On SQLite the transaction is alone already.)"""
    group, per, subject_id = key
    CapCounter.objects.bulk_create([CapCounter(group=group, per=per, subject_id=subject_id)], ignore_conflicts=True)
    return CapCounter.objects.select_for_update().get(group=group, per=per, subject_id=subject_id)


def _raise(counter: CapCounter, times: int, amount: Decimal) -> None:
    """The one way a counter changes: only if it is as it was when its uses were read. Raises BookMoved."""
    as_read = CapCounter.objects.filter(pk=counter.pk, turn=counter.turn)
    if not as_read.update(
        turn=F("turn") + 1,
        used_count=F("used_count") + times,
        used_amount=F("used_amount") + Value(amount, output_field=YuanField()),
    ):
        raise BookMoved(counter.group)
    counter.turn += 1


def _key(use: CapUse) -> Key:
    return use.counter.group, use.counter.per, use.counter.subject_id


def _in_order(rows: QuerySet[CapUse]) -> QuerySet[CapUse]:
    """Counters in everybody's order; what came back before what it came back of, so that no count falls below zero between."""
    return rows.select_related("counter").order_by("counter__group", "counter__per", "counter__subject_id", "-pk")
