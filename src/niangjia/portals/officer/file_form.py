"""The national form of a hardship file: what register and visit know already, and what the officer writes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import forms, known, queries
from niangjia.kernel.money import yuan
from niangjia.kernel.problems import Refusal
from niangjia.portals.design import words
from niangjia.portals.design.marks import mark
from niangjia.portals.design.pages import page
from niangjia.portals.design.people import household_names, record_seen
from niangjia.portals.design.refusals import status_of
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.design.staleness import require_fresh, watch
from niangjia.portals.officer import sheets

SECTIONS = (
    ("本人", "The worker", ("name", "sex", "id_number", "birth_date", "nation", "politics", "phone", "marriage", "health", "disability_kind", "model_worker_type", "worker_no", "is_single_parent")),
    ("住址与户籍", "Home and register", ("address", "postcode", "housing_kind", "floor_area_m2", "register_kind", "register_division")),
    ("工作", "Work", ("employer", "employer_kind", "employer_state", "trade", "job_start", "work_state", "insurance", "self_help_ability", "is_zero_employment")),
    ("家庭与收支", "Household and money", ("people", "members", "own_monthly_income", "other_household_income", "annual_total", "rigid_total", "per_capita")),
    ("困难与帮扶", "Hardship and help", ("hardship_class", "main_cause", "other_cause", *forms.COST_FACTS, "chosen_item")),
    ("发放与意见", "Payment and opinion", ("bank_name", "bank_account", "union_opinion", "authorisation_no", "attachments")),
)  # fmt: skip


@page("cases.verify", methods=("GET", "POST"))
def fill_file(request: PageRequest, case_id: int) -> HttpResponse:
    """The national form of a file. What is known stands there already; what is sealed is shown masked and typed only to change it."""
    viewer: Viewer = request.viewer
    now = timezone.now()
    watch(request, f"case:{case_id}")
    details = queries.get_details(viewer, case_id, now=now)
    record_seen(viewer, details.case.household_id, "file", now)
    visit = next((one for one in reversed(details.visits) if one.form), None)
    values: dict[str, Any] = dict(details.file.form) if details.file and details.file.form else _from_visit(visit)
    problems: tuple[tuple[str, str, str], ...] = ()
    more = request.POST.get("more", "")
    if request.method == "POST":
        values = sheets.read(forms.FILE_FORM, request.POST)
        if not more:
            try:
                require_fresh(request)
                given = {name: value for name, value in values.items() if value not in (None, "", [])}
                cases.fill_file(viewer=viewer, case_id=case_id, values=given, now=timezone.now())
            except forms.FormIncomplete as refusal:
                problems = refusal.problems
            except Refusal as refusal:
                if status_of(refusal) != 409:
                    raise
                request.refusal, problems = refusal, (("", refusal.zh, refusal.en),)
            else:
                messages.success(request, _("档案已保存，可核定档次。"))
                return redirect("officer:case", case_id)
    found = {cell.name: cell for cell in sheets.cells(forms.FILE_FORM, values, problems, more=more)}
    for name, one in known.shown(details.file).items() if details.file else ():
        cell = found[name]
        cell.hint, cell.field = _hint(name, one), replace(cell.field, is_required=False)
    placed = {name for _zh, _en, names in SECTIONS for name in names}
    rest = [cell for name, cell in found.items() if name not in placed]
    sections = [({"zh": zh, "en": en}, [found[name] for name in names if name in found]) for zh, en, names in SECTIONS]
    if rest:
        sections.append(({"zh": "其他", "en": "Other"}, rest))
    context = {
        "case": details.case,
        "sections": sections,
        "problem_count": len(problems),
        "home": household_names([details.case.household_id]).get(details.case.household_id),
    }
    return show(request, "officer/file.html", context, status=422 if problems else 200)


def _from_visit(visit: Any) -> dict[str, Any]:
    """What the visit already found, so that it is not typed twice."""
    form = visit.form if visit else {}
    values = {
        name: form[name] for name in ("people", "main_cause", "other_cause", "authorisation_no") if form.get(name)
    }
    if form.get("income_items"):
        total = forms.total(form["income_items"])
        values["annual_total"] = str(total)
        if form.get("people"):
            values["per_capita"] = str(yuan(total / 12 / int(form["people"])))
    if form:
        values["rigid_total"] = str(forms.total(form.get("rigid_items", [])))
    return values


def _hint(name: str, one: known.Known) -> str:
    """What is known of a sealed field, masked, and that it is left empty to keep it."""
    masked = mark("、").join(str(words.word("sex", each)[0]) if name == "sex" else each for each in one.masked)
    if name == "members":
        return _("已知的家人：%(names)s，不用再填。要改谁就写谁的姓名和要改的，要添谁就写谁。") % {"names": masked}
    if one.is_registered:
        return _("与登记一致：%(shown)s。要改才填。") % {"shown": masked} if masked else _("与登记一致。要改才填。")
    return _("已经填过：%(shown)s。要改才填。") % {"shown": masked} if masked else _("已经填过（加密保存）。要改才填。")
