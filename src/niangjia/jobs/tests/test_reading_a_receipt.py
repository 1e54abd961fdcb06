"""The bank's answer as a file: what cannot be read is refused by row, never a broken page."""

import pytest

from niangjia.jobs import pay

HEAD = "参考号,金额,结果\n"


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e40", "-5.00", "0", "100.001", ""])
def test_an_amount_that_is_none_is_refused_by_row(amount):
    with pytest.raises(pay.UnreadableReceipt) as refused:
        pay.read_receipt(f"{HEAD}FF1-00001,{amount},成功\n".encode())
    assert "2" in refused.value.zh


@pytest.mark.parametrize(
    "content",
    [
        b"x" * (pay.LARGEST_RECEIPT + 1),
        f"{HEAD}{'9' * 200_000},1.00,成功\n".encode(),
        "参考号,金额\nFF1,1.00\n".encode(),
        b"\xff\xfe\x00\x01",
        b"",
    ],
)
def test_a_file_that_is_no_receipt_is_refused(content):
    with pytest.raises(pay.UnreadableReceipt):
        pay.read_receipt(content)


def test_short_and_long_rows_are_refused_by_row():
    with pytest.raises(pay.UnreadableReceipt):
        pay.read_receipt(f"{HEAD}FF1-00001\n".encode())
    lines = pay.read_receipt(f"{HEAD}FF1-00001,1.00,成功,,,\n".encode("gb18030"))
    assert [line.reference for line in lines] == ["FF1-00001"]


def test_a_row_without_a_reference_is_no_row_lost_it_waits_for_a_person_and_an_empty_one_is_none():
    lines = pay.read_receipt(f"{HEAD},36000.00,退回\nFF1-00001,1.00,成功\n,,\n , ,\n,36001.00,\n".encode())
    assert [(line.reference, str(line.amount), line.outcome) for line in lines] == [
        ("", "36000.00", "RETURNED"), ("FF1-00001", "1.00", "PAID"),
    ]  # fmt: skip
    with pytest.raises(pay.UnreadableReceipt):
        pay.read_receipt(f"{HEAD},一千,退回\n".encode())
