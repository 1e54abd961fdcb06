"""What to ask at a visit, by cause group: never a diagnosis, only what the household can show."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

ASK = {
    "因病": (
        _("近 12 个月自己承担的医疗费，有没有结算单；互助保障、商业保险报了多少"),
        _("是否需要长期吃药或有人照料"),
    ),
    "因学": (_("在读子女的学段、学校性质和全年费用，已拿到的助学金"),),
    "因残": (_("残疾证在不在有效期，补贴拿到没有，能不能工作"),),
    "因灾": (_("损失多少，保险或责任方赔了多少，现在住哪里"),),
    "失业": (_("什么时候停的工，失业登记和失业金办了没有，想找什么工作"),),
    "低收入": (_("家里每个人近 12 个月的收入和凭证"),),
}
ALWAYS = (_("家里现在一起生活的有谁，和登记的是否一致"), _("最急的一件事是什么"))


def questions(cause_group: str, own: Iterable[str] = ()) -> list[object]:
    """The order's own questions first, then those of each cause in `cause_group`, then what is always asked."""
    causes = [cause for cause in ASK if cause in cause_group]
    return [*own, *(question for cause in causes for question in ASK[cause]), *ALWAYS]
