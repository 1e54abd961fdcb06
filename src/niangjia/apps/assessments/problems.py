"""The refusals of assessments and rounds, named; each says the fact and what to do next."""

from __future__ import annotations

from niangjia.kernel.problems import Refusal


class NoSuchSheet(Refusal):
    def __init__(self, what: str) -> None:
        super().__init__(
            f"没有考核表 {what}。请从考核列表进入。", f"There is no sheet {what}. Start from the list of assessments."
        )


class NotFound(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有找到，或不在您的范围内。请从列表进入。", "It is not there, or not for you. Start from the list."
        )


class ReasonMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("请写明理由，至少四个字。", "Give the reason in at least four characters.")


class EvidenceMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "请附上依据（照片或 PDF）。没有依据不能加分、扣分。",
            "Attach the evidence (photo or PDF). Without it no points are added or taken.",
        )


class PointsRefused(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "分数不为零，最多两位小数，且不超过考核表写明的上限。请改正。",
            "Points are not zero, have at most two decimals, and are within what the sheet allows. Correct them.",
        )


class SecondPerson(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "须由另一个人确认或复核。请换一位同事办理。", "This is for somebody else than who did it. Ask a colleague."
        )


class NotNow(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "现在的状态不能这样办。请刷新页面看最新情况。",
            "It is no longer at this step. Reload the page to see where it stands.",
        )


class NothingCounted(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "还没有清点出可以公布的数。请等下一次清点之后再公布。",
            "Nothing was counted yet that could be published. Publish after the next roll-up.",
        )


class NobodyChosen(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有选出要看的工会。请勾选下级工会，或写抽取的个数。",
            "No union was chosen. Tick unions below yours, or say how many to draw.",
        )


class SeedRefused(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "种子用 4 至 64 个字母、数字或连字符。留空则自动生成。",
            "A seed has 4 to 64 letters, digits or hyphens. Leave it empty to have one made.",
        )


class DayRefused(Refusal):
    def __init__(self) -> None:
        super().__init__("整改期限须是今天或以后的日期。请改正。", "The due day is today or later. Correct it.")
