"""The form of a place: what every place has, and what its kind asks beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import areas
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Union
from niangjia.apps.places import queries
from niangjia.apps.places.types import Hours, PlaceCard, PlaceFacts, Position
from niangjia.portals.design import words
from niangjia.portals.design.forms import Form, day_input
from niangjia.portals.design.tags import say
from niangjia.portals.services.places.shown import DAYS, DAYS_IN_ENGLISH, is_english

DETAIL = "d-"
LINES = (1, 2)


def _number(label: Any, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **options
    )


def _time(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))


class Ticks(forms.CheckboxSelectMultiple):
    """Ticks in a row, which the page's template lays out one by one."""

    def __init__(self) -> None:
        super().__init__(attrs={"class": "form-check-input"})


class PlaceForm(Form):
    """`card`: the place that is changed; None = a new one. `cleaned_facts` after it was checked."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))  # fmt: skip
    org = forms.TypedChoiceField(label=gettext_lazy("谁管理"), coerce=int)
    recommended_by = forms.TypedChoiceField(label=gettext_lazy("谁推荐"), coerce=int, required=False, empty_value=None)
    level = forms.ChoiceField(label=gettext_lazy("申报级别"))
    batch = forms.CharField(label=gettext_lazy("批次"), max_length=40, required=False, help_text=gettext_lazy("例如 2022年第一批"))  # fmt: skip
    household = forms.CharField(
        label=gettext_lazy("户号"), max_length=64, help_text=gettext_lazy("困难档案或月度名单里的户号；页面不显示这户人的姓名。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    area = forms.ChoiceField(label=gettext_lazy("在哪里"))
    address = forms.CharField(label=gettext_lazy("地址"), max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))  # fmt: skip
    latitude = _number(gettext_lazy("纬度"), required=False, help_text=gettext_lazy("WGS-84，例如 29.500123；在现场可用手机定位。"))  # fmt: skip
    longitude = _number(gettext_lazy("经度"), required=False)
    service_phone = forms.CharField(label=gettext_lazy("服务电话"), max_length=20, required=False, help_text=gettext_lazy("公开显示，请填单位电话。"))  # fmt: skip
    partner = forms.CharField(label=gettext_lazy("合作单位"), max_length=80, required=False)
    days1 = forms.TypedMultipleChoiceField(label=gettext_lazy("开放的日子"), coerce=int, required=False, widget=Ticks)
    opens1 = _time(gettext_lazy("开门"))
    closes1 = _time(gettext_lazy("关门"))
    days2 = forms.TypedMultipleChoiceField(label=gettext_lazy("另外的日子"), coerce=int, required=False, widget=Ticks)
    opens2 = _time(gettext_lazy("开门"))
    closes2 = _time(gettext_lazy("关门"))
    equipment = forms.MultipleChoiceField(label=gettext_lazy("有什么"), required=False, widget=Ticks)

    def __init__(
        self, *args: Any, viewer: Viewer, kind: queries.Kind, card: PlaceCard | None = None, **kwargs: Any
    ) -> None:
        self.viewer, self.kind, self.card = viewer, kind, card
        self._ask_of_kind()
        super().__init__(*args, **kwargs)
        for name, field in self._of_kind.items():
            self.fields[name] = field
        unions = _unions(viewer)
        self._choose("org", [(one.id, one.name) for one in unions])
        recommending = {one.id: one.name for one in (*organizations.list_ancestors(viewer.org_id), *unions)}
        if card is not None and card.recommended_by_id is not None:
            recommending.setdefault(card.recommended_by_id, card.recommended_by)
        self._choose("recommended_by", [("", _("与管理的工会相同")), *recommending.items()])
        self._choose("level", [(one, words.word("place_level", one)[0]) for one in kind.levels])
        known = dict(_areas(viewer))
        if card is not None and card.area not in known:
            known = {card.area: areas.full_name_of(card.area)} | known
        self._choose("area", list(known.items()))
        days = DAYS_IN_ENGLISH if is_english() else DAYS
        for line in LINES:
            self._choose(f"days{line}", list(enumerate(days, start=1)))
        self._choose("equipment", [(name, say(dict(one.title))) for name, one in kind.equipment.items()])
        left_out = set() if kind.is_of_household else {"household"}
        left_out |= {"service_phone", "partner", "batch", "recommended_by"} if not kind.is_public else set()
        left_out |= (
            {f"{part}{line}" for line in LINES for part in ("days", "opens", "closes")} if not kind.is_public else set()
        )
        left_out |= {"equipment"} if not kind.equipment else set()
        left_out |= {"org", "level", "household"} if card is not None else set()
        for name in left_out:
            self.fields.pop(name, None)

    def _ask_of_kind(self) -> None:
        self._of_kind: dict[str, forms.Field] = {}
        for name, one in self.kind.details.items():
            label = say(dict(one.title))
            self._of_kind[f"{DETAIL}{name}"] = (
                forms.BooleanField(
                    label=label, required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
                )
                if one.type == "flag"
                else _number(label, required=one.is_needed, min_value=0, max_digits=14)
                if one.type == "number"
                else forms.DateField(label=label, required=one.is_needed, widget=day_input())
                if one.type == "date"
                else forms.CharField(
                    label=label,
                    required=one.is_needed,
                    max_length=600 if one.type == "long" else 120,
                    widget=forms.Textarea(attrs={"rows": 3}) if one.type == "long" else forms.TextInput(),
                )
            )
        for field in self._of_kind.values():
            if not isinstance(field, forms.BooleanField):
                field.widget.attrs.setdefault("class", "form-control")
                field.error_messages["required"] = _("请填写“%(label)s”。") % {"label": field.label}

    def _choose(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def of_kind(self) -> list[forms.BoundField]:
        return [self[name] for name in self._of_kind]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (given.get("latitude") is None) != (given.get("longitude") is None) and not {"latitude", "longitude"} & set(
            self.errors
        ):
            self.add_error("longitude", _("纬度和经度要一起填。"))
        for line in LINES:
            days, opens, closes = (given.get(f"{part}{line}") for part in ("days", "opens", "closes"))
            if f"days{line}" in self.fields and bool(days) != bool(opens is not None and closes is not None):
                self.add_error(f"days{line}", _("请把日子、开门、关门填全，或都不填。全天开放写 00:00 到 00:00。"))
        return given

    def facts(self, org_id: int, household_id: int | None) -> PlaceFacts:
        """Of a form that was checked."""
        given = self.cleaned_data
        latitude, longitude = given.get("latitude"), given.get("longitude")
        lines = [
            Hours(tuple(given[f"days{line}"]), given[f"opens{line}"], given[f"closes{line}"])
            for line in LINES
            if given.get(f"days{line}")
        ]
        return PlaceFacts(
            kind=self.kind.id,
            name=given["name"],
            org_id=org_id,
            area=given["area"],
            level=given.get("level") or (self.card.level if self.card else self.kind.levels[0]),
            address=given["address"],
            position=Position(latitude, longitude) if latitude is not None and longitude is not None else None,
            hours=tuple(lines),
            equipment=tuple(given.get("equipment", ())),
            partner=given.get("partner", ""),
            service_phone=given.get("service_phone", ""),
            batch=given.get("batch", ""),
            recommended_by_id=given.get("recommended_by") or None,
            household_id=household_id,
            details={
                name.removeprefix(DETAIL): given[name] for name in self._of_kind if given.get(name) not in (None, "")
            },
        )


def _unions(viewer: Viewer) -> list[Union]:
    """The viewer's own and those right below it."""
    below = [one for one in organizations.list_children(viewer.org_id) if one.is_active]
    return [organizations.get_union(viewer.org_id), *below]


def _areas(viewer: Viewer) -> list[tuple[str, str]]:
    """Towns of the viewer's county, or the counties of a city or province."""
    own = organizations.get_union(viewer.org_id).area
    short = areas.shorten(own)
    if len(short) < 6:
        return [(code, areas.full_name_of(code)) for code, _name, _city in areas.counties_of(own)]
    towns = [(code, name) for code, name in areas.towns_of(own) if len(short) == 6 or code == short[:9]]
    return towns or [(short[:6], areas.name_of(short[:6]))]


def told_of(card: PlaceCard) -> Mapping[str, Any]:
    """A place as the form shows it at first."""
    told: dict[str, Any] = {
        "name": card.name, "area": card.area, "address": card.address, "service_phone": card.service_phone, "partner": card.partner,
        "batch": card.batch, "equipment": list(card.equipment), "recommended_by": card.recommended_by_id or "",
    }  # fmt: skip
    if card.position is not None:
        told |= {"latitude": _plain(card.position.latitude), "longitude": _plain(card.position.longitude)}
    for line, hours in zip(LINES, card.hours, strict=False):
        told |= {
            f"days{line}": list(hours.days),
            f"opens{line}": _clock(hours.opens),
            f"closes{line}": _clock(hours.closes),
        }
    return told | {f"{DETAIL}{name}": value for name, value in card.details.items()}


def _plain(value: Decimal) -> str:
    return f"{value:f}".rstrip("0").rstrip(".")


def _clock(value: time) -> str:
    return f"{value:%H:%M}"
