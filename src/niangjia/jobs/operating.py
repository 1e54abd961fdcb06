"""Who runs a command on this machine, and why. They hold the keys already: what is owed is a reason and a trace."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from niangjia.kernel.problems import Refusal

SHORTEST_REASON = 4
# Who logged in to the machine, whatever they became by su or sudo since; the kernel keeps it.
LOGIN_UID = Path("/proc/self/loginuid")
_NOBODY = 2**32 - 1  # started by the machine itself: cron, a service


class ReasonMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(
            f'查看个人的资料须写明理由，至少 {SHORTEST_REASON} 个字：--reason "核对本月名单"。理由会记入审计。',
            f'Looking at people needs a reason of at least {SHORTEST_REASON} characters: --reason "check this month\'s list". '
            "It is written to the audit log.",
        )


def require_reason(reason: str) -> str:
    """Raises ReasonMissing."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReasonMissing
    return reason.strip()


def operator() -> str:
    """The machine's account that runs this, and in brackets who logged in if that is somebody else; not from the environment."""
    runs, login = os.getuid(), _login_uid()
    return _name(runs) if login in (None, runs) else f"{_name(runs)} ({_name(login)})"


def _login_uid() -> int | None:
    try:
        uid = int(LOGIN_UID.read_text())
    except (OSError, ValueError):
        return None
    return None if uid == _NOBODY else uid


def _name(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid or 0).pw_name
    except KeyError:
        return f"uid {uid}"
