"""A heading told as a sentence: the one home of how a title without a verb says what a notice is about.

`Sosta, ripristinato il servizio` is `Per la sosta è ripristinato il servizio`, `Bonus nido` is `Puoi chiedere
il bonus nido`, `Mappa delle fontane` is `Nella pagina trovi la mappa delle fontane`. A title of which no
sentence is sure gives none: then the page's own sentences name the matter, or a person does.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.articles import gender_of, with_article
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.subjects import with_state
from flows.bulletin.language.titles import invites, is_told
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Slot
from flows.bulletin.summary.frames.prose.lines import is_cut, lines
from flows.bulletin.summary.frames.titles.appeals import FIRMS, appeal
from flows.bulletin.summary.frames.titles.deeds import done
from flows.bulletin.summary.frames.titles.kinds_of import is_a
from flows.bulletin.summary.frames.titles.leads import ACT, ARTICLE, behind, lead, named_by
from flows.bulletin.summary.frames.titles.matter import Matter, is_asked, is_number, matter_of
from flows.bulletin.summary.frames.titles.nouns import is_plural, phrase_of
from flows.bulletin.summary.frames.titles.outcomes import opened

UNDER_WAY, THERE_IS = "È in corso", "C'è"
_BY_THEIR_FRAMES = (*OCCASIONS, Kind.alert, Kind.recall)
_PARTS = re.compile(r"(?P<of>[^:;,.–—!?«»“”\"]{3,70}?)(?:\s[-–—]\s|:\s|,\s)(?P<what>[^:;!?]+)(?::\s[^:]+)?")
_HERE = re.compile(r"(?P<of>[^:;,.]{3,70})[,:]\s(?:ecco|qui)\s(?P<what>[^:;!?]+)", re.I)
_LABEL = re.compile(
    r"(?:avvis[oi]|attenzione|comunicat[oi](?:\sstampa)?|novità|notizi[ae]|importante|viabilità|ultim\w+|ciao|benvenut\w|grazie|auguri|avanti|stop|addio"
    r"|(?:il\s)?(?:sindac|assessor|president|consiglier)\w*.*)",
    re.I,
)
_OURS = Cued(r"\b\w+(?:iamo|ammo|emmo)\b|\bnostr[oaie]\b", re.I)
_PAPER = re.compile(
    r"(?:calendario|elenco|modulo|programma(?= (?:de(?:gli|lle|l|lla|i) |event|iniziativ|manifestazion"
    r"|attivit|estiv|natalizi))|catalogo|regolamento|opuscolo|mappa|guida|tariffe|vademecum)\b",
    re.I,
)
_DIARY = re.compile(r"(?:diario|date|esit[oi])\b", re.I)
_SCHOOL_YEAR = re.compile(r"\b[Aa]\.?\s?[Ss]\.\s?(?=20\d\d)")
_INFINITIVE = re.compile(r"\w+(?:are|ere|ire|rsi)\b", re.I)
_THAT = re.compile(r"\b(?:che|chi|cui|dove)\b")
_ASIDE = re.compile(r"\s[-–—]\s")  # `È Po - Luglio 2027` is the name of a paper
_SOUGHT = re.compile(
    r"(?:(?P<whose>[^,:]{4,50})[,:]\s)?(?:(?P<before>[A-ZÀ-Ýa-zà-ù][\w\s]{3,40}?)\s(?:cercasi|cercansi)(?P<rest>\s.+)?"
    r"|(?:cercasi|cercansi)\s(?P<behind>[a-zà-ù].+))",
    re.I,
)
_NAMED_CALL = re.compile(
    r"(?P<name>[^–—:«»\"“”]{3,50}?)(?:\s[-–—]\s|:\s)(?P<doc>avviso pubblico|avviso|bando pubblico|bando)\s"
    r"(?P<what>(?:per|di|rivolt\w|finalizzat\w|destinat\w)\s.+)",
    re.I,
)
_FIELD = re.compile(  # `Cimitero: avviso di esumazioni` is no name
    r"(?:cimiter[oi]|bibliotec[ah]e?|scuol[ae]|tributi|sport|ambiente|cultura|lavoro|casa|sociale|commercio|turismo)",
    re.I,
)
_AN_OFFICE = re.compile(
    r"(?:[A-Z]{3,5}\s\d|(?:ulss|asl|ats|inps|regione|provincia|comune|unione|ministero)\b)", re.I
)
_OPEN_DEED = re.compile(r"(?:aggiornamento|assegnazione|concessione|erogazione)\b", re.I)  # not done yet
_NEW_STATE = re.compile(
    r"(?P<noun>(?:il|lo|la)\s[a-zà-ù]+|l['’][a-zà-ù]+)\s(?P<state>(?:è|sono)\s[a-zà-ù]+)", re.I
)
_THIN = re.compile(r"(?:C['’]è|Ci sono|È in corso)\s")
_UNDERTAKEN = re.compile(r"(?:campagna|consultazione|corso|concorso|sondaggio)\b", re.I)
_OVER = Cued(
    r"\b(?:graduatori\w+|esit[oi]|liquidazion\w+|chius[aei]|scadut\w|esaurit\w|revoc\w+|sospes\w|ammess[ei])\b",
    re.I,
)
_OPENING = 500  # characters that say what is new of a call
_ASKS = re.compile(r"\b(?:domand[ae]|istanz[ae]|richie(?:st[ae]|d\w+)|presenta\w*|beneficiar\w+)\b", re.I)


def told(notice: Notice) -> Iterator[str]:
    """Sentences that say what a notice is about, best first; none where only its title is known."""
    title = _SCHOOL_YEAR.sub("", notice.title.strip(" .,;:!"))
    if not title or is_cut(notice.title) or not (notice.body.strip() or notice.abstract):
        return
    if notice.kind in _BY_THEIR_FRAMES or is_number(title):
        yield from _as_it_stands(title)
        if notice.kind in OCCASIONS and not speaks(title) and (phrase := phrase_of(title)):
            yield f"{'Ci sono' if is_plural(phrase) else THERE_IS} {phrase}."
        return
    if invites(title):
        yield f"{title}."
        return
    made = (
        *_sought(title),
        *_named_call(title),
        *filter(None, [opened(notice)]),
        *is_a(notice),
        *_deeds(notice, title),
        *(f"{said}." for said in filter(None, [with_state(title)])),
        *_parted(title, notice.body),
        *_as_it_stands(title),
        *_named(notice, title),
    )
    yield from (f"{text[:1].upper()}{text[1:]}" for text in dict.fromkeys(made))


def _sought(title: str) -> Iterator[str]:
    """`Si cercano volontari per il piedibus.` of `Volontari cercasi per il piedibus`."""
    found = _SOUGHT.fullmatch(title)
    if found is None:
        return
    what = (found["before"] or found["behind"]).strip()
    gender = gender_of(what.split()[0].lower())
    whose = matter_of(found["whose"]) if found["whose"] else None
    if gender is None or (found["whose"] and (whose is None or not whose.article)):
        return
    verb = "si cercano" if gender.is_plural else "si cerca"
    lead = f"Per {whose.text} " if whose else ""
    yield f"{lead}{verb} {what[:1].lower()}{what[1:]}{found['rest'] or ''}."


def _named_call(title: str) -> Iterator[str]:
    """`È pubblicato il bando «Cresco» per …` of `Cresco - Bando per …`."""
    if (found := _NAMED_CALL.fullmatch(title)) and not _AN_OFFICE.match(found["name"]):
        doc = found["doc"].lower()
        article = "l'" if doc.startswith("avviso") else "il "
        name = found["name"].strip()
        if _FIELD.fullmatch(name):
            yield f"È pubblicato {article}{doc} {found['what'].rstrip('.')}."
            return
        yield f"È pubblicato {article}{doc} «{name[:1].upper()}{name[1:]}» {found['what'].rstrip('.')}."


def is_thin(text: str) -> bool:
    """Whether a sentence says no more than that there is something: any other of the page tells more."""
    return _THIN.match(text) is not None


def _as_it_stands(title: str) -> Iterator[str]:
    """A title that is a sentence, or is one with the verb that a headline leaves out."""
    said = spoken(title)
    head, colon, _ = said.partition(": ")
    is_headed = colon != "" and not speaks(head)  # `Giovani: torna lo sportello`
    if (
        "?" not in said
        and speaks(said)
        and len(said.split()) > 3
        and not is_headed
        and not _INFINITIVE.match(said)
        and not _ASIDE.search(said)
    ):
        yield f"{said[:1].upper()}{said[1:]}{'' if said[-1:] in '?!' else '.'}"


def _deeds(notice: Notice, title: str) -> Iterator[str]:
    """What the office does or calls for, by the phrase that the page opens with, or by its title."""
    below = [line for line in lines(notice)[1:2] if not is_cut(line)]
    for phrase in (*below, title):
        may_ask = _OPEN_DEED.match(phrase) is not None and _ASKS.search(notice.body) is not None
        said = ("" if may_ask else done(phrase)) or (
            "" if _OVER.search(notice.source[:_OPENING]) else appeal(phrase)
        )
        if said and not speaks(_THAT.split(phrase, maxsplit=1)[0]):
            is_named = (
                is_told(title, said)
                or ACT.match(title) is not None
                or said.startswith(("Puoi", "Si possono", "Se risiedi"))
            )
            before = "" if is_named else lead(title, notice.body)
            if is_named or before:
                yield f"{behind(before, said) if before else said}".rstrip(".") + "."


_RELATIVE = re.compile(r"\s(?:per|di)\s(?:domani|oggi)$", re.I)  # `Allerta per domani`
_AND_MORE = re.compile(r"(?<=chius[aeio])\se\s(?:divieti|disagi|limitazioni|modifiche|variazioni)\b.*$", re.I)


_OPEN_DAYS = re.compile(r"(?:giornate|porte) aperte", re.I)  # a noun, and no state


def _parted(title: str, body: str) -> Iterator[str]:
    """`Per la sosta è ripristinato il servizio` of `Sosta, ripristinato il servizio`."""
    if here := _HERE.fullmatch(title):
        yield from _here(here["of"], here["what"])
        return
    parts = _PARTS.fullmatch(title)
    if parts is None or speaks(parts["of"]) or _OURS.search(parts["what"]):
        return
    what = _AND_MORE.sub("", f"{parts['what'][:1].upper()}{parts['what'][1:]}")
    said = done(what).rstrip(".") or spoken(what)
    if not speaks(said) or _OPEN_DAYS.fullmatch(what):
        of = matter_of(parts["of"]) if _DIARY.match(what) else None
        if of is not None and of.article and (named := with_article(what)):
            yield f"Nella pagina trovi {named} {of.of}."
        return
    if _LABEL.fullmatch(parts["of"]):
        yield f"{said}."
    elif ARTICLE.match(parts["of"]):
        return  # `La carica dei cento: nove su dieci sono donne`: who reads it has to know of what
    elif (new := _NEW_STATE.fullmatch(said)) and (matter := matter_of(parts["of"])) and matter.article:
        state, noun = new["state"], new["noun"]
        yield f"{state[:1].upper()}{state[1:]} {noun[:1].lower()}{noun[1:]} {matter.of}."
    elif before := lead(_RELATIVE.sub("", parts["of"]), body):
        yield f"{behind(before, said)}."


def _here(head: str, what: str) -> Iterator[str]:
    """`Nella pagina trovi i gesti utili per la potatura` of `Potatura, ecco i gesti utili`."""
    paper = matter_of(head) or None
    named = named_by(head)
    if not named or speaks(what.partition(" dove ")[0]):
        return
    if (paper is not None and paper.article and _PAPER.match(paper.noun)) or _PAPER.match(head):
        yield f"Nella pagina trovi {named}, con {what}."
    elif ARTICLE.match(what):
        yield f"Nella pagina trovi {what} per {named}."


def _named(notice: Notice, title: str) -> Iterator[str]:
    """A measure that one may ask for, a paper that is there, a campaign that goes on."""
    led = ARTICLE.match(title)
    matter = matter_of(title[led.end() :] if led else title)
    if matter is None or not matter.article or speaks(title):
        return
    if is_asked(matter) and notice.kind in (Kind.deadline, Kind.service) and _may_be_asked(notice):
        may = "Puoi" if not FIRMS.search(notice.body) else "Si possono" if matter.is_plural else "Si può"
        yield f"{may} chiedere {matter.text}."
    elif _PAPER.match(matter.noun):
        yield f"Nella pagina trovi {matter.text}."
    elif _UNDERTAKEN.match(matter.noun):
        yield _under_way(matter, notice)


def _may_be_asked(notice: Notice) -> bool:
    """Whether the page speaks of requests, and does not open with what became of them."""
    return _ASKS.search(notice.body) is not None and _OVER.search(notice.source[:_OPENING]) is None


def _under_way(matter: Matter, notice: Notice) -> str:
    is_dated = Slot.when in notice.slots or not matter.noun.startswith("campagna")
    return f"{THERE_IS} {matter.text}." if is_dated else f"{UNDER_WAY} {matter.text}."
