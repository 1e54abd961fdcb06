"""A measure that a file declares, held against the sources: what cannot be counted is told at its word."""

from __future__ import annotations

from collections.abc import Mapping

from niangjia.engines.counting.measures import Measure, MeasureError, condition
from niangjia.engines.counting.sources import Source
from niangjia.engines.policy.problems import nearest_word
from niangjia.engines.policy.yamltext import Item, Reader


def hold(reader: Reader, item: Item, table: Mapping[str, Item], measure: Measure, sources: Mapping[str, Source]) -> None:
    """The source, the columns of its condition and the column that is added up are there; `item`: where it stands if at no key of `table`."""
    try:
        condition(measure, sources)
    except MeasureError as error:
        place, said = table.get(error.key, item), str(error).partition(": ")[2]
        zh, en = f"清点不了：{said}。", f"It cannot be counted: {said}."
        at = place.text.find(error.word) if error.word else 0
        reader.refuse(place.at(max(at, 0)).fault(zh, en, error.word, nearest_word(error.word, error.among)))
