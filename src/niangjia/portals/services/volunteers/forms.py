"""Forms of needs and helpers: what every kind asks, and what one kind asks besides (`programs/vocabulary/helping.yaml`)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.apps.volunteers import queries
from niangjia.apps.volunteers.queries import FieldType, Kind, WrongAnswers
from niangjia.apps.volunteers.types import HelperCard, HelperFacts, NeedCard, NeedFacts
from niangjia.portals.design.forms import Form, day_input
from niangjia.portals.design.tags import say

ANSWER = "a_"
"""Before the name of a field that only its kind asks for."""
DAYS = [("1", _("周一")), ("2", _("周二")), ("3", _("周三")), ("4", _("周四")), ("5", _("周五")), ("6", _("周六")), ("7", _("周日"))]  # fmt: skip


class ManyField(forms.MultipleChoiceField):
    """Several of a few, as boxes to tick."""

    is_many = True

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}), **options)


def skill_choices(held: Iterable[str] = ()) -> list[tuple[str, str]]:
    """The list, and finer codes that are held already."""
    known = queries.skills()
    return [(code, say(dict(title))) for code, title in known.items()] + [
        (one, one) for one in held if one not in known
    ]


def answer_fields(form: Mapping[str, queries.Field], held: Mapping[str, Any] = {}) -> dict[str, forms.Field]:
    """The fields of one kind or stage, by their name in the form. Whether they are filled is asked below, where the rule stands."""
    found: dict[str, forms.Field] = {}
    for name, one in form.items():
        told: dict[str, Any] = {"label": say(dict(one.title)), "required": one.is_needed, "initial": held.get(name)}
        field: forms.Field
        if one.type is FieldType.CHOICE:
            options = [("", _("请选择"))] + [(code, say(dict(title))) for code, title in one.options.items()]
            field = forms.ChoiceField(choices=options, **told)
        elif one.type is FieldType.DATE:
            field = forms.DateField(widget=day_input(), **told)
        elif one.type is FieldType.COUNT:
            field = forms.IntegerField(min_value=0, widget=forms.TextInput(attrs={"inputmode": "numeric"}), **told)
        else:
            field = forms.CharField(max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), **told)
        found[f"{ANSWER}{name}"] = field
    return found


def stage_fields(
    stage: queries.Stage, wrong: Mapping[str, tuple[str, str]]
) -> list[tuple[forms.BoundField, dict[str, str] | None]]:
    """The fields of the stage at work, each with what is wrong with it; what was typed is put back by the page that comes again."""
    form = type("StageForm", (Form,), answer_fields(stage.form))()
    told = {f"{ANSWER}{name}": {"zh": zh, "en": en} for name, (zh, en) in wrong.items()}
    return [(field, told.get(field.name)) for field in form]


def answers_in(posted: Mapping[str, Any]) -> dict[str, str]:
    """What was typed into the fields of a kind or stage, as text."""
    return {name.removeprefix(ANSWER): str(value) for name, value in posted.items() if name.startswith(ANSWER)}


class KindForm(Form):
    """A form with the fields of its kind; a refusal of the room is put at the fields that it is about."""

    def __init__(self, kind: Kind, own: Mapping[str, forms.Field], *args: Any, **options: Any) -> None:
        self.kind = kind
        self.base_fields = {**type(self).base_fields, **own}  # type: ignore[misc]
        super().__init__(*args, **options)

    def answers(self) -> dict[str, str]:
        said = {name: value for name, value in self.cleaned_data.items() if name.startswith(ANSWER)}
        return {name.removeprefix(ANSWER): "" if value is None else str(value) for name, value in said.items()}

    def refuse(self, refusal: WrongAnswers) -> None:
        for name, (zh, en) in refusal.fields.items():
            where = name if name in self.fields else f"{ANSWER}{name}" if f"{ANSWER}{name}" in self.fields else None
            self.add_error(where, say({"zh": zh, "en": en}))
        self.mark_errors()


class NeedForm(KindForm):
    title = forms.CharField(label=_("题目"), max_length=80, help_text=_("一句话，会公开；不写人的姓名和号码。"))
    about = forms.CharField(
        label=_("难在哪里"), max_length=600, widget=forms.Textarea(attrs={"rows": 4}), help_text=_("会公开。")
    )
    field = forms.ChoiceField(label=_("领域"))
    skills = ManyField(label=_("需要什么工种"))
    firm = forms.CharField(label=_("单位"), max_length=80, required=False, help_text=_("不填就是本工会的名称。"))
    area = forms.ChoiceField(label=_("在哪里"))
    seats = forms.IntegerField(label=_("要几个人"), min_value=1, max_value=200, initial=1)
    days = ManyField(label=_("哪几天合适"), choices=DAYS, required=False)
    due_on = forms.DateField(label=_("希望什么时候前解决"), required=False, widget=day_input())
    place = forms.TypedChoiceField(label=_("哪个工作站"), required=False, coerce=int, empty_value=None)
    is_open_bid = forms.BooleanField(label=_("公开揭榜：登记过的人都可以自己来接"), required=False)
    bids_until = forms.DateField(label=_("揭榜截止"), required=False, widget=day_input())
    contact = forms.CharField(
        label=_("联系人和电话"), max_length=200, required=False, help_text=_("加密保存，双方确认之后对方才能打开。")
    )
    key = forms.UUIDField(widget=forms.HiddenInput(), required=False)

    def __init__(
        self,
        kind: Kind,
        *args: Any,
        counties: list[tuple[str, str]],
        stations: list[tuple[int, str]],
        held: NeedCard | None = None,
        texts: Mapping[str, str] = {},
        **options: Any,
    ) -> None:
        known = dict(held.told if held else {}) | dict(texts)
        first: dict[str, Any] = {"key": uuid.uuid4()}
        if held is not None:
            names = ("title", "about", "field", "firm", "area", "seats", "due_on", "is_open_bid", "bids_until")
            first |= {name: getattr(held, name) for name in names}
            first |= {"skills": list(held.skills), "days": list(held.days), "place": held.place_id}
        super().__init__(
            kind, answer_fields(kind.need_form, known), *args, initial=first | options.pop("initial", {}), **options
        )
        self._choose("field", [("", _("请选择")), *((code, say(dict(title))) for code, title in kind.fields.items())])
        self._choose("skills", skill_choices(held.skills if held else ()))
        self._choose("area", counties)
        self._choose("place", [("", _("不在工作站")), *stations])
        for name in ("place",) * (not stations) + ("is_open_bid", "bids_until") * (not kind.has_bids):
            del self.fields[name]

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def facts(self, org_id: int) -> NeedFacts:
        said = self.cleaned_data
        return NeedFacts(
            kind=self.kind.id, title=said["title"], about=said["about"], field=said["field"], org_id=org_id, area=said["area"], skills=tuple(said["skills"]),
            seats=said["seats"], firm=said["firm"], days=tuple(said["days"]), due_on=said["due_on"], is_open_bid=said.get("is_open_bid", False),
            bids_until=said.get("bids_until"), place_id=said.get("place"), contact=said["contact"], answers=self.answers(),
        )  # fmt: skip


class HelperForm(KindForm):
    skills = ManyField(label=_("会什么工种"))
    home = forms.ChoiceField(label=_("住在哪个县（市、区）"))
    areas = ManyField(label=_("愿意去哪里"), required=False)
    days = ManyField(label=_("哪几天有空"), choices=DAYS, required=False)
    capacity = forms.IntegerField(label=_("同时最多接几项"), min_value=1, max_value=50)
    team = forms.CharField(label=_("队伍"), max_length=40, required=False)
    contact = forms.CharField(
        label=_("怎样联系"), max_length=200, required=False, help_text=_("加密保存，双方确认之后对方才能打开。")
    )

    def __init__(
        self,
        kind: Kind,
        *args: Any,
        counties: list[tuple[str, str]],
        reach: list[tuple[str, str]],
        held: HelperCard | None = None,
        **options: Any,
    ) -> None:
        first: dict[str, Any] = {"capacity": kind.capacity}
        if held is not None:
            first = {"home": held.home, "capacity": held.capacity, "team": held.team}
            first |= {"skills": list(held.skills), "areas": list(held.areas), "days": list(held.days)}
        own = answer_fields(kind.helper_form, held.told if held else {})
        super().__init__(kind, own, *args, initial=first | options.pop("initial", {}), **options)
        for name, choices in (
            ("skills", skill_choices(held.skills if held else ())),
            ("home", counties),
            ("areas", reach),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        self.fields["areas"].help_text = self.fields["days"].help_text = _("都不勾就是都可以。")

    def facts(self) -> HelperFacts:
        said = self.cleaned_data
        return HelperFacts(
            kind=self.kind.id, skills=tuple(said["skills"]), areas=tuple(said["areas"]), days=tuple(said["days"]), capacity=said["capacity"], home=said["home"],
            team=said["team"], contact=said["contact"], answers=self.answers(),
        )  # fmt: skip


class FindPersonForm(Form):
    id_number = forms.CharField(
        label=_("身份证号"), max_length=18, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("本辖区的会员。号码只用来查找，不留下。"),
    )  # fmt: skip


class VisitForm(Form):
    on = forms.DateField(label=_("哪一天"), widget=day_input())
    hours = forms.DecimalField(
        label=_("几个小时"), min_value=0, max_value=16, max_digits=4, decimal_places=1, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )  # fmt: skip
    beneficiaries = forms.IntegerField(
        label=_("多少人受益"), min_value=0, required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    words = forms.CharField(
        label=_("做了什么"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("加密保存，只给经办的人看。")
    )  # fmt: skip
    key = forms.UUIDField(widget=forms.HiddenInput(), required=False)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, initial={"on": today, "key": uuid.uuid4()}, **options)

    def refuse(self, refusal: WrongAnswers) -> None:
        for name, (zh, en) in refusal.fields.items():
            at = {"minutes": "hours"}.get(name, name)
            self.add_error(at if at in self.fields else None, say({"zh": zh, "en": en}))
        self.mark_errors()
