"""Names for lists, masked, in few queries; and who an officer is to a household."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.registry import actions as registry_actions
from niangjia.apps.registry import queries as registry
from niangjia.apps.workorders import queries as workorders
from niangjia.apps.workorders.types import Verifier


@dataclass(frozen=True)
class HouseholdName:
    """`name` is masked: of the member with a union, else of the oldest. `size` counts who lives there now."""

    name: str
    size: int


def household_names(household_ids: Iterable[int]) -> dict[int, HouseholdName]:
    """By household id; one query however many. The caller has bounded the households."""
    return {
        home: HouseholdName(face.name, len(face.person_ids)) for home, face in registry.faces_of(household_ids).items()
    }


def record_seen(
    viewer: Viewer, household_id: int, page: str, now: datetime, *, person_ids: Iterable[int] | None = None
) -> None:
    """Everyone who lives there finds the page among those who looked at their data. `person_ids`: they, where they have been read."""
    if person_ids is None:
        face = registry.faces_of([household_id]).get(household_id)
        person_ids = face.person_ids if face else ()
    registry_actions.record_views(viewer=viewer, person_ids=person_ids, page=page, now=now)


def verifier_of(account_id: int) -> Verifier:
    """An officer as the one who visits; nobody has an account of that number: a verifier without one, whom no order takes."""
    return workorders.verifiers_of({account_id}).get(account_id, Verifier("", None))
