"""The two anticipated kinds of trouble. Anything else is a bug and fails loudly."""

from __future__ import annotations


def quoted_once(zh: str) -> str:
    """Quotation marks within quotation marks are single: a title may bring marks of its own, “‘越温暖’专项帮扶资金”."""
    depth, marked = 0, []
    for sign in zh:
        depth -= sign == "”"
        marked.append({"“": "‘", "”": "’"}[sign] if sign in "“”" and depth % 2 else sign)
        depth += sign == "“"
    return "".join(marked)


class Refusal(Exception):
    """
    An anticipated no, worded for the person who can act, in Chinese and English, with what to do next.

    Subclass beside the action that raises it. Shown to the person; never alarmed.
    """

    def __init__(self, zh: str, en: str) -> None:
        zh = quoted_once(zh)
        super().__init__(f"{zh}\n{en}")
        self.zh = zh
        self.en = en


class DataProblem(Refusal):
    """What came in breaks its contract: set aside, counted, reported to the data's owner."""
