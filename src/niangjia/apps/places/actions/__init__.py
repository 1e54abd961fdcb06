"""Writes: each one transaction, safe to repeat, recorded."""

from niangjia.apps.places.actions.agreeing import (
    confirm_pairing,
    decline_pairing,
    end_pairing,
    pair_outside,
    propose_pairing,
    record_sent,
)
from niangjia.apps.places.actions.measuring import record_measures, require_balance, require_given
from niangjia.apps.places.actions.registering import (
    apply_for_place,
    change_place,
    check_place,
    drop_photo,
    keep_photo,
    open_photo,
)
from niangjia.apps.places.actions.rehoming import rehome_pairings
from niangjia.apps.places.actions.running import change_project, check_project, start_project
from niangjia.apps.places.actions.stepping import hand_over, rehome_places, take_step
from niangjia.apps.places.problems import DoesNotBalance, WrongPlace

__all__ = [
    "apply_for_place", "change_place", "change_project", "check_place", "check_project", "start_project", "confirm_pairing", "decline_pairing", "drop_photo", "end_pairing", "hand_over", "keep_photo",
    "open_photo", "pair_outside", "propose_pairing", "DoesNotBalance", "record_measures", "record_sent", "require_balance", "require_given", "WrongPlace", "rehome_pairings", "rehome_places", "take_step",
]  # fmt: skip
