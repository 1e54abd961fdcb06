"""The channels that carry messages out of the house, opened from ``[messages]`` of ``niangjia.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from niangjia.adapters.channel import Section, Sender
from niangjia.adapters.sms_gateway import SmsGateway
from niangjia.kernel.problems import Refusal


class ExtraMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "邮件、钉钉和企业微信要用可选的依赖。请运行：pip install 'niangjia[messages]'",
            "E-mail, DingTalk and WeCom need optional packages. Run: pip install 'niangjia[messages]'",
        )


def open_channels(given: Mapping[str, Any]) -> dict[str, Sender]:
    """
    Senders by channel, of those that ``[messages.email]``, ``.dingtalk``, ``.wecom`` and ``.sms`` describe; none of them: an empty one.

    Raises:
        WrongSetUp, ExtraMissing.
    """
    Section("messages", given).allow("site", "email", "dingtalk", "wecom", "sms")
    senders: dict[str, Sender] = {}
    if "sms" in given:
        senders["SMS"] = SmsGateway.of(Section("messages.sms", given["sms"]))
    if {"email", "dingtalk", "wecom"} & set(given):
        try:  # an optional dependency, which takes a third of a second to import
            from niangjia.adapters import apprise_channels as through_apprise
        except ModuleNotFoundError as error:
            raise ExtraMissing from error
        for name, of in (
            ("email", through_apprise.Email.of),
            ("dingtalk", through_apprise.DingTalk.of),
            ("wecom", through_apprise.WeCom.of),
        ):
            if name in given:
                senders[name.upper()] = of(Section(f"messages.{name}", given[name]))
    return senders


def site_of(given: Mapping[str, Any]) -> str:
    """The address under which people open this site, for links; empty = texts carry none."""
    return Section("messages", given).address("site", "").rstrip("/")
