"""What to make of an office's title: its capitals, and whether a text already tells it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.spelling import is_word, lemma

_WORD = re.compile(r"\w+")
_BEYOND_LETTERS = re.compile("[^\x00-\u02ff]")  # no accent that combines stands before
_WORD_OR_INITIALS = re.compile(r"(?:\b[^\W\d_]\.){2,}|\w+")
_ROMAN = re.compile(r"(?=[MDCLXVI]{2})M*(C[MD]|D?C{0,3})(X[CL]|L?X{0,3})(I[XV]|V?I{0,3})")
_BEFORE_NAME = re.compile(
    r"\b((?:comune|città|frazione) di (?:san )?|(?:via|viale|piazza|piazzale)"
    r" (?:d[ae]ll?[aeo]? |san )?)([a-z])"
)
_BEFORE_TOWN = re.compile(r"\b((?:comune|città|frazione) di (?:san )?)([a-z])")
_NOT_ROMAN = frozenset({"DI", "MI", "CI", "LI", "VI"})  # words far more often than numbers
_ENDS_A_NAME = re.compile(  # `VIA ROMA IN OCCASIONE DELLA FIERA`, `VIA PO DALLE ORE 8`
    r"(?:in\s(?:occasione|data|corrispondenza|prossimità|località|zona|orario)|per|dall[ea]|causa|fino|tra|fra|nei"
    r"|il\sgiorno|durante|con)\b",
    re.I,
)
_STREETS = frozenset(["via", "viale", "piazza", "piazzale", "piazzetta", "corso", "largo", "vicolo"])
_PLACES = _STREETS | {"località", "frazione", "contrada", "borgata"}
COMMON_ENDINGS = (
    "ità",
    "età",
    "zione",
    "zioni",
    "mento",
    "menti",
    "ismo",
    "aggio",
    "tura",
    "ture",
)  # endings of common words
_LOUD = re.compile(r"[A-ZÀ-Ý]{2}|E/O")  # what no text without shouted words has
_AND_OR = Cued(r"\bE/O\b")
_LINKS = frozenset(["del", "sul", "sull", "sulla"])
_A_NAME, _OF = 3, frozenset(["dei", "del"])
_OF_A_COURSE = frozenset((" di ", " per", " su "))  # `CORSO DI PRIMO SOCCORSO`, and no street
_SINGLE = frozenset("AEÈIO")  # words of one letter: `ADOZIONE E DEPOSITO`
_LONG = 5  # letters: a shorter word in capitals alone may be an acronym that spells a word
_ACRONYM_WORDS = """
    IMU TARI TASI ISEE CIE SPID PEC URP COC ASL ATS CUP SUAP SUE ANPR AIRE CAF IRPEF ISTAT INPS ATA UE CRE
    AVIS FAQ PDF ISEE SAD RSA ENEL URL OSS GPL CUD PUA SPA
"""
_ACRONYMS = frozenset(_ACRONYM_WORDS.split())


_CAPITALS = re.compile(
    r"[«“\"][^»”\"]*[»”\"]|(?<!^)(?<!['’])\b[A-ZÀ-Ý][a-zà-ù]{3,}(?:\s(?:[a-z]{1,5}\s)?[A-ZÀ-Ý][a-zà-ù]{3,})*(?![\w'’.])"
)


_NAME_LENGTH = 60  # characters
_INVITING = re.compile(
    r"[^:;!?«»\"“”]{3,50}:\s(?:partecip(?:a|ate)|aiuta(?:ci|teci)|dicci|diteci|compila(?:te)?|scopri(?:te)?"
    r"|segnala(?:te)?|racconta(?:ci|teci)?|rispond(?:i|ete)|vota(?:te)?|scegli(?:ete)?|iscriv(?:iti|etevi)"
    r"|prenota(?:te)?|candida(?:ti|tevi)|propon(?:i|ete)|dona(?:te)?|di(?:te)? la (?:tua|vostra))"
    r"\s[^:;!?«»\"“”]{8,80}",
    re.I,
)


def casing(sentences: Iterable[str]) -> dict[str, str]:
    """How the text itself writes each word: `{"milano": "Milano", "scuola": "scuola"}`.

    The first word of a sentence says nothing of its own capital, nor does a sentence all in capitals.
    """
    forms: dict[str, str] = {}
    for sentence in sentences:
        if is_shouted(sentence):
            continue
        words = _WORD.findall(sentence)
        for place, word in enumerate(words[1:], start=1):
            if _is_loud(word) and any(
                _is_loud(beside) for beside in (words[place - 1], *words[place + 1 : place + 2])
            ):
                continue  # `FINCHE' NOTTE NON CI SEPARI` amid a sentence: capitals that say nothing
            key = word.lower()
            known = forms.get(key)
            if known is None or word.islower() or (known.isupper() and not word.isupper()):
                forms[key] = word
    return forms


def _is_loud(word: str) -> bool:
    return word.isupper()


def is_shouted(text: str) -> bool:
    """Whether at least two words stand there and every letter is a capital."""
    return text == text.upper() and sum(word.lower() != word for word in _WORD.findall(text)) >= 2


def softened(text: str, forms: Mapping[str, str]) -> str:
    """A text ALL IN CAPITALS as a sentence; names and acronyms as `forms` (see `casing`) writes them.

    Any other text comes back as it is: half a title in capitals is somebody's choice.
    """
    if not is_shouted(text):
        return text
    lowered = _WORD_OR_INITIALS.sub(lambda match: _softened_word(match[0], forms), text)
    lowered = _BEFORE_NAME.sub(lambda match: match[1] + match[2].upper(), lowered)
    return re.sub(r"(?:^|(?<!S\.P\.A)(?<!S\.R\.L)[.!?]\s+)\W*\w", lambda match: match[0].upper(), lowered)


def in_small(title: str, body: str) -> str:
    """A title without the capitals that its page does not use: `Bando Pubblico` over `il bando pubblico`.

    A short one may be a name (`Il Giovedì al Cinema`), and stays.
    """
    if len(title) <= _NAME_LENGTH:
        return title

    def small(run: re.Match[str]) -> str:
        if not run[0][0].isalpha():
            return run[0]  # a name between quotes
        is_used = run[0].lower() in body and re.search(
            rf"(?<![\w/.-]){re.escape(run[0].lower())}(?![\w/.-]*/|\w)", body
        )
        is_no_name = is_used and not re.search(rf"(?<!^)(?<![.!?:]\s){re.escape(run[0])}", body)
        return run[0].lower() if is_no_name else run[0]

    made = _CAPITALS.sub(small, title)
    return made[:1].upper() + made[1:]


def _softened_word(word: str, forms: Mapping[str, str]) -> str:
    if "." in word:
        return word  # `A.S.D.`
    if word.lower() in forms:
        return forms[word.lower()]
    is_roman = _ROMAN.fullmatch(word) is not None and word not in _NOT_ROMAN
    has_vowel = any(vowel in unicodedata.normalize("NFD", word) for vowel in "AEIOUY")
    return word if word in _ACRONYMS or is_roman or (len(word) > 2 and not has_vowel) else word.lower()


_STRESSED = frozenset({"SOLO", "SOLA", "OGNI", "TUTTI", "TUTTE", "MAI", "SENZA", "ENTRO"})  # of no acronym


def calmed(text: str, forms: Mapping[str, str]) -> str:
    """`text` with shouted words as one writes them: `graduatorie PROVVISORIE`, `FESTA A BRESSANVIDO`.

    Words of a dictionary become small, others names; acronyms, Roman numbers and what `forms` (see `casing`)
    writes otherwise stay. Among capitals short words count, too; alone they may be acronyms.
    """
    if not _LOUD.search(text):
        return text
    text = _AND_OR.sub("e/o", text)
    words = list(_WORD_OR_INITIALS.finditer(text))
    loud = [_is_shouted_word(match[0]) for match in words]
    parts, at, after_name, in_street = [], 0, False, False
    for place, match in enumerate(words):
        word = match[0]
        is_sixth = word == "VI" and place and words[place - 1][0].istitle()  # `Area VI`
        if is_sixth or (not loud[place] and len(word) > 1):
            after_name = in_street = False
            continue
        beside = [near for near in (place - 1, place + 1) if 0 <= near < len(words)]
        is_elided = text[match.end() : match.end() + 1] in ("'", "’")
        if (
            (word in _SINGLE or (is_elided and word in "LD"))
            and len(beside) == 2
            and text[match.end() : match.end() + 1] != "/"  # `A/1, A/8 e A/9`: of a class
            and all(loud[near] or words[near][0].isdecimal() for near in beside)
        ):
            parts += [text[at : match.start()], word.lower()]
            at = match.end()
            continue
        beside += [near for near in (place - 2, place + 2) if 0 <= near < len(words)]
        in_run = any(loud[near] for near in beside)
        after_name = after_name and not text[: match.start()].rstrip().endswith((":", ";", "-", "–", ","))
        if not loud[place] or (not in_run and len(word) < _LONG and word not in _STRESSED):
            after_name = in_street = False
            continue
        is_elided = text[match.end() : match.end() + 1] in ("'", "’")
        follows = not (_is_verb(word) or _ENDS_A_NAME.match(text, match.start()))  # `via ROMA CHIUDE`
        after_name, in_street = after_name and follows, in_street and follows
        in_street = in_street and not text[: match.start()].rstrip().endswith((",", ";", "-", "–", ".", ":"))
        in_brackets = (
            text[match.start() - 1 : match.start()] == "(" and text[match.end() : match.end() + 1] == ")"
        )
        if is_elided:
            calm = word.lower()
        elif in_brackets and len(word) <= _LONG:
            calm = word
        else:
            calm = _calm(word, forms, is_alone=not in_run, after_name=after_name or in_street)
            if not in_run and len(word) > 3 and place > 1 and _is_surname(text, words, place):
                calm = word.capitalize()  # `Maria Grazia RUSSO`
            if place and words[place - 1][0].lower() in _STREETS and calm.islower() and len(calm) == _A_NAME:
                calm = calm if calm in _OF else calm.capitalize()  # `via Pio XII`, `via Don Bosco`
        if calm.islower() and _is_by_a_river(words, place):
            calm = calm.capitalize()
        is_course = word.lower() == "corso" and text[match.end() : match.end() + 4].lower() in _OF_A_COURSE
        in_street = in_street or (word.lower() in _PLACES and not is_course)
        goes_on = after_name and word.lower() in _LINKS  # `Bassano del Grappa`
        after_name = goes_on or (calm[:1].isupper() and not calm.isupper() and not is_word(word.lower()))
        if _opens(text, match.start()):
            calm = calm[:1].upper() + calm[1:]
        parts += [text[at : match.start()], calm]
        at = match.end()
    calm = "".join((*parts, text[at:]))
    calm = _FIRM.sub(lambda firm: f"{firm['kind']} {firm['name'].title()}", calm) if parts else calm
    return _BEFORE_TOWN.sub(lambda match: match[1] + match[2].upper(), calm) if parts else calm


def _is_surname(text: str, words: Sequence[re.Match[str]], place: int) -> bool:
    """Whether two names stand right before a word, as before a surname in capitals."""
    first, second = words[place - 2], words[place - 1]
    between = text[first.end() : second.start()], text[second.end() : words[place].start()]
    return between == (" ", " ") and all(name[0].istitle() and len(name[0]) > 2 for name in (first, second))


def _is_by_a_river(words: Sequence[re.Match[str]], place: int) -> bool:
    """Whether a word is a town's that its river tells from others: `TEZZE SUL BRENTA`."""
    follow = [match[0].lower() for match in words[place + 1 : place + 3]]
    return len(follow) > 1 and follow[0] in ("sul", "sull", "sulla") and not is_word(follow[1])


def _is_verb(word: str) -> bool:
    return lemma(word.lower()).endswith(("are", "ere", "ire"))


def _is_shouted_word(word: str) -> bool:
    return word.isupper() and len(word) > 1 and "." not in word and not any(char.isdigit() for char in word)


def _calm(word: str, forms: Mapping[str, str], *, is_alone: bool, after_name: bool) -> str:
    low = word.lower()
    if low in forms and not forms[low].isupper():
        return forms[low]
    soft = _softened_word(word, {})
    if soft == word or is_word(low) or low.endswith(COMMON_ENDINGS):
        return word.capitalize() if after_name and len(word) > 3 and soft != word else soft
    return word if is_alone or len(word) < 4 else word.capitalize()


def _opens(text: str, start: int) -> bool:
    """Whether a sentence or a quoted name begins there."""
    before = text[:start].rstrip("«“\"'‘(")
    ends = before.rstrip().endswith((".", "!", "?")) and _INITIALS_END.search(before.rstrip()) is None
    return not before.strip() or ends or text[start - 1 : start] in '«“"'


_FIRM = re.compile(  # `LA SOCIETÀ ACQUE NOSTRE S.P.A.`
    r"\b(?P<kind>società|ditta) (?P<name>(?:[a-zà-ù]{3,} ){1,3})(?=S\.?P\.?A\b|S\.?R\.?L\b)"
)
_INITIALS_END = re.compile(r"(?:\.[A-Z]|\b[sS]\.(?:[pP]\.[aA]|[rR]\.[lL]))\.$")  # `GORI S.P.A. HA COMUNICATO`
_YEAR = re.compile(r"20\d\d")


def is_told(title: str, text: str) -> bool:
    """Whether the text names the title's matter by itself: most of its words stand there, by their stem."""
    stems = {_stem(word) for word in _WORD.findall(title) if len(word) > 3 or word.isdigit()}
    stems = {
        stem for stem in stems if not _YEAR.fullmatch(stem)
    } or stems  # a season's, as an office seldom says
    present = {_stem(word) for word in _WORD.findall(text)}
    return len(stems & present) >= 0.6 * len(stems)


def same(title: str, other: str) -> bool:
    """Whether two titles differ only in case, accents, punctuation and spaces."""
    return folded(title) == folded(other)


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """The bare words of a text, to compare by: lower case, no accents, no punctuation."""
    if text.isascii():
        return " ".join(_WORD.findall(text.lower()))
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return " ".join(_WORD.findall(_BEYOND_LETTERS.sub(_uncombined, decomposed)))


def _uncombined(match: re.Match[str]) -> str:
    return "" if unicodedata.combining(match[0]) else match[0]


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    return folded(word)[:4]  # chiusura, chiude, chiusa


def invites(title: str) -> bool:
    """Whether it names a thing and asks its reader to do something: `PUG: partecipa alla consultazione`."""
    return _INVITING.fullmatch(title.strip(" .")) is not None
