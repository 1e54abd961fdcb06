"""A sample says of each row whom it is of, whose, how much and why: an auditor judges nothing by a number alone."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.alerts import queries as alerts
from niangjia.apps.cases.models import Case
from niangjia.apps.funds import queries as funds
from niangjia.apps.funds.models import PaymentBatch
from niangjia.apps.funds.types import BatchState
from niangjia.apps.inspections import actions, queries
from niangjia.apps.inspections.types import SampleKind
from niangjia.apps.matters.models import Matter
from niangjia.apps.programs.tests import town
from niangjia.kernel.months import Month
from niangjia.portals.tests import applied, audited

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(house, signed_in):
    return signed_in(house.viewers[Role.AUDITOR])


def refs(house, sample: int) -> list[int]:
    return [int(item.ref.partition(":")[2]) for item in queries.get_sample(house.viewers[Role.AUDITOR], sample).items]


def test_of_a_household_that_was_held_back_its_page_its_union_and_why(auditor, house):
    sample = audited.sample(house)
    page = auditor.get(reverse("auditing:sample", args=[sample])).content.decode()
    held = alerts.find_alerts(house.viewers[Role.AUDITOR], refs(house, sample))
    assert held and len(held) == len(refs(house, sample))
    for row in held:
        assert reverse("officer:household", args=[row.household_id]) in page and row.org.name in page
        assert all(sentence.zh in page for sentence in alerts.sentences(row))


def test_of_a_payment_its_batch_and_amount_masked_and_so_in_the_workbook(auditor, house):
    viewer = house.viewers[Role.AUDITOR]
    PaymentBatch.objects.filter(pk=house.batch_id).update(sealed_at=town.NOW, state=BatchState.SEALED)
    month = Month.of(town.NOW.date())
    sample = actions.draw_sample(
        viewer=viewer, kind=SampleKind.PAYMENTS, month=month, size=3, seed="paid", now=town.NOW
    )
    page = auditor.get(reverse("auditing:sample", args=[sample])).content.decode()
    paid = funds.list_payments(viewer, refs(house, sample))
    assert paid and len(paid) == len(refs(house, sample))
    for one in paid:
        assert reverse("officer:batch", args=[one.batch_id]) in page and f"{one.amount:,.2f} 元" in page
    taken = auditor.post(reverse("auditing:export_sample", args=[sample]), {"purpose": "审计底稿留存"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(taken.streaming_content))).active
    amounts = [
        cell for row in sheet.iter_rows(values_only=True) for cell in row if isinstance(cell, float | int | Decimal)
    ]
    assert {one.amount for one in paid} <= {Decimal(str(cell)).quantize(Decimal("0.01")) for cell in amounts}
    assert all("**" in name for name in (line.name for line in _told(viewer, paid)))


def test_of_what_was_refused_its_number_its_union_and_how_it_ended(auditor, house):
    viewer, case = house.viewers[Role.AUDITOR], Case.objects.get(pk=house.cases["confirmed"])
    Case.objects.filter(pk=case.pk).update(state="CLOSED", close_reason="COVERED_ELSEWHERE", closed_at=town.NOW)
    refused = applied.lay(house).refused_id
    month = Month.of(town.NOW.date())
    sample = actions.draw_sample(
        viewer=viewer, kind=SampleKind.REFUSED, month=month, size=50, seed="refused", now=town.NOW
    )
    page = auditor.get(reverse("auditing:sample", args=[sample])).content.decode()
    matter = Matter.objects.get(pk=refused)
    assert case.number in page and case.org.name in page and "已由其他救助覆盖" in page
    assert matter.number in page and "没有通过" in page
    taken = auditor.post(reverse("auditing:export_sample", args=[sample]), {"purpose": "审计底稿留存"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(taken.streaming_content))).active
    said = " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
    assert case.number in said and matter.number in said and "已由其他救助覆盖" in said


def test_a_month_of_which_nothing_was_decided_is_not_recorded_as_made_again(auditor, house):
    address = reverse("auditing:replay_month")
    for month in ("", "abc", "2026-13", "1999-01"):
        answer = auditor.post(address, {"month": month})
        assert answer.status_code == 409 and "没有可以复算的决定" in answer.content.decode()
    assert queries.last_of(house.viewers[Role.AUDITOR], "inspections.replay") is None


def _told(viewer, paid):
    from niangjia.portals.cockpit.desk import shown

    return shown.told_of(viewer, [f"payment:{one.id}" for one in paid]).values()
