"""Texts of acts and results: the matter in plain words, never a number first,
and until when one may react.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.marks import tidied
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import has_verb
from flows.bulletin.language.titles import calmed, folded
from flows.bulletin.page.notice import Kind, Notice, Slot
from flows.bulletin.summary.frames.calls.deposits import deposit
from flows.bulletin.summary.frames.calls.headlined import asked_by_title
from flows.bulletin.summary.frames.calls.particulars import particulars
from flows.bulletin.summary.frames.calls.shown import shown
from flows.bulletin.summary.frames.own_sentences.sentences import MADE, Sentence, chosen, heading, office
from flows.bulletin.summary.frames.prose.legal import without_law
from flows.bulletin.summary.frames.prose.lines import is_cut, lines
from flows.bulletin.summary.frames.times.terms import term
from flows.bulletin.summary.frames.titles.appeals import appeal
from flows.bulletin.summary.frames.titles.deeds import done
from flows.bulletin.summary.frames.titles.matter import Matter, is_number, matter_of, noun_of
from flows.bulletin.summary.frames.titles.outcomes import is_of_other_news, outcome

WANTED = (Slot.what, Slot.until, Slot.deadline, Slot.when, Slot.place, Slot.how, Slot.exception)
_TO_ALL = re.compile(  # a title that names nothing
    r"\W*(?:avvis[oi]|comunicat[oi]|comunicazion[ei])(?: (?:important[ei]|urgent[ei]|pubblic[oi]))?"
    r"(?: (?:a(?:i|gli|lla|lle)?|per (?:i|gli|la|le)) (?:tutt[ie] )?(?:(?:i|gli) )?"
    r"(?:cittadin\w+|cittadinanza|popolazione|residenti|utenti|utenza))?\W*",
    re.I,
)
_PUBLISHED = re.compile(
    r"^(?:pubblicazione|pubblicat[aeio])\s+(?:de(?:l|lla|llo|i|gli|lle)\s+|dell['’]\s?)?(?=\w)", re.I
)
_EXTENDED = re.compile(
    r"^prorog(?:a|at[aeio])\s+(?:(?:termini|scadenza)\s+)?(?:de(?:l|lla|llo|i|gli|lle)\s+|dell['’]\s?)?(?=\w)",
    re.I,
)
_NOTICE = re.compile(
    r"^(?:avviso pubblico|avviso|bando pubblico|bando|graduatori[ae]|elenco|esito|calendario|albo)\b", re.I
)
_NOTICE_OF_STATUS = re.compile(r"\w+\s[-–:]\s", re.I)  # `Avviso - posticipo della data`
_CHANGES = re.compile(
    r"\b(?:integrazione|modifica|revoca|rettifica|annullamento|proroga)\s+(?:\w+\s+){0,3}ordinanz", re.I
)
_NOISE = re.compile(
    r"^(?P<what>.{5,80}?)\s*[-–:]\s*autorizzazion\w*\b.*\b(?:acustic\w+|rumor\w*|sonor\w*)\b", re.I | re.S
)
_PAPER = re.compile(
    r"(?:^|['\s])(?:graduatori[ae]|elenco|esito|calendario|avviso|bando|albo)$", re.I
)  # what a page publishes of something else
_IS_ADJECTIVE = re.compile(r"(?:pubblic|comunal|provvisori|definitiv|final|regional|distrettual)\w*\b", re.I)
_ADJECTIVES = re.compile(rf"(?:{_IS_ADJECTIVE.pattern[:-2]}\s)+", re.I)
_BECAME = re.compile(
    r"\b(?:posticip\w+|rinvi(?!o a)\w+|annull\w+|revoc\w+|sospes\w+|liquidazion\w+|rettific\w+"
    r"|ammess[oi]\w*|esclus[oi]"
    r"|graduatori\w+|esit[oi]|vincitor\w+|deserta)\b",
    re.I,
)
_IS_CALL = re.compile(r"(?:bando|avviso)\b", re.I)
_STEP = re.compile(
    r"(?:ammission[ei]|convocazion[ei]|prov[ae]\b|diario|calendario delle prov|posticip|rinvi|candidati)",
    re.I,
)
_DASH = re.compile(r"\s[-–—]\s|:\s")
_PROCEDURE = re.compile(
    r"Verifica di assoggettabilità\b|Valutazione (?:ambientale|di impatto|di incidenza)\b|Variante\b"
    r"|(?P<it>Rapporto (?:ambientale|preliminare)\b|Piano (?:attuativo|di recupero|di lottizzazione)\b)"
    r"|(?P<lo>Studio di (?:impatto|fattibilità|incidenza)\b)",
)
_DOCUMENTS = re.compile(r"\b(?:document\w+|allegat[oi]|elaborati|pdf)\b", re.I)
_SIGLE = re.compile(r"(?<=\()(?:vas|via|vinca)(?=\))")
_SHORT_LINE = 80  # characters
_OPENING = 300  # characters of a page that say what is new of a call
_APPROVED = re.compile(
    r"^(?P<what>.{8,220}?)[.–-]\s*approvazione\s(?:de(?:l|lla)\s|dell['’])?(?P<document>avviso pubblico"
    r"|avviso|bando)\b",
    re.I | re.S,
)
_WITH_ARTICLE = {"avviso": "l'", "bando": "il "}
_LICENSED = re.compile(
    r"^[«“\"]?(?P<what>[^«»“”\"]{4,80}?)[»”\"]?\s*[-–:]\s*(?:autorizzazione|licenza)\s(?:allo "
    r"svolgimento|ai sensi|per lo svolgimento)\b",
    re.I | re.S,
)
_JOINS = re.compile(
    r"(?:d[aei]l?|dell[aeo]|degli|dei|per|al?|all[aeo]|agli|ai|in|con|su|sull[aeo]|rivolt|destinat|finalizzat|n\.|[-–«\"“(])"
    r"(?:\s|\w|['’]|$)|(?:dell|all|sull|d)['’]",
    re.I,
)
_DONE = re.compile(
    r"\b(?:è|sono)\s(?:adottat|approvat|depositat|pubblicat|prorogat|revocat|istituit)[oaie]\b", re.I
)
_OBJECT = re.compile(r"^oggetto\s*:\s*", re.I)
_SAYS_SO = re.compile(r"Si (?:pubblic|rend)\w+\s")  # what the made sentence says of what
_CORRECTS = re.compile(r"\b(?:rettific\w+|revoc\w+|annull\w+|dinieg\w+)\b", re.I)
_REACTS = re.compile(r"\b(?:ricorso|opposizione|osservazioni|reclamo|controdeduzioni)\b", re.I)
_COURT = re.compile(r"\bT\.?A\.?R\b|\btribunale\b|\bcapo dello stato\b", re.I)
_LONG_LINE = 220  # UTF-16 units
_EVENT = re.compile(
    r"^(?P<noun>sagra|festa|fiera|manifestazione|rassegna|notte|concerto|evento|mercato|carnevale)\b", re.I
)


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Texts of at most `limit` UTF-16 units, best first; none for an act whose matter is not told."""
    matter = matter_of(notice.title)
    sentences = [*office(notice, matter), *particulars(notice), *deposit(notice), *asked_by_title(notice)]
    subject = subject_of(notice)
    made = outcome(notice) or published_of(notice) or approved(subject) or permitted(subject)
    deed = done(subject) if is_number(notice.title) else ""
    made = made or (f"{deed}." if deed else "")
    if made:
        sentences = [one for one in sentences if not _SAYS_SO.match(one.text)]
    if made and utf16(made) <= limit:
        sentences.append(Sentence(made, frozenset({Slot.what}), True, -1, 0.1))
    if notice.kind is Kind.result and (seen := shown(notice)):
        sentences.append(seen)
    if notice.kind is Kind.result and (reaction := _reaction(notice)):
        sentences.append(Sentence(reaction, frozenset({Slot.deadline}), False, MADE))
    title = heading(notice)
    if title and (notice.kind is not Kind.act or _DONE.search(title.text)):
        sentences.append(title)
    for _, text in chosen(notice, sentences, WANTED, limit):
        yield text
    if (said := _procedure(notice)) and utf16(said) <= limit:
        yield said


def _reaction(notice: Notice) -> str:
    """`Puoi presentare ricorso entro il 23 dicembre 2026.`; "" where no day is told, or a court's."""
    for told in notice.slots.get(Slot.deadline, ()):
        way = _REACTS.search(told.sentence)
        if way is None or _COURT.search(told.sentence):
            continue
        words = told.words if told.words.lower().startswith("entro") else f"entro il {told.words}"
        if clause := term(words):
            return f"Puoi presentare {way[0].lower()} {clause}."
    return ""


def _procedure(notice: Notice) -> str:
    """`Nella pagina trovi i documenti della verifica di …` of a page that has them alone; ""."""
    title = notice.title.strip(" .")
    found = _PROCEDURE.match(title) if not notice.prose and _DOCUMENTS.search(notice.body) else None
    if found is None:
        return ""
    of = "del" if found["it"] else "dello" if found["lo"] else "della"
    name = _SIGLE.sub(lambda sigla: sigla[0].upper(), f"{title[:1].lower()}{title[1:]}")
    return f"Nella pagina trovi i documenti {of} {name}."


def subject_of(notice: Notice) -> str:
    """What the act is about: its title, or the line below a title that is only a number."""
    if not is_number(notice.title):
        return _in_full(notice) or notice.title
    lines = [*notice.abstract, *notice.prose] or [notice.body]
    first = next((line.strip(" .-\n") for line in lines if line.strip(" .-\n")), "")
    return _OBJECT.sub("", calmed(tidied(first), {}))


def _in_full(notice: Notice) -> str:
    """The line below a title that says in full what the title opens with.

    `Avviso ai soci della banda Po` stands under `Avviso ai soci - concerto`.
    """
    head = _DASH.split(notice.title, maxsplit=1)[0]
    below = next(iter(lines(notice)[1:2]), "")
    is_same = head != notice.title and folded(below).startswith(f"{folded(head)} ")
    return below.strip(" .") if is_same and not is_cut(below) and not has_verb(below) else ""


def published(subject: str) -> str:
    """`Pubblicazione graduatorie definitive` -> `Sono pubblicate le graduatorie definitive.`;
    "" for others.
    """
    if _CHANGES.search(subject) or is_cut(subject) or is_of_other_news(subject) or _TO_ALL.fullmatch(subject):
        return ""
    for pattern, stem in ((_PUBLISHED, "pubblicat"), (_EXTENDED, "prorogat")):
        if match := pattern.match(subject):
            return _said(noun_of(subject[match.end() :]), stem)
    if _NOTICE.match(subject):
        return _said(noun_of(subject), "pubblicat")
    return ""


def approved(subject: str) -> str:
    """`Uso delle palestre. Approvazione avviso pubblico` as `È approvato l'avviso pubblico per l'uso …`."""
    match = _APPROVED.match(subject)
    noun = (
        noun_of(re.sub(r"\.\s+(\w)", lambda stop: f", {stop[1].lower()}", match["what"].strip(" .-–")))
        if match
        else None
    )
    if match is None or noun is None:
        return ""
    what = match["document"].lower()
    return f"È approvato {_WITH_ARTICLE[what.split()[0]]}{what} per {noun.text}."


def announced(notice: Notice) -> str:
    """`È pubblicato l'avviso per i contributi alle famiglie.`, where the page opens with it as a heading."""
    for line in lines(notice)[1:3]:
        if (
            _NOTICE.match(line)
            and not _NOTICE_OF_STATUS.match(line)
            and not is_cut(line)
            and utf16(line) <= _LONG_LINE
        ):
            return appeal(line) or published(line.strip(" ."))
    return ""


def published_of(notice: Notice) -> str:
    """What the page publishes by its title; "" where it tells below what has become of that."""
    subject = subject_of(notice)
    if any(_STEP.match(line) and len(line) <= _SHORT_LINE for line in lines(notice)[1:4]):
        return ""
    if _IS_CALL.match(subject) and _BECAME.search(notice.body[:_OPENING]):
        return ""
    return appeal(subject) or published(without_law(subject))


def extended(title: str, until: str) -> str:
    """`Proroga avviso pubblico per …` -> `È prorogato fino al 31 ottobre l'avviso pubblico per …`; "" for
    others.
    """
    match = _EXTENDED.match(title)
    noun = noun_of(title[match.end() :]) if match else None
    if noun is None or not until.startswith("fino"):
        return ""
    verb = noun.participle("prorogat")
    return f"{verb[:1].upper()}{verb[1:]} {until} {noun.text}."


def permitted(subject: str) -> str:
    """`Sagra del riso - autorizzazione in deroga ... inquinamento acustico` as a sentence; "" for others."""
    match = _NOISE.match(subject)
    if match is None:
        licensed = None if _CORRECTS.search(subject) else _LICENSED.match(subject)
        return f"È autorizzata la manifestazione «{licensed['what'].strip()}»." if licensed else ""
    what = match["what"].strip()
    event = _EVENT.match(what)
    if event is None:
        return f"Per «{what}» è permesso superare i limiti di rumore."
    article = {"evento": "L'", "concerto": "Il ", "mercato": "Il ", "carnevale": "Il "}.get(
        event["noun"].lower(), "La "
    )
    return f"{article}{what} può superare i limiti di rumore."


def _said(noun: Matter | None, stem: str) -> str:
    if noun is None:
        return ""
    verb = noun.participle(stem)
    return f"{verb[:1].upper()}{verb[1:]} {_called(noun) or _joined(noun)}."


def _called(noun: Matter) -> str:
    """`il bando «Famiglie fragili»` of `bando Famiglie fragili`: a name that nothing joins; "" for others."""
    head, _, rest = noun.noun.partition(" ")
    words = rest.split()
    if head not in ("avviso", "bando") or len(words) < 2 or _JOINS.match(rest) or _IS_ADJECTIVE.match(rest):
        return ""
    if noun_of(rest) is not None or words[0].endswith(("ato", "ati", "ata", "ate", "!", ":")):
        return ""
    if not rest[:1].isupper() and (_JOINS.match(f"{words[1]} ") or words[1][:1].isdigit()):
        return ""
    return f"{noun.text.removesuffix(noun.noun)}{head} «{rest[:1].upper()}{rest[1:]}»"


def _of(rest: str) -> str:
    """`della misura B2 2024/2025` of `Misura B2 - 2024/2025`."""
    noun = noun_of(re.sub(r"\s[-–]\s(?=20\d\d\b)", " ", rest))
    return noun.of if noun is not None else rest


def _joined(noun: Matter) -> str:
    """`la graduatoria bando casa` as `la graduatoria del bando casa`: titles leave out the small words."""
    head, _, rest = noun.text.partition(" ")
    if head.endswith("'") or head == noun.article:
        second, _, rest = rest.partition(" ")
        head = f"{head} {second}"
    if (said := _ADJECTIVES.match(rest)) and noun_of(rest[said.end() :]) is not None:
        head, rest = f"{head} {said[0].strip()}", rest[said.end() :]  # `graduatorie definitive Misura B2`
        return f"{head} {_of(rest)}"
    other = noun_of(rest) if rest and not _IS_ADJECTIVE.match(rest) else None
    is_paper = _PAPER.search(head) is not None
    if is_paper and rest[:2] in ("- ", "– "):
        other = noun_of(rest[2:])
        return f"{head} {other.of}" if other else f"{head} {rest}"
    return f"{head} {other.of}" if other is not None and is_paper else noun.text
