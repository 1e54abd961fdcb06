"""
What of a file's form is known already and need not be typed again: the register's word, the visit's, and what was sealed before.

Always true here: values leave in plain only to be sealed again (`completed`); what a page gets is masked (`shown`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from niangjia.apps.cases import sealed
from niangjia.apps.cases.forms import FILE_FORM, MEMBER_COLUMNS
from niangjia.apps.cases.models import HardshipFile, Visit
from niangjia.apps.registry import queries as registry
from niangjia.kernel import identity

OF_REGISTER = ("name", "id_number", "phone", "sex", "birth_date", "bank_name", "bank_account")
# Kept in the register itself since the form was filled, so that it stands there as it is today.
KEPT_THERE = ("id_number", "bank_name", "bank_account")
# A field of the file, and the column of the visit's member that says it.
OF_VISIT = {"health": "health", "disability_kind": "disability", "insurance": "insurance"}
_MASKS = {
    "name": identity.mask_name,
    "id_number": identity.mask_id_number,
    "phone": identity.mask_phone,
    "bank_account": identity.mask_account,
}
_SEALED = {field.name for field in FILE_FORM if field.is_secret}
_COLUMNS = {field.name for field in MEMBER_COLUMNS}


@dataclass(frozen=True)
class Known:
    """`is_registered`: the register says the same. `masked`: the value as it may be shown, of members one each; empty where nothing of it may."""

    is_registered: bool
    masked: tuple[str, ...]


def completed(file: HardshipFile, values: Mapping[str, Any]) -> dict[str, Any]:
    """
    `values` with what is known for each sealed field that was left empty. Members typed are changed under their name or come to
    those known; another account asks for its bank anew.
    """
    known = _known(file)
    typed = {name: value for name, value in values.items() if value not in (None, "", [])}
    if "bank_account" in typed:
        known.pop("bank_name", None)
    if "members" in typed:
        typed["members"] = _joined(known.get("members", []), typed["members"])
    return known | typed


def shown(file: HardshipFile) -> dict[str, Known]:
    """By name the sealed fields that need not be typed, without a value in plain but sex and bank, which the household's page shows."""
    register = registry.in_plain([file.person_id]).get(file.person_id, {})
    found = {}
    for name, value in _known(file).items():
        is_registered = name in OF_REGISTER and register.get(name) == value
        masked: tuple[str, ...] = (_MASKS[name](value),) if name in _MASKS else ()
        if name == "members":
            masked = tuple(identity.mask_name(one["name"]) for one in value)
        elif name in ("sex", "bank_name") and is_registered:
            masked = (value,)
        found[name] = Known(is_registered, masked)
    return found


def _known(file: HardshipFile) -> dict[str, Any]:
    relations = dict(file.members.order_by("pk").values_list("person_id", "relation"))
    people = registry.in_plain([file.person_id, *relations])
    own: dict[str, Any] = {name: value for name in OF_REGISTER if (value := people.get(file.person_id, {}).get(name))}
    visit = Visit.objects.filter(case_id=file.case_id, secret__isnull=False).exclude(form={}).order_by("-pk").first()
    found = sealed.unseal(visit.secret, "visit", visit.key).get("members", []) if visit else []
    of_visit = {one["person"]: one for one in found if "person" in one}
    said = of_visit.get(file.person_id, {})
    own |= {name: said[column] for name, column in OF_VISIT.items() if said.get(column)}
    members = [
        _of_register(people.get(person, {}), relation) | _columns(of_visit.get(person, {}))
        for person, relation in relations.items()
        if of_visit.get(person, {}).get("says") != "GONE"
    ]
    named = [one for one in members if one.get("name")]
    if together := _joined(named, [one for one in found if "person" not in one]):
        own["members"] = together
    before = sealed.unseal(file.secret, "file", file.key) if file.secret else {}
    kept = {name: value for name, value in before.items() if name in _SEALED}
    return own | kept | {name: own[name] for name in KEPT_THERE if name in own}


def _of_register(person: Mapping[str, str], relation: str) -> dict[str, str]:
    said = {name: value for name in ("name", "id_number", "birth_date") if (value := person.get(name))}
    return said | {"relation": relation or "other"}


def _columns(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name in _COLUMNS and value not in (None, "")}


def _joined(known: Sequence[Mapping[str, Any]], typed: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Who is typed with the name or number of one known is that one. Those typed first: a problem names its row as the page counts them."""
    rest, found = list(known), []
    for row in typed:
        number = row.get("id_number")
        same = next(
            (one for one in rest if one["name"] == row.get("name") or (number and one.get("id_number") == number)), None
        )
        if same is not None:
            rest.remove(same)
        found.append(dict(same or {}) | _columns(row))
    return found + [dict(one) for one in rest]
