"""How much each phrase of a page matters to a citizen, as bits and weights for the choice."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from flows.bulletin.language.sentences import has_verb
from flows.bulletin.language.signals import ACT, signals
from flows.bulletin.language.titles import folded, is_shouted

_QUOTED = re.compile(
    r"\b(?:ha |hanno )?(?:dichiara\w*|spiega\w*|afferma\w*|sottolinea\w*|commenta\w*|aggiun\w+"
    r"|conclude\w*|ribadi\w+)\b.*[«“\"]|^[«“]|[»”]$|^Ritengo",
    re.I,
)
_BIOGRAPHY = re.compile(
    r"\b(?:nat[oa] (?:a|nel)|class[ei] [‘'’]?\d{2}|laure\w+|carriera|esordi\w+|dottorato"
    r"|diplomat\w+|biografi\w+|vincitric?\w+|pubblicat\w+ nel)\b|\b(?:1[5-9]\d\d|20[01]\d)\b"
)
_PAST = re.compile(
    r"\b(?:scors[oaie]|avev\w+|er[ao] stat\w+|negli anni|nel corso degli anni|si è tenut\w|si"
    r" sono tenut\w|in passato|hanno avuto)\b",
    re.I,
)
_PLOT = re.compile(r"^(?:Trama|Sinossi|Soggetto|Cast|Regia)\b|\b(?:C['’]era una volta)\b", re.I)
_SIGNATURE = re.compile(
    r"\b(?:LA|IL) (?:RESPONSABILE|SINDAC[OA]|DIRIGENTE|SEGRETARIO)\b|firmato digitalmente"
    r"|^(?:Dott|Ing|Arch|Geom)\.|^[A-Z]\w+, (?:li |lì )?\d",
    re.I,
)
_EMPTY = re.compile(
    r"^(?:Vi aspettiamo|Ma non finisce|Di seguito|Ecco"
    r"|Si allega|In allegato|Scarica|Clicca|Perché )",
    re.I,
)
_RANKING = re.compile(r"(?:la graduatoria|le graduatorie|l['’]elenco|gli esiti|i risultati)\b", re.I)
_MORE = re.compile(r"(?:Per )?(?:maggiori|ulteriori|altre) info\w*", re.I)
_OFFICE = re.compile(
    r"(?:a cura d|in collaborazione|con il (?:contributo|patrocinio|sostegno)|progetto \w"
    r"|promoss|organizzat|rassegna\b)",
    re.I,
)
_CONDITION = re.compile(r"(?:Qualora|Se |Nel caso|In caso|In tal caso)", re.I)
_OF_SOME = re.compile(r"(?:Chi non|Per chi non|Coloro che non)\b", re.I)
_DECISIVE = 8.0  # a title that says `rinviato`: a text without it is false
LEAD = 1.7  # the first phrase of a page names its matter
_HARD = frozenset(
    {"date", "time", "money", "phone", "email", "period", "age", "month", "weekday", "state", "free"}
)
_FULL_DATE = re.compile(r"\d{1,2}[/.]\d{1,2}[/.]20\d\d")
_GENERIC = re.compile(
    r"(?:INFO|PROGRAMMA|CONTATTI|COST[IO]|ISCRIZION|PREISCRIZION|PRENOTAZION|DOVE|QUANDO"
    r"|RITROVO|PARTENZ|ORARI|REQUISIT|DESTINATARI|CONDIZION"
    r"|MODALIT|TERMIN|SCAD|INGRESSO|LUOGO|DOCUMENT|ALLEGAT|AVVISO|OGGETTO|SI |CHI|COME|COSA|PREMESS)",
    re.I,
)
_POINTING = re.compile(
    r"\b(?:suddett\w+|predett\w+|sopra\w+|^Tal[ei] |^Ess[aoie] |quest['’]ultim\w|tal[ei]"
    r" (?:misura|iniziativa|servizio))|^(?:Chi|Se) (?:non )?l[oaie] \w",
    re.I,
)
ENTRY = re.compile(r"(?:dalle |alle )?ore \d", re.I)
_WHO = re.compile(
    r"\b(?:[Cc]on|[Dd]i|[Dd]a|l['’]autore|l['’]autrice|artista|scrittore|scrittrice|relator\w+)\s+"
    r"([A-ZÀ-Ý][a-zà-ù]+(?:\s(?:[Dd]e|[Dd]i|[Dd]el))?\s[A-ZÀ-Ý][a-zà-ù]{2,})"
)
_STOP_WORDS = """
    della dello delle degli alla alle agli dalla dalle nella nelle sono come anche essere comune
    comunale questo questa presso tutti tutte loro ogni entro fino dopo quale quali possono viene dell
    all dall nell con per che non
"""
_STOP = frozenset(_STOP_WORDS.split())


class Salience:
    """Gives every told thing a bit and a weight."""

    def __init__(self, title: str, texts: list[str]) -> None:
        self._bits: dict[str, int] = {}
        self.weights: list[float] = []
        stems = list(dict.fromkeys(_stems(title)))
        keys = {signal.key for signal in signals(title)}
        self._decisive = {key for key in keys if key.startswith(("state", "closed"))}
        self._title = stems
        self._topic = {stem: min(1.0, 4.0 / len(stems)) for stem in stems}
        often = Counter(stem for text in texts for stem in set(_stems(text)))
        for stem, count in often.most_common(12):
            if count >= 3 and stem not in self._topic:
                self._topic[stem] = 0.25

    def mask(self, text: str, extra: tuple[tuple[str, float], ...] = ()) -> int:
        """The bits of what `text` tells, and of `extra` keys and weights."""
        bits = 0
        for key, weight in (*self._matters(text), *extra):
            if key not in self._bits:
                self._bits[key] = len(self.weights)
                self.weights.append(0.0)
            place = self._bits[key]
            self.weights[place] = max(self.weights[place], weight)
            bits |= 1 << place
        return bits

    @property
    def calendar(self) -> int:
        """The bits of days and hours."""
        return sum(1 << bit for key, bit in self._bits.items() if key.startswith(("date ", "time ")))

    @property
    def matter(self) -> int:
        """The bits of the title's words, of days, hours, prices and states."""
        kinds = (
            *(f"topic {stem}" for stem in self._title),
            "date ",
            "time ",
            "money ",
            "state",
            "closed",
            "free",
        )
        return sum(1 << bit for key, bit in self._bits.items() if key.startswith(kinds))

    def value(self, mask: int) -> float:
        """The sum of the weights in `mask`."""
        return sum(weight for place, weight in enumerate(self.weights) if mask >> place & 1)

    def _matters(self, text: str) -> Iterator[tuple[str, float]]:
        is_entry = ENTRY.match(text) is not None
        for signal in signals(text):
            if signal.key in self._decisive:
                yield signal.key, _DECISIVE
            elif not (is_entry and signal.key in ("closed", "open")):  # `Ore 23.30 chiusura cantine`
                is_its_place = is_entry and signal.key.startswith("place")
                yield signal.key, signal.weight * (0.3 if is_its_place else 1.0)
        for stem in set(_stems(text)) & self._topic.keys():
            yield f"topic {stem}", self._topic[stem]
        for name in list(_WHO.finditer(text))[:2]:
            yield "name " + folded(name[1]), 0.6


def factor(unit: str, place: int, in_plot: bool, title: str = "") -> float:
    """How far to trust that a phrase tells news: 1 for the first of a page, less for what surrounds it."""
    kinds = {signal.key.split()[0] for signal in signals(unit)}
    worth = 1.0 if place == 0 else max(0.72, 0.95 - 0.03 * place)
    is_conditional = _CONDITION.match(unit) is not None
    if "date" in kinds and kinds & {"time", "place", "deadline", "apply"}:
        worth = max(worth, 0.95)
    if "deadline" in kinds and kinds & {"period", "date"} and not is_conditional:
        worth = max(worth, 0.97)
    if place > 0 and not kinds & _HARD and not unit.isupper() and not has_verb(unit):
        worth *= 0.4  # a heading of the text's own
    doubts = (
        (0.5, _RANKING.match(unit) and not _RANKING.search(title)),
        (0.3, in_plot or _PLOT.search(unit)),
        (0.4, _QUOTED.search(unit)),
        (0.4, _BIOGRAPHY.search(_without_dates(unit))),
        (0.6, _PAST.search(unit)),
        (0.1, _SIGNATURE.search(unit)),
        (0.3, unit.endswith("?") or (unit.endswith("!") and len(unit) < 45)),
        (0.5, unit.endswith("!") and not kinds & _HARD),
        (0.7, _EMPTY.search(unit)),
        (0.3, _MORE.match(unit)),  # the facts line names whom to call
        (0.4, _OFFICE.match(unit)),
        (0.8, is_conditional),
        (0.6, _OF_SOME.match(unit)),
        (0.7, place > 0 and points_back(unit, title)),
        (0.3, len(_FULL_DATE.findall(unit)) >= 4),  # its first and last day stand in the facts line
        (0.6, unit.endswith(":")),
    )
    for part, doubted in doubts:
        worth *= part if doubted else 1.0
    return worth


def is_filler(unit: str) -> bool:
    """Whether a phrase only names who organises, or is a heading of one word: it is no lead."""
    return _OFFICE.match(unit) is not None or (" " not in unit and not unit.isupper())


def points_back(unit: str, title: str = "") -> bool:
    """Whether a phrase leans on one before it (`La suddetta società`), and the title does not help."""
    match = _POINTING.search(unit[:60])
    if match is None:
        return False
    noun = re.match(r"\W*(\w{4,})", unit[match.end() :])
    return noun is None or noun[1][:5].lower() not in title.lower()


def starts_plot(unit: str) -> bool:
    """Whether the story of a film or a book begins here: its dates and places are not the reader's."""
    return re.match(r"(?:Trama|Sinossi)\b", unit, re.I) is not None


def lead_bonus(unit: str, place: int) -> float:
    """What the first phrases of a page are worth beside what they tell: they name its matter.

    `unit` as the page writes it: a line in capitals among the first ones is a heading, a film's or a book's.
    """
    is_heading = (is_shouted(unit) or (unit.isupper() and len(unit) > 3)) and not _GENERIC.match(unit)
    shouted = 1.6 if is_heading and 0 < place < 4 else 0.0
    if unit.endswith(("?", "!")) and (len(unit) < 45 or not signals(unit)):
        return 0.0
    if place == 0:
        keys = {signal.key.split()[0] for signal in signals(unit)}
        if len(unit) <= 40 and not keys and not has_verb(unit):
            return LEAD / 3
        changes = "date" in keys and keys & {"closed", "state", "deadline", "must"}
        return (LEAD if len(unit) > 40 else LEAD / 2) + (1.5 if changes else 0.0)
    return shouted + (LEAD / 4 if place == 1 else 0.0)


def _without_dates(text: str) -> str:
    text = ACT.sub("", text)
    return re.sub(r"\d{1,2}[°º]?[ ./-](?:[a-z]{3,9}|\d{1,2})[ ./-](?:20)?\d\d\b", "", text)


@lru_cache(maxsize=1024)
def _stems(text: str) -> tuple[str, ...]:
    return tuple(_each_stem(text))


def _each_stem(text: str) -> Iterator[str]:
    for word in folded(text).split():
        if (len(word) > 3 and word not in _STOP and not word.isdigit()) or (
            len(word) > 1 and word.isalnum() and not word.isalpha() and not word.isdigit()
        ):
            yield word[:5]
