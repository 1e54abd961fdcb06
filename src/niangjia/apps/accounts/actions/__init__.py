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
from niangjia.apps.accounts.actions.second_factor import (
    CODES_BY_ACCOUNT,
    OwnSecondFactor,
    ReasonTooShort,
    SecondFactorRefused,
    clear_second_factor,
    enrol_totp,
    new_recovery_codes,
    offer_totp,
    prove_second_factor,
    remove_totp,
    reseal,
)

__all__ = [
    "CODES_BY_ACCOUNT",
    "OwnSecondFactor",
    "ReasonTooShort",
    "SecondFactorRefused",
    "clear_second_factor",
    "enrol_totp",
    "new_recovery_codes",
    "offer_totp",
    "prove_second_factor",
    "remove_totp",
    "reseal",
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
