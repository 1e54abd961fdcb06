import json
import pickle
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import serializers
from django.db import connection

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit import queries as audit
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import UnionRow
from niangjia.apps.registry import actions, counting, fields, queries
from niangjia.apps.registry.models import Consent, Household, HouseholdMember, Membership, Person
from niangjia.apps.registry.types import (
    DeclaredHousehold,
    HouseholdFacts,
    MemberFacts,
    MembershipFacts,
    PersonField,
    Purpose,
)
from niangjia.kernel import identity
from niangjia.kernel.sealing import CannotOpen, Keys, keys_in
from tests.soak import IS_SOAK

NOW = datetime(2025, 3, 3, 1, 0, tzinfo=UTC)
TODAY = date(2025, 3, 3)
LATER = NOW + timedelta(days=40)
MANY = 10_000 if IS_SOAK else 2_000

pytestmark = pytest.mark.django_db


def id_number(number: int) -> str:
    for digit in "0123456789X":
        if read := identity.read_id_number(f"330624198{number // 10000 % 10}0101{number % 1000:03d}{digit}"):
            return read
    raise AssertionError


def someone(number: int, *, name: str = "", phone: str = "", relation: str = "") -> MemberFacts:
    number_text = id_number(number)
    return MemberFacts(
        pseudonym=fields.keys().pseudonym_of(number_text),
        id_number=number_text,
        name=name or f"王小明{number}",
        phone=phone or f"138{number:08d}",
        birth_date=identity.birth_date(number_text),
        sex=identity.sex(number_text),
        relation=relation,
    )


@pytest.fixture
def tree():
    organizations.receive_unions(
        [
            UnionRow("C", "", "绍兴市总工会", "city", "330600"),
            UnionRow("X", "C", "新昌县总工会", "county", "330624"),
            UnionRow("Y", "C", "柯桥区总工会", "county", "330603"),
            UnionRow("XT", "X", "羽林街道总工会", "town", "330624001"),
            UnionRow("XG", "XT", "轴承公司工会", "grassroots", "330624001"),
        ]
    )
    return {code: unions.find_union_by_code(code) for code in ("C", "X", "Y", "XT", "XG")}


@pytest.fixture
def home(tree):
    """A couple with a child under the town union; household id and person ids."""
    members = (someone(1, relation="head"), someone(2, relation="spouse"), someone(3, relation="child"))
    received = actions.receive_households([HouseholdFacts("H1", members, tree["XT"].id)], now=NOW)
    return received.household_ids["H1"], [received.person_ids[member.pseudonym] for member in members]


def officer(union, role=Role.COUNTY, account_id=7) -> Viewer:
    return Viewer(account_id, account_id, "某", role, union.id, union.path)


# --- sealing


def test_whoever_has_no_birth_date_stands_last_in_a_household_on_either_database(tree):
    members = (MemberFacts(f"{9:032x}", name="小宝"), someone(2), someone(10_001))
    received = actions.receive_households([HouseholdFacts("H9", members, tree["XT"].id)], now=NOW)
    home_id = received.household_ids["H9"]
    found = queries.members_of([home_id])[home_id]
    days = [Person.objects.get(pk=pk).birth_date for pk in found]
    assert days[-1] is None and days[:2] == sorted(days[:2])


def test_nothing_personal_lies_plain_in_the_database(home):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM registry_person")
        raw = [bytes(value) for row in cursor.fetchall() for value in row if isinstance(value, bytes | memoryview)]
        cursor.execute("SELECT * FROM registry_person")
        texts = str([value for row in cursor.fetchall() for value in row if isinstance(value, str)])
    secrets = [id_number(1), "王小明1", "13800000001"]
    assert len(raw) == 9
    for secret in secrets:
        assert secret not in texts and not any(secret.encode() in value for value in raw)
    assert Person.objects.first().read("name") == "王小明1"  # the positive control


@pytest.mark.parametrize(
    "show",
    [
        str,
        repr,
        lambda person: repr(person.name),
        lambda person: f"{person.id_number}",
        lambda person: str(vars(person)),
        lambda person: serializers.serialize("json", [person]),
        lambda person: str(pickle.dumps(person)),
        lambda person: str(Person.objects.values().get(pk=person.pk)),
    ],
)
def test_however_a_person_is_shown_it_is_not_in_plain(home, show):
    shown = show(Person.objects.first())
    for secret in (id_number(1), "王小明1", "13800000001"):
        assert secret not in shown


def test_a_serialised_person_comes_back(home):
    person = Person.objects.first()
    (copy,) = serializers.deserialize("json", serializers.serialize("json", [person]))
    assert copy.object.read("phone") == "13800000001"


@pytest.mark.parametrize("plain", ["13800000001", b"13800000001", 5])
def test_plain_text_cannot_be_saved_by_mistake(home, plain):
    person = Person.objects.first()
    person.phone = plain
    with pytest.raises(TypeError):
        person.save()
    with pytest.raises(TypeError):
        Person.objects.filter(phone=plain).exists()


def test_a_value_copied_to_another_row_or_column_does_not_open(home):
    first, second, _ = Person.objects.order_by("id")
    Person.objects.filter(pk=second.pk).update(name=first.name, phone=second.id_number)
    second.refresh_from_db()
    for column in ("name", "phone"):
        with pytest.raises(CannotOpen):
            second.read(column)


def test_the_same_value_twice_gives_two_seals_and_one_fingerprint(tree):
    actions.receive_households(
        [
            HouseholdFacts(
                "H1", (someone(1, name="同名", phone="13900000000"), someone(2, name="同名", phone="13900000000"))
            )
        ],
        now=NOW,
    )
    first, second = Person.objects.all()
    assert first.name.token != second.name.token and first.phone.token != second.phone.token
    assert first.phone_blind == second.phone_blind != first.id_number_blind


def test_fingerprints_of_two_columns_differ_for_one_value():
    assert fields.keys().blind("123", "registry.person.phone") != fields.keys().blind(
        "123", "registry.person.bank_account"
    )


def test_a_lost_key_leaves_the_values_unreadable(home, settings, tmp_path):
    Keys.create(tmp_path / "other")
    settings.KEYS_FOLDER = tmp_path / "other"
    try:
        with pytest.raises(CannotOpen):
            Person.objects.first().read("name")
    finally:
        keys_in.cache_clear()


# --- receiving


def test_receiving_twice_writes_nothing(home, tree):
    before = [list(model.objects.order_by("id").values()) for model in (Person, Household, HouseholdMember)]
    events = AuditEvent.objects.count()
    members = (someone(1, relation="head"), someone(2, relation="spouse"), someone(3, relation="child"))
    received = actions.receive_households([HouseholdFacts("H1", members, tree["XT"].id)], now=LATER)
    assert [list(model.objects.order_by("id").values()) for model in (Person, Household, HouseholdMember)] == before
    assert AuditEvent.objects.count() == events
    assert received.household_ids == {"H1": home[0]} and sorted(received.person_ids.values()) == home[1]


def test_what_a_row_leaves_empty_stays_and_what_it_corrects_changes(home, tree):
    facts = someone(1)
    actions.receive_households([HouseholdFacts("H1", (MemberFacts(facts.pseudonym, phone="15900000000"),))], now=LATER)
    person = Person.objects.get(pseudonym=facts.pseudonym)
    assert (person.read("name"), person.read("phone"), person.birth_date) == (
        "王小明1",
        "15900000000",
        facts.birth_date,
    )
    assert queries.find_person_by_phone(officer(tree["X"]), "159 0000 0000").id == person.pk
    assert queries.find_person_by_phone(officer(tree["X"]), "13800000001") is None


def test_who_moves_to_another_household_keeps_the_former_spell_as_history(home, tree):
    household, (_, _, child) = home
    actions.receive_households([HouseholdFacts("H2", (someone(3, relation="head"),), tree["Y"].id)], now=LATER)
    spells = list(HouseholdMember.objects.filter(person=child).order_by("id").values_list("starts_on", "ends_before"))
    assert spells == [(TODAY, date(2025, 4, 12)), (date(2025, 4, 12), None)]
    assert queries.get_household(household).member_ids == tuple(home[1][:2])
    assert [past.person.id for past in queries.list_past_members(officer(tree["X"]), household)] == [child]


def test_next_months_registers_do_not_take_a_household_from_the_union_it_was_placed_with(home, tree):
    household, persons = home
    actions.place_household(household_id=household, org_id=tree["XG"].id, now=NOW)
    members = (someone(1, relation="head"), someone(2, relation="spouse"), someone(4, relation="child"))
    actions.receive_households([HouseholdFacts("H1", members, tree["Y"].id)], now=LATER)
    assert queries.get_household(household).org_id == tree["XG"].id
    newborn = queries.find_person_id(someone(4).pseudonym)
    for person in (persons[0], newborn):
        assert queries.get_person_card(officer(tree["XG"], Role.GRASSROOTS), person).org_id == tree["XG"].id


def test_one_person_in_two_households_of_a_receipt_is_refused():
    with pytest.raises(actions.PersonTwice):
        actions.receive_households([HouseholdFacts("H1", (someone(1),)), HouseholdFacts("H2", (someone(1),))], now=NOW)
    assert not Person.objects.exists()


def test_memberships_are_kept_for_persons_we_know(home, tree):
    known, unknown = someone(1).pseudonym, "f" * 32
    rows = [
        MembershipFacts(known, tree["XG"].id, date(2020, 1, 1), group="truck"),
        MembershipFacts(unknown, tree["XG"].id, date(2020, 1, 1)),
    ]
    assert actions.receive_memberships(rows, now=NOW) == 1
    assert actions.receive_memberships(rows, now=NOW) == 0
    left = [MembershipFacts(known, tree["XG"].id, date(2020, 1, 1), date(2025, 2, 1), "truck")]
    assert actions.receive_memberships(left, now=NOW) == 1
    assert queries.list_memberships(home[1][0]) == left
    assert Membership.objects.count() == 1


def test_a_large_count_of_members_stands_for_an_hour_and_says_since_when(home, tree, monkeypatch):
    first, second = (one.pseudonym for one in Person.objects.filter(pk__in=home[1][:2]))
    union, path, began = tree["XG"].id, tree["C"].path, date(2020, 1, 1)
    actions.receive_memberships([MembershipFacts(first, union, began)], now=NOW)
    small = queries.count_members_by_area(path, 6, now=NOW)
    assert (small.by_area, small.as_of) == ({"330624": 1}, NOW)
    monkeypatch.setattr(counting, "LARGE", 1)
    monkeypatch.setattr(counting, "_kept", {})
    kept = queries.count_members_by_area(path, 6, now=NOW)
    twice = [MembershipFacts(second, union, began), MembershipFacts(second, tree["XT"].id, began)]
    actions.receive_memberships(twice, now=NOW)
    assert queries.count_members_by_area(path, 6, now=NOW + timedelta(minutes=59)) == kept
    anew = queries.count_members_by_area(path, 6, now=NOW + counting.GROWS_OLD)
    assert anew.by_area == {"330624": 2}, "who is in two unions is one member"
    assert anew.as_of == NOW + counting.GROWS_OLD


def test_households_by_the_thousand_come_in_and_again(tree):
    rows = []
    for number in range(MANY):
        members = tuple(
            MemberFacts(
                f"{number * 3 + step:032x}",
                f"33062419850101{number % 10}{step}0X",
                f"张{number}",
                f"1{3900000000 + number * 3 + step}",
                date(1985, 1, 1),
                "F",
                "head" if step == 0 else "child",
            )
            for step in range(3)
        )
        rows.append(HouseholdFacts(f"{number:08d}", members, tree["XT"].id))
    received = actions.receive_households(rows, now=NOW)
    assert (received.created_household_count, received.created_person_count) == (MANY, 3 * MANY)
    again = actions.receive_households(rows, now=LATER)
    assert (again.created_person_count, again.changed_person_count, again.moved_person_count) == (0, 0, 0)
    assert again.person_ids == received.person_ids
    assert (
        actions.place_households({identity: tree["XG"].id for identity in received.household_ids.values()}, now=NOW)
        == MANY
    )
    assert audit.verify_chain().is_whole


# --- what a verification finds


def test_a_declared_household_overrides_the_registers(home, tree):
    household, (head, spouse, child) = home
    outsider = actions.receive_households([HouseholdFacts("H2", (someone(9, relation="head"),), tree["Y"].id)], now=NOW)
    (grandmother,) = outsider.person_ids.values()
    found = {head: "head", child: "child", grandmother: "parent"}
    actions.declare_household(
        viewer=officer(tree["XT"]), household_id=household, members=found, now=LATER, reason="入户核实"
    )
    actions.declare_household(
        viewer=officer(tree["XT"]), household_id=household, members=found, now=LATER, reason="入户核实"
    )
    card = queries.get_household(household)
    assert card.is_declared and card.member_ids == tuple(sorted(found))
    assert queries.household_of(spouse) is None and queries.household_of(grandmother) == household
    pseudonyms = tuple(sorted(someone(number).pseudonym for number in (1, 3, 9)))
    assert queries.list_declared() == [DeclaredHousehold("H1", pseudonyms, date(2025, 4, 12))]
    # The next month's registers still say otherwise: they change nothing.
    members = tuple(someone(number) for number in (1, 2, 3))
    actions.receive_households(
        [HouseholdFacts("H1", members), HouseholdFacts("H2", (someone(9),))], now=LATER + timedelta(days=30)
    )
    assert queries.get_household(household).member_ids == tuple(sorted(found))
    assert AuditEvent.objects.filter(action="registry.declare_household").count() == 1
    # Whoever moved in belongs to the union of the household.
    assert queries.get_person_card(officer(tree["X"]), grandmother).org_id == tree["XT"].id


def test_merging_keeps_both_histories_and_leads_the_old_key_on(home, tree):
    kept, _ = home
    other = actions.receive_households([HouseholdFacts("H2", (someone(9),), tree["XT"].id)], now=NOW).household_ids[
        "H2"
    ]
    for _ in range(2):
        actions.merge_households(viewer=None, kept_id=kept, merged_id=other, reason="同一户", now=LATER)
    assert queries.find_household_id("H2") == kept
    assert len(queries.get_household(kept).member_ids) == 4
    assert HouseholdMember.objects.filter(household=other, ends_before=date(2025, 4, 12)).count() == 1
    assert AuditEvent.objects.filter(action="registry.merge_households").count() == 1
    with pytest.raises(actions.HouseholdWasMerged):
        actions.declare_household(viewer=None, household_id=other, members={}, now=LATER)
    with pytest.raises(actions.HouseholdWasMerged):
        actions.merge_households(viewer=None, kept_id=kept, merged_id=kept, reason="同一户", now=LATER)
    received = actions.receive_households([HouseholdFacts("H2", (someone(9),))], now=LATER)
    assert received.household_ids == {"H2": kept}


def test_splitting_makes_another_household_under_the_same_union(home, tree):
    household, (head, spouse, child) = home
    given = {
        "viewer": None,
        "household_id": household,
        "person_ids": [spouse, child],
        "key": "H1-2",
        "reason": "离婚",
        "now": LATER,
    }
    other = actions.split_household(**given)
    assert actions.split_household(**given) == other
    assert queries.get_household(household).member_ids == (head,)
    assert queries.get_household(other).member_ids == (spouse, child)
    assert queries.get_household(other).org_id == tree["XT"].id
    assert HouseholdMember.objects.count() == 5
    with pytest.raises(queries.NotFound):
        actions.split_household(**(given | {"person_ids": [spouse], "key": "H1-3"}))


# --- who sees what: the table was written by hand, row by row

SEES = """
role          self  descendant ancestor sibling unrelated moved_away moved_here
PROVINCE      yes   yes        no       no      no        no         yes
CITY          yes   yes        no       no      no        no         yes
COUNTY        yes   yes        no       no      no        no         yes
TOWNSHIP      yes   yes        no       no      no        no         yes
GRASSROOTS    yes   yes        no       no      no        no         yes
FINANCE       yes   yes        no       no      no        no         yes
AUDITOR       yes   yes        no       no      no        no         yes
ADMINISTRATOR no    no         no       no      no        no         no
WORKER        no    no         no       no      no        no         no
""".strip().splitlines()
RELATIONS = SEES[0].split()[1:]
TABLE = [
    (line.split()[0], relation, answer == "yes")
    for line in SEES[1:]
    for relation, answer in zip(RELATIONS, line.split()[1:], strict=True)
]


@pytest.fixture
def placed(tree):
    """One household for each relation to county X; two of them in towns that the tree then moves."""
    rows = [
        UnionRow("XM", "X", "迁出镇", "town", ""),
        UnionRow("YM", "Y", "迁入镇", "town", ""),
        UnionRow("R", "", "他省", "province", ""),
    ]
    organizations.receive_unions(rows)
    homes = {
        "self": "X",
        "descendant": "XG",
        "ancestor": "C",
        "sibling": "Y",
        "unrelated": "R",
        "moved_away": "XM",
        "moved_here": "YM",
    }
    facts = [
        HouseholdFacts(relation, (someone(number),), unions.find_union_by_code(code).id)
        for number, (relation, code) in enumerate(homes.items(), start=100)
    ]
    received = actions.receive_households(facts, now=NOW)
    organizations.receive_unions([UnionRow("XM", "Y", "迁出镇", "town", ""), UnionRow("YM", "X", "迁入镇", "town", "")])
    persons = {facts[index].key: received.person_ids[facts[index].members[0].pseudonym] for index in range(len(facts))}
    return (
        received.household_ids,
        persons,
        {relation: id_number(number) for number, relation in enumerate(homes, start=100)},
    )


@pytest.mark.parametrize("role, relation, sees", TABLE)
def test_scope_table(placed, tree, role, relation, sees):
    households, persons, numbers = placed
    viewer = officer(tree["X"], Role(role))
    if role == "WORKER":
        viewer = Viewer(7, 7, "某", Role.WORKER, tree["X"].id, "", person_id=999_999)
    household, person = households[relation], persons[relation]
    assert queries.visible_persons(viewer).filter(pk=person).exists() is sees
    assert queries.visible_households(viewer).filter(pk=household).exists() is sees
    assert (person in queries.list_person_cards(viewer, persons.values())) is sees
    assert (queries.find_person_by_id_number(viewer, numbers[relation]) is not None) is sees
    for read in (
        lambda: queries.get_person_card(viewer, person),
        lambda: queries.get_household_card(viewer, household),
        lambda: queries.list_household_members(viewer, household),
        lambda: queries.list_past_members(viewer, household),
        lambda: queries.list_views_of_person(viewer, person),
    ):
        if sees:
            read()
        else:
            with pytest.raises(queries.NotFound):
                read()
    may_reveal = sees and permissions.may(viewer, "registry.reveal")
    if may_reveal:
        assert actions.reveal(viewer=viewer, person_id=person, field="name", reason="电话约定入户", now=NOW)
    else:
        with pytest.raises((queries.NotFound, permissions.NotAllowed)):
            actions.reveal(viewer=viewer, person_id=person, field="name", reason="电话约定入户", now=NOW)


def test_a_worker_sees_their_own_card_and_household_only(home):
    household, (head, spouse, _) = home
    worker = Viewer(70, 70, "王", Role.WORKER, 1, "", person_id=head)
    assert queries.get_person_card(worker, head).name == "王***"
    assert queries.get_household_card(worker, household).id == household
    for read in (lambda: queries.get_person_card(worker, spouse), lambda: queries.list_views_of_person(worker, spouse)):
        with pytest.raises(queries.NotFound):
            read()


def test_a_household_not_yet_placed_is_nobodys_to_see(tree):
    received = actions.receive_households([HouseholdFacts("H9", (someone(1),))], now=NOW)
    assert not queries.visible_households(officer(tree["C"], Role.CITY)).exists()
    actions.place_household(household_id=received.household_ids["H9"], org_id=tree["XG"].id, now=NOW)
    assert (
        queries.visible_households(officer(tree["X"])).exists()
        and queries.visible_persons(officer(tree["XG"])).exists()
    )


def test_placing_names_a_union_and_a_household_that_exist(home):
    with pytest.raises(unions.NoSuchUnion):
        actions.place_household(household_id=home[0], org_id=999_999, now=NOW)
    with pytest.raises(queries.NotFound):
        actions.place_household(household_id=999_999, org_id=unions.find_root().id, now=NOW)


def test_cards_are_masked(home, tree):
    actions.set_bank_account(
        viewer=None, person_id=home[1][0], account="6222021234567890123", bank_name="工商银行", now=NOW
    )
    card = queries.get_person_card(officer(tree["X"]), home[1][0])
    assert (card.name, card.phone, card.bank_account) == ("王***", "138****0001", "**** 0123")
    assert card.id_number == id_number(1)[:6] + "********" + id_number(1)[14:]
    assert card.household_id == home[0]
    members = queries.list_household_members(officer(tree["X"]), home[0])
    assert [member.relation for member in members][0] == "head"
    assert queries.masked_names([home[1][0]]) == {home[1][0]: "王***"}


def test_a_page_of_cards_asks_the_database_once(home, tree, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert len(queries.list_person_cards(officer(tree["X"]), home[1])) == 3


# --- opening


def test_opening_gives_the_plain_value_and_leaves_a_trace_the_worker_can_read(home, tree):
    head = home[1][0]
    viewer = officer(tree["X"])
    assert (
        actions.reveal(viewer=viewer, person_id=head, field=PersonField.PHONE, reason=" 电话约定入户 ", now=NOW)
        == "13800000001"
    )
    assert actions.reveal(viewer=viewer, person_id=head, field="bank_account", reason="电话约定入户", now=NOW) == ""
    worker = Viewer(70, 70, "王", Role.WORKER, 1, "", person_id=head)
    seen = queries.list_views_of_person(worker, head)
    assert [(view.account_id, view.what, view.reason) for view in seen] == [
        (7, "bank_account", "电话约定入户"),
        (7, "phone", "电话约定入户"),
    ]
    assert "13800000001" not in json.dumps(list(AuditEvent.objects.values()), default=str)


@pytest.mark.parametrize("reason", ["", "   ", "核实", "看 看 看", "abc"])
def test_opening_asks_for_a_reason(home, tree, reason):
    with pytest.raises(actions.ReasonTooShort):
        actions.reveal(viewer=officer(tree["X"]), person_id=home[1][0], field="phone", reason=reason, now=NOW)
    assert not AuditEvent.objects.filter(action="registry.reveal").exists()


def test_a_field_that_cannot_be_opened_is_a_bug_not_a_column_name(home, tree):
    with pytest.raises(ValueError):
        actions.reveal(
            viewer=officer(tree["X"]), person_id=home[1][0], field="pseudonym", reason="电话约定入户", now=NOW
        )


def test_fifty_openings_an_hour_and_no_more(home, tree):
    def open_one(at, account_id=7):
        return actions.reveal(
            viewer=officer(tree["X"], account_id=account_id),
            person_id=home[1][0],
            field="phone",
            reason="电话约定入户",
            now=at,
        )

    for minute in range(50):
        open_one(NOW + timedelta(minutes=minute))
    with pytest.raises(actions.TooManyReveals):
        open_one(NOW + timedelta(minutes=50))
    assert AuditEvent.objects.filter(action="registry.reveal").count() == 50
    open_one(NOW + timedelta(minutes=50), account_id=8)
    open_one(NOW + timedelta(minutes=61))


@pytest.mark.django_db(transaction=True)
def test_openings_at_the_same_moment_cannot_both_be_the_fiftieth(home, tree, monkeypatch):
    monkeypatch.setattr(actions, "REVEALS_PER_HOUR", 10)
    viewer, person, refused, problems = officer(tree["X"]), home[1][0], [], []

    def open_three():
        for _ in range(3):
            try:
                actions.reveal(viewer=viewer, person_id=person, field="phone", reason="电话约定入户", now=NOW)
            except actions.TooManyReveals:
                refused.append(1)
            except Exception as error:
                problems.append(error)
        connection.close()

    threads = [threading.Thread(target=open_three) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert len(refused) == 8 and AuditEvent.objects.filter(action="registry.reveal").count() == 10
    assert audit.verify_chain().is_whole


def test_a_page_seen_is_kept_once_a_day_and_ones_own_not_at_all(home, tree):
    head = home[1][0]
    for hours in (0, 1, 30):
        actions.record_views(
            viewer=officer(tree["X"]), person_ids=[head], page="household", now=NOW + timedelta(hours=hours)
        )
    actions.record_views(
        viewer=Viewer(70, 70, "王", Role.WORKER, 1, "", person_id=head), person_ids=[head], page="own", now=NOW
    )
    assert len(queries.list_views_of_person(officer(tree["X"]), head)) == 2


def test_a_bank_file_opens_its_payees_and_records_each(home):
    head, spouse, _ = home[1]
    actions.set_bank_account(viewer=None, person_id=head, account="6222021234567890123", bank_name="工商银行", now=NOW)
    opened = actions.open_for_payment(person_ids=[head, spouse], batch="B1", viewer=None, now=NOW)
    assert opened == {head: ("王小明1", "6222021234567890123", "工商银行"), spouse: ("王小明2", "", "")}
    assert AuditEvent.objects.filter(action="registry.reveal_for_payment").count() == 2
    with pytest.raises(queries.NotFound):
        actions.open_for_payment(person_ids=[999_999], batch="B1", viewer=None, now=NOW)


def test_setting_the_same_account_twice_is_one_change(home):
    for _ in range(2):
        actions.set_bank_account(
            viewer=None, person_id=home[1][0], account="6222021234567890123", bank_name="工商银行", now=NOW
        )
    assert AuditEvent.objects.filter(action="registry.set_bank_account").count() == 1
    with pytest.raises(queries.NotFound):
        actions.set_bank_account(viewer=None, person_id=999_999, account="1", bank_name="", now=NOW)


@pytest.mark.parametrize(
    ("account", "bank_name"), [("1", "工商银行"), ("62170033123", "工商银行"), ("6222021234567890123", " ")]
)
def test_an_account_that_no_bank_could_have_is_never_kept_whoever_enters_it(home, tree, account, bank_name):
    with pytest.raises(actions.AccountUnfit):
        actions.set_bank_account(viewer=None, person_id=home[1][0], account=account, bank_name=bank_name, now=NOW)
    assert queries.get_person_card(officer(tree["X"]), home[1][0]).bank_account == ""


# --- consent


def test_withdrawing_takes_a_person_out_of_the_next_run_and_giving_takes_them_back(home):
    head = home[1][0]
    pseudonym = someone(1).pseudonym
    steps = [
        (actions.withdraw_consent, [pseudonym]),  # an objection: nothing had been given
        (actions.withdraw_consent, [pseudonym]),
        (actions.give_consent, []),
        (actions.give_consent, []),
        (actions.withdraw_consent, [pseudonym]),
    ]
    for step, (act, outs) in enumerate(steps):
        act(viewer=None, person_id=head, purpose=Purpose.SENSING, now=NOW + timedelta(days=step))
        assert queries.list_optouts() == outs
    assert queries.list_optouts(Purpose.NOTICE) == []
    assert Consent.objects.count() == 2
    assert AuditEvent.objects.filter(action__endswith="consent").count() == 3


def test_lookups_between_ids_and_pseudonyms(home):
    pseudonyms = [someone(number).pseudonym for number in (1, 2, 3)]
    ids = queries.ids_of_pseudonyms([*pseudonyms, "0" * 32])
    assert sorted(ids.values()) == home[1]
    assert queries.pseudonyms_of(home[1]) == {identity: pseudonym for pseudonym, identity in ids.items()}
    assert queries.find_person_id(pseudonyms[0]) == home[1][0]
    assert queries.missing_identities([*pseudonyms, "0" * 32]) == {"0" * 32}
    assert queries.household_ids_of_keys(["H1", "H0"]) == {"H1": home[0]} and queries.find_household_id("H0") is None


def test_verification_finds_an_altered_a_swapped_and_a_foreign_value(home):
    assert queries.verify() == []
    first, second, third = Person.objects.order_by("id")
    Person.objects.filter(pk=first.pk).update(name=second.name)
    Person.objects.filter(pk=second.pk).update(phone_blind=third.phone_blind)
    Household.objects.filter(pk=home[0]).update(merged_into=Household.objects.create(key="H7", created_at=NOW))
    assert [violation.object for violation in queries.verify()] == [
        f"person:{first.pk}",
        f"person:{second.pk}",
        f"household:{home[0]}",
    ]
