"""
Writes: packs installed, values filled in, decisions made, made anew, and what comes of it settled by a person.

Each is one transaction, safe to repeat, recorded in audit; `reconsider` is one transaction a matter.
"""

from niangjia.apps.programs.actions.decisions import decide
from niangjia.apps.programs.actions.drafting import drop_draft, publish_draft, save_draft, start_draft
from niangjia.apps.programs.actions.packs import install_packs
from niangjia.apps.programs.actions.parameters import (
    approve_parameter,
    enter_parameter,
    receive_standards,
    withdraw_parameter,
)
from niangjia.apps.programs.actions.reconsidering import reconsider, reconsider_late_changes
from niangjia.apps.programs.actions.settling import book_recovery, settle
from niangjia.apps.programs.drafts import LONGEST as LONGEST_TEXT
from niangjia.apps.programs.problems import (
    AfterInCircle,
    AlreadySettled,
    ChangedMeanwhile,
    CorrectedToday,
    DraftChanged,
    DraftClosed,
    DraftFaulty,
    ExampleOnly,
    FourEyes,
    HadAHand,
    NeverDecides,
    NoEffect,
    NoSuchAdjustment,
    NoSuchDraft,
    NoSuchParameter,
    NotPaidYet,
    OutsideYourArea,
    ParameterTaken,
    PayeeMissing,
    ReasonMissing,
    SourceMissing,
    StillUnknown,
    TextTooLong,
    TypedIt,
    UnfitValue,
    UnknownFact,
    WasUsed,
    WouldRewrite,
    WrongDirection,
    WrongUnit,
)

__all__ = [
    "LONGEST_TEXT",
    "AfterInCircle",
    "AlreadySettled",
    "ChangedMeanwhile",
    "CorrectedToday",
    "DraftChanged",
    "DraftClosed",
    "DraftFaulty",
    "ExampleOnly",
    "FourEyes",
    "HadAHand",
    "NeverDecides",
    "NoEffect",
    "NoSuchAdjustment",
    "NoSuchDraft",
    "NoSuchParameter",
    "NotPaidYet",
    "OutsideYourArea",
    "ParameterTaken",
    "PayeeMissing",
    "ReasonMissing",
    "SourceMissing",
    "StillUnknown",
    "TextTooLong",
    "TypedIt",
    "UnfitValue",
    "UnknownFact",
    "WasUsed",
    "WouldRewrite",
    "WrongDirection",
    "WrongUnit",
    "approve_parameter",
    "book_recovery",
    "decide",
    "drop_draft",
    "enter_parameter",
    "install_packs",
    "publish_draft",
    "receive_standards",
    "reconsider",
    "reconsider_late_changes",
    "save_draft",
    "settle",
    "start_draft",
    "withdraw_parameter",
]
