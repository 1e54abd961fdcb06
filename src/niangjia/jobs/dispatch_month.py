"""A released list → cases and work orders, down the union tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.alerts import queries as alerts
from niangjia.apps.alerts.types import AlertCard
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases.types import Contact, OpenedCases
from niangjia.apps.registry import queries as registry
from niangjia.apps.workorders.types import RoutingFacts
from niangjia.engines import sensing
from niangjia.kernel.deployment import Deployment, programs_folder
from niangjia.kernel.months import Month

Progress = Callable[[str, float], None]


def dispatch(
    deployment: Deployment, month: Month, *, viewer: Viewer, now: datetime, progress: Progress | None = None
) -> OpenedCases:
    """
    Open a case and send an order for every active household of the month's released list that has none.

    Safe to repeat and to go on with after a crash: an alert is dispatched once.

    Raises:
        NotAllowed: the viewer may not release lists. NoListYet: the month has no released list.
    """
    alert_ids = alerts.list_active_ids(viewer, month)

    def tell(done: int) -> None:
        if progress:
            progress(f"{month} 派单 · dispatch", done / max(len(alert_ids), 1))

    contacts = employed_contacts(deployment, month, alerts.list_cards(alert_ids))
    return cases.open_cases(viewer=viewer, alert_ids=alert_ids, contacts=contacts, now=now, progress=tell)


def employed_contacts(deployment: Deployment, month: Month, cards: Sequence[AlertCard]) -> dict[int, Contact]:
    """
    For households in which nobody is a union member: the member with an employer, by household id.

    Their order goes to the employer's union; the others are found by `cases` from memberships and residence.
    """
    listed = {card.household_id: card for card in cards}
    members = registry.members_of(set(listed))
    organised = registry.open_memberships_of({person for persons in members.values() for person in persons})
    unorganised = {
        home: persons for home, persons in members.items() if not any(person in organised for person in persons)
    }
    names = registry.pseudonyms_of({person for persons in unorganised.values() for person in persons})
    if not names:
        return {}
    employers = sensing.employers_of(deployment.lake, sensing.load_feeds(programs_folder()), month, set(names.values()))
    return {
        home: Contact(
            person,
            RoutingFacts(
                employer_uscc=employers[names[person]],
                residence_area=listed[home].area,
                list_union_id=listed[home].org_id,
            ),
        )
        for home, persons in unorganised.items()
        if (person := next((one for one in persons if names[one] in employers), None)) is not None
    }
