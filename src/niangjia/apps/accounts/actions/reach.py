"""Which accounts an administrator may touch."""

from __future__ import annotations

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.models import Post
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import scope
from niangjia.kernel.problems import Refusal


class OutOfReach(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "该工会不在您的管辖范围内，不能任免其岗位。请联系上级管理员。",
            "That union is outside your part of the tree. Ask the administrator above.",
        )


def require_manager(viewer: Viewer | None) -> None:
    """`viewer` None: the system. Raises NotAllowed."""
    if viewer is not None:
        permissions.require(viewer, "accounts.manage")


def require_reach(viewer: Viewer | None, account_id: int) -> None:
    """
    An administrator touches accounts whose posts all lie in their part of the tree: never one of a union above.

    Raises NotAllowed, OutOfReach.
    """
    require_manager(viewer)
    if viewer is None:
        return
    paths = Post.objects.filter(account_id=account_id).values_list("org__path", flat=True)
    if not all(scope.covers(viewer.org_path, path or "") for path in paths):
        raise OutOfReach
