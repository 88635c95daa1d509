"""What an ordinance forbids to do with a thing, from when to when, for which uses, and the fine.

`Ordina il divieto, dal 1° luglio al 31 agosto, di utilizzare l'acqua potabile per:` and a list is
`Dal 1° luglio al 31 agosto è vietato usare l'acqua potabile per l'irrigazione di orti e …. La multa va da …`.
A ban that its office tells behind its reasons stands without them.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.articles import OF_ARTICLE, with_article
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import Kind, Listing, Notice
from flows.bulletin.summary.frames.dangers.forbidden import forbidden
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.prose.lines import is_cut, lines
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.times.clock import hours_at
from flows.bulletin.summary.frames.times.days import period_at
from flows.bulletin.summary.frames.times.notation import plain_figures

KINDS = frozenset({Kind.other, Kind.campaign, Kind.act, Kind.service, Kind.health})
_USE = (
    r"(?:(?:prelievo e (?:di )?)?(?:us[oi]|utilizzo|consumo)(?: di)?|prelievo(?: di)?|usare|utilizzare"
    r"|utilizzo)"
)
_THING = (
    r"(?P<thing>(?:(?:l['’]|il |lo |la |i |gli |le )|(?:dell['’]|del |dello |della )|(?=acqua\b))"
    r"[^,:;.]{3,70}?)"
)
_BEHIND = r"(?=,? (?:nel periodo|per|quali)\b|, (?:tutti i giorni )?dalle\b|:|$)"
_FORBIDS = re.compile(
    rf"\bdivieto\b(?P<aside>[^.:;]{{0,90}}?)\bdi {_USE}\s?{_THING}{_BEHIND}",
    re.I,
)
_IS_FORBIDDEN = re.compile(
    r"\b(?:è|resta) (?:fatto divieto (?:di )?|vietato(?:, [^.:;]{5,60}?,)? )(?:l['’]|il )?"
    rf"{_USE}\s?{_THING}{_BEHIND}",
    re.I,
)
_SUBJECT = re.compile(rf"\b(?:l['’]|il ){_USE}\s?{_THING} (?:è|resta) (?:severamente )?vietato\b", re.I)
_USES = re.compile(r",?\s(?:per (?:usi \w+, )?(?:quali|i seguenti (?:usi|utilizzi|scopi))|per)\s?:?$", re.I)
_TAIL = re.compile(r"(?<=\s)per (?:l['’]|il |lo |la |i |gli |le |[a-z]+(?:are|ere|ire) )[^.:]{10,}\.?$", re.I)
_FROM_DAY = re.compile(r"\b(?=(?:dal|dall['’]|fino|sino)\s?|da\s(?:\w{3,7}ì|sabato|domenica)\s\d)", re.I)
_CLOCK = re.compile(r"\b(?=(?:tra|fra|dalle|nella fascia)\s)", re.I)
_LAST_HOURS = re.compile(
    r",?\s(?P<hours>(?:nella fascia oraria )?(?:dalle|tra le|fra le) \d[\d:]* (?:alle|e le) \d[\d:]*)\.$"
)
_INFINITIVE = re.compile(r"[a-zà-ù]{3,}(?:are|ere|ire|arsi)\b")
_ARTICLE = re.compile(r"(?:il|lo|la|i|gli|le|ogni|tutti|tutte|qualsiasi|altri|altre)\s|l['’]", re.I)
_ALL_OTHERS = re.compile(r"(?:tutti gli (?:altri )?usi|gli usi|ogni uso|usi) divers\w+ d[ae]", re.I)
_FINE = re.compile(
    r"\b(?:mult[ae]|sanzion\w+|ammenda)\b[^.;\n]{0,90}?\b(?:da|dai|tra|fra)(?: un minimo di)?(?: i| le)?"
    r"\s?(?P<least>\d[\d.]*)(?: euro)?"
    r"\s(?:ad?|ai|e|fino a)(?: un massimo di)?(?: i)?\s(?P<most>\d[\d.]*) euro",
    re.I,
)
_CENTS = Cued(r"(?<=\d)[.,]00(?=\s?€|\s?euro|\sad?\s|\sai\s|\W*$)", re.M)
_GROUND = re.compile(
    r"(?:per|al fine|allo scopo|come|considerat\w|vist[aoe]|in considerazione|a seguito|con ordinanza"
    r"|(?:su|in) tutto il territorio|(?:sull['’]|nell['’])intero territorio|si avvisa|si informa)\b",
    re.I,
)
_CLAUSE = re.compile(r"(?P<before>[^.;:]{10,}?),\s(?P<ban>(?:è|sono) vietat[oaie]\s.+)", re.I)
_ACTS = re.compile(r"(?:Il provvedimento|L['’]ordinanza)\b")  # what one who has not read on cannot know
_IS_BANNED = re.compile(r"(?:È|Sono) vietat[oaie]\b")
_AND_FOR = re.compile(r"\se per\s")  # `diversi da quello domestico e per l'igiene`: is that forbidden?
_OPEN_END = re.compile(
    r"\bfino\s(?:alla|al)\s(?:fine|cessazione|termine|revoca|conclusione|superamento)\s(?:del|dell)[^,;:]{3,40}?(?=,|\s*$)"
    r"|\bfino a (?:nuova comunicazione|nuovo avviso|nuova ordinanza|revoca)\b",
    re.I,
)
_UNTIL_TOLD = re.compile(r"\bfino a (?:nuova comunicazione|nuovo avviso|nuova ordinanza|revoca)\b", re.I)
_LAST_AND = re.compile(r"\se\s(?=(?:il|la|lo) [^,]{3,60}$|l['’][^,]{3,60}$)")
_ORDERED = re.compile(
    r"Si ordina,? (?P<when>(?:dal|dall['’]|fino al|dalle) ?[^,.;]{5,70}?),?"
    r"(?: (?:su tutto il|sull['’]intero) territorio (?:comunale|del Comune),?)? il divieto (?:assoluto )?di "
    r"(?P<deed>[a-zà-ù]{3,}(?:are|ere|ire)\b[^;]*)(?:\.|; il divieto .*\.)"
)
_THAT_FORBIDS = re.compile(  # no sentence by itself: `Ordinanza n. 31 del 4 maggio che vieta l'accesso …`
    r"Ordinanza\b[^.;:]{0,20}(?:\bn\.?\s?\d+)?[^.;:]{0,40}\bche vieta (?P<what>[^;:]{10,})", re.I
)
_COMMA = re.compile(r",\s(?![^()]*\))")
_UNDRINKABLE = re.compile(
    r"\b(?:divieto|vietat\w)\b[^.:;]{0,40}\bacqua\b(?: \w+){0,2} "
    r"(?:a scopo potabile|a fini potabili|per (?:uso|usi|fini|scopi) potabil\w)"
    r"(?P<where>(?: (?:nelle |nella |in |per le )?frazion[ei] [A-ZÀ-Ý][\w'’]+"
    r"(?:(?:,| e) [A-ZÀ-Ý][\w'’]+)*)?)$",
    re.I,
)
_NOT_DRINKABLE = re.compile(  # `Ordinanza di non potabilità dell'acqua – contrade Po e Adda`
    r"\bnon potabil(?:ità|e)\b[^–:,-]*(?:\s?[-–:,]\s|\s(?:in|nelle|nella)\s)"
    r"(?P<where>(?:contrad[ae]|frazion[ei]|localit[àa]|zon[ae]|vie|via)\s[A-ZÀ-Ý][^:;]{2,80})$",
    re.I,
)
_BOILED = re.compile(
    r"\b(?:bollitura|bollire|ebollizione)\b(?:[^.;]{0,20}?\b(?P<long>almeno \d+ minuti))?", re.I
)
_LIFTED = re.compile(r"\b(?:revocat[oa]|cessa(?:zione|to)|di nuovo potabile|torna(?:ta)? potabile)\b", re.I)
_TILL_REVOKED = re.compile(r"\bfino a (?:successiva |nuova )?revoca\b", re.I)
_LEFT_OUT = re.compile(r"\besclus[oaie]\b", re.I)
_NOT_BOUND = re.compile(  # `Il divieto non riguarda gli autolavaggi`: of whole sentences, each with its own
    r"^(?:Il|Tale) divieto non (?:riguarda|si applica|vale)\b"
    r"|^(?:(?:Sono|Restano|Rimangono) esclus[ie]\b|Fanno eccezione\b)",
    re.I,
)
_ALLOWED_ONLY = re.compile(
    r"\b(?:è|sono) consentit[oaie] (?:(?:la|il|le|i) sol[aoei]|solo|soltanto|esclusivamente)\b", re.I
)
_FROM_THE_NET = re.compile(r"\bdalla rete\b")  # one takes from it; what one uses is its water
_TOO = re.compile(  # a ban of its own beside that of the list, which a colon ends
    r"\b(?:inoltre|altresì) (?:è |sono )?vietat|\bvietat\w (?:inoltre|altresì)\b|^È vietato a qualsiasi\b",
    re.I,
)
_DEEDS = {"irrigazion": "irrigare", "innaffi": "annaffiare", "annaffi": "annaffiare", "lavagg": "lavare"}
_DEEDS |= {"riempiment": "riempire", "puli": "pulire"}
_DEED = re.compile(
    r"(?:l['’]|il |la )?(?P<deed>irrigazione|(?:an|in)naffi\w+|lavaggio|riempimento"
    r"|pulizia)(?P<privately> privat[oa])?"
    r" (?P<of>di|del|dello|della|dei|degli|delle) (?=[a-zà-ù])",
    re.I,
)
_OTHERS = "gli altri usi elencati nella pagina"
_LIMITS, _WORDINGS = "Limiti ed eccezioni sono nella pagina.", 2  # of what is left to the page
_ALL_IN_PAGE = "Gli usi vietati sono elencati nella pagina."


def prohibited(notice: Notice, limit: int) -> Iterator[str]:
    """Whole texts of at most `limit` UTF-16 units, the fullest first; none without the ban's period."""
    if notice.kind not in KINDS:
        return
    fine = fined(notice)
    bans = (
        *_of_lists(notice),
        *_of_sentences(notice),
        *_without_grounds(notice),
        *_ordered(notice),
        *forbidden(notice),
        *_undrinkable(notice),
    )
    for place in range(_WORDINGS):
        for ban in bans:
            for tail in _allowed(ban, notice)[place : place + 1]:
                for text in (f"{ban} {fine} {tail}", f"{ban} {tail}"):
                    if utf16(said := " ".join(text.split())) <= limit:
                        yield said


def _allowed(ban: str, notice: Notice) -> tuple[str, ...]:
    """`Dalle 23 alle 6 è consentita la sola innaffiatura.`, and word of it where it has no room."""
    own = [one for one in notice.prose if _TOO.search(one) and worded(one) not in ban]
    others = "Gli altri divieti sono nella pagina." if own else ""
    others = "" if others in ban else others
    if any(map(_NOT_BOUND.search, notice.prose)):
        left = "Le eccezioni sono nella pagina."
        return ("Gli altri divieti e le eccezioni sono nella pagina.", _LIMITS) if others else (left,)
    said = next((worded(one) for one in notice.prose if _ALLOWED_ONLY.search(one)), "")
    return (said, "Le eccezioni sono nella pagina.") if said else (others,)


def fined(notice: Notice) -> str:
    """`La multa va da 50 a 500 euro.`; "" where the page tells no two sums of one fine."""
    found = _FINE.search(_plain(notice.body))
    if found is None:
        return ""
    return f"La multa va da {_sum(found['least'])} a {_sum(found['most'])} euro."


def _sum(figure: str) -> str:
    return figure.removesuffix(".00")


def _plain(text: str) -> str:
    return plain_figures(re.sub(r"\s+", " ", _CENTS.sub("", text)))


def _of_lists(notice: Notice) -> Iterator[str]:
    """The ban that announces a list of uses: with all, with what stands for all, or with word of the rest."""
    for listing in notice.listings:
        lead = _plain(_lead(listing, notice))
        ban = _ban(_USES.sub("", lead)) or _for_now(_USES.sub("", lead), notice)
        if ban is None:
            continue
        others = next((item for item in listing.items if _ALL_OTHERS.match(item)), "")
        if others and not _AND_FOR.search(others):
            yield f"{ban} per {others[:1].lower()}{others[1:]}. {_ALL_IN_PAGE}"
        yield from _with(ban, [_item(item) for item in listing.items])


def _with(ban: str, items: list[str]) -> Iterator[str]:
    """The ban with all its uses, then with ever fewer of the first ones and word of the others."""
    if all(items):
        yield f"{ban} {_joined(items)}."
    known = items[: items.index("")] if "" in items else items[:-1]
    for count in range(len(known), 0, -1):
        yield f"{ban} {_joined([*known[:count], _OTHERS])}."


def _lead(listing: Listing, notice: Notice) -> str:
    """The whole sentence that announces a list, or its first item where that is the sentence."""
    if _FORBIDS.search(listing.items[0]):
        return listing.items[0]
    before = notice.source[: listing.start].rstrip(" -–*•1a.)\n")
    return (split(before[-500:]) or [""])[-1].rstrip(" :")


def _of_sentences(notice: Notice) -> Iterator[str]:
    """The ban of a sentence that lists its uses and says `divieto` of it; `è vietato` says it well."""
    for sentence in notice.prose:
        said = _plain(sentence)
        if not _FORBIDS.search(said):
            continue
        hours = _LAST_HOURS.search(said)
        if hours:  # they bind all its uses
            said = f"{hours['hours'].strip()}, {said[: hours.start()]}."
        tail = _TAIL.search(said)
        ban = _ban(said[: tail.start()].rstrip()) if tail and said.endswith(".") else None
        if ban and tail:
            uses = _LAST_AND.sub(", ", tail[0].rstrip(".")) if ", " in tail[0] else tail[0].rstrip(".")
            items = [re.sub(r"^per ", "", item) for item in _COMMA.split(uses)]
            yield from _with(ban, [_item(item) for item in items])


def _without_grounds(notice: Notice) -> Iterator[str]:
    """`È vietato accendere fuochi …` of a sentence that gives its reasons and its act before."""
    for sentence in notice.prose:
        said = worded(sentence)
        if _ACTS.match(sentence) and _IS_BANNED.match(said):
            yield said
        found = _CLAUSE.match(said)
        parts = re.split(r",\s", found["before"]) if found else []
        if found and parts and all(map(_GROUND.match, parts)):
            yield opened(found["ban"])


def _ordered(notice: Notice) -> Iterator[str]:
    """`Dal 1° luglio è vietato accendere fuochi` of `Si ordina dal 1° luglio il divieto di …`."""
    for sentence in notice.prose:
        if found := _ORDERED.fullmatch(worded(sentence)):
            yield f"{opened(found['when'])} è vietato {found['deed'].rstrip('.')}."
    for line in lines(notice):
        if (found := _THAT_FORBIDS.fullmatch(line)) and not is_cut(line):
            yield worded(f"L'ordinanza vieta {found['what'].rstrip('.')}.")


def _undrinkable(notice: Notice) -> Iterator[str]:
    """`Fino a revoca è vietato usare l'acqua a scopo potabile nelle frazioni Po e Adda.` of a title that says
    so; what else it may be used for, and where, is left to the page.
    """
    title = notice.title.strip(" .")
    if (not_so := _NOT_DRINKABLE.search(title)) and not _LIFTED.search(notice.source):
        where = not_so["where"].strip()
        to = (
            "in"
            if where.lower().startswith(("localit", "via"))
            else "nella"
            if where.split()[0][-1] == "a"
            else "nelle"
        )
        until = "Fino a revoca" if _TILL_REVOKED.search(notice.body) else "Per ora"
        boiled = _BOILED.search(notice.body)
        long = f" per {boiled['long']}" if boiled and boiled["long"] else ""
        rule = (
            f"falla bollire{long} prima di berla o di cucinare"
            if boiled
            else "non usarla per bere o cucinare"
        )
        yield f"{until}, {to} {where}, l'acqua non è potabile: {rule}. Gli altri dettagli sono nella pagina."
    found = _UNDRINKABLE.search(title)
    if found is None or _LIFTED.search(notice.source):
        return
    lead = "Fino a revoca è" if _TILL_REVOKED.search(notice.body) else "È"
    places = re.sub(r"^(?:nelle|in|per le) ", "", found["where"].strip())
    where = f" {'nella' if places.lower().startswith('frazione') else 'nelle'} {places}" if places else ""
    left = "Le vie, gli usi consentiti e le eccezioni" if _LEFT_OUT.search(notice.body) else ""
    names = left or "Le vie e gli usi consentiti"
    yield f"{lead} vietato usare l'acqua a scopo potabile{where}. {names} sono nella pagina."


def _ban(said: str) -> str | None:
    """`Dal 1° luglio al 31 agosto, dalle 6 alle 22, è vietato usare l'acqua potabile`."""
    found = _FORBIDS.search(said) or _IS_FORBIDDEN.search(said) or _SUBJECT.search(said)
    when = next((period for at in _FROM_DAY.finditer(said) if (period := period_at(said, at.start()))), None)
    until = _OPEN_END.search(said)
    if found is None or (when is None and until is None) or (when and when.form not in ("span", "until")):
        return None
    clock = next((read for at in _CLOCK.finditer(said) if (read := hours_at(said, at.start()))), None)
    hours = f", {clock.words}," if clock else ""
    lasting = when.words if when else until[0] if until else ""
    return f"{opened(lasting)}{hours} è vietato usare {_object(found['thing'])}"


def _for_now(said: str, notice: Notice) -> str | None:
    """`Fino a nuova comunicazione è vietato usare l'acqua`, where another sentence says until when."""
    ends = {found[0] for found in _UNTIL_TOLD.finditer(notice.body)}
    is_ban = _FORBIDS.search(said) or _IS_FORBIDDEN.search(said)
    return _ban(f"{ends.pop()}, {said[:1].lower()}{said[1:]}") if len(ends) == 1 and is_ban else None


def _object(thing: str) -> str:
    """`l'acqua potabile` of `dell'acqua potabile`."""
    thing = _FROM_THE_NET.sub("della rete", thing)
    bare = re.sub(r"^d(?:ell['’]|el |ello |ella )", "", thing.strip())
    if bare != thing.strip() or not _ARTICLE.match(bare):
        return with_article(bare) or bare
    return bare


def _item(item: str) -> str:
    """A use as it follows the ban: `irrigare orti`, `l'irrigazione di orti`; "" where none is made."""
    small = _as_deed(f"{item[:1].lower()}{item[1:]}".strip(" .;"))
    if not small or len(small) > 120:
        return ""
    if _INFINITIVE.match(small) or _ARTICLE.match(small):
        return small
    return with_article(small)


def _as_deed(use: str) -> str:
    """`irrigare orti` of `l'irrigazione di orti`, `lavare auto in privato` of `lavaggio privato di auto`."""
    first, joint, second = use.partition(" e per ")
    if joint:
        return f"{_as_deed(first)}{joint}{_as_deed(second)}"
    found = _DEED.match(use)
    if found is None:
        return use
    verb = next(verb for stem, verb in _DEEDS.items() if found["deed"].lower().startswith(stem))
    behind = " in privato" if found["privately"] else ""
    return f"{verb} {OF_ARTICLE.get(found['of'].lower(), '')}{use[found.end() :]}{behind}"


def _joined(items: list[str]) -> str:
    """`per irrigare orti, lavare auto e per ogni altro uso`: each kind of words has its own `per`."""
    made: list[str] = []
    for place, item in enumerate(items):
        is_verb = _INFINITIVE.match(item) is not None
        is_new = (
            not place or item == _OTHERS or (_INFINITIVE.match(items[place - 1]) is not None) is not is_verb
        )
        made.append(f"per {item}" if is_new else item)
    return made[0] if len(made) == 1 else f"{', '.join(made[:-1])} e {made[-1]}"
