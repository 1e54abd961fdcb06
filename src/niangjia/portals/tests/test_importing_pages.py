"""From the template to the lake on pages, without a script."""

from __future__ import annotations

import io
import re
from itertools import count

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from niangjia.apps.accounts.types import Role
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.organizations.models import OrgUnit
from niangjia.apps.programs.tests import town
from niangjia.engines import sensing
from niangjia.engines.sensing.landing import storage
from niangjia.jobs import import_check, import_workbook
from niangjia.kernel import working
from niangjia.kernel.months import Month
from niangjia.portals.design.showing import deployment

HEADS = "行政区划代码,执行日期,月低保标准\n"


def send(client, content: str, name: str = "标准.csv", **more):
    file = SimpleUploadedFile(name, content.encode("gbk"))
    return client.post("/desk/imports/upload/", {"kind": "standard", "file": file} | more)


@pytest.fixture
def batches():
    return lambda: len(sensing.committed(deployment().lake))


def test_a_good_workbook_is_looked_at_and_taken_in(house, signed_in, batches):
    client, before = signed_in(house.viewers[Role.COUNTY]), batches()
    shown = send(client, HEADS + "330624,2023-10-01,1130\n")
    assert shown.status_code == 302
    html = client.get(shown.url).content.decode()
    assert 'data-label="执行日期">2023-10-01<' in html
    assert re.search(r"新增</span><span[^>]*>1 ", html) and "确认，全部导入" in html and batches() == before
    done = client.post(shown.url + "confirm/", follow=True)
    assert "已全部导入：新增 1 行" in done.content.decode() and batches() == before + 1
    again = client.get(send(client, HEADS + "330624,2023-10-01,1130\n").url).content.decode()
    assert "内容与已有的完全相同" in again and "确认，全部导入" not in again


def test_what_is_wrong_comes_back_in_the_workbook(house, signed_in, batches):
    client, before = signed_in(house.viewers[Role.COUNTY]), batches()
    shown = send(client, HEADS + "330624,2023-10-01,一千\n330624,2023-11-01,1140\n")
    html = client.get(shown.url).content.decode()
    assert "不是有效的数值" in html and "确认，全部导入" not in html
    refused = client.post(shown.url + "confirm/")
    assert refused.status_code == 409 and "整份没有导入" in refused.content.decode() and batches() == before
    back = client.post(shown.url + "marked/")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(back.streaming_content))).active
    assert sheet["D1"].value == "问题与建议" and "不是有效的数值" in sheet["D2"].value and not sheet["D3"].value


def test_a_file_that_is_none_gets_a_sentence_on_the_page(house, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])
    for response, words in (
        (send(client, "x", "宏.xlsm"), "宏"),
        (client.post("/desk/imports/upload/", {"kind": "standard"}), "请选择要导入的文件"),
        (send(client, HEADS, kind="nothing"), "没有这次导入"),
    ):
        assert response.status_code == 409 and words in response.content.decode()


AMOUNTS = count(1200)  # the lake keeps what the tests before landed


@pytest.fixture
def sent(house, signed_in):
    """A good workbook of the county, checked: its client and its address."""
    client = signed_in(house.viewers[Role.COUNTY])
    return client, send(client, HEADS + f"330624,2023-10-01,{next(AMOUNTS)}\n").url


def step(address: str, name: str):
    return deployment().folder / "imports" / address.strip("/").split("/")[-1] / name


@pytest.mark.parametrize("name", ["check", "land"])
def test_how_far_it_is_is_shown_without_a_script_and_to_nobody_else(sent, signed_in, house, name):
    client, address = sent
    with working.take(step(address, name)):
        (step(address, "check") / working.RESULT).unlink()
        working.write_json(step(address, name) / working.PROGRESS, {"share": 0.42, "step": "judge"})
        html = client.get(address).content.decode()
        assert "42%" in html and "逐行核对" in html and ("正在导入" if name == "land" else "正在检查") in html
        assert (
            '<noscript><meta http-equiv="refresh"' in html and "看看到哪里了" in html and "确认，全部导入" not in html
        )
        assert "42%" in client.get("/desk/imports/").content.decode()
        assert client.post(address + "stop/").status_code == 302 and (step(address, name) / working.STOP).exists()
        other = signed_in(town.appoint("colleague", house.desk.town["X"], Role.COUNTY))
        for path in ("", "stop/", "confirm/", "check/", "marked/"):
            answer = other.post(address + path) if path else other.get(address)
            assert answer.status_code == 409 and "没有这次导入" in answer.content.decode()
        assert address not in other.get("/desk/imports/").content.decode()


def test_two_presses_land_once_and_the_page_still_says_what_it_did(sent, batches):
    client, address = sent
    before, events = batches(), AuditEvent.objects.filter(action=import_workbook.IMPORTED).count()
    for _press in range(2):
        assert client.post(address + "confirm/").status_code == 302
    assert batches() == before + 1
    assert AuditEvent.objects.filter(action=import_workbook.IMPORTED).count() == events + 1
    assert "已全部导入：新增" in client.get(address).content.decode()
    assert "已导入" in client.get("/desk/imports/").content.decode()


def test_a_landing_that_was_refused_says_why_and_keeps_the_upload(sent, batches):
    client, address = sent
    before = batches()
    with storage.locked(deployment().lake):
        html = client.post(address + "confirm/", follow=True).content.decode()
    assert "没有完成" in html and "另一次数据入湖正在进行" in html and "确认，全部导入" in html and batches() == before
    assert "已全部导入" in client.post(address + "confirm/", follow=True).content.decode()


def test_a_landing_that_was_cut_off_is_gone_on_with(sent, batches, monkeypatch):
    client, address = sent
    before = batches()
    with monkeypatch.context() as broken:
        broken.setattr(import_workbook.sense_month, "receive_references", lambda *args, **asked: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            client.post(address + "confirm/")
    html = client.get(address).content.decode()
    assert "中断了" in html and "接着导入" in html and "不会导入两次" in html and batches() == before + 1
    done = client.post(address + "confirm/", follow=True).content.decode()
    assert "已全部导入" in done and batches() == before + 1


def test_a_file_that_cannot_be_read_says_why_on_its_own_page_and_can_be_checked_again(house, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])
    html = client.get(send(client, "甲,乙\n1,2\n").url).content.decode()
    assert "没有完成" in html and "表头" in html and "重新检查" in html and "改好后重新上传" in html
    assert "/desk/imports/templates/" in html  # the way out stands beside it


def test_what_changed_since_it_was_checked_is_checked_again_before_it_is_confirmed(sent, monkeypatch):
    client, address = sent
    monkeypatch.setattr(import_workbook, "AT_ONCE_BYTES", 0)  # not small: it is not looked at anew in passing
    assert "确认，全部导入" in client.get(address).content.decode()
    OrgUnit.objects.filter(code="XG").update(name="改了名的工会")
    html = client.get(address).content.decode()
    assert "检查之后，数据或工会有了变动" in html and "确认，全部导入" not in html
    answer = client.post(address + "marked/")
    assert answer.status_code == 409 and "还没有检查完" in answer.content.decode()


def test_each_post_sees_its_own_kinds(house, signed_in):
    def kinds(role: Role) -> set[str]:
        html = signed_in(house.viewers[role]).get("/desk/imports/").content.decode()
        return set(re.findall(r'name="kind" value="(\w+)"', html))

    places = {"place", "place_measure"}
    assert kinds(Role.COUNTY) == {"member", "standard", "canvass"} | places
    assert kinds(Role.ADMINISTRATOR) == {"union"} and kinds(Role.GRASSROOTS) == {"canvass"} | places
    assert kinds(Role.PROVINCE) == {"standard"} | places


def test_what_is_unusual_or_doubtful_stands_beside_confirm_with_a_field_for_the_reason(sent, batches, monkeypatch):
    def unusual(*asked):
        raise sensing.UnusualVolume(import_check.feed_of("standard"), Month("2023-10"), 1, 22.5)

    client, address = sent
    monkeypatch.setattr(import_check.sensing, "check_volume", unusual)
    doubted = import_check.Wrong("", 2, "与上一个标准相差一半以上", "half away")
    monkeypatch.setattr(import_check.import_limits, "doubtful", lambda *asked: [doubted])
    client.post(address + "check/")
    html, before = client.get(address).content.decode(), batches()
    assert "22.5" in html and 'name="reason"' in html and "确认，全部导入" in html
    assert "第 2 行" in html and "与上一个标准相差一半以上" in html
    again = client.post(address + "confirm/", {"reason": "好"})
    html = again.content.decode()
    assert (
        again.status_code == 409 and "写明理由（至少四个字）" in html and 'value="好"' in html and batches() == before
    )
    done = client.post(address + "confirm/", {"reason": "本月只有这一条"}, follow=True).content.decode()
    assert "已全部导入" in done and batches() == before + 1
    assert AuditEvent.objects.filter(action=import_workbook.IMPORTED).last().reason == "本月只有这一条"


def test_a_usual_workbook_has_no_field_for_a_reason(sent):
    client, address = sent
    assert 'name="reason"' not in client.get(address).content.decode()


def test_the_first_rows_are_looked_over_in_words(house, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])
    rows = "身份证号,姓名,工会代码,入会日期,职工群体\n33062419900101002X,李一,XG,2023-01-02,truck\n"
    html = client.get(
        send(client, rows.replace("33062419900101002X", town.id_number(1)), kind="member").url
    ).content.decode()
    union = house.desk.town["XG"]
    assert "货车司机" in html and ">truck<" not in html and f"{union.name} {union.code}" in html


def test_a_template_is_named_by_its_kind_alone_and_a_problem_by_that_sheet(house, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get("/desk/imports/templates/member/").streaming_content)))
    assert book.sheetnames == ["工会会员"] and "请从第 5 行填起" in book.active.cell(1, 1).value
