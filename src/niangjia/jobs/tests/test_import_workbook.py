"""A workbook is taken in whole or not at all, by whom it concerns, and its faults come back in itself."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role
from niangjia.apps.audit.actions import PersonalDataInAudit
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.models import OrgUnit
from niangjia.apps.programs.models import Standard
from niangjia.apps.programs.tests import town
from niangjia.engines import sensing
from niangjia.jobs import import_kinds as kinds
from niangjia.jobs import import_workbook as imports
from niangjia.jobs import land_feeds
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.problems import Refusal

NOW = town.NOW
IDS = ("330624199001011235", "33062419850312102X", "330624197507042319")


def with_check_digit(seventeen: str) -> str:
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(seventeen))
    return seventeen + "10X98765432"[total % 11]


IDS = tuple(with_check_digit(one[:17]) for one in IDS)
X_ID = next(with_check_digit(f"33062419850312{n:03d}") for n in range(999) if with_check_digit(f"33062419850312{n:03d}")[-1] == "X")  # fmt: skip


@pytest.fixture
def place(db):
    return town.build()


@pytest.fixture
def here(tmp_path, monkeypatch):
    """What would be done in a process of its own is done at once: `test_import_process` is about the other."""
    monkeypatch.setattr(imports, "AT_ONCE_BYTES", kinds.LARGEST_UNPACKED)
    return Deployment.create(tmp_path / "here", "330624")


def book(heads, *rows, change=None) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(heads)
    for row in rows:
        sheet.append(row)
    for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
        cell.data_type = "s"  # text that looks like a formula
    if change:
        change(workbook)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


MEMBER = ["身份证号", "姓名", "工会代码", "入会日期", "手机号码"]
STANDARD = ["行政区划代码", "执行日期", "月低保标准"]
CANVASS = ["身份证号", "工会代码", "报告日期", "致困原因", "家庭十二个月收入"]


def send(here, viewer, kind, content, name="a.xlsx"):
    return imports.receive(here, viewer, kind=kind, name=name, content=content, now=NOW)


def seen(here, viewer, number):
    """What the check of the upload found, or its refusal."""
    imports.begin_check(here, viewer, number, now=NOW)
    found = imports.find(here, viewer, number, now=NOW)
    if found.check.failure:
        raise found.check.failure
    return found.seen


def look(here, viewer, kind, content, name="a.xlsx"):
    return seen(here, viewer, send(here, viewer, kind, content, name))


def landed(here, viewer, number):
    imports.confirm(here, viewer, number, now=NOW)
    found = imports.find(here, viewer, number, now=NOW)
    if found.land.failure:
        raise found.land.failure
    return found.landed


def take(here, viewer, kind, content, name="a.xlsx"):
    number = send(here, viewer, kind, content, name)
    seen(here, viewer, number)
    return landed(here, viewer, number)


def held(here, kind):
    return sensing.latest_snapshot(here.lake, kinds.feed_of(kind), imports.Month.of(NOW.date()))


def test_members_come_in_with_every_spelling_that_offices_use(place, here):
    old = IDS[0][:6] + IDS[0][8:17]
    wide = "".join(chr(ord(one) + 0xFEE0) if one.isdigit() else one for one in IDS[1])
    rows = [
        [old, "李一", "XG", 45231, "13800000001"],
        [wide, "李二", "XG", date(2023, 1, 2), ""],
        [X_ID.lower(), "李三", "XG", "2023年3月5日", ""],
    ]
    done = take(here, place.county, "member", book(MEMBER, *rows))
    assert done == imports.Landed(3, 0, 0)
    assert {row["joined_on"] for row in held(here, "member")} == {date(2023, 11, 1), date(2023, 1, 2), date(2023, 3, 5)}
    assert {row["union_code"] for row in held(here, "member")} == {"XG"}


def test_the_same_workbook_again_is_told_and_changes_nothing(place, here):
    content = book(MEMBER, [IDS[0], "李一", "XG", "2023-01-02", ""], [IDS[1], "李二", "XG", "2023-01-02", ""])
    take(here, place.county, "member", content)
    batches = len(sensing.committed(here.lake))
    assert look(here, place.county, "member", content).is_idle
    assert take(here, place.county, "member", content) == imports.Landed(0, 0, 2)
    assert len(sensing.committed(here.lake)) == batches


def test_a_part_of_the_members_leaves_the_others_and_blank_cells_leave_what_was_known(place, here):
    take(here, place.county, "member", book([*MEMBER, "退会日期"], *([one, "李", "XG", "2023-01-02", "13800000001", None] for one in IDS)))  # fmt: skip
    done = take(
        here, place.county, "member", book([*MEMBER, "退会日期"], [IDS[0], "", "XG", "2023-01-02", "", "2023-10-01"])
    )
    assert (done.new, done.changed) == (0, 1)
    rows = held(here, "member")
    assert len(rows) == 3 and sorted(str(row["left_on"]) for row in rows) == ["2023-10-01", "None", "None"]
    found = sensing.find_identities(here.lake, here.keys(), {here.keys().pseudonym_of(IDS[0])})
    assert [(one.name, one.phone) for one in found.values()] == [("李", "13800000001")]


def test_one_wrong_row_keeps_all_of_them_out_and_comes_back_marked(place, here):
    rows = [
        [IDS[0], "李一", "XG", "2023-01-02", "13800000001"],
        ["330624199001011111", "李二", "XG", "2023-01-02", ""],
        [IDS[1], "=1+1", "XG", "去年", ""],
        [IDS[2], "李四", "NOBODY", "2023-01-02", ""],
        [IDS[2], "李五", "", "2023-01-02", ""],
        [IDS[2], "李六", "YG", "2023-01-02", ""],
        [IDS[0], "李一", "XG", "2023-01-02", ""],
    ]
    number = send(here, place.county, "member", book(MEMBER, *rows))
    before = AuditEvent.objects.count()
    told = seen(here, place.county, number)
    assert sorted({one.row for one in told.wrong}) == [3, 4, 5, 6, 7, 8] and not sensing.committed(here.lake)
    with pytest.raises(imports.RowsWrong):
        imports.confirm(here, place.county, number, now=NOW)
    assert not sensing.committed(here.lake) and AuditEvent.objects.count() == before
    back = imports.marked(here, place.county, number, language="zh", now=NOW)
    sheet = openpyxl.load_workbook(back).active
    assert [cell.value for cell in sheet[1]] == [*MEMBER, "问题与建议"]
    for number, row in enumerate(rows, 2):
        assert [cell.value or "" for cell in sheet[number]][:5] == row
        assert bool(sheet.cell(number, 6).value) == (number > 2)
    said = " ".join(str(sheet.cell(number, 6).value) for number in range(3, 9))
    for words in (
        "不是有效的居民身份号码",
        "日期无法识别",
        "没有代码为 NOBODY 的工会",
        "必填而为空",
        "不在您的辖区",
        "与第 2 行重复",
    ):
        assert words in said
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_a_day_out_of_bounds_and_a_number_that_is_no_phone_are_told_as_such(place, here):
    content = book(MEMBER, [IDS[0], "李一", "XG", "1801-11-01", "13800000001"], [IDS[1], "李二", "XG", "去年", "123"])
    wrong = seen(here, place.county, send(here, place.county, "member", content)).wrong
    said = {row: " ".join(one.zh for one in wrong if one.row == row) for row in (2, 3)}
    assert "太早，或在将来：最早 1900-01-01" in said[2] and "无法识别" not in said[2]
    assert "日期无法识别" in said[3] and "不像电话号码。手机写 11 位数字" in said[3] and "乱码" not in said[3]
    heads = ["身份证号", "工会代码", "报告日期", "致困原因"]
    content = book(heads, *([IDS[0], "XG", day, "因病"] for day in ("2030-01-01", "1901-11-01", "2023-02-30")))
    wrong = seen(here, place.county, send(here, place.county, "canvass", content)).wrong
    said = {one.row: one.zh for one in wrong}
    assert all("太早，或在将来：最早" in said[row] and "请改正" in said[row] for row in (2, 3))
    assert "日期无法识别" in said[4]


def test_a_crash_in_the_middle_leaves_nothing_and_the_same_import_goes_on(place, here, monkeypatch):
    number = send(here, place.county, "standard", book(STANDARD, ["330624", "2023-07-01", 1100.5]))
    seen(here, place.county, number)
    with monkeypatch.context() as broken:
        broken.setattr(land_feeds.sensing, "land_folder", lambda *args, **asked: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            imports.confirm(here, place.county, number, now=NOW)
    assert not sensing.committed(here.lake) and not list((here.folder / "imports").glob("**/plain"))
    with monkeypatch.context() as broken:
        broken.setattr(imports.sense_month, "receive_references", lambda *args, **asked: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            imports.confirm(here, place.county, number, now=NOW)
    found = imports.find(here, place.county, number, now=NOW)
    assert found.is_cut_off and len(sensing.committed(here.lake)) == 1
    for _twice in range(2):
        assert landed(here, place.county, number) == imports.Landed(1, 0, 0)
    assert len(sensing.committed(here.lake)) == 1 and AuditEvent.objects.filter(action=imports.IMPORTED).count() == 1
    assert str(Standard.objects.get(area="330624", starts_on=date(2023, 7, 1)).monthly) == "1100.50"
    assert not list((here.folder / "imports").rglob("*.sealed"))


def test_a_check_is_made_once_and_anew_only_when_the_lake_or_the_tree_is_another(place, here, monkeypatch):
    looks, look_at = [], imports.import_check.look
    monkeypatch.setattr(imports.import_check, "look", lambda *asked: looks.append(1) or look_at(*asked))
    number = send(here, place.county, "member", book(MEMBER, [IDS[0], "李一", "XG", "2023-01-02", ""]))
    told = seen(here, place.county, number)
    assert imports.find(here, place.county, number, now=NOW).seen == told and looks == [1]
    unit = OrgUnit.objects.get(code="XG")
    unit.name = "新名"
    unit.save()
    assert imports.find(here, place.county, number, now=NOW).is_stale
    with pytest.raises(imports.NotLookedAt):
        imports.marked(here, place.county, number, language="zh", now=NOW)
    seen(here, place.county, number)
    assert imports.marked(here, place.county, number, language="zh", now=NOW).read() and looks == [1, 1]
    assert landed(here, place.county, number) == imports.Landed(1, 0, 0) and looks == [1, 1]
    number = send(here, place.county, "member", book(MEMBER, [IDS[1], "李二", "XG", "2023-01-02", ""]))
    seen(here, place.county, number)
    take(here, place.county, "member", book(MEMBER, [IDS[1], "李二", "XG", "2023-01-02", ""]))
    assert landed(here, place.county, number) == imports.Landed(0, 0, 1) and len(looks) == 5


def test_what_was_seen_lies_sealed_and_nothing_in_the_clear(place, here):
    number = send(here, place.county, "member", book(MEMBER, [IDS[0], "李一一", "XG", "2023-01-02", "13800000001"]))
    assert seen(here, place.county, number).new == 1
    for path in (path for path in (here.folder / "imports").rglob("*") if path.is_file()):
        for value in (IDS[0], IDS[0][:17], "李一一", "13800000001"):
            assert (
                value.encode() not in path.read_bytes()
                and value.encode("ascii", "backslashreplace") not in path.read_bytes()
            ), path


def test_a_second_press_while_it_is_landed_does_nothing(place, here):
    number = send(here, place.county, "standard", GOOD)
    seen(here, place.county, number)
    with imports.working.take(here.folder / "imports" / number / "land"):
        assert imports.find(here, place.county, number, now=NOW).land.state == "running"
        imports.confirm(here, place.county, number, now=NOW)
        imports.begin_check(here, place.county, number, now=NOW)
        imports.sweep(here, now=NOW + timedelta(days=40_000))
    assert not sensing.committed(here.lake)
    assert landed(here, place.county, number) == imports.Landed(1, 0, 0)


def test_uploads_are_forgotten_after_some_days(place, here):
    number = send(here, place.county, "standard", GOOD)
    (here.folder / "imports" / number / "land" / "plain").mkdir()  # a process was killed there
    imports.sweep(here, now=NOW)
    assert not list((here.folder / "imports").rglob("plain"))
    imports.sweep(here, now=datetime.now(UTC) + kinds.KEPT)
    with pytest.raises(imports.NoSuchImport):
        imports.find(here, place.county, number, now=NOW)


def test_standards_of_another_county_stay_when_one_is_added(place, here):
    take(here, place.city, "standard", book(STANDARD, ["330624", "2023-07-01", 1100], ["330602", "2023-07-01", 1200]))
    take(here, place.county, "standard", book(STANDARD, ["330624", "2023-09-01", 1150]))
    assert len(held(here, "standard")) == 3
    told = look(here, place.county, "standard", book(STANDARD, ["330602", "2023-09-01", 1150]))
    assert [one.zh for one in told.wrong] == ["行政区划不在您的辖区。"]


def test_what_is_changed_back_counts_again(place, here):
    for amount in (1100, 1200, 1100):
        assert not take(here, place.county, "standard", book(STANDARD, ["330624", "2023-07-01", amount])).same
    assert [str(row["dibao_monthly"]) for row in held(here, "standard")] == ["1100.00"]


def test_unions_are_named_anew_and_keep_their_parents(place, here):
    administrator = town.appoint("administrator", place["C"], Role.ADMINISTRATOR)
    heads = ["工会代码", "上级工会代码", "工会名称", "层级"]
    done = take(here, administrator, "union", book(heads, ["XG", "", "新名", "基层"], ["NEW", "XG", "新建", "基层"]))
    assert (done.new, done.changed) == (1, 1)
    tree = unions.load_by_code()
    assert (
        tree["XG"].name == "新名"
        and tree["XG"].parent_id == place["XG"].parent_id
        and tree["NEW"].parent_id == tree["XG"].id
    )
    with pytest.raises(Refusal, match="环"):
        look(here, administrator, "union", book(heads, ["XG", "NEW", "新名", "基层"]))
    told = look(
        here, administrator, "union", book(heads, ["N2", "NOBODY", "无上级", "基层"], ["N3", "", "无上级", "村"])
    )
    assert {one.row for one in told.wrong} == {2, 3}


def test_canvass_reports_come_in_once_also_when_two_workbooks_overlap(place, here):
    one = [IDS[0], "XG", "2023-11-01", "因病", 36000]
    take(here, place.county, "canvass", book(CANVASS, one))
    done = take(
        here, place.county, "canvass", book(CANVASS, one, [IDS[1], "XG", "2023-11-02", "失业", "1.2万"][:4] + [12000])
    )
    assert (done.new, done.same) == (1, 1)
    assert len(sensing.rows_of_months(here.lake, kinds.feed_of("canvass"), ["2023-11"])) == 2


def test_merged_cells_several_sheets_and_hidden_ones(place, here):
    def change(workbook):
        sheet = workbook.active
        sheet.append([IDS[1], "李二", None, "2023-01-02", ""])
        sheet.merge_cells("C2:C3")
        other = workbook.create_sheet("二组")
        other.append(MEMBER)
        other.append([IDS[2], "李三", "XG", "2023-01-02", ""])
        hidden = workbook.create_sheet("旧")
        hidden.append(MEMBER)
        hidden.append([X_ID, "李四", "XG", "2023-01-02", ""])
        hidden.sheet_state = "hidden"

    told = look(here, place.county, "member", book(MEMBER, [IDS[0], "李一", "XG", "2023-01-02", ""], change=change))
    assert (told.new, told.wrong) == (3, ())


@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig", "utf-16"])
def test_a_csv_of_any_office_is_read(place, here, encoding):
    content = f"身份证号,姓名,工会代码,入会日期\n{IDS[0]},李一,XG,2023-01-02\n".encode(encoding)
    assert look(here, place.county, "member", content, "a.csv").new == 1


def zipped(content: bytes, **more: bytes) -> bytes:
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, inside in more.items():
            archive.writestr(name.replace("__", "/"), inside)
    return file.getvalue()


GOOD = book(STANDARD, ["330624", "2023-07-01", 1100])


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", b"0" * (kinds.LARGEST_BYTES + 1), "20 MB"),
        ("a.xlsm", GOOD, "宏"),
        ("a.xls", GOOD, "另存为"),
        ("a.exe", GOOD, "另存为"),
        ("a.xlsx", zipped(GOOD, xl__vbaProject=b"x"), "宏"),
        ("a.xlsx", zipped(GOOD, xl__externalLinks__externalLink1=b"x"), "断开链接"),
        ("a.xlsx", zipped(GOOD, xl__media__bomb=b"0" * (kinds.LARGEST_UNPACKED + 1)), "展开后过大"),
        ("a.xlsx", zipped(GOOD, xl__media__bomb=b"0" * (40 << 20)), "过大"),
        ("a.xlsx", "行政区划代码,执行日期,月低保标准\n330624,2023-07-01,1100\n".encode(), "不是 Excel 文件"),
        ("a.csv", GOOD, "内容却是 Excel"),
        ("a.xlsx", GOOD[: len(GOOD) // 2], "已损坏"),
        ("a.xlsx", b"", "不是 Excel 文件"),
        ("a.xlsx", book(STANDARD), "没有数据"),
        ("a.xlsx", book(["甲", "乙"], ["1", "2"]), "表头"),
    ],
)  # fmt: skip
def test_a_hostile_or_hopeless_file_gets_a_sentence(place, here, name, content, words):
    with pytest.raises(Refusal) as told:
        look(here, place.county, "standard", content, name)
    assert words in told.value.zh and told.value.en
    assert not sensing.committed(here.lake)


def test_only_who_uploaded_it_sees_it_and_each_kind_asks_its_right(place, here):
    number = send(here, place.county, "standard", GOOD)
    other = town.appoint("another", place["X"], Role.COUNTY)
    for viewer, name in ((place.city, number), (other, number), (place.county, "../" + number)):
        for act in (imports.find, imports.begin_check, imports.confirm, imports.stop):
            with pytest.raises(imports.NoSuchImport):
                act(here, viewer, name, now=NOW)
    assert not imports.list_own(here, other, now=NOW) and len(imports.list_own(here, place.county, now=NOW)) == 1
    for viewer, kind in (
        (place.grassroots, "member"),
        (place.finance, "standard"),
        (place.county, "union"),
        (place.auditor, "canvass"),
    ):
        with pytest.raises(permissions.NotAllowed):
            send(here, viewer, kind, GOOD)
    assert b"330624" not in (here.folder / "imports" / number / "content.sealed").read_bytes()


@pytest.mark.parametrize("kind", list(kinds.KINDS))
def test_the_template_is_read_back_as_empty_and_filled_in_as_it_says(place, here, kind):
    viewer = town.appoint("administrator", place["C"], Role.ADMINISTRATOR) if kind == "union" else place.county
    file = kinds.template(viewer, kind)
    content = file.read()
    with pytest.raises(Refusal, match="没有数据"):
        look(here, viewer, kind, content)
    if kind == "standard":
        workbook = openpyxl.load_workbook(io.BytesIO(content))
        workbook.active.append(["330624", "2023-07-01", "1100"])
        filled = io.BytesIO()
        workbook.save(filled)
        assert look(here, viewer, kind, filled.getvalue()).new == 1


def test_one_event_says_who_imported_how_much(place, here):
    take(here, place.county, "standard", GOOD)
    event = AuditEvent.objects.filter(action=imports.IMPORTED).get()
    assert event.account_id == place.county.account_id and '"new":1' in event.detail_text
    assert dataclasses.asdict(place.county)["account_id"] == event.account_id


def test_all_that_is_wrong_with_a_row_is_said_at_once_and_what_to_type(place, here):
    rows = [["123", "李一", "NOWHERE", "2023-13-45", ""], [IDS[1], "李二", "XG", "2023-01-02", ""]]
    found = look(here, place.county, "member", book(MEMBER, *rows))
    told = [one.zh for one in found.wrong]
    assert len(told) == 3 and found.wrong_rows == 1
    assert any("身份" in one for one in told) and any("日期" in one for one in told)
    assert any("NOWHERE" in one for one in told)
    assert not any("源系统" in one or "重报" in one for one in told)


def test_a_file_keeps_its_own_name_and_unknown_heads_are_named(place, here):
    number = send(
        here, place.county, "member", book(["证件", "姓名", "部门"], ["x", "李一", "y"]), name="八月 会员名册.XLSX"
    )
    with pytest.raises(Refusal) as refused:
        seen(here, place.county, number)
    assert "八月_会员名册.xlsx" in refused.value.zh and "member.xlsx" not in refused.value.zh
    assert "不认识的列：" in refused.value.zh and "部门" in refused.value.zh
    assert imports.find(here, place.county, number, now=NOW).name == "八月_会员名册.xlsx"
    assert "会员名册" not in (here.folder / "imports" / number / "import.json").read_text(encoding="utf-8")


# --- how many rows there are ---


@pytest.fixture
def usual(place, here, tmp_path):
    """Twenty canvass reports in each of the three months before."""
    for month in ("2023-08", "2023-09", "2023-10"):
        folder = tmp_path / "feeds" / month
        folder.mkdir(parents=True)
        rows = [f"{with_check_digit(f'33062419900101{n:03d}')},XG,{month}-05,因病" for n in range(20)]
        (folder / "canvass.csv").write_text("\n".join([",".join(CANVASS[:4]), *rows, ""]), encoding="utf-8")
    assert [one.status for one in land_feeds.land(here, tmp_path / "feeds", now=NOW)] == ["landed"] * 3


ONE_REPORT = book(CANVASS, [IDS[0], "XG", "2023-11-01", "因病", 36000])


def test_an_unusual_number_of_rows_is_told_at_the_check_and_comes_in_with_a_reason_alone(place, here, usual):
    number = send(here, place.county, "canvass", ONE_REPORT)
    told = seen(here, place.county, number)
    assert not told.wrong and "1 行" in told.unusual["zh"] and "20" in told.unusual["zh"] and told.unusual["en"]
    for reason in ("", "  好 "):
        with pytest.raises(kinds.ReasonNeeded):
            imports.confirm(here, place.county, number, reason=reason, now=NOW)
    with pytest.raises(PersonalDataInAudit):
        imports.confirm(here, place.county, number, reason=f"{IDS[0]} 新报", now=NOW)
    assert len(sensing.committed(here.lake)) == 3
    imports.confirm(here, place.county, number, reason="本月只有这一户新报", now=NOW)
    assert imports.find(here, place.county, number, now=NOW).landed == imports.Landed(1, 0, 0)
    assert sensing.committed(here.lake)[-1].override == "本月只有这一户新报"
    event = AuditEvent.objects.get(action=imports.IMPORTED)
    assert (event.reason, event.account_id) == ("本月只有这一户新报", place.county.account_id)


def test_a_landing_that_was_cut_off_goes_on_with_the_reason_it_was_given(place, here, usual, monkeypatch):
    number = send(here, place.county, "canvass", ONE_REPORT)
    seen(here, place.county, number)
    with monkeypatch.context() as broken:
        broken.setattr(land_feeds.sensing, "land_folder", lambda *args, **asked: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            imports.confirm(here, place.county, number, reason="本月只有这一户新报", now=NOW)
    assert landed(here, place.county, number) == imports.Landed(1, 0, 0)


def test_a_usual_number_of_rows_asks_for_no_reason(place, here):
    assert look(here, place.county, "canvass", ONE_REPORT).unusual == {}


def test_many_members_at_once_over_a_small_list_are_told_as_well(place, here, tmp_path):
    for month in ("2023-08", "2023-09", "2023-10"):
        folder = tmp_path / "feeds" / month
        folder.mkdir(parents=True)
        rows = [f"{one},XG,2023-01-02,{month}-05" for one in IDS[:2]]
        (folder / "member.csv").write_text(
            "\n".join(["身份证号,工会代码,入会日期,退会日期", *rows, ""]), encoding="utf-8"
        )
    land_feeds.land(here, tmp_path / "feeds", now=NOW)
    told = look(here, place.county, "member", book(MEMBER, [IDS[2], "李三", "XG", "2023-01-02", ""]))
    assert told.new == 1 and "3 行" in told.unusual["zh"]


# --- what cannot be ---


def test_nobody_joins_in_the_future_before_sixteen_or_before_being_born(place, here):
    child = with_check_digit("33062420200101123")
    rows = [
        [IDS[0], "李一", "XG", "2030-01-01", ""],
        [child, "李二", "XG", "2023-01-02", ""],
        [IDS[1], "李三", "XG", "1900-03-01", ""],
        [IDS[2], "李四", "XG", NOW.date(), ""],
    ]
    told = look(here, place.county, "member", book(MEMBER, *rows))
    assert [(one.row, one.zh.split("。")[0]) for one in told.wrong] == [
        (2, "入会日期在今天以后"),
        (3, "入会时未满 16 周岁"),
        (4, "入会日期早于出生日期"),
    ]


def test_a_member_of_sixteen_on_the_day_comes_in_and_a_day_younger_does_not(place, here):
    born = with_check_digit("33062420070102123")
    for day, wrong in (("2023-01-01", 1), ("2023-01-02", 0)):
        assert look(here, place.county, "member", book(MEMBER, [born, "李一", "XG", day, ""])).wrong_rows == wrong


def test_a_report_of_a_day_to_come_is_told(place, here):
    told = look(here, place.county, "canvass", book(CANVASS, [IDS[0], "XG", "2023-11-07", "因病", 1]))
    assert [one.zh for one in told.wrong] == ["报告日期在今天以后。请核对年份。"]


def test_a_value_beside_the_list_is_told_with_the_list_and_the_template_offers_it(place, here):
    rows = [
        [IDS[0], "XG", "2023-11-01", "随便写", 1],
        [IDS[1], "XG", "2023-11-01", "生病", 1],
    ]
    told = look(here, place.county, "canvass", book(CANVASS, *rows))
    assert [one.row for one in told.wrong] == [2] and "因病" in told.wrong[0].zh and "失业" in told.wrong[0].zh
    cook = book([*MEMBER, "职工群体"], [IDS[0], "李一", "XG", "2023-01-02", "", "厨师"])
    assert "网约车司机" in look(here, place.county, "member", cook).wrong[0].zh
    sheet = openpyxl.load_workbook(kinds.template(place.county, "member")).active
    assert any("网约车司机" in str(one.formula1) for one in sheet.data_validations.dataValidation)


def test_a_standard_far_from_the_one_before_is_doubted_and_may_come_in(place, here):
    take(here, place.county, "standard", GOOD)
    for amount, doubts in ((1650, 0), (1650.01, 1), (550, 0), (549.99, 1), (999999, 1)):
        told = look(here, place.county, "standard", book(STANDARD, ["330624", "2023-10-01", amount]))
        assert not told.wrong and len(told.doubtful) == doubts, amount
    assert "1100.00" in told.doubtful[0].zh and told.doubtful[0].row == 2
    mended = look(here, place.county, "standard", book(STANDARD, ["330624", "2023-07-01", 11000]))
    assert mended.changed == 1 and "1100.00" in mended.doubtful[0].zh
    both = book(STANDARD, ["330602", "2023-07-01", 100], ["330602", "2023-10-01", 1000])
    assert [one.row for one in look(here, place.city, "standard", both).doubtful] == [3]
    assert take(here, place.county, "standard", book(STANDARD, ["330624", "2023-10-01", 999999])).new == 1
