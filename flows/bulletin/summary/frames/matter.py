"""What happens, as a phrase that follows `c'è`: `il corso di yoga`, `«Alba», mostra di fotografie di Ada Neri`."""

import re
from collections.abc import Iterator, Sequence

from flows.bulletin.language.sentences import has_verb
from flows.bulletin.language.shorten import mended
from flows.bulletin.language.signals import EMAIL, MONTH, PHONE, TIME, URL
from flows.bulletin.language.titles import casing, folded, is_told, softened
from flows.bulletin.page.notice import Notice

_MASCULINE = (
    "concerto recital corso incontro mercatino spettacolo film laboratorio convegno torneo trofeo festival raduno"
    " seminario workshop talk evento reading concorso pomeriggio percorso ciclo mercato pranzo picnic tour"
    " appuntamento cineforum saggio viaggio gioco stage"
)
_FEMININE = (
    "festa sagra fiera mostra lettura camminata passeggiata visita conferenza assemblea presentazione rassegna"
    " giornata serata gara escursione cerimonia biciclettata conversazione commemorazione celebrazione inaugurazione"
    " esposizione proiezione degustazione lezione commedia tavola manifestazione premiazione raccolta messa"
    " pedalata fiaccolata tombola cena"
)
_PLURAL = (
    "concerti incontri corsi spettacoli laboratori film mostre letture visite lezioni serate appuntamenti"
    " conferenze proiezioni passeggiate giornate attività giochi mercatini"
)
_ARTICLE = {word: "il" for word in _MASCULINE.split()} | {word: "la" for word in _FEMININE.split()}
_COUNTED = r"(?:due|tre|quattro|cinque|sei|sette|otto|nove|dieci|\d{1,2}|alcuni|alcune|tanti|tante|nuovi|nuove)"
_NOUN = re.compile(rf"({'|'.join(sorted(_ARTICLE, key=len, reverse=True))})\b", re.I)
_SEVERAL = re.compile(rf"(?:({_COUNTED})\s)?({'|'.join(sorted(_PLURAL.split(), key=len, reverse=True))})\b", re.I)
_QUOTED = re.compile(r'"([^"]{2,120})"|“([^”]{2,120})”|«([^»]{2,120})»')
_NUMBER_TITLE = re.compile(
    r"(?:comunicato(?: stampa)?|avviso|ordinanza|news|notizia|evento|n\.?|nr\.?|prot\w*)?[\s.,/\dnr°-]*"
    r"(?:del\s[\w\s/]+)?",
    re.I,
)
STATUS = re.compile(
    r"\b(?P<what>annullat|rinviat|posticipat|sospes|spostat|anticipat|cancellat)[oaie]\b", re.I
)
_STATUS_MARK = re.compile(
    r"^\W*(?:(?:evento|avviso)\s)?(?:annullat|rinviat|posticipat|sospes|spostat|cancellat)[oaie]\b\W*|"
    r"\W*[-–(]\s*(?:evento\s)?(?:annullat|rinviat|posticipat|sospes|spostat|cancellat)[oaie]\)?\W*$",
    re.I,
)
_DANGLING = re.compile(
    r"^(?:quest[oaie]|quell[oaie]|tal[ei]|inoltre|infatti|ma|e|ed|anche|così|quindi|perciò|dunque|ogni fotografia|qui"
    r"|in particolare|in questo|in tal|a seguire|durante|ness|si\s|ci\s|vi\s|lo\s\w+(?:erà|isce)|il tutto|al termine"
    r"|l['’]obiettivo|l['’]iniziativa|l['’]evento|il percorso|il progetto|la serata|la sua|il suo|le sue|i suoi|ecco"
    r"|tra (?:cui|questi)|nel corso|per questo|con (?:quest|tal)|da qui|dopo|nel 20|nel 19|dal (?:19|20)\d\d|pronti)\b",
    re.I,
)
_FILLER = re.compile(
    r"\b(?:unic[oa]\b|emozionant|meraviglios|imperdibil|magic[oahe]|straordinari[ao]\s(?:viaggio|occasione|opportunità)"
    r"|importantissim|special[ei]\b|indimenticabil|suggestiv|affascinant|opportunità|orgoglios|entusias|lieti|felici"
    r"|vi aspettiamo|non mancate|si celebra|spiacenti|fenomeno|tasso|aumentat)",
    re.I,
)
_HAPPENS = re.compile(
    r"\b(?:racconta(?:no)?|presenta(?:no)?|incontra(?:no)?|esplora(?:no)?|suona(?:no)?|celebra(?:no)?|propon(?:e|gono)"
    r"|port(?:a|ano) in scena|insegna(?:no)?|dialoga(?:no)?|parl(?:a|ano)|prevede|offre|spiega(?:no)?|organizza(?:no)?"
    r"|invita(?:no)?|si (?:terrà|svolgerà|svolge|tiene|esibi\w+)|promuove|accompagna(?:no)?|ospita)\b",
    re.I,
)
_FILM = re.compile(
    r"\bRegia(?: di|:)\s(?P<director>[A-ZÀ-Ý][\w'’.-]+(?:\s(?:de|di|da|van|von|al|le|la)?\s?[A-ZÀ-Ý][\w'’.-]*[\w'’]){0,3})"
)
_LOUD = re.compile(r"(?:[A-ZÀ-Ý\d][A-ZÀ-Ý\d'’À-]*(?:[ :,&-]{1,3}|$)){1,10}")
_CINEMA = re.compile(r"\bcinema\b|\bproiezion|\bcineforum\b", re.I)
_STAGE = re.compile(r"\b(?:teatro|commedia|in scena|costumi|scenografia|palco)\b", re.I)


def title_of(notice: Notice) -> str:
    """The title in good capitals, without the mark of a postponement; "" where it is a number."""
    bare = _STATUS_MARK.sub("", " ".join(notice.title.split())).strip(" .-–")
    if _NUMBER_TITLE.fullmatch(bare):
        return ""
    forms = casing([*notice.abstract, *notice.prose])
    title = softened(bare, forms)
    if title != bare:
        return title
    words = [word for word in re.findall(r"[^\W\d_]+", title) if len(word) > 1]
    loud = [word for word in words if word.isupper()]
    if len(loud) >= 2:  # `Il SAPER FARE: storia di un paese`
        title = re.sub(
            r"(?:\b[A-ZÀ-Ý]{2,}\b['’]?\s?){2,}", lambda run: _soft_run(run[0], forms, is_first=run.start() == 0), title
        )
    return title[:1].upper() + title[1:]


def phrase_of(words: str) -> str:
    """`il corso di yoga` of `Corso di yoga`, `tre incontri sul fuoco`; "" where no known noun opens it."""
    words = words.strip(" .;:")
    if several := _SEVERAL.match(words):
        text = words[0].lower() + words[1:]
        return _guillemets(text) if several[1] else _guillemets(f"{_plural_article(several[2])} {text}")
    noun = _NOUN.match(words)
    if noun is None:
        return ""
    article = _ARTICLE[noun[1].lower()]
    rest = words[noun.end() :]
    if named := re.fullmatch(r"(\s[\w\s]{0,30})?\s?:\s?(.+)", rest):  # `Incontro informativo: "Il voucher"`
        name = named[2].strip(" \"“”«»")
        rest = f"{(named[1] or '').rstrip()} «{name}»"
    word = noun[1].lower()
    if word in ("spettacolo", "stage"):
        joined = f"lo {word}"
    elif word[0] in "aeiou":
        joined = f"l'{word}"
    else:
        joined = f"{article} {word}"
    return _guillemets(f"{joined}{_lower_adjective(rest)}")


def is_plural(phrase: str) -> bool:
    """Whether `ci sono` goes before the phrase."""
    return _SEVERAL.match(re.sub(r"^(?:i|gli|le)\s", "", phrase)) is not None and not phrase.startswith(("il ", "la "))


def quoted(title: str) -> str:
    """The title between «», without quotes of its own around it."""
    bare = title.strip(" .")
    outer = _QUOTED.fullmatch(bare)
    if outer:
        bare = outer[1] or outer[2] or outer[3]
    return f"«{_QUOTED.sub(lambda match: f'“{match[1] or match[2] or match[3]}”', bare)}»"


def matters(notice: Notice) -> Iterator[tuple[str, str]]:
    """Ways to name what happens: a phrase after `c'è` and what is left to say of it in a sentence, best first."""
    title = title_of(notice)
    film = _film(notice)
    if film:
        yield film, ""
    sentences = list(what_sentences(notice, title))
    nominal = next(nominals(notice), "")
    is_headline = not title or has_verb(title) and _has_day(title) or len(title) > 110
    own = phrase_of(title) if title else ""
    if own and not is_headline:
        for sentence in sentences:
            yield own, sentence
        if nominal and not is_told(nominal, own):
            yield f"{own}: {_lowered_noun(nominal)}", ""
        yield own, ""
        return
    if title and not is_headline:
        named = quoted(title)
        kind = kind_word(notice, title)
        if nominal:
            yield f"{named}, {_lowered_noun(nominal)}", ""
        for sentence in sentences:
            yield f"{kind} {named}".strip(), sentence
        yield f"{kind} {named}".strip(), ""
        return
    if nominal:
        yield phrase_of(nominal), ""


def kind_word(notice: Notice, title: str) -> str:
    """`la mostra` where the page calls the title so; "" where it does not."""
    name = re.escape(title.split(".")[0].strip(" «»\"“”"))
    body = notice.source[len(notice.title) :]
    called = re.search(rf"\b(\w{{4,14}})\s[\"“«]?{name}", body, re.I)
    if called and (phrase := phrase_of(called[1])):
        return phrase
    if re.search(r"\bRegia\b", body) and _STAGE.search(body) and not _CINEMA.search(body):
        return "lo spettacolo"
    return ""


def what_sentences(notice: Notice, title: str) -> Iterator[str]:
    """The office's own sentences that say what happens, whole, the most telling first."""
    ranked = []
    for place, sentence in enumerate((*notice.abstract, *notice.prose)):
        if place > 14:
            break
        bare = sentence.strip()
        if not 25 <= len(bare) <= 175 or not has_verb(bare) or _DANGLING.match(bare) or not _stands(bare):
            continue
        if _FILLER.search(bare) or _has_day(bare) or TIME.search(bare):
            continue
        worth = 2.0 * bool(_HAPPENS.search(bare)) + (1.0 if title and is_told(title, bare) else 0) - place * 0.25
        ranked.append((-worth, len(bare), place, bare))
    for worth, _, _, bare in sorted(ranked):
        if worth < -0.5:
            yield bare if bare[-1] in ".!?" else f"{bare}."


def nominals(notice: Notice) -> Iterator[str]:
    """Phrases of the page that open with an event's noun and have no verb: `Presentazione del libro di Ada Neri`."""
    for phrase in (*notice.abstract, *notice.prose)[:10]:
        bare = phrase.strip(" .;")
        if not 12 <= len(bare) <= 150 or not (_NOUN.match(bare) or _SEVERAL.match(bare)) or _has_day(bare):
            continue
        if not TIME.search(bare) and not EMAIL.search(bare) and not URL.search(bare) and not PHONE.search(bare):
            yield bare


def _film(notice: Notice) -> str:
    body = notice.source[len(notice.title) :]
    found = _FILM.search(body)
    if found is None or not _CINEMA.search(notice.title + body):
        return ""
    before = body[max(0, found.start() - 160) : found.start()]
    runs = [run for run in _LOUD.finditer(before) if len(run[0].strip(" -–:,")) > 1]
    name = ""
    for run in reversed(runs):
        text = run[0].strip(" -–:,")
        opens = before[: run.start()].rstrip()
        if re.search(r"[A-ZÀ-Ý]{2}|\d", text) and not re.fullmatch(r"[\d\s:.]+", text) and opens[-1:] in '"”».':
            name = text
            break
    if not name:
        return ""
    forms = casing([])
    return f"il film «{_soft_run(name, forms, is_first=True).strip()}» di {found['director'].strip(' .')}"


def _soft_run(run: str, forms: dict[str, str], *, is_first: bool) -> str:
    lowered = softened(run, forms) if " " in run.strip() else run.capitalize()
    if not is_first and lowered:
        words = lowered.split(" ")
        words[0] = forms.get(words[0].lower(), words[0] if words[0].isupper() and len(words[0]) > 4 else words[0].lower())
        lowered = " ".join(words)
    return lowered


def _plural_article(noun: str) -> str:
    word = noun.lower()
    if word in ("spettacoli", "incontri", "appuntamenti"):
        return "gli"
    return "le" if word.endswith(("e", "oni", "ità")) else "i"


def _lowered_noun(phrase: str) -> str:
    return _guillemets(phrase[0].lower() + phrase[1:])


def _lower_adjective(rest: str) -> str:
    """`Recital Pianistico con` has an adjective with a capital that is no name."""
    return re.sub(
        r"^\s([A-Z])([a-z]+(?:ico|ica|ale|ivo|iva|oso|osa|uto|ato|ata|era|ano|ana))\b(?!\s[A-Z])",
        lambda word: f" {word[1].lower()}{word[2]}",
        rest,
    )


def _guillemets(text: str) -> str:
    return mended(_QUOTED.sub(lambda match: f"«{match[1] or match[2] or match[3]}»", text))


def _has_day(text: str) -> bool:
    return re.search(rf"\b\d{{1,2}}[°º]?\s{MONTH}|\b\d{{1,2}}/\d{{1,2}}\b", text, re.I) is not None


def _stands(sentence: str) -> bool:
    if EMAIL.search(sentence) or PHONE.search(sentence) or "clicc" in sentence.lower() or "allegat" in sentence.lower():
        return False
    return sentence[0].isupper() or sentence[0] in "«“\"0123456789"


def same_matter(sentences: Sequence[str], sentence: str) -> bool:
    """Whether one of `sentences` tells the same already."""
    return any(folded(sentence) in folded(other) for other in sentences)
