"""The refusals of bulletins, named; each says the fact and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from niangjia.kernel.problems import Refusal


class NoSuchKind(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"没有通报种类 {name}。请从列表中选择。", f"There is no kind of bulletin {name}. Choose one of the list."
        )


class PeriodRefused(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "期间写成 2023-04（月报）或 2023-Q2（季报）。请改正。", "Write the period as 2023-04 for a month or 2023-Q2 for a quarter."
        )  # fmt: skip


class NotFound(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有这份通报，或不在您的范围内。请从列表进入。", "It is not there, or not for you. Start from the list."
        )


class NotInThisState(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "通报现在的状态不能这样办。请刷新后按页面上的按钮办理。", "The bulletin's state does not allow this now. Reload and use the page's buttons."
        )  # fmt: skip


class SamePerson(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "起草或最后修改的人（包括代岗的人）不能核稿、签发。请本级另一位同事办理。",
            "Who drafted it or wrote the last edit (or stands in for them) neither reviews nor issues. Ask a colleague of the same union.",
        )


class EditedMeanwhile(Refusal):
    """`differences`: (was, is) of what somebody else changed since."""

    def __init__(self, differences: Sequence[tuple[str, str]]) -> None:
        self.differences = list(differences)
        zh = "；".join(f"“{old or '（无）'}”→“{new or '（删去）'}”" for old, new in self.differences[:3])
        super().__init__(
            f"您打开之后他人已修改，没有保存；您填写的内容还在。改动：{zh}。请看过后再保存。",
            f"Somebody else edited it after you opened it, so nothing was saved; what you typed is kept. Changed: {zh}. Look at it, then save again.",
        )


class UnknownFigure(Refusal):
    def __init__(self, title: str) -> None:
        super().__init__(
            f"文中引用的数字〔{title}〕不是这份通报的。请从下面的数字表中取用，或删去括号。",
            f"The text refers to a figure 〔{title}〕 that is not of this bulletin. Take one of the table below, or remove the brackets.",
        )


class FigureSaidTwice(Refusal):
    def __init__(self, title: str) -> None:
        super().__init__(
            f"数字〔{title}〕在文中前后不一致。请改成一样。", f"The figure 〔{title}〕 is said in two ways. Make them the same."
        )  # fmt: skip


class ChangeNeedsReason(Refusal):
    def __init__(self, titles: Sequence[str]) -> None:
        named = "、".join(titles)
        super().__init__(
            f"您改动了清点的数字（{named}），请写明理由，至少四个字。", f"You changed counted figures ({named}). Give the reason in at least four characters."
        )  # fmt: skip


class FigureIsHidden(Refusal):
    def __init__(self, title: str, text: str) -> None:
        super().__init__(
            f"“{title}”不足十人，或据此可以推算出来，通报里不写数字。请写回〔{title}：{text}〕，或把这一处整个删去。",
            f"“{title}” is of fewer than ten people, or would give such away: a bulletin does not say it. Put 〔{title}：{text}〕 back, or leave it out.",
        )


class TextMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("标题和正文不能为空。请填写。", "Title and text cannot be empty. Fill them in.")


class ReasonMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "撤回须写明理由，至少四个字，例如“数据有误”。", "Give the reason for withdrawing in at least four characters, such as “wrong figures”."
        )  # fmt: skip


class NumbersUnchecked(Refusal):
    """`texts`: numbers of the text that no figure of the bulletin says, and that nobody answered for."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = list(texts)
        named = "、".join(self.texts[:5])
        super().__init__(
            f"文中有和清点的数字都不一样的数：{named}。请逐个核对，在“核对过”前打勾后再签发；写错的请先修改。",
            f"The text says numbers that differ from every figure counted for it: {named}. Check each and tick it, then issue; mend what is wrong first.",
        )
