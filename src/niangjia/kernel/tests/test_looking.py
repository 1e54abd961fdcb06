"""What a page asks twice is read once, while it is made and no longer."""

import pytest

from niangjia.kernel import looking
from niangjia.kernel.problems import Refusal


class Missing(Refusal):
    def __init__(self):
        super().__init__("没有。", "There is none.")


@pytest.fixture
def asked():
    return []


@pytest.fixture
def name_of(asked):
    @looking.once
    def name_of(number, *, language="zh"):
        asked.append((number, language))
        if number == 0:
            raise Missing
        return f"{number}-{language}"

    return name_of


@pytest.fixture
def names_of(asked):
    @looking.once_each
    def names_of(numbers):
        asked.append(sorted(numbers))
        return {number: str(number) for number in numbers if number < 10}

    return names_of


def test_a_look_asks_once_and_the_next_look_anew(asked, name_of):
    for _ in range(2):
        with looking.look():
            assert name_of(1) == name_of(1) == "1-zh"
            assert name_of(1, language="en") == "1-en"
    assert asked == [(1, "zh"), (1, "en")] * 2


def test_outside_of_a_look_everything_is_read_when_it_is_asked_for(asked, name_of, names_of):
    assert not looking.is_one()
    assert name_of(1) == name_of(1) and names_of([1]) == names_of([1])
    looking.know(name_of, 1, answer="of another time")
    assert name_of(1) == "1-zh" and len(asked) == 5


def test_a_refusal_is_not_kept(asked, name_of):
    with looking.look():
        for _ in range(2):
            with pytest.raises(Missing):
                name_of(0)
    assert len(asked) == 2


def test_of_several_only_those_not_asked_for_yet_are_read_and_what_is_not_there_is_not_asked_for_again(asked, names_of):
    with looking.look():
        assert names_of([1, 2, 11]) == {1: "1", 2: "2"}
        assert names_of([2, 3, 11]) == {2: "2", 3: "3"}
        assert names_of([11]) == {} == names_of([])
    assert asked == [[1, 2, 11], [3]]


def test_what_came_along_with_something_else_is_not_asked_for(asked, name_of, names_of):
    with looking.look():
        looking.know(name_of, 7, answer="seven")
        looking.know_each(names_of, {7: "seven"})
        assert name_of(7) == "seven" and names_of([7, 8]) == {7: "seven", 8: "8"}
    assert asked == [[8]]


def test_a_look_that_breaks_off_is_forgotten(name_of):
    with pytest.raises(ZeroDivisionError), looking.look():
        name_of(1)
        raise ZeroDivisionError
    assert not looking.is_one()
