"""Who is entitled and never had it: less those who had, in one's own part of the tree, for a purpose, on record."""

from __future__ import annotations

import io
import os
import pwd
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.audit import queries as audit
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations.types import Level, UnionRow
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs.tests import town as towns
from niangjia.apps.programs.types import Subject, SubjectKind
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry.types import HouseholdFacts, MemberFacts
from niangjia.engines import policy
from niangjia.engines.sensing.tests.landing_samples import KEYS
from niangjia.engines.sensing.tests.town_on_paper import born, pseudonym
from niangjia.engines.simulation.tests.drawn import LOW_INCOME, MONTH, Drawn, a_year, pack
from niangjia.jobs import export_list, operating, takeup
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.months import Month

NOW, REASON = towns.NOW, "联系应享未享的职工"
OPERATOR = pwd.getpwuid(os.getuid()).pw_name
VISITED = LOW_INCOME.format(line=24000, sum=500).replace(
    "benefit:",
    "  - {id: visited, when: \"verification_outcome = 'V1'\", say: {zh: 核, en: visited}, clause: d}\nbenefit:",
)
UNSET = LOW_INCOME.format(line=24000, sum=500).replace("values: {2020-01-01: 24000}", "values: {}, open: true")


class OnPaper(Deployment):
    """Its lake was landed with the keys of the tests."""

    def keys(self):
        return KEYS


@pytest.fixture(autouse=True)
def nobody_logged_in(monkeypatch, tmp_path):
    monkeypatch.setattr(operating, "LOGIN_UID", tmp_path / "loginuid")


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """Three of low income: two of union U1 in Xinchang, one insured alone in Zhuji; and one who earns enough."""
    town = Drawn(tmp_path)
    monkeypatch.setenv("NIANGJIA_PROGRAMS", str(town.programs))
    town.people = [town.worker(base="1000", months=a_year()) for _ in range(2)]
    for person, name in zip(town.people, ("=王小明", "李小红"), strict=True):
        row = next(row for row in town.paper["member"] if row["id"] == person)
        row["name"], row["phone"] = name, "13800001234"
    alone = born("1990-01-01")
    town.live(alone, area="330681001000")
    town.earn(alone, "1000", a_year())
    town.people.append(alone)
    town.worker(base="9000", months=a_year())
    town.land(town.deliver(MONTH))
    return town


@pytest.fixture
def deployment(drawn):
    made = Deployment.create(drawn.folder, "330600")
    return OnPaper(**{**vars(replace(made, memory_limit="1GB", threads=1))})


@pytest.fixture
def tree(db, drawn):
    place = towns.build()
    organizations.receive_unions([*towns.UNIONS, UnionRow("U1", "XT", "某厂工会", Level.GRASSROOTS, "330624001000")])
    for name, body, unit in (
        ("trial-aid", LOW_INCOME.format(line=24000, sum=500), "household"),
        ("visited-aid", VISITED, "household"),
        ("unset-aid", UNSET, "household"),
        ("member-aid", "\nrules:\n  - {id: m, when: is_union_member, say: {zh: 会, en: m}, clause: d}\n", "person"),
    ):
        folder = drawn.programs / "330600-shaoxing" / name
        folder.mkdir(parents=True)
        (folder / "program.yaml").write_text(pack(body, id=name, area="330600", unit=unit), encoding="utf-8")
        (folder / "cases.yaml").write_text("[]", encoding="utf-8")
        programs.install_packs([policy.load_pack(folder, policy.load_vocabulary(drawn.programs))], NOW)
    return place


@pytest.fixture
def folder(deployment, tree):
    return takeup.run(deployment, MONTH)


def listed(deployment, folder, **more):
    asked = {"program": "trial-aid", "reason": REASON, "now": NOW} | more
    header, *rows = takeup.rows(deployment, folder, MONTH, **asked)
    return [dict(zip(header, row, strict=True)) for row in rows]


def registered(drawn, tree, person: str) -> tuple[int, int]:
    """The person in the registry, as a list would have brought them there: (person id, household id)."""
    received = registry.receive_households(
        [HouseholdFacts(key=f"H{person[-4:]}", org_id=tree["XG"].id, members=(MemberFacts(pseudonym=pseudonym(person), id_number="",
         name="王小明", phone="", birth_date=date(1984, 3, 1), sex="M", relation="head"),))], now=NOW,
    )  # fmt: skip
    return next(iter(received.person_ids.values())), next(iter(received.household_ids.values()))


def counts(deployment, folder, **more):
    return {one.program: one for one in takeup.count(deployment, folder, MONTH, now=NOW, **more)}


def test_who_is_entitled_by_the_data_is_listed_and_who_cannot_be_told_apart(deployment, folder, drawn):
    rows = listed(deployment, folder)
    assert {row["subject"] for row in rows} == {pseudonym(person) for person in drawn.people}
    assert {(row["outcome"], row["amount"], row["missing"]) for row in rows} == {("granted", "500.00", "")}
    assert listed(deployment, folder, program="visited-aid") == []
    maybe = listed(deployment, folder, program="visited-aid", maybe=True)
    assert len(maybe) == 3 and {row["missing"] for row in maybe} == {"核实结论"}
    found = counts(deployment, folder)
    assert (found["trial-aid"].entitled, found["trial-aid"].never) == (3, 3)
    assert (found["visited-aid"].entitled, found["visited-aid"].maybe) == (0, 3)
    assert "line" in found["unset-aid"].refused["en"]
    assert (found["member-aid"].unit, found["member-aid"].entitled) == ("person", 3)


def test_who_had_it_or_was_decided_about_is_not_listed(deployment, folder, drawn, tree):
    one, other = (registered(drawn, tree, person) for person in drawn.people[:2])
    facts = {"income_12m": None}
    for (_, home), income in ((one, "1000"), (other, "99999")):
        facts["income_12m"] = Decimal(income)
        programs.decide(
            viewer=None, program="trial-aid", subject=Subject(SubjectKind.HOUSEHOLD, home), area="330624001000",
            asof=date(2023, 11, 1), facts=facts, now=NOW,
        )  # fmt: skip
    found = counts(deployment, folder)["trial-aid"]
    assert (found.entitled, found.had, found.decided, found.never) == (3, 1, 1, 1)
    assert [row["subject"] for row in listed(deployment, folder)] == [pseudonym(drawn.people[2])]
    assert counts(deployment, folder)["visited-aid"].had == 0  # another programme's grant is none of this one


def test_each_post_sees_its_own_part_of_the_tree(deployment, folder, drawn, tree):
    for name, expected in (("city", 3), ("county", 2), ("township", 2), ("other.county", 1)):
        assert len(listed(deployment, folder, username=name)) == expected, name
        assert counts(deployment, folder, username=name)["trial-aid"].entitled == expected, name
    # Without a union the tree knows, whoever answers for the area: the county, where no town union stands.
    assert [row["subject"] for row in listed(deployment, folder, username="other.county")] == [
        pseudonym(drawn.people[2])
    ]
    assert {row["union"] for row in listed(deployment, folder, username="county")} == {"某厂工会"}
    for name in ("grassroots", "finance", "nobody"):
        with pytest.raises(NotAllowed):
            listed(deployment, folder, username=name)
    with pytest.raises(NotAllowed):
        listed(deployment, folder, username="auditor", members=True)


@pytest.mark.parametrize("reason", ["", "   ", "看看"])
def test_no_list_without_a_purpose(deployment, folder, reason):
    with pytest.raises(operating.ReasonMissing):
        listed(deployment, folder, reason=reason)


def test_a_list_is_on_record_with_purpose_operator_and_post(deployment, folder, tree):
    listed(deployment, folder, username="county")
    (event,) = audit.list_about(f"takeup:{MONTH}", actions=("programs.takeup",))
    assert (event.reason, event.account_id) == (REASON, None)
    assert event.detail == {
        "program": "trial-aid", "outcome": "granted", "rows": 2, "persons": 0, "operator": OPERATOR, "for_post": tree.county.post_id,
    }  # fmt: skip
    listed(deployment, folder, viewer=tree.county)
    latest = audit.list_about(f"takeup:{MONTH}", actions=("programs.takeup",))
    assert {event.account_id for event in latest} == {None, tree.county.account_id}


def test_names_are_opened_for_the_listed_alone_and_no_cell_is_a_formula(deployment, folder, drawn):
    header, *rows = takeup.rows(
        deployment, folder, MONTH, program="trial-aid", members=True, reason=REASON, username="county", now=NOW
    )
    assert header[:3] == ["names", "id_numbers", "phones"]
    assert {row[1] for row in rows} == set(drawn.people[:2]) and {row[2] for row in rows} == {"13800001234"}
    written = io.StringIO()
    export_list.write_csv([header, *rows], written)
    assert "\n'=王小明," in written.getvalue() and "\n=" not in written.getvalue()
    (event,) = audit.list_about(f"takeup:{MONTH}", actions=("programs.takeup",))
    assert event.detail["persons"] == 2


def test_what_lies_on_the_disk_holds_pseudonyms_only(folder, drawn):
    whole = b"".join(path.read_bytes() for path in folder.iterdir())
    for person in drawn.people:
        assert person.encode() not in whole
    assert "李小红".encode() not in whole


def test_who_withdrew_consent_is_not_listed(deployment, tree, drawn, monkeypatch):
    monkeypatch.setattr("niangjia.apps.registry.queries.list_optouts", lambda: [pseudonym(drawn.people[0])])
    folder = takeup.run(deployment, MONTH)
    assert pseudonym(drawn.people[0]) not in {row["subject"] for row in listed(deployment, folder)}


def test_a_month_that_was_not_worked_out_says_so(deployment, tree, tmp_path):
    with pytest.raises(takeup.NotWorkedOut):
        takeup.count(deployment, tmp_path, MONTH, now=NOW)
    assert takeup.find(deployment, Month("2023-09")) is None


def test_a_newer_answer_takes_the_place_of_the_older(deployment, folder, tree, monkeypatch, drawn):
    monkeypatch.setattr("niangjia.apps.registry.queries.list_optouts", lambda: [pseudonym(drawn.people[0])])
    newer = takeup.run(deployment, MONTH)
    assert newer != folder and not folder.exists() and takeup.find(deployment, MONTH) == newer


def test_only_who_manages_programmes_has_it_worked_out(deployment, tree):
    for viewer in (tree.township, tree.grassroots, tree.auditor):
        with pytest.raises(NotAllowed):
            takeup.start(deployment, viewer, MONTH)
