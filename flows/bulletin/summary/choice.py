"""Which phrases fill a slot best: what they tell, weighed, in the room there is."""

from collections.abc import Sequence
from dataclasses import dataclass

_BUCKET = 14  # UTF-16 units: of texts about as long only the best go on
_KEPT = 3
A_PHRASE, A_UNIT = 0.2, 0.006  # what a phrase and each unit of its length must earn
A_TITLE_ALONE = 0.5  # a phrase that tells at least this much goes with a title that would stand alone
TWICE = 0.25  # what a citizen reads twice costs this part of its worth


@dataclass(frozen=True)
class Option:
    """One form of one phrase: its text, its length, what it tells (bits of a mask), how far to trust it
    (`worth`, about 1) and what it is worth beside what it tells. `is_fact`: it belongs to the facts line;
    `names`: it says what all is about."""

    text: str
    length: int
    tells: int
    worth: float
    bonus: float
    is_fact: bool = False
    names: bool = False


@dataclass(frozen=True)
class _State:
    chosen: tuple[Option, ...]
    length: int
    mask: int
    score: float


def best(groups: Sequence[Sequence[Option]], weights: Sequence[float], limit: int) -> list[Option]:
    """At most one option a group, in the groups' order, that together tell most within `limit` units.

    What is told twice counts once; each unit of length costs a little, so that nothing empty is added.
    `weights[i]` is the worth of bit `i`. A beam search: same input, same answer.
    """
    worth = _Worth(weights)
    states = [_State((), 0, 0, 0.0)]
    for options in groups:
        grown = list(states)
        for state in states:
            for option in options:
                length = state.length + option.length + (1 if state.chosen else 0)
                if length > limit:
                    continue
                new = option.tells & ~state.mask
                score = state.score + option.worth * worth(new) + option.bonus
                score -= A_PHRASE + A_UNIT * option.length + TWICE * worth(option.tells & state.mask)
                grown.append(_State((*state.chosen, option), length, state.mask | option.tells, score))
        states = _pruned(grown)
    return list(max(states, key=lambda state: (state.score, -state.length)).chosen)


def telling_most(
    options: Sequence[Option], lead: Option, weights: Sequence[float], limit: int
) -> list[Option]:
    """The one option that tells most beside `lead` and still fits with it, whatever its length costs."""
    worth = _Worth(weights)
    fitting = [option for option in options if lead.length + 1 + option.length <= limit]
    gains = [option.worth * worth(option.tells & ~lead.tells) for option in fitting]
    place = max(range(len(fitting)), key=lambda place: gains[place], default=None)
    return [] if place is None or gains[place] < A_TITLE_ALONE else [fitting[place]]


def _pruned(states: list[_State]) -> list[_State]:
    buckets: dict[int, list[_State]] = {}
    for state in sorted(states, key=lambda state: (-state.score, state.length)):
        held = buckets.setdefault(state.length // _BUCKET, [])
        if len(held) < _KEPT:
            held.append(state)
    return [state for held in buckets.values() for state in held]


class _Worth:
    def __init__(self, weights: Sequence[float]) -> None:
        self._weights = weights
        self._sums: dict[int, float] = {0: 0.0}

    def __call__(self, mask: int) -> float:
        if mask not in self._sums:
            low = mask & -mask
            self._sums[mask] = self._weights[low.bit_length() - 1] + self(mask ^ low)
        return self._sums[mask]
