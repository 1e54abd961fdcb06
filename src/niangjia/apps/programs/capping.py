"""A pack's caps as the funds' book holds them: whose, in which window, how much of the amount, up to which limit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from niangjia.apps.funds.types import Cap, SubjectKind, Window
from niangjia.engines import policy
from niangjia.engines.policy.pack import Cap as PackCap
from niangjia.kernel.money import ZERO
from niangjia.kernel.problems import Refusal

Subjects = Mapping[SubjectKind, int]
_KINDS = {kind.value.lower(): kind for kind in SubjectKind}
_WINDOWS = {window.value.lower(): window for window in Window}


class SubjectMissing(Refusal):
    def __init__(self, cap: str, kind: SubjectKind) -> None:
        super().__init__(
            f"限额 {cap} 按“{kind.label}”计，请写明是哪一个。",
            f"The cap {cap} counts by {kind.value.lower().replace('_', ' ')}: say which one.",
        )


def bound(
    caps: Iterable[PackCap],
    subjects: Subjects,
    *,
    day: date,
    event: str = "",
    limits: Mapping[str, int | Decimal | None] | None = None,
    given: Mapping[str, Decimal] | None = None,
    times: int = 1,
) -> dict[str, Cap]:
    """
    By the cap's id, for the subjects at hand; a cap per household does not bind somebody without one. `limits` None: to look up use.

    `given`: what is given of each line, for the share of sub-budgets.

    Raises:
        SubjectMissing: a cap counts by something that was not said.
    """
    found = {}
    for cap in caps:
        kind, window = _KINDS[cap.per], _WINDOWS[cap.window]
        if kind not in subjects:
            if kind is SubjectKind.HOUSEHOLD:
                continue
            raise SubjectMissing(cap.id, kind)
        limit = None if limits is None else limits[cap.id]
        found[cap.id] = Cap(
            group=cap.group,
            per=kind,
            subject_id=subjects[kind],
            window=window,
            day=day,
            event=event,
            count=int(limit) if cap.count is not None and limit is not None else None,
            amount=Decimal(limit) if cap.amount is not None and limit is not None else None,
            share=sum((given.get(line, ZERO) for line in cap.lines), ZERO) if cap.lines and given is not None else None,
            times=times,
        )
    return found


def used_by(pack: policy.Pack, used_of: Mapping[str, tuple[int, Decimal]]) -> dict[str, object]:
    """Cap id → times or yuan, as deciding asks for them; a cap that binds nobody here is unused."""
    found: dict[str, object] = {}
    for cap in pack.caps:
        count, amount = used_of.get(cap.id, (0, ZERO))
        found[cap.id] = count if cap.count is not None else amount
    return found
