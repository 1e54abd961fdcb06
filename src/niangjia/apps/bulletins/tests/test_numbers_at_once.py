"""Officers who issue at the same moment: each bulletin gets a number of its own, and none is skipped. Threads and processes; on file SQLite and on PostgreSQL."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.db import connections, transaction

from niangjia.apps.bulletins import actions, queries
from niangjia.apps.bulletins.models import Bulletin, Register
from niangjia.apps.bulletins.types import BlockText, Content
from niangjia.apps.programs.tests import town

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8
EACH = 3
"""Bulletins that one officer issues one after the other: more than one moment in which to meet."""
TEXT = Content("通报", "", "", [BlockText("text", "情况平稳。")])


class Failed(Exception):
    pass


@pytest.fixture
def place():
    return town.build()


def reviewed(place, key: str) -> int:
    number = actions.draft(viewer=place.city, kind="hardship-monthly", period="2023-04", content=TEXT, figures=[], tables=[], as_of=town.NOW, key=key, now=town.NOW)  # fmt: skip
    actions.review(viewer=colleague_of(place), bulletin_id=number, now=town.NOW)
    return number


def colleague_of(place):
    return replace(place.city, account_id=place.county.account_id, joined_ids=frozenset())


def issue(given: tuple[Any, list[int], bool]) -> list[int]:
    """The numbers that one officer is given, one after the other; who `fails` lets each go again before its transaction ends."""
    viewer, bulletins, fails = given
    connections.close_all()
    found = []
    try:
        for one in bulletins:
            try:
                with transaction.atomic():
                    found.append(actions.issue(viewer=viewer, bulletin_id=one, now=town.NOW))
                    if fails:
                        raise Failed
            except Failed:
                found.pop()
        return found
    finally:
        connections.close_all()


def threads() -> Executor:
    return ThreadPoolExecutor(AT_ONCE)


def processes() -> Executor:
    connections.close_all()
    return ProcessPoolExecutor(AT_ONCE, mp_context=multiprocessing.get_context("fork"))


@pytest.mark.parametrize("start", [threads, processes])
def test_whoever_issues_at_once_gets_numbers_without_a_double_and_without_a_gap(place, start: Callable[[], Executor]):
    viewer = colleague_of(place)
    work = [
        (viewer, [reviewed(place, f"{officer} {turn}") for turn in range(EACH)], officer % 4 == 3)
        for officer in range(AT_ONCE)
    ]
    with start() as pool:
        found = [number for numbers in pool.map(issue, work) for number in numbers]
    stayed = EACH * sum(1 for _viewer, _bulletins, fails in work if not fails)
    assert sorted(found) == list(range(1, stayed + 1))
    assert list(queries.verify()) == [] and Register.objects.get().last == stayed
    assert Bulletin.objects.filter(number__isnull=False).count() == stayed


@pytest.mark.parametrize("start", [threads, processes])
def test_a_bulletin_that_many_issue_at_once_gets_one_number(place, start: Callable[[], Executor]):
    one = reviewed(place, "one")
    with start() as pool:
        found = list(pool.map(issue, [(colleague_of(place), [one], False)] * AT_ONCE))
    assert found == [[1]] * AT_ONCE and Register.objects.get().last == 1
