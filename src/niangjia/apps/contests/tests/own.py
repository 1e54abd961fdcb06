"""The county of the tests has its own version of every contest of the house: a pack is set up by the union of its area alone."""

from __future__ import annotations

import yaml
from django.conf import settings

from niangjia.kernel.deployment import programs_folder


def adopt_all() -> None:
    """As files of the deployment that is open."""
    settings.DEPLOYMENT.contests.mkdir(exist_ok=True)
    for path in sorted((programs_folder() / "contests").glob("*.yaml")):
        given = yaml.safe_load(path.read_text(encoding="utf-8")) | {"area": "330624", "issuer": "新昌县总工会"}
        text = yaml.safe_dump(given, allow_unicode=True, sort_keys=False)
        (settings.DEPLOYMENT.contests / f"330624-{given['id']}.yaml").write_text(text, encoding="utf-8")
