"""Shorter forms of a sentence that still say what it says: no preamble, no aside, ended earlier at a clause.

A clause with an exception, a condition or a negation is never taken out: without it the rest is false.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import has_verb
from flows.bulletin.language.shorten import clauses, cut, mended
from flows.bulletin.language.signals import ACT, MONTH, STREET, WEEKDAY, signals

_WHO = (
    r"(?:(?:l['’]|il |la |lo )?(?:amministrazione(?: comunale)?|comune(?: di"
    r" (?:[A-Z]\w+\s?){1,4})?|ufficio [\w ]{1,40}|assessorato [\w ]{1,40}"
    r"|sindac[oa](?: [A-Z]\w+){0,3}|giunta(?: comunale)?)\s+)"
)
_WHOM = (
    r"(?:\s+(?:i|le|ai|alle|tutti i|tutta la|la|alla|gli|agli)\s+(?:gentili\s+)?(?:cittadin\w+"
    r"|cittadinanza|utenti|utenza|residenti|famiglie|interessati|contribuenti|genitori|studenti|proprietari"
    r"|titolari|imprese|operatori|associazioni|popolazione)(?:\s+interessat\w)?(?:\s+e\s+(?:i|le|ai|alle)?\s*\w+)?)?"
)
_PREAMBLE = re.compile(
    r"^(?:"
    r"(?:con la presente |con il presente avviso |a tal proposito |al riguardo |pertanto "
    r"|inoltre |infine )?(?:si (?:comunica|informa(?:no)?|avvis(?:a|ano)|rende noto|ricorda"
    r"|precisa|segnala|fa presente|avverte|porta a conoscenza|pubblica l['’]avviso)"
    rf"|{_WHO}(?:comunica|informa|avvisa|rende noto|ricorda|segnala|fa sapere))"
    rf"{_WHOM}\s*,?\s*che\s*(?:,\s*)?"
    r"|siamo (?:spiacenti|lieti|felici) di (?:dover )?(?:comunicare|informare|annunciare"
    r"|informarvi|comunicarvi)(?:vi)? che\s+"
    r"|è con (?:grande )?piacere che\s+"
    r"|(?:inoltre|infine|pertanto|quindi|a tal fine),?\s+"
    r")",
    re.I,
)
_WITH_THIS = re.compile(r"^con (?:la|il) presente(?: avviso)?,? (?=si )", re.I)
_SMALL = re.compile(r"\s*\([^()]{1,200}\)")
_ASIDE = re.compile(
    r"^(?:in collaborazione|con il patrocinio|con il contributo|con il sostegno|in accordo"
    r"|d['’]intesa|di concerto|per motivi|per conto"
    r"|dopo (?:la|il|lo|l['’])|una volta|come (?:ogni|previsto|da)|grazie a|nell['’]ambito|a"
    r" seguito|in seguito|ai sensi|di cui|secondo quanto"
    r"|in ottemperanza|in attuazione|in qualità|in occasione|anche quest['’]anno|senza"
    r" distinzione|altrimenti|eventualmente|che |il quale|la quale|i quali|le quali"
    r"|oltre a|oltre che|nonché|accogliendo|attraverso|soggetto gestore|con determina|con"
    r" delibera|con ordinanza|già |nat[oa] |ditta |a cura|finanziat|promoss|organizzat"
    r"|\w{3,}(?:ando|endo)\b)",
    re.I,
)
_BINDING = re.compile(
    r"\b(?:salv[oa]|eccett\w+|tranne|esclus\w+|solo|soltanto|esclusivamente|non|senza"
    r" prenotazione|previa|purché|se|qualora|in caso|a condizione"
    r"|fatta eccezione|né|obbligatori\w+|vietat\w+|annullat\w+|rinviat\w+|sospes\w+"
    r"|prorogat\w+|chius\w+|escluse|ad eccezione|fino a|numeri (?:pari|dispari)|lato)\b",
    re.I,
)
_ACT_ASIDE = re.compile(
    rf"(?:,?\s*\b(?:con|giusta|come da|a seguito di|in esecuzione (?:di|della)|ai sensi (?:di"
    rf"|della|del)|di cui alla)|,\s*approvat[oaie] con)\s+(?:la\s+|il\s+|propria\s+)?{ACT.pattern}"
    r"(?:\s+e\s+(?:successive\s+\w+|s\.?\s?m\.?\s?i\.?|ss\.?\s?mm\.?\s?ii\.?))?,?",
    re.I,
)
# `Qualora il proprietario non abbia i documenti, …`: what such a sentence says comes after its first comma
_LEANS = re.compile(
    r"(?:Qualora|Se|Nel caso|In caso|Quando|Dopo|Con (?:il|la|lo|l['’])|Una volta|Poiché|Dato"
    r"|Vist[oaie]|Considerat[oaie]|Per|In seguito|A seguito"
    r"|Attraverso|Grazie|Nell|Nel|Nella|Durante|Anche|Oltre|Al fine|Tutti coloro|Coloro|Chi)\b",
)
_OPENING = re.compile(
    r"(?:come (?:da|comunicato|previsto|stabilito|disposto|anticipato)|secondo quanto|a seguito|in seguito"
    r"|facendo seguito|in (?:ottemperanza|attuazione|esecuzione|accoglimento|considerazione)|ai sensi"
    r"|vist[oaie]|considerat[oaie]|su (?:proposta|richiesta|indicazione)|al fine di|allo scopo di"
    r"|nell['’]ambito"
    r"|in collaborazione|in accordo|d['’]intesa|grazie a|con il (?:patrocinio|contributo|sostegno))\b",
    re.I,
)
# a road or a day less in a list is a road that seems open, a day that seems free
_IN_A_LIST = re.compile(
    rf"(?:,|,? ed?| fino| al?la?)\s*(?:in |il |i giorni )?(?:{STREET}\s|\d{{1,2}}\b|{WEEKDAY}|{MONTH})", re.I
)
_EARLIER = 0.8  # how well a sentence reads that ends earlier
_PREPOSITION = re.compile(
    r"(?:a|ad|in|con|per|dopo|da|dal|dalla|presso|nel\w*|anche|oltre|tra|su|sul\w*)\b", re.I
)


def variants(sentence: str, limit: int) -> Iterator[tuple[str, float]]:
    """Forms of one sentence that fit `limit` UTF-16 units, each with how well it reads (1 is the best).

    Expects balanced brackets. Nothing is reworded; what is left out at the end is marked by "…".
    """
    seen: set[str] = set()
    for text, quality in _forms(sentence):
        text = _tidied(text)
        text = text[:1].upper() + text[1:] if sentence[:1].isupper() else text
        if text in seen or not any(char.isalnum() for char in text):
            continue
        seen.add(text)
        if utf16(text) <= limit:
            yield text, quality
        for head, good in _heads(text, limit):
            if head not in seen:
                seen.add(head)
                yield head, quality * good


def _forms(sentence: str) -> Iterator[tuple[str, float]]:
    bare = without_preamble(sentence)
    yield bare, 1.0
    short = _ACT_ASIDE.sub(" ", bare) if _ACT_ASIDE.search(bare) else bare
    short = _SMALL.sub(lambda match: match[0] if _is_telling(match[0]) else "", short)
    if short != bare:
        yield short, 0.99
    plain = _without_asides(short)
    if plain != short:
        yield plain, 0.96
    for text in (_without_closing(plain), _without_opening(plain), _without_opening(_without_closing(plain))):
        if text != plain:
            yield text, 0.95
    plain = _without_opening(plain)
    barest = _SMALL.sub("", plain)
    if barest != plain and len(barest) * 2 > len(plain):
        yield barest, 0.93


def without_preamble(sentence: str) -> str:
    """`Si informa che la strada è chiusa` -> `La strada è chiusa`."""
    rest = _WITH_THIS.sub("", _PREAMBLE.sub("", sentence, count=1))
    return rest[:1].upper() + rest[1:] if rest != sentence and len(rest) > 15 else sentence


def _is_telling(bracketed: str) -> bool:
    return _BINDING.search(bracketed) is not None or any(signal.weight >= 1 for signal in signals(bracketed))


def _without_asides(text: str) -> str:
    """Clauses between two commas that only say with whom, why or of whom."""
    parts = re.split(r"(?<=[^\d\s])(,)\s", text)
    if len(parts) < 5:
        return text
    clauses = parts[::2]
    shorter = [clauses[0]]
    for place, clause in enumerate(clauses[1:-1], start=1):
        is_list = len(clause) < 25 and not clause.lower().startswith(("che ", "in collab"))
        opens_aside = _ASIDE.match(clause) is not None and not _ASIDE.match(clauses[place + 1])
        is_main = has_verb(clause) and not re.match(
            r"(?:che|il quale|la quale|i quali|le quali|come) ", clause, re.I
        )
        telling = (
            is_main
            or _BINDING.search(clause)
            or sum(signal.weight for signal in signals(clause) if signal.weight > 1.2) > 2
        )
        if opens_aside and not telling and not is_list and clause.count("(") == clause.count(")"):
            shorter[-1] += "\0"
        else:
            shorter.append(clause)
    joined = ", ".join([*shorter, clauses[-1]])
    # both commas of an aside go with it: `il Cai, in collaborazione con …, organizza` -> `il Cai organizza`
    return re.sub(r"\0+,?", "", joined.replace("\0, ", "\0 "))


def _without_opening(text: str) -> str:
    """`Come da nota pervenuta da …, per lavori la corrente manca` -> `Per lavori la corrente manca`."""
    opening, _, rest = text.partition(", ")
    if not _is_idle(opening) or has_verb(opening) or not has_verb(rest):
        return text
    return rest[:1].upper() + rest[1:]


def _without_closing(text: str) -> str:
    """`…, secondo quanto previsto dal regolamento.` goes; what tells a citizen something stays."""
    start, _, closing = text.rpartition(", ")
    return f"{start}." if _is_idle(closing) and has_verb(start) else text


def _is_idle(clause: str) -> bool:
    """Whether a clause only says what the rest goes back to, and tells a citizen nothing."""
    if _OPENING.match(clause) is None or _BINDING.search(clause):
        return False
    return all(signal.weight <= 1.2 for signal in signals(clause))


def _heads(text: str, limit: int) -> Iterator[tuple[str, float]]:
    """Beginnings of `text` at its clauses, the longest first, "…" at the end, and how well each reads."""
    if _LEANS.match(text) and "," not in text:
        return
    least = 20 if re.match(r"(?:Dalle |Alle )?ore \d", text, re.I) else 40
    after = text.index(",") if _LEANS.match(text) else 0
    heads = [head for head in clauses(text) if len(head) > after + 15]
    if least == 20:
        heads += [
            f"{text[: match.start()]}…" for match in re.finditer(r" (?:presso|con|e|in località) ", text)
        ]
        heads.sort(key=len)
    heads = [head for head in heads if least <= utf16(head) <= min(limit, utf16(text) - 14)]
    good = [(head, _EARLIER) for head in heads[-5:][::-1] if _says(head, text)]
    if not good and utf16(text) > limit >= 60 and _says(cut(text, limit), text):
        good = [(cut(text, limit), _EARLIER)]
    for head, quality in good:
        rest = text[len(head) - 1 :]
        is_unsaid = rest.startswith(":") and has_verb(rest)  # what follows the colon is what it is about
        yield head, quality * (0.6 if is_unsaid else 1.0)


def _says(head: str, text: str) -> bool:
    """Whether `head` says something that the rest of `text` does not take back."""
    rest = text[len(head) - 1 :]
    if not head or _is_amid(head, rest) or _BINDING.search(rest[:50]) or _IN_A_LIST.match(rest):
        return False
    if rest.startswith(":") and re.search(r"\bseguent[ei] \w+…$", head):  # `i seguenti divieti…`
        return False
    return has_verb(head) or not has_verb(text)


def _is_amid(head: str, rest: str) -> bool:
    """Whether the cut falls behind an aside, before the sentence's end: `è autorizzato, da ottobre…`"""
    last = head.rsplit(", ", 1)[-1] if ", " in head else ""
    return rest.startswith(",") and _PREPOSITION.match(last) is not None


def _tidied(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip(" ,;")
    return mended(re.sub(r" +(?=[,;.:!?](?:\s|$))|,(?=[.;])", "", text))
