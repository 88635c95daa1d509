"""What competes for a slot: the title, the phrases of the prose, the phrases of the facts line."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.relative_days import is_relative
from flows.bulletin.language.signals import ACT
from flows.bulletin.language.titles import is_told
from flows.bulletin.summary.choice import Option
from flows.bulletin.summary.compress import variants
from flows.bulletin.summary.facts_line import phrases
from flows.bulletin.page.sections import Part
from flows.bulletin.summary.phrases import Unit, quiet
from flows.bulletin.summary.salience import Salience, points_back

_WEIGHED = 16  # phrases of prose that compete: the worthiest of the page
_STANDS = 0.2  # a phrase that fits is worth a little by itself
_BESIDE = -1.0  # a phrase beside the office's own description must tell something of weight
_MOOD = 0.3
_SENTENCE = 60  # characters: a heading is shorter
_FIELDS = {"when": 1.5, "where": 2.0, "audience": 0.6, "cost": 0.8, "info": 0.5, "matter": 2.0}


class Candidates:
    """The phrases of one page, what each tells, and how much that is worth."""

    def __init__(
        self,
        heading: str,
        described: Sequence[Unit],
        units: Sequence[Unit],
        page: Sequence[Part],
        forms: Mapping[str, str],
    ) -> None:
        self.heading = heading
        self.title = ended(heading[:1].upper() + heading[1:])
        self._salience = Salience(heading, [unit.text for unit in units])
        if described:
            units = [replace(unit, bonus=_BESIDE) for unit in units]  # the office has said what leads
        self._described = (
            list(described) if is_told(heading, " ".join(unit.text for unit in described)) else []
        )
        everything = [*described, *units]
        standing = [self._standing(unit) for unit in everything]
        worthiest = sorted(range(len(everything)), key=lambda place: (-standing[place], place))[:_WEIGHED]
        weighed = [everything[place] for place in sorted(worthiest)]
        self.left_out = [unit for unit in weighed if is_relative(unit.text)]
        self.leading = [*(described or units[:1]), *(everything[place] for place in worthiest[:1])]
        self._units = [unit for unit in weighed if not is_relative(unit.text)] or weighed
        self._fields = [
            [replace(phrase, text=quiet(phrase.text, forms)) for phrase in field] for field in phrases(page)
        ]

    @property
    def weights(self) -> Sequence[float]:
        """The worth of each bit that the options tell."""
        return self._salience.weights

    def options(self, limit: int) -> list[list[Option]]:
        """The title, each phrase of prose and each of the facts line, in every form that fits."""
        fields = [
            [self._option(phrase.text, phrase.worth, 0.0, phrase.field, is_fact=True) for phrase in field]
            for field in self._fields
        ]
        whens = [
            option.tells
            for phrase, option in zip(chain(*self._fields), chain(*fields), strict=True)
            if phrase.field == "when"
        ]
        places = {
            phrase.text.removeprefix("Indirizzo: ").casefold()
            for phrase in chain(*self._fields)
            if phrase.field == "where"
        }
        prose = [
            [
                replace(
                    self._option(
                        text,
                        unit.worth * quality,
                        (self._bonus(unit, text) + _STANDS) * quality,
                        self._needless(unit, text, whens, places),
                    ),
                    names=names,
                )
                for text, quality in variants(unit.text, limit)
            ]
            for unit in self._units
            for names in [self._names(unit)]
        ]
        title = [
            [
                replace(self._option(text[:1].upper() + text[1:], quality, 0.0, "matter"), names=True)
                for text, quality in variants(self.heading, limit)
            ]
        ]
        return [*title, *prose, *fields]

    def _standing(self, unit: Unit) -> float:
        return unit.bonus + unit.worth * self._salience.value(self._salience.mask(unit.text))

    def _bonus(self, unit: Unit, text: str) -> float:
        """A first phrase that tells nothing of the title's matter, or nothing else, leads nowhere."""
        is_mood = len(unit.text) > _SENTENCE and self._salience.mask(unit.text) & self._salience.matter == 0
        repeats = is_told(ACT.sub("", text), self.heading)  # hardly a word that the title has not
        return unit.bonus * (_MOOD if is_mood or (repeats and unit.bonus > 0) else 1.0)

    def _names(self, unit: Unit) -> bool:
        is_lead = unit in self.leading[:1] and not points_back(unit.text, self.heading)
        return is_lead or unit in self._described or is_told(self.heading, unit.text)

    def _needless(self, unit: Unit, text: str, whens: Sequence[int], places: set[str]) -> str:
        """What a phrase of prose makes needless: fields of the facts line, the title."""
        needless = []
        calendar = self._salience.calendar
        mask = self._salience.mask(text)
        if any(when & calendar and when & calendar & ~mask == 0 for when in whens):
            needless.append("when")
        low = text.casefold()
        if any(part in low for place in places for part in place.split(", ")):
            needless.append("where")
        if unit in self._described or is_told(self.heading, text):
            needless.append("matter")
        return " ".join(needless)

    def _option(
        self, text: str, worth: float, bonus: float, fields: str = "", *, is_fact: bool = False
    ) -> Option:
        extra = tuple((f"field {field}", _FIELDS[field]) for field in fields.split())
        text = ended(text[:1].upper() + text[1:] if is_fact else text)
        return Option(text, utf16(text), self._salience.mask(text, extra), worth, bonus, is_fact)


def ended(text: str) -> str:
    """`text` closed by a mark; a list or an announcement that goes on in the page says so."""
    text = text.rstrip(" ,")
    if text.endswith((";", ":")):
        return f"{text[:-1]}…"
    is_closed = text.rstrip("\"”»’')] ")[-1:] in tuple(".!?…")
    return text if is_closed or not text else f"{text}."
