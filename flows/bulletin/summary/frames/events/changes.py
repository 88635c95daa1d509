"""An event that was postponed or cancelled: that comes first, whatever else the page tells."""

import re
from collections.abc import Iterator

from flows.bulletin.facts.fact import Kind as FactKind
from flows.bulletin.facts.find import facts
from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.sentences import has_verb
from flows.bulletin.language.titles import is_told, same
from flows.bulletin.language.wholeness import is_whole
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary import clauses
from flows.bulletin.summary.frames.events.happening import lines_of
from flows.bulletin.summary.frames.events.subject import title_of
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.times.notation import plain_figures
from flows.bulletin.summary.frames.titles.nouns import guillemets, phrase_of, quoted, segmented

_CHANGED = re.compile(
    r"\b(?P<what>annullat|rinviat|posticipat|sospes|spostat|anticipat"
    r"|(?:(?<=è )|(?<=stato )|(?<=stata ))cancellat)(?P<ending>[oaie])\b",
    re.I,
)
_CONDITION = re.compile(
    r"\b(?:in caso di|qualora|se\s|eventual|potr(?:à|anno)|sarà data|maltempo verrà)", re.I
)
_NAMED = re.compile(
    r"(?P<name>.{3,70}?[!:.–-])\s*(?P<noun>(?:incontr|event|spettacol|concert|cors|laborator|appuntament)i\w?|(?:incontro|evento"
    r"|spettacolo|concerto|corso|laboratorio|appuntamento))\s(?P<what>annullat|rinviat|sospes)(?P<ending>[oaie])",
    re.I,
)  # `Mamma in arrivo! Incontri annullati`
_OF_ONE = re.compile(  # `la visita delle 17 è annullata`, behind what all of them are
    r"\b(?:la|il|lo|l['’])\s?\w+\s(?:del(?:le?|l['’])|di)\s?(?:(?:luned|marted|mercoled|gioved|venerd)ì\s|sabato\s|domenica\s)?"
    r"\d[^.;]{0,40}\b(?:è|sarà|viene)\s(?:stat\w\s)?(?:annullat|sospes|rinviat|spostat)",
    re.I,
)
_OF_A_NOTICE = re.compile(r"(?:comunicazion|variazion|modific|avvis|informazion)\w+\b", re.I)
_NEW_DAY = re.compile(r"\b(?:recuperat|recupero|nuova data|nuovo appuntamento|riprogrammat)", re.I)
_LEAD = re.compile(r"^Per quest[oa](?: motivo)?,? (?=è |sono |si )")  # why stands before, or is known
_PLANNED = re.compile(
    r"(?:programmat|previst|fissat)[oaie]\s(?:per\s)?(.{5,40}?)\s(?:è|sono|viene|sarà)\b", re.I
)


def is_changed(notice: Notice) -> bool:
    """Whether the title or one of the first sentences says that it was postponed or cancelled,
    not that it may be.
    """
    lines = (notice.title, *notice.abstract, *lines_of(notice.title, notice.source)[:3])
    whole = (line for place, line in enumerate(lines) if not (place > 1 and _OF_ONE.search(line)))
    return any(_CHANGED.search(line) and not _CONDITION.search(line) for line in whole)


def _planned_of(title: str) -> tuple[str, str]:
    """`Festa dei colori` and `il 16 maggio alle 15` of `Festa dei colori - 16 maggio - ore 15`."""
    pieces = re.split(r"\s[-–]\s", title)
    days = [days for piece in pieces[1:] if (days := clauses.days_of(piece))]
    if len(pieces) < 2 or len(days) != 1 or not phrase_of(pieces[0]):
        return title, ""
    hours = [said for piece in pieces[1:] if (said := clauses.hours_clause(piece))]
    return pieces[0], " ".join(
        filter(None, (clauses.days_clause(days[0]), hours[0] if len(hours) == 1 else ""))
    )


def _articled(head: str) -> str:
    """`la passeggiata «Tra i mulini»` of `La passeggiata "Tra i mulini"`; "" of what has no article."""
    if not re.match(r"(?:il|lo|la|i|gli|le)\s|l['’]", head, re.I):
        return ""
    return guillemets(f"{head[:1].lower()}{head[1:]}")


def _agreeing(subject: str) -> tuple[str, str]:
    """`sono` and `i` of `gli spettacoli`; the ending "" where the article does not tell it."""
    article = subject.partition(" ")[0]
    return "sono" if article in ("gli", "i", "le") else "è", {"la": "a", "gli": "i", "i": "i", "le": "e"}.get(
        article, ""
    )


def changed(notice: Notice) -> Iterator[str]:
    """The change in one sentence, or the office's own after the title."""
    title = title_of(notice)
    named = _NAMED.fullmatch(notice.title.strip(" ."))
    head, planned_for = _planned_of(title)
    subject = segmented(head) or phrase_of(head) or _articled(head) or (quoted(head) if head else "")
    if named and (noun := phrase_of(named["noun"])):
        name = quoted(named["name"].strip(" -–:.,"))
        ends = named["ending"].lower()
        yield opened(f"{noun} {name} {'sono' if ends in 'ie' else 'è'} {named['what'].lower()}{ends}.")
    if _OF_A_NOTICE.match(title) or (_CHANGED.search(head) and not phrase_of(head)):
        subject = ""  # a notice is not put off, what it tells of is
    verb, its_ending = _agreeing(subject)
    lines = [
        line
        for line in (*notice.abstract, *lines_of(notice.title, notice.source))
        if _CHANGED.search(line) and not _CONDITION.search(line)
    ]
    for line in (opened(_LEAD.sub("", worded(line))) for line in lines[:2]):
        found = _CHANGED.search(line)
        if found is None or same(line, spoken(notice.title)):
            continue
        ending = its_ending or found["ending"].lower()
        new_day = next((f" {line}" for line in notice.prose if _NEW_DAY.search(line)), "")
        has_day = not _PLANNED.search(line) and any(
            fact.kind is FactKind.date for fact in facts(line[: found.start()])
        )
        if (is_told(title, line) or has_day) and line.endswith(".") and is_whole(line):
            yield f"{plain_figures(line)}{new_day}"
        tail = re.sub(
            r"\b(?:a )?causa (?:del )?(?=maltempo|neve|pioggia)",
            "per ",
            line[found.end() :].strip(" .-–"),
            flags=re.I,
        )
        tail = re.sub(r"^per Maltempo$", "per maltempo", tail)
        tail = "" if same(tail, subject) else tail  # `Annullati gli spettacoli`
        if subject and not re.search(r"[.!?]\s", tail) and len(tail) <= 150:
            planned = _PLANNED.search(line)
            day = planned[1] if planned else planned_for
            before = f", previst{ending} per {day}," if day else ""
            said = f"{subject}{before} {verb} {found['what'].lower()}{ending} {tail}".strip()
            said = f"{said[0].upper()}{said[1:]}."
            yield f"{said}{new_day}"
        bare = line.strip(" .")
        if has_verb(bare) and is_told(title, bare):
            yield f"{bare}."
        if title:
            yield f"{title.strip(' .')}. {bare}."
    found = _CHANGED.search(notice.title)
    if found and subject and not lines:
        said = f"{subject} {verb} {found['what'].lower()}{its_ending or 'o'}"
        yield f"{said[0].upper()}{said[1:]}."
