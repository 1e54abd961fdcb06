"""What is stored as a code is read as words, in both languages."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

from niangjia.apps.accounts import permissions
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.audit.queries import READS
from niangjia.apps.cases.types import CaseAction
from niangjia.apps.matters.types import Step
from niangjia.apps.workorders.types import Action
from niangjia.engines import counting, policy
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.months import Month
from niangjia.portals.cockpit.figures.wording import value_word, words_of_rows
from niangjia.portals.design import deeds, tags, words


def test_every_right_of_a_post_has_words():
    assert words.WORDS["permission"].keys() == permissions.ACTIONS


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_fund_that_a_shipped_pack_pays_from_has_words(language):
    texts = [path.read_text(encoding="utf-8") for path in programs_folder().glob("*/*/program.yaml")]
    purposes = {
        found for text in texts for found in re.findall(r"^fund: \{purpose: ([\w-]+)", text, flags=re.MULTILINE)
    }
    assert len(purposes) > 15
    with translation.override(language):
        assert [purpose for purpose in purposes if tags.purpose_word(purpose) == purpose] == []


def _recorded() -> set[str]:
    house = Path(permissions.__file__).parents[2]
    texts = [
        path.read_text(encoding="utf-8")
        for path in house.rglob("*.py")
        if not {"tests", "migrations"} & set(path.parts)
    ]
    return {found for text in texts for found in re.findall(r'action="((?!own\.)[a-z]+\.[a-z_]+)"', text)}


def test_what_a_packs_author_says_in_place_of_a_clause_is_told_in_english_too():
    folder = programs_folder()
    vocabulary = policy.load_vocabulary(folder)
    packs = [policy.load_pack(path.parent, vocabulary) for path in policy.list_packs(folder)]
    parts = [part for pack in packs for many in (pack.rules, pack.benefit, pack.caps) for part in many]
    own = {part.clause for part in parts if part.clause.startswith("文件没有写")}
    assert own
    with translation.override("en"):
        assert all(tags.clause(text).isascii() for text in own)
        assert tags.clause("第三条") == '<span lang="zh-Hans">第三条</span>', (
            "a quoted clause stays as the document has it"
        )


def test_every_reading_that_is_recorded_is_counted_at_the_auditors_desk():
    """What is opened, read and taken away, by the verb. A budget is opened to be spent, a round to be voted in."""
    read = {one for one in _recorded() if re.fullmatch(r"[a-z]+\.(read_\w+|open_\w+|export\w*|reveal\w*|search)", one)}
    assert len(read) > 8
    assert read - set(READS) == {"funds.open_budget", "contests.open_round"}


def test_every_step_that_the_audit_chain_records_has_words():
    """Found in the text of the house: what is recorded is named there, but for the moves of the three tables of states."""
    recorded = _recorded() - permissions.ACTIONS
    moves = [f"cases.{one.value.lower()}" for one in CaseAction] + [f"workorders.{one.lower()}" for one in Action]
    moves += [f"matters.{one.value.lower()}" for one in Step]
    assert len(recorded) > 60
    with translation.override("zh-hans"):
        assert [one for one in sorted({*recorded, *moves}) if deeds.deed(one) == "作了改动"] == []


CODES = {
    "grade": "RED", "cause": "因病", "trigger": "", "outcome": "V1", "way": "HOME", "step": "CREATED", "result": "AGREES", "group": "courier",
    "sex": "F", "level": "province", "purpose": "graded-aid", "channel": "CANVASS", "verdict": "satisfied", "origin": "BID",
    "program": "special-grant", "contest": "recuperation-bases", "award": "named", "field": "tea_farming",
    "order.kind": "VERIFICATION", "attendance.kind": "course", "talk.kind": "TEAM_LEADER", "place.kind": "station", "place_level.kind": "base",
    "form": "MONEY", "line": "living", "place_project.kind": "venue", "place_project.state": "LISTED", "indicator": "new-members",
    "help.kind": "volunteering", "listing.state": "EXITED", "case.state": "ON_FILE", "order.state": "ASSIGNED", "place.state": "LISTED",
    "task.state": "DOING", "correction.state": "DONE",
}  # fmt: skip
"""One that rows hold of every tag, by source where it means something else in each. A trigger's words are those of its month's list."""


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_code_of_every_counted_source_has_words(language, house):
    asked = [
        (source.id, tag.name, CODES.get(f"{source.id}.{tag.name}", CODES.get(tag.name)))
        for source in counting.load_sources(programs_folder()).values()
        for tag in source.tags.values()
        if tag.type != "flag"
    ]
    assert [one for one in asked if one[2] is None] == [], "say a code here"
    with translation.override(language):
        said = [(*one, value_word(one[1], one[2], one[0], Month("2023-10"))) for one in asked if one[2]]
    assert [one for one in said if one[3] == one[2] and one[2] != "因病"] == []
    assert value_word("program", "of-nobody", "payment", Month("2023-10")) == "of-nobody"


def test_a_row_says_the_award_of_its_contest_and_the_field_of_its_kind(house):
    """Two contests call another thing `named`; without the row both are said."""
    named = value_word("award", "named", "honour", Month("2023-10"))
    rest = {
        "day": date(2023, 10, 1),
        "union_id": 1,
        "person": None,
        "household": None,
        "amount": None,
        "count": 1,
        "days": None,
    }
    rows = [
        ("honour", counting.Row("entry:1", **rest, tags={"contest": "recuperation-bases", "award": "named"})),
        ("help", counting.Row("need:1", **rest, tags={"kind": "volunteering", "field": "other"})),
    ]
    contest, kind = words_of_rows(rows)
    assert contest[1] == "省级职工疗休养基地" and contest[1] != named and contest[1] in named
    assert kind == ("劳模工匠志愿服务", "其他难题")


def test_every_kind_of_thing_that_the_audit_chain_names_has_words(house):
    """Found in the text of the house, where files belong to, and on the chain of the tests' town."""
    home = Path(permissions.__file__).parents[2]
    texts = [
        path.read_text(encoding="utf-8") for path in home.rglob("*.py") if not {"tests", "migrations"} & set(path.parts)
    ]
    named = re.compile(r'object=f?"([a-z_]+)[:"]|Owner\(\s*"([a-z_]+)"|return f"([a-z_]+):\{')
    found = {next(filter(None, one)) for text in texts for one in named.findall(text)}
    found |= {event.object.partition(":")[0] for event in AuditEvent.objects.all()}
    no_objects = {"inspections", "delivery", "geo", "membership", "post"}
    assert len(found) > 60
    assert sorted(found - no_objects - words.WORDS["thing"].keys()) == []
