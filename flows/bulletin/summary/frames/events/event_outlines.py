"""An event or a programme of which only the name, the days and several hours are sure.

`Sabato 6 e domenica 7 febbraio c'è «Carnevale in piazza». Il programma è nella pagina.`
"""

from collections.abc import Iterator

from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.clauses.days import days_clause, days_of
from flows.bulletin.summary.clauses.hours import hours_clause
from flows.bulletin.summary.clauses.places import place_clause
from flows.bulletin.summary.frames.events.subject import kind_word
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.own_sentences.spans import periods
from flows.bulletin.summary.frames.prose.lines import is_cut
from flows.bulletin.summary.frames.times.days import Period
from flows.bulletin.summary.frames.titles.nouns import phrase_of, quoted, segmented, verb_of

_LONGEST, _MOST_DAYS, _SEVERAL = 60, 4, 2  # characters of a name, days that are named, hours of a programme
_FEW = 3  # words: no sentence


def by_first_sentence(notice: Notice) -> Iterator[str]:
    """`Sabato 10 aprile 2027, dalle 8:30 alle 12:30, in piazza Po c'è la giornata …`, as the page's first
    sentence tells all three; none where it tells two of one.
    """
    name = notice.title.strip(" .,;:!")
    first = notice.prose[0] if notice.prose else ""
    own = {
        slot: [told for told in notice.slots.get(slot, ()) if told.words in first]
        for slot in (Slot.when, Slot.hours, Slot.place)
    }
    if is_cut(name) or "?" in name or speaks(name) or any(len(told) != 1 for told in own.values()):
        return
    days = days_of(own[Slot.when][0].words)
    hours = hours_clause(own[Slot.hours][0].words)
    place = place_clause(own[Slot.place][0].words)
    phrase = segmented(name) or phrase_of(name)
    if days and days.role == "on" and hours and place and phrase:
        said = opened(f"{days_clause(own[Slot.when][0].words)}, {hours}, {place} {verb_of(phrase)} {phrase}.")
        yield f"{said} Condizioni e altri dettagli sono nella pagina."
        yield f"{said} Gli altri dettagli sono nella pagina."


def outlined(notice: Notice) -> Iterator[str]:
    """The outline; none of a title that is a sentence or tells a day, or without several hours."""
    yield from by_first_sentence(notice)
    name = notice.title.strip(" .,;:!")
    is_said = len(name.split()) > _FEW and speaks(name)
    if is_cut(name) or len(name) > _LONGEST or ":" in name or "?" in name or is_said or figures(name):
        return
    days = _days(notice)
    if not days or Slot.deadline in notice.slots or len(notice.slots.get(Slot.hours, ())) < _SEVERAL:
        return
    phrase = segmented(name) or phrase_of(name) or f"{kind_word(notice, name)} {quoted(name)}".strip()
    verb = verb_of(phrase)
    yield f"{opened(days)} {verb} {phrase}. Il programma è nella pagina."


def _days(notice: Notice) -> str:
    """`sabato 6 e domenica 7 febbraio`, `dal 3 al 7 giugno`; "" of several periods, or many days."""
    found = periods(notice)
    if len(found) == 1 and found[0].form in ("on", "span"):
        return found[0].words
    days = sorted((day for period in found for day in period.days), key=lambda day: (day.month, day.number))
    if not days or len(days) > _MOST_DAYS or any(period.form != "on" for period in found):
        return ""
    return Period("on", tuple(days), 0).words
