from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.bulletin.summary.choice import Option, best

WEIGHTS = [3.0, 2.0, 1.0, 0.5]
OPTIONS = st.builds(
    lambda length, tells: Option(f"{length}/{tells}", length, tells, 1.0, 0.0),
    st.integers(1, 60),
    st.integers(0, 15),
)


@settings(deadline=None)
@given(st.lists(st.lists(OPTIONS, max_size=3), max_size=5), st.integers(0, 120))
def test_a_choice_fits_and_takes_one_form_of_a_phrase(groups: list[list[Option]], limit: int) -> None:
    chosen = best(groups, WEIGHTS, limit)
    assert sum(option.length for option in chosen) + max(len(chosen) - 1, 0) <= limit
    assert any(
        all(option in (None, *group) for option, group in zip(picked, groups, strict=True))
        for picked in product(*([None, *group] for group in groups))
        if [option for option in picked if option] == chosen
    )


def test_what_is_told_twice_counts_once() -> None:
    day = Option("Il 3 marzo.", 11, 0b0001, 1.0, 0.0)
    again = Option("Il 3 marzo in piazza.", 21, 0b0011, 1.0, 0.0)
    hour = Option("Alle ore 21.", 12, 0b0100, 1.0, 0.0)
    assert best([[day], [again], [hour]], WEIGHTS, 100) == [again, hour]


def test_nothing_empty_is_added() -> None:
    assert best([[Option("Una bella serata per tutti.", 27, 0, 1.0, 0.0)]], WEIGHTS, 100) == []
