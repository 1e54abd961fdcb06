"""The desk's forms. Days and hours are this deployment's; a session's times are made from a span and a length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings import queries
from niangjia.apps.bookings.queries.tours import TourCard
from niangjia.apps.bookings.types import Giving, OfferCard, OfferFacts, OfferState, SlotFacts
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.places import queries as places
from niangjia.portals.design import words
from niangjia.portals.design.forms import Form, Suggesting, day_input, money_input
from niangjia.portals.design.tags import say
from niangjia.portals.services.bookings.choosing import PlaceChoice

MOST_SESSIONS = 400


def moment_input() -> forms.DateTimeInput:
    return forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})


def hour_input() -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"type": "time"})


def groups() -> list[tuple[str, object]]:
    return words.choices("worker_group")


class OfferForm(Form):
    title = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("种类"))
    giving = forms.ChoiceField(label=gettext_lazy("名额怎样给"), choices=words.choices("giving"))
    opens_at = forms.DateTimeField(label=gettext_lazy("报名开始"), widget=moment_input())
    closes_at = forms.DateTimeField(label=gettext_lazy("报名截止"), widget=moment_input())
    most_companions = forms.IntegerField(label=gettext_lazy("每人最多带家属"), min_value=0, max_value=9, initial=0)
    program = forms.ChoiceField(
        label=gettext_lazy("按哪个项目"), required=False,
        help_text=gettext_lazy("几年一次、为哪些群体留多少名额，规则包写明的自动照办；没有项目的不填。阵地选了阶段性优惠的，只给批准了优惠的单位和个人。"),
    )  # fmt: skip
    every_years = forms.IntegerField(
        label=gettext_lazy("几年一次"), required=False, min_value=1, max_value=20,
        help_text=gettext_lazy("规则包没有写的才用这里的。"),
    )  # fmt: skip
    place = forms.CharField(
        label=gettext_lazy("地点"), required=False, max_length=120, widget=Suggesting(),
        help_text=gettext_lazy("填名称、地址的一部分或编号，本工会上下级和互认工会的在册公开场所都找得到；不在册的留空，在场次里写明。"),
    )  # fmt: skip
    campaign = forms.ChoiceField(label=gettext_lazy("属于哪个服务季"), required=False)
    teacher = forms.ChoiceField(label=gettext_lazy("讲师"), required=False)
    unit_cost = forms.DecimalField(
        label=gettext_lazy("每人成本（元）"), required=False, min_value=0, max_digits=10, decimal_places=2, widget=money_input()
    )  # fmt: skip
    least_percent = forms.IntegerField(
        label=gettext_lazy("到课满百分之几发证明"), min_value=1, max_value=100, required=False,
        help_text=gettext_lazy("几讲的课程填；不填就是来过就发"),
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, viewer: Viewer, programs: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        none = [("", "—")]
        kinds = queries.kinds().values()
        self._choose("kind", [(one.id, say(dict(one.title))) for one in kinds])
        self._choose("program", [*none, *programs])
        self.places = PlaceChoice(viewer.org_id)
        self.fields["place"].widget.suggested = self.places.suggested()  # type: ignore[attr-defined]
        self._choose("campaign", campaign_choices(viewer))
        teachers = queries.list_teachers(viewer, only_active=True)[:200]
        self._choose("teacher", [*none, *((str(one.pk), f"{one.name} {one.honour}".strip()) for one in teachers)])

    def to_change(self, card: OfferCard) -> None:
        """Of what is published only that may be typed by which nobody booked."""
        if card.program and card.program not in dict(self.fields["program"].choices):  # type: ignore[attr-defined]
            self.fields["program"].choices += [(card.program, card.program)]  # type: ignore[attr-defined]
        if card.state is not OfferState.DRAFT:
            for name in set(self.fields) - {"title", "note", "teacher", "campaign", "closes_at"}:
                del self.fields[name]

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_place(self) -> int | None:
        return self.places.meant(self.cleaned_data["place"])

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("opens_at") and told.get("closes_at") and told["opens_at"] >= told["closes_at"]:
            self.add_error("closes_at", _("截止须晚于开始。"))
        return told

    def changed(self, card: OfferCard) -> OfferFacts:
        """What the offer says after this form, of the fields that it has; whose it is stays."""
        told = self.cleaned_data
        if "kind" in self.fields:
            opens_at, closes_at = _kept(card.opens_at, told["opens_at"]), _kept(card.closes_at, told["closes_at"])
            return replace(self.facts(), org_id=card.org_id, area=card.area, opens_at=opens_at, closes_at=closes_at)
        return replace(
            card.facts(), title=told["title"], note=told["note"], closes_at=_kept(card.closes_at, told["closes_at"]), teacher_id=id_of(told["teacher"]),
            campaign_id=id_of(told["campaign"]),
        )  # fmt: skip

    def facts(self) -> OfferFacts:
        told = self.cleaned_data
        union = organizations.get_union(self.viewer.org_id)
        kind = queries.kind_of(told["kind"])
        return OfferFacts(
            title=told["title"], kind=kind.id, org_id=union.id, area=union.area, giving=Giving(told["giving"]), opens_at=told["opens_at"],
            closes_at=told["closes_at"], program=told["program"] or ("" if kind.grant else kind.program), place_id=told["place"], most_companions=told["most_companions"],
            every_years=told["every_years"], note=told["note"], campaign_id=id_of(told["campaign"]), teacher_id=id_of(told["teacher"]),
            unit_cost=told["unit_cost"], least_share=Decimal(told["least_percent"]) / 100 if told["least_percent"] else None,
        )  # fmt: skip


def _kept(was: datetime, told: datetime) -> datetime:
    """What is typed has no seconds: the same minute is no change."""
    return was if was.replace(second=0, microsecond=0) == told else told


def said_by(card: OfferCard, place: str) -> dict[str, Any]:
    """An offer as its form has it; `place`: as it is written there."""
    return {
        "title": card.title, "kind": card.kind, "giving": card.giving.value, "opens_at": card.opens_at, "closes_at": card.closes_at,
        "most_companions": card.most_companions, "program": card.program, "every_years": card.every_years, "place": place,
        "campaign": card.campaign_id or "", "teacher": card.teacher_id or "", "unit_cost": card.unit_cost,
        "least_percent": round(card.least_share * 100) if card.least_share else None, "note": card.note,
    }  # fmt: skip


def campaign_choices(viewer: Viewer) -> list[tuple[str, str]]:
    return [("", "—"), *((str(one.pk), one.title) for one in queries.list_campaigns(viewer)[:50])]


def id_of(text: str) -> int | None:
    return int(text) if text else None


class SessionsForm(Form):
    """One span of a day, in one piece or in turns of so many minutes; on several days alike."""

    first_day = forms.DateField(label=gettext_lazy("日期"), widget=day_input())
    last_day = forms.DateField(
        label=gettext_lazy("到哪一天"), required=False, widget=day_input(), help_text=gettext_lazy("不填就只有一天")
    )
    starts = forms.TimeField(label=gettext_lazy("从几点"), widget=hour_input())
    ends = forms.TimeField(label=gettext_lazy("到几点"), widget=hour_input())
    minutes = forms.IntegerField(
        label=gettext_lazy("每场几分钟"), required=False, min_value=5, max_value=1440,
        help_text=gettext_lazy("不填就是一整场"),
    )  # fmt: skip
    seats = forms.IntegerField(label=gettext_lazy("每场名额"), min_value=1, max_value=100_000)
    label = forms.CharField(label=gettext_lazy("场地或班次"), max_length=40, required=False)
    is_one = forms.BooleanField(label=gettext_lazy("几天连续，算一场"), required=False)
    is_course = forms.BooleanField(
        label=gettext_lazy("一门课，每天一讲"),
        required=False,
        help_text=gettext_lazy("一次报名占一个名额，每讲各自签到"),
    )
    days_apart = forms.IntegerField(label=gettext_lazy("隔几天一讲"), required=False, min_value=1, max_value=31, help_text=gettext_lazy("不填就是天天上；每周一讲填 7"))  # fmt: skip

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        first, last = told.get("first_day"), told.get("last_day") or told.get("first_day")
        if first and last and not 0 <= (last - first).days <= 120:
            self.add_error("last_day", _("请填首日之后四个月以内的日子。"))
        alone = first == last or not told.get("is_one") or told.get("is_course")
        if told.get("starts") and told.get("ends") and alone and told["starts"] >= told["ends"]:
            self.add_error("ends", _("结束须晚于开始。"))
        if not self.errors and not 0 < len(self.slots(told)) <= MOST_SESSIONS:
            self.add_error("minutes", _("这样没有场次，或超过 %(most)s 场。请改时长或日期。") % {"most": MOST_SESSIONS})
        return told

    def slots(self, told: dict[str, Any] | None = None) -> list[SlotFacts]:
        told = told or self.cleaned_data
        first, last = told["first_day"], told.get("last_day") or told["first_day"]
        seats, label = told["seats"], told.get("label", "").strip()
        if told.get("is_course"):
            count = (last - first).days // (told.get("days_apart") or 1) + 1
            days = [first + timedelta(days=number * (told.get("days_apart") or 1)) for number in range(count)]
            lessons = tuple((_at(day, told["starts"]), _at(day, told["ends"])) for day in days)
            return [SlotFacts(lessons[0][0], lessons[-1][1], seats, label, lessons)]
        if told.get("is_one"):
            return [SlotFacts(_at(first, told["starts"]), _at(last, told["ends"]), seats, label)]
        found: list[SlotFacts] = []
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            begins, until = _at(day, told["starts"]), _at(day, told["ends"])
            each = timedelta(minutes=told["minutes"]) if told.get("minutes") else until - begins
            while begins + each <= until and len(found) <= MOST_SESSIONS:
                found.append(SlotFacts(begins, begins + each, seats, label))
                begins += each
        return found


def _at(day: date, hour: Any) -> datetime:
    return datetime.combine(day, hour, tzinfo=timezone.get_current_timezone())


class QuotaForm(Form):
    union = forms.CharField(
        label=gettext_lazy("工会编号"), max_length=40, required=False, help_text=gettext_lazy("这个工会及下级的职工")
    )
    group = forms.ChoiceField(label=gettext_lazy("群体"), required=False)
    seats = forms.IntegerField(label=gettext_lazy("名额"), min_value=0, max_value=100_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["group"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *groups()]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not told.get("union") and not told.get("group") and not self.errors:
            self.add_error("union", _("请填工会，或选群体。"))
        if told.get("union") and (found := organizations.find_union_by_code(told["union"].strip())) is None:
            self.add_error("union", _("没有这个编号的工会。"))
        elif told.get("union"):
            told["org_id"] = found.id  # type: ignore[union-attr]
        return told


class CampaignForm(Form):
    title = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    starts_on = forms.DateField(label=gettext_lazy("首日"), widget=day_input())
    ends_on = forms.DateField(label=gettext_lazy("末日"), widget=day_input())
    partners = forms.CharField(label=gettext_lazy("合作单位与资源"), max_length=300, required=False)
    note = forms.CharField(label=gettext_lazy("说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("starts_on") and told.get("ends_on") and told["starts_on"] > told["ends_on"]:
            self.add_error("ends_on", _("末日须在首日之后。"))
        return told


class TeacherForm(Form):
    name = forms.CharField(
        label=gettext_lazy("姓名"), max_length=40, help_text=gettext_lazy("会公开：请先征得本人同意")
    )
    honour = forms.CharField(label=gettext_lazy("荣誉或职称"), max_length=80, required=False)
    field = forms.CharField(label=gettext_lazy("专长"), max_length=40, required=False)
    place = forms.ChoiceField(label=gettext_lazy("创新工作室"), required=False)
    studio = forms.CharField(label=gettext_lazy("工作室不在册的，写名称"), max_length=80, required=False)

    def __init__(self, *given: Any, viewer: Viewer, **told: Any) -> None:
        super().__init__(*given, **told)
        rows = places.list_teaching(viewer)[:200]
        self.fields["place"].choices = [("", _("没有")), *((str(one.pk), one.name) for one in rows)]  # type: ignore[attr-defined]


class TourForm(Form):
    title = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    first_day = forms.DateField(label=gettext_lazy("从哪天"), widget=day_input())
    last_day = forms.DateField(label=gettext_lazy("到哪天"), widget=day_input(), help_text=gettext_lazy("只排工作日"))
    leaves = forms.TimeField(label=gettext_lazy("出车"), widget=hour_input(), initial="08:00")
    returns = forms.TimeField(label=gettext_lazy("收车"), widget=hour_input(), initial="17:00")
    buses = forms.IntegerField(label=gettext_lazy("几辆车"), min_value=1, max_value=20, initial=1)
    lanes = forms.IntegerField(label=gettext_lazy("同时检查几人"), min_value=1, max_value=50, initial=4)
    minutes_each = forms.IntegerField(label=gettext_lazy("每人几分钟"), min_value=5, max_value=240, initial=30)
    kmh = forms.IntegerField(label=gettext_lazy("平均时速（公里）"), min_value=5, max_value=120, initial=35)
    latitude = forms.DecimalField(label=gettext_lazy("出发地纬度"), min_value=-90, max_value=90, max_digits=9, decimal_places=6)  # fmt: skip
    longitude = forms.DecimalField(label=gettext_lazy("出发地经度"), min_value=-180, max_value=180, max_digits=9, decimal_places=6)  # fmt: skip

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        first, last = told.get("first_day"), told.get("last_day")
        if first and last and not 0 <= (last - first).days <= 60:
            self.add_error("last_day", _("请填首日之后两个月以内的日子。"))
        if told.get("leaves") and told.get("returns") and told["leaves"] >= told["returns"]:
            self.add_error("returns", _("结束须晚于开始。"))
        return told


def said_by_tour(card: TourCard) -> dict[str, Any]:
    """A bus plan as its form has it."""
    tour = card.tour
    same = ("title", "leaves", "returns", "buses", "lanes", "minutes_each", "kmh")
    return {name: getattr(tour, name) for name in same} | {
        "first_day": tour.days[0], "last_day": tour.days[-1], "latitude": degrees(tour.latitude), "longitude": degrees(tour.longitude),
    }  # fmt: skip


class SiteForm(Form):
    """A place of the register brings its own name and position; without one both are typed. `places`: what may be chosen, id and words."""

    place = forms.ChoiceField(label=gettext_lazy("登记的场所"), required=False, help_text=gettext_lazy("选了就用它的名称和位置"))  # fmt: skip
    name = forms.CharField(label=gettext_lazy("站点"), max_length=40, required=False, help_text=gettext_lazy("不在登记里的，填名称和经纬度"))  # fmt: skip
    people = forms.IntegerField(label=gettext_lazy("想来的人数"), min_value=1, max_value=10_000)
    latitude = forms.DecimalField(label=gettext_lazy("纬度"), min_value=-90, max_value=90, max_digits=9, decimal_places=6, required=False)  # fmt: skip
    longitude = forms.DecimalField(label=gettext_lazy("经度"), min_value=-180, max_value=180, max_digits=9, decimal_places=6, required=False)  # fmt: skip
    opens = forms.TimeField(label=gettext_lazy("可以停从"), required=False, widget=hour_input())
    closes = forms.TimeField(label=gettext_lazy("到"), required=False, widget=hour_input())

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [("", "—"), *places]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if "place" not in self.errors and not told.get("place"):
            for name in ("name", "latitude", "longitude"):
                if name not in self.errors and told.get(name) in (None, ""):
                    self.add_error(name, _("请填写“%(label)s”。") % {"label": self.fields[name].label})
        return told


class PublishForm(Form):
    opens_at = forms.DateTimeField(label=gettext_lazy("报名开始"), widget=moment_input())
    closes_at = forms.DateTimeField(label=gettext_lazy("报名截止"), widget=moment_input())
    program = forms.ChoiceField(label=gettext_lazy("按哪个项目"), required=False)
    campaign = forms.ChoiceField(label=gettext_lazy("属于哪个服务季"), required=False)
    is_sure = forms.BooleanField(label=gettext_lazy("照现在的安排发布"), required=False)

    def __init__(self, *args: Any, viewer: Viewer, programs: Iterable[tuple[str, str]], unfinished: str, **kwargs: Any) -> None:  # fmt: skip
        """`unfinished`: what publishing would leave undone, to be ticked; empty = nothing, and nothing is asked."""
        super().__init__(*args, **kwargs)
        self.fields["program"].choices = [("", "—"), *programs]  # type: ignore[attr-defined]
        self.fields["campaign"].choices = campaign_choices(viewer)  # type: ignore[attr-defined]
        self.unfinished = unfinished
        if unfinished:
            self.fields["is_sure"].help_text = unfinished
        else:
            del self.fields["is_sure"]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("opens_at") and told.get("closes_at") and told["opens_at"] >= told["closes_at"]:
            self.add_error("closes_at", _("截止须晚于开始。"))
        if self.unfinished and not told.get("is_sure"):
            self.add_error(
                "is_sure", _("%(unfinished)s请先排好；就这样发布的，请打勾。") % {"unfinished": self.unfinished}
            )
        return told


class TalkForm(Form):
    team = forms.CharField(label=gettext_lazy("班组"), max_length=40)
    topic = forms.ChoiceField(label=gettext_lazy("主题"))
    speaker = forms.ChoiceField(label=gettext_lazy("谁讲的"), choices=words.choices("speaker"))
    held_at = forms.DateTimeField(label=gettext_lazy("什么时候"), widget=moment_input())
    minutes = forms.IntegerField(label=gettext_lazy("几分钟"), min_value=1, max_value=120, initial=10)
    heads = forms.IntegerField(label=gettext_lazy("多少人"), min_value=1, max_value=10_000)


class TopicForm(Form):
    title = forms.CharField(label=gettext_lazy("主题"), max_length=80)
    field = forms.ChoiceField(label=gettext_lazy("类别"), choices=words.choices("topic_field"))
    text = forms.CharField(label=gettext_lazy("要点"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 5}))  # fmt: skip


def micro(degrees: Decimal) -> int:
    return int(degrees * 1_000_000)


def degrees(micro: int) -> Decimal:
    return Decimal(micro) / 1_000_000
