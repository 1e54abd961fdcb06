"""The list as a file: what a spreadsheet opens."""

import io

from niangjia.jobs.export_list import write_csv


def written(*cells: str) -> str:
    buffer = io.StringIO()
    write_csv([list(cells)], buffer)
    return buffer.getvalue()


def test_empty_cells_stay_empty_because_empty_means_unknown() -> None:
    assert written("a", "", "b") == "a,,b\n"


def test_negative_money_is_a_number_and_a_formula_is_text() -> None:
    assert written("-12.50", "=1+1", "-cmd", "@x", "+1") == "-12.50,'=1+1,'-cmd,'@x,'+1\n"
