"""Names of divisions in English: 新昌县 → Xinchang County, by pinyin, as road signs and the post write them."""

from __future__ import annotations

from functools import lru_cache

# What a division is, longest first; a city over counties is written without a word.
_KINDS = {"街道": "Subdistrict", "镇": "Town", "乡": "Township", "县": "County", "区": "District", "市": "City", "省": "Province"}  # fmt: skip
_OF_THE_SHE = {"畲族自治县": "She Autonomous County", "畲族乡": "She Township", "畲族镇": "She Town"}
# Read otherwise than a dictionary of words reads them.
_READ = {"莲都": "Liandu"}


@lru_cache(maxsize=2_000)
def romanised(name: str, *, is_city: bool = False) -> str:
    """
    The name in Latin letters with the English word for what it is; `is_city`: over counties, whose word is left out.

    >>> romanised("杭州市", is_city=True), romanised("建德市"), romanised("临安区"), romanised("景宁畲族自治县")
    ('Hangzhou', 'Jiande City', "Lin'an District", 'Jingning She Autonomous County')
    """
    for kind, word in (_OF_THE_SHE | _KINDS).items():
        own = name.removesuffix(kind)
        if own and own != name:
            return _spelt(own) if is_city else f"{_spelt(own)} {word}"
    return _spelt(name)


def _spelt(own: str) -> str:
    """One word, with the apostrophe before a syllable that begins with a vowel (GB/T 16159)."""
    from pypinyin import lazy_pinyin  # its dictionaries are a third of a second: for whoever reads names

    first, *rest = lazy_pinyin(own)
    return _READ.get(own) or (first + "".join(f"'{one}" if one[0] in "aoe" else one for one in rest)).capitalize()
