"""Role → actions, as one table. What is not in it is refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from niangjia.apps.accounts.types import Role, Scope, Viewer
from niangjia.kernel.problems import Refusal

# lists.export: to take the list of a page away as a workbook; whoever works at the grassroots, and a worker, reads it here.
# registry.correct: to answer workers who say that their data are wrong.
# imports.send: to deliver a workbook, each kind with its own right; registry.receive: the workbook of members.
# registry.tell: to tell how many workers a union has, members or not.
# cases.view: that there is a case, where it stands, what was decided and paid. cases.examine: what was found, and why.
# bookings.view: offers and who asked; bookings.manage: to make them, ask for members, draw and check in.
# volunteers.view: needs and helpers of one's part of the tree; volunteers.manage: to file needs, keep helpers, speak for one's own side;
# volunteers.match: to publish needs and say who is asked to go where.
# places.view: the register of places of one's part of the tree, also those not listed; places.manage: to keep them and take the steps of
# one's level. places.agree: to propose, confirm and end agreements with other unions (county and above).
_READING: Final = frozenset(
    {"alerts.view", "cases.view", "cases.examine", "workorders.view", "funds.view", "registry.view", "programs.view"}
    | {
        "matters.view",
        "places.view",
        "bookings.view",
        "volunteers.view",
        "contests.view",
        "targets.view",
        "tasks.view",
        "bulletins.view",
        "assessments.view",
        "standards.view",
    }
)
# standards.view: what the minimum living standards are by area and day; who enters them manages programs.
# targets.view: targets of one's part of the tree and the rows behind a number; targets.manage: to divide them among the unions below, and to
# state another office's figure.
# tasks.view: tasks of one's part of the tree and the board above; tasks.work: to take the owner's steps and to bid; tasks.set: to set tasks
# for the unions below, and to accept them.
# bulletins.view: what one's union and those above it issued; bulletins.manage: to draft, edit and review; bulletins.issue: to issue and withdraw.
# assessments.view: sheets and rounds of one's part of the tree, and what concerns one's own union; assessments.manage: to publish sheets and hold
# rounds; what these ask to be put right is a task.
# cockpit.view: the figures of one's part of the tree, and the rows behind each; for who leads, or audits, a county or more.
# contests.view: contests of one's part of the tree; contests.nominate: to put something of one's union forward; contests.manage: to set one up
# and run it; contests.answer: to answer an objection to a shortlist, and to decide an allowance.
# cases.see_checks: what the random re-checks found, by union and verifier; for who answers for verifiers, never for them.
# matters.handle: to take one's turn in an application, at the stage that its pack gives to this post; finance's turn is money's own.
# matters.answer: to answer an objection to what was decided or announced of an application, at the union that decided or above it.
_ORDERS: Final = frozenset(
    {"workorders.accept", "workorders.assign", "workorders.forward", "workorders.return", "workorders.transfer"}
    | {"matters.handle", "registry.tell", "places.manage", "bookings.manage", "volunteers.manage", "volunteers.match"}
    | {
        "contests.manage",
        "contests.nominate",
        "targets.manage",
        "assessments.manage",
        "tasks.work",
        "tasks.set",
    }
)

ALLOWED: Final[dict[Role, frozenset[str]]] = {
    Role.PROVINCE: _READING
    | _ORDERS
    | {
        "cockpit.view",
        "bulletins.manage",
        "bulletins.issue",
        "alerts.release",
        "cases.see_checks",
        "matters.answer",
        "contests.answer",
        "places.agree",
        "programs.manage",
        "lists.export",
        "imports.send",
    },
    Role.CITY: _READING
    | _ORDERS
    | {
        "cockpit.view",
        "bulletins.manage",
        "bulletins.issue",
        "alerts.release",
        "cases.review",
        "matters.answer",
        "contests.answer",
        "places.agree",
        "cases.see_checks",
        "cases.approve",
        "cases.announce",
        "funds.approve",
        "registry.reveal",
        "registry.correct",
        "programs.manage",
        "lists.export",
        "imports.send",
        "registry.receive",
    },
    Role.COUNTY: _READING
    | _ORDERS
    | {
        "cockpit.view",
        "bulletins.manage",
        "bulletins.issue",
        "alerts.release",
        "cases.verify",
        "cases.review",
        "matters.answer",
        "contests.answer",
        "places.agree",
        "cases.see_checks",
        "cases.approve",
        "cases.announce",
        "funds.approve",
        "registry.reveal",
        "registry.correct",
        "programs.manage",
        "lists.export",
        "imports.send",
        "registry.receive",
    },
    Role.TOWNSHIP: (_READING - {"funds.view"})
    | _ORDERS
    | {"cases.verify", "cases.review", "registry.reveal", "registry.correct", "lists.export", "imports.send"},
    Role.GRASSROOTS: frozenset(
        {
            "cases.view",
            "cases.examine",
            "cases.verify",
            "registry.view",
            "registry.reveal",
            "registry.correct",
            "registry.tell",
            "programs.view",
            "standards.view",
            "matters.view",
            "matters.handle",
            "places.view",
            "places.manage",
            "bookings.view",
            "bookings.manage",
            "contests.view",
            "contests.nominate",
            "volunteers.view",
            "volunteers.manage",
            "targets.view",
            "assessments.view",
            "tasks.view",
            "tasks.work",
            "bulletins.view",
        }
    )
    | {"workorders.view", "workorders.accept", "workorders.assign", "workorders.return", "imports.send"},
    # Money is prepared, paid and confirmed by finance, approved by the union that decides: never both in one role.
    Role.FINANCE: frozenset(
        {"cases.view", "registry.view", "programs.view", "funds.view", "funds.prepare", "funds.pay", "funds.confirm"}
        | {"matters.view", "places.view", "bookings.view", "volunteers.view", "contests.view", "standards.view"}
    )
    | {"lists.export"},
    Role.AUDITOR: _READING | {"audit.view", "cockpit.view", "cases.see_checks", "lists.export"},
    Role.ADMINISTRATOR: frozenset(
        {"organizations.manage", "accounts.manage", "standards.view", "lists.export", "imports.send"}
    ),
    Role.WORKER: frozenset({"own.view"}),
}

ACTIONS: Final = frozenset().union(*ALLOWED.values())


# The right of a post without which a token of this scope would open nothing. Deciding, approving and paying have no scope: they are
# for a person at a page.
NEEDED_FOR: Final[dict[Scope, str]] = {
    Scope.PROGRAMS_READ: "programs.view",
    Scope.ORDERS_READ: "workorders.view",
    Scope.ORDERS_WRITE: "workorders.accept",
    Scope.CASES_READ: "cases.view",
    Scope.DECISIONS_READ: "cases.view",
    Scope.APPLICATIONS_WRITE: "cases.verify",
    Scope.MATTERS_WRITE: "matters.handle",
}


def scopes_of(role: Role) -> tuple[Scope, ...]:
    """What a token issued on a post of this role may be used for, in the order of `Scope`."""
    return tuple(scope for scope in Scope if allows(role, NEEDED_FOR[scope]))


# The three administrations of a level-three system stay apart: an account holds posts of one family, and its own worker's.
_FAMILY: Final = {Role.ADMINISTRATOR: "system", Role.AUDITOR: "audit", Role.WORKER: "own"}


def collide(roles: Iterable[Role]) -> bool:
    """Whether these may not be held side by side by one account."""
    return len({_FAMILY.get(role, "business") for role in roles} - {"own"}) > 1


class NotAllowed(Refusal):
    """`action` is the right that is missing; the pages say it in words, and who has it."""

    def __init__(self, action: str) -> None:
        self.action = (
            action if action in ACTIONS else ""
        )  # what no post has or lacks as such is said by the sentence alone
        super().__init__(
            "当前岗位没有此项权限。请切换岗位，或联系本级管理员。",
            "Your present post does not allow this. Switch posts, or ask your administrator.",
        )


def may(viewer: Viewer, action: str) -> bool:
    """Raises KeyError for an action that no role has: a misspelt permission must fail loudly, not refuse quietly."""
    return allows(viewer.role, action)


def allows(role: Role, action: str) -> bool:
    """Whether a post of this role may do that at all. Raises KeyError for an action that no role has."""
    if action not in ACTIONS:
        raise KeyError(action)
    return action in ALLOWED[role]


def roles_with(action: str) -> frozenset[Role]:
    """The roles that may do that. Raises KeyError for an action that no role has."""
    return frozenset(role for role in Role if allows(role, action))


def require(viewer: Viewer, action: str) -> None:
    """Raises NotAllowed."""
    if not may(viewer, action):
        raise NotAllowed(action)
