"""
The papers' sums (A1 … A14), each worked out by what the house ships: by a pack's decision where a rule gives the amount, by a target's
statement where another office said the figure. Where the paper's figure does not divide, the test says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest
import yaml

from niangjia.apps.targets import packs
from niangjia.engines import policy
from niangjia.kernel.deployment import programs_folder

D = Decimal
TEN, SKILLS, CHAIN = "quzhou-ten-measures-2022", "small-firm-skills", "skills-chain-2022"
MOUNTAINS, TUITION, HARDSHIP = "mountain-counties-2022", "tuition-2012-2022", "xinchang-hardship-2023"


def granted(pack: str, case: str) -> Decimal:
    """What a case of a shipped pack, named so, is granted when its program decides it; its expectation must agree."""
    folder = programs_folder() / pack
    loaded = policy.load_pack(folder, policy.load_vocabulary(programs_folder()))
    found = [one for one in policy.run_cases(loaded) if one.name == case]
    assert len(found) == 1, case
    assert found[0].passed, found[0]
    told = yaml.load((folder / "cases.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    cases = told if isinstance(told, list) else told["cases"]
    return D(next(one["expect"]["amount"] for one in cases if one["name"] == case))


def indicator(programme: str, name: str):
    return next(one for one in packs.get_programme(programme).indicators if one.id == name)


def stated(programme: str, name: str) -> Decimal:
    (only,) = indicator(programme, name).stated
    assert sum(one.value for one in only.parts) == only.total
    return D(only.total)


def part(programme: str, name: str, place: int) -> Decimal:
    return D(indicator(programme, name).stated[0].parts[place].value)


def goal(programme: str, name: str) -> Decimal:
    return D(indicator(programme, name).goal.value)


EACH_GRANT = ("330624-xinchang/special-grant", "A confirmed hardship receives 500 yuan")
TRIP = ("330000-zhejiang/recuperation", "Quzhou 2022 - three days are 1,800 yuan, and 350 workers 630,000")
GIFT = ("330800-quzhou/holiday-gift", "1,800 and 500 are 2,300, the paper's whole")
SHARE = ("330800-quzhou/earmarked-funds", "150,000 for three are 50,000 each - auto repair")


@dataclass(frozen=True)
class Sum:
    """One row of the papers' arithmetic: what it says, how the house works it out, what comes out, rounded to so many places."""

    id: str
    says: str
    worked: Callable[[], Decimal]
    expected: Decimal
    places: int = 2


TABLE = (
    Sum("A1", "255 workers at 500 are 127,500", lambda: stated(HARDSHIP, "granted") * granted(*EACH_GRANT), D("127500")),
    Sum("A2", "567,900 + 127,400 = 695,300", lambda: part(SKILLS, "trained", 0) + part(SKILLS, "trained", 1), D("695300")),
    Sum("A3", "43.35 + 21.82 million = 65.17 million", lambda: stated(TEN, "reduced") + stated(TEN, "refunded"), D("65170000")),
    Sum("A4", "1,800 + 500 = 2,300", lambda: granted(*GIFT), D("2300")),
    Sum("A5", "630,000 / 350 = 1,800 = three days at 600", lambda: goal(TEN, "recuperation-money") / stated(TEN, "recuperated"), D("1800")),
    Sum("A5", "and that is what the rule gives for three days", lambda: granted(*TRIP), D("1800")),
    Sum("A6", "1,988,200 / 2,280 = 872.0175 and no cent divides it", lambda: stated(MOUNTAINS, "subsidy-money") / stated(MOUNTAINS, "subsidised"), D("872.0175"), 4),
    Sum("A7", "150,000 / 3 = 50,000", lambda: goal(TEN, "federation-money") / goal(TEN, "federations"), D("50000")),
    Sum("A7", "and that is what one federation may draw", lambda: granted(*SHARE), D("50000")),
    Sum("A8", "695,300 of 300,000 are 231.8 %", lambda: 100 * stated(SKILLS, "trained") / goal(SKILLS, "trained"), D("231.8"), 1),
    Sum("A8", "567,900 of 300,000 are 189.3 %", lambda: 100 * part(SKILLS, "trained", 0) / goal(SKILLS, "trained"), D("189.3"), 1),
    Sum("A9", "3,100,000 / 1,100 = 2,818", lambda: stated(TUITION, "tuition-money") / stated(TUITION, "sponsored"), D("2818"), 0),
    Sum("A10", "62,000 / 60 = 1,033 at most", lambda: stated(CHAIN, "paid") / stated(CHAIN, "receive"), D("1033"), 0),
    Sum("A11", "7,021 / 134 = 52.4 a class", lambda: stated(SKILLS, "apprentices") / stated(SKILLS, "apprentice-classes"), D("52.4"), 1),
    Sum("A12", "9,731 of 19,649 are 49.5 %", lambda: 100 * part(SKILLS, "special-trained", 0) / stated(SKILLS, "special-trained"), D("49.5"), 1),
    Sum("A13", "286,843.70 beside 127,500 are 414,343.70", lambda: stated(HARDSHIP, "graded-money") + stated(HARDSHIP, "granted-money"), D("414343.70")),
    Sum("A13", "and the 127,500 is what the rule gives the 255", lambda: stated(HARDSHIP, "granted-money") - stated(HARDSHIP, "granted") * granted(*EACH_GRANT), D("0")),
    Sum("A14", "14 roofs at 2,000 are 28,000", lambda: 14 * roof_line(), D("28000")),
)  # fmt: skip


def roof_line() -> Decimal:
    """What the papers ask of a roof a year, as the kinds of places have it."""
    kinds = yaml.safe_load((programs_folder() / "vocabulary" / "places.yaml").read_text(encoding="utf-8"))
    (aim,) = kinds["roof"]["aims"]
    return D(str(aim["least"]))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.id} {row.says}")
def test_a_sum_of_the_papers_comes_out_as_the_house_works_it_out(row: Sum) -> None:
    assert round(row.worked(), row.places) == row.expected


def test_every_sum_of_the_papers_is_in_the_table() -> None:
    assert list(dict.fromkeys(row.id for row in TABLE)) == [f"A{number}" for number in range(1, 15)]


def test_the_migrant_workers_subsidy_is_no_equal_amount() -> None:
    """A6: to the cent, 2,280 times any amount is another sum."""
    persons, cents = stated(MOUNTAINS, "subsidised"), 100 * stated(MOUNTAINS, "subsidy-money")
    assert all(persons * each != cents for each in (87_201, 87_202))
