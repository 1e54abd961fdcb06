"""Who sees a task and who may take its steps: in one place."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.files.types import Owner
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.tasks.models import Bid, Task
from niangjia.apps.tasks.problems import NotFound, NotTheOwner, NotTheSetter

EVIDENCE = "evidence"


def owner_of(task_id: int) -> Owner:
    """Of a task's evidence."""
    return Owner("task", str(task_id))


def tasks(viewer: Viewer) -> QuerySet[Task]:
    """Set by or owed by a union of the viewer's part of the tree; on the board of a union above them; or bid for by theirs. Raises NotAllowed."""
    permissions.require(viewer, "tasks.view")
    own_bid = Bid.objects.filter(task=OuterRef("pk"), org=viewer.org_id)
    on_board = Q(owner__isnull=True, setter__in=organizations.ids_on(viewer.org_path))
    seen = scope.inside("setter", viewer.org_path) | scope.inside("owner", viewer.org_path)
    if viewer.role is not Role.AUDITOR:
        seen = seen | on_board | Q(Exists(own_bid))
    return Task.objects.filter(seen).select_related("setter", "owner")


def find(viewer: Viewer, task_id: int) -> Task:
    """Raises NotAllowed, NotFound."""
    found = tasks(viewer).filter(pk=task_id).first()
    if found is None:
        raise NotFound
    return found


def sees_work(viewer: Viewer, task: Task) -> bool:
    """Whether the viewer sees how it is done: who has bid for it and was not picked does not."""
    return any(one is not None and scope.covers(viewer.org_path, one.path or "") for one in (task.setter, task.owner))


def find_worked(viewer: Viewer, task_id: int) -> Task:
    """As `find`, of those whose work the viewer sees. Raises NotAllowed, NotFound."""
    found = find(viewer, task_id)
    if not sees_work(viewer, found):
        raise NotFound
    return found


def is_owner(viewer: Viewer, task: Task) -> bool:
    return task.owner_id == viewer.org_id and permissions.may(viewer, "tasks.work")


def is_setter(viewer: Viewer, task: Task) -> bool:
    return task.setter_id == viewer.org_id and permissions.may(viewer, "tasks.set")


def to_work(viewer: Viewer, task_id: int) -> Task:
    """One that the viewer's union owns. Locked. Raises NotAllowed, NotFound, NotTheOwner."""
    permissions.require(viewer, "tasks.work")
    find(viewer, task_id)
    task = _locked(task_id)
    if not is_owner(viewer, task):
        raise NotTheOwner
    return task


def to_steer(viewer: Viewer, task_id: int) -> Task:
    """One that the viewer's union set. Locked. Raises NotAllowed, NotFound, NotTheSetter."""
    permissions.require(viewer, "tasks.set")
    find(viewer, task_id)
    task = _locked(task_id)
    if not is_setter(viewer, task):
        raise NotTheSetter
    return task


def to_bid(viewer: Viewer, task_id: int) -> Task:
    """One of a board above the viewer's union. Locked. Raises NotAllowed, NotFound."""
    permissions.require(viewer, "tasks.work")
    find(viewer, task_id)
    task = _locked(task_id)
    if task.setter_id == viewer.org_id or task.setter_id not in organizations.ids_on(viewer.org_path):
        raise NotFound
    return task


def _locked(task_id: int) -> Task:
    return Task.objects.select_for_update(of=("self",)).select_related("setter", "owner").get(pk=task_id)
