"""The refusals of papers; each says what to install."""

from __future__ import annotations

from niangjia.kernel.problems import Refusal


class ExtraMissing(Refusal):
    """`what`: PDF or Word."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"本机没有装生成 {what} 的组件。请管理员运行 pip install 'niangjia[documents]'；Excel 现在就可以下载。",
            f"What writes {what} is not installed here. Ask the operator to run pip install 'niangjia[documents]'; Excel can be taken now.",
        )


class FontMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "本机没有中文字体，不能生成 PDF。请管理员安装仿宋、黑体等公文字体，或运行 apt install fonts-noto-cjk；现在可以先下载 Word。",
            "There is no Chinese font here, so no PDF. Ask the operator to install office fonts such as FangSong and SimHei, or to run apt install fonts-noto-cjk; Word can be taken meanwhile.",
        )
