"""Refusals that more than one file of this room raises."""

from __future__ import annotations

from niangjia.kernel.problems import Refusal


class WrongHeadcount(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "请填职工人数（至少 1 人）、不晚于今天的日期和依据，例如统计局企业一套表、单位花名册。",
            "Tell the number of workers (one at least), a day not after today, and the source, such as the firm's roster.",
        )


class NotFound(Refusal):
    """The same for what does not exist and for what is not the viewer's to see."""

    def __init__(self) -> None:
        super().__init__(
            "没有这条记录，或不在您的管辖范围内。请检查编号，或联系上级工会。",
            "There is no such record, or it is outside your part of the tree. Check the number, or ask the union above.",
        )
