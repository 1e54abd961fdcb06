"""The reference page lists every column of the lake."""

from pathlib import Path

import pytest

from niangjia.engines.simulation.columns import SENSED, own_columns
from niangjia.engines.simulation.deciding import MOST_FACTS

PAGE = Path(__file__).parents[5] / "docs" / "reference" / "simulating.md"


@pytest.mark.skipif(not PAGE.exists(), reason="no checkout")
def test_every_column_stands_on_the_page():
    page = PAGE.read_text(encoding="utf-8")
    missing = [name for name in [*SENSED, *(column.name for column in own_columns())] if f"`{name}`" not in page]
    assert not missing, missing
    assert f"more than {MOST_FACTS} facts" in page
