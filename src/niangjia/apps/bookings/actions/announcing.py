"""Campaigns, teachers, a worker's calendar address, and the ten minutes before a shift."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.bookings import access
from niangjia.apps.bookings.models import Campaign, Feed, Talk, Teacher, Topic
from niangjia.apps.bookings.problems import NoSuchOffer, NoSuchTopic, WrongTimes
from niangjia.apps.bookings.types import CampaignFacts, TalkFacts, TeacherFacts, TopicFacts
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.places import queries as places


def start_campaign(*, viewer: Viewer, facts: CampaignFacts, key: str, now: datetime) -> int:
    """A season of services; return its id. Safe to repeat with the same `key`. Raises NotAllowed, NoSuchOffer, WrongTimes."""
    _require_own(viewer, facts.org_id, facts.title)
    if facts.starts_on > facts.ends_on:
        raise WrongTimes
    told = {
        "title": facts.title.strip(), "org_id": facts.org_id, "starts_on": facts.starts_on, "ends_on": facts.ends_on,
        "partners": facts.partners.strip(), "note": facts.note.strip(),
    }  # fmt: skip
    with transaction.atomic():
        row, is_new = Campaign.objects.get_or_create(key=key, defaults=told)
        if is_new:
            audit.record(viewer, action="bookings.campaign", object=f"campaign:{row.pk}", now=now)
        return row.pk


def name_teacher(*, viewer: Viewer, facts: TeacherFacts, key: str, now: datetime) -> int:
    """Somebody who teaches, announced by name; return their id. Safe to repeat with the same `key`. Raises NotAllowed, NoSuchOffer, NoSuchPlace."""
    _require_own(viewer, facts.org_id, facts.name)
    if facts.place_id is not None and not places.list_teaching(viewer).filter(pk=facts.place_id).exists():
        raise places.NoSuchPlace(facts.place_id)
    told = {
        "org_id": facts.org_id, "name": facts.name.strip(), "honour": facts.honour.strip(), "field": facts.field.strip(),
        "studio": facts.studio.strip(), "place_id": facts.place_id,
    }  # fmt: skip
    with transaction.atomic():
        row, is_new = Teacher.objects.get_or_create(key=key, defaults=told)
        if is_new:
            audit.record(viewer, action="bookings.teacher", object=f"teacher:{row.pk}", now=now)
        return row.pk


def make_feed(*, viewer: Viewer, now: datetime) -> str:
    """
    A new secret for the viewer's calendar address; the one before leads nowhere from now on. The secret is shown once and kept nowhere.

    Raises: NotAllowed.
    """
    permissions.require(viewer, "own.view")
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        Feed.objects.update_or_create(
            person_id=viewer.person_id or 0, defaults={"mark": mark_of(secret), "made_at": now}
        )  # fmt: skip
        audit.record(viewer, action="bookings.feed", object=f"account:{viewer.account_id}", now=now)
    return secret


def end_feed(*, viewer: Viewer, now: datetime) -> None:
    """The address leads nowhere from now on. Safe to repeat. Raises NotAllowed."""
    permissions.require(viewer, "own.view")
    with transaction.atomic():
        if Feed.objects.filter(person_id=viewer.person_id or 0).delete()[0]:
            audit.record(viewer, action="bookings.end_feed", object=f"account:{viewer.account_id}", now=now)


def mark_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


# --- ten minutes before the shift ---


def add_topic(*, viewer: Viewer, facts: TopicFacts, key: str, now: datetime) -> int:
    """Something to talk about, for its union and those below; return its id. Safe to repeat. Raises NotAllowed, NoSuchOffer."""
    _require_own(viewer, facts.org_id, facts.title)
    told = {"org_id": facts.org_id, "title": facts.title.strip(), "field": facts.field, "text": facts.text.strip()}
    with transaction.atomic():
        row, is_new = Topic.objects.get_or_create(key=key, defaults=told)
        if is_new:
            audit.record(viewer, action="bookings.topic", object=f"topic:{row.pk}", now=now)
        return row.pk


def log_talk(*, viewer: Viewer, facts: TalkFacts, key: str, now: datetime) -> int:
    """
    A talk that was held; return its id. Safe to repeat: by `key`, and by union, team and time.

    Raises: NotAllowed, NoSuchOffer; NoSuchTopic; WrongTimes: it is yet to come, or nobody was there.
    """
    _require_own(viewer, facts.org_id, facts.team)
    if facts.held_at > now or facts.minutes < 1 or facts.heads < 1:
        raise WrongTimes
    if not access.topics(viewer).filter(pk=facts.topic_id, is_active=True).exists():
        raise NoSuchTopic
    told = {
        "key": key, "topic_id": facts.topic_id, "speaker": facts.speaker, "minutes": facts.minutes, "heads": facts.heads, "by_id": viewer.account_id,
        "at": now,
    }  # fmt: skip
    with transaction.atomic():
        if known := Talk.objects.filter(key=key).first():
            return known.pk
        row, is_new = Talk.objects.get_or_create(
            org_id=facts.org_id, team=facts.team.strip(), held_at=facts.held_at, defaults=told
        )
        if is_new:
            audit.record(viewer, action="bookings.talk", object=f"talk:{row.pk}", now=now)
        return row.pk


def _require_own(viewer: Viewer, org_id: int, what: str) -> None:
    permissions.require(viewer, "bookings.manage")
    if not scope.covers(viewer.org_path, organizations.get_union(org_id).path):
        raise NoSuchOffer(what)
