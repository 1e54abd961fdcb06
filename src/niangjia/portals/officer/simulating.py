"""A changed programme tried out over the lake, and who is entitled and never had it: questions asked, answers shown. Nothing live changes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import areas
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs.types import PackCard
from niangjia.engines.policy import PackError
from niangjia.engines.policy.parameters import area_prefix
from niangjia.engines.simulation import ProgramResult, Shown, hide_small
from niangjia.jobs import export_list, export_rows, simulate
from niangjia.jobs import takeup as takeup_job
from niangjia.kernel import working
from niangjia.kernel.money import show_yuan
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import deployment, show
from niangjia.portals.design.tags import fact_word, month_name, parameter_word

LONGEST = 12
RECENT = 30


class NoSuchProgram(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有这个项目，或在您的辖区没有启用。",
            "There is no such programme, or it is not in force in your division.",
        )


# — asking —


@page("programs.manage")
def simulations(request: PageRequest) -> HttpResponse:
    """What was simulated, and the form for another: first the programme, then its values."""
    viewer: Viewer = request.viewer
    asked = request.POST if request.method == "POST" else request.GET
    months = simulate.months_with_people(deployment())
    month = _month(asked.get("month", ""), months)
    cards = _cards(viewer, month)
    card = next((one for one in cards if str(one.id) == asked.get("program", "")), None)
    context: dict[str, Any] = {
        "months": months,
        "month": month,
        "how_many": whole(asked.get("months", ""), 1),
        "most_months": range(1, LONGEST + 1),
        "cards": cards,
        "card": card,
        "supposes": asked.get("supposes", "1" if request.method == "GET" else "") == "1",
        "found": [(one, _titles(one)) for one in simulate.list_simulations(deployment(), viewer)[:RECENT]],
    }
    if card is not None and month is not None:
        in_force = simulate.parameters_in_force(card, month.last_day)
        context["values"] = [(one, asked.get(f"value-{one.name}", "")) for one in in_force]
        context["text"] = asked.get("text") or simulate.text_in_force(card, month.last_day)
    return show(request, "officer/simulations.html", context)


@page("programs.manage", methods=("POST",), shown_on=simulations)
def start_simulation(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    month = _month(request.POST.get("month", ""), simulate.months_with_people(deployment()))
    card = next((one for one in _cards(viewer, month) if str(one.id) == request.POST.get("program", "")), None)
    if card is None or month is None:
        raise NoSuchProgram
    question = simulate.of_changes(
        deployment(),
        viewer,
        card=card,
        month=month,
        months=min(max(whole(request.POST.get("months", ""), 1), 1), LONGEST),
        values={name[6:]: str(value) for name, value in request.POST.items() if name.startswith("value-")},
        text=_changed_text(request.POST.get("text", ""), card, month),
        supposes=request.POST.get("supposes", "") == "1",
        now=timezone.now(),
    )
    return redirect("officer:simulation", simulate.start_simulation(deployment(), question))


@page("programs.manage")
def simulation(request: PageRequest, simulation_id: str) -> HttpResponse:
    found = simulate.get_simulation(deployment(), request.viewer, simulation_id)
    context: dict[str, Any] = {
        "found": found,
        "titles": _titles(found),
    }
    if found.result is not None:
        context |= {"result": found.result, "shown": [_Tables.of(one) for one in found.result.programs]}
    return show(request, "officer/simulation.html", context)


@page("programs.manage", methods=("POST",), shown_on=simulations)
def stop_simulation(request: PageRequest, simulation_id: str) -> HttpResponse:
    simulate.stop(deployment(), request.viewer, simulation_id)
    return redirect("officer:simulation", simulation_id)


@page("programs.manage", methods=("POST",), shown_on=simulations)
def restart_simulation(request: PageRequest, simulation_id: str) -> HttpResponse:
    simulate.restart(deployment(), request.viewer, simulation_id)
    return redirect("officer:simulation", simulation_id)


def _titles(one: simulate.Simulation) -> dict[str, str]:
    """Of the parameters that were tried with another value; one whose text this version no longer reads keeps its name."""
    found: dict[str, str] = {}
    for side in (pair.after for pair in one.request.pairs if pair.after and pair.after.changes):
        with suppress(PackError):
            parameters = side.pack().parameters
            found |= {name: parameter_word(parameters[name]) for name in side.changes if name in parameters}
    return found


def _month(text: str, months: list[Month]) -> Month | None:
    return next((one for one in months if str(one) == text), months[0] if months else None)


def _cards(viewer: Viewer, month: Month | None) -> list[PackCard]:
    """Programmes that decide, in force in some part of the viewer's division."""
    if month is None:
        return []
    area = area_prefix(organizations.get_union(viewer.org_id).area)
    return simulate.cards_in_force(area, month, viewer)


def _changed_text(text: str, card: PackCard, month: Month) -> str:
    """What was typed, or nothing if it is the text in force: a browser sends other line ends."""
    text = text.replace("\r\n", "\n")
    return "" if text.strip() == simulate.text_in_force(card, month.last_day).strip() else text


# — showing —


@dataclass(frozen=True)
class Figure:
    """One cell: what is read, and the number a chart may draw. Hidden ones have neither."""

    text: str
    value: str = ""
    is_hidden: bool = False


@dataclass(frozen=True)
class Column:
    """`series`: how a chart draws it (before, after, more, less); empty = it does not."""

    label: str
    series: str = ""


@dataclass(frozen=True)
class Table:
    """`rows`: head cell, figures each with its column's label, and whether it is the total."""

    id: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[tuple[str, Figure], ...], bool], ...]


@dataclass(frozen=True)
class _Tables:
    """One programme's result as its page shows it: every figure hidden that is about too few."""

    program: ProgramResult
    whole: Mapping[str, Figure]
    told_share: str
    costs: Table
    covered: Table
    by_month: Table
    spreads: tuple[tuple[str, str, int, tuple[Figure, ...] | None], ...]
    gaps: tuple[tuple[str, Figure, Figure, bool], ...]
    lacking: tuple[tuple[str, Figure], ...]
    is_any_hidden: bool

    @classmethod
    def of(cls, program: ProgramResult) -> _Tables:
        shown = hide_small(program)
        costs = (
            ("before_yuan", Column(_("改前费用（元）"), "before")),
            ("after_yuan", Column(_("改后费用（元）"), "after")),
            ("most_yuan", Column(_("改后至多（元）"))),
        )
        covered = (
            ("before_granted", Column(_("改前给予"), "before")),
            ("after_granted", Column(_("改后给予"), "after")),
            ("newly_in", Column(_("新进"), "more")),
            ("newly_out", Column(_("退出"), "less")),
            ("after_untold", Column(_("不能判定"))),
        )
        return cls(
            program=program,
            whole={name: _figure(name, shown.whole[name]) for name in shown.whole.figures},
            told_share=_share(shown.whole),
            costs=_table(f"costs-{program.program}", costs, shown.counties, shown.whole, _county),
            covered=_table(f"covered-{program.program}", covered, shown.counties, shown.whole, _county),
            by_month=_table(f"months-{program.program}", (*_undrawn(covered[:4]), *costs[:2]), shown.months, None, month_name),
            spreads=tuple(
                (month, word, 0 if spread is None else spread.rows, None if spread is None else tuple(Figure(show_yuan(one)) for one in spread.yuan))
                for word, side in ((_("得益"), shown.gain), (_("受损"), shown.loss))
                for month, spread in side
                if spread is None or spread.rows
            ),
            gaps=tuple((fact_word(gap.fact), _count(rows), _count(alone), gap.is_told) for gap, rows, alone in shown.gaps),
            lacking=tuple((name, _count(rows)) for name, rows in shown.lacking),
            is_any_hidden=shown.is_any_hidden,
        )  # fmt: skip


def _table(
    name: str, columns: tuple[tuple[str, Column], ...], rows: Iterable[Shown], total: Shown | None, head: Any
) -> Table:
    def figures(row: Shown) -> tuple[tuple[str, Figure], ...]:
        return tuple((column.label, _figure(figure, row[figure])) for figure, column in columns)

    lines = [(head(row.name), figures(row), False) for row in rows]
    if total is not None and len(lines) > 1:
        lines.append((_("合计"), figures(total), True))
    return Table(name, tuple(column for _figure_name, column in columns), tuple(lines))


def _undrawn(columns: Iterable[tuple[str, Column]]) -> tuple[tuple[str, Column], ...]:
    """Counts beside yuan: one chart draws one of them."""
    return tuple((figure, Column(column.label)) for figure, column in columns)


def _county(code: str) -> str:
    return areas.name_of(code) if code else "—"


def _figure(name: str, value: int | Decimal | None) -> Figure:
    if value is None and name == "most_yuan":
        return Figure("—")
    if value is None:
        return Figure("＊", is_hidden=True)
    return Figure(show_yuan(value) if isinstance(value, Decimal) else f"{value:,}", str(value))


def _count(value: int | None) -> Figure:
    return _figure("", value)


def _share(whole: Shown) -> str:
    told, rows = whole["told"], whole["rows"]
    return "＊" if told is None or rows is None else f"{int(told) * 100 // int(rows)}%" if rows else "—"


# — who is entitled and never had it —


@page("alerts.view")
def takeup(request: PageRequest) -> HttpResponse:
    viewer: Viewer = request.viewer
    asked = request.POST if request.method == "POST" else request.GET
    months = simulate.months_with_people(deployment())
    month = _month(asked.get("month", ""), months)
    folder = takeup_job.find(deployment(), month) if month else None
    standing = working.standing(folder) if folder else None
    program = asked.get("program", "")
    context: dict[str, Any] = {
        "months": months,
        "month": month,
        "standing": standing,
        "program": program,
        "can_start": permissions.may(viewer, "programs.manage"),
        "can_open": permissions.may(viewer, "registry.reveal"),
        "reason": asked.get("reason", ""),
    }
    if folder is not None and month is not None and standing is not None and standing.state == "done":
        ask: dict[str, Any] = {"viewer": viewer, "now": timezone.now()}
        counts = takeup_job.count(deployment(), folder, month, with_had=False, **ask)
        context["counts"] = sorted(counts, key=lambda one: (bool(one.refused), -one.entitled, -one.maybe, one.program))
        if program:
            chosen = takeup_job.count(deployment(), folder, month, program=program, **ask)
            context["chosen"] = next(iter(chosen), None)
    return show(request, "officer/takeup.html", context)


@page("programs.manage", methods=("POST",), shown_on=takeup)
def start_takeup(request: PageRequest) -> HttpResponse:
    month = _month(request.POST.get("month", ""), simulate.months_with_people(deployment()))
    if month is None:
        raise takeup_job.NothingInstalled(Month.of(timezone.localdate()))
    takeup_job.start(deployment(), request.viewer, month)
    return redirect(f"{reverse('officer:takeup')}?month={month}")


@page("alerts.view", methods=("POST",), shown_on=takeup)
def export_takeup(request: PageRequest) -> HttpResponse:
    """The list leaves as a file: for a purpose, and on record."""
    month = _month(request.POST.get("month", ""), simulate.months_with_people(deployment()))
    folder = takeup_job.find(deployment(), month) if month else None
    if month is None or folder is None:
        raise takeup_job.NotWorkedOut(month or Month.of(timezone.localdate()))
    reason = export_rows.require_purpose(request.POST.get("reason", ""))
    rows = takeup_job.rows(
        deployment(),
        folder,
        month,
        program=request.POST.get("program", ""),
        maybe=request.POST.get("maybe", "") == "1",
        members=request.POST.get("members", "") == "1",
        reason=reason,
        viewer=request.viewer,
        now=timezone.now(),
    )
    written = io.StringIO()
    export_list.write_csv(rows, written)
    response = HttpResponse("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="takeup-{month}.csv"'
    return response
