"""What the register knows of a worker, by the vocabulary's names: filled in beforehand, and for them to confirm."""

from __future__ import annotations

from datetime import date

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.registry import queries as registry
from niangjia.kernel.months import completed_years


def of_worker(viewer: Viewer, today: date) -> dict[str, object]:
    """
    Facts of the vocabulary that the registry knows of this worker; programmes that ask for none of them never see them.

    Only what is on record: nothing is guessed, and what was never reported is left for the worker to say.
    """
    person_id = viewer.person_id or 0
    card = registry.get_person_card(viewer, person_id)
    membership = registry.open_memberships_of([person_id]).get(person_id)
    known: dict[str, object] = {}
    if card.birth_date is not None:
        known["birth_date"] = card.birth_date
        known["age_years"] = completed_years(card.birth_date, today)
    if card.sex:
        known["sex"] = card.sex
    if membership is not None:
        known["is_union_member"] = True
        known["is_named_member"] = True
        known["union_joined_on"] = membership.joined_on
    skill = registry.highest_skill(person_id, asof=today)
    if skill is not None:
        known["skill_level"] = skill.code
        known["skill_certificate_on"] = skill.given_on
    if card.household_id is not None:
        known["household_size"] = len(registry.get_household(card.household_id).member_ids)
    return known
