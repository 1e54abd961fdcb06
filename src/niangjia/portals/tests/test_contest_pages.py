"""What the pages of contests answer: parts of a recording, a form that comes back, votes, an objection, and the sheet for whoever counts again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from niangjia.apps.contests import counting, packs, queries
from niangjia.apps.contests.models import Contest, Entry, Objection
from niangjia.apps.contests.tests import stage as stages
from niangjia.apps.files.tests import recordings
from niangjia.apps.programs.tests import town

FILES = "files: [{id: song, title: {zh: 录音, en: recording}, kind: audio, required: false, most: 1, most_mb: 1}]"


@pytest.fixture(scope="module")
def laid(django_db_setup, django_db_blocker) -> Iterator[stages.Stage]:
    """A contest whose first round takes votes, with a song of the first entry."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        stages.install(patch, stages.TEXT.replace("files: []", FILES))
        stage = stages.build(workers=5)
        stage.now = town.NOW - 31 * stages.DAY
        stage.call()
        stage.entries = [stage.enter(stage.workers[number], f"歌{number}", part="song") for number in range(3)]
        stage.admit(*stage.entries)
        stage.sit(1)
        stage.open()
        yield stage
        transaction.set_rollback(True)


@pytest.fixture
def stage(laid, db) -> stages.Stage:
    laid.now = town.NOW
    return laid


def song_of(stage, entry: int) -> str:
    worker = next(one for one in stage.workers if any(own.id == entry for own in queries.list_own_entries(one)))
    return reverse("contests:file", args=[entry, queries.get_entry(worker, entry).files["song"][0].key])


def test_a_recording_is_handed_out_in_parts_as_phones_ask_for_it(stage, signed_in):
    client, address = signed_in(stage.county), song_of(stage, stage.entries[0])
    whole = client.get(address)
    assert whole.status_code == 200 and whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Content-Type"] == "audio/mp4" and "sandbox" in whole.headers["Content-Security-Policy"]
    size = len(whole.content)
    for asked, first, last in (("bytes=0-3", 0, 3), ("bytes=10-", 10, size - 1), ("bytes=-5", size - 5, size - 1), (f"bytes=2-{size * 2}", 2, size - 1)):  # fmt: skip
        part = client.get(address, headers={"range": asked})
        assert part.status_code == 206 and part.content == whole.content[first : last + 1], asked
        assert part.headers["Content-Range"] == f"bytes {first}-{last}/{size}"
    assert client.get(address, headers={"range": f"bytes={size}-"}).status_code == 416
    assert client.get(address, headers={"range": "lines=1-2"}).status_code == 200


def test_who_votes_hears_what_its_singer_agreed_to_and_nobody_else_does(stage, signed_in):
    address = song_of(stage, stage.entries[0])
    assert signed_in(stage.workers[4]).get(address).status_code == 200
    assert signed_in(stage.town.other_county).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    Entry.objects.filter(pk=stage.entries[0]).update(has_consent=False)
    assert signed_in(stage.workers[4]).get(address).status_code == 404
    assert signed_in(stage.workers[0]).get(address).status_code == 200
    assert signed_in(stage.jurors[0]).get(address).status_code == 200


def test_a_vote_is_given_taken_back_and_refused_in_words_on_the_page(stage, signed_in):
    client = signed_in(stage.workers[4])
    page, vote = reverse("contests:contest", args=[stage.contest_id]), reverse("contests:vote", args=[stage.contest_id])
    first, second, third = stage.entries
    for entry in (first, second):
        assert client.post(vote, {"entry": entry, "act": "vote"}).status_code == 302
    refused = client.post(vote, {"entry": third, "act": "vote"})
    assert refused.status_code == 409 and "每人 2 票" in refused.content.decode()
    assert client.post(vote, {"entry": "x", "act": "vote"}).status_code == 404
    client.post(vote, {"entry": first, "act": "revoke"})
    assert "您还有 1 票" in client.get(page).content.decode()
    assert signed_in(stage.county).post(vote, {"entry": first, "act": "vote"}).status_code == 403
    html = Client().get(page).content.decode()
    assert "歌0" in html and "投票成功" not in html and not re.search(r"<audio", html), (
        "the public reads, and plays nothing"
    )


def test_an_open_round_shows_no_result_and_a_closed_one_all_it_was_counted_from(stage, signed_in):
    result = reverse("contests:result", args=[stage.contest_id, 1])
    assert Client().get(result).status_code == 404
    stage.declare(stage.jurors[0], stage.entries[2])
    stage.mark(stage.jurors[0], 90, 80, entries=stage.entries[:2])
    stage.vote(3, stage.entries[1])
    round_id = stage.close("唯一的评委须回避")
    stage.now = town.NOW
    html = Client().get(result).content.decode()
    assert "评委评分占 50%，投票占 50%。" in html and "回避" in html
    said = Client().get(reverse("contests:sheet", args=[stage.contest_id, 1])).json()
    again = counting.count(said, said["seed"])
    assert [(one.name, one.total) for one in again.rows] == [(one.entry.number, one.total) for one in queries.list_lines(None, round_id)]  # fmt: skip


def test_a_contest_is_set_up_once_its_numbers_are_there_and_nothing_typed_is_lost(stage, signed_in, monkeypatch):
    monkeypatch.setattr(packs, "_read_all", stages.SHIPPED)
    client, address = signed_in(stage.county), reverse("contests:set_up", args=["hazard-cases"])
    typed = {"title": "隐患评比", "opens_on": "2023-11-06", "closes_on": "2023-12-06", "key": "a" * 32}
    refused = client.post(address, typed)
    html = refused.content.decode()
    assert refused.status_code == 422 and "隐患评比" in html and "请填写“评审 · 合格分”。" in html
    numbers = {"ask-rounds-0-pass_mark": "60", "ask-awards-0-places": "1.5", "ask-awards-0-amount": "800", "ask-awards-1-amount": "200"}  # fmt: skip
    refused = client.post(address, typed | numbers)
    assert refused.status_code in (409, 422) and "请填一个合适的整数。" in refused.content.decode()
    done = client.post(address, typed | numbers | {"ask-awards-0-places": "2"})
    assert done.status_code == 302
    again = client.post(address, typed | numbers | {"ask-awards-0-places": "2"})
    assert again.url == done.url and Contest.objects.filter(title="隐患评比").count() == 1


def test_anybody_objects_to_a_line_of_the_shortlist_and_gets_a_receipt(stage, signed_in):
    stage.declare(stage.jurors[0])
    stage.mark(stage.jurors[0], 90, 80, 70)
    stage.close()
    stage.open()
    stage.declare(stage.jurors[0])
    stage.mark(stage.jurors[0], 90, 80, entries=[one.id for one in queries.list_judged(None, stage.round.pk)])
    stage.close()
    stage.now = town.NOW
    stage.announce()
    line = queries.list_notices(None, stage.contest_id)[0]
    address = reverse("contests:object", args=[line.id])
    empty = Client().post(address, {"words": "", "contact": "13900000000"})
    assert empty.status_code == 422 and "13900000000" in empty.content.decode()
    answer = Client().post(address, {"words": "不是原创", "contact": ""})
    receipt = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", answer.content.decode())
    row = Objection.objects.get()
    assert receipt and receipt.group() == row.receipt and "不是原创".encode() not in bytes(row.secret)
    desk = reverse("contests:objection", args=[row.pk])
    assert "不是原创" in signed_in(stage.town.county_second).get(desk).content.decode()
    refused = signed_in(stage.county).post(desk, {"verdict": "rejected", "answer": "查过了，属实。"})
    assert refused.status_code == 409 and "没有办理过此案的同事" in refused.content.decode()
    assert signed_in(stage.town.county_second).post(desk, {"verdict": "rejected", "answer": "查过了。"}).status_code == 302  # fmt: skip
    assert signed_in(stage.town.other_county).get(desk).status_code == 404


def test_who_has_no_seat_marks_nothing(stage, signed_in):
    sheet = reverse("contests:score_sheet", args=[stage.contest_id])
    assert signed_in(stage.jurors[1]).get(sheet).status_code == 409
    assert signed_in(stage.jurors[0]).get(sheet).status_code == 200
    score = reverse("contests:score", args=[stage.contest_id])
    refused = signed_in(stage.jurors[0]).post(score, {f"m-{stage.entries[0]}": "88"})
    assert refused.status_code == 409 and "申报回避" in refused.content.decode()


def test_a_torn_recording_comes_back_at_its_field_with_what_was_typed(stage, signed_in, monkeypatch):
    stages.install(monkeypatch, stages.TEXT.replace("files: []", FILES))
    stage.now = town.NOW
    running = stage.contest_id
    stage.call()
    entry = stage.enter(stage.workers[3], "", hand_in=False)
    torn = SimpleUploadedFile("a.m4a", recordings.mp4()[:-3], "audio/mp4")
    told = {"title": "春天", "intro": "下班后练的", "contact": "", "file-song": torn, "act": "hand_in"}
    answer = signed_in(stage.workers[3]).post(reverse("contests:entry", args=[entry]), told)
    stage.contest_id = running
    html = answer.content.decode()
    assert answer.status_code == 422 and "不完整" in html and "春天" in html and "下班后练的" in html


def test_who_began_an_entry_is_led_back_to_it_and_not_to_another(stage, signed_in, monkeypatch):
    stage.now, running = town.NOW, stage.contest_id
    stages.install(monkeypatch, stages.TEXT)
    stage.call()
    client, worker = signed_in(stage.workers[3]), stage.workers[3]
    enter = reverse("contests:enter", args=[stage.contest_id])
    assert enter in client.get(reverse("contests:mine")).content.decode()
    entry = stage.enter(worker, "", hand_in=False)
    html = client.get(reverse("contests:mine")).content.decode()
    stage.contest_id = running
    assert enter not in html and "继续填写" in html and reverse("contests:entry", args=[entry]) in html
