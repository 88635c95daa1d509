"""Texts of calls, contributions, enrolments and jobs: what, who, by when, how, how much."""

import re
from collections.abc import Iterator
from dataclasses import replace

from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import MONTH
from flows.bulletin.language.titles import is_told
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Slot, Told
from flows.bulletin.page.other_terms import is_of_another_step
from flows.bulletin.page.told_slots import calendar_days
from flows.bulletin.summary.frames.calls import acts
from flows.bulletin.summary.frames.calls.asking import office_of, up_to
from flows.bulletin.summary.frames.calls.bands import bands
from flows.bulletin.summary.frames.calls.benefits import benefit
from flows.bulletin.summary.frames.calls.granted import granted
from flows.bulletin.summary.frames.calls.headlined import asked_by_title, funded
from flows.bulletin.summary.frames.calls.instalments import instalments
from flows.bulletin.summary.frames.calls.labelled import labelled
from flows.bulletin.summary.frames.calls.particulars import particulars, way
from flows.bulletin.summary.frames.calls.prolonged import IS_PUT_OFF, prolonged
from flows.bulletin.summary.frames.calls.requirements import asks, in_the_page, listed, needed, told_whole
from flows.bulletin.summary.frames.calls.who_may_ask import told_to_you
from flows.bulletin.summary.frames.own_sentences.sentences import (
    MADE,
    NAMED,
    Sentence,
    chosen,
    heading,
    office,
)
from flows.bulletin.summary.frames.prose.facets import facets
from flows.bulletin.summary.frames.times.terms import term_of
from flows.bulletin.summary.frames.titles.matter import Matter, brief, is_asked, matter_of

WANTED = (Slot.what, Slot.who, Slot.deadline, Slot.how, Slot.amount, Slot.exception)
_CALLS = (Kind.deadline, Kind.job)
_TOLD = frozenset({Slot.how})
_ASKABLE = (Kind.deadline, Kind.job, Kind.service, Kind.campaign)
_ASKS_NOBODY = (Kind.act, Kind.result)  # what an act lists is its own papers
_IS_ASKING = re.compile(
    r"(?:domand[ae]|istanz[ae]|richiest[ae]|iscrizion[ei]|adesion[ei]|candidatur[ae])\b", re.I
)
TIME = "C'è tempo"  # for what, only a call that was named tells
_DAY = re.compile(rf"\d{{1,2}}[°º]?\s{MONTH}")
_RUNS_OUT = re.compile(r"(?:avvis[oi]|band[oi]|asta|gara|manifestazione)\b", re.I)
_AUCTION = re.compile(  # `avviso d'asta per l'alienazione di un terreno`: what runs out are the offers
    r"(?:avviso\sd['’]\s?)?(?P<sale>asta(?:\spubblica)?)\sper\s(?:l['’]\s?|la\s)?(?:alienazione|vendita)"
    r"\s(?P<of>di\s|de\w+\s|dell['’])?(?P<what>.+)",
    re.I,
)
_GIVES = re.compile(
    r"(?:bonus|contribut[oi]|voucher|band[oi]|bors[ae]|agevolazion[ei]|rimbors[oi]|assegn[oi]|sussidi[oo]"
    r"|concors[oi]|selezion[ei]|avviso pubblico)\b",
    re.I,
)
_REMARKS, _CHOICE = "puoi presentare osservazioni", "puoi comunicare la tua scelta"
_ACTIONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.I), action)
    for pattern, action in (
        (r"\biscri(?:zion|ver|v)\w*(?!\selettoral|\snelle\sliste)\b", "puoi iscriverti"),
        (r"\bosservazion\w+", _REMARKS),
        (r"(?<!previa\s)\bopzione\b", _CHOICE),
        (r"\bcandida\w+", "puoi candidarti"),
        (
            r"\bcomunica\w*\s(?:la\s)?(?:loro\s|propria\s)?partecipazione",
            "puoi comunicare la tua partecipazione",
        ),
        (r"\bprenota\w*", "puoi prenotare"),
        (r"\baderi\w+|\badesion\w+", "puoi aderire"),
        (r"\bdisponibilità\b[^.;]{0,20}\bsegnala", "puoi dare la tua disponibilità"),
        (r"\bdichiarazion\w+ di util\w+", "puoi presentare la dichiarazione"),
        (r"(?<!\d )\bdomand\w+|\bistanz\w+|\brichi(?:est|eder)\w+", "puoi fare domanda"),
    )
)
_SEEKS = re.compile(r"\w+(?:a|an|on)si\b", re.I)  # `Cercasi volontari`
_DATED = re.compile(rf"\b{MONTH}\b", re.I)
_OF_OFFICE = re.compile(  # by when the office does something: no citizen's term
    r"\b(?:sarà|saranno|verrà|verranno|avverrà|provvederà|è prevista|sono previst\w)\b[^.;]{0,60}"
    r"\b(?:liquida\w+|eroga\w+|pagat\w|pagamento|pubblica\w+|conclus\w+|termin\w+|realizza\w+|approva\w+|consegna\w*)\b",
    re.I,
)
_INTEREST = re.compile(  # of firms, where a title speaks of what they will do for the citizens
    r"\b(?:dichiarazion|manifestazion)[ei] d[i'’]\s?interesse\b|\boffert[ae]\b|\bpreventiv[oi]\b", re.I
)
_EXTENDED = re.compile(r"\bprorog(?:a|at[aeio])\b", re.I)
_OF_ANOTHER = re.compile(  # what is asked for, where the title is of something else
    r"\b(?P<what>rimbors|domicili|disdett|rinunc|esenzion|esoner|riduzion|agevolazion|variazion|recess)\w*",
    re.I,
)
_LENT = re.compile(r"\b(?:prestit|abbonament|tesser|permess|contratt|patent|mostr|stagion)\w+", re.I)
_EXPIRING = re.compile(r"\bin scadenza\b", re.I)  # loans, passes: whose term is no call's
_SEVERAL_TERMS = re.compile(r"\ble scadenze (?:che|de|di)\b|\btutte le scadenze\b", re.I)
_DUTY = re.compile(
    r"\b(?:deve|devono|dovr[àa]|dovranno|obblig\w+|tenut[oi]\sa|va(?:nno)?\s(?:\w+\s)?\w+[aut]t[oaie])\b",
    re.I,
)
_REQUEST = re.compile(r"\b(?:domand|istanz|iscri|candid|adesion|richie|manifest|present|invi)\w*", re.I)
_REQUESTED = re.compile(r"\b(?:iscrizion[ei]|domand[ae]|istanz[ae]|candidatur[ae]|adesion[ei])\b", re.I)
_BESIDE = 60  # characters: what stands so near is as much of the term
_BARE = 12  # characters beside its days
_THEIRS = {
    "puoi iscriverti": "possono iscriversi",
    "puoi candidarti": "possono candidarsi",
    "puoi comunicare la tua partecipazione": "possono comunicare la loro partecipazione",
    "puoi prenotare": "possono prenotare",
    "puoi dare la tua disponibilità": "possono dare la loro disponibilità",
    "puoi presentare la dichiarazione": "possono presentare la dichiarazione",
    _REMARKS: "possono presentare osservazioni",
    _CHOICE: "possono comunicare la loro scelta",
    "puoi aderire": "possono aderire",
    "puoi fare domanda": "possono fare domanda",
}
_OF_NAMES = {  # of what has only a name
    "puoi iscriverti": "Puoi iscriverti{online} {matter.to}",
    "puoi candidarti": "Puoi candidarti{online} per {matter.text}",
    "puoi aderire": "Puoi aderire{online} {matter.to}",
    "puoi fare domanda": "Puoi fare domanda{online} per {matter.text}",
}
_FOR_THE_SEARCH = re.compile(
    r"Per (?:l[ae] (?:ricerca|selezione|prorog\w+|riapertura|pubblicazione)|l.(?:apertur|avvi|indizion)\w)\b"
)
_TOLD_TO_YOU = -2.0  # flaw: who may ask reads more in it than in any sentence of the office's
_NAME_ALONE = 1.0  # flaw: the office's own sentence says what it is
_CALLED = tuple(
    (re.compile(rf"\b(?:{pattern})", re.I), name)
    for pattern, name in (
        (r"attivit[àa]['’]?\scommercial", "le attività commerciali"),
        (r"attivit[àa]['’]?\s(?:economic|produttiv)", "le attività economiche"),
        (r"esercizi\scommerciali|commercianti|esercenti|negozianti", "i commercianti"),
        (r"imprese|ditte|aziende|operatori\seconomici", "le imprese"),
        (r"enti\sdel\sterzo|associazioni", "le associazioni"),
    )
)
_WHO_MAY = re.compile(r"(?P<who>(?:I|Le|Gli)\s[^.;:]{3,60}?)\s(?:possono|potranno|devono|dovranno)\b")
_CITIZENS = re.compile(
    r"\b(?:cittadin|resident|person|famigli|nucle|dipendent|lavorator|student|alunn|genitor|figli|giovan|anzian|minor|tutt)",
    re.I,
)


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Texts of at most `limit` UTF-16 units, best first; none where the page's matter cannot be told."""
    matter = matter_of(notice.title)
    made = list(framed(notice, matter))
    yield from (one.text for one in made if one.flaw == _TOLD_TO_YOU)
    yield from benefit(notice, made, limit)
    own = office(notice, matter)
    made += [*funded(notice), *asked_by_title(notice)]
    if bands(notice):  # said anew in one sentence
        own = [one for one in own if one.text.count("%") < 2]
    sentences = [*own, *made, *parts_of(notice)]
    if said := acts.published_of(notice) or acts.announced(notice):
        sentences.append(Sentence(said, frozenset({Slot.what}), True, -1, 0.1))
    if title := heading(notice):
        sentences.append(title)
    yield from (text for _, text in chosen(notice, sentences, WANTED, limit) if not says_twice(text, notice))


def says_twice(text: str, notice: Notice) -> bool:
    """Whether a text tells the term of a request two times: `Puoi chiedere … Le imprese fanno domanda …`."""
    clause, _ = term_of(notice.slots.get(Slot.deadline, ()))
    periods = [frozenset(days) for said in split(text) if len(days := calendar_days(said)) > 1]
    if len(periods) > len(set(periods)):
        return True  # `dal 20 gennaio al 20 febbraio`, and again
    if TIME in text and (day := _DAY.search(clause)) and text.count(day[0]) > 1:
        return True
    return clause != "" and text.lower().count(clause.lower()) > 1


def framed(notice: Notice, matter: Matter | None) -> Iterator[Sentence]:
    """Sentences made of what the page tells for a slot."""
    matter = brief(matter) if matter is not None else None
    clause, told = term_of(notice.slots.get(Slot.deadline, ()))
    if told is not None and is_of_another_step(told.sentence.partition(told.words)[0], "", "", notice.kind):
        clause, told = "", None  # the page's own matter, and no request
    if told is not None:
        told = _of_what(told, notice)
    if notice.kind in _ASKABLE and not called(notice):
        action = _action(told) if told is not None else ""
        by_when = _with_office(clause, told, notice.body) if told is not None else clause
        yield from told_to_you(notice, matter, by_when, action)
    if clause and told is not None:
        money = granted(notice) if not called(notice) else ""
        for text in _terms(notice, told, clause, matter, money):
            is_name = text.startswith("Puoi") and matter and not matter.article
            flaw = _NAME_ALONE if is_name or _FOR_THE_SEARCH.match(text) else -0.1
            if text.endswith(IS_PUT_OFF) or (money and f"{money}." in text):
                flaw = _TOLD_TO_YOU
            yield Sentence(text, facets(text) & _TOLD | {Slot.what, Slot.deadline}, True, NAMED, flaw)
        if quantity := up_to(notice, clause, told):
            yield quantity
        is_other = _is_of_another(told.sentence, notice.title)
        bare = "" if is_other else bare_term(told, clause, called(notice), _online(notice))
        if bare and not (bare.startswith(TIME) and (_is_duty(told) or notice.kind not in _CALLS)):
            yield Sentence(bare, facets(bare) & _TOLD | {Slot.deadline}, False, MADE, 0.1)
    yield from instalments(notice)
    if notice.kind in _ASKS_NOBODY:
        return
    for listing in notice.listings:
        if asks(listing):
            for text in told_whole(listing, matter):
                yield Sentence(text, frozenset({Slot.how, Slot.who}), False, 90)
            for text in needed(listing, matter):
                names = (matter is not None and matter.text in text) or is_told(notice.title, text)
                yield Sentence(text, frozenset({Slot.what, Slot.how, Slot.who}), names, 95, 0.1)
    if summary := in_the_page(notice):
        yield Sentence(summary, frozenset({Slot.how}), False, 99)
    if said := listed(notice, matter):
        yield Sentence(said, frozenset({Slot.what, Slot.how}), True, 98, 0.3)


def parts_of(notice: Notice) -> Iterator[Sentence]:
    """The particulars that may follow: for whom it is not where a sentence above calls them already."""
    is_called = called(notice) != ""
    said = (*particulars(notice), *labelled(notice))
    yield from (one for one in said if not (is_called and one.slots == {Slot.who}))


def _terms(notice: Notice, told: Told, clause: str, matter: Matter | None, money: str = "") -> Iterator[str]:
    """`Per il bonus affitti puoi fare domanda entro il 30 giugno.`, `È prorogato fino al 31 ottobre …`."""
    if extended := prolonged(notice, _until(clause)) or acts.extended(notice.title, _until(clause)):
        yield extended
        return
    if matter is None or (not matter.article and _is_headline(notice.title)):
        return  # `Pubblicato il bando`: a headline is no name
    if matter.article and speaks(matter.noun):
        return  # `Servizio civile, la Polizia cerca dieci volontari` is a sentence of its own
    if notice.kind not in _CALLS and not _DATED.search(clause):
        return  # of what the days are counted, the page says of another thing as easily
    said = f"{told.sentence} {told.words}"
    action = _action(told)
    if action == _REMARKS and notice.kind in OCCASIONS:
        return  # on what a meeting shows, and nothing that one does to come
    if action != _REMARKS and _RUNS_OUT.match(matter.noun) and matter.article and clause.startswith("entro "):
        if sale := _AUCTION.fullmatch(matter.noun):
            sold = f"{sale['of'] or 'di '}{sale['what']}"
            yield f"Le offerte per l'{sale['sale']} per la vendita {sold} si presentano {clause}."
            return
        yield f"Il termine {matter.of} scade {_at(clause)}."
        return
    if _IS_ASKING.match(matter.noun) and matter.article:  # `per la domanda puoi fare domanda`
        name = matter.text
        is_done = re.match(r"(?:domand|iscrizion|richiest)", matter.noun) is not None
        verb = (
            ("fanno" if matter.is_plural else "fa")
            if is_done
            else ("presentano" if matter.is_plural else "presenta")
        )
        yield f"{name[:1].upper()}{name[1:]} si {verb} {clause}."
        return
    if _is_of_another(said, notice.title):
        return
    if not action and _GIVES.match(matter.noun.lstrip("«")) and not _is_duty(told):
        action = "puoi fare domanda"
    if action:
        whom = called(notice)
        if money and action == "puoi fare domanda":
            where = office_of(told, notice.body)
            asks = f"{clause[:1].upper()}{clause[1:]} puoi chiedere{_online(notice)}"
            yield (
                f"{asks} {money}, {where}." if "," in where else f"{asks} {where} {money}.".replace("  ", " ")
            )
            return
        said = f"{whom} {_THEIRS[action]}" if whom else action
        if _MUST_BOOK.search(told.sentence):  # `Puoi prenotare` would tell that one need not
            said = _MAY_BOOK.sub("devi prenotare", said)
        if action == "puoi fare domanda" and is_asked(matter):
            asks_for = f"{whom} possono chiedere" if whom else "puoi chiedere"
            text = f"{asks_for}{_online(notice)} {matter.text} {_with_office(clause, told, notice.body)}."
            yield f"{text[:1].upper()}{text[1:]}"
            return
        if not matter.article and action in _OF_NAMES and not whom:
            yield f"{_OF_NAMES[action].format(online=_online(notice), matter=matter)} {clause}."
            return
        yield f"Per {matter.text} {said}{_online(notice)} {_with_office(clause, told, notice.body)}."
    elif (
        clause.startswith("entro ")
        and notice.kind in _CALLS
        and matter.article
        and not _OF_OFFICE.search(said)
        and not (_INTEREST.search(said) and not _INTEREST.search(notice.title))
    ):
        yield f"Per {matter.text} c'è tempo {_until(clause)}."


def _of_what(told: Told, notice: Notice) -> Told:
    """A term that stands bare under its label, with what the page calls that for which it is."""
    if len(told.sentence) > len(told.words) + _BARE or _action(told):
        return told
    ways = " ".join(one.words for one in notice.slots.get(Slot.how, ()))
    asked = next((found for text in (notice.title, ways) if (found := _REQUESTED.search(text))), None)
    return replace(told, sentence=f"{asked[0]}: {told.sentence}") if asked else told


def _is_of_another(said: str, title: str) -> bool:
    """`La richiesta di rimborso va presentata entro …`, of a page whose title names the canteen alone."""
    found = _OF_ANOTHER.search(said)
    return found is not None and found["what"].lower() not in title.lower()


def called(notice: Notice) -> str:
    """`le imprese` where the page first calls these alone; "" where it calls citizens or several."""
    who = notice.slots.get(Slot.who, ())
    words = who[0].words if who else _subject(notice)
    named = {name for pattern, name in _CALLED if pattern.search(words)}
    return named.pop() if len(named) == 1 and not _CITIZENS.search(words) else ""


def _subject(notice: Notice) -> str:
    """Who may or must, in the sentence that tells the term."""
    told = notice.slots.get(Slot.deadline, ())
    found = _WHO_MAY.match(told[0].sentence) if told else None
    return found["who"] if found else ""


def _is_headline(title: str) -> bool:
    return spoken(title) != title or _SEEKS.match(title) is not None


def _online(notice: Notice) -> str:
    return " online" if "online" in way(notice) else ""


_PROLONGED_BAN = re.compile(  # `sarà prorogato fino al 7 marzo il divieto di transito`: of another street
    r"\b(?:divieto|chiusura|sospensione|senso unico|ordinanza|limitazion\w)\b", re.I
)


_MUST_BOOK = re.compile(
    r"\bprenotazion[ei] (?:è |sono )?(?:obbligatori|necessari|richiest)\w"
    r"|\b(?:è|sono) (?:obbligatori|necessari|richiest)\w (?:la |le )?prenotazion\w"
    r"|(?<!non )\b(?:occorre|bisogna|è obbligatorio|è necessario) prenota\w+",
    re.I,
)
_MAY_BOOK = re.compile(r"\bpuoi prenotare\b", re.I)


def bare_term(told: Told, clause: str, whom: str = "", online: str = "") -> str:
    """`Puoi iscriverti entro il 30 giugno.`: behind a sentence that has named the matter."""
    if _EXPIRING.search(told.sentence) or _SEVERAL_TERMS.search(told.sentence):
        return ""
    action = _action(told)
    if _EXTENDED.search(f"{told.sentence} {told.words}") and clause.startswith("entro "):
        if _LENT.search(told.sentence) or _PROLONGED_BAN.search(told.sentence):
            return ""
        return f"La scadenza è prorogata {_to(clause)}."
    if action:
        said = f"{whom} {_THEIRS[action]}" if whom else action
        return f"{said[:1].upper()}{said[1:]}{online} {clause if online else _with_office(clause, told)}."
    if _OF_OFFICE.search(f"{told.sentence} {told.words}"):
        return ""
    return f"{TIME} {_until(clause)}." if clause.startswith("entro ") else ""


def _is_duty(told: Told) -> bool:
    """Whether the term is one of a duty, and no request's."""
    return _DUTY.search(told.sentence) is not None and not _REQUEST.search(told.sentence)


def _with_office(clause: str, told: Told, body: str = "") -> str:
    where = office_of(told, body)
    return f"{clause}{',' if ',' in where else ''} {where}".rstrip()


def _action(told: Told) -> str:
    """What one may do by then: of several things in the sentence the one that stands nearest to the term."""
    start = told.sentence.find(told.words)
    found = [
        (max(said.start() - start - len(told.words), start - said.end(), 0), action)
        for pattern, action in _ACTIONS
        for said in pattern.finditer(told.sentence)
    ]
    if start < 0 or not found:
        said = f"{told.sentence} {told.words}"
        return next((action for pattern, action in _ACTIONS if pattern.search(said)), "")
    nearest = min(found)[0]
    return next(action for at, action in found if at <= nearest + _BESIDE)


def _at(clause: str) -> str:
    """`entro le 12 del 30 giugno` as `alle 12 del 30 giugno`, `entro il 30 giugno` as `il 30 giugno`."""
    rest = clause.removeprefix("entro ")
    return f"alle {rest.removeprefix('le ')}" if rest.startswith("le ") else rest


def _to(clause: str) -> str:
    """`entro le 12 del 30 giugno` as `alle 12 del 30 giugno`, `entro il 30 giugno` as `al 30 giugno`."""
    return _until(clause).removeprefix("fino ")


def _until(clause: str) -> str:
    rest = clause.removeprefix("entro ")
    for plain, joined in (("le ", "fino alle "), ("il ", "fino al "), ("l'", "fino all'")):
        if rest.startswith(plain):
            return f"{joined}{rest.removeprefix(plain)}"
    return f"fino a {rest}" if rest != clause and rest[:1].isalpha() else clause
