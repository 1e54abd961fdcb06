"""Rates of groups beside each other: how far one is from all together, and when that is called a large gap."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from niangjia.portals.cockpit.figures.declared import Alarm

SURE = 2
"""Standard errors: by so much chance alone moves a rate in one group out of twenty at most."""


@dataclass(frozen=True)
class Gap:
    """`words`: how many percentage points more or fewer than all together."""

    words: str
    is_alarm: bool
    step: Decimal

    @property
    def length(self) -> int:
        """Of its bar, of which 50 is half of the drawing: twenty-five points or more fill it."""
        return min(50, round(abs(self.step) * 200))

    @property
    def left(self) -> int:
        return 50 if self.step >= 0 else 50 - self.length


def gap_of(rate: Decimal | None, people: int, whole: Decimal | None, alarm: Alarm) -> Gap | None:
    """Of a group with this rate over so many `people` against the rate of all; null rates have none."""
    if rate is None or whole is None or not people:
        return None
    step = rate - whole
    points = f"{abs(step) * 100:.1f}"
    words = _("高 %(points)s 个百分点") if step > 0 else _("低 %(points)s 个百分点") if step < 0 else _("一样")
    return Gap(words % {"points": points} if step else words, is_far(rate, people, whole, alarm), step)


def is_far(rate: Decimal, people: int, whole: Decimal, alarm: Alarm) -> bool:
    """Outside the two shares of the whole's rate, and by more than `SURE` standard errors of a group of this size."""
    if Decimal(alarm.least) * whole <= rate <= Decimal(alarm.most) * whole:
        return False
    return (rate - whole) ** 2 * people > SURE**2 * whole * (1 - whole)


def rule_in_words(alarm: Alarm) -> str:
    said = {"least": f"{Decimal(alarm.least) * 100:.0f}%", "most": f"{Decimal(alarm.most) * 100:.0f}%"}
    return (
        _(
            "什么时候算差距大：这一组的比率低于全体比率的 %(least)s 或高于 %(most)s，而且相差超过偶然起伏（两倍标准误）。不足 10 人的组不显示，也不比较。"
        )
        % said
    )
