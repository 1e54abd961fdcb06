"""The edge where the clock is read."""

from __future__ import annotations

import os
from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The present instant; ``NIANGJIA_NOW`` (ISO 8601) replaces it in demos and drills of a demo deployment."""
    from django.conf import settings

    given = os.environ.get("NIANGJIA_NOW")
    if given and settings.DEPLOYMENT is not None and settings.DEPLOYMENT.is_demo:
        moment = datetime.fromisoformat(given)
        return moment if moment.tzinfo else timezone.make_aware(moment)
    return timezone.now()
