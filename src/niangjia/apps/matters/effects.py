"""What an outcome does in the registers, by the name that a text gives it (`words.EFFECTS`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.matters import moving
from niangjia.apps.matters.models import Matter
from niangjia.apps.matters.problems import NobodyNamed
from niangjia.apps.registry import actions as registry
from niangjia.engines.policy.pack import Stage


def carry_out(viewer: Viewer, matter: Matter, stage: Stage, outcome: str, now: datetime) -> None:
    """Raises NobodyNamed, and what the register refuses."""
    effect = stage.effects.get(outcome)
    if effect:
        _EFFECTS[effect](viewer, matter, stage, now)


def _join(viewer: Viewer, matter: Matter, stage: Stage, now: datetime) -> None:
    """A member of the union that the stage names, else of the matter's own, from today on; whom the register does not know is taken in."""
    org_id = moving.named_union(matter, stage.desk) or matter.org_id
    person_id = matter.person_id or _taken_in(viewer, matter, org_id, now)
    registry.join_union(viewer=viewer, person_id=person_id, org_id=org_id, now=now)
    if matter.person_id is None:
        matter.person_id = person_id
        Matter.objects.filter(pk=matter.pk).update(person_id=person_id)


def _transfer(viewer: Viewer, matter: Matter, stage: Stage, now: datetime) -> None:
    """Out of every other union and into this one, on the same day."""
    _leave(viewer, matter, stage, now)
    _join(viewer, matter, stage, now)


def _leave(viewer: Viewer, matter: Matter, stage: Stage, now: datetime) -> None:
    if matter.person_id is None:
        raise NobodyNamed
    registry.leave_unions(viewer=viewer, person_id=matter.person_id, now=now)


def _taken_in(viewer: Viewer, matter: Matter, org_id: int, now: datetime) -> int:
    """By the form's own fields of these types. Raises NobodyNamed: the form asks for none, or they were left out."""
    given = {name: rows[-1].text for name, rows in moving.answers_of(matter).items()}
    said = {field.type: given[field.id] for field in moving.pack_of(matter).form if field.id in given}
    if not said.get("name") or not said.get("id_number"):
        raise NobodyNamed
    return registry.take_in(
        viewer=viewer,
        name=said["name"],
        id_number=said["id_number"],
        phone=said.get("phone", ""),
        org_id=org_id,
        now=now,
    )


_EFFECTS: Mapping[str, Callable[[Viewer, Matter, Stage, datetime], None]] = {
    "join": _join, "transfer": _transfer, "leave": _leave,
}  # fmt: skip
