"""Yes and no: what the page denies, forbids or excepts, and a text affirms, allows or includes.

A word counts as denied where "non" or "senza" stands a few words before it, in the same clause. A text
contradicts its page where the page only ever denies a word that the text says, in the same surroundings.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from itertools import islice, takewhile

from flows.bulletin.facts.fact import Kind
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.stems import stems
from flows.bulletin.guard.wording import Clause, Wording
from flows.bulletin.language.cues import Cued

_NOT = Cued(
    r"\b(?:non(?!\s+(?:(?:dev\w+\s+|può\s+|possono\s+)?super\w+|oltre|sol[oa]|soltanto|più|meno|superior\w+|inferior\w+|prima|appena)\b)|senza|nessun\w*|né|(?<![“\"«])mai)\b",
    re.I,
)
_WHO = re.compile(r"\b(?:chi|che|se)\s+$", re.I)  # `chi non può venire delega un altro`
# `i non residenti`: a "non" of that word alone
_NOT_SO = re.compile(
    r"non\s+(?:\w+(?:enti|ente|anti|at[oaie]|ut[oaie]|it[oaie])|domestic\w+|comunitari\w*|iscritt\w+|consecutiv\w+|statal\w+)\b",
    re.I,
)
_GROUP = re.compile(  # `i non tesserati`
    r"\b(?:i|gli|le|ai|agli|alle|dei|degli|delle|per|tra|con)\s+non\s+(?P<word>\w+)", re.I
)
_FIGURE = re.compile(r"\d+")
_IF_NOT = re.compile(r"\bse\s+$", re.I)
_BUT_IF = re.compile(  # `non si beve se non dopo bollitura`
    r"[^.;:\n]{0,160}(?<!anche )\bse non (?:dopo|previa|con|per|in|su|d[ao])\b", re.I
)
_TOLD_NO = re.compile(r"\bno\b(?=\W|$)", re.I)  # `barbecue no`
_PAID = re.compile(r"\b(?:gratis|gratuit\w+|libera)\b", re.I)
_PAYMENT = re.compile(r"\bsospen\w+ (?:il|del) pagamento\b", re.I)
_BAN = Cued(
    r"\b(?:viet\w+|diviet\w*|proib\w+|interdi\w+|inibi\w+|impossibil\w+|inutilizzabil\w+|sospes\w+|sospension\w+"
    r"|sospend\w+|annull\w+|spost\w+|slitt\w+|posticip\w+|rimand\w+|recuper\w+|revoca\w*|esclus\w*|esclud\w+|salvo|tranne|eccetto|eccezione|evit\w+|chius\w+|chiud\w+"
    r"|interrott\w+|interruzion\w+|manca\w*|priv\w+|cess\w+|smett\w+|niente|esent\w+|stop|rinvi\w+|solo|soltanto"
    r"|esclusivamente|unicamente|nemmeno|neanche|neppure|rifiut\w+|nega\w*|decad\w+)\b",
    re.I,
)
_HARD_BAN = Cued(
    r"\b(?:viet(?:at\w+|a|ano)|diviet\w*|proib\w+|interdi\w+|inibi\w+|sospes\w+|sospension\w+|annullat\w+)\b",
    re.I,
)
_LISTS_OFF = Cued(
    r"\b(?:viet(?:at\w+|a|ano)|diviet\w*|proib\w+|interdi\w+|inibi\w+|sospes\w+|sospension\w+|annullat\w+"
    r"|chius[oaie])\b",
    re.I,
)
# What makes the words behind it be off: `divieto di sosta`.
_OFF = Cued(
    r"\b(?:viet(?:at\w+|a|ano)|diviet\w+|proib\w+|interdi\w+|inibi\w+|sospes\w+|sospension\w+|sospend\w+|annull\w+|soppress\w+"
    r"|impossibil\w+|stop|(?<!per\s)evit\w+|esclusion\w+\s+d\w+|cess(?:a|ano|erà)\s+di|perd(?:e|ono|erà))\b",
    re.I,
)
_PUT_OFF = re.compile(
    r"\b(?:rinvia\w+|posticip\w+|spostat\w+|slitta\w*|rimanda\w+)\b", re.I
)  # what is held on another day
_PASSIVE = re.compile(
    r"non\s+(?:viene|vengono|verrà|verranno|sarà|saranno|è|sono|può|possono|potrà|potranno|si)\b", re.I
)
_OFF_STOP = re.compile(
    r"[,.;:!?()\n]|\s(?:ma|con|per|dal\w*|dall['’]|fino|salvo|tranne|eccetto|esclus\w+|ad\s+eccezione|nel\w*|ed?\s+(?:è|sono|il|la|un|al|alla|ai|alle|agli)|da|perché|mentre|che|alle)(?:\s|$)",
    re.I,
)
_LIFTED = re.compile(
    r"\b(?:derog\w+|revoc\w+|fine|cessa\w*|rimo\w+|esclus[oaie]|esent[ei]|esonerat[oaie])\s+(?:\w+['’]?\s*){0,2}$",
    re.I,
)
_PREDICATE = re.compile(r"(?:at|ut|it|es|us|tt)[oaie]$", re.I)
_OFF_SCOPE, _OFF_BACK = 6, 4  # words of matter
_PIECE = re.compile(r"[;:,]\s|\s(?:ma|mentre|invece|e\s(?=non\b)|e\s(?=nei?\b))")
_BREAKS = re.compile(  # `Per chi non rispetta il divieto è prevista una sanzione` forbids nothing
    r"\b(?:non (?:rispett|osserv)|viol|trasgred|inosserv|inottemper)\w*\b[^.;]{0,20}$", re.I
)
_ENDS_BAN = re.compile(
    r"\b(?:fine|derog\w+|concess\w+|consenti\w+|permess\w+|revoc\w+|cessa\w*|termin\w+|salvo|tranne|eccetto|eccezione|esclus\w+)\b",
    re.I,
)
_ONLY = re.compile(r"\b(?:solo|soltanto|esclusivamente|unicamente)\b", re.I)
_LIST_FOLLOWS = re.compile(r"[^.\n]{0,200}:")  # `è vietato:` with its items behind
_STEM = 6  # letters: `annull`
_SCOPE = 3  # words of matter after a "non"
_RAW_SCOPE = 4  # words of any kind
_RAW = re.compile(r"\w+")
_STOP = re.compile(r"[,.;:!?()\n]|\s(?:ma|e|o|perché|se)\s")
_SHORT = 4  # letters: `aprilo` and `aprirlo`
_NEAR = 12  # words on each side that are a word's surroundings
_WITH = re.compile(r"\b(?:compres[oaie]|comprensiv[oaie]|inclus[oaie])\b", re.I)
_WITHOUT = re.compile(r"\b(?:esclus[oaie]|eccetto|tranne|salvo)\b", re.I)
_IN_CASE = re.compile(r"\b(?P<even>anche\s+)?in\s+caso\s+di\s+(?P<what>\w+)", re.I)
_TOLD_NOT = Cued(r"\bnon\s+(?P<stem>[a-zà-ù]{2,}[aei])r(?:lo|la|li|le|ne)\b", re.I)
_BOOKING = r"(?P<what>prenota\w*|iscri\w+)"
_ASKED = re.compile(
    rf"\b(?:devi|dev(?:e|ono)|dovr\w+|bisogna|occorre|serve|è necessari[oa]|è obbligatori[oa]|previa"
    r"|obbligo di)\s"
    rf"(?:(?:la|una|l['’])\s?)?{_BOOKING}"
    rf"|\b{_BOOKING.replace('what', 'first')}\s(?:è\s)?(?:obbligatori[oa]|necessari[oa])",
    re.I,
)
_NEED_NOT = re.compile(
    rf"\b(?:non\s(?:serve|occorre|bisogna|è\s(?:necessari[oa]|obbligatori[oa]|richiest[oa]|previst[oa]))|senza)\s"
    rf"(?:(?:la|alcuna|nessuna|bisogno di|obbligo di|l['’])\s?)?{_BOOKING}"
    rf"|\b{_BOOKING.replace('what', 'last')}\s+non\s+(?:è|sono|sarà)\s+(?:necessari|obbligatori|richiest|previst)[oaie]",  # noqa: E501
    re.I,
)
_NEAR_SUBJECT = 80  # characters before a predicate in which its subject may stand
_SUBJECT_STOP = re.compile(r"[,.;:!?()\n]|\s(?:ma|e|ed|mentre|che|dove)\s", re.I)
_AS_NEAR = 0.7  # how much of the nearest place's words another place must share to speak, too
# words too common on such pages to be what is said or denied
_WORDS_OF_NO_SIDE = """
    apre chiu comu citt prov part peri gior orar info serv uffi sede via piaz anno euro mese nell dell pres vien
    esse pros tutt
"""  # `apre` and `chiude` are states, which `states` compares  # noqa: E501
_EMPTY = frozenset(_WORDS_OF_NO_SIDE.split())
_LEAD = 600  # characters before an item of a list in which its "è vietato:" may stand


class Polarity:
    """Which words of a wording are denied, and which are said."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self.short = [token[:_SHORT] for token, _, _ in wording.tokens]
        # a name, a street, a day is neither said nor denied: something is said of it
        self.named = {
            index
            for index, (_, start, _) in enumerate(wording.tokens)
            if wording.text[start].isupper() and wording.sentence_at(start).start != start
        }
        for fact in wording.facts:
            if fact.kind is not Kind.word:
                first, last = (bisect_left(wording.token_starts, place) for place in (fact.start, fact.end))
                self.named |= set(range(first, last))
        self.named |= _subjects(wording)
        self.denied_at = _denied(wording, self.named) - self.named

    @cached_property
    def at(self) -> dict[str, list[int]]:
        """Where each short word stands."""
        where: dict[str, list[int]] = {}
        for index, word in enumerate(self.short):
            where.setdefault(word, []).append(index)
        return where

    def around(self, index: int) -> set[str]:
        """The words near one."""
        near = self.short[max(0, index - _NEAR) : index + _NEAR + 1]
        return set(near) - {self.short[index]}


def _pieces(sentence: Clause) -> Iterator[Clause]:
    """The parts of a sentence that are yes or no each for itself."""
    start = 0
    for cut in _PIECE.finditer(sentence.text):
        if cut.start() > start:
            yield Clause(
                sentence.text[start : cut.start()], sentence.start + start, sentence.start + cut.start()
            )
        start = cut.start() + 1
    yield Clause(sentence.text[start:], sentence.start + start, sentence.end)


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Clauses of the text that say yes where the page says no, or no where it says yes."""
    ours, theirs = Polarity(text), Polarity(source)
    for sentence in text.sentences:
        inside = [
            index for index, (_, start, _) in enumerate(text.tokens) if sentence.start <= start < sentence.end
        ]
        words = {ours.short[index] for index in inside}
        found = (
            next(filter(None, (_against(piece, words, ours, theirs) for piece in _pieces(sentence))), None)
            or _banned(sentence, source)
            or _with(sentence, source)
            or _in_case(sentence, source)
            or _told_to(sentence, source)
            or _must_not_book(sentence, source)
        )
        if found:
            yield found


def _against(piece: Clause, words: set[str], ours: Polarity, theirs: Polarity) -> Finding | None:
    """What a piece of a sentence, whose words are `words`, affirms or denies against the page."""
    inside = [
        index for index, (_, start, _) in enumerate(ours.wording.tokens) if piece.start <= start < piece.end
    ]
    is_no = bool(_NOT.search(_NOT_SO.sub(" ", piece.text)) or _BAN.search(_ONLY.sub(" ", piece.text)))
    is_no = is_no or _TOLD_NO.search(piece.text) is not None
    for index in inside:
        word, denied = ours.short[index], index in ours.denied_at
        places = theirs.at.get(word, [])
        if index in ours.named or not places or len(places) > 12 or (not denied and is_no) or word in _EMPTY:
            continue
        scored = sorted(
            ((len((theirs.around(place) & words) - {word} - _EMPTY), place) for place in places), reverse=True
        )
        shared, near = scored[0]
        if shared < 2 and not (shared and (len(words) < 4 or len(places) == 1)):
            continue
        alike = [place for score, place in scored if score >= shared * _AS_NEAR]
        if any((place in theirs.denied_at) is denied for place in alike):
            continue
        _, start, end = theirs.wording.tokens[near]
        if denied and (any(place in theirs.denied_at for place in places) or _is_no(theirs.wording, start)):
            continue
        page = theirs.wording.sentence_at(start)
        if not denied and _says_so(ours.wording, page.text):
            continue
        if not denied and _is_of_others(piece, word, page, ours.wording, theirs.wording):
            continue
        quote = theirs.wording.quote(start, end)
        if denied:
            return Finding(f"Il testo nega quello che la pagina del sito afferma: {quote}.")
        return Finding(
            f"La pagina del sito nega quello che il testo afferma: {quote}.", is_certain=shared > 2
        )
    return None


def _says_so(text: Wording, sentence: str) -> bool:
    """Whether a text has the page's own word of denial in another sentence about the same, `Annullato quello
    del 18`, or what is not to be paid as free.
    """
    if _PAYMENT.search(sentence) and _PAID.search(text.text):
        return True
    theirs = {found[0][:_STEM].lower() for found in _OFF.finditer(sentence)}
    about = stems(_OFF.sub(" ", sentence)) | set(_FIGURE.findall(sentence))
    for found in _OFF.finditer(text.text):
        own = text.sentence_at(found.start()).text
        ours = stems(_OFF.sub(" ", own)) | set(_FIGURE.findall(own))
        if found[0][:_STEM].lower() in theirs and ours & about:
            return True
    return False


def _is_of_others(piece: Clause, word: str, sentence: Clause, ours: Wording, theirs: Wording) -> bool:
    """Whether the page's `non` is of another group with its own sums: `48 euro, per i non tesserati 53`."""
    group = any(found["word"].lower().startswith(word) for found in _GROUP.finditer(sentence.text))
    told = {fact.value for fact in ours.facts_between(piece.start, piece.end) if fact.kind is Kind.amount}
    there = {one.value for one in theirs.facts_between(sentence.start, sentence.end)}
    return group and bool(told) and not told & there


def _is_no(source: Wording, place: int) -> bool:
    """Whether the page's own sentence is some kind of no, or an item under a ban."""
    sentence = source.sentence_at(place).text
    lead = source.text[max(0, place - _LEAD) : place]
    near = sentence if len(sentence) < _LEAD else source.text[max(0, place - 150) : place + 150]
    is_listed = any(_LIST_FOLLOWS.match(lead, ban.end()) for ban in _LISTS_OFF.finditer(lead))
    return bool(_BAN.search(near) or _NOT.search(near) or is_listed)


def _denied(wording: Wording, named: set[int]) -> set[int]:
    starts = wording.token_starts
    denied = _off(wording, starts)
    for match in _NOT.finditer(wording.text):
        stop = _STOP.search(wording.text, match.end())
        last = stop.start() if stop else len(wording.text)
        first = bisect_left(starts, match.end())
        words = list(islice(_RAW.finditer(wording.text, match.end(), last), _RAW_SCOPE))
        last = min(last, words[-1].end()) if words else last
        before = wording.text[max(0, match.start() - 8) : match.start()]
        if _IF_NOT.search(before) or _BUT_IF.match(wording.text, match.end()):
            continue  # only if
        is_of_one = (
            match[0].lower() == "senza" or _NOT_SO.match(wording.text, match.start()) or _WHO.search(before)
        )
        if _WHO.search(before):
            last = min(last, words[1].end() if len(words) > 1 else last)  # `chi non lo fa paga una multa`
        most = 1 if is_of_one else _SCOPE
        scope = list(
            takewhile(lambda index: index not in named, range(first, min(first + most, len(starts))))
        )
        denied ^= {index for index in scope if starts[index] < last}
    return denied


def _subjects(wording: Wording) -> set[int]:
    """The words before a denied verb, `la raccolta non verrà effettuata`: the clause denies what it says of them."""  # noqa: E501
    found: set[int] = set()
    starts = wording.token_starts
    predicates = [match for match in _OFF.finditer(wording.text) if _PREDICATE.search(match[0])]
    for match in (*predicates, *_PASSIVE.finditer(wording.text)):
        own = bisect_left(starts, match.start())
        clause = wording.text[max(0, match.start() - _NEAR_SUBJECT) : match.start()]
        stops = list(_SUBJECT_STOP.finditer(clause))
        begin = match.start() - len(clause) + (stops[-1].end() if stops else 0)
        found |= {index for index in range(max(0, own - _OFF_BACK), own) if starts[index] >= begin}
    return found


def _off(wording: Wording, starts: list[int]) -> set[int]:
    """The words of what is forbidden or suspended: those behind it."""
    off: set[int] = set()
    for match in _OFF.finditer(wording.text):
        if _LIFTED.search(wording.text[max(0, match.start() - _NEAR_SUBJECT // 2) : match.start()]):
            continue
        own = bisect_left(starts, match.start())
        stop = _OFF_STOP.search(wording.text, match.end())
        last = stop.start() if stop else len(wording.text)
        first = own + 1 if own < len(starts) and starts[own] == match.start() else own
        off |= {index for index in range(first, min(first + _OFF_SCOPE, len(starts))) if starts[index] < last}
    return off


def _banned(sentence: Clause, source: Wording) -> Finding | None:
    """What the page forbids or suspends, told as if it were open."""
    if _HARD_BAN.search(sentence.text) or _NOT.search(sentence.text):
        return None
    if _BAN.search(_ONLY.sub(" ", sentence.text)):
        return None
    for share, clause in source.likest(sentence.stems)[:3]:
        match = _HARD_BAN.search(clause.text)
        if not match or _BREAKS.search(clause.text, 0, match.start()):
            continue
        if share < 0.3 or _ENDS_BAN.search(clause.text) or _PUT_OFF.search(clause.text):
            continue
        after = {token for token, start, _ in source.tokens_between(clause.start + match.end(), clause.end)}
        banned = [word for word in after & sentence.stems if len(source.by_stem.get(word, ())) == 1]
        if len(banned) > 1:
            quote = source.quote(clause.start, clause.end)
            return Finding(f"Nella pagina del sito c'è un divieto o una sospensione: {quote}.")
    return None


def _with(sentence: Clause, source: Wording) -> Finding | None:
    """`domeniche comprese` for `domeniche escluse`."""
    for own, other in ((_WITH, _WITHOUT), (_WITHOUT, _WITH)):
        match = own.search(sentence.text)
        if not match or own.search(source.text):
            continue
        near = set(_beside(sentence.text, match))
        for theirs in other.finditer(source.text):
            piece = source.text[max(0, theirs.start() - 40) : theirs.end() + 40]
            if near & {word[:_SHORT].lower() for word in re.findall(r"\w{3,}", piece)}:
                return Finding(
                    f"Il contrario di quello che dice la pagina del sito: {source.quote(*theirs.span())}.",
                    is_certain=True,
                )
    return None


def _in_case(sentence: Clause, source: Wording) -> Finding | None:
    """`non si svolge in caso di pioggia` where the page says that it does, `anche in caso di pioggia`."""
    for match in _IN_CASE.finditer(sentence.text):
        same = [
            other
            for other in _IN_CASE.finditer(source.text)
            if other["what"].lower() == match["what"].lower()
        ]
        is_off = bool(_NOT.search(sentence.text) or _HARD_BAN.search(sentence.text)) and not match["even"]
        if same and is_off and all(other["even"] for other in same):
            quote = source.quote(*same[0].span())
            return Finding(f"Il contrario di quello che dice la pagina del sito: {quote}.", is_certain=True)
    return None


def _told_to(sentence: Clause, source: Wording) -> Finding | None:
    """`aprilo` where the page says `non aprirlo`."""
    for match in _TOLD_NOT.finditer(source.text):
        stem = match["stem"].lower()
        if len(stem) < _SHORT:
            continue
        for order in re.finditer(rf"\b{re.escape(stem)}(?:lo|la|li|le|ne)\b", sentence.text, re.I):
            before = sentence.text[max(0, order.start() - 14) : order.start()]
            if not _NOT.search(before):
                quote = source.quote(*match.span())
                return Finding(f"La pagina del sito dice di non farlo: {quote}.", is_certain=True)
    return None


def _must_not_book(sentence: Clause, source: Wording) -> Finding | None:
    """`devi prenotare` where the page says that one need not, and nowhere that one must."""
    asked = _ASKED.search(sentence.text)
    free = _NEED_NOT.search(source.text) if asked and not _NOT.search(sentence.text) else None
    said = (asked["what"] or asked["first"]) if asked else ""
    if free is None or (free["what"] or free["last"])[:_SHORT].lower() != said[:_SHORT].lower():
        return None
    if any(
        not _NOT.search(source.text, max(0, other.start() - 30), other.end())
        for other in _ASKED.finditer(source.text)
    ):
        return None
    return Finding(f"La pagina del sito dice che non serve: {source.quote(*free.span())}.", is_certain=True)


def _beside(text: str, match: re.Match[str]) -> list[str]:
    before = re.findall(r"\w{3,}", text[max(0, match.start() - 24) : match.start()])[-1:]
    after = re.findall(r"\w{3,}", text[match.end() : match.end() + 30])[:2]
    return [word[:_SHORT].lower() for word in before + after]
