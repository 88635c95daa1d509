"""A page as phrases that can stand in a message: no labels, no lost line breaks, no capitals shouted."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from flows.bulletin.language.glue import unglued
from flows.bulletin.language.markup import parameter
from flows.bulletin.language.relative_days import resolved
from flows.bulletin.language.sentences import has_verb, split
from flows.bulletin.language.shorten import mended
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.language.titles import same, softened
from flows.bulletin.language.wholeness import is_for_machines
from flows.bulletin.summary.acts import is_stamp, operative
from flows.bulletin.summary.compress import without_preamble
from flows.bulletin.summary.occasions import occasions
from flows.bulletin.page.sections import Part
from flows.bulletin.summary.salience import ENTRY, factor, is_filler, lead_bonus, starts_plot

_LABEL = re.compile(r"^(?:Cos['’]è|Descrizione|Descrizione breve|Di cosa si tratta)[:.]?\s+(?=[^\Wa-z])")
_CAPITAL_LABEL = re.compile(r"^((?:[A-ZÀ-Ý]{2,}['’]?\s+){0,5}[A-ZÀ-Ý]{4,}['’]?)(?=\s*:|\s+[\da-zà-ù])")
_DAY_OR_MONTH = re.compile(
    r"\b(?:(?:LUNED|MARTED|MERCOLED|GIOVED|VENERD)(?:Ì|I['’])|SABATO|DOMENICA|GENNAIO|FEBBRAIO"
    r"|MARZO|APRILE|MAGGIO"
    r"|GIUGNO|LUGLIO|AGOSTO|SETTEMBRE|OTTOBRE|NOVEMBRE|DICEMBRE)(?!\w)"
)
_BARE_ACCENT = re.compile(r"\b([A-ZÀ-Ý]{2,})([AEIOU])['’](?=[\s.,;:!?]|$)")  # ATTIVITA', FINCHE'
_ACCENTS = {"A": "À", "E": "È", "I": "Ì", "O": "Ò", "U": "Ù", "CHE": "É"}
_SHOUTED_RUN = re.compile(
    r"\b[A-ZÀ-Ý]{3,}(?:['’]?[ -]+(?:[A-ZÀ-Ý]{1,2}['’]?[ ])?(?:[A-ZÀ-Ý]{1,12}['’])?[A-ZÀ-Ý]{2,}){2,}\b"
)
_SMALL_WORDS = """
    il lo la i gli le l di del dello della dei degli delle dell a al allo alla ai agli alle all da dal
    dalla in nel nella nell e ed o per con su sul sulla un una
"""
_SMALL = frozenset(_SMALL_WORDS.split())
_CALENDAR = re.compile(rf"{MONTH}|{WEEKDAY}|ore|dalle|alle|dal|del|dall|all", re.I)
_TORN_OFF = re.compile(r"\w\s\.\.\.$|\[(?:\.\.\.|…)\]$|\w…$|\b\w{1,3}\.\.\.$")
_LONGEST_LIST = 600
_FEW_NUMBERS = 6
_MOST = 80  # phrases read of one page
_KINDS: dict[str, float] = {"prose": 1.0, "how": 0.95, "when": 0.9, "where": 0.5, "cost": 0.9, "more": 0.4}


@dataclass(frozen=True)
class Unit:
    """A phrase of the page. `worth` scales what it tells, `bonus` is added for where it stands."""

    text: str
    worth: float
    bonus: float


def units(page: Sequence[Part], heading: str, forms: Mapping[str, str], published: date | None) -> list[Unit]:
    """The phrases of a page's prose in order; its title is not repeated, `domani` is written out."""
    phrases: list[Unit] = []
    in_plot = False
    has_hours = any(part.kind == "when" and occasions(part.text) for part in page)
    entries = 0  # of a programme
    place = 0  # among the phrases that tell something
    for kind, text, written in islice(_phrases(page, heading, forms), _MOST):
        in_plot = in_plot or starts_plot(text)
        worth = factor(text, place, in_plot, heading) * _KINDS[kind]
        if in_programme := ENTRY.match(text) is not None:
            entries += 1
        if in_programme and entries > 1:
            worth *= 0.5 if has_hours else 0.9
        first = 0.8 if in_programme and entries == 1 else 0.0
        phrases.append(Unit(resolved(text, published), worth, lead_bonus(written, place) + first))
        place += not is_filler(text)
    if len(phrases) > 1 and _TORN_OFF.search(phrases[-1].text):
        del phrases[-1]  # a teaser cut short by its site
    return [unit for unit in phrases if (" " in unit.text or unit.bonus > 1)]


def _is_table(text: str, *, of_days: bool) -> bool:
    """Whether a phrase is a row of a table that lost its lines: days and hours with hardly a word.

    `of_days`: it stands among "Date e orari", where a day alone is such a row, too.
    """
    numbers = re.findall(r"\d+(?:[.:,/]\d+)*", text)
    words = [word for word in re.findall(r"[^\W\d_]{3,}", text) if not _CALENDAR.fullmatch(word)]
    if len(numbers) < _FEW_NUMBERS:
        return of_days and bool(numbers) and not words and not re.search(r"\bdal|\bore\b", text, re.I)
    return not words or (len(words) * 1.5 < len(numbers) and not has_verb(text))


def sentences(text: str, forms: Mapping[str, str]) -> list[str]:
    """The sentences of plain text, each on one line and with balanced brackets."""
    tidy = (mended(_LABEL.sub("", parameter(softened(sentence, forms)))) for sentence in split(text))
    return [sentence for sentence in tidy if any(char.isalnum() for char in sentence)]


def _phrases(page: Sequence[Part], heading: str, forms: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Kind of part, phrase, and the phrase as the page writes it."""
    is_first = True
    for part in page:
        if part.kind not in ("prose", "how", "more") and not (
            part.kind == "when" and not occasions(part.text)
        ):
            continue
        for sentence in _with_lists(split(operative(part.text))):
            for piece in unglued(_LABEL.sub("", parameter(sentence))):
                spelled = accented(piece)
                text = _CAPITAL_LABEL.sub(lambda label: _lowered(label[0], forms), spelled)
                text = mended(_quieter(softened(text, forms), forms))
                text = without_preamble(text)
                text = text.capitalize() if _is_one_loud_word(text) else text
                text = text[0].upper() + text[1:] if ENTRY.match(text) else text
                repeats = is_first and same(text, heading)
                is_first = False
                is_idle = part.kind == "more" and not has_verb(piece)
                is_noise = is_idle or is_stamp(text) or _is_table(piece, of_days=part.kind == "when")
                if is_noise or is_for_machines(piece):
                    continue
                if not repeats and any(char.isalnum() for char in text):
                    yield part.kind, text, piece


def _with_lists(sentences: list[str]) -> Iterator[str]:
    """The sentences, each list in one with the words that announce it."""
    held = ""
    for sentence in sentences:
        held = f"{held} {sentence}" if held else sentence
        if not sentence.endswith((":", ";")) or len(held) > _LONGEST_LIST:
            yield held
            held = ""
    if held:
        yield held


def _is_one_loud_word(text: str) -> bool:
    """A film's title: `TWISTERS`."""
    return (
        text.isalpha()
        and text.isupper()
        and len(text) > 4
        and softened(f"{text} {text}", {}) != f"{text} {text}"
    )


def quiet(text: str, forms: Mapping[str, str]) -> str:
    """`text` without capitals that only shout, with accents for apostrophes: `MARTEDI' 24`, `ATTIVITA'`."""
    return _quieter(softened(accented(text), forms), forms)


def _quieter(text: str, forms: Mapping[str, str]) -> str:
    """Capitals amid a sentence as names (`al CINEMA TEATRO COMUNALE`), days and months in small letters."""
    text = re.sub(r"\bORE(?= \d)", "ore", text)
    text = _DAY_OR_MONTH.sub(lambda match: re.sub("i['’]$", "ì", match[0].lower()), text)
    return _SHOUTED_RUN.sub(lambda run: _quiet_run(run, forms), text)


def _quiet_run(run: re.Match[str], forms: Mapping[str, str]) -> str:
    """A name where it follows an article or a number; else words that the office only made loud."""
    before = re.search(r"([\w°]+)['’]?\s$", run.string[: run.start()])
    is_name = before is not None and (before[1].lower() in _SMALL or before[1][-1] in "°0123456789")
    if is_name:
        return re.sub(r"[^\W\d_]+", lambda word: _named(word[0], forms), run[0])
    return _lower(run[0], forms)


def _lower(text: str, forms: Mapping[str, str]) -> str:
    return re.sub(r"[^\W\d_]+", lambda word: forms.get(word[0].lower(), word[0].lower()), text)


def accented(text: str) -> str:
    """`ATTIVITA'` as `ATTIVITÀ`: typewriters had no capitals with accents."""
    return _BARE_ACCENT.sub(
        lambda match: match[1] + _ACCENTS["CHE" if match[1].endswith("CH") and match[2] == "E" else match[2]],
        text,
    )


def _named(word: str, forms: Mapping[str, str]) -> str:
    if word.lower() in _SMALL:
        return word.lower()
    return forms.get(word.lower(), word.capitalize()) if len(word) > 1 else word


def _lowered(label: str, forms: Mapping[str, str]) -> str:
    return softened(label, forms) if " " in label else label.capitalize()
