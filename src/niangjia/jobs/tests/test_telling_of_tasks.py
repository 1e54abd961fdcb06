"""Tasks and rounds become messages to the unions they concern."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import localtime

from niangjia.apps.assessments import actions as assessments
from niangjia.apps.messages.models import Delivery
from niangjia.apps.messages.types import Channel
from niangjia.apps.programs.tests import town
from niangjia.apps.tasks import actions as tasks
from niangjia.jobs import tell
from niangjia.jobs.tests.outbox import hear_from_now_on, kinds_of, reach, told

pytestmark = pytest.mark.django_db
NOW = town.NOW
DUE = NOW.date() + timedelta(days=20)


@pytest.fixture
def place(db):
    built = town.build()
    hear_from_now_on()
    return built


def given(place) -> int:
    return tasks.set_task(
        viewer=place.city,
        title="驿站冬季检查",
        what="每个驿站查一遍",
        owner_id=place["X"].id,
        due_on=DUE,
        key="k",
        now=NOW,
    )


def test_a_task_is_told_to_the_owner_by_its_number_and_its_report_to_the_setter(place):
    task_id = given(place)
    tell.tell(now=NOW)
    [message] = told(place.county)
    assert (message.kind, message.params["number"]) == ("task_for_owner", f"RW{task_id:07}")
    tasks.begin(viewer=place.county, task_id=task_id, now=NOW)
    tell.tell(now=NOW)
    assert kinds_of(place.city) == ["task_for_setter"]


def test_a_round_is_told_to_the_unions_it_looks_at(place):
    assessments.begin(
        viewer=place.city, title="冬季督查", about="驿站和送温暖", org_ids=[place["X"].id], key="r", now=NOW
    )
    tell.tell(now=NOW)
    assert kinds_of(place.county) == ["round_looks"] and not told(place.other_county)


def test_reminders_are_told_to_the_owner_once_each_and_wait_for_the_end_of_quiet_hours(place):
    given(place)
    reach(place.county, now=NOW)
    for days in (17, 17, 21, 21):
        at = NOW.replace(hour=23) + timedelta(days=days)
        tasks.remind(now=at)
        tell.tell(channels=[Channel.EMAIL], now=at)
    assert kinds_of(place.county) == ["task_for_owner", "task_due_soon", "task_overdue"]
    waits = Delivery.objects.filter(message__kind__in=("task_due_soon", "task_overdue"))
    assert {localtime(one.due_at).hour for one in waits} == {7}
