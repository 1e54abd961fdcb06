"""Which of the machine's fonts stand for those of the standard: the first that is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from niangjia.engines.papers.problems import FontMissing

_FREE_SERIF = ("Source Han Serif SC", "Source Han Serif CN", "Noto Serif CJK SC", "Noto Serif SC", "AR PL UMing CN")
_FREE_SANS = ("Source Han Sans SC", "Source Han Sans CN", "Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Zen Hei")
_ANY = _FREE_SERIF + _FREE_SANS
TITLE = ("FZXiaoBiaoSong-B05S", "方正小标宋简体", "FZXiaoBiaoSong-B05", "方正小标宋_GBK", *_ANY, "SimSun")
BODY = ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "STFangsong", "FZFangSong-Z02", *_ANY, "SimSun")
KAI = ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "STKaiti", "FZKai-Z03", "AR PL UKai CN", *_ANY, "SimSun")
HEI = ("SimHei", "黑体", "STHeiti", "FZHei-B01", *_FREE_SANS, *_FREE_SERIF, "SimSun")
SONG = ("SimSun", "宋体", "STSong", "NSimSun", *_ANY)


@dataclass(frozen=True)
class Families:
    """`is_light`: the title's font has no weight of its own (小标宋 has) and is set bold."""

    title: str
    body: str
    kai: str
    hei: str
    song: str

    @property
    def is_light(self) -> bool:
        return "小标宋" not in self.title and "XiaoBiaoSong" not in self.title


def choose(present: Iterable[str]) -> Families:
    """Of the families that are there. Raises FontMissing: none of them is Chinese."""
    there = {name.casefold(): name for name in present}

    def first(wanted: Iterable[str]) -> str:
        for name in wanted:
            if name.casefold() in there:
                return there[name.casefold()]
        raise FontMissing

    return Families(*(first(names) for names in (TITLE, BODY, KAI, HEI, SONG)))
