"""The refusals of inspections."""

from __future__ import annotations

from niangjia.kernel.problems import Refusal


class NotFound(Refusal):
    """Also for what lies outside the viewer's part of the tree."""

    def __init__(self) -> None:
        super().__init__(
            "没有找到，或不在您的审计范围内。请核对编号。",
            "Nothing was found, or it is outside your part of the tree. Check the number.",
        )


class NothingToDraw(Refusal):
    def __init__(self) -> None:
        super().__init__("这个月没有可抽的记录。请换一个月或一类。", "There is nothing to draw in that month. Choose another month or kind.")  # fmt: skip


class SeedUnfit(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "种子须是 4 到 64 个字母、数字或连字符。留空则由系统生成。",
            "A seed has 4 to 64 letters, digits or hyphens. Leave it empty to have one made.",
        )


class RemarkMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("请写明看到了什么，至少 4 个字。", "Say what you saw, in at least 4 characters.")
