"""Forms of contests."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.portals.design.forms import Form, day_input


class EntryForm(Form):
    title = forms.CharField(
        label=_("作品或参评名称"), max_length=80, help_text=_("会公开，例如歌名、站点名、隐患案例名")
    )
    intro = forms.CharField(
        label=_("简介"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("给评委看；同意公开的，投票的人也能看到"),
    )
    contact = forms.CharField(label=_("联系方式"), max_length=100, required=False, help_text=_("加密保存，只有主办工会能看"))  # fmt: skip
    has_consent = forms.BooleanField(label=_("同意在投票页公开简介和作品"), required=False)


class ReasonForm(Form):
    reason = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class CallForm(Form):
    """`asks` adds one number a field, by its path."""

    title = forms.CharField(label=_("名称"), max_length=80)
    opens_on = forms.DateField(label=_("征集开始"), widget=day_input())
    closes_on = forms.DateField(label=_("征集截止（含当天）"), widget=day_input())


class JurorForm(Form):
    username = forms.CharField(
        label=_("评委的用户名"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=_("在系统里有账号的人；系统按单位和家庭自动列出应回避的作品"),
    )


class SubjectForm(Form):
    """Fields of one kind of entrant; the view takes out those of the others."""

    id_number = forms.CharField(
        label=_("职工的身份证号"),
        max_length=18,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("只用来找到本单位的会员，不显示"),
    )
    place = forms.ChoiceField(label=_("推荐哪一个"))
    unit_name = forms.CharField(label=_("单位名称"), max_length=80)


class AnswerForm(Form):
    verdict = forms.ChoiceField(
        label=_("结论"),
        choices=[
            ("upheld", _("成立：取消这一件的资格，名单撤下重新公示")),
            ("rejected", _("不成立：维持名单")),
        ],
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    answer = forms.CharField(
        label=_("答复"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("写明查到了什么、为什么。"),
    )
