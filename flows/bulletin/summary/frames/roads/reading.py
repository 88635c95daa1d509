"""A phrase about roads or supplies, read to its last word: measures, streets, days, hours, limits, reason.

`Chiusura di via Po dal 3 al 7 giugno per lavori` is wholly understood, so it can be said anew. What
is not understood stays in `rest`, and no frame is built on such a phrase.
"""

import re
from dataclasses import dataclass, field

from flows.bulletin.language.articles import with_article
from flows.bulletin.summary.frames.places.streets import Street, streets_at
from flows.bulletin.summary.frames.roads.limits import limit_at
from flows.bulletin.summary.frames.roads.measures import Measure, measure_at
from flows.bulletin.summary.frames.times.clock import every_at, hours_at, moments_at
from flows.bulletin.summary.frames.times.days import period_at

_SPACE = re.compile(r"[\s,;:.()–—-]+")
_IDLE = re.compile(
    r"(?:(?:si\s)?(?:avvis[oai]|comunica(?:zione)?|informa)(?:\s(?:che|pubblico|importante"
    r"|alla\scittadinanza|ai\scittadini))?"
    r"|istituzione(?:\s(?:temporanea|provvisoria))?(?:\s(?:di|del|della|dei))?(?:\s(?:un|una))?"
    r"|(?:emess[ae]|pubblicat[ae]|emissione)\s(?:l['’]\s?|un['’]\s?)?ordinanza(?:\s(?:n\.?"
    r"|nr\.?)\s?[\d/]+)?(?:\s(?:di|per))?"
    r"|ordinanza(?:\s(?:sindacale|dirigenziale|comunale))?(?:\s(?:n\.?|nr\.?"
    r"|n[°º])?\s?\d[\d/]*)?(?:\s(?:di|per))?"
    r"|oggetto|viabilità|messa\sin\ssicurezza|attenzione!?|provvediment[oi](?:\sviabilistic[oi])?"
    r"(?:\stemporane[oi])?(?:\sdi)?|temporaneamente|temporane[oa]"
    r"|con|e|ed|della|del|di|la|il|un|una|l['’]|in\sdata|data|presso|durante|nel\speriodo|periodo"
    r"|nei\sgiorni|lavori\sin\scorso"
    r"|proseguono\si|prosegue\sla)(?!\w)",
    re.I,
)
_STRETCH = re.compile(
    r"(?:,\s)?(?P<lead>(?:(?:nel|per\sil|sul|limitatamente\sal|lungo\sil|del)\s)?tratto(?:\sdi\s(?:strada"
    r"|via))?"
    r"(?:\s(?:stradale))?(?:\s(?:compreso|ricompreso|che\sva))?\s)?"
    r"(?P<link>(?:tra|fra)\b|dal?l?a?(?=\s(?:via|viale|piazza|km|chilometro|civico|numero|n\.|rotatoria|rotonda"
    r"|incrocio|intersezione|s\.?p\.?|s\.?s\.?|ponte|confine))"
    r"|dall['’](?=(?:incrocio|intersezione|altezza)))\s?",
    re.I,
)
_OF_A_PART = re.compile(
    r"(?:(?:di|del|nel|su)\s)?(?:un\s)?tratto\s(?:di\s(?:strada|via)\s)?(?:della\s|di\s|in\s)(?=(?:via|viale|piazza|corso|strada)\s[A-ZÀ-Ý])",
    re.I,
)
_KM = re.compile(r"dal\s(?:km|chilometro)\s[\d+.,]{1,9}\sal\s(?:km|chilometro)\s[\d+.,]{1,8}\d", re.I)
_CIVICS = re.compile(
    r"(?:dal\s(?:civico|numero|n\.?)\s(?:n\.?\s)?\d{1,4}(?:/\w)?\sal\s(?:(?:civico|numero"
    r"|n\.?)\s)?(?:n\.?\s)?\d{1,4}(?:/\w)?"
    r"|all['’]altezza\sdel\s(?:civico|numero)\s(?:n\.?\s)?\d{1,4}(?:/\w)?)(?![\d/])",
    re.I,
)
_ORDERS = re.compile(
    r"[,\s]+si\s(?:ordina|dispone|istituisc\w+|comunica|avvisa|informa|rende noto)\b.*$", re.I | re.S
)
_CAUSE = re.compile(
    r"(?P<lead>per|al\sfine\sdi|a\scausa\sdi|causa|dovut[ao]\sa|a\sseguito\sdi|in\soccasione(?=\sd[ei])"
    r"|nell['’]ambito(?=\sd[ei]))\s(?!chi\b|tutti\b|i\sresidenti)",
    re.I,
)
_WORKS = re.compile(
    r"(?:lavori|interventi|opere)\s(?=(?:di|alla|alle|per|sulla|sulle|al|ai|sul|della)\s|d['’])"
    r"|attivit(?:à|a['’])\s(?=di\s)|lavori\s(?=(?:edil|stradal|idraulic)i\b)",
    re.I,
)
_DEED = re.compile(r"attivit(?:à|a['’])\sdi\s", re.I)
_STARTS = re.compile(r"(?<=[\s(])(?=\w)")
_ENDS = re.compile(r"[,;:()]|\.(?=\s|$)|\s[-–—]\s|(?:…|\.\.\.)")


@dataclass
class Phrase:
    """What one phrase tells; `rest` holds what was not understood."""

    measures: list[Measure] = field(default_factory=list)
    streets: list[Street] = field(default_factory=list)
    stretch: list[str] = field(default_factory=list)
    when: list[str] = field(default_factory=list)
    hours: list[str] = field(default_factory=list)
    every: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)
    works: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    order: str = ""
    of_a_part: bool = False  # `chiusura di un tratto di strada`: without its ends it is not all the street

    @property
    def is_sure(self) -> bool:
        """Whether all was understood and nothing stands there twice, so that who belongs to whom is plain."""
        singles = (self.stretch, self.when, self.hours, self.every)
        return not self.rest and all(len(found) <= 1 for found in singles) and self.order.count("S") <= 1


def read(text: str) -> Phrase:
    """The parts of a phrase without a verb."""
    made = Phrase()
    at = 0
    while at < len(text):
        space = _SPACE.match(text, at)
        if space:
            at = space.end()
            continue
        end = _one(text, at, made)
        if end <= at:
            idle = _IDLE.match(text, at)
            end = idle.end() if idle else _free(text, at)
            if not idle:
                made.rest.append(text[at:end].strip())
        at = end
    return made


def _one(text: str, at: int, made: Phrase) -> int:
    """Read what begins at `at` into `made`; its end, or `at` where nothing known begins."""
    if match := _OF_A_PART.match(text, at):
        made.of_a_part = True
        return match.end()
    end = _limited(text, at, made)
    if end > at:
        return end
    if found := measure_at(text, at):
        made.measures.append(found)
        made.order += "M"
        return found.end
    if match := _KM.match(text, at) or _CIVICS.match(text, at):
        made.stretch.append(match[0][:1].lower() + match[0][1:])
        return match.end()
    if (match := _STRETCH.match(text, at)) and (stop := _free(text, match.end())) > match.end():
        words = text[match.end() : stop].strip()
        if re.search(r"\s(?:e|al?|alla|all['’]|fino)\s?", words) and not words.isupper():
            link = match["link"].lower()
            made.stretch.append(
                f"{'tra' if link == 'fra' else link}{'' if link[-1] in '’' + chr(39) else ' '}{words}"
            )
            return stop
    if found_streets := streets_at(text, at):
        made.streets += found_streets.all
        made.order += "S"
        return found_streets.end
    if (match := _CAUSE.match(text, at)) and (stop := _free(text, match.end())) > match.end():
        made.causes.append(_ORDERS.sub("", text[at:stop]).strip())
        return stop
    if (match := _WORKS.match(text, at)) and (stop := _free(text, match.end())) > match.end():
        works = text[at:stop].strip()
        deed = _DEED.match(works)  # `attività di potatura delle piante`
        if deed and (named := with_article(works[deed.end() :])):
            made.causes.append(f"per {named}")
        else:
            made.works.append(works)
        return stop
    return at


def _limited(text: str, at: int, made: Phrase) -> int:
    if limit := limit_at(text, at):
        (made.when if limit.is_end and not made.when else made.limits).append(limit.words)
        return limit.end
    for reader, where in ((moments_at, made.when), (every_at, made.every), (hours_at, made.hours)):
        if found := reader(text, at):
            where.append(found.words)
            return found.end
    if period := period_at(text, at):
        made.when.append(period.words)
        return period.end
    return at


def _free(text: str, start: int) -> int:
    """Where free words that begin at `start` end: at a mark, or where something known begins."""
    mark = _ENDS.search(text, start)
    last = mark.start() if mark else len(text)
    for place in _STARTS.finditer(text, start + 1, last):
        at = place.start()
        if at > start and (_begins(text, at)):
            return at
    return last


_NUMBER_OR_ARTICLE = re.compile(r"\d|il\s|i\s|la\s|le\s|l['’]", re.I)
_THE_DAY = re.compile(r"(?:il\s(?:giorno\s)?|l['’])\d", re.I)
_PART_OF_A_ROAD = re.compile(r"nel tratto|in (?:via|viale|piazza) |lungo ", re.I)


def _begins(text: str, at: int) -> bool:
    if limit_at(text, at) or every_at(text, at) or hours_at(text, at) or moments_at(text, at):
        return True
    if _NUMBER_OR_ARTICLE.match(text, at) and not _THE_DAY.match(text, at):
        return False  # a bare number belongs to the words around it
    if period_at(text, at):
        return True
    return bool(measure_at(text, at) or _CAUSE.match(text, at) or _PART_OF_A_ROAD.match(text, at))
