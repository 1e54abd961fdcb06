"""How an address of each channel looks, and what of it is shown."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from niangjia.apps.messages.types import Channel
from niangjia.kernel.problems import Refusal

_ROBOTS = {
    Channel.DINGTALK: ("oapi.dingtalk.com", "access_token", r"[0-9a-f]{32,80}"),
    Channel.WECOM: ("qyapi.weixin.qq.com", "key", r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
}
_SIGNED = re.compile(r"SEC[0-9a-f]{40,80}")


class AddressRefused(Refusal):
    WORDS = {
        Channel.EMAIL: ("这不是一个邮箱地址。", "This is not an e-mail address."),
        Channel.DINGTALK: (
            "请粘贴钉钉群机器人的 Webhook 地址；设了加签的，空一格再贴密钥。",
            "Paste the webhook address of a DingTalk group robot; if it is signed, a blank and its secret.",
        ),
        Channel.WECOM: (
            "请粘贴企业微信群机器人的 Webhook 地址。",
            "Paste the webhook address of a WeCom group robot.",
        ),
        Channel.SMS: ("请填写十一位手机号。", "Give a mobile number of eleven digits."),
    }

    def __init__(self, channel: Channel) -> None:
        super().__init__(*self.WORDS[channel])


def read_address(channel: Channel, typed: str) -> str:
    """
    The address in the one form that is kept; a robot's is its key, for the host is known. Raises AddressRefused.

    >>> read_address(Channel.SMS, " 138 0000 0000")
    '13800000000'
    """
    typed = typed.strip()
    if channel is Channel.EMAIL:
        try:
            validate_email(typed)
        except ValidationError as error:
            raise AddressRefused(channel) from error
        return typed
    if channel is Channel.SMS:
        digits = re.sub(r"[\s-]|^\+86", "", typed)
        if not re.fullmatch(r"1[3-9][0-9]{9}", digits):
            raise AddressRefused(channel)
        return digits
    return _read_robot(channel, typed)


def _read_robot(channel: Channel, typed: str) -> str:
    host, name, form = _ROBOTS[channel]
    address, _, secret = typed.partition(" ")
    secret = secret.strip()
    if "/" in address:
        asked = urlsplit(address)
        if asked.scheme != "https" or asked.netloc != host:
            raise AddressRefused(channel)
        address = "".join(parse_qs(asked.query).get(name, [""])[:1])
    if not re.fullmatch(form, address) or (secret and (channel is Channel.WECOM or not _SIGNED.fullmatch(secret))):
        raise AddressRefused(channel)
    return f"{address} {secret}".strip()


def mask(channel: Channel, address: str) -> str:
    """
    Enough for its owner to know it again.

    >>> mask(Channel.EMAIL, "li.xiaohong@example.com"), mask(Channel.SMS, "13800001234")
    ('l***@example.com', '138****1234')
    """
    if channel is Channel.EMAIL:
        name, _, host = address.rpartition("@")
        return f"{name[:1]}***@{host}"
    if channel is Channel.SMS:
        return f"{address[:3]}****{address[-4:]}"
    return f"…{address.partition(' ')[0][-4:]}"
