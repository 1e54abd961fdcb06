"""What proves a task: files of its owner since it was last given back."""

from __future__ import annotations

from collections.abc import Iterable

from niangjia.apps.files import queries as files
from niangjia.apps.files.types import FileCard
from niangjia.apps.tasks import access
from niangjia.apps.tasks.models import Task


def evidence_of(task: Task) -> list[FileCard]:
    """Oldest first."""
    return since(task, files.list_files(access.owner_of(task.pk)))


def since(task: Task, kept: Iterable[FileCard]) -> list[FileCard]:
    """Those of all its files that came after the last return."""
    return [one for one in kept if task.returned_at is None or one.uploaded_at >= task.returned_at]
