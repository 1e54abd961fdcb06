"""How households look: one block of 40 households and 112 persons, repeated.

Person `i` stands in block `i // 112` at slot `i % 112`; household `block * 40 + number`. So any person of any town can be
made alone, without counting through the others, and proportions are the same for every size.
"""

from __future__ import annotations

from dataclasses import dataclass

HOUSEHOLDS = 40


@dataclass(frozen=True)
class Slot:
    """
    One person of the block. The head's age is `low` + something below `span`; the others' ages follow from the head's:
    head's age − `gap` − something below `gap_span`. `mate` is the slot of the wife or husband.
    """

    slot: int
    household: int
    shape: str
    relation: str
    kin: str
    sex: str | None
    low: int
    span: int
    gap: int
    gap_span: int
    mate: int | None


# kin: relation, sex of those whose sex the shape fixes, years younger than the head, spread of it
_KIN = {
    "man": ("head", "M", 0, 1),
    "woman": ("head", "F", 0, 1),
    "adult": ("head", None, 0, 1),
    "wife": ("spouse", "F", 0, 5),
    "child": ("child", None, 24, 7),
    "second": ("child", None, 29, 4),
    "daughter": ("child", "F", 26, 1),
    "father": ("parent", "M", -29, 8),
    "mother": ("parent", "F", -28, 8),
}

# shape, how many in a block, youngest head, spread of the head's age, members
_SHAPES = (
    ("single-man", 1, 22, 28, ("man",)),
    ("single-woman", 1, 22, 28, ("woman",)),
    ("single", 4, 22, 28, ("adult",)),
    ("couple", 4, 25, 34, ("man", "wife")),
    ("one-child", 10, 27, 26, ("man", "wife", "child")),
    ("two-children", 4, 30, 20, ("man", "wife", "child", "second")),
    ("with-mother", 4, 28, 25, ("man", "wife", "child", "mother")),
    ("with-parents", 3, 28, 25, ("man", "wife", "child", "father", "mother")),
    ("three-generations", 1, 32, 18, ("man", "wife", "child", "second", "father", "mother")),
    ("single-parent", 2, 30, 20, ("woman", "child")),
    # These two are one family: the husband keeps his own household number, the wife stands in her parents' book.
    ("husband-apart", 1, 26, 7, ("man",)),
    ("wife-in-her-parents-book", 1, 51, 7, ("man", "wife", "daughter")),
    ("old-couple", 3, 62, 26, ("man", "wife")),
    ("old-single", 1, 64, 26, ("adult",)),
)


def block() -> list[Slot]:
    """The slots of one block, in order."""
    slots: list[Slot] = []
    household = 0
    for shape, count, low, span, members in _SHAPES:
        for _ in range(count):
            first = len(slots)
            for kin in members:
                relation, sex, gap, gap_span = _KIN[kin]
                slot = len(slots)
                mate = {"man": first + 1, "wife": first}.get(kin) if "wife" in members else None
                slots.append(Slot(slot, household, shape, relation, kin, sex, low, span, gap, gap_span, mate))
            household += 1
    assert household == HOUSEHOLDS
    husband = next(slot.slot for slot in slots if slot.shape == "husband-apart")
    daughter = next(slot.slot for slot in slots if slot.kin == "daughter")
    mates = {husband: daughter, daughter: husband}
    return [Slot(**{**vars(slot), "mate": mates.get(slot.slot, slot.mate)}) for slot in slots]


def first_household(shape: str, nth: int = 0) -> int:
    """Number inside the block of the `nth` household of that shape."""
    return sorted({slot.household for slot in block() if slot.shape == shape})[nth]


def first_slot(shape: str, nth: int = 0) -> int:
    """Slot of the head of the `nth` household of that shape."""
    household = first_household(shape, nth)
    return min(slot.slot for slot in block() if slot.household == household)
