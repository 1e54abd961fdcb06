"""What is stored as a code is read as words, in both languages."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from niangjia.apps.accounts import permissions
from niangjia.kernel.deployment import programs_folder
from niangjia.portals.design import tags, words


def test_every_right_of_a_post_has_words():
    assert words.WORDS["permission"].keys() == permissions.ACTIONS


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_fund_that_a_shipped_pack_pays_from_has_words(language):
    texts = [path.read_text(encoding="utf-8") for path in programs_folder().glob("*/*/program.yaml")]
    purposes = {
        found for text in texts for found in re.findall(r"^fund: \{purpose: ([\w-]+)", text, flags=re.MULTILINE)
    }
    assert len(purposes) > 15
    with translation.override(language):
        assert [purpose for purpose in purposes if tags.purpose_word(purpose) == purpose] == []
