"""
Writes: packs installed, values filled in, decisions made, made anew, and what comes of it settled by a person.

Each is one transaction, safe to repeat, recorded in audit; `reconsider` is one transaction a matter.
"""

from niangjia.apps.programs.actions.decisions import decide
from niangjia.apps.programs.actions.packs import install_packs
from niangjia.apps.programs.actions.parameters import (
    approve_parameter,
    enter_parameter,
    receive_standards,
    withdraw_parameter,
)
from niangjia.apps.programs.actions.reconsidering import reconsider, reconsider_late_changes
from niangjia.apps.programs.actions.settling import book_recovery, settle
from niangjia.apps.programs.problems import (
    AfterInCircle,
    AlreadySettled,
    ChangedMeanwhile,
    CorrectedToday,
    ExampleOnly,
    FourEyes,
    HadAHand,
    NeverDecides,
    NoEffect,
    NoSuchAdjustment,
    NoSuchParameter,
    NotPaidYet,
    OutsideYourArea,
    ParameterTaken,
    PayeeMissing,
    ReasonMissing,
    SourceMissing,
    StillUnknown,
    UnfitValue,
    UnknownFact,
    WasUsed,
    WouldRewrite,
    WrongDirection,
    WrongUnit,
)

__all__ = [
    "AfterInCircle",
    "AlreadySettled",
    "ChangedMeanwhile",
    "CorrectedToday",
    "ExampleOnly",
    "FourEyes",
    "HadAHand",
    "NeverDecides",
    "NoEffect",
    "NoSuchAdjustment",
    "NoSuchParameter",
    "NotPaidYet",
    "OutsideYourArea",
    "ParameterTaken",
    "PayeeMissing",
    "ReasonMissing",
    "SourceMissing",
    "StillUnknown",
    "UnfitValue",
    "UnknownFact",
    "WasUsed",
    "WouldRewrite",
    "WrongDirection",
    "WrongUnit",
    "approve_parameter",
    "book_recovery",
    "decide",
    "enter_parameter",
    "install_packs",
    "receive_standards",
    "reconsider",
    "reconsider_late_changes",
    "settle",
    "withdraw_parameter",
]
