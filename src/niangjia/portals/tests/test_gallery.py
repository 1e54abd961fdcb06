"""The page of all pieces: each stands there, named in words, in both languages."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from niangjia.portals.design import words

PIECES = (
    "badges",
    "upload",
    "map",
    "pick",
    "stale",
    "steps",
    "money",
    "masked",
    "chart",
    "list",
    "busy",
    "none",
    "refused",
)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_piece_and_every_word_stands_on_one_page_without_a_key_of_the_code(client, language):
    html = client.get(reverse("public:components"), headers={"accept-language": language}).content.decode()
    assert not [piece for piece in PIECES if f'id="c-{piece}"' not in html]
    text = re.sub(r"<[^>]+>", "\n", html)
    assert not [kind for kind in words.WORDS if "_" in kind and re.search(rf"^\s*{kind}\s*$", text, re.M)]
    badges = set(re.findall(r'class="badge tone-\w+">([^<]+)<', html))
    assert len(badges) > 150
