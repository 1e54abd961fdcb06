"""
Writes: each one transaction, recorded in audit. `viewer` None: the system itself (init, the demo).
"""

from niangjia.apps.accounts.actions.appointing import (
    RolesCollide,
    UsernameTaken,
    appoint,
    appoint_by_name,
    choose_post,
    create_account,
    disable_account,
    enable_account,
    end_post,
)
from niangjia.apps.accounts.actions.entering import (
    LOGIN_BY_ADDRESS,
    LOGIN_BY_NAME,
    LoginRefused,
    TooManyTries,
    authenticate,
    take_turn,
)
from niangjia.apps.accounts.actions.passwords import PasswordUsedBefore, WeakPassword, change_password, reset_password
from niangjia.apps.accounts.actions.reach import OutOfReach

__all__ = [
    "LOGIN_BY_ADDRESS",
    "LOGIN_BY_NAME",
    "LoginRefused",
    "OutOfReach",
    "PasswordUsedBefore",
    "RolesCollide",
    "TooManyTries",
    "UsernameTaken",
    "WeakPassword",
    "appoint",
    "appoint_by_name",
    "authenticate",
    "change_password",
    "choose_post",
    "create_account",
    "disable_account",
    "enable_account",
    "end_post",
    "reset_password",
    "take_turn",
]
