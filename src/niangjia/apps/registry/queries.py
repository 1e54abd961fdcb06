"""Reading persons and households: masked, and only inside the viewer's part of the tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import queries as audit
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.organizations.types import Violation
from niangjia.apps.registry.closeness import is_around, own_people, people_around
from niangjia.apps.registry.corrections import (
    count_open_corrections,
    list_corrections,
    list_held,
    list_open_corrections,
)
from niangjia.apps.registry.counting import count_members_by_area
from niangjia.apps.registry.coverage import list_coverage
from niangjia.apps.registry.fields import keys
from niangjia.apps.registry.models import Consent, HeldValue, Household, HouseholdMember, Membership, Person
from niangjia.apps.registry.problems import NotFound
from niangjia.apps.registry.recognitions import SKILL_LEVELS, highest_skill, highest_skills, list_recognitions
from niangjia.apps.registry.resealing import sealed_columns as sealed_columns
from niangjia.apps.registry.types import (
    ConsentCard,
    DataView,
    DeclaredHousehold,
    HouseholdCard,
    HouseholdFace,
    MemberCard,
    MembershipFacts,
    PayeeAccount,
    PersonCard,
    PersonField,
    Purpose,
    SpellSource,
)
from niangjia.kernel import identity, looking
from niangjia.kernel.sealing import CannotOpen

__all__ = [
    "SKILL_LEVELS",
    "NotFound",
    "count_members_by_area",
    "count_open_corrections",
    "highest_skill",
    "highest_skills",
    "list_corrections",
    "list_coverage",
    "list_held",
    "list_open_corrections",
    "list_recognitions",
    "is_around",
    "own_people",
    "people_around",
]

_MASKS = {
    PersonField.NAME: identity.mask_name,
    PersonField.ID_NUMBER: identity.mask_id_number,
    PersonField.PHONE: identity.mask_phone,
    PersonField.BANK_ACCOUNT: identity.mask_account,
}


def visible_persons(viewer: Viewer) -> QuerySet[Person]:
    """Persons whose union is in the viewer's part of the tree; a worker sees the one they are. Without the right: none."""
    if permissions.may(viewer, "registry.view"):
        return scope.within(Person.objects.all(), viewer.org_path, "home__path")
    if permissions.may(viewer, "own.view") and viewer.person_id is not None:
        return Person.objects.filter(pk=viewer.person_id)
    return Person.objects.none()


def visible_households(viewer: Viewer) -> QuerySet[Household]:
    """Households in the viewer's part of the tree; a worker sees the one they live in now."""
    if permissions.may(viewer, "registry.view"):
        return scope.within(Household.objects.all(), viewer.org_path, "home__path")
    if permissions.may(viewer, "own.view") and viewer.person_id is not None:
        return Household.objects.filter(spells__person_id=viewer.person_id, spells__ends_before__isnull=True)
    return Household.objects.none()


@looking.once
def get_person_card(viewer: Viewer, person_id: int) -> PersonCard:
    """Raises NotFound."""
    card = list_person_cards(viewer, [person_id]).get(person_id)
    if card is None:
        raise NotFound
    looking.know(_require_visible, viewer, person_id, answer=None)
    looking.know(household_of, person_id, answer=card.household_id)
    return card


def list_person_cards(viewer: Viewer, person_ids: Iterable[int]) -> dict[int, PersonCard]:
    """Cards by id, of those that the viewer may see; the others are left out."""
    return _cards_with_homes(visible_persons(viewer).filter(pk__in=set(person_ids)))


@looking.once_each
def masked_names(person_ids: Iterable[int]) -> dict[int, str]:
    """王** by person id, without scope: for notices and lists whose rows the caller has already bounded."""
    found = Person.objects.filter(pk__in=set(person_ids)).only("pseudonym", "name")
    return {person.pk: identity.mask_name(person.read("name")) for person in found}


def masked_identity(person_id: int) -> tuple[str, str]:
    """Masked name and masked ID number, without scope: for whoever may say whose account it is. Both empty for who is not there."""
    found = Person.objects.filter(pk=person_id).only("pseudonym", "name", "id_number").first()
    if found is None:
        return "", ""
    number = identity.mask_id_number(found.read("id_number")) if found.id_number else ""
    return identity.mask_name(found.read("name")), number


def phone_of(person_id: int) -> str:
    """The telephone number on record; empty: none. Without scope, to compare with what somebody typed: it is shown to nobody."""
    found = Person.objects.filter(pk=person_id).only("pseudonym", "phone").first()
    return found.read("phone") if found else ""


def in_plain(person_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """By person id all that the register holds, opened. Without scope, for a room above that seals it again: it is shown to nobody."""
    return {person.pk: person.in_plain() for person in Person.objects.filter(pk__in=set(person_ids))}


def may_be_id_number_of(person_id: int, id_number: str) -> bool:
    """Whether it is the one on record of this person, or none is. Without scope: of one's own case alone."""
    own = Person.objects.filter(pk=person_id).values_list("id_number_blind", flat=True).first()
    return not own or own == keys().blind(id_number, "registry.person.id_number")


def know_names(persons: Iterable[Person]) -> None:
    """Persons that came along with something else, with pseudonym and name: the page that is made now need not ask for theirs."""
    if looking.is_one():
        looking.know_each(masked_names, {one.pk: identity.mask_name(one.read("name")) for one in persons})


def get_own_name(viewer: Viewer) -> str:
    """A worker's own whole name, for a paper that is theirs. Raises NotAllowed; NotFound: the account is nobody's of the register."""
    permissions.require(viewer, "own.view")
    person = Person.objects.filter(pk=viewer.person_id or 0).only("pseudonym", "name").first()
    if person is None:
        raise NotFound
    return person.read("name")


def name_in_public(person_id: int) -> str:
    """The masked name; of whoever withdrew their consent to it, none: a notice then stands without."""
    return "某某" if has_withdrawn(person_id, Purpose.NOTICE) else masked_names([person_id])[person_id]


def find_person_by_id_number(viewer: Viewer, id_number: str) -> PersonCard | None:
    """By blind index, in scope. None as well for what is not an ID number: a search says nothing about why."""
    read = identity.read_id_number(id_number)
    return _find_by_blind(viewer, "id_number", read) if read else None


def find_person_by_phone(viewer: Viewer, phone: str) -> PersonCard | None:
    return _find_by_blind(viewer, "phone", identity.fold(phone))


def find_person_id(pseudonym: str) -> int | None:
    return Person.objects.filter(pseudonym=pseudonym).values_list("id", flat=True).first()


def ids_of_pseudonyms(pseudonyms: Iterable[str]) -> dict[str, int]:
    return _by_chunks(pseudonyms, lambda part: Person.objects.filter(pseudonym__in=part).values_list("pseudonym", "id"))


def pseudonyms_of(person_ids: Iterable[int]) -> dict[int, str]:
    return _by_chunks(person_ids, lambda part: Person.objects.filter(pk__in=part).values_list("id", "pseudonym"))


def missing_identities(pseudonyms: Iterable[str]) -> set[str]:
    """Pseudonyms of which the registry knows no name or ID number yet: the ones to ask the vault for."""
    wanted = set(pseudonyms)
    known = _by_chunks(
        wanted,
        lambda part: (
            Person.objects.filter(pseudonym__in=part, name__isnull=False)
            .exclude(id_number_blind="")
            .values_list("pseudonym", "id")
        ),
    )
    return wanted - known.keys()


def find_household_id(key: str) -> int | None:
    """The household of this key, or the one it was merged into."""
    household = Household.objects.filter(key=key).first()
    return _standing(household).pk if household else None


def household_ids_of_keys(household_keys: Iterable[str]) -> dict[str, int]:
    return _by_chunks(household_keys, lambda part: Household.objects.filter(key__in=part).values_list("key", "id"))


@looking.once
def get_household(household_id: int) -> HouseholdCard:
    """
    Without scope, for the rooms above, which bound it by their own work order or case. Raises NotFound.

    A household that was merged is answered as itself, without members: follow `find_household_id` to the one that stands.
    """
    return _household_card(Household.objects.filter(pk=household_id))


@looking.once
def get_household_card(viewer: Viewer, household_id: int) -> HouseholdCard:
    """In the viewer's scope. Raises NotFound."""
    return _household_card(visible_households(viewer).filter(pk=household_id))


def list_household_keys(viewer: Viewer) -> set[str]:
    """The lake's keys of all households in the viewer's scope, for a list from the lake."""
    return set(visible_households(viewer).values_list("key", flat=True))


def list_household_members(viewer: Viewer, household_id: int) -> list[MemberCard]:
    """
    Who lives there now, masked: the head first, then by birth.

    A member is shown with the household even if their own union is elsewhere; a worker sees of the others only the
    relation and the masked name. Raises NotFound.
    """
    get_household_card(viewer, household_id)
    spells = [spell for spell in _spells_of(household_id) if spell.ends_before is None]
    members = _member_cards(spells, {spell.person_id: _card(spell.person, household_id) for spell in spells})
    return sorted(members, key=lambda member: member.relation != "head")


def list_past_members(viewer: Viewer, household_id: int) -> list[MemberCard]:
    """Spells that have ended, latest first, masked. Raises NotFound."""
    get_household_card(viewer, household_id)
    spells = [spell for spell in _spells_of(household_id) if spell.ends_before is not None]
    spells.sort(key=lambda spell: (-(spell.ends_before or date.min).toordinal(), spell.pk))
    return _member_cards(spells, cards_of(spell.person for spell in spells) if spells else {})


BY_BIRTH = F("person__birth_date").asc(nulls_last=True)
"""Oldest first, and last of whom that is not known: the same on either database."""


@looking.once
def _spells_of(household_id: int) -> list[HouseholdMember]:
    """Who lives or lived there, by birth, with the persons; not to be changed."""
    spells = HouseholdMember.objects.filter(household_id=household_id).select_related("person")
    return list(spells.order_by(BY_BIRTH, "person_id", "pk"))


def _member_cards(spells: Iterable[HouseholdMember], cards: Mapping[int, PersonCard]) -> list[MemberCard]:
    return [
        MemberCard(
            person=cards[spell.person_id],
            relation=spell.relation,
            source=SpellSource(spell.source),
            starts_on=spell.starts_on,
        )
        for spell in spells
    ]


@looking.once
def household_of(person_id: int) -> int | None:
    """The household where the person lives now."""
    return (
        HouseholdMember.objects.filter(person_id=person_id, ends_before__isnull=True)
        .values_list("household_id", flat=True)
        .first()
    )


def households_of(person_ids: Iterable[int]) -> dict[int, int]:
    """By person, the household where they live now; those who live in none are left out."""
    homes = HouseholdMember.objects.filter(person__in=set(person_ids), ends_before__isnull=True)
    return dict(homes.values_list("person_id", "household_id"))


def housemates_of(person_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """By person, everyone who lives with them now and they themselves; in two queries however many. For conflicts of interest."""
    wanted = set(person_ids)
    by_person = households_of(wanted)
    members = members_of(by_person.values())
    return {person: frozenset({person, *members.get(by_person.get(person, 0), ())}) for person in wanted}


def alike(first: Iterable[int], others: Iterable[int]) -> set[tuple[int, int, str]]:
    """
    (one of `first`, one of `others`, what they share): self, household, phone or bank_account. By fingerprints, nothing is opened and no
    fingerprint leaves. Without scope: for the room that has bounded its persons.
    """
    ones, rest = set(first), set(others)
    homes = HouseholdMember.objects.filter(person__in=ones | rest, ends_before__isnull=True)
    household = dict(homes.values_list("person_id", "household_id"))
    rows = Person.objects.filter(pk__in=ones | rest).values_list("pk", "phone_blind", "bank_account_blind")
    said = {pk: {"household": household.get(pk), "phone": phone, "bank_account": bank} for pk, phone, bank in rows}
    holders: dict[tuple[str, object], set[int]] = {}
    for pk in rest & said.keys():
        for what, value in said[pk].items():
            if value:
                holders.setdefault((what, value), set()).add(pk)
    found = {(pk, pk, "self") for pk in ones & rest}
    for pk in ones & said.keys():
        for what, value in said[pk].items():
            found |= {(pk, other, what) for other in holders.get((what, value), ()) if value and other != pk}
    return found


@looking.once_each
def members_of(household_ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """Who lives in each household now, oldest first; without scope, for bulk work that has bounded its households."""
    rows: dict[int, list[int]] = {}
    wanted = list(set(household_ids))
    for start in range(0, len(wanted), 500):
        spells = HouseholdMember.objects.filter(household__in=wanted[start : start + 500], ends_before__isnull=True)
        for household_id, person_id in spells.order_by(BY_BIRTH, "person_id").values_list("household_id", "person_id"):
            rows.setdefault(household_id, []).append(person_id)
    return {household_id: tuple(person_ids) for household_id, person_ids in rows.items()}


@looking.once_each
def open_memberships_of(person_ids: Iterable[int]) -> dict[int, MembershipFacts]:
    """Each person's union membership now, the latest if there are several; those without one are left out. No scope."""
    found: dict[int, MembershipFacts] = {}
    wanted = list(set(person_ids))
    for start in range(0, len(wanted), 500):
        rows = Membership.objects.filter(person__in=wanted[start : start + 500], left_on__isnull=True).order_by(
            "joined_on", "id"
        )
        for row in rows.select_related("person"):
            found[row.person_id] = MembershipFacts(
                pseudonym=row.person.pseudonym,
                org_id=row.union_id,
                joined_on=row.joined_on,
                left_on=None,
                group=row.group,
            )
    return found


@looking.once_each
def faces_of(household_ids: Iterable[int]) -> dict[int, HouseholdFace]:
    """By household id, of those where somebody lives; one query for five hundred. Without scope: for lists whose rows the caller has bounded."""
    homes: dict[int, list[tuple[int, str, Any, bool]]] = {}
    wanted = list(set(household_ids))
    is_organised = Exists(Membership.objects.filter(person=OuterRef("person"), left_on__isnull=True))
    said = ("household_id", "person_id", "person__pseudonym", "person__name")
    for start in range(0, len(wanted), 500):
        spells = HouseholdMember.objects.filter(household__in=wanted[start : start + 500], ends_before__isnull=True)
        in_order = spells.order_by(BY_BIRTH, "person_id").values_list(*said)
        for home, *person in in_order.annotate(is_organised=is_organised):
            homes.setdefault(home, []).append(tuple(person))
    found = {}
    for home, persons in homes.items():
        pk, pseudonym, name, _organised = next((one for one in persons if one[3]), persons[0])
        shown = Person(pk=pk, pseudonym=pseudonym, name=name)
        found[home] = HouseholdFace(identity.mask_name(shown.read("name")), tuple(one[0] for one in persons))
    return found


def list_memberships(person_id: int) -> list[MembershipFacts]:
    """Union memberships, latest first."""
    found = Membership.objects.filter(person_id=person_id).select_related("person").order_by("-joined_on", "id")
    return [
        MembershipFacts(
            pseudonym=row.person.pseudonym,
            org_id=row.union_id,
            joined_on=row.joined_on,
            left_on=row.left_on,
            group=row.group,
        )
        for row in found
    ]


def count_at(org_id: int) -> dict[str, int]:
    """Households, persons and lasting memberships of that very union. Without scope: for whoever changes unions."""
    return {
        "households": Household.objects.filter(home_id=org_id).count(),
        "persons": Person.objects.filter(home_id=org_id).count(),
        "members": Membership.objects.filter(union_id=org_id, left_on__isnull=True).count(),
    }


def count_members_at(org_ids: Iterable[int]) -> dict[int, int]:
    """Lasting memberships of each of these very unions; one without any is left out. Without scope: for rows that the caller has bounded."""
    rows = Membership.objects.filter(union_id__in=set(org_ids), left_on__isnull=True).order_by().values("union_id")
    return dict(rows.annotate(count=Count("pk")).values_list("union_id", "count"))


def count_within(path: str) -> dict[str, int]:
    """`count_at` for a union and all below."""
    return {
        "households": scope.within(Household.objects.all(), path, "home__path").count(),
        "persons": scope.within(Person.objects.all(), path, "home__path").count(),
        "members": scope.within(Membership.objects.filter(left_on__isnull=True), path, "union__path").count(),
    }


def list_declared() -> list[DeclaredHousehold]:
    """Households that a verification found to be other than the registers say, by key: they override the next run."""
    members: dict[int, list[str]] = {}
    found: dict[int, HouseholdMember] = {}
    spells = HouseholdMember.objects.filter(source=SpellSource.DECLARED, ends_before__isnull=True)
    for spell in spells.select_related("person", "household").order_by("household__key", "person__pseudonym"):
        members.setdefault(spell.household_id, []).append(spell.person.pseudonym)
        found.setdefault(spell.household_id, spell)
    return [
        DeclaredHousehold(key=spell.household.key, pseudonyms=tuple(members[identity]), declared_on=spell.starts_on)
        for identity, spell in found.items()
    ]


def list_optouts(purpose: Purpose = Purpose.SENSING) -> list[str]:
    """Pseudonyms of those whose latest word on `purpose` is a withdrawal, sorted: the next run holds them (S-OPTOUT)."""
    latest: dict[str, bool] = {}
    rows = Consent.objects.filter(purpose=purpose).order_by("id").values_list("person__pseudonym", "withdrawn_at")
    for pseudonym, withdrawn_at in rows:
        latest[pseudonym] = withdrawn_at is not None
    return sorted(pseudonym for pseudonym, is_out in latest.items() if is_out)


def list_views_of_person(viewer: Viewer, person_id: int) -> list[DataView]:
    """
    Who looked at this person's data, latest first: fields opened (with the reason given), pages seen, and what the operator of the
    machine asked by command (`account_id` null).

    For the worker concerned, and for whoever may see the person. Raises NotFound.
    """
    _require_visible(viewer, person_id)
    looks = ("registry.reveal", "registry.view", "programs.explain")
    found = audit.list_about_by_name(f"person:{person_id}", actions=looks, name=accounts.name_of("account_id"))
    accounts.know_named({event.account_id: name for event, name in found if event.account_id and name is not None})
    return [
        DataView(
            at=event.at,
            account_id=event.account_id,
            action=event.action,
            what=str(event.detail.get("what", "")),
            reason=event.reason,
        )
        for event, _name in found
    ]


@looking.once
def _require_visible(viewer: Viewer, person_id: int) -> None:
    """Raises NotFound."""
    if not visible_persons(viewer).filter(pk=person_id).exists():
        raise NotFound


def list_consents(viewer: Viewer, person_id: int) -> list[ConsentCard]:
    """What a person said to each purpose, newest first. Raises NotFound."""
    _require_visible(viewer, person_id)
    rows = Consent.objects.filter(person_id=person_id).order_by("-pk")
    return [ConsentCard(Purpose(row.purpose), row.given_at, row.withdrawn_at) for row in rows]


def has_withdrawn(person_id: int, purpose: Purpose) -> bool:
    """Whether the latest word of this person on a purpose is a withdrawal."""
    latest = Consent.objects.filter(person_id=person_id, purpose=purpose).order_by("-pk").first()
    return latest is not None and latest.withdrawn_at is not None


def verify() -> list[Violation]:
    """
    SEALS: every sealed value opens in its place and has its own fingerprint, and the pseudonym is that of the ID number.
    HOMES: nobody lives in a household that was merged into another. Reads only; some 20,000 persons a second.
    """
    found: list[Violation] = []
    for person in Person.objects.order_by("pk").iterator(chunk_size=1000):
        try:
            plain = {column: person.read(column) for column in PersonField}
        except CannotOpen:
            sound = False
        else:
            sound = all(
                getattr(person, f"{column}_blind")
                == (keys().blind(plain[column], f"registry.person.{column}") if plain[column] else "")
                for column in PersonField
                if column in Person.BLIND
            ) and (
                not plain[PersonField.ID_NUMBER]
                or keys().pseudonym_of(plain[PersonField.ID_NUMBER]) == person.pseudonym
            )
        if not sound:
            found.append(
                Violation(
                    "SEALS",
                    f"person:{person.pk}",
                    "加密字段被改动，或与密钥、假名不符。请从备份恢复此人记录。",
                    "A sealed value was altered, or fits neither key nor pseudonym. Restore this person from a backup.",
                )
            )
    for kind, homes in (("household", Household.objects.all()), ("person", Person.objects.all())):
        found += [
            Violation(
                "HEIR",
                f"{kind}:{identity}",
                "负责的工会已有承接工会，却没有交过去。",
                "Its union has a successor, but it was not handed on.",
            )
            for identity in homes.filter(home__successor__isnull=False).values_list("pk", flat=True)
        ]
    found += [
        Violation(
            "HEIR",
            f"membership:{identity}",
            "会籍所在工会已有承接工会，却没有转过去。",
            "The union has a successor, but the membership goes on there.",
        )
        for identity in Membership.objects.filter(left_on__isnull=True, union__successor__isnull=False).values_list(
            "pk", flat=True
        )
    ]
    for held in HeldValue.objects.select_related("person", "correction"):
        if held.person.read(held.column) != held.correction.read().get("value"):
            found.append(Violation("HELD", f"person:{held.person_id}", "更正过的资料被改回。请再次核对并更正。", "A corrected value was overwritten. Check and correct it again."))  # fmt: skip
    merged = HouseholdMember.objects.filter(ends_before__isnull=True, household__merged_into__isnull=False)
    found += [
        Violation(
            "HOMES",
            f"household:{household_id}",
            "已合并的家庭仍有成员。",
            "A household that was merged still has members.",
        )
        for household_id in merged.order_by("household_id").values_list("household_id", flat=True).distinct()
    ]
    return found


def _standing(household: Household) -> Household:
    while household.merged_into is not None:
        household = household.merged_into
    return household


def _household_card(found: QuerySet[Household]) -> HouseholdCard:
    household = found.select_related("home").first()
    if household is None:
        raise NotFound
    if household.home:
        organizations.know([household.home])
    spells = [spell for spell in _spells_of(household.pk) if spell.ends_before is None]
    spells.sort(key=lambda spell: spell.person_id)
    return HouseholdCard(
        id=household.pk,
        key=household.key,
        org_id=household.home_id,
        org_path=(household.home.path or "") if household.home else "",
        member_ids=tuple(spell.person_id for spell in spells),
        is_declared=any(spell.source == SpellSource.DECLARED for spell in spells),
    )


def _find_by_blind(viewer: Viewer, column: str, plain: str) -> PersonCard | None:
    blind = keys().blind(plain, f"registry.person.{column}")
    found = visible_persons(viewer).filter(**{f"{column}_blind": blind}).order_by("id")[:1]
    return next(iter(_cards_with_homes(found).values()), None)


def _cards_with_homes(persons: QuerySet[Person]) -> dict[int, PersonCard]:
    here = HouseholdMember.objects.filter(person=OuterRef("pk"), ends_before__isnull=True).values("household_id")
    return {person.pk: _card(person, vars(person)["lives_in"]) for person in persons.annotate(lives_in=Subquery(here))}


def cards_of(persons: Iterable[Person]) -> dict[int, PersonCard]:
    """Masked, by id, without scope: for persons the caller has bounded."""
    found = list(persons)
    homes = dict(
        HouseholdMember.objects.filter(
            Q(person__in=[person.pk for person in found]), ends_before__isnull=True
        ).values_list("person_id", "household_id")
    )
    return {person.pk: _card(person, homes.get(person.pk)) for person in found}


def _card(person: Person, household_id: int | None) -> PersonCard:
    masked = {column: mask(person.read(column)) if getattr(person, column) else "" for column, mask in _MASKS.items()}
    return PersonCard(
        id=person.pk,
        pseudonym=person.pseudonym,
        name=masked[PersonField.NAME],
        id_number=masked[PersonField.ID_NUMBER],
        phone=masked[PersonField.PHONE],
        bank_account=masked[PersonField.BANK_ACCOUNT],
        bank_name=person.bank_name,
        birth_date=person.birth_date,
        sex=person.sex,
        household_id=household_id,
        org_id=person.home_id,
    )


def _by_chunks(values: Iterable, ask) -> dict:
    wanted = list(set(values))
    found: dict = {}
    for start in range(0, len(wanted), 500):
        found.update(ask(wanted[start : start + 500]))
    return found


def payee_accounts(person_ids: Iterable[int]) -> dict[int, PayeeAccount]:
    """By person id, masked; without scope, for a batch whose lines the caller has already bounded."""
    return _by_chunks(
        person_ids,
        lambda chunk: (
            (
                person.pk,
                PayeeAccount(
                    masked=identity.mask_account(person.read("bank_account")) if person.bank_account else "",
                    bank_name=person.bank_name,
                    mark=person.bank_account_blind,
                    entered_by=person.bank_account_entered_by_id,
                ),
            )
            for person in Person.objects.filter(pk__in=chunk)
        ),
    )


def account_enterers(person_ids: Iterable[int]) -> set[int]:
    """Accounts of those who entered where these persons are paid now."""
    found: dict[int, int] = _by_chunks(
        person_ids,
        lambda chunk: Person.objects.filter(pk__in=chunk, bank_account_entered_by__isnull=False).values_list(
            "pk", "bank_account_entered_by"
        ),
    )
    return set(found.values())


def account_marks(person_ids: Iterable[int]) -> dict[int, str]:
    """The blind index of each person's bank account: tells one account from another without opening it. Empty = none."""
    return _by_chunks(
        person_ids, lambda chunk: dict(Person.objects.filter(pk__in=chunk).values_list("pk", "bank_account_blind"))
    )


def marks_to_count() -> dict[int, tuple[str, str]]:
    """Of each person sex and new-employment group, empty = not known or none: for the roll-up, whoever's they are."""
    groups = dict(Membership.objects.filter(left_on=None).exclude(group="").values_list("person_id", "group"))
    return {
        person: (sex, groups.get(person, "")) for person, sex in Person.objects.values_list("pk", "sex").iterator(5_000)
    }
