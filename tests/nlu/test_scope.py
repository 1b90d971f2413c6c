"""Whether a message is about what the bot covers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.scope import Evidence, Scope

SCORES = st.floats(-1, 2)
INSIDE = [Evidence(0.9, 1.2, 0.0), Evidence(0.7, 1.0, 0.1), Evidence(0.6, 0.9, 0.05)]
OUTSIDE = [Evidence(0.1, 0.3, 0.8), Evidence(0.05, 0.2, 0.9), Evidence(0.2, 0.4, 0.5)]


def test_a_plain_question_is_inside_and_a_plain_stranger_outside() -> None:
    assert Scope().probability(Evidence(0.9, 1.2, 0.0)) > 0.9
    assert Scope().probability(Evidence(0.05, 0.1, 0.9)) < 0.1


def test_nothing_at_all_is_not_taken_for_a_question() -> None:
    assert Scope().probability(Evidence(0, 0, 0)) < 0.5


@given(SCORES, SCORES, SCORES)
def test_it_is_a_probability(top: float, near: float, outside: float) -> None:
    assert 0 <= Scope().probability(Evidence(top, near, outside)) <= 1


@given(SCORES, SCORES, SCORES, st.floats(0, 1))
def test_more_likeness_to_topics_never_lessens_it_and_more_to_strangers_never_raises_it(
    top: float, near: float, outside: float, more: float
) -> None:
    scope = Scope()
    here = scope.probability(Evidence(top, near, outside))
    assert scope.probability(Evidence(top + more, near, outside)) >= here
    assert scope.probability(Evidence(top, near + more, outside)) >= here
    assert scope.probability(Evidence(top, near, outside + more)) <= here


def test_what_was_learnt_tells_the_examples_apart() -> None:
    scope = Scope.fit(INSIDE, OUTSIDE)
    assert all(scope.probability(item) > 0.5 for item in INSIDE)
    assert all(scope.probability(item) < 0.5 for item in OUTSIDE)
    assert scope.outside < 0 < scope.top


def test_the_order_of_the_examples_does_not_matter() -> None:
    one, other = Scope.fit(INSIDE, OUTSIDE), Scope.fit(INSIDE[::-1], OUTSIDE[::-1])
    assert one.as_dict() == pytest.approx(other.as_dict(), rel=1e-2)


def test_a_few_strangers_weigh_as_much_as_many_questions() -> None:
    many = Scope.fit(INSIDE * 50, OUTSIDE[:1])
    assert many.probability(OUTSIDE[0]) < 0.5


def test_the_weights_survive_a_file() -> None:
    scope = Scope.fit(INSIDE, OUTSIDE)
    again = Scope(**json.loads(json.dumps(scope.as_dict())))
    assert again == scope
    assert again.probability(INSIDE[0]) == scope.probability(INSIDE[0])


@pytest.mark.parametrize(("inside", "outside"), [(INSIDE, []), ([], OUTSIDE)])
def test_from_one_kind_alone_nothing_can_be_learnt(inside: list[Evidence], outside: list[Evidence]) -> None:
    with pytest.raises(ValueError, match="2 classes"):
        Scope.fit(inside, outside)
