"""Samples drawn with a seed: draw, look at each row, say what was found, take the sheet away, draw again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.inspections import actions, queries
from niangjia.apps.inspections.problems import NotFound
from niangjia.apps.inspections.types import Item, Result, SampleKind
from niangjia.kernel.months import Month
from niangjia.portals.cockpit.desk import shown
from niangjia.portals.design import words
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.officer.exporting import Column, Listing, export_of, word


class DrawForm(Form):
    kind = forms.ChoiceField(label=gettext_lazy("抽什么"), choices=words.choices("sample_kind"))
    month = forms.ChoiceField(label=gettext_lazy("月份"))
    size = forms.IntegerField(label=gettext_lazy("抽几件"), min_value=1, max_value=actions.MOST, initial=20)
    seed = forms.CharField(label=gettext_lazy("种子"), required=False, max_length=64, help_text=gettext_lazy("字母、数字或连字符；留空由系统生成"))  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = [(one, one) for one in shown.months()]  # type: ignore[attr-defined]


@page("audit.view")
def samples(request: PageRequest) -> HttpResponse:
    found = queries.list_samples(request.viewer)
    form = getattr(request, "form", None) or DrawForm(initial={"month": shown.month_of(request).text})
    names = accounts.names_of({one.drawn_by for one in found if one.drawn_by})
    context = {"samples": found, "names": names, "form": form, "tab": "samples"}
    return show(request, "auditing/samples.html", context, status=422 if form.errors else 200)


@page("audit.view", methods=("POST",), shown_on=samples)
def draw(request: PageRequest) -> HttpResponse:
    form = request.form = DrawForm(request.POST)
    if not form.is_valid():
        return samples.unguarded(request)
    asked = form.cleaned_data
    number = actions.draw_sample(
        viewer=request.viewer, kind=SampleKind(asked["kind"]), month=Month(asked["month"]), size=asked["size"], seed=asked["seed"],
        now=timezone.now(),
    )  # fmt: skip
    return redirect("auditing:sample", number)


@page("audit.view")
def sample(request: PageRequest, sample_id: int) -> HttpResponse:
    """The rows that were drawn, with what was found of each, and whether a draw of today would give the same."""
    viewer = request.viewer
    one = queries.get_sample(viewer, sample_id)
    again = queries.draw_again(viewer, one)
    actions.note_reading(viewer=viewer, page="sample", about=str(sample_id), now=timezone.now())
    items = again.items if again else one.items
    numbers = shown.numbers_in(item.ref for item in items)
    told = shown.told_of(viewer, (item.ref for item in items))
    context = {
        "one": one, "again": again, "rows": [(item, shown.thing(item.ref, numbers), told.get(item.ref)) for item in items], "results": words.choices("sample_result"),
        "names": accounts.names_of({item.judged_by for item in items if item.judged_by} | {one.drawn_by or 0}), "tab": "samples",
        "can_replay": one.kind is not SampleKind.SUPPRESSED, "left": len(items) - one.done,
    }  # fmt: skip
    return show(request, "auditing/sample.html", context)


@page("audit.view", methods=("POST",), shown_on=sample)
def judge(request: PageRequest, sample_id: int) -> HttpResponse:
    result = request.POST.get("result", "")
    if result not in {one.value for one in Result}:
        raise NotFound
    actions.judge(
        viewer=request.viewer, sample_id=sample_id, ref=request.POST.get("ref", ""), result=Result(result),
        remark=request.POST.get("remark", ""), now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("已记下。"))
    return redirect("auditing:sample", sample_id)


def _items(request: PageRequest, sample_id: int) -> list[tuple[int, Item, shown.Told, str]]:
    items = queries.get_sample(request.viewer, sample_id).items
    told = shown.told_of(request.viewer, (item.ref for item in items))
    numbers = shown.numbers_in(item.ref for item in items)
    things = [shown.thing(item.ref, numbers) for item in items]
    return [
        (place, item, told.get(item.ref, shown.NOTHING), f"{thing['label']} {thing['number']}")
        for place, (item, thing) in enumerate(zip(items, things, strict=True), start=1)
    ]


SAMPLE = Listing(
    "audit sample",
    gettext_lazy("审计抽样"),
    _items,
    lambda request: (
        Column(gettext_lazy("序号"), lambda line: line[0], 8),
        Column(gettext_lazy("哪一件"), lambda line: line[3], 24),
        Column(gettext_lazy("谁"), lambda line: line[2].name, 14),
        Column(gettext_lazy("工会"), lambda line: line[2].whose, 24),
        Column(gettext_lazy("金额（元）"), lambda line: line[2].amount, 12),
        Column(gettext_lazy("缘由"), lambda line: "；".join(line[2].why), 40),
        Column(gettext_lazy("抽中时的指纹"), lambda line: line[1].mark, 36),
        Column(gettext_lazy("审计结论"), lambda line: word("sample_result", line[1].result), 14),
        Column(gettext_lazy("说明"), lambda line: line[1].remark, 40),
        Column(gettext_lazy("记下"), lambda line: line[1].judged_at, 17),
    ),
)
export = export_of(SAMPLE, sample)
