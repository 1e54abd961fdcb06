"""From the template to the lake on pages, without a script."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from niangjia.apps.accounts.types import Role
from niangjia.engines import sensing
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


def test_each_post_sees_its_own_kinds(house, signed_in):
    def kinds(role: Role) -> set[str]:
        html = signed_in(house.viewers[role]).get("/desk/imports/").content.decode()
        return set(re.findall(r'name="kind" value="(\w+)"', html))

    assert kinds(Role.COUNTY) == {"member", "standard", "canvass"}
    assert kinds(Role.ADMINISTRATOR) == {"union"} and kinds(Role.GRASSROOTS) == {"canvass"}
    assert kinds(Role.PROVINCE) == {"standard"}
