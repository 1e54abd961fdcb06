"""The one way a matter moves: conditional update, history, audit. Called inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db.models import Q, QuerySet
from django.utils import timezone

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.matters import access, questions, sealed
from niangjia.apps.matters.lifecycle import Flow, flow_of, is_notice, is_payment, role_of
from niangjia.apps.matters.models import Matter, Move, Rating, Submission, Tally
from niangjia.apps.matters.problems import NotFound, SomeoneWasFirst
from niangjia.apps.matters.types import OPEN, Answer, MatterState, Source, Step, Verdict
from niangjia.apps.organizations import calendar, scope
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Union
from niangjia.apps.programs import published
from niangjia.apps.programs import queries as programs
from niangjia.engines import policy
from niangjia.engines.policy.pack import Pack, Stage
from niangjia.kernel import looking
from niangjia.kernel.problems import Refusal


def pack_of(matter: Matter) -> Pack:
    """The text that the matter pinned. Raises StoredTextChanged."""
    return programs.get_pinned_pack(matter.version_id, matter.content_hash)


def flow_for(matter: Matter) -> Flow:
    return flow_of(pack_of(matter))


def find(viewer: Viewer, matter_id: int) -> Matter:
    """Raises NotAllowed, NotFound."""
    found = (
        access.visible(viewer)
        .select_related("desk", "org", "version", "person")
        .defer("version__files")
        .filter(pk=matter_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def was_done(matter: Matter, viewer: Viewer, step: int | None, act: Step, outcome: str = "") -> bool:
    """Whether the move from this step is this very one by this very account: a repeat, which changes nothing."""
    last = Move.objects.filter(matter=matter, step=step).first() if step is not None else None
    return bool(
        last and last.act == act and last.account_id == viewer.account_id and (not outcome or last.outcome == outcome)
    )


def living_at(org_id: int, path: str) -> QuerySet[Matter]:
    """Matters that are not over and belong to that union, lie on its desk or were given to it, or belong to a union at or below `path`."""
    theirs = Q(org_id=org_id) | Q(desk_id=org_id) | Q(assigned_id=org_id)
    return Matter.objects.filter(theirs | scope.inside("org", path), state__in=OPEN)


def entering(matter: Matter, flow: Flow, stage: Stage, today: date) -> dict[str, Any]:
    """The columns that a matter takes on where it comes to a stage: whose turn, and by when."""
    named = named_union(matter, stage.desk)
    desk, role = access.desk_for(named or matter.org_id, stage)
    is_workers = role_of(stage).value == "WORKER"
    due_on = None if is_workers or is_payment(stage) else _last_day(matter, flow, stage, today)
    state = MatterState.WITH_WORKER if is_workers else MatterState.TO_PAY if is_payment(stage) else MatterState.AT_WORK
    found = {"stage": stage.id, "desk_id": desk.id, "role": role.value, "state": state, "due_on": due_on}
    return found | ({"assigned_id": named} if named else {})


def named_union(matter: Matter, field: str) -> int | None:
    """The union that an answer names, or who goes on with what it had; null where there is no such field or answer."""
    rows = answers_of(matter).get(field) if field else None
    if not rows:
        return None
    return organizations.standing_of(organizations.get_union(int(rows[-1].text.partition("|")[0]))).id


def desk_of(matter: Matter, flow: Flow, org_id: int) -> tuple[Union, Role]:
    """Whose turn it is at the present stage if the matter belonged to `org_id`; a union that an answer named goes on as the tree now says."""
    stage = flow.stage(matter.stage)
    named = named_union(matter, stage.desk)
    start = organizations.nearest_active(named).id if named else org_id
    return access.desk_for(start, stage)


def _last_day(matter: Matter, flow: Flow, stage: Stage, today: date) -> date:
    """A day that an answer names, or so many days of the calendar after it; so many days from today; or so many working days."""
    named = answers_of(matter).get(stage.due) if stage.due else None
    if named:
        return date.fromisoformat(named[-1].text) + timedelta(days=stage.days or 0)
    if stage.days is not None:
        return today + timedelta(days=stage.days)
    days = days_of(matter, flow, stage, today) + is_notice(stage)  # what follows a notice is due the day after it
    return calendar.add_working_days(today, days)


def days_of(matter: Matter, flow: Flow, stage: Stage, today: date) -> int:
    """The stage's working days; of a notice those that the programme shows it for."""
    if stage.working_days is None and is_notice(stage):
        try:
            return programs.notice_working_days(matter.program, area=matter.area, asof=today) or flow.days(stage)
        except Refusal:  # the paper leaves its length open, and nobody has set it
            return flow.days(stage)
    return flow.days(stage)


def expected(matter: Matter, flow: Flow, stage: Stage, today: date) -> date | None:
    days = flow.expected_days(stage, days_of(matter, flow, stage, today))
    return calendar.add_working_days(today, days) if days else None


def make(
    viewer: Viewer | None,
    matter: Matter,
    act: Step,
    now: datetime,
    *,
    seen: int | None = None,
    outcome: str = "",
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
    is_over: bool = False,
    is_applicants: bool = False,
) -> None:
    """
    Move the matter on from the step that was seen (null: from where it stands). Do it before any effect: who comes second stops here.
    `is_over`: it has ended and is opened again. `is_applicants`: made by somebody without an account, whose matter it is. One that is done
    counts for what its text says; one that ends with how its worker found the answer is rated by it.

    Raises:
        SomeoneWasFirst.
    """
    step = matter.step if seen is None else seen
    values = {"step": step + 1, "proposed": "", "proposed_by_id": None} | dict(changes or {})
    came_from = matter.stage
    if not Matter.objects.filter(pk=matter.pk, step=step, closed_at__isnull=not is_over).update(**values):
        raise lost(matter)
    for name, value in values.items():
        setattr(matter, name, value)
    key = uuid4()
    Move.objects.create(
        matter=matter,
        key=key,
        step=step,
        act=act,
        outcome=outcome,
        from_stage=came_from,
        to_stage=matter.stage,
        to_state=matter.state,
        role=viewer.role.value if viewer else Role.WORKER.value if is_applicants else "",
        account_id=viewer.account_id if viewer else None,
        at=now,
        secret=sealed.seal({"text": reason}, "move", key) if reason else None,
    )
    if is_over:
        Tally.objects.filter(matter=matter).delete()
    if matter.state == MatterState.DONE:
        _count(matter, now)
        if outcome in Verdict.values:
            Rating.objects.get_or_create(
                matter=matter, defaults={"verdict": outcome, "by_receipt": viewer is None, "on": today_of(now)}
            )
    record(viewer, matter, act, now, outcome=outcome, came_from=came_from, detail=detail)


def _count(matter: Matter, now: datetime) -> None:
    """What it counts for, where its test holds: a number that was answered (`of`), what was decided in yuan, else one."""
    pack, answers = pack_of(matter), answers_of(matter)
    facts = questions.facts_in({name: rows[-1].text for name, rows in answers.items()}, pack, published.wording())
    counts = [one for one in pack.counts if policy.counts_for(pack, one["indicator"], facts, asof=matter.handed_in_on)]
    decision = programs.get_decision(matter.decision_id) if matter.decision_id else None
    rows = []
    for one in counts:
        of = answers.get(one.get("of", ""))
        if one["in"] == "yuan" and "of" not in one:
            amount = decision.amount if decision and decision.amount else Decimal(0)
        else:
            amount = (Decimal(of[-1].text) if of else Decimal(0)) if "of" in one else Decimal(1)
        rows.append(
            Tally(matter=matter, indicator=one["indicator"], counted_in=one["in"], amount=amount, on=today_of(now))
        )
    Tally.objects.bulk_create(rows)


def record(
    viewer: Viewer | None,
    matter: Matter,
    act: Step,
    now: datetime,
    *,
    outcome: str = "",
    came_from: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """On the chain: codes and ids, never an answer or a reason. `org`, `role` and `number` are for telling whose turn it is."""
    told = {
        "program": matter.program,
        "number": matter.number,
        "org": matter.desk_id,
        "role": matter.role,
        "from": came_from,
        "to": matter.stage,
        "state": str(matter.state),
    }
    if outcome:
        told["outcome"] = outcome
    audit.record(
        viewer, action=f"matters.{act.value.lower()}", object=f"matter:{matter.pk}", detail=told | dict(detail or {}), now=now
    )  # fmt: skip


def tell(viewer: Viewer | None, matter: Matter, action: str, now: datetime, **detail: Any) -> None:
    """What is no move, on the chain: codes and ids; `org` is the union whose turn it is unless told otherwise."""
    told = {"program": matter.program, "number": matter.number, "org": matter.desk_id} | detail
    audit.record(viewer, action=action, object=f"matter:{matter.pk}", detail=told, now=now)


def lost(matter: Matter) -> SomeoneWasFirst:
    """What the other one did, in words."""
    fresh = Matter.objects.select_related("desk").get(pk=matter.pk)
    last = Move.objects.filter(matter=matter).order_by("-step").first()
    who = accounts.names_of({last.account_id}).get(last.account_id, "") if last and last.account_id else ""
    label = Step(last.act).label if last else ""
    flow = flow_for(fresh)
    stage = flow.stage(fresh.stage)
    return SomeoneWasFirst(
        who or "系统 · system",
        str(label),
        last.act if last else "",
        stage.title["zh"],
        stage.title["en"],
    )


def closing(state: MatterState, now: datetime) -> dict[str, Any]:
    return {"state": state, "closed_at": now, "due_on": None}


def today_of(now: datetime) -> date:
    return timezone.localdate(now)


# --- answers ------------------------------------------------------------------------------------------------------


def keep_answers(
    matter: Matter, answers: Mapping[str, tuple[str, Source]], stage: str, account_id: int | None, now: datetime
) -> None:
    """A row of answers that were given at once; none, no row."""
    if not answers:
        return
    key = uuid4()
    Submission.objects.create(
        matter=matter,
        key=key,
        stage=stage,
        names={name: source.value for name, (_, source) in answers.items()},
        secret=sealed.seal({name: text for name, (text, _) in answers.items()}, "submission", key),
        account_id=account_id,
        at=now,
    )


@looking.once
def answers_of(matter: Matter) -> dict[str, list[Answer]]:
    """Every answer by field, oldest first: the last one counts."""
    found: dict[str, list[Answer]] = {}
    for row in Submission.objects.filter(matter=matter).order_by("pk"):
        values = sealed.unseal(row.secret, "submission", row.key)
        for name, source in row.names.items():
            found.setdefault(name, []).append(Answer(name, values[name], Source(source), row.account_id, row.at))
    return found


def last_answers(matters: Iterable[int]) -> dict[int, dict[str, str]]:
    """By matter, the last answer of each field."""
    found: dict[int, dict[str, str]] = {}
    for row in Submission.objects.filter(matter__in=set(matters)).order_by("pk"):
        found.setdefault(row.matter_id, {}).update(sealed.unseal(row.secret, "submission", row.key))
    return found


def of_today() -> tuple[str, ...]:
    return published.wording().of_today
