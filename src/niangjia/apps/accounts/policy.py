"""What a password must be: one of two policies, chosen in ``niangjia.toml`` (`password_policy`).

`asvs` follows OWASP ASVS 5 (V6.2): long, no rules of composition, no expiry; common passwords are refused.
`dengbao` is what assessors of 等保 (GB/T 22239-2019, 8.1.4.1) ask for: kinds of characters, a life, no early reuse. Both lock a name
for a quarter of an hour after five failures (`actions.entering`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """`kinds_count` of upper case, lower case, digits, other. `life` null: no expiry. `remembered_count`: the last ones, not to be used again."""

    code: str
    least_length: int
    kinds_count: int
    life: timedelta | None
    remembered_count: int
    hint: Any

    def has_expired(self, set_at: datetime | None, now: datetime) -> bool:
        """`set_at` null: nobody knows when it was set, so it counts as old."""
        return self.life is not None and (set_at is None or now - set_at >= self.life)

    def validators(self) -> list[Any]:
        return [
            password_validation.MinimumLengthValidator(self.least_length),
            UnlikeTheName(),
            password_validation.CommonPasswordValidator(),
            *([KindsOfCharacters(self.kinds_count)] if self.kinds_count > 1 else []),
        ]


class UnlikeTheName:
    """Refuses what is similar to the user name or the name, and either of them with a little around it."""

    _similar = password_validation.UserAttributeSimilarityValidator(user_attributes=("username", "name"))

    def validate(self, password: str, user: Any = None) -> None:
        said = password.casefold()
        owns = [str(getattr(user, attribute, "") or "").casefold() for attribute in ("username", "name")]
        is_inside = any(len(own) >= 2 and own in said and len(said) - len(own) < 8 for own in owns)
        try:
            self._similar.validate(password, user)
        except ValidationError:
            is_inside = True
        if is_inside:
            raise ValidationError(_("密码与您的姓名或用户名太相近。请换一个。"))

    def get_help_text(self) -> str:
        return ""


class KindsOfCharacters:
    def __init__(self, least: int) -> None:
        self.least = least

    def validate(self, password: str, user: object = None) -> None:
        kinds = [r"[A-Z]", r"[a-z]", r"[0-9]", r"[^A-Za-z0-9]"]
        if sum(bool(re.search(kind, password)) for kind in kinds) < self.least:
            raise ValidationError(
                _("密码须含大写字母、小写字母、数字、其他字符四类中的至少 %(least)d 类。"), params={"least": self.least}
            )

    def get_help_text(self) -> str:
        return ""


POLICIES: Final = {
    "asvs": PasswordPolicy("asvs", 12, 1, None, 1, _("不少于 12 位，长比复杂好：可用一句自己记得住的话；不与姓名、用户名相近，不用常见密码")),
    "dengbao": PasswordPolicy(
        "dengbao", 8, 3, timedelta(days=90), 5,
        _("不少于 8 位，含大写字母、小写字母、数字、其他字符中的三类；90 天内须更换，不与最近五次相同，不与姓名、用户名相近"),
    ),
}  # fmt: skip


def password_policy() -> PasswordPolicy:
    return POLICIES[settings.PASSWORD_POLICY]
