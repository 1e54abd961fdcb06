"""What must always be so of contests: every closed round counts again from the marks that were given, no mark of a near juror counts, no vote counts twice."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Count, Q

from niangjia.apps.contests import access, counting, packs, sealed
from niangjia.apps.contests.lifecycle import ContestState, RoundState, VoteState
from niangjia.apps.contests.models import Award, Conflict, Contest, Grant, Mark, Round, Standing, Vote
from niangjia.apps.contests.shortlist import shortlist
from niangjia.apps.contests.types import Violation
from niangjia.apps.funds import queries as funds


def verify() -> Iterator[Violation]:
    for contest in Contest.objects.select_related("org").iterator():
        if packs.hash_of(contest.pack) != contest.pack_hash:
            yield Violation("CONTEST_PACK", contest.number, "its rules are not those that it was set up with")
    for row in Round.objects.filter(state=RoundState.CLOSED).select_related("contest__org").iterator():
        yield from _round(row)
    yield from _votes()
    yield from _awards()
    for grant in Grant.objects.filter(reservation__isnull=False).iterator():
        card = funds.get_reservation(grant.reservation_id or 0)
        if card.amount != grant.amount:
            yield Violation(
                "CONTEST_MONEY", f"grant:{grant.pk}", f"{card.amount} yuan are set aside for {grant.amount}"
            )


def _round(row: Round) -> Iterator[Violation]:
    place = f"{row.contest.number}/{row.place}"
    sheet = row.sheet or {}
    if sealed.seal_of(row.seed) != row.seal:
        yield Violation("ROUND_SEAL", place, "its seed is not the one that was sealed when it opened")
    if sheet.get("rule") != counting.rule_text(counting.rule_of(row).rule):
        yield Violation("ROUND_RULE", place, "it was counted by another rule than its contest's")
        return
    counted = {
        (one.name, one.place, one.total, one.jury, one.votes, one.goes_on)
        for one in counting.count(sheet, row.seed).rows
    }
    lines = Standing.objects.filter(round=row).values_list("entry__number", "rank", "total", "jury", "votes", "goes_on")
    if counted != set(lines):
        yield Violation("ROUND_COUNT", place, "its ranking is not what its sheet gives")
    said = {(one["entry"], seat) for one in sheet["entries"] for seat in one["barred"]}
    near = Conflict.objects.filter(juror__contest_id=row.contest_id, at__lte=row.closed_at)
    judged = {one["entry"] for one in sheet["entries"]}
    for number, seat in near.values_list("entry__number", "juror__seat"):
        if number in judged and (number, str(seat)) not in said:
            yield Violation("MARK_OF_NEAR", place, f"seat {seat} is near to {number}, and its mark counted")
    given = {
        (number, str(seat)): value
        for number, seat, value in Mark.objects.filter(round=row).values_list("entry__number", "juror__seat", "value")
    }
    for one in sheet["entries"]:
        for seat, mark in one["marks"].items():
            if given.get((one["entry"], seat)) != Decimal(mark):
                yield Violation(
                    "ROUND_MARKS",
                    place,
                    f"{one['entry']}: the sheet has {mark} of seat {seat}, which is not what was given",
                )
    votes = dict(
        Vote.objects.filter(round=row, state=VoteState.COUNTED).order_by().values_list("entry__number").annotate(count=Count("pk"))
    )  # fmt: skip
    for one in sheet["entries"]:
        if one["votes"] != votes.get(one["entry"], 0):
            yield Violation(
                "VOTE_COUNT",
                place,
                f"{one['entry']}: the sheet says {one['votes']}, the votes are {votes.get(one['entry'], 0)}",
            )


def _votes() -> Iterator[Violation]:
    """More votes of a person in a round than its rule gives."""
    used = Vote.objects.exclude(state=VoteState.REVOKED).order_by().values("round_id", "voter").annotate(count=Count("pk"))  # fmt: skip
    most: dict[int, int] = {}
    for one in used.filter(Q(count__gt=1)).iterator():
        round_id = one["round_id"]
        if round_id not in most:
            rule = counting.rule_of(Round.objects.select_related("contest").get(pk=round_id)).votes
            most[round_id] = rule.choices if rule else 0
        if one["count"] > most[round_id]:
            yield Violation("VOTES_OF_ONE", f"round:{round_id}", f"one person has {one['count']} of {most[round_id]}")


def _awards() -> Iterator[Violation]:
    for contest in Contest.objects.filter(state=ContestState.DONE).select_related("org").iterator():
        given = set(Award.objects.filter(entry__contest=contest).values_list("entry_id", "award", "rank"))
        if given != {(one.entry.pk, one.award.id, one.rank) for one in shortlist(contest)}:
            yield Violation("AWARD_PLACE", contest.number, "what was given is not what the last round gives")
        for award in Award.objects.filter(entry__contest=contest):
            rule = next((one for one in access.pack_of(contest).awards if one.id == award.award), None)
            if rule is None or award.amount != rule.amount or award.skill_level != rule.skill_level:
                yield Violation("AWARD_RULE", contest.number, f"award {award.pk} is not what the rules give")
