"""What is installed passes its check, and nothing decided is rewritten behind anybody's back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import installed, queries
from niangjia.apps.programs.models import Catalogue, PackVersion
from niangjia.apps.programs.tests import packs, town
from niangjia.apps.programs.tests.packs import AID, SAY, install, pack, write
from niangjia.apps.programs.types import DecisionOutcome, Retroactive, Subject, SubjectKind
from niangjia.cli.setup import belongs
from niangjia.engines import policy
from niangjia.kernel import looking

pytestmark = pytest.mark.django_db
DAY, AREA = date(2023, 10, 20), "330624001000"
FAMILY = Subject(SubjectKind.HOUSEHOLD, 3)
FACTS = {"cost": Decimal("1000"), "was_visited": True}
LATE = Retroactive("市里的通知晚到", "市总〔2023〕12号")


def decide(asof: date = DAY, *, facts=FACTS, program="aid", subject=FAMILY, **more):
    return programs.decide(
        viewer=None, program=program, subject=subject, area=AREA, asof=asof, facts=facts, now=town.NOW, **more
    )


def half(share: str) -> str:
    return pack(AID.replace("0.5", share))


def test_a_pack_whose_own_example_fails_is_not_installed(tmp_path):
    bad = write(tmp_path, pack(AID))
    (bad.folder / "cases.yaml").write_text(
        "- {name: half, day: 2023-10-20, given: {cost: 100, was_visited: true}, expect: {outcome: granted, amount: 51}}",
        encoding="utf-8",
    )
    with pytest.raises(policy.PackError, match=r"(?s)half.*amount 50\.00"):
        programs.install_packs([bad], town.NOW)
    assert PackVersion.objects.count() == 0


def test_a_pack_without_examples_is_not_installed(tmp_path):
    bare = write(tmp_path, pack(AID))
    (bare.folder / "cases.yaml").unlink()
    with pytest.raises(policy.PackError, match=r"cases\.yaml is missing"):
        programs.install_packs([bare], town.NOW)


def test_an_example_is_never_activated(tmp_path):
    with pytest.raises(programs.ExampleOnly, match="aid"):
        install(tmp_path, pack(AID, more="status: example\n"))


def test_a_container_is_installed_and_never_decides(tmp_path):
    container = pack(
        "measures:\n  - {id: m1, title: {zh: 一, en: one}, programs: [aid], clause: 第一条}\n", id="ten-measures"
    ).replace("entry: application", "entry: container")
    install(tmp_path, pack(AID), container)
    assert queries.find_pack("ten-measures", area=AREA, asof=DAY) is not None
    with pytest.raises(programs.NeverDecides, match="ten-measures"):
        decide(program="ten-measures")


def test_programmes_that_name_each_other_as_the_earlier_one_are_refused(tmp_path):
    install(tmp_path, pack(AID, id="first", more="after: [third]\n"), pack(AID, id="second", more="after: [first]\n"))
    with pytest.raises(programs.AfterInCircle, match="first → third → second → first"):
        install(tmp_path, pack(AID, id="third", more="after: [second]\n"))


def test_a_text_from_a_day_before_one_that_was_decided_is_refused(tmp_path):
    install(tmp_path, half("0.5"))
    decide()
    with pytest.raises(programs.WouldRewrite, match="2023-10-20"):
        install(tmp_path, half("0.6"), active_from=DAY)
    install(tmp_path, half("0.6"), active_from=DAY + timedelta(days=1))
    assert decide(DAY, facts=FACTS | {"cost": Decimal("10")}).amount == Decimal("5.00")
    assert decide(DAY + timedelta(days=1)).amount == Decimal("600.00")


def test_without_a_day_a_text_holds_from_the_day_after_the_last_that_was_decided(tmp_path):
    install(tmp_path, half("0.5"))
    decide(town.NOW.date())
    (card,) = install(tmp_path, half("0.6"))
    assert card.active_from == town.NOW.date() + timedelta(days=1)


def test_a_retroactive_text_says_why_and_where_that_stands(tmp_path):
    install(tmp_path, half("0.5"))
    decide()
    for story, refusal in (
        (Retroactive(" ", "x"), programs.ReasonMissing),
        (Retroactive("x", ""), programs.SourceMissing),
    ):
        with pytest.raises(refusal):
            install(tmp_path, half("0.6"), active_from=DAY, retroactive=story)
    install(tmp_path, half("0.6"), active_from=DAY, retroactive=LATE)
    assert queries.find_pack("aid", area=AREA, asof=DAY).content_hash == write(tmp_path, half("0.6")).content_hash


def test_a_text_replaces_whatever_was_to_hold_from_its_first_day_on(tmp_path):
    """One planned for January, then one from December: December's holds in January too. Before, nothing changes."""
    install(tmp_path, half("0.5"))
    install(tmp_path, half("0.6"), active_from=date(2024, 1, 1))
    install(tmp_path, half("0.7"), active_from=date(2023, 12, 1), now=town.NOW + timedelta(days=1))
    days = (DAY, date(2023, 12, 1), date(2024, 2, 1))
    assert [decide(day).amount for day in days] == [
        Decimal("500.00"),
        Decimal("500.00"),
        Decimal("600.00"),
    ]  # as known then
    later = town.NOW + timedelta(days=2)
    found = [
        programs.decide(viewer=None, program="aid", subject=FAMILY, area=AREA, asof=day, facts=FACTS, now=later).amount
        for day in days
    ]
    assert found == [Decimal("500.00"), Decimal("700.00"), Decimal("700.00")]
    assert PackVersion.objects.filter(active_until__isnull=True).count() == 1


def test_going_back_to_an_older_text_is_another_version(tmp_path):
    install(tmp_path, half("0.5"))
    install(tmp_path, half("0.6"), active_from=date(2023, 11, 7))
    install(tmp_path, half("0.5"), active_from=date(2023, 11, 8))
    assert [decide(date(2023, 11, day)).amount for day in (6, 7, 8)] == [Decimal("500.00"), Decimal("600.00"), Decimal("500.00")]  # fmt: skip
    install(tmp_path, half("0.5"), active_from=date(2023, 11, 8))
    assert PackVersion.objects.count() == 3


def test_of_nested_areas_the_nearest_text_in_force_decides(tmp_path):
    install(tmp_path, half("0.5"))
    decide()
    install(tmp_path, pack(AID.replace("0.5", "0.9"), area="330624"))
    assert decide(DAY, facts=FACTS | {"cost": Decimal("10")}).amount == Decimal("5.00")
    assert decide(town.NOW.date()).amount == Decimal("900.00")


@pytest.mark.parametrize(
    ("area", "home", "is_there"),
    [("33", "330600", True), ("330624", "330600", True), ("3306", "330624", True), ("330681", "330624", False), ("3308", "330600", False)],
)  # fmt: skip
def test_a_deployment_installs_what_holds_in_its_area_and_around_it(tmp_path, area, home, is_there):
    assert belongs(write(tmp_path, pack(AID, area=area)), home) is is_there


def test_a_deployment_leaves_examples_on_the_shelf(tmp_path):
    assert not belongs(write(tmp_path, pack(AID, more="status: example\n")), "330600")


# --- any unit ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SubjectKind)
def test_a_programme_decides_about_whatever_its_unit_is(tmp_path, kind):
    unit = kind.value.lower()
    fact = {"person": "is_member", "household": "cost > 0"}.get(unit, f"{unit}_cost > 0")
    facts = {"is_member": True, "cost": Decimal(1), f"{unit}_cost": Decimal(1)}
    install(tmp_path, pack(f"rules:\n  - {{id: r, when: {fact}, {SAY}}}\n", unit=unit))
    decision = decide(subject=Subject(kind, 12), facts=facts)
    assert (decision.outcome, decision.subject) == (DecisionOutcome.GRANTED, Subject(kind, 12))
    assert queries.replay(decision.id).is_same


def test_a_programme_about_households_does_not_decide_about_a_person(tmp_path):
    install(tmp_path, pack(AID))
    with pytest.raises(programs.WrongUnit, match="household"):
        decide(subject=Subject(SubjectKind.PERSON, 3))


def test_the_house_knows_every_unit_of_the_vocabulary():
    root = Path(policy.__file__).parents[4] / "programs"
    assert {unit.upper() for unit in policy.load_vocabulary(root).units} == set(SubjectKind)
    assert {unit.upper() for unit in write_units()} == set(SubjectKind)


def write_units() -> set[str]:
    return {line.split(":", 1)[0] for line in packs.UNITS.splitlines()}


# --- made once a day and area ----------------------------------------------------------------------------------------


def test_what_is_ready_is_made_anew_when_a_pack_or_a_value_changes(tmp_path):
    place = town.build()
    install(tmp_path, half("0.5"))

    def share() -> object:
        return installed.list_ready(area=AREA, asof=date(2023, 12, 1))[0].program.parameters["share"]

    assert share() == Decimal("0.5")
    assert installed.list_ready(area=AREA, asof=DAY) is installed.list_ready(area=AREA, asof=DAY)
    install(tmp_path, half("0.6"), active_from=date(2023, 11, 7))
    assert share() == Decimal("0.6")
    entered = programs.enter_parameter(
        viewer=place.county, program="aid", name="share", area="330624", starts_on=DAY, value="0.7", source="某文件", now=town.NOW
    )  # fmt: skip
    assert share() == Decimal("0.6")
    programs.approve_parameter(viewer=place.county_second, parameter_id=entered.id, now=town.NOW)
    assert share() == Decimal("0.7")


def test_a_stored_text_is_compared_with_its_hash_when_it_is_read(tmp_path):
    install(tmp_path, half("0.5"))
    version = PackVersion.objects.get()
    version.files = version.files | {"program.yaml": version.files["program.yaml"].replace("0.5", "0.6")}
    with pytest.raises(installed.StoredTextChanged):
        installed.pack_of(version)


def test_pages_keep_the_packs_and_see_a_new_text_at_once(tmp_path, django_assert_num_queries):
    def texts():
        with looking.look():
            return {installed.pack_of(one).content_hash for one in installed.list_versions("aid")}

    install(tmp_path, pack(AID))
    assert len(texts()) == 1
    with django_assert_num_queries(1):  # only whether anything has changed
        assert len(texts()) == 1
    install(tmp_path, half("0.6"))
    assert len(texts()) == 2
    Catalogue.objects.all().delete()  # not known whether anything has changed: everything is read
    with django_assert_num_queries(3):
        assert len(texts()) == 2
