"""The calendar of working days by year: to see, and to change by a notice, after a look at which clocks move."""

from __future__ import annotations

import calendar as months
from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.audit import queries as audit
from niangjia.apps.organizations import calendar
from niangjia.jobs import change_calendar
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show

SHOWN = 50


class NoticeForm(Form):
    text = forms.CharField(
        label=gettext_lazy("通知里的日子"), max_length=20000, widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=gettext_lazy("一行一条：2027-02-06 至 2027-02-13 休；2027-02-14 班。新的一年写上元旦，这一年就算已知。"),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("通知文号"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


@page("organizations.manage", methods=("GET", "POST"))
def working_days(request: PageRequest) -> HttpResponse:
    """One year; a notice that was sent is looked at first, and done when it was seen."""
    today = timezone.localdate()
    year = whole(request.GET.get("year", ""), today.year)
    year = year if 2004 <= year <= today.year + 5 else today.year
    form, outlook, status = NoticeForm(request.POST or None), None, 200
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            if mark := request.POST.get("mark"):
                count = change_calendar.carry_out(
                    request.viewer, asked["text"], reason=asked["reason"], mark=mark, now=timezone.now()
                )
                messages.success(
                    request, _("已更改 %(count)s 天，在办工单的期限已按新日历顺延或提前。") % {"count": count}
                )
                return redirect(f"{reverse('officer:working_days')}?year={year}")
            outlook = change_calendar.look(request.viewer, asked["text"], now=timezone.now())
        except change_calendar.ChangedMeanwhile as refusal:
            request.refusal, status = refusal, 409
            outlook = change_calendar.look(request.viewer, asked["text"], now=timezone.now())
        except (change_calendar.LineUnread, change_calendar.DayTwice, change_calendar.NothingToChange) as refusal:
            form.add_error("text", _said(request, refusal))
            form.mark_errors()
    may_change = change_calendar.may_change(request.viewer)
    happened = audit.list_about(f"calendar:{year}", actions=("organizations.set_work_days",), most=20)
    known = calendar.load()
    context = {
        "year": year,
        "years": range(today.year - 1, today.year + 3),
        "months": _months(year, known, calendar.notes_of(year), today),
        "is_known": known.is_known(year),
        "unknown": [one for one in (today.year, today.year + 1) if not known.is_known(one)],
        "working_count": sum(
            known.is_working_day(date.fromordinal(one))
            for one in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())
        ),
        "weekdays": [_("一"), _("二"), _("三"), _("四"), _("五"), _("六"), _("日")],
        "form": form,
        "outlook": outlook,
        "shown": SHOWN,
        "may_change": may_change,
        "who_changes": "" if may_change else change_calendar.who_changes(request.viewer),
        "happened": happened,
        "names": accounts.names_of({event.account_id for event in happened if event.account_id}),
    }
    return show(request, "officer/working_days.html", context, status=422 if form.errors else status)


def _said(request: PageRequest, refusal: Refusal) -> str:
    return refusal.zh if (request.LANGUAGE_CODE or "zh").startswith("zh") else refusal.en


def _months(year: int, known: calendar.WorkCalendar, notes: dict[date, str], today: date) -> list[dict[str, object]]:
    """Twelve months of weeks of days; each day works or not, and is plain or set apart from its weekday."""
    weeks = months.Calendar(firstweekday=0)
    return [
        {
            "first": date(year, month, 1),
            "weeks": [
                [
                    {
                        "day": day,
                        "is_other": day.month != month,
                        "works": known.is_working_day(day),
                        "is_special": known.is_working_day(day) != (day.weekday() < 5),
                        "note": notes.get(day, ""),
                        "is_today": day == today,
                    }
                    for day in week
                ]
                for week in weeks.monthdatescalendar(year, month)
            ],
        }
        for month in range(1, 13)
    ]
