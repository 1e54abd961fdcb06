"""The clock's own work: what fails keeps nothing else from being done."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.utils import timezone

from niangjia.jobs import tick
from niangjia.kernel.deployment import Deployment

pytestmark = pytest.mark.django_db


@pytest.fixture
def deployment(tmp_path):
    return Deployment.create(tmp_path / "here", "330624")


def failing(error: Exception):
    def fail(**asked: object) -> None:
        raise error

    return fail


def test_what_fails_keeps_nothing_else_from_being_done_and_is_told(deployment, monkeypatch):
    done: list[str] = []
    busy, wrong = OperationalError("database is locked"), ValueError("a wrong row")
    monkeypatch.setattr(tick.bookings, "remind", failing(busy))
    monkeypatch.setattr(tick.rollup, "make_when_old", lambda *place, **asked: done.append("roll-up"))
    with pytest.raises(OperationalError):
        tick.tick(deployment, now=timezone.now())
    assert done == ["roll-up"]
    monkeypatch.setattr(tick.tasks, "remind", failing(wrong))
    with pytest.raises(ExceptionGroup) as told:
        tick.tick(deployment, now=timezone.now())
    assert told.value.exceptions == (busy, wrong) and done == ["roll-up", "roll-up"]
