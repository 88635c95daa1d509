"""What a thing is, where its page says so in a phrase without a verb, or its title behind a colon.

`Servizio gratuito per chi cerca casa.` under the title `Sportello casa` is `Lo sportello casa è un servizio
gratuito per chi cerca casa.`, `“Alba”: un aiuto per i nonni` is `«Alba» è un aiuto per i nonni.`
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.articles import definite, gender_of, indefinite
from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.sentences import split
from flows.bulletin.language.titles import folded
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.prose.lines import is_cut, lines
from flows.bulletin.summary.frames.titles.matter import is_number, matter_of
from flows.bulletin.summary.frames.titles.nouns import quoted

_NAMES = """
    agevolazione aiuto applicazione attività campagna centro concorso contributo corso fondo guida iniziativa
    misura opportunità percorso piattaforma premio programma progetto punto rassegna rete servizio sondaggio
    sostegno spazio sportello strumento struttura
"""
_KINDS = frozenset(_NAMES.split())
_UNDERTAKEN = re.compile(
    r"(?:campagna|concorso|iniziativa|progetto|rassegna)\s(?:promoss|organizzat|ideat)[oa]\s", re.I
)
_SHORTEST, _LONGEST, _LONG_NAME = 20, 230, 90
_THAT = re.compile(r"\b(?:che|chi|dove|cui)\b")  # `per chi cerca casa`: its verb is no sentence's
_ASIDE = re.compile(r"[:;|()/]|\b(?:art|legge|d\.?lgs|n\.)\s?\b|\bD\.\s?Lgs", re.I)
_GOES_ON = re.compile(r"[a-zà-ù]+(?:\s[a-zà-ù]|\s[«“\"]|['’])")
_PROGRAMME = re.compile(
    r"programma (?:degli |delle |dei )?(?P<events>eventi|iniziative|manifestazioni|appuntamenti|spettacoli)"
    r"(?: (?:dell['’])?(?P<season>estate|autunno|inverno))?(?: (?P<year>20\d\d))?\.",
    re.I,
)
_TOWN = re.compile(r"\bcomun[ei](?= di [A-ZÀ-Ý])")
_LAST = re.compile(r"(?<=\w), (?P<name>[A-ZÀ-Ý]\w+(?: [A-ZÀ-Ý]\w+)*)\.$")
_OFFICE = re.compile(
    r"(?:il|la|l['’])?\s?(?:sindac|comune|giunta|assessor|consigli|region|provinci)\w*\b", re.I
)
_QUOTATION = re.compile(r"[“”\"«]([^“”\"«»]{4,200})")  # to its end where a site cut the second mark
_NAMED = re.compile(r"(?P<name>[^:]{3,90}):\s(?P<article>un[oa]?\s|un['’])(?P<what>\w.+)", re.I)


def is_a(notice: Notice) -> Iterator[str]:
    """The sentence, where the page or its title says what the thing is; nothing else."""
    if is_number(notice.title) or is_cut(notice.title):
        return
    title = notice.title.strip(" .,;")
    named = _NAMED.fullmatch(title)
    if named:
        is_kind = named["what"].split()[0].lower() in _KINDS  # `un anno di impegno` is a slogan
        is_apposition = (
            is_kind and not speaks(_THAT.split(named["what"])[0]) and not _is_all_name(named, notice.body)
        )
        if is_apposition and (subject := _subject(named["name"], "")):
            yield f"{subject} è {named['article'].lower()}{named['what']}."
        return
    opening = _opening(notice)
    if programme := _programme(opening, title):
        yield programme
        return
    phrase = _kind_of(opening) if opening else ""
    subject = _subject(title, opening) if phrase and spoken(title) == title else ""
    if subject:
        yield f"{subject} è {phrase}"


def _programme(opening: str, title: str) -> str:
    """`Nella pagina trovi il programma di «Estate viva», gli eventi dell'estate 2031.`; ""."""
    found = _PROGRAMME.fullmatch(opening)
    gender = gender_of(found["events"].lower()) if found else None
    if found is None or gender is None or len(title) > _LONG_NAME:
        return ""
    events = f"{definite(found['events'].lower(), gender)}{found['events'].lower()}"
    season = f" dell'{found['season'].lower()}" if found["season"] else ""
    year = f" {found['year']}" if found["year"] else ""
    when = f", {events}{season}{year}" if season or year else ""
    return f"Nella pagina trovi il programma di {quoted(title)}{when}."


def _opening(notice: Notice) -> str:
    """The phrase without a verb that a page opens with, with its full stop; "" where it opens otherwise."""
    below = lines(notice)[1:2]
    first = next(iter(split(below[0])), "") if below else ""
    if not first or (not first.endswith(".") and notice.is_cut):
        return ""
    return f"{first.rstrip(' .')}."


def _kind_of(opening: str) -> str:
    """`un servizio gratuito per chi cerca casa.` of `Servizio gratuito per chi cerca casa.`"""
    noun, _, rest = opening.partition(" ")
    noun = noun.lower()
    gender = gender_of(noun) if noun in _KINDS else None
    if (
        gender is None
        or not _SHORTEST <= len(opening) <= _LONGEST
        or not _GOES_ON.match(rest)
        or speaks(_THAT.split(opening)[0])
        or _ASIDE.search(opening)
    ):
        return ""
    return f"{indefinite(noun, gender)}{noun} {_towns(rest)}"


def _subject(name: str, opening: str) -> str:
    """`Lo sportello casa`, `«Alba»`; "" where the name is a sentence of its own, or has the noun already."""
    noun = opening.partition(" ")[0].lower()
    matter = matter_of(name)
    if matter is not None and matter.article:
        if matter.is_plural or matter.noun.partition(" ")[0] == noun:
            return ""
        return f"{matter.text[:1].upper()}{matter.text[1:]}"
    if len(name) > _LONG_NAME or (noun and noun in folded(name).split()):
        return ""
    if speaks(name) and opening and (not _UNDERTAKEN.match(opening) or _OFFICE.match(name)):
        return ""
    if name.count(":") or (" " not in name.strip() and opening):
        return ""
    return quoted(name)


def _is_all_name(named: re.Match[str], body: str) -> bool:
    """Whether a page quotes the title with what stands behind its colon: `l'incontro «Cura: una guida»`."""
    opening = folded(f"{named['name']} {named['article']}")
    return any(folded(found[1]).startswith(opening) for found in _QUOTATION.finditer(body))


def _towns(rest: str) -> str:
    """`dai Comuni di Alba, Bra e Cuneo` of `dai comuni di Alba, Bra, Cuneo`."""
    rest = _TOWN.sub(lambda town: town[0].capitalize(), rest)
    return _LAST.sub(r" e \g<name>.", rest) if _LAST.search(rest) else rest
