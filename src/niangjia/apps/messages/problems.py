"""Every anticipated no of this room, in words."""

from __future__ import annotations

from niangjia.kernel.problems import Refusal


class NoSuchMessage(Refusal):
    """Also for what is somebody else's."""

    def __init__(self) -> None:
        super().__init__("没有这条消息。", "There is no such message.")


class NoSuchAddress(Refusal):
    def __init__(self) -> None:
        super().__init__("还没有填写这个地址，请先填写。", "That address was not given yet. Give it first.")


class ChannelNotSetUp(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "本单位没有开通这个渠道，消息只在站内。可请管理员开通。",
            "This channel is not set up here; messages stay on this site. Your administrator can set it up.",
        )


class CodeRefused(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "确认码不对或已过期。请核对，或重新发送一个。",
            "The code is wrong or over. Check it, or have a new one sent.",
        )


class HourRefused(Refusal):
    def __init__(self) -> None:
        super().__init__("钟点应为 0 至 23。", "An hour is a number from 0 to 23.")
