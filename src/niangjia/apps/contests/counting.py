"""The count of a round: what is counted, as a sheet that goes to the public, and its ranking by the engine."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Value
from django.utils import timezone

from niangjia.apps.contests import access
from niangjia.apps.contests.lifecycle import EntryState, VoteState
from niangjia.apps.contests.models import Conflict, Entry, Mark, Round, Standing, Vote
from niangjia.apps.contests.packs import RoundRule, Tilt
from niangjia.apps.programs import queries as programs
from niangjia.engines.ranking import CutTie, Ranking, Rule, TieBreak, rank
from niangjia.engines.ranking import Entry as Counted


def rule_of(row: Round) -> RoundRule:
    return access.pack_of(row.contest).rounds[row.place - 1]


def entries_of(row: Round) -> QuerySet[Entry]:
    """What is judged in a round: admitted, and through the round before."""
    found = Entry.objects.filter(contest_id=row.contest_id, state=EntryState.ADMITTED)
    if row.place > 1:
        before = Standing.objects.filter(
            round__contest_id=row.contest_id, round__place=row.place - 1, goes_on=True
        )  # fmt: skip
        found = found.filter(pk__in=before.values("entry_id"))
    return found.order_by("number")


def owed(row: Round, jurors: Collection[int]) -> tuple[dict[int, int], dict[int, int]]:
    """By juror: how many entries they may mark and have not; how many they have marked. One question of the database."""
    judged: set[int] = set()
    done, barred = set(), set()
    rows = entries_of(row).order_by().annotate(juror=Value(0)).values_list("juror", "pk", Value("JUDGED"))
    marks = Mark.objects.filter(round_id=row.pk).order_by().values_list("juror_id", "entry_id", Value("MARK"))
    near = Conflict.objects.filter(juror__contest_id=row.contest_id).order_by()
    for juror, entry, what in rows.union(marks, near.values_list("juror_id", "entry_id", Value("NEAR")), all=True):
        if what == "JUDGED":
            judged.add(entry)
        else:
            (done if what == "MARK" else barred).add((juror, entry))
    owes = {one: sum((one, entry) not in done and (one, entry) not in barred for entry in judged) for one in jurors}
    return owes, {one: sum((one, entry) in done for entry in judged) for one in jurors}


def sheet_of(row: Round) -> dict[str, Any]:
    """
    Everything that is counted, as plain text and whole numbers: the rule, and by entry number the mark of each seat, the seats whose
    mark does not count for they are near, the votes, and the points of a tilt.

    Raises programs' NoPackHere, MissingParameter: the list of the areas that a tilt leans to is not on file.
    """
    told = rule_of(row)
    rule, tilt = told.rule, told.tilt
    judged = list(entries_of(row).select_related("place", "org"))
    marks: dict[int, dict[str, str]] = {}
    sitting = Q(juror__left_at__isnull=True)
    for entry_id, seat, value in Mark.objects.filter(sitting, round=row).values_list("entry_id", "juror__seat", "value"):  # fmt: skip
        marks.setdefault(entry_id, {})[str(seat)] = str(value)
    barred: dict[int, list[str]] = {}
    for entry_id, seat in Conflict.objects.filter(juror__contest_id=row.contest_id).values_list("entry_id", "juror__seat"):  # fmt: skip
        barred.setdefault(entry_id, []).append(str(seat))
    votes = dict(
        Vote.objects.filter(round=row, state=VoteState.COUNTED).order_by().values("entry_id").annotate(count=Count("pk")).values_list("entry_id", "count")
    )  # fmt: skip
    return {
        "rule": rule_text(rule),
        "entries": [
            {
                "entry": one.number,
                "marks": dict(sorted(marks.get(one.pk, {}).items())),
                "barred": sorted(barred.get(one.pk, [])),
                "votes": votes.get(one.pk, 0),
                **({"extra": str(tilted(tilt, one))} if tilt else {}),
            }
            for one in judged
        ],
    }


def tilted(tilt: Tilt, entry: Entry) -> Decimal:
    """What the round's tilt gives an entry: by where its place lies, else the union it is entered for, on the day it was handed in."""
    area = entry.place.area if entry.place else entry.org.area
    day = timezone.localdate(entry.handed_in_at or entry.entered_at)
    is_leant_to = programs.get_parameter(tilt.program, tilt.parameter, area=area, asof=day)
    return tilt.points if is_leant_to else Decimal(0)


def rule_text(rule: Rule) -> dict[str, Any]:
    return {
        "jury": str(rule.jury), "votes": str(rule.votes), "dropped": rule.dropped, "least_marks": rule.least_marks, "quota": rule.quota,
        "pass_mark": None if rule.pass_mark is None else str(rule.pass_mark), "ties": [one.value for one in rule.ties],
        "cut_tie": rule.cut_tie.value, "places": rule.places,
    }  # fmt: skip


def count(sheet: Mapping[str, Any], seed: str) -> Ranking:
    """The ranking of a published sheet: what anybody counts who has it."""
    said = sheet["rule"]
    rule = Rule(
        jury=Decimal(said["jury"]), votes=Decimal(said["votes"]), dropped=said["dropped"], least_marks=said["least_marks"], quota=said["quota"],
        pass_mark=None if said["pass_mark"] is None else Decimal(said["pass_mark"]), ties=tuple(TieBreak(one) for one in said["ties"]),
        cut_tie=CutTie(said["cut_tie"]), places=said["places"],
    )  # fmt: skip
    entries = [
        Counted(
            one["entry"],
            {seat: Decimal(mark) for seat, mark in one["marks"].items()},
            frozenset(one["barred"]),
            one["votes"],
            Decimal(one.get("extra", 0)),
        )
        for one in sheet["entries"]
    ]
    return rank(entries, rule, seed=seed)
