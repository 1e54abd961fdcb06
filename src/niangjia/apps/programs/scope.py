"""Whose programmes a viewer may change: those of the division of the viewer's union, and below it."""

from __future__ import annotations

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs.problems import OutsideYourArea
from niangjia.engines.policy.parameters import area_prefix


def area_of(viewer: Viewer) -> str:
    return area_prefix(organizations.get_union(viewer.org_id).area)


def require_area(viewer: Viewer, area: str) -> None:
    """Raises OutsideYourArea."""
    if not area_prefix(area).startswith(area_of(viewer)):
        raise OutsideYourArea(area)
