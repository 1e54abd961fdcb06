"""
States and moves of a case, as one table; what an outcome, an exit and a row of months lead to, as three more.

Nothing here reads or writes: `actions` asks `move` first and then moves with a conditional update.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from niangjia.apps.accounts.types import ROLE_NAMES, Role
from niangjia.apps.cases.types import (
    CaseAction,
    CaseKind,
    CaseState,
    CloseReason,
    ExitKind,
    ExitProgress,
    HeldMonth,
    Outcome,
)
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal

A, S = CaseAction, CaseState

VERIFIERS = frozenset({Role.GRASSROOTS, Role.TOWNSHIP, Role.COUNTY})
REVIEWERS = frozenset({Role.COUNTY})
APPROVERS = frozenset({Role.COUNTY, Role.CITY})
WORKERS = frozenset({Role.WORKER})


@dataclass(frozen=True)
class Move:
    """`action` leads from `state` to one of `leads_to`, for these roles, who hold `permission`."""

    state: CaseState
    action: CaseAction
    leads_to: tuple[CaseState, ...]
    roles: frozenset[Role]
    permission: str


def _moves(
    states: Iterable[CaseState],
    action: CaseAction,
    leads_to: Iterable[CaseState] | None,
    roles: frozenset[Role],
    permission: str,
) -> list[Move]:
    """`leads_to` None = the state stays."""
    return [Move(state, action, tuple(leads_to or (state,)), roles, permission) for state in states]


MOVES: tuple[Move, ...] = (
    *_moves([S.OPEN], A.VISIT, None, VERIFIERS, "cases.verify"),
    *_moves([S.OPEN], A.SUBMIT, [S.SUBMITTED], VERIFIERS, "cases.verify"),
    *_moves([S.SUBMITTED], A.RETURN, [S.OPEN], REVIEWERS, "cases.review"),
    *_moves([S.SUBMITTED], A.ACCEPT, [S.CONFIRMED, S.WATCH, S.REPAIR, S.RETRY, S.CLOSED], REVIEWERS, "cases.review"),
    *_moves([S.CONFIRMED], A.CLOSE_WITHOUT_FILE, [S.CLOSED], REVIEWERS, "cases.review"),
    *_moves([S.CONFIRMED, S.WATCH], A.START_FILE, [S.FILE_DRAFT], REVIEWERS, "cases.review"),
    *_moves([S.FILE_DRAFT, S.FILE_TIERED], A.FILL_FILE, [S.FILE_DRAFT], VERIFIERS, "cases.verify"),
    *_moves([S.FILE_DRAFT, S.FILE_TIERED], A.DECIDE_TIER, [S.FILE_TIERED, S.FILE_DRAFT], REVIEWERS, "cases.review"),
    *_moves([S.FILE_TIERED], A.ANNOUNCE, [S.FILE_ANNOUNCED], REVIEWERS, "cases.announce"),
    *_moves([S.FILE_ANNOUNCED], A.WITHDRAW_NOTICE, [S.FILE_DRAFT], REVIEWERS, "cases.announce"),
    *_moves([S.FILE_ANNOUNCED], A.APPROVE, [S.ON_FILE], APPROVERS, "cases.approve"),
    *_moves([S.FILE_DRAFT, S.FILE_TIERED, S.FILE_ANNOUNCED], A.REFUSE_FILE, [S.CLOSED], APPROVERS, "cases.approve"),
    *_moves([S.ON_FILE, S.EXITING], A.RECORD_INCOME, None, VERIFIERS, "cases.verify"),
    *_moves([S.ON_FILE], A.PROPOSE_EXIT, [S.EXITING], REVIEWERS, "cases.review"),
    *_moves([S.EXITING], A.CONFIRM_EXIT, [S.CLOSED], APPROVERS, "cases.approve"),
    *_moves([S.EXITING], A.STOP_EXIT, [S.ON_FILE], APPROVERS, "cases.approve"),
    *_moves([S.WATCH], A.END_WATCH, [S.CLOSED], REVIEWERS, "cases.review"),
    *_moves([S.REPAIR], A.FINISH_REPAIR, [S.CLOSED], REVIEWERS, "cases.review"),
    *_moves([S.RETRY], A.RETRY, [S.OPEN], APPROVERS, "cases.review"),
    *_moves([S.RETRY], A.HAND_TO_COMMUNITY, [S.CLOSED], REVIEWERS, "cases.review"),
    *_moves(
        [S.OPEN, S.SUBMITTED, S.CONFIRMED, S.WATCH, S.REPAIR, S.RETRY], A.CANCEL, [S.CLOSED], APPROVERS, "cases.review"
    ),
    *_moves(
        [S.OPEN, S.SUBMITTED, S.FILE_DRAFT, S.FILE_TIERED, S.FILE_ANNOUNCED],
        A.WITHDRAW,
        [S.CLOSED],
        WORKERS,
        "own.view",
    ),
    *_moves([S.SUBMITTED], A.SETTLE, [S.CLOSED], frozenset(), "cases.verify"),  # the house itself
    *_moves([S.SUBMITTED], A.RULE, [S.CLOSED], REVIEWERS, "cases.review"),
)

OF_A_SPOT_CHECK = (A.VISIT, A.SUBMIT, A.SETTLE, A.RULE)
"""All that a re-check knows; of these the last two are its own."""


def fits(kind: str, action: CaseAction) -> bool:
    """Whether a case of this kind knows the move at all."""
    return action in OF_A_SPOT_CHECK if kind == CaseKind.SPOT_CHECK else action not in (A.SETTLE, A.RULE)


BY_STATE_AND_ACTION = {(move.state, move.action): move for move in MOVES}


TURN: dict[CaseState, CaseAction] = {
    S.OPEN: A.SUBMIT, S.SUBMITTED: A.ACCEPT, S.CONFIRMED: A.START_FILE, S.FILE_DRAFT: A.FILL_FILE, S.FILE_TIERED: A.ANNOUNCE,
    S.FILE_ANNOUNCED: A.APPROVE, S.EXITING: A.CONFIRM_EXIT, S.WATCH: A.END_WATCH, S.REPAIR: A.FINISH_REPAIR, S.RETRY: A.RETRY,
}  # fmt: skip
"""What a case waits for in each state; in the others it waits for nobody."""


def find_turn(state: CaseState) -> Move | None:
    """The move that a case in this state waits for, with the roles that make it; None where nothing is owed."""
    action = TURN.get(state)
    return BY_STATE_AND_ACTION[state, action] if action else None


class NotInThisState(Refusal):
    def __init__(self, state: CaseState, action: CaseAction) -> None:
        usual = [move.action for move in MOVES if move.state == state and fits(CaseKind.HARDSHIP, move.action)]
        allowed_zh = "、".join(str(each.label) for each in usual) or "无"
        allowed_en = ", ".join(each.value for each in usual) or "nothing"
        super().__init__(
            f"个案处于“{state.label}”，不能“{action.label}”。现在可以：{allowed_zh}。",
            f"The case is {state.value}; {action.value} is not possible now. Possible: {allowed_en}.",
        )


class NotOfThisKind(Refusal):
    def __init__(self, action: CaseAction) -> None:
        super().__init__(
            f"核实抽查只复访、比对和裁定，不能“{action.label}”。需要处理家庭的事，请打开原来的个案。",
            f"A re-check is visited, compared and ruled on; {action.value} belongs to the household's own case. Open that one.",
        )


class NotForThisRole(Refusal):
    def __init__(self, action: CaseAction, role: Role, roles: frozenset[Role]) -> None:
        named = [ROLE_NAMES[each] for each in Role if each in roles]
        zh, en = "、".join(name for name, _ in named), " or ".join(name for _, name in named)
        super().__init__(
            f"“{action.label}”不由当前岗位（{ROLE_NAMES[role][0]}）办理，由{zh}办理。请转交。",
            f"This step is not for your post ({ROLE_NAMES[role][1]}) but for {en}. Please hand it on.",
        )


def move(state: CaseState, action: CaseAction, role: Role) -> Move:
    """Raises NotInThisState, NotForThisRole."""
    found = BY_STATE_AND_ACTION.get((state, action))
    if found is None:
        raise NotInThisState(state, action)
    if role not in found.roles:
        raise NotForThisRole(action, role, found.roles)
    return found


@dataclass(frozen=True)
class Effect:
    """
    What an accepted outcome leads to (`sensing.md` §9).

    `has_grant` = the special grant is decided. `must_see` = the person was met: contact tries are not enough.
    `close_reason` empty = the case stays open in `leads_to`.
    """

    leads_to: CaseState
    close_reason: str = ""
    has_grant: bool = False
    must_see: bool = False
    may_start_file: bool = False
    is_opt_out: bool = False
    zh: str = ""
    en: str = ""


EFFECTS: dict[Outcome, Effect] = {
    Outcome.V1: Effect(
        S.CONFIRMED,
        has_grant=True,
        must_see=True,
        may_start_file=True,
        zh="按规定核发专项帮扶金，并研判是否建档",
        en="The special grant is decided, and whether to open a file",
    ),
    Outcome.V2: Effect(
        S.CONFIRMED,
        has_grant=True,
        must_see=True,
        may_start_file=True,
        zh="按规定核发一次性专项帮扶金",
        en="The one-off special grant is decided",
    ),
    Outcome.V3: Effect(
        S.WATCH,
        must_see=True,
        may_start_file=True,
        zh="列入临界观察名单",
        en="Put on the watch list of near-hardship households",
    ),
    Outcome.V4: Effect(
        S.CLOSED,
        CloseReason.NOT_IN_HARDSHIP,
        must_see=True,
        zh="办结；六个月内情况无明显变化不再派单",
        en="Closed; no new order for six months unless things change",
    ),
    Outcome.V5: Effect(
        S.CLOSED,
        CloseReason.COVERED_ELSEWHERE,
        must_see=True,
        zh="已由其他救助覆盖，转介并标注",
        en="Covered elsewhere: referred and labelled",
    ),
    Outcome.V6: Effect(S.REPAIR, zh="身份或家庭信息有误，转修正", en="Wrong identity or household: goes to repair"),
    Outcome.V7: Effect(
        S.RETRY, zh="下月再次联系，仍联系不上转社区", en="Tried again next month, then handed to the community"
    ),
    Outcome.V8: Effect(
        S.CLOSED,
        CloseReason.REFUSED_HELP,
        is_opt_out=True,
        zh="尊重本人意愿，办结，不再用其数据比对",
        en="The refusal is respected: closed, and the data is not cross-checked again",
    ),
    Outcome.V9: Effect(
        S.CLOSED, CloseReason.TRANSFERRED, zh="移交所在地工会", en="Handed to the union of the other area"
    ),
    Outcome.V10: Effect(
        S.CLOSED, CloseReason.LEFT, zh="更新人员信息后办结", en="The register is updated and the case closed"
    ),
}


@dataclass(frozen=True)
class ExitRule:
    """`needs_months` = the run of months above the standard; `has_bar` = no new file for a while; `needs_causes_gone`."""

    needs_months: bool = False
    needs_causes_gone: bool = False
    has_bar: bool = False
    is_watched: bool = True


EXITS: dict[ExitKind, ExitRule] = {
    ExitKind.OUT_OF_HARDSHIP: ExitRule(needs_months=True, needs_causes_gone=True),
    ExitKind.SAFETY_NET: ExitRule(),
    ExitKind.NATURAL: ExitRule(needs_causes_gone=True),
    ExitKind.CANCELLED: ExitRule(is_watched=False),
    ExitKind.NOT_ELIGIBLE: ExitRule(has_bar=True, is_watched=False),
}


def exit_progress(months: Iterable[HeldMonth], *, since: Month, through: Month) -> ExitProgress:
    """
    How far a household on file is on its way out, from its months `since` … `through`; others are left out.

    A month above the standard counts, a month at or below it starts again; an UNKNOWN month, or one that nobody recorded,
    wherever it lies, neither counts nor starts again. Two UNKNOWN months since the row began ask for proof of income.
    """
    recorded = {held.month: held for held in months}
    passed = unknown = 0
    for index in range(since.index, through.index + 1):
        held = recorded.get(Month.from_index(index))
        if held is None or held.income_per_capita is None or held.standard is None:
            unknown += 1
        elif held.income_per_capita > held.standard:
            passed += 1
        else:
            passed = unknown = 0
    return ExitProgress(passed, unknown, unknown >= 2)
