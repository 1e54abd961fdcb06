"""Pages of what is begun by anybody, by a union, and for a worker: nothing typed is lost, and each shows what became of it."""

from __future__ import annotations

import io
import re
import uuid

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from niangjia.apps.accounts.types import Role
from niangjia.apps.files.tests import pictures
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import queries
from niangjia.apps.matters.tests.begun import HAZARD, PROPOSAL
from niangjia.apps.matters.types import MatterState, PaperState, WorkersTurn
from niangjia.apps.programs.tests import town
from niangjia.portals.tests import begun


@pytest.fixture(scope="module")
def built(built, django_db_blocker):
    with django_db_blocker.unblock():
        return begun.lay(built)


def sent(**answers: str) -> dict[str, str]:
    return {f"f-{name}": text for name, text in (HAZARD | answers).items()}


def test_without_an_account_a_form_comes_back_whole_and_then_gives_a_receipt(house):
    client = Client()
    page = client.get("/matters/33/hazard-report/?f-hazard_site=XG").content.decode()
    key = re.search(r'name="key" value="([0-9a-f]{32})"', page)
    assert key and 'value="XG"' in page and "登录后具名提出" in page
    wrong = client.post("/matters/33/hazard-report/", {**sent(hazard_site="不知道"), "key": key[1]})
    html = wrong.content.decode()
    assert wrong.status_code == 422 and "没有找到这个工会" in html and "配电箱进水" in html and 'value="不知道"' in html
    done = client.post("/matters/33/hazard-report/", {**sent(), "key": key[1]}).content.decode()
    receipt = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", done)
    assert receipt and "已经交上了" in done
    assert receipt[0] in client.post("/matters/33/hazard-report/", {**sent(), "key": key[1]}).content.decode()
    photo = SimpleUploadedFile("a.jpg", pictures.jpeg(), "image/jpeg")
    added = client.post("/matters/receipt/photos/", {"receipt": receipt[0], "photos": photo}).content.decode()
    assert "1 张" in added
    bad = SimpleUploadedFile("a.jpg", b"no picture", "image/jpeg")
    assert client.post("/matters/receipt/photos/", {"receipt": receipt[0], "photos": bad}).status_code == 422
    found = client.post("/matters/receipt/", {"receipt": receipt[0].lower()}).content.decode()
    assert "核查定级" in found and "轴承厂工会" in found and "配电箱" not in found
    none = client.post("/matters/receipt/", {"receipt": "0000-0000-0000"})
    assert none.status_code == 409 and "没有这个回执号" in none.content.decode()


def test_a_form_without_an_account_promises_what_its_text_gives_and_nothing_else(house):
    """Joining asks who one is, takes no photos and pays nothing; a hazard may be told without a name, photographed and rewarded."""
    joining, hazard = (
        Client().get(f"/matters/33/{one}/").content.decode() for one in ("union-membership", "hazard-report")
    )
    for promise in ("可以不写姓名", "补照片", "得奖励"):
        assert promise in hazard and promise not in joining
    assert "不用登录。" in joining and "登录后具名提出" not in joining
    assert "单位没有工会的，写所在街道（乡镇）总工会" in hazard and 'name="f-hazard_firm"' in hazard


def test_what_can_be_brought_is_listed_and_its_rules_lead_there(house):
    client = Client()
    kinds = client.get("/matters/").content.decode()
    assert "/matters/33/hazard-report/" in kinds and "/programs/33/member-proposal/" in kinds
    assert "/matters/33/hazard-report/" in client.get("/programs/33/hazard-report/").content.decode()
    listed = client.get("/programs/").content.decode()
    assert "可以向工会提出的事" in listed and "/programs/33/union-membership/" in listed
    assert client.get("/matters/33/member-proposal/").status_code == 409


def test_the_page_by_name_begins_with_what_the_code_said(house, signed_in):
    client = signed_in(house.viewers[Role.WORKER])
    page = client.get("/matters/33/hazard-report/?f-hazard_site=XG").content.decode()
    address = re.search(r'href="(/mine/programs/hazard-report/apply/\?v-hazard_site=XG)"', page)
    assert address and 'name="v-hazard_site" value="XG"' in client.get(address[1]).content.decode()


def test_a_union_begins_its_own_business_and_a_missing_answer_stands_at_its_field(house, signed_in):
    client = signed_in(house.viewers[Role.GRASSROOTS])
    typed = {"f-heat_visited_on": "2023-11-01", "f-heat_site": "三号工地", "f-heat_workers": ""}
    wrong = client.post("/desk/matters/new/heat-relief-visit/", typed)
    assert wrong.status_code == 422 and "三号工地" in wrong.content.decode()
    assert 'id="error-f-heat_workers"' in wrong.content.decode()
    done = client.post("/desk/matters/new/heat-relief-visit/", typed | {"f-heat_workers": "30"}, follow=True)
    assert "已立件" in done.content.decode() and "已办成" in done.content.decode()
    counts = client.get("/desk/matters/counts/").content.decode()
    assert "送清凉登记" in counts and "慰问人次" in counts and "30" in counts
    unknown = client.post("/desk/matters/new/member-representative/", {"number": "13000000000"})
    assert unknown.status_code == 409 and "没有找到这位职工" in unknown.content.decode()


def test_the_register_shows_terms_and_a_proposal_is_told_from_it(house, signed_in):
    officer = signed_in(house.viewers[Role.GRASSROOTS])
    term = {"constituency": "第二选区", "term_from": "2022-03-02", "term_until": "2099-03-01"}
    matters.open_by_union(
        viewer=house.viewers[Role.GRASSROOTS], program="member-representative", answers=term, key=uuid.uuid4(),
        person_id=begun.worker_of(house), now=town.NOW,
    )  # fmt: skip
    address = "/desk/matters/registers/member-representative/"
    empty = officer.get(address).content.decode()
    assert "名册里还没有登记" in empty and "在办 1 件" in empty
    township = signed_in(house.viewers[Role.TOWNSHIP])
    (card,) = queries.cards(queries.list_matters(house.viewers[Role.TOWNSHIP], program="member-representative"))
    township.post(f"/desk/applications/{card.id}/act/", {"outcome": "confirmed", "step": card.step})
    page = township.get(address).content.decode()
    assert "2022-03-02 至 2099-03-01" in page and "第二选区" in page and card.number in page
    assert address in township.get("/desk/matters/").content.decode()
    assert address in township.get("/desk/applications/?program=member-representative").content.decode()
    assert township.get("/desk/matters/registers/hazard-report/").status_code == 404
    taken = township.post(f"{address}export/", {"purpose": "代表名册年度核对"})
    *_heads, line = openpyxl.load_workbook(io.BytesIO(b"".join(taken.streaming_content))).active.iter_rows(
        values_only=True
    )
    assert line[0] == card.number and "**" in line[1] and "第二选区" in line[5]
    assert officer.post(f"{address}export/", {"purpose": "代表名册年度核对"}).status_code == 403


def test_a_register_of_what_is_about_no_worker_shows_its_columns_after_the_end_too(house, signed_in):
    place = begun.place_of(house)
    said = {"offered_on": "2023-11-01", "offer_topics": ["skill_grade_pay"], "bargaining_employer": "轴承公司"}
    card = place.act(
        place.town.grassroots,
        place.open(place.town.grassroots, "skill-pay-bargaining", **said),
        "agreed",
        employer_reply="同意",
    )
    signed = {"agreement_signed_on": "2023-11-05", "covered_workers": "186"}
    place.act(place.town.county, place.act(place.town.grassroots, card, "signed", **signed), "filed")
    page = signed_in(house.viewers[Role.COUNTY]).get("/desk/matters/registers/skill-pay-bargaining/").content.decode()
    assert "轴承公司" in page and "186" in page and card.number in page
    own = signed_in(house.viewers[Role.COUNTY]).get(f"/desk/applications/{card.id}/").content.decode()
    assert "答应职工的日子" not in own and "轴承厂工会" in own


def test_a_field_says_for_which_outcome_it_is_needed(house, signed_in):
    place = begun.place_of(house)
    said = {"offered_on": "2023-11-01", "offer_topics": ["skill_grade_pay"], "bargaining_employer": "轴承公司"}
    card = place.open(place.town.grassroots, "skill-pay-bargaining", **said)
    page = signed_in(house.viewers[Role.GRASSROOTS]).get(f"/desk/applications/{card.id}/").content.decode()
    assert "选“约定”时必填" in page and '<span class="must">必填</span>' not in page


def test_an_outcome_that_contradicts_an_answer_is_told_at_that_answer(house, signed_in):
    matter_id = begun.report().matter_id
    officer = signed_in(house.viewers[Role.GRASSROOTS])
    act = f"/desk/applications/{matter_id}/act/"
    officer.post(act, {"outcome": "accepted", "f-hazard_severity": "minor", "f-rectify_by": "2030-01-01", "step": 2})
    officer.post(act, {"outcome": "rectified", "f-rectified_how": "换了新箱门", "step": 3})
    said = {"outcome": "closed", "f-is_hazard_rectified": "no", "f-is_hazard_typical": "no", "step": 4}
    wrong = signed_in(house.viewers[Role.TOWNSHIP]).post(act, said)
    html = wrong.content.decode()
    assert wrong.status_code == 409 and 'id="error-f-is_hazard_rectified"' in html and "须是“是”，现在是“否”" in html


def test_the_list_of_ones_own_says_what_each_waits_for(house, signed_in):
    place = begun.place_of(house)
    place.represent(until="2099-03-01")
    card = place.hand_in("member-proposal", PROPOSAL)
    own = signed_in(place.worker)
    back = place.act(place.town.township, card, "returned", "写明在哪个食堂")
    assert (
        back.workers_turn is WorkersTurn.MEND
        and "等您办理：工会请您补充，补好后交回" in own.get("/mine/").content.decode()
    )
    draft = matters.go_on(viewer=place.worker, matter_id=card.id, now=place.now)
    place.send(place.save(draft, {}))
    place.act(place.town.township, card, "registered")
    place.act(place.town.township, card, "assigned", answering_union="制药厂工会")
    other = town.appoint("answering", place.town["XH"], Role.GRASSROOTS)
    card = place.act(other, card, "answered", proposal_answer="下月起供到零点")
    page = own.get("/mine/").content.decode()
    assert card.workers_turn is WorkersTurn.OWN and "等您办理：代表评价" in page and "工会请您补充" not in page


def test_the_code_at_a_site_is_drawn_here_and_names_the_union(house, signed_in):
    page = signed_in(house.viewers[Role.GRASSROOTS]).get("/desk/matters/codes/hazard-report/").content.decode()
    assert "<svg" in page and "?f-hazard_site=XG" in page


def test_an_officer_fills_in_for_a_worker_and_hands_it_in_on_a_signed_paper(house, signed_in):
    officer, person_id = signed_in(house.viewers[Role.GRASSROOTS]), begun.worker_of(house)
    assert officer.post("/desk/matters/for/", {"number": "13000000000"}).status_code == 422
    address = f"/desk/matters/for/{person_id}/membership-transfer/"
    typed = {"f-receiving_union": "制药厂工会", "f-transfer_reason": "new_job", "words": "照您说的填的"}
    done = officer.post(address, typed, follow=True)
    html = done.content.decode()
    step = re.search(r'attest/".*?name="step" value="(\d+)"', html, re.DOTALL)
    matter_id = int(re.search(r"/desk/applications/(\d+)/", done.redirect_chain[-1][0])[1])
    own = signed_in(house.viewers[Role.WORKER]).get(f"/mine/applications/{matter_id}/").content.decode()
    assert "别人替您填的" in signed_in(house.viewers[Role.WORKER]).get("/mine/").content.decode()
    assert step and "别人替您填的" in own and "照您说的填的" in own and "他人代填" in own
    refused = officer.post(f"/desk/matters/{matter_id}/attest/", {"step": step[1]})
    assert refused.status_code == 409 and "请拍下" in refused.content.decode()
    photo = SimpleUploadedFile("signed.jpg", pictures.jpeg(), "image/jpeg")
    after = officer.post(f"/desk/matters/{matter_id}/attest/", {"step": step[1], "signed": photo}, follow=True)
    assert "已凭签字的纸面材料代交" in after.content.decode()
    card = queries.get_card(house.viewers[Role.GRASSROOTS], matter_id)
    assert (card.state, card.stage) == (MatterState.AT_WORK, "release")


def test_family_fills_in_and_the_worker_is_told_to_confirm(house, signed_in):
    other = begun.family_of(house)
    client = signed_in(house.viewers[Role.WORKER])
    address = f"/me/matters/for/{other}/membership-transfer/"
    assert address in client.get("/me/matters/for/").content.decode()
    done = client.post(address, {"f-receiving_union": "制药厂工会", "f-transfer_reason": "other"}, follow=True)
    assert "等本人登录核对后才算交上" in done.content.decode()
    stranger = town.household(240, house.desk.town["XG"])[1][0]
    assert client.get(f"/me/matters/for/{stranger}/membership-transfer/").status_code == 404


def test_the_officer_adds_the_photo_of_what_was_put_right_and_a_refused_file_loses_nothing_typed(house, signed_in):
    officer, matter_id = signed_in(house.viewers[Role.GRASSROOTS]), begun.report().matter_id
    act = f"/desk/applications/{matter_id}/act/"
    step = queries.get_card(house.viewers[Role.GRASSROOTS], matter_id).step
    accepted = {"outcome": "accepted", "f-hazard_severity": "major", "f-rectify_by": "2030-01-01"}
    page = officer.post(act, accepted | {"step": step}, follow=True).content.decode()
    assert 'name="p-rectified_photo"' in page and 'enctype="multipart/form-data"' in page
    send = f"/desk/applications/{matter_id}/papers/rectified_photo/"
    assert f'data-send-to="{send}"' in page, "photos go up one by one, and are shown"
    one = officer.post(send, {"file": SimpleUploadedFile("b.jpg", pictures.jpeg(), "image/jpeg"), "key": "a" * 32})
    assert one.json()["key"] == "a" * 32
    shown = officer.get(f"/desk/applications/{matter_id}/").content.decode()
    assert f'src="/desk/applications/{matter_id}/files/{"a" * 32}/?size=small"' in shown
    assert officer.post(send, {"file": SimpleUploadedFile("c.jpg", b"no picture", "image/jpeg")}).status_code == 409
    assert officer.post(f"/desk/applications/{matter_id}/papers/other/", {"drop": "a" * 32}).status_code == 409
    assert signed_in(house.viewers[Role.COUNTY]).post(send, {"drop": "a" * 32}).status_code != 200, (
        "whose turn it is, alone"
    )
    officer = signed_in(house.viewers[Role.GRASSROOTS])
    assert officer.post(send, {"drop": "a" * 32}).json() == {"key": "a" * 32}
    done = {"outcome": "rectified", "f-rectified_how": "换了新箱门", "step": step + 1}
    wrong = officer.post(act, done | {"p-rectified_photo": SimpleUploadedFile("a.jpg", b"no picture", "image/jpeg")})
    assert wrong.status_code == 409 and "换了新箱门" in wrong.content.decode() and "a.jpg" in wrong.content.decode()
    photo = SimpleUploadedFile("a.jpg", pictures.jpeg(), "image/jpeg")
    assert officer.post(act, done | {"p-rectified_photo": photo}).status_code == 302
    papers = queries.get_details(house.viewers[Role.COUNTY], matter_id, now=town.NOW).papers
    assert [len(one.files) for one in papers if one.paper.code == "rectified_photo"] == [1]


def closed(house) -> str:
    """The receipt of a report that was looked into."""
    received = begun.report(hazard_contact="13900004321")
    officer = house.viewers[Role.GRASSROOTS]
    matters.act(
        viewer=officer, matter_id=received.matter_id, outcome="unfounded", step=queries.get_card(officer, received.matter_id).step,
        reason="到现场看过", now=town.NOW,
    )  # fmt: skip
    return received.receipt


def test_from_the_receipt_one_says_how_one_was_served_and_the_number_stays_out_of_the_address(house):
    receipt, client = closed(house), Client()
    page = client.post("/matters/receipt/", {"receipt": receipt}).content.decode()
    assert 'action="/matters/rate/"' in page and f'name="number" value="{receipt}"' in page and "办得怎么样？" in page
    wrong = client.post("/matters/rate/", {"number": receipt, "digits": "0000", "verdict": "acceptable"})
    html = wrong.content.decode()
    assert wrong.status_code == 409 and "对不上" in html and f'value="{receipt}"' in html
    assert re.search(r'value="acceptable"\s+checked', html)
    done = client.post("/matters/rate/", {"number": receipt, "digits": "4321", "verdict": "acceptable"})
    assert done.status_code == 200 and "谢谢您的评价" in done.content.decode()
    assert "办得怎么样？" not in client.post("/matters/receipt/", {"receipt": receipt}).content.decode()
    again = client.post("/matters/rate/", {"number": receipt, "digits": "4321", "verdict": "unsatisfied"})
    assert again.status_code == 409 and "已经评价过了" in again.content.decode()


def test_what_is_left_out_of_a_rating_stands_at_its_field(house):
    wrong = Client().post("/matters/rate/", {"number": "", "digits": "4321"})
    html = wrong.content.decode()
    assert (
        wrong.status_code == 422
        and 'id="error-number"' in html
        and 'id="error-verdict"' in html
        and 'value="4321"' in html
    )


def test_a_number_that_does_not_exist_reads_as_one_that_does(house):
    receipt, client = closed(house), Client()
    known, unknown = (
        client.post("/matters/rate/", {"number": number, "digits": "0000", "verdict": "satisfied"})
        for number in (receipt, "7K3M-9QRT-2WXY")
    )
    plain = [
        re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"', "", one.content.decode())
        for one in (known, unknown)
    ]
    assert known.status_code == unknown.status_code == 409
    assert plain[0].replace(receipt, "#") == plain[1].replace("7K3M-9QRT-2WXY", "#")


def test_signed_in_one_rates_on_the_page_of_the_matter_and_officers_see_counts(house, signed_in):
    worker, officer = house.viewers[Role.WORKER], house.viewers[Role.GRASSROOTS]
    draft = matters.start_draft(viewer=worker, program="hazard-report", now=town.NOW)
    for name, text in HAZARD.items():
        matters.save_answer(viewer=worker, draft_id=draft.id, name=name, typed=text, now=town.NOW)
    for paper in queries.get_draft(worker, draft.id).papers:
        matters.say_paper(viewer=worker, draft_id=draft.id, code=paper.code, state=PaperState.LATER, now=town.NOW)
    card = matters.hand_in(viewer=worker, draft_id=draft.id, key=draft.key, is_declared=True, now=town.NOW)
    matters.act(viewer=officer, matter_id=card.id, outcome="unfounded", step=card.step, reason="看过", now=town.NOW)
    client, address = signed_in(worker), f"/mine/applications/{card.id}/"
    assert "评价办理" in client.get(address).content.decode()
    assert "请先选一项" in client.post(f"{address}rate/", {"verdict": "great"}, follow=True).content.decode()
    html = client.post(f"{address}rate/", {"verdict": "unsatisfied"}, follow=True).content.decode()
    assert "谢谢您的评价" in html and "办得怎么样？" not in html
    own = signed_in(officer)
    assert "不足 10 人" in own.get("/desk/matters/counts/").content.decode()
    assert "不满意" not in own.get(f"/desk/applications/{card.id}/").content.decode()
