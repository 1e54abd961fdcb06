"""What the register knows of workers, by the vocabulary's names: filled in beforehand, and for them to confirm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.registry import queries as registry
from niangjia.apps.registry.types import PersonCard
from niangjia.kernel.months import completed_years


def of_worker(viewer: Viewer, today: date) -> dict[str, object]:
    """
    Facts of the vocabulary that the registry knows of this worker; programmes that ask for none of them never see them.

    Only what is on record: nothing is guessed, and what was never reported is left for the worker to say.
    """
    card = registry.get_person_card(viewer, viewer.person_id or 0)
    known = of_people([card], today)[card.id]
    if card.household_id is not None:
        known |= of_household(len(registry.get_household(card.household_id).member_ids))
    return known


def of_household(size: int) -> dict[str, object]:
    """The same of a household whose members are known."""
    return {"household_size": size}


def of_people(people: Sequence[PersonCard], today: date) -> dict[int, dict[str, object]]:
    """The same of several people, by person and without their households, in two queries. Without scope: the caller has read the cards."""
    memberships = registry.open_memberships_of(one.id for one in people)
    skills = registry.highest_skills([one.id for one in people], asof=today)
    found: dict[int, dict[str, object]] = {}
    for card in people:
        known = found[card.id] = {}
        if card.birth_date is not None:
            known |= {"birth_date": card.birth_date, "age_years": completed_years(card.birth_date, today)}
        if card.sex:
            known["sex"] = card.sex
        if membership := memberships.get(card.id):
            known |= {"is_union_member": True, "is_named_member": True, "union_joined_on": membership.joined_on}
        if skill := skills.get(card.id):
            known |= {"skill_level": skill.code, "skill_certificate_on": skill.given_on}
    return found
