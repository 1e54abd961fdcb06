"""Reads of the monthly list. A list still coming in is seen by nobody; one not yet released, by those who may release it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Case, Count, Exists, IntegerField, Min, OuterRef, Q, QuerySet, Value, When

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.alerts import comparing, counted, wording
from niangjia.apps.alerts.models import CorrectedAlert, HardshipAlert, SampledAlert, SensingRun
from niangjia.apps.alerts.rehoming import count_standing_rows, is_list_coming_in, standing_month
from niangjia.apps.alerts.types import (
    ACTIVE_STATES,
    AlertCard,
    AlertFilter,
    AlertGrade,
    AlertState,
    Breach,
    Changed,
    DiffCounts,
    Difference,
    ListInvariant,
    Moment,
    RunCard,
    RunKind,
    RunState,
    SampleProgress,
    Sentence,
    Shape,
    TakenIn,
    Tally,
)
from niangjia.apps.organizations import scope
from niangjia.kernel import looking
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal

FIGURES = ("I2", "I3", "I4", "I5", "M4", "M5", "size", "students", "dis_grade", "months_uninsured")

_GRADE_RANK = Case(
    *[When(grade=grade, then=Value(rank)) for rank, grade in enumerate(AlertGrade.values)],
    default=Value(9),
    output_field=IntegerField(),
)

__all__ = ["count_standing_rows", "is_list_coming_in", "standing_month"]
listings_to_count = counted.listings


class NotFound(Refusal):
    """Also for what exists outside the viewer's part of the tree: a refusal must not tell that it exists."""

    def __init__(self) -> None:
        super().__init__(
            "没有找到这条预警，或不在您的管辖范围内。", "There is no such alert in your part of the union tree."
        )


class NoListYet(Refusal):
    def __init__(self, month: Month) -> None:
        super().__init__(
            f"{month} 的名单还没有生成。请先导入该月数据并运行感知。",
            f"There is no list of {month} yet. Land that month's feeds and run sensing first.",
        )


def _readable(viewer: Viewer) -> list[RunState]:
    permissions.require(viewer, "alerts.view")
    return [RunState.RELEASED, RunState.RECEIVED] if permissions.may(viewer, "alerts.release") else [RunState.RELEASED]


def _runs(viewer: Viewer) -> QuerySet[SensingRun]:
    return SensingRun.objects.filter(state__in=_readable(viewer))


def _visible(viewer: Viewer, month: Month | None = None) -> QuerySet[HardshipAlert]:
    runs = _runs(viewer).filter(kind=RunKind.MONTHLY)
    if month is not None:
        runs = runs.filter(month=month.text)  # its rows alone are looked at
    return scope.within(HardshipAlert.objects.filter(run__in=runs), viewer.org_path, "org__path")


def split(codes: str) -> tuple[str, ...]:
    """Codes of a stored list: ``|因学|因病|`` → two."""
    return tuple(code for code in codes.split("|") if code)


def list_months(viewer: Viewer) -> list[Month]:
    """Months with a list that the viewer may see, latest first."""
    return [run.month for run in _monthly(viewer)]


@looking.once
def months_worked(today: date) -> tuple[str, ...]:
    """Every month from the first that was sensed to this one, latest first; of this one alone where none was. Nothing is counted for it."""
    first = SensingRun.objects.filter(kind=RunKind.MONTHLY).aggregate(first=Min("month"))["first"]
    now = Month.of(today).index
    return tuple(
        Month.from_index(index).text for index in range(now, min(Month(first).index if first else now, now) - 1, -1)
    )


@looking.once
def _monthly(viewer: Viewer) -> tuple[RunCard, ...]:
    found = _runs(viewer).filter(kind=RunKind.MONTHLY).order_by("-month")
    return tuple(run_card(run) for run in found.defer("says"))


def list_runs(viewer: Viewer) -> list[RunCard]:
    """Every list and correction, latest month first."""
    return [run_card(run) for run in _runs(viewer).order_by("-month", "kind", "id")]


def get_run(viewer: Viewer, month: Month) -> RunCard:
    """The month's list. Raises NoListYet."""
    run = next((run for run in _monthly(viewer) if run.month == month), None)
    if run is None:
        raise NoListYet(month)
    return run


def list_alerts(viewer: Viewer, narrow: AlertFilter) -> QuerySet[HardshipAlert]:
    """
    Alerts of the viewer's part of the tree, gravest first, for reading by pages; the union and the run come along.

    `narrow.text` finds a person's household by ID number or phone, or an alert by its id.
    """
    found = _visible(viewer, narrow.month).select_related("org", "household", "run")
    if narrow.area:
        found = found.filter(area__startswith=narrow.area.rstrip("0") if len(narrow.area) == 12 else narrow.area)
    if narrow.cause:
        found = found.filter(causes__contains=f"|{narrow.cause}|")
    if narrow.grade:
        found = found.filter(grade=narrow.grade)
    if narrow.state:
        found = found.filter(state=narrow.state)
    if narrow.active_only:
        found = found.filter(state__in=ACTIVE_STATES)
    if narrow.suppressed is not None:
        found = found.exclude(suppress_code="") if narrow.suppressed else found.filter(suppress_code="")
    if narrow.text.strip():
        found = found.filter(_by_text(narrow.text.strip()))
    return found.annotate(grade_rank=_GRADE_RANK).order_by("-month", "grade_rank", "I5", "id")


def _by_text(text: str) -> Q:
    """Number of the alert or key of the household. Who is looked for by a number of theirs is searched for, which stands in no address."""
    if re.fullmatch(r"[0-9]{1,15}", text):
        return Q(pk=int(text))
    return Q(household__key=text)


def get_alert(viewer: Viewer, alert_id: int) -> HardshipAlert:
    """For reading, with its union and run. Raises NotFound."""
    alert = _visible(viewer).select_related("org", "household", "run").filter(pk=alert_id).first()
    if alert is None:
        raise NotFound
    return alert


def find_alert_of(viewer: Viewer, household_id: int, month: Month) -> HardshipAlert | None:
    return _visible(viewer).select_related("org", "run").filter(household_id=household_id, month=month.text).first()


def sees(viewer: Viewer, alert: HardshipAlert) -> bool:
    """Whether it is one of the viewer's: for who read it along with something of theirs, with its union and run."""
    if alert.run.kind != RunKind.MONTHLY or alert.run.state not in _readable(viewer):
        return False
    return scope.covers(viewer.org_path, alert.org.path or "")


def latest_alert_of(viewer: Viewer, household_id: int) -> HardshipAlert | None:
    return _visible(viewer).select_related("org", "run").filter(household_id=household_id).order_by("-month").first()


def list_cards(alert_ids: Iterable[int]) -> list[AlertCard]:
    """Cards of released alerts by id, for the rooms above; no scope: the caller has its own."""
    wanted, cards = list(dict.fromkeys(alert_ids)), []
    for start in range(0, len(wanted), 500):
        found = HardshipAlert.objects.filter(
            pk__in=wanted[start : start + 500], run__state=RunState.RELEASED, run__kind=RunKind.MONTHLY
        )
        cards += [card(alert) for alert in found.order_by("pk")]
    return cards


def find_alerts(viewer: Viewer, alert_ids: Iterable[int]) -> list[HardshipAlert]:
    """Those of released lists in the viewer's part of the tree, held back or not, with union and run; one query."""
    return list(_visible(viewer).select_related("org", "run").filter(pk__in=set(alert_ids)).order_by("pk"))


def list_active_ids(viewer: Viewer, month: Month) -> list[int]:
    """Ids of the month's active alerts in the viewer's part of the tree, gravest first: what can be dispatched."""
    found = _visible(viewer, month).filter(state__in=ACTIVE_STATES).annotate(grade_rank=_GRADE_RANK)
    return list(found.order_by("grade_rank", "pk").values_list("pk", flat=True))


def active_ids(month: Month) -> set[int]:
    """Ids of the active alerts of a month's released list, over the whole deployment: for invariants."""
    found = HardshipAlert.objects.filter(
        month=month.text, run__state=RunState.RELEASED, run__kind=RunKind.MONTHLY, state__in=ACTIVE_STATES
    )
    return set(found.values_list("pk", flat=True))


def tally(viewer: Viewer, month: Month) -> Tally:
    """The month's list in the viewer's part of the tree, counted every way that its page shows, in one question."""
    states: Counter[str] = Counter(dict.fromkeys(AlertState.values, 0))
    changes: Counter[str] = Counter()
    grades, causes, areas = Counter[str](), Counter[str](), Counter[str]()
    found = _visible(viewer, month).order_by()
    for state, change, grade, cause, area, count in found.values_list(
        "state", "change", "grade", "causes", "area"
    ).annotate(Count("pk")):
        states[state] += count
        if change:
            changes[change] += count
        if state in ACTIVE_STATES:
            grades[grade] += count
            areas[area[:6]] += count
            for one in split(cause):
                causes[one] += count
    diff = DiffCounts(month, dict(states), dict(changes), sum(states[state] for state in ACTIVE_STATES))
    return Tally(diff, *(dict(counter.most_common()) for counter in (grades, causes, areas)))


def count_by_state(viewer: Viewer, month: Month) -> Counter[str]:
    """Households of the month's list in the viewer's part of the tree, by state. Raises NoListYet."""
    found = scope.within(HardshipAlert.objects.filter(run=get_run(viewer, month).id), viewer.org_path, "org__path")
    return Counter(dict(found.order_by().values_list("state").annotate(Count("pk"))))


def count_active(counts: Mapping[str, int]) -> int:
    return sum(counts.get(state, 0) for state in ACTIVE_STATES)


def count_states(viewer: Viewer, month: Month) -> DiffCounts:
    """The month's diff in the viewer's part of the tree."""
    return tally(viewer, month).diff


def balance_of(viewer: Viewer, month: Month) -> ListInvariant:
    """The balance of the month's list in the viewer's part of the tree, moves into and out of it counted. Raises NoListYet."""
    get_run(viewer, month)
    return list_invariant(month, within=viewer.org_path)


def list_invariant(month: Month, *, within: str | None = None) -> ListInvariant:
    """
    The balance of the month's list against the list before it: at the union's path `within` or below it, null = over the whole
    deployment, without scope. Raises NoListYet.
    """
    runs = SensingRun.objects.filter(kind=RunKind.MONTHLY, month__lte=month.text).exclude(state=RunState.RECEIVING)
    latest = list(runs.order_by("-month").defer("says")[:2])
    if not latest or latest[0].month != month.text:
        raise NoListYet(month)
    run, before = latest[0], latest[1] if len(latest) > 1 else None
    rows = run.alerts.order_by()
    active_before = before.alerts.filter(state__in=ACTIVE_STATES) if before else HardshipAlert.objects.none()
    if within is None:
        here, was_here, was_elsewhere = rows, active_before, active_before.none()
    else:
        is_here, is_elsewhere = scope.inside("org", within), Q(org__in=scope.outside(within)) | Q(org__isnull=True)
        here, was_here, was_elsewhere = (
            rows.filter(is_here), active_before.filter(is_here), active_before.filter(is_elsewhere)
        )  # fmt: skip
    was_active = Exists(active_before.filter(household=OuterRef("household")))
    came = Count("pk", filter=Q(household__in=was_elsewhere.values("household_id")))
    held = Count("pk", filter=Q(state=AlertState.HELD) & Q(was_active))
    counted = list(here.values_list("state").annotate(count=Count("pk"), held=held, came=came))
    now = Counter({state: count for state, count, *_moved in counted})
    stayed = Count("pk", filter=Q(household__in=here.values("household_id")))
    start = was_here.aggregate(count=Count("pk"), stayed=stayed)
    return ListInvariant(
        month=month,
        active_before=start["count"],
        new=now[AlertState.NEW],
        returned=now[AlertState.RETURNED],
        exited=now[AlertState.EXITED],
        active_to_held=sum(held for _state, _count, held, _came in counted),
        active_now=sum(now[state] for state in ACTIVE_STATES),
        came=sum(came for *_counts, came in counted),
        went=start["count"] - start["stayed"],
    )


def _list_before(run: SensingRun) -> SensingRun | None:
    runs = SensingRun.objects.filter(kind=RunKind.MONTHLY, month__lt=run.month).exclude(state=RunState.RECEIVING)
    return runs.order_by("-month").first()


def why_on_list(viewer: Viewer, alert_id: int) -> tuple[Sentence, ...]:
    """Why the household is on the list, one sentence per trigger, then per suppression and label. Raises NotFound."""
    return sentences(get_alert(viewer, alert_id))


def sentences(alert: HardshipAlert) -> tuple[Sentence, ...]:
    figures, labels = figures_of(alert), split(alert.labels)
    said = [wording.reason(code, alert.run.says.get(code, {}), figures, labels) for code in split(alert.triggers)]
    if alert.suppress_code:
        said.append(wording.suppression(alert.suppress_code))
    told = {one.zh for one in said}
    return (*said, *(one for one in map(wording.label, labels) if one.zh not in told))


@looking.once
def trigger_words(month: Month) -> dict[str, Mapping[str, str]]:
    """What each trigger of the month's list says of a household, by code, in both languages, with places for its figures."""
    says = SensingRun.objects.filter(month=month.text, kind=RunKind.MONTHLY).values_list("says", flat=True).first()
    return dict(says or {})


def why_households_are_on_lists(household_ids: Iterable[int]) -> dict[int, tuple[Sentence, ...]]:
    """For the worker's own page, whose caller has made sure that they are their households: each one's latest released row."""
    released = HardshipAlert.objects.filter(run__state=RunState.RELEASED, run__kind=RunKind.MONTHLY)
    rows = released.filter(household_id__in=set(household_ids)).select_related("run").order_by("month")
    latest = {row.household_id: row for row in rows}
    return {key: sentences(row) for key, row in latest.items() if row.state in ACTIVE_STATES}


def list_alerts_of(viewer: Viewer, household_id: int) -> list[HardshipAlert]:
    """The household's rows on the lists that the viewer may see, latest first, with union and run; one query."""
    return list(_visible(viewer).select_related("org", "run").filter(household_id=household_id).order_by("-month"))


def compare_latest(alerts: Sequence[HardshipAlert]) -> tuple[Changed, ...]:
    """Of one household's rows, latest first: the latest beside the month before it."""
    before = Month(alerts[0].month).previous().text
    return comparing.changes(alerts[0], next((row for row in alerts if row.month == before), None))


def timeline(viewer: Viewer, household_id: int) -> list[Moment]:
    """The household's months on the lists, latest first; empty if none of them is the viewer's to see."""
    return moments(list_alerts_of(viewer, household_id))


def moments(alerts: Iterable[HardshipAlert]) -> list[Moment]:
    return [
        Moment(
            month=Month(alert.month),
            alert_id=alert.pk,
            state=AlertState(alert.state),
            grade=alert.grade,
            change=alert.change,
            causes=split(alert.causes),
            suppress_code=alert.suppress_code,
        )
        for alert in alerts
    ]


def compare_with_month_before(viewer: Viewer, alerts: Iterable[HardshipAlert]) -> dict[int, tuple[Changed, ...]]:
    """By household, every fact of its row beside the month before; one query however many rows."""
    shown = list(alerts)
    before = comparing.previous_of(shown, _visible(viewer))
    return {alert.household_id: comparing.changes(alert, before.get(alert.household_id)) for alert in shown}


def sample_progress(viewer: Viewer, month: Month) -> SampleProgress:
    """How far the look before release has come in the viewer's part of the tree, over all rows drawn. Size 0 = no sample drawn yet."""
    counts = (
        list_sample(viewer, month)
        .order_by()
        .aggregate(
            size=Count("pk"),
            looked_at=Count("pk", filter=Q(is_right__isnull=False)),
            wrong=Count("pk", filter=Q(is_right=False)),
        )
    )
    return SampleProgress(**counts)


def list_sample(viewer: Viewer, month: Month) -> QuerySet[SampledAlert]:
    """The rows drawn, with their alerts, for reading."""
    runs = _runs(viewer).filter(month=month.text, kind=RunKind.MONTHLY)
    found = SampledAlert.objects.filter(alert__run__in=runs).select_related(
        "alert__org", "alert__household", "alert__run"
    )
    return scope.within(found, viewer.org_path, "alert__org__path").order_by("pk")


def list_differences(viewer: Viewer, month: Month) -> list[Difference]:
    """What correction lists of the month show otherwise, in the viewer's part of the tree."""
    runs = _runs(viewer).filter(month=month.text, kind=RunKind.CORRECTION)
    found = scope.within(CorrectedAlert.objects.filter(run__in=runs), viewer.org_path, "org__path").order_by(
        "run_id", "household_id"
    )
    return [Difference(row.household_id, row.kind, row.before, row.after) for row in found]


def verify() -> list[Breach]:
    """Broken invariants of the lists: rows missing, or a balance that does not hold. Reads only."""
    breaches = []
    for run in SensingRun.objects.filter(kind=RunKind.MONTHLY).exclude(state=RunState.RECEIVING).order_by("month"):
        kept = run.alerts.count()
        if kept != run.row_count:
            breaches.append(Breach("INV 2", f"list {run.month}", f"{run.row_count} rows announced, {kept} kept"))
        balance = list_invariant(Month(run.month))
        if _list_before(run) and not balance.holds:
            breaches.append(
                Breach("LIST", f"list {run.month}", f"{balance.expected} expected, {balance.active_now} active")
            )
        if run.alerts.filter(state__in=ACTIVE_STATES, causes="").exists():
            breaches.append(Breach("LIST", f"list {run.month}", "an active household without a cause"))
    for run in SensingRun.objects.filter(state=RunState.RECEIVING):
        breaches.append(
            Breach("INV 8", f"list {run.month}", f"still coming in: {run.alerts.count()} of {run.row_count} rows")
        )
    return breaches


def runs_taken_in() -> set[str]:
    """Run ids of every list and correction that is in whole, over the whole deployment: for the monthly job."""
    return set(SensingRun.objects.exclude(state=RunState.RECEIVING).values_list("run_id", flat=True))


def list_taken_in() -> Iterator[TakenIn]:
    """Every list that is in, over the whole deployment, to be held against its run: for invariants."""
    for run in SensingRun.objects.exclude(state=RunState.RECEIVING).order_by("month", "pk"):
        rows: Counter[Shape] = Counter()
        if run.kind == RunKind.MONTHLY:
            said = ("state", "grade", "causes", "triggers", "suppress_code", "first_month", "I2", "M4")
            for state, grade, causes, triggers, *others in run.alerts.values_list(*said).iterator():
                rows[state, grade, split(causes), split(triggers), *others] += 1
        yield TakenIn(Month(run.month), run.run_id, run.list_hash, RunKind(run.kind), rows)


def figures_of(alert: HardshipAlert) -> Mapping[str, Decimal | int | None]:
    return {name: getattr(alert, name) for name in FIGURES}


def card(alert: HardshipAlert) -> AlertCard:
    return AlertCard(
        id=alert.pk,
        month=Month(alert.month),
        household_id=alert.household_id,
        org_id=alert.org_id,
        area=alert.area,
        state=AlertState(alert.state),
        grade=alert.grade,
        change=alert.change,
        causes=split(alert.causes),
        triggers=split(alert.triggers),
        labels=split(alert.labels),
        suppress_code=alert.suppress_code,
        figures=figures_of(alert),
        confidence=alert.confidence,
    )


def run_card(run: SensingRun) -> RunCard:
    return RunCard(
        id=run.pk,
        month=Month(run.month),
        kind=RunKind(run.kind),
        state=RunState(run.state),
        run_id=run.run_id,
        row_count=run.row_count,
        received_at=run.received_at,
        released_at=run.released_at,
        gaps=tuple(run.gaps),
    )
