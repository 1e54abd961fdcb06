"""What is sealed is opened by one action, which asks whether the matter is still with the viewer."""

from pathlib import Path

from niangjia.portals import officer

SEALED = ("registry.reveal(", "registry_actions.reveal(", "record_opening(", "open_for_payment(", "unseal(")


def test_no_page_opens_a_sealed_field_past_the_cases():
    pages = Path(officer.__file__).parents[1]
    found = [
        f"{path.name}: {word}"
        for path in pages.rglob("*.py")
        if "tests" not in path.parts
        for word in SEALED
        if word in path.read_text(encoding="utf-8")
    ]
    assert found == []
