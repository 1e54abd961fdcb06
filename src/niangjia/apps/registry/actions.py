"""Writing persons, households, memberships and consent; opening a sealed field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit import queries as audit_queries
from niangjia.apps.audit.types import Actor, Entry
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.registry.closeness import own_people
from niangjia.apps.registry.corrections import (
    BasisMissing,
    CorrectionWaits,
    DecidedAlready,
    NoteMissing,
    OwnData,
    ValueUnfit,
    decide_correction,
    keep_corrected,
    open_correction,
    open_own_data,
    raise_correction,
    withdraw_correction,
)
from niangjia.apps.registry.coverage import tell_headcount
from niangjia.apps.registry.fields import keys
from niangjia.apps.registry.joining import join_union, leave_unions, take_in
from niangjia.apps.registry.models import Consent, Household, HouseholdMember, Membership, Person
from niangjia.apps.registry.problems import AccountUnfit
from niangjia.apps.registry.queries import NotFound, visible_persons
from niangjia.apps.registry.recognitions import (
    CertificateReasonMissing,
    CertificateTaken,
    CertificateUnfit,
    enter_certificate,
    enter_recognitions,
    withdraw_certificate,
)
from niangjia.apps.registry.rehoming import as_it_stands, rehome_people
from niangjia.apps.registry.searching import NoNumber, TooManySearches, find_person, search_people
from niangjia.apps.registry.types import (
    HouseholdFacts,
    HouseholdsReceived,
    MemberFacts,
    MembershipFacts,
    PersonField,
    Purpose,
    SpellSource,
)
from niangjia.apps.registry.whose_account import NobodyOfThatNumber, say_whose_account
from niangjia.kernel.identity import read_account
from niangjia.kernel.problems import Refusal

__all__ = [
    "NobodyOfThatNumber",
    "say_whose_account",
    "BasisMissing",
    "CorrectionWaits",
    "DecidedAlready",
    "NoteMissing",
    "OwnData",
    "TooManySearches",
    "ValueUnfit",
    "AccountUnfit",
    "decide_correction",
    "CertificateReasonMissing",
    "CertificateTaken",
    "CertificateUnfit",
    "enter_certificate",
    "enter_recognitions",
    "withdraw_certificate",
    "NoNumber",
    "find_person",
    "join_union",
    "leave_unions",
    "open_correction",
    "open_own_data",
    "raise_correction",
    "rehome_people",
    "search_people",
    "take_in",
    "tell_headcount",
    "withdraw_correction",
]

REVEALS_PER_HOUR = 50
SHORTEST_REASON = 4
_CHUNK = 500
_SEALED = [column.value for column in PersonField]
_PERSON_COLUMNS = [
    *Person.NAME_COLUMNS,
    "id_number",
    "id_number_blind",
    "phone",
    "phone_blind",
    "birth_date",
    "sex",
    "home",
    "updated_at",
]


class ReasonTooShort(Refusal):
    def __init__(self) -> None:
        super().__init__(
            f"请写明查看原因，至少 {SHORTEST_REASON} 个字，例如“电话约定入户时间”。",
            f"Say why you need to see this, in at least {SHORTEST_REASON} characters, for example: to arrange the visit.",
        )


class TooManyReveals(Refusal):
    def __init__(self) -> None:
        super().__init__(
            f"一小时内查看已达 {REVEALS_PER_HOUR} 次。请稍后再试；确需批量查看，请联系上级工会。",
            f"You have opened {REVEALS_PER_HOUR} fields within an hour. Try later; for work in bulk ask the union above.",
        )


class OwnAccount(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "不能登记自己家庭的收款账号，请由同事办理。",
            "Nobody enters the account of their own household. Ask a colleague to do it.",
        )


class PersonTwice(Refusal):
    def __init__(self, household_key: str) -> None:
        super().__init__(
            f"同一人在一次导入中属于两个家庭（其一为 {household_key}）。请检查户籍数据。",
            f"One person is in two households of the same receipt (one is {household_key}). Check the household feed.",
        )


class HouseholdWasMerged(Refusal):
    def __init__(self, household_id: int) -> None:
        super().__init__(
            f"家庭 {household_id} 已并入另一家庭。请打开合并后的家庭再操作。",
            f"Household {household_id} was merged into another. Open the household it became.",
        )


# --- receiving ---------------------------------------------------------------------------------------------------


def receive_households(rows: Iterable[HouseholdFacts], *, now: datetime) -> HouseholdsReceived:
    """
    Take in households as a run sensed them: persons, households, who lives where, and the union responsible.

    Safe to repeat: the same rows write nothing. Goes on in chunks, each one transaction with its audit event: after a
    crash repeat the whole list. What a row leaves empty stays as known; so does what was corrected. A spell that a verification declared is not
    touched. A member who now belongs to another household has the former spell ended today; a person no longer in any
    row keeps the spell (the next run will say). The union responsible is set where none was: from then on it changes by
    `place_households` (dispatch, transfer), not by next month's registers.

    Raises:
        PersonTwice: one person in two households of `rows`.
    """
    households = list(rows)
    home: dict[str, str] = {}
    for facts in households:
        for member in facts.members:
            if home.setdefault(member.pseudonym, facts.key) != facts.key:
                raise PersonTwice(facts.key)
    received = HouseholdsReceived({}, {}, 0, 0, 0, 0)
    for start in range(0, len(households), _CHUNK):
        received = _add(received, _receive_chunk(households[start : start + _CHUNK], now))
    return received


def _add(left: HouseholdsReceived, right: HouseholdsReceived) -> HouseholdsReceived:
    return HouseholdsReceived(
        household_ids=left.household_ids | right.household_ids,
        person_ids=left.person_ids | right.person_ids,
        created_household_count=left.created_household_count + right.created_household_count,
        created_person_count=left.created_person_count + right.created_person_count,
        changed_person_count=left.changed_person_count + right.changed_person_count,
        moved_person_count=left.moved_person_count + right.moved_person_count,
    )


@transaction.atomic
def _receive_chunk(rows: list[HouseholdFacts], now: datetime) -> HouseholdsReceived:
    standing, created_households = _receive_household_rows(rows, now)
    facts = {member.pseudonym: (member, standing[row.key].home_id) for row in rows for member in row.members}
    persons, created_persons, changed_persons = _receive_persons(facts, now)
    moved = _receive_spells(rows, standing, persons, timezone.localdate(now))
    if created_households or created_persons or changed_persons or moved:
        audit.record(
            None,
            action="registry.receive_households",
            object="registry",
            detail={
                "households": len(rows),
                "created_households": created_households,
                "created_persons": created_persons,
                "changed_persons": changed_persons,
                "moved_persons": moved,
            },
            now=now,
        )
    return HouseholdsReceived(
        household_ids={key: household.pk for key, household in standing.items()},
        person_ids={pseudonym: person.pk for pseudonym, person in persons.items()},
        created_household_count=created_households,
        created_person_count=created_persons,
        changed_person_count=changed_persons,
        moved_person_count=moved,
    )


def _receive_household_rows(rows: list[HouseholdFacts], now: datetime) -> tuple[dict[str, Household], int]:
    """Households by key, merged ones as the one that stands."""
    wanted = {row.key: row.org_id for row in rows}
    found = {household.key: household for household in Household.objects.select_for_update().filter(key__in=wanted)}
    created = [Household(key=key, home_id=org_id, created_at=now) for key, org_id in wanted.items() if key not in found]
    Household.objects.bulk_create(created)
    placed = []
    for household in found.values():
        org_id = wanted[household.key]
        if org_id is not None and household.home_id is None and household.merged_into_id is None:
            household.home_id = org_id
            placed.append(household)
    Household.objects.bulk_update(placed, ["home"])
    found |= {household.key: household for household in created}
    return {key: _follow(household) for key, household in found.items()}, len(created)


def _follow(household: Household) -> Household:
    while household.merged_into is not None:
        household = household.merged_into
    return household


def _receive_persons(
    facts: Mapping[str, tuple[MemberFacts, int | None]], now: datetime
) -> tuple[dict[str, Person], int, int]:
    found: dict[str, Person] = {}
    wanted = list(facts)
    for start in range(0, len(wanted), _CHUNK):
        part = Person.objects.select_for_update().filter(pseudonym__in=wanted[start : start + _CHUNK])
        found |= {person.pseudonym: person for person in part}
    created, changed = [], []
    for pseudonym, (member, org_id) in keep_corrected(facts, found, now).items():
        person = found.get(pseudonym)
        if person is None:
            person = Person(pseudonym=pseudonym)
            created.append(person)
        elif not _differs(person, member, org_id):
            continue
        else:
            changed.append(person)
        _take(person, member, org_id)
        person.updated_at = now
    Person.objects.bulk_create(created)
    # An upsert by id instead of bulk_update: its CASE per row and column takes ten times as long.
    Person.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=[*_PERSON_COLUMNS])
    found |= {person.pseudonym: person for person in created}
    return found, len(created), len(changed)


def _differs(person: Person, member: MemberFacts, org_id: int | None) -> bool:
    return bool(
        (member.id_number and person.id_number is None)
        or (member.name and person.read("name") != member.name)
        or (member.phone and keys().blind(member.phone, "registry.person.phone") != person.phone_blind)
        or (member.birth_date and person.birth_date != member.birth_date)
        or (member.sex and person.sex != member.sex)
        or (org_id is not None and person.home_id is None)
    )


def _take(person: Person, member: MemberFacts, org_id: int | None) -> None:
    for column in ("name", "id_number", "phone"):
        if plain := getattr(member, column):
            person.write(column, plain)
    person.birth_date = member.birth_date or person.birth_date
    person.sex = member.sex or person.sex
    person.home_id = person.home_id if person.home_id is not None else org_id


def _receive_spells(
    rows: list[HouseholdFacts], standing: dict[str, Household], persons: dict[str, Person], today: date
) -> int:
    ids = [person.pk for person in persons.values()]
    open_spells: dict[int, HouseholdMember] = {}
    for start in range(0, len(ids), _CHUNK):
        part = HouseholdMember.objects.select_for_update().filter(
            person__in=ids[start : start + _CHUNK], ends_before__isnull=True
        )
        open_spells |= {spell.person_id: spell for spell in part}
    declared = set(
        HouseholdMember.objects.filter(
            household__in=[household.pk for household in standing.values()],
            source=SpellSource.DECLARED,
            ends_before__isnull=True,
        ).values_list("household_id", flat=True)
    )
    ending, starting, relabelled = [], [], []
    for row in rows:
        household = standing[row.key]
        if household.pk in declared:
            continue
        for member in row.members:
            person = persons[member.pseudonym]
            spell = open_spells.get(person.pk)
            if spell and spell.source == SpellSource.DECLARED:
                continue
            if spell and spell.household_id == household.pk:
                if member.relation and spell.relation != member.relation:
                    spell.relation = member.relation
                    relabelled.append(spell)
                continue
            if spell:
                ending.append(spell.pk)
            starting.append(
                HouseholdMember(
                    household=household,
                    person=person,
                    relation=member.relation,
                    source=SpellSource.SENSED,
                    starts_on=today,
                )
            )
    HouseholdMember.objects.filter(pk__in=ending).update(ends_before=today)
    HouseholdMember.objects.bulk_create(starting)
    HouseholdMember.objects.bulk_update(relabelled, ["relation"])
    _follow_homes(starting)
    return len(starting)


def _follow_homes(spells: list[HouseholdMember]) -> None:
    """Whoever moved in belongs to the union of the household."""
    by_union: dict[int, list[int]] = {}
    for spell in spells:
        home_id = spell.household.home_id
        if home_id is not None and spell.person.home_id != home_id:
            by_union.setdefault(home_id, []).append(spell.person_id)
    for home_id, person_ids in by_union.items():
        Person.objects.filter(pk__in=person_ids).update(home=home_id)


def receive_memberships(rows: Iterable[MembershipFacts], *, now: datetime) -> int:
    """
    Take in union memberships of persons that the registry knows; return how many rows were new or changed.

    Safe to repeat. A membership of a person not known here is left out: the registry keeps only who was found. One at a union that ended
    goes on at whoever goes on with what it had.
    """
    wanted = as_it_stands(rows, organizations.list_endings())
    written = 0
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        with transaction.atomic():
            ids = dict(
                Person.objects.filter(pseudonym__in=[row.pseudonym for row in part]).values_list("pseudonym", "id")
            )
            known = {
                (row.person_id, row.union_id, row.joined_on): (row.left_on, row.group)
                for row in Membership.objects.filter(person__in=ids.values())
            }
            changed = {
                (ids[row.pseudonym], row.org_id, row.joined_on): row
                for row in part
                if row.pseudonym in ids
                and known.get((ids[row.pseudonym], row.org_id, row.joined_on)) != (row.left_on, row.group)
            }
            Membership.objects.bulk_create(
                [
                    Membership(
                        person_id=person_id, union_id=org_id, joined_on=joined_on, left_on=row.left_on, group=row.group
                    )
                    for (person_id, org_id, joined_on), row in changed.items()
                ],
                update_conflicts=True,
                unique_fields=["person", "union", "joined_on"],
                update_fields=["left_on", "group"],
            )
            if changed:
                audit.record(
                    None,
                    action="registry.receive_memberships",
                    object="registry",
                    detail={"rows": len(changed)},
                    now=now,
                )
        written += len(changed)
    return written


# --- households --------------------------------------------------------------------------------------------------


def place_households(placements: Mapping[int, int], *, now: datetime, viewer: Actor | None = None) -> int:
    """
    Make a union responsible for each household and those who live there now: household id → union id. Return how many moved.

    Safe to repeat. From then on the union and those above it see them.

    Raises:
        NotFound: no such household.
        NoSuchUnion: no such union.
    """
    wanted = list(placements.items())
    moved = 0
    for start in range(0, len(wanted), _CHUNK):
        moved += _place_chunk(dict(wanted[start : start + _CHUNK]), now, viewer)
    return moved


def place_household(*, household_id: int, org_id: int, now: datetime, viewer: Actor | None = None) -> None:
    """`place_households` for one."""
    place_households({household_id: org_id}, now=now, viewer=viewer)


@transaction.atomic
def _place_chunk(placements: dict[int, int], now: datetime, viewer: Actor | None) -> int:
    known = organizations.get_unions(placements.values())
    for org_id in placements.values():
        if org_id not in known:
            raise organizations.NoSuchUnion(org_id)
    households = {
        household.pk: household for household in Household.objects.select_for_update().filter(pk__in=placements)
    }
    if len(households) != len(placements):
        raise NotFound
    by_union: dict[int, list[int]] = {}
    for identity, household in households.items():
        if household.home_id != placements[identity]:
            by_union.setdefault(placements[identity], []).append(identity)
    for org_id, ids in by_union.items():
        Household.objects.filter(pk__in=ids).update(home=org_id)
        # Two steps: in one, PostgreSQL joins by nested loops as long as fresh tables have no statistics.
        members = HouseholdMember.objects.filter(household__in=ids, ends_before__isnull=True).values_list(
            "person_id", flat=True
        )
        Person.objects.filter(pk__in=list(members)).update(home=org_id, updated_at=now)
    audit.record_many(
        viewer,
        entries=[
            Entry("registry.place_household", f"household:{identity}", {"org": org_id})
            for org_id, ids in by_union.items()
            for identity in ids
        ],
        now=now,
    )
    return sum(len(ids) for ids in by_union.values())


@transaction.atomic
def declare_household(
    *, viewer: Actor | None, household_id: int, members: Mapping[int, str], now: datetime, reason: str = ""
) -> None:
    """
    Write down who was found to live in a household at a verification: person id → relation. This overrides the registers.

    Safe to repeat. Who lived there and was not found has the spell ended today; who lived elsewhere moves in. Spells that
    ended stay as history.

    Raises:
        NotFound: no such household or person.
        HouseholdWasMerged: it no longer stands.
    """
    household = _standing_for_update(household_id)
    today = timezone.localdate(now)
    if Person.objects.filter(pk__in=members).count() != len(members):
        raise NotFound
    before = {
        spell.person_id: spell
        for spell in HouseholdMember.objects.select_for_update().filter(
            Q(household=household) | Q(person__in=members), ends_before__isnull=True
        )
    }
    kept = {
        person_id
        for person_id, spell in before.items()
        if spell.household_id == household_id
        and spell.source == SpellSource.DECLARED
        and members.get(person_id) == spell.relation
    }
    if kept == members.keys() == before.keys():
        return
    HouseholdMember.objects.filter(
        pk__in=[spell.pk for person_id, spell in before.items() if person_id not in kept]
    ).update(ends_before=today)
    HouseholdMember.objects.bulk_create(
        HouseholdMember(
            household=household, person_id=person_id, relation=relation, source=SpellSource.DECLARED, starts_on=today
        )
        for person_id, relation in members.items()
        if person_id not in kept
    )
    if household.home_id is not None:
        Person.objects.filter(pk__in=members).exclude(home=household.home_id).update(
            home=household.home_id, updated_at=now
        )
    audit.record(
        viewer,
        action="registry.declare_household",
        object=f"household:{household_id}",
        detail={"members": sorted(members), "left": sorted(before.keys() - members.keys())},
        reason=reason,
        now=now,
    )


@transaction.atomic
def merge_households(*, viewer: Actor | None, kept_id: int, merged_id: int, reason: str, now: datetime) -> None:
    """
    Two records were one household: those who live in `merged_id` move to `kept_id`; its key leads there from now on.

    Safe to repeat. Both histories stay.

    Raises:
        NotFound, HouseholdWasMerged.
    """
    if kept_id == merged_id:
        raise HouseholdWasMerged(merged_id)
    kept = _standing_for_update(kept_id)
    merged = Household.objects.select_for_update().filter(pk=merged_id).first()
    if merged is None:
        raise NotFound
    if merged.merged_into_id == kept_id:
        return
    if merged.merged_into_id is not None:
        raise HouseholdWasMerged(merged_id)
    moved = _move_spells(
        HouseholdMember.objects.filter(household=merged, ends_before__isnull=True), kept, timezone.localdate(now)
    )
    Household.objects.filter(pk=merged_id).update(merged_into=kept)
    audit.record(
        viewer,
        action="registry.merge_households",
        object=f"household:{kept_id}",
        detail={"merged": merged_id, "members": moved},
        reason=reason,
        now=now,
    )


@transaction.atomic
def split_household(
    *, viewer: Actor | None, household_id: int, person_ids: Iterable[int], key: str, reason: str, now: datetime
) -> int:
    """
    `person_ids` of a household form another one, of this `key`, under the same union; return its id.

    Safe to repeat: if the household of that key exists and they live there, its id comes back.

    Raises:
        NotFound: no such household, or one of them does not live there.
        HouseholdWasMerged.
    """
    wanted = set(person_ids)
    household = _standing_for_update(household_id)
    spells = HouseholdMember.objects.select_for_update().filter(ends_before__isnull=True, person__in=wanted)
    existing = Household.objects.filter(key=key).first()
    if existing and set(spells.filter(household=existing).values_list("person_id", flat=True)) == wanted:
        return existing.pk
    if existing or spells.filter(household=household).count() != len(wanted):
        raise NotFound
    other = Household.objects.create(key=key, home_id=household.home_id, created_at=now)
    moved = _move_spells(spells.filter(household=household), other, timezone.localdate(now))
    audit.record(
        viewer,
        action="registry.split_household",
        object=f"household:{household_id}",
        detail={"new": other.pk, "members": moved},
        reason=reason,
        now=now,
    )
    return other.pk


def _standing_for_update(household_id: int) -> Household:
    household = Household.objects.select_for_update().filter(pk=household_id).first()
    if household is None:
        raise NotFound
    if household.merged_into_id is not None:
        raise HouseholdWasMerged(household_id)
    return household


def _move_spells(spells, household: Household, today: date) -> list[int]:
    moving = list(spells)
    HouseholdMember.objects.filter(pk__in=[spell.pk for spell in moving]).update(ends_before=today)
    HouseholdMember.objects.bulk_create(
        HouseholdMember(
            household=household,
            person_id=spell.person_id,
            relation=spell.relation,
            source=SpellSource.DECLARED,
            starts_on=today,
        )
        for spell in moving
    )
    return sorted(spell.person_id for spell in moving)


# --- one person --------------------------------------------------------------------------------------------------


@transaction.atomic
def set_bank_account(*, viewer: Actor | None, person_id: int, account: str, bank_name: str, now: datetime) -> None:
    """
    Keep the account that help is paid to, sealed, and who entered it: they neither approve nor pay a batch with it. Safe to repeat.

    Raises:
        NotFound: no such person. OwnAccount: the viewer's own, or that of who lives with them.
        AccountUnfit: no bank could have it, or the bank is not named.
    """
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise NotFound
    if viewer is not None and person_id in own_people(viewer):
        raise OwnAccount
    account, bank_name = read_account(account) or "", bank_name.strip()
    if not account or not bank_name:
        raise AccountUnfit
    if person.bank_name == bank_name and person.read("bank_account") == account:
        return
    person.write("bank_account", account)
    person.bank_name, person.updated_at = bank_name, now
    person.bank_account_entered_by_id = viewer.account_id if viewer else None
    person.save(
        update_fields=["bank_account", "bank_account_blind", "bank_name", "bank_account_entered_by", "updated_at"]
    )
    audit.record(viewer, action="registry.set_bank_account", object=f"person:{person_id}", now=now)


@transaction.atomic
def reveal(*, viewer: Viewer, person_id: int, field: PersonField | str, reason: str, now: datetime) -> str:
    """
    Open one sealed field of a person and return it in plain; empty if nothing was ever reported. Every call is recorded.

    Raises:
        NotAllowed: the post may not open fields.
        ReasonTooShort: fewer than four characters, blanks apart.
        NotFound: no such person in the viewer's part of the tree.
        TooManyReveals: fifty within the hour.
    """
    permissions.require(viewer, "registry.reveal")
    column = PersonField(field)
    _require_why(reason)
    person = visible_persons(viewer).filter(pk=person_id).first()
    if person is None:
        raise NotFound
    _record_opening(viewer, person_id, {"what": column.value}, reason, now)
    return person.read(column.value)


@transaction.atomic
def record_opening(
    *, viewer: Viewer, person_id: int | None, detail: Mapping[str, object], reason: str, now: datetime
) -> None:
    """
    A room above opens a sealed form about this person, which it has found to be in the viewer's scope: right, reason, record and
    the hour's limit are those of `reveal`, and both count together.

    Raises:
        NotAllowed, ReasonTooShort, TooManyReveals.
    """
    permissions.require(viewer, "registry.reveal")
    _require_why(reason)
    _record_opening(viewer, person_id, detail, reason, now)


def _require_why(reason: str) -> None:
    if len("".join(reason.split())) < SHORTEST_REASON:
        raise ReasonTooShort


def _record_opening(
    viewer: Viewer, person_id: int | None, detail: Mapping[str, object], reason: str, now: datetime
) -> None:
    # Recorded first: that waits for other writers, so that two openings at once cannot both be the fiftieth.
    audit.record(
        viewer, action="registry.reveal", object=f"person:{person_id}", detail=detail, reason=reason.strip(), now=now
    )
    if (
        audit_queries.count_actions(
            account_id=viewer.account_id, action="registry.reveal", since=now - timedelta(hours=1)
        )
        > REVEALS_PER_HOUR
    ):
        raise TooManyReveals


def open_for_payment(
    *, person_ids: Iterable[int], batch: str, viewer: Actor | None, now: datetime
) -> dict[int, tuple[str, str, str]]:
    """
    Name, bank account and bank name of the payees of one bank file, by person id; recorded one event a person.

    Only for `funds`, which has checked the right to pay this batch. Raises NotFound.
    """
    wanted = sorted(set(person_ids))
    with transaction.atomic():
        found: dict[int, tuple[str, str, str]] = {}
        for start in range(0, len(wanted), _CHUNK):
            for person in Person.objects.filter(pk__in=wanted[start : start + _CHUNK]):
                found[person.pk] = (person.read("name"), person.read("bank_account"), person.bank_name)
        if len(found) != len(wanted):
            raise NotFound
        audit.record_many(
            viewer,
            entries=[
                Entry("registry.reveal_for_payment", f"person:{person_id}", {"what": "bank_account", "batch": batch})
                for person_id in wanted
            ],
            now=now,
        )
    return found


def record_views(*, viewer: Viewer, person_ids: Iterable[int], page: str, now: datetime) -> None:
    """A page with these persons' masked data was seen. Kept once a viewer, person, page and day; one's own is not kept."""
    objects = [f"person:{person_id}" for person_id in sorted(set(person_ids) - {viewer.person_id})]
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    kept = audit_queries.objects_among(
        objects, account_id=viewer.account_id, action="registry.view", what=page, since=midnight
    )
    if entries := [Entry("registry.view", object, {"what": page}) for object in objects if object not in kept]:
        audit.record_many(viewer, entries=entries, now=now)


# --- consent -----------------------------------------------------------------------------------------------------


@transaction.atomic
def give_consent(*, viewer: Actor | None, person_id: int, purpose: Purpose, now: datetime) -> None:
    """Safe to repeat: while a consent stands, nothing is written. Raises NotFound."""
    _person_for_update(person_id)
    _, is_new = Consent.objects.get_or_create(
        person_id=person_id, purpose=purpose, withdrawn_at=None, defaults={"given_at": now}
    )
    if is_new:
        audit.record(
            viewer,
            action="registry.give_consent",
            object=f"person:{person_id}",
            detail={"purpose": purpose.value},
            now=now,
        )


@transaction.atomic
def withdraw_consent(*, viewer: Actor | None, person_id: int, purpose: Purpose, now: datetime) -> None:
    """
    From now on the person is left out of `purpose`, whether they had consented or the law allowed it without.

    Safe to repeat. Raises NotFound.
    """
    _person_for_update(person_id)
    if not Consent.objects.filter(person_id=person_id, purpose=purpose, withdrawn_at__isnull=True).update(
        withdrawn_at=now
    ):
        latest = Consent.objects.filter(person_id=person_id, purpose=purpose).order_by("-id").first()
        if latest is not None:
            return
        Consent.objects.create(person_id=person_id, purpose=purpose, given_at=None, withdrawn_at=now)
    audit.record(
        viewer,
        action="registry.withdraw_consent",
        object=f"person:{person_id}",
        detail={"purpose": purpose.value},
        now=now,
    )


def _person_for_update(person_id: int) -> Person:
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise NotFound
    return person
