"""What the cockpit has to say no to."""

from __future__ import annotations

from niangjia.kernel.problems import Refusal


class NoSuchFigure(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "驾驶舱没有这一页或这个数字。请从驾驶舱首页点进来。",
            "The cockpit has no such page or figure. Start from the cockpit's first page.",
        )


class NoRollup(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "还没有汇总，数字后面没有行可看。请等下一个整点，或请系统管理员运行 niangjia rollup。",
            "No roll-up was made yet, so there are no rows to open. Wait for the next full hour, or ask the administrator to run niangjia rollup.",
        )
