"""A rule's text on the pages: written by one, read and published by another; local values entered and approved."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.programs import queries
from niangjia.apps.programs.tests import town
from niangjia.portals.tests import markup

PROGRAM, PAPER = "special-grant", "新总工〔2023〕18号"


@pytest.fixture
def county(house, signed_in):
    return signed_in(house.viewers[Role.COUNTY])


@pytest.fixture
def second(house, signed_in):
    """Another officer of the county."""
    return signed_in(house.desk.town.county_second)


def text(response) -> str:
    return unescape(response.content.decode())


def address(name: str, *parts) -> str:
    return reverse(f"officer:{name}", args=parts)


def box(page: str, name: str) -> str:
    return re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n(.*?)</textarea>', page, re.S)[1]


def seen(page: str) -> str:
    return re.search(r'name="seen" value="(\w*)"', page)[1]


@pytest.fixture
def started(house, county) -> str:
    """The address of a draft of the special grant, as the county just opened it."""
    card = next(one for one in queries.list_packs(house.viewers[Role.COUNTY]) if one.pack_id == PROGRAM)
    assert "起草新文本" in text(county.get(address("program", card.id)))
    return county.post(address("start_draft"), {"version": card.id}).headers["Location"]


def save(client, at: str, *, source=PAPER, **typed):
    page = text(client.get(at))
    asked = {"program": box(page, "program"), "cases": box(page, "cases"), "source": source, "seen": seen(page)} | typed
    return client.post(at, asked, follow=True)


def dearer(page: str) -> tuple[str, str]:
    """The text and its examples with every 500 a 600."""
    return box(page, "program").replace("500", "600"), box(page, "cases").replace("500", "600")


def test_a_text_goes_from_one_officer_to_another_and_into_force(house, county, second, started):
    program, cases = dearer(text(county.get(started)))
    page = text(save(county, started, program=program, cases=cases))
    assert "没有问题，可以发布。" in page and "个例子都符合" in page
    assert "<del>" in page and "<ins>" in page and markup.faults(page) == []
    assert "请另一位同事打开本页" in page and "officer/publish" not in page
    listed = text(second.get(address("programs")))
    assert started in listed and PAPER in listed
    page = text(second.get(started))
    assert "请另一位同事打开本页" not in page and markup.faults(page) == []
    later = town.NOW.date() + timedelta(days=60)
    done = second.post(started + "publish/", {"seen": seen(page), "active_from": later.isoformat()}, follow=True)
    assert "已发布，自 2024-01-05 起生效。" in text(done)
    assert queries.find_pack(PROGRAM, area="330624", asof=later).active_from == later
    assert queries.find_pack(PROGRAM, area="330624", asof=town.NOW.date()).active_until == later
    assert started not in text(second.get(address("programs")))
    assert "readonly" in text(county.get(started)) and "已发布" in text(county.get(started))


def test_faults_are_told_with_line_column_and_the_nearest_word(county, started):
    page = text(county.get(started))
    program = box(page, "program").replace("verification_outcome", "verification_outcom")
    found = text(save(county, started, program=program))
    assert "是否应为“verification_outcome”？" in found and re.search(r"第 \d+ 行第 \d+ 列", found)
    assert "检查通过后才能发布。" in found and box(found, "program") == program


def test_files_are_read_as_offices_save_them(county, started):
    page = text(county.get(started))
    program, cases = dearer(page)
    files = {
        "program_file": SimpleUploadedFile("program.yaml", program.encode("gb18030")),
        "cases_file": SimpleUploadedFile("cases.yaml", b"\xef\xbb\xbf" + cases.replace("\n", "\r\n").encode()),
    }
    found = text(save(county, started, program="", cases="", **files))
    assert (box(found, "program"), box(found, "cases")) == (program, cases) and "没有问题，可以发布。" in found


def test_what_a_colleague_saved_meanwhile_is_shown_and_what_was_typed_stays(county, second, started):
    page = text(county.get(started))
    program, cases = dearer(page)
    save(second, started, program=program, cases=cases)
    mine = box(page, "program") + "# 我写的\n"
    answer = county.post(started, {"program": mine, "cases": box(page, "cases"), "source": PAPER, "seen": seen(page)})
    found = text(answer)
    assert answer.status_code == 409 and "同事改过这份草稿" in found
    assert box(found, "program") == mine and "<ins># 我写的</ins>" in found and markup.faults(found) == []
    again = county.post(started, {"program": mine, "cases": box(page, "cases"), "source": PAPER, "seen": seen(found)})
    assert again.status_code == 302


def test_a_day_among_decided_ones_asks_why(house, county, second, started, monkeypatch):
    program, cases = dearer(text(county.get(started)))
    save(county, started, program=program, cases=cases)
    page = text(second.get(started))
    decided = re.search(r"已就 (.*?) 及以前的情况作出决定", page)
    assert decided, "the house has decided about special grants"
    asked = {"seen": seen(page), "active_from": town.NOW.date().replace(day=1).isoformat()}
    refused = second.post(started + "publish/", asked)
    assert refused.status_code == 422 and "追溯生效须写明原因。" in text(refused)
    monkeypatch.setattr("django.utils.timezone.now", lambda: town.NOW + timedelta(minutes=5))
    done = second.post(started + "publish/", asked | {"reason": "市里的通知晚到"}, follow=True)
    assert "市里的通知晚到" in text(done) and done.redirect_chain[-1][0] == address("reconsiderations")


def test_a_draft_may_be_simulated_first_and_be_dropped(county, started):
    program, cases = dearer(text(county.get(started)))
    save(county, started, program=program, cases=cases)
    assert county.post(started + "drop/").headers["Location"] == address("programs")
    assert "已放弃" in text(county.get(started)) and started not in text(county.get(address("programs")))


def test_nothing_of_it_is_for_a_township_or_another_county(house, signed_in, started):
    for viewer in (house.viewers[Role.TOWNSHIP], house.viewers[Role.FINANCE]):
        assert signed_in(viewer).get(started).status_code == 403
        assert signed_in(viewer).post(started + "publish/").status_code == 403
    other = signed_in(house.desk.town.other_county)
    assert other.get(started).status_code == 404 and other.post(started + "drop/").status_code == 404


# --- local values --------------------------------------------------------------------------------------------------


def enter(client, **typed):
    asked = {"program": "graded-aid", "name": "medical_share_relative", "area": "330624000000", "starts_on": "2024-01-01",
             "value": "0.6", "source": "新总工〔2023〕20号"} | typed  # fmt: skip
    return client.post(address("enter_parameter"), asked, follow=True)


def test_a_value_is_entered_by_one_and_approved_by_another(county, second):
    page = text(county.get(address("parameters"), {"program": "graded-aid", "name": "medical_share_relative"}))
    assert markup.faults(page) == [] and 'value="medical_share_relative" selected' in page
    found = text(enter(county))
    assert "已录入，等另一位同事审批后生效。" in found and "待审批" in found and "审批</button>" not in found
    theirs = text(second.get(address("parameters"), {"program": "graded-aid"}))
    (approve,) = re.findall(r'action="(\S+/approve/)"', theirs)
    assert "已审批，自 2024-01-01 起按这个值决定。" in text(
        second.post(approve, {"program": "graded-aid"}, follow=True)
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"value": ""}, "请填写“值”。"), ({"source": ""}, "请填写“出处”。"), ({"starts_on": "明天"}, "从哪天起"),
     ({"value": "一半"}, "一半"), ({"area": "330681000000"}, "330681000000"), ({"name": "nothing"}, "nothing")],
)  # fmt: skip
def test_a_value_that_cannot_be_entered_is_told_at_its_field_and_stays_typed(county, typed, said):
    answer = enter(county, **typed)
    assert answer.status_code in (409, 422) and said in text(answer)
    if "value" not in typed:
        assert 'value="0.6"' in text(answer)


def test_a_value_is_withdrawn_before_it_counts(county, house):
    page = text(enter(county))
    (withdraw,) = re.findall(r'action="(\S+/withdraw/)"', page)
    found = text(county.post(withdraw, {"program": "graded-aid"}, follow=True))
    assert "已撤回。" in found and "待审批" not in found


def test_who_may_only_read_sees_the_values_and_no_form(house, signed_in):
    page = text(signed_in(house.viewers[Role.GRASSROOTS]).get(address("parameters"), {"program": "graded-aid"}))
    assert "<strong>" in page and "填一个值" not in page and "审批</button>" not in page


def test_the_pages_read_in_english_too(house, signed_in, started):
    client = signed_in(house.viewers[Role.COUNTY], "en")
    for page in (client.get(started), client.get(address("parameters"), {"program": "graded-aid"})):
        assert page.status_code == 200 and markup.faults(text(page)) == []
    assert "Save and check" in text(client.get(started))
