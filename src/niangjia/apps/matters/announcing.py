"""The public notice of a matter: put up where a stage of its text asks for one, over with its last day, taken down with its matter."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.matters import moving
from niangjia.apps.matters.lifecycle import Flow, is_notice
from niangjia.apps.matters.models import Matter, Objection, PublicNotice
from niangjia.apps.matters.problems import NoticeIsUp
from niangjia.apps.matters.types import ObjectionAbout
from niangjia.apps.objections import actions as objections
from niangjia.apps.organizations import calendar
from niangjia.apps.programs import queries as programs
from niangjia.apps.registry import queries as registry
from niangjia.engines.policy.pack import Pack, Stage


def put_up(viewer: Viewer, matter: Matter, pack: Pack, flow: Flow, now: datetime) -> PublicNotice | None:
    """
    The notice of the stage that the matter has come to: the masked name, and of unit, tier and amount what the text says that it shows.
    Null where the stage is none, or the matter is about nobody of the register.
    """
    stage = flow.stage(matter.stage)
    if matter.closed_at is not None or matter.person_id is None or not is_notice(stage):
        return None
    take_down(matter, now)
    today = moving.today_of(now)
    shows = pack.notice.get("shows", ())
    shown = set(shows) if isinstance(shows, tuple) else set()
    decision = programs.get_decision(matter.decision_id) if matter.decision_id else None
    tier = next((one.title["zh"] for one in pack.tiers if decision and one.id == decision.tier), "")
    last_day = calendar.add_working_days(today, moving.days_of(matter, flow, stage, today))
    notice = PublicNotice.objects.create(
        matter=matter,
        masked_name=registry.name_in_public(matter.person_id),
        unit=matter.org.name if "union" in shown else "",
        tier=tier if "tier" in shown else "",
        amount=decision.money if decision and "amount" in shown else None,
        starts_on=today,
        ends_before=last_day + timedelta(days=1),
        announced_by_id=viewer.account_id,
        announced_at=now,
    )
    moving.tell(viewer, matter, "matters.announce", now, notice=notice.pk, day=last_day.isoformat())
    return notice


def take_down(matter: Matter, now: datetime) -> None:
    """Whatever stands of it; safe to repeat."""
    PublicNotice.objects.filter(matter=matter, withdrawn_at__isnull=True).update(withdrawn_at=now)


def standing(matter: Matter) -> PublicNotice | None:
    return PublicNotice.objects.filter(matter=matter, withdrawn_at__isnull=True).first()


def require_over(matter: Matter, flow: Flow, stage: Stage, outcome: str, now: datetime) -> None:
    """
    Before the way on from a notice. Raises NoticeIsUp; GrievanceOpen, GrievanceUpheld: something that was objected stands against it.
    """
    if not is_notice(stage) or outcome != flow.forward(stage):
        return
    notice, today = standing(matter), moving.today_of(now)
    if notice is None:
        if matter.due_on and today < matter.due_on:
            raise NoticeIsUp(matter.due_on.isoformat())
        return
    if today < notice.ends_before:
        raise NoticeIsUp(last_day_of(notice).isoformat())
    about = Objection.objects.filter(matter=matter, about=ObjectionAbout.NOTICE)
    objections.require_settled(about, notices=[notice])


def last_day_of(notice: PublicNotice) -> date:
    return notice.ends_before - timedelta(days=1)
