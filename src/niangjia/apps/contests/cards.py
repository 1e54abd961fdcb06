"""Rows as types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from niangjia.apps.contests import access
from niangjia.apps.contests.lifecycle import ContestState, EntryState, GrantKind, GrantState, RoundState
from niangjia.apps.contests.models import Award, Contest, Entry, Objection, Round
from niangjia.apps.contests.types import AwardCard, ContestCard, EntryCard, GrantCard, ObjectionCard, RoundCard
from niangjia.apps.files.types import FileCard
from niangjia.apps.objections.types import GrievanceState
from niangjia.apps.places import queries as places
from niangjia.apps.registry import queries as registry


def contest_card(row: Contest, rounds: tuple[RoundCard, ...] = ()) -> ContestCard:
    return ContestCard(
        row.pk, row.number, title_of(row), access.pack_of(row), row.pack_hash, row.org_id, row.org.name, row.org.path or "", ContestState(row.state),
        row.opens_at, row.closes_at, row.done_at, row.reason, rounds,
    )  # fmt: skip


def title_of(row: Contest) -> Mapping[str, str]:
    """As the organiser named it; left as the pack has it, in both languages."""
    said = access.pack_of(row).title
    return said if row.title in said.values() else {"zh": row.title, "en": row.title}


def award_words(row: Contest, award: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Title and honour of an award, by the pinned text."""
    rule = next(one for one in access.pack_of(row).awards if one.id == award)
    return rule.title, rule.honour


def round_card(row: Round, contest: Contest) -> RoundCard:
    rule = access.pack_of(contest).rounds[row.place - 1]
    return RoundCard(
        row.pk, row.place, rule, RoundState(row.state), row.opened_at, row.vote_closes_at, row.seal, row.seed, row.sheet, row.closed_at, row.reason
    )  # fmt: skip


def entry_cards(
    rows: Iterable[Entry],
    *,
    files: Mapping[int, Mapping[str, tuple[FileCard, ...]]] | None = None,
    intros: Mapping[int, str] | None = None,
) -> list[EntryCard]:
    """Names masked. Each row brings its union."""
    found = list(rows)
    names = registry.masked_names({row.person_id for row in found if row.person_id is not None})
    sites = places.names_of({row.place_id for row in found if row.place_id is not None})
    return [
        EntryCard(
            row.pk, row.number, row.contest_id, row.title, names.get(row.person_id or 0, "") or sites.get(row.place_id or 0, "") or row.unit_name,
            row.person_id, row.place_id, row.unit_name, row.org_id, row.org.name, EntryState(row.state), row.has_consent, row.is_nominated,
            row.handed_in_at, row.decision_id, row.reason, intro=(intros or {}).get(row.pk, ""), files=(files or {}).get(row.pk, {}),
        )
        for row in found
    ]  # fmt: skip


def award_cards(rows: Iterable[Award], *, with_grants: bool) -> list[AwardCard]:
    """Each row brings its entry with union and contest."""
    found = list(rows)
    entries = {one.id: one for one in entry_cards([row.entry for row in found])}
    return [_award_card(row, entries[row.entry_id], with_grants) for row in found]


def _award_card(row: Award, entry: EntryCard, with_grants: bool) -> AwardCard:
    grants = [
        GrantCard(
            one.pk,
            GrantKind(one.kind),
            GrantState(one.state),
            one.amount,
            one.decision_id,
            one.reservation_id,
            one.refusal_zh,
            one.refusal_en,
        )  # fmt: skip
        for one in (row.grants.all() if with_grants else ())
    ]
    title, honour = award_words(row.entry.contest, row.award)
    return AwardCard(
        row.pk, entry, row.award, title, row.rank, honour, row.skill_level, row.amount, row.program, row.given_on,
        tuple(grants),
    )  # fmt: skip


def objection_card(row: Objection) -> ObjectionCard:
    entry = row.notice.entry
    return ObjectionCard(
        row.pk, entry.contest_id, title_of(entry.contest), entry.number, entry.title, row.notice.tier, GrievanceState(row.state), row.raised_at,
        row.answered_at,
    )  # fmt: skip
