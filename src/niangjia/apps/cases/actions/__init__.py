"""
Writes: each one transaction, safe to repeat, recorded in audit.

The viewer needs the permission and the role that `lifecycle.MOVES` gives the move, and the case must lie in the viewer's part of the tree.
Of two officers who act at once one wins; the other gets `SomeoneWasFirst`.
"""

from niangjia.apps.cases.actions.checking import NothingToDraw, draw_spot_checks, rule_spot_check
from niangjia.apps.cases.actions.drafting import (
    drop_visit_file,
    keep_visit_file,
    open_draft_file,
    open_visit_file,
    save_draft,
    sweep_drafts,
)
from niangjia.apps.cases.actions.exits import (
    confirm_exit,
    propose_exit,
    record_follow_up,
    record_income,
    record_sensed_months,
    stop_exit,
)
from niangjia.apps.cases.actions.filing import (
    announce,
    approve,
    decide_tier,
    fill_file,
    open_file_form,
    refuse_file,
    start_file,
    withdraw_notice,
)
from niangjia.apps.cases.actions.grievances import (
    ObjectionWaits,
    answer_grievance,
    follow_objection,
    object_to,
    object_to_notice,
    read_grievance,
    withdraw,
)
from niangjia.apps.cases.actions.opening import apply_for_help, open_cases, report_canvass
from niangjia.apps.cases.actions.rehoming import rehome_cases
from niangjia.apps.cases.actions.verifying import (
    accept_finding,
    cancel_case,
    close_without_file,
    end_watch,
    finish_repair,
    hand_in_visit,
    hand_to_community,
    open_address,
    open_field,
    open_visit_form,
    record_visit,
    retry_entitlement,
    return_finding,
    submit_finding,
)

__all__ = [
    "NothingToDraw",
    "ObjectionWaits",
    "rehome_cases",
    "accept_finding",
    "announce",
    "answer_grievance",
    "apply_for_help",
    "approve",
    "cancel_case",
    "close_without_file",
    "confirm_exit",
    "decide_tier",
    "draw_spot_checks",
    "drop_visit_file",
    "end_watch",
    "fill_file",
    "finish_repair",
    "follow_objection",
    "hand_in_visit",
    "hand_to_community",
    "keep_visit_file",
    "object_to",
    "object_to_notice",
    "open_address",
    "open_cases",
    "open_draft_file",
    "open_field",
    "open_file_form",
    "open_visit_file",
    "open_visit_form",
    "propose_exit",
    "read_grievance",
    "record_follow_up",
    "record_income",
    "record_sensed_months",
    "record_visit",
    "refuse_file",
    "report_canvass",
    "retry_entitlement",
    "return_finding",
    "rule_spot_check",
    "save_draft",
    "start_file",
    "stop_exit",
    "submit_finding",
    "sweep_drafts",
    "withdraw",
    "withdraw_notice",
]
