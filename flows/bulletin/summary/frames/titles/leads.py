"""What goes before a sentence that does not say of what it speaks.

`Si rifà il fondo` under `Via Po: al via i lavori` is `In via Po si rifà il fondo`, `Gli uffici ricevono il
martedì` under `Cambio di casa` is `Per il cambio di casa gli uffici ricevono il martedì`. A heading is never
a scrap before a sentence: it becomes a part of it, or it goes.
"""

import re

from flows.bulletin.language.articles import OF, Gender, definite, gender_of
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import MONTH
from flows.bulletin.language.spelling import is_word
from flows.bulletin.language.titles import folded
from flows.bulletin.language.verbs import speaks
from flows.bulletin.language.wholeness import Trouble, troubles
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice
from flows.bulletin.page.phases import phases
from flows.bulletin.summary.frames.places.streets import Streets, inside, streets_at
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.titles.matter import matter_of, noun_of

_TEASER = 700  # characters of a page that speaks of one place
_FIRST = 2  # sentences of a page that surely speak of its heading
_WORD = re.compile(r"\b(?=\w)")
_CIRCUMSTANCE = re.compile(
    r"(?:Dopo|Dal?|Dalle|Dalla|Dai|Tra|Fra|A|Al|Con|Entro|Nel|Nella|Nei|In|Fino|Durante|Se|Il \d|[A-Z]\w+ì)\s"
    r"|(?:Dall|L)['’](?=\d)|L['’](?=[A-Z])",
)  # is parted by a comma from what goes before it: `In via Po, l'Amministrazione` is no street's name
_TO_YOU = re.compile(
    r"(?:Se|Puoi|Devi|Non puoi|Chi|Per(?! tutt[oa]\b))\s"
    r"|(?:I|Le|Gli)\s(?:cittadin|impres|residen|famigli|utent|proprietar|genitor)"
)
ACT = re.compile(
    r"(?:ordinanz|deliber|determin|decret|comunicat|comunicazion|informativ)\w*\b|avviso\salla\b", re.I
)
_BREAK = re.compile(r"[:;,!?…]|\s[-–—|]\s")
_BY_THEIR_FRAMES = (*OCCASIONS, Kind.alert, Kind.recall)
_SERVED = (
    *OCCASIONS,
    *(Kind.deadline, Kind.job, Kind.service, Kind.health, Kind.hours, Kind.supply_cut),
)
_OF_FRAMES = re.compile(
    r"(?:L'appuntamento è|Gli appuntamenti sono|Giorni e orari) "
)  # sure to be the heading's
_ELIDED = re.compile(r"(?:L|Un|Dell|Nell|All|Sull|Dall|C)['’]")
_LONGEST_NAME = 4  # words
_OPENS_NONE = re.compile(r"(?:in|da|dal\w*|al|alla|con|per|di|del\w*|su|sul\w*|come|ecco)\s", re.I)
_SMALL = frozenset(
    ["dall", "dalla", "dalle", "nella", "dopo", "sono"]
)  # long words that are no names before a capital
_STRETCH = re.compile(r"\b(?:tra|fra)\s(?=[^.;:]{3,60}\se\s)[^.;:]*", re.I)  # its bounds are no place
_SEVERAL = re.compile(  # `alcune vie di Alba`, `un locale in piazza Po`: where one of them is, and not all
    r"\b(?:alcune|varie|diverse|molte|più|altre|le) $|\b(?:un|una|uno|alcun[ie]|nuov[oaie])\s|\bun['’]", re.I
)
_BEGINS_THEN = re.compile(r"\bal via\b", re.I)
_LESSONS = re.compile(  # a street has `in` first, and no other street behind it: `lavori in corso via Po`
    r"(?:in\s)?corso\s(?=(?:via|viale|piazz\w+|largo|strada|contr\w+)\s)"
    r"|(?<!\bin\s)(?<!\bsu\s)(?<!\blungo\s)corso\s",
    re.I,
)
_STEM = 6  # letters: `servizi`, `servizio`
_COUNTED = re.compile(r"\b(?:entro|dopo) \w+ (?:giorni|mesi)\b")
_ITS_NOUN = re.compile(  # `Il servizio sarà attivo` is `Il servizio «Punto Alba» sarà attivo`
    r"(?:(?:Il|La|Lo)\s|L['’]\s?)(?:servizio|sportello|progetto|iniziativa|campagna|corso|percorso|bando|concorso|evento"
    r"|manifestazione|rassegna|mostra|spettacolo)(?=\s(?:è|sarà|si|ha|prevede|offre|propone|nasce|apre|torna|inizia)\b)"
)
_PRONOUN = re.compile(r"(?:Lo|La|Li|Le|Ne|Gli|Ci|Vi)\s\w+(?:[aeo]no|anno|r[àò])\b")
_PAPER_BEHIND = re.compile(
    r"(?::|\s[-–—])\s(?:(?:il|le|gli)\s)?(?:calendario|date|orari|programma|informazioni|modalità|istruzioni|avviso|divieti|obblighi"
    r"|raccomandazioni|consigli|regole|disposizioni|misure|novità|(?:che )?cosa fare)(?:\se\s[a-zà-ù]+)?$",
    re.I,
)
_STATE_BEHIND = re.compile(  # `Servizio anagrafe temporaneamente non disponibile`
    r"\s(?:(?:temporaneamente|momentaneamente)\s(?:non\s)?|non\s)(?:disponibil[ei]|attiv[oaie]|sospes[oaie]|funzionant[ei]"
    r"|raggiungibil[ei])$",
    re.I,
)
_SOME = re.compile(r"(?:un|una|uno|alcun[ie]|nuov[oaie])\s|un['’]", re.I)
ARTICLE = re.compile(r"(?:(?:il|lo|la|i|gli|le)\s|l['’]\s?)(?=\w)", re.I)
_NAME = re.compile(r"\s[A-ZÀ-Ý][a-zà-ù](?!.*\s\d)")  # `Resto al Mare` is no noun with an article
_TWO_CAPITALS = re.compile(r"[A-ZÀ-Ý]\w+\s[A-ZÀ-Ý]")  # `Piano Intercomunale delle Acque`
_PROPER = re.compile(r"\b[A-ZÀ-Ý]\w{3,}")
_ITS_DAY = re.compile(
    rf"(?<!\bdel)(?<!\bal)(?<!\bdal)(?<!\be)(?<!ì)(?<!\bsabato)(?<!\bdomenica)\s(?=(?P<day>\d{{1,2}})(?:\s?[-–]\s?\d{{1,2}})?[°º]?\s{MONTH}\b)"
)
_PLURAL = re.compile(r"[a-zà-ù]+[ei]\b")
_NO_NOUNS = ("contro", "senza", "verso", "sotto", "dopo", "entro", "presso", "durante")
_DEED = re.compile(r"\w+(?:ione|mento|ura)$")
_OFFICES = {"stato": "lo ", "ufficio": "l'", "polizia": "la ", "biblioteca": "la ", "sportello": "lo "}
_WHY = re.compile(r"(?:Perché|Affinché|Poiché|Siccome|Dato che|Visto che)\s")  # no `Per la …` goes before it
_SAID_OF = re.compile(r"(?:al|il|olar|ular|ant|ent)[ei]$|(?:at|ut|it)[oaie]$")


def behind(before: str, sentence: str) -> str:
    """`In via Po si rifà il fondo.` of `In via Po` and `Si rifà il fondo.`"""
    first, _, rest = sentence.partition(" ")
    word = re.match(r"[^\W\d_]+", first)
    is_name = word is None or not is_word(word[0].lower()) or (first.isupper() and len(first) > 1)
    if rest[:1].isupper() and len(first) > 3 and first.isalpha() and first.lower() not in _SMALL:
        is_name = True  # `Acque Po`
    if _ELIDED.match(first):
        is_name = False  # `L'ufficio`, `L'Unione`
    small = sentence if is_name else f"{sentence[:1].lower()}{sentence[1:]}"
    return f"{before}{',' if _CIRCUMSTANCE.match(sentence) else ''} {small}"


_TAXES = {"tari": "la TARI", "imu": "l'IMU", "irpef": "l'IRPEF", "tasi": "la TASI", "tosap": "la TOSAP"}
_SLOGAN = re.compile(r"(?:Mai|Più|Sempre|Basta|Finalmente|Insieme|Tutti|Tutte)\s", re.I)


def lead(head: str, body: str = "") -> str:
    """`In via Po`, `Per la sosta tariffata`; "" where no article is sure.

    `body` shows which words are names.
    """
    if ACT.match(head) or _SLOGAN.match(head):
        return ""  # nothing is for an order, or a slogan
    found = _streets(head)
    if found:
        where = inside(found.all)
        return f"{where[:1].upper()}{where[1:]}"
    named = named_by(head, body)
    return f"Per {named}" if named else ""


def named_by(head: str, body: str = "") -> str:
    """`il maltempo del 17 aprile` of `Maltempo 17 aprile`, `«Resto al Mare»`; "" where no article is sure."""
    phrase = head.strip(" .,;:-–")
    if _SOME.match(phrase):
        return ""  # `Un nuovo ponte`: there is none yet
    if tax := _TAXES.get(phrase.lower(), ""):
        return tax
    if led_by := ARTICLE.match(phrase):
        is_noun = gender_of(phrase[led_by.end() :].split()[0].lower()) is not None
        said = f"{phrase[:1].lower()}{phrase[1:]}" if is_noun else ""
    else:
        matter = matter_of(phrase) if noun_of(phrase) else None
        if matter is not None and matter.article:
            noun = phrase if _TWO_CAPITALS.match(phrase) else matter.noun
            said = f"{matter.text.removesuffix(matter.noun)}{noun}"
        else:
            said = _office(phrase) or (
                _quoted(phrase) if _NAME.search(phrase) or _is_name(phrase, body) else _with_article(phrase)
            )
    return _ITS_DAY.sub(lambda day: " dell'" if day["day"] in ("8", "11") else " del ", said)


def _office(phrase: str) -> str:
    """`lo Stato civile`: a noun with an article, though the page always writes it with a capital."""
    first, _, rest = phrase.partition(" ")
    article = _OFFICES.get(first.lower(), "")
    return f"{article}{phrase}" if article and rest.islower() else ""


def _quoted(phrase: str) -> str:
    """`«Resto al Mare»`; "" of what is too long to be a name, or opens as none does."""
    return f"«{phrase}»" if len(phrase.split()) <= _LONGEST_NAME and not _OPENS_NONE.match(phrase) else ""


def _is_name(phrase: str, body: str) -> bool:
    """Whether the page writes the first word with a capital amid its sentences, and never without."""
    first = re.escape(phrase.split(" ", 1)[0])
    amid = re.search(rf"[a-zà-ù,;’'] {first}\b", body)
    return amid is not None and re.search(rf"\b{first.lower()}\b", body) is None


def may_lead(notice: Notice) -> bool:
    """Whether the heading can go before a sentence: it has a street, or names what one asks or goes to."""
    title = notice.title.strip(" .,;:!")
    head = _STATE_BEHIND.sub("", _PAPER_BEHIND.sub("", title))
    if not head or ACT.match(head) or notice.kind is Kind.alert or _BREAK.search(head) or speaks(title):
        return False
    return _before(head, notice) != ""


def _before(head: str, notice: Notice) -> str:
    before = lead(head, notice.body)
    if before.startswith("Per ") and notice.kind not in _SERVED:
        return ""
    return before or (f"Per «{head}»" if notice.kind in OCCASIONS else "")


_OF_A_VOTE = re.compile(r"\b(?:regionali|comunali|europee|politiche|amministrative|provinciali)\b", re.I)
_VOTE = re.compile(rf"(?:elezioni {_OF_A_VOTE.pattern}|referendum\b)[^,:]{{0,20}}", re.I)


def _small(word: re.Match[str]) -> str:
    return word[0].lower()


def led(text: str, notice: Notice) -> str:
    """A heading and the sentence glued behind it as one: `Per le letture gli incontri sono …`."""
    title = notice.title.strip(" .,;:!")
    if text.startswith("Si vota ") and (matter := matter_of(title)) and _VOTE.fullmatch(matter.noun):
        return behind(f"Per {matter.article} {_OF_A_VOTE.sub(_small, matter.noun)}", text)
    rest = text[len(title) + 2 :]
    if not rest or text[: len(title) + 2].lower() != f"{title.lower()}. " or notice.kind is Kind.alert:
        return text
    if _WHY.match(rest):
        return rest
    head = _STATE_BEHIND.sub("", _PAPER_BEHIND.sub("", title))
    first = split(rest)[0]
    if _OF_FRAMES.match(first) and not speaks(title):
        named = lead(head, notice.body)
        return behind(named or f"Per «{head}»", rest)
    opening = {folded(worded(sentence)) for sentence in (*notice.abstract, *notice.prose)[:_FIRST]}
    if not may_lead(notice) or folded(first) not in opening or _leans(first, head):
        return text
    before = _before(head, notice)
    if before.startswith("Per «") and (noun := _ITS_NOUN.match(rest)):
        return f"{noun[0]} «{head}»{rest[noun.end() :]}"
    return behind(before, rest)


def _leans(sentence: str, head: str) -> bool:
    """Whether a sentence cannot stand behind `Per …`.

    It says the same noun, opens so itself, counts its days from another thing, or speaks of it as `lo`.
    """
    words = folded(sentence).split()
    return (
        words[0] == "per"
        or words[1:2] == []
        or words[1][:_STEM] == folded(head).split()[0][:_STEM]
        or _COUNTED.search(sentence) is not None
        or _PRONOUN.match(sentence) is not None
        or Trouble.dangling in troubles(sentence)
    )


def placed(text: str, notice: Notice) -> str:
    """`text` behind the street of its heading, where it names no place by itself."""
    if notice.kind in _BY_THEIR_FRAMES or len(notice.body) > _TEASER or _TO_YOU.match(text) or _streets(text):
        return text
    found = _streets(notice.title)
    if (
        found is None
        or phases(notice)
        or any(folded(street.words.partition(" ")[2]) in folded(text) for street in found.all)
    ):
        return text
    if all(name in text for street in found.all for name in _PROPER.findall(street.words) or ("?",)):
        return text  # `la strada per Rocca`, under `Frana sulla strada di Rocca`
    where = f"{inside(found.all)}{_town_behind(found.all[-1].words, notice.title)}"
    return behind(f"{where[:1].upper()}{where[1:]}", text)


def _town_behind(street: str, title: str) -> str:
    """` a Vicenza` of `in piazza San Pietro a Vicenza`: who lives elsewhere would look in their own town."""
    found = re.search(
        rf"{re.escape(street)}(?P<town>\sad?\s(?!Partire|Causa|Seguito|Cura|Tutt)[A-ZÀ-Ý][\w'’]+)", title
    )
    return found["town"] if found else ""


def _with_article(phrase: str) -> str:
    """`la disinfestazione delle zanzare` of `Disinfestazione zanzare`: titles leave out the small words."""
    first, _, rest = phrase.partition(" ")
    head = first.lower()
    gender = gender_of(head)
    if gender is None:
        return ""
    second, _, third = rest.partition(" ")
    is_noun = _DEED.match(head) and not _SAID_OF.search(second) and second not in _NO_NOUNS
    other = gender_of(second) if is_noun else None
    if other is not None and second.endswith("à") and _PLURAL.match(third):
        other = Gender(other.is_feminine, is_plural=True)  # `attività didattiche`
    if other is not None and (other != gender or second.endswith("ità")):
        rest = f"{OF[definite(second, other).strip()]}{rest}"
    return f"{definite(head, gender)}{head} {rest}".strip()


def _streets(text: str) -> Streets | None:
    bare = _BEGINS_THEN.sub("", _STRETCH.sub("", text))
    found = (
        streets_at(bare, at.start())
        for at in _WORD.finditer(bare)
        if not (_LESSONS.match(bare, at.start()) or _SEVERAL.search(bare, 0, at.start()))
    )
    return next(filter(None, found), None)
