"""Refusals that more than one file of this room raises."""

from __future__ import annotations

from niangjia.kernel import identity
from niangjia.kernel.problems import Refusal


class WrongHeadcount(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "请填职工人数（至少 1 人）、不晚于今天的日期和依据，例如统计局企业一套表、单位花名册。",
            "Tell the number of workers (one at least), a day not after today, and the source, such as the firm's roster.",
        )


class AccountUnfit(Refusal):
    def __init__(self) -> None:
        least, most = identity.SHORTEST_ACCOUNT, identity.LONGEST_ACCOUNT
        super().__init__(
            f"收款账号须为 {least} 至 {most} 位数字，并写明开户行。请核对银行卡或存折后重新填写。",
            f"An account has {least} to {most} digits and comes with its bank's name. Check the card or passbook and enter it again.",
        )


class NotFound(Refusal):
    """The same for what does not exist and for what is not the viewer's to see."""

    def __init__(self) -> None:
        super().__init__(
            "没有这条记录，或不在您的管辖范围内。请检查编号，或联系上级工会。",
            "There is no such record, or it is outside your part of the tree. Check the number, or ask the union above.",
        )
