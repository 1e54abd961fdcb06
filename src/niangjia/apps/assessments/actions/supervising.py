"""A round of supervision is begun, its unions are looked at; what belonged to a union that ends goes on at another."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.assessments import access, drawing
from niangjia.apps.assessments.models import Adjustment, Correction, Look, Round
from niangjia.apps.assessments.problems import NobodyChosen, NotFound, NotNow, SeedRefused
from niangjia.apps.assessments.types import Result
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.files import actions as files
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.tasks.types import LIVE

MOST_LOOKS = 200


def begin(
    *, viewer: Viewer, title: str, about: str, org_ids: Collection[int] = (), draw: int = 0, seed: str = "", key: str, now: datetime
) -> int:  # fmt: skip
    """
    Begin a round over unions right below the viewer's: those listed, or `draw` of them by `seed` (empty: one is made). Return its id. Safe to
    repeat: with the same `key` the one that is there is returned.

    Raises: NotAllowed, ReasonMissing (a title, or what is looked at, of fewer than four characters), NotFound (a union that is not right below), NobodyChosen, SeedRefused.
    """
    permissions.require(viewer, "assessments.manage")
    if known := Round.objects.filter(key=key, made_by=viewer.account_id).first():
        return known.pk
    named, what = access.reason_of(title, most=80), access.reason_of(about, most=500)
    below = {one.code: one for one in organizations.list_children(viewer.org_id) if one.is_active}
    if draw:
        seed = seed.strip() or secrets.token_hex(8)
        if not re.fullmatch(r"[0-9A-Za-z-]{4,64}", seed):
            raise SeedRefused
        chosen = drawing.draw(seed, below, min(draw, MOST_LOOKS))
    else:
        seed, chosen = "", [code for code, one in below.items() if one.id in org_ids]
        if len(chosen) != len(set(org_ids)):
            raise NotFound
    if not chosen:
        raise NobodyChosen
    population = sorted(below) if seed else []
    with transaction.atomic():
        row = Round.objects.create(
            key=key, title=named, about=what, org_id=viewer.org_id, seed=seed, population=population, chosen=chosen, made_by_id=viewer.account_id,
            made_at=now,
        )  # fmt: skip
        made = [Look.objects.create(round=row, org_id=below[code].id) for code in chosen]
        detail = {"seed": seed, "population": len(population), "chosen": chosen}
        entries = [Entry("assessments.begin_round", f"round:{row.pk}", detail)]
        entries += [
            Entry("assessments.announce_look", f"look:{look.pk}", {"round": row.pk, "told_org": look.org_id})
            for look in made
        ]
        audit.record_many(viewer, entries=entries, now=now)
    return row.pk


def note(
    *, viewer: Viewer, look_id: int, said: str, result: Result, evidence: Sequence[bytes] = (), now: datetime
) -> None:  # fmt: skip
    """
    What was found at a union of a round that the viewer's union holds; it may be found anew until corrections are asked. Safe to repeat.

    Raises: NotAllowed, NotFound, ReasonMissing (nothing said); NotNow: in order, though corrections were asked; FileRefused.
    """
    permissions.require(viewer, "assessments.manage")
    found = access.reason_of(said, most=500)
    with transaction.atomic():
        look = held_look(viewer, look_id)
        if result is Result.IN_ORDER and look.corrections.exists():
            raise NotNow
        for content in evidence:
            files.keep_file(
                viewer=viewer, owner=access.owner_of("look", look.pk), part=access.EVIDENCE, content=content, now=now
            )
        if (look.note, look.result) == (found, result.value):
            return
        Look.objects.filter(pk=look.pk).update(note=found, result=result, looked_by=viewer.account_id, looked_at=now)
        detail = {"round": look.round_id, "result": result.value, "told_org": look.org_id}
        audit.record(viewer, action="assessments.look", object=f"look:{look.pk}", detail=detail, now=now)


def held_look(viewer: Viewer, look_id: int) -> Look:
    """One of a round that the viewer's own union holds, locked. Raises NotFound."""
    look = Look.objects.select_for_update(of=("self",)).filter(pk=look_id, round__org=viewer.org_id).first()
    if look is None:
        raise NotFound
    return look


@transaction.atomic
def rehome_rounds(*, viewer: Viewer, from_id: int, to_id: int, now: datetime) -> int:
    """
    Rounds that a union held, what it has to put right and points not published yet go on at `to_id`; where that is looked at in the same round
    already, corrections join that look. Their tasks go by themselves. Return how many looks went. Safe to repeat. For the journey that has changed the tree and asked for the right.
    """
    detail, entries, went = {"from": from_id, "to": to_id}, [], 0
    for look in Look.objects.filter(org=from_id).order_by("pk"):
        other = Look.objects.filter(round=look.round_id, org=to_id).first()
        open_ones = look.corrections.filter(task__state__in=LIVE)
        if other is None:
            Look.objects.filter(pk=look.pk).update(org=to_id)
        elif open_ones.exists():
            Correction.objects.filter(pk__in=list(open_ones.values_list("pk", flat=True))).update(look=other)
            Look.objects.filter(pk=other.pk).exclude(result="").update(result=Result.TO_CORRECT)
        else:
            continue
        went += 1
        entries.append(Entry("assessments.rehome", f"look:{look.pk}", detail))
    held = Round.objects.filter(org=from_id)
    entries += [
        Entry("assessments.rehome", f"round:{pk}", detail) for pk in held.order_by("pk").values_list("pk", flat=True)
    ]
    held.update(org=to_id)
    Adjustment.objects.filter(org=from_id).update(org=to_id)
    Adjustment.objects.filter(assessor=from_id).update(assessor=to_id)
    if entries:
        audit.record_many(viewer, entries=entries, now=now)
    return went
