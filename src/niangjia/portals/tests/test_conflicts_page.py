"""The auditor's page of conflicts: a press searches, what was found is read twenty at a time, in few questions however much it is."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.audit.types import Hand
from niangjia.apps.cases.models import Case
from niangjia.apps.inspections import conflicts, queries
from niangjia.apps.inspections.types import Found
from niangjia.portals.tests.house import town
from niangjia.portals.tests.test_every_address import MOST_QUERIES, RECORDING

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(house, signed_in):
    return signed_in(house.viewers[Role.AUDITOR])


@pytest.fixture
def planted(house, monkeypatch) -> list[Found]:
    """Fifty conflicts of many cases and officers, as a province has them in a month."""
    officers = [viewer.account_id for viewer in house.viewers.values()]
    cases, rules = list(Case.objects.values_list("pk", flat=True)), conflicts.rules()
    found = []
    for n in range(50):
        of, one, other = f"case:{cases[n % len(cases)]}", officers[n % len(officers)], officers[(n + 3) % len(officers)]
        hands = (Hand(of, "TIERED", one, town.NOW, of), Hand(of, "APPROVED", other, town.NOW, of, one))
        found.append(Found(rules[n % len(rules)], of, tuple(sorted({one, other})), hands))
    monkeypatch.setattr(queries, "find_conflicts", lambda viewer, month: found)
    return found


def test_nothing_is_said_of_a_month_that_nobody_searched(auditor):
    page = auditor.get(reverse("auditing:conflicts")).content.decode()
    assert "这个月还没有查找过" in page and "没有找到利益冲突" not in page
    auditor.post(reverse("auditing:search_conflicts"))
    page = auditor.get(reverse("auditing:conflicts")).content.decode()
    assert "查找的结果" in page and "重新查找" in page


def test_much_that_was_found_is_read_by_pages_in_few_questions(auditor, planted):
    answer = auditor.post(reverse("auditing:search_conflicts"), follow=True)
    assert "找到 50 处，50 处还没有核查" in answer.content.decode()
    with CaptureQueriesContext(connection) as asked:
        page = auditor.get(reverse("auditing:conflicts"), {"page": 2}).content.decode()
    assert page.count('name="key"') == 20 and "2 / 3" in page
    assert len(asked) <= MOST_QUERIES + RECORDING, [query["sql"][:90] for query in asked]


def test_a_remark_is_noted_on_the_page_where_it_was_written(auditor, planted):
    auditor.post(reverse("auditing:search_conflicts"))
    sent = {"key": planted[30].key, "remark": "同名不同人，已核对", "page": 2}
    answer = auditor.post(reverse("auditing:look_into"), sent)
    assert answer.url.endswith("&page=2")
    assert "同名不同人，已核对" in auditor.get(answer.url).content.decode()
