"""Which status a refusal has on the web."""

from __future__ import annotations

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.actions import TooManyTries
from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.alerts import queries as alerts
from niangjia.apps.assessments import queries as assessments
from niangjia.apps.bookings import queries as bookings
from niangjia.apps.bulletins import queries as bulletins
from niangjia.apps.cases import queries as cases
from niangjia.apps.contests import queries as contests
from niangjia.apps.files import queries as files
from niangjia.apps.funds import queries as funds
from niangjia.apps.inspections import problems as inspections
from niangjia.apps.matters import queries as matters
from niangjia.apps.messages import queries as messages
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.places import queries as places
from niangjia.apps.programs import queries as programs
from niangjia.apps.registry import queries as registry
from niangjia.apps.targets import queries as targets
from niangjia.apps.tasks import queries as tasks
from niangjia.apps.volunteers import queries as volunteers
from niangjia.apps.workorders import queries as workorders
from niangjia.kernel.problems import Refusal
from niangjia.portals.cockpit.figures.problems import NoSuchFigure

NOT_FOUND: tuple[type[Refusal], ...] = (
    accounts.NoSuchAccount, assessments.NoSuchSheet, assessments.NotFound, alerts.NotFound, alerts.NoListYet, bookings.NotFound, cases.NotFound, contests.NotFound, files.NoSuchFile, funds.NotFound, inspections.NotFound, matters.NoSuchDraft, matters.NotFound, matters.NoSuchRegister, messages.NoSuchMessage, organizations.NoSuchUnion,
    places.NoSuchKind, places.NoSuchPairing, places.NoSuchPlace,
    programs.NoSuchAdjustment, programs.NoSuchDecision, programs.NoSuchDraft, registry.NotFound, targets.NoSuchProgramme, targets.NotFound, tasks.NotFound, bulletins.NotFound, bulletins.NoSuchKind, workorders.NoSuchOrder,
    NoSuchFigure, volunteers.NoSuchHelper, volunteers.NoSuchNeed, volunteers.NoSuchPair,
)  # fmt: skip


def status_of(refusal: Refusal) -> int:
    """403 for a right that is missing, 404 for what is not there or not the viewer's, 429 for too much, 409 for every other no."""
    if isinstance(refusal, NotAllowed):
        return 403
    if isinstance(refusal, TooManyTries):
        return 429
    return 404 if isinstance(refusal, NOT_FOUND) else 409
