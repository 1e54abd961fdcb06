"""What each programme that has not decided says of a household already, from what the register knows of it. Looking stores nothing."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date

from niangjia.apps.matters import queries as matters
from niangjia.apps.programs import published
from niangjia.apps.programs.published import Published
from niangjia.apps.programs.types import PackCard
from niangjia.apps.registry.types import MemberCard
from niangjia.engines import policy
from niangjia.engines.policy.decision import Facts
from niangjia.engines.policy.explain import Explanation, Step
from niangjia.engines.policy.finder.finding import is_help
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.program_pages import language_now

_ORDER = ("granted", "cannot_tell", "refused")


@dataclass(frozen=True)
class Foreseen:
    """
    One programme's answer so far; of a programme for a person that of the member it comes nearest to, `who`, masked.

    `outcome`: granted · cannot_tell (`missing` are the facts still to be found) · refused (`because`); `cannot`: why it decides of
    nobody here yet.
    """

    card: PackCard
    outcome: str
    who: str = ""
    missing: tuple[str, ...] = ()
    because: tuple[Step, ...] = ()
    cannot: Refusal | None = None


def foresee(members: Sequence[MemberCard], area: str, decided: Set[str], today: date) -> list[Foreseen]:
    """Programmes in force in the area that help a household or one of its members and have not decided, likeliest first."""
    alike = {**published.known_of_area(area=area, asof=today), **dict.fromkeys(published.wording().of_today, today)}
    home = alike | matters.known_of_household(len(members))
    people = [one.person for one in members]
    facts = matters.known_of_people(people, today)
    about = {"person": [(one.name, home | facts[one.id]) for one in people], "household": [("", home)]}
    found = [
        _foreseen(one, about[one.pack.unit], area, today)
        for one in published.list_in_area(area=area, asof=today)
        if one.pack.id not in decided
        and about.get(one.pack.unit)
        and is_help(one.pack)
        and one.pack.status != "example"
    ]
    return sorted(found, key=lambda one: (_ORDER.index(one.outcome), one.card.pack_id))


def _foreseen(one: Published, known: Sequence[tuple[str, Facts]], area: str, today: date) -> Foreseen:
    if one.program is None:
        unset = policy.MissingParameter(pack=one.pack.id, names=one.missing, area=area, asof=today)
        return Foreseen(one.card, "cannot_tell", cannot=unset)
    try:
        said = [(who, one.program.explain(facts, language=language_now())) for who, facts in known]
    except Refusal as refusal:
        return Foreseen(one.card, "cannot_tell", cannot=refusal)
    who, nearest = min(said, key=lambda pair: (_ORDER.index(pair[1].decision.outcome), len(pair[1].missing)))
    return Foreseen(
        one.card, nearest.decision.outcome, who, tuple(name for name, _why in nearest.missing), _because(nearest)
    )


def _because(said: Explanation) -> tuple[Step, ...]:
    return tuple(step for step in said.steps if step.id in said.decision.refused_by and step.applies)
