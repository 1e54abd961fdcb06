"""What a phone on a slow net has to fetch before it shows something."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.test import Client

VENDOR = Path(settings.DESIGN) / "static" / "vendor"
MOST_BYTES = 250_000


@pytest.mark.parametrize("file", [path.name for path in sorted(VENDOR.iterdir()) if path.suffix in (".css", ".js")])
def test_what_is_handed_out_compressed_is_the_file_itself(file: str):
    content = (VENDOR / file).read_bytes()
    assert brotli.decompress((VENDOR / f"{file}.br").read_bytes()) == content
    assert gzip.decompress((VENDOR / f"{file}.gz").read_bytes()) == content


def size(client: Client, path: str, encoding: str) -> int:
    answer = client.get(path, headers={"accept-encoding": encoding})
    assert answer.status_code == 200, path
    return len(b"".join(answer.streaming_content) if answer.streaming else answer.content)


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["br, gzip", "gzip"])
@pytest.mark.parametrize("page", ["/", "/login/", "/programs/", "/programs/find/"])
def test_a_first_page_on_a_phone_is_small(page: str, encoding: str):
    client = Client()
    html = client.get(page).content.decode()
    files = re.findall(r'<(?:link rel="stylesheet" href|script src)="([^"]+)"', html)
    assert any("tabler" in file for file in files)
    assert size(client, page, encoding) + sum(size(client, file, encoding) for file in files) <= MOST_BYTES
