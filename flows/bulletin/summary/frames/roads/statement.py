"""A phrase about roads or supplies as a sentence: what changes, where, when, and why."""

import re
from collections.abc import Sequence
from dataclasses import replace

from flows.bulletin.summary.frames.places.streets import agreement, inside, subject
from flows.bulletin.summary.frames.roads.measures import SUPPLY, clauses
from flows.bulletin.summary.frames.roads.reading import Phrase

_HASTY = re.compile(
    r"per\s(?P<noun>posa|potatura|sostituzione|sistemazione|riparazione|manutenzione|asfaltatura|installazione|pulizia"
    r"|realizzazione|rimozione|costruzione|demolizione|abbattimento|rifacimento|ripristino|taglio|scavo|montaggio"
    r"|smontaggio|spostamento|allacciamento|allaccio)\s(?P<rest>[^.;:,]{3,60})",
    re.I,
)
_JOINED = re.compile(
    r"(?:d[aei]l?|dell[aeo]|degli|di|al|alla|alle|ai|su|sull[ae])\s"
    r"|(?:stra)?ordinaria\b|(?:dell|all|sull)['’]",
    re.I,
)
_AIM = re.compile(r"^al fine di ", re.I)
_GOOD_CAUSE = re.compile(
    r"in\soccasione\sd[ei]|per\s(?:(?:i|il|la|le|lo|gli|un|una|alcuni|urgenti)\s|l['’]|lavori\b|interventi\b|motivi\b"
    r"|consentire\b|permettere\b|opere\b)",
    re.I,
)


def is_of_supply(phrase: Phrase) -> bool:
    """Whether it is of water, power or gas."""
    return any(measure.kind in SUPPLY for measure in phrase.measures)


def statement(work: Phrase) -> str:
    """`Via Po è chiusa tra via Adda e via Oglio dal 3 al 7 giugno, dalle 8 alle 18, eccetto residenti.`"""
    measures = [replace(measure) for measure in work.measures]
    when, hours = (found[0] if found else "" for found in (work.when, work.hours))
    hours = "di notte" if not hours and any(measure.at_night for measure in measures) else hours
    stretch = work.stretch[0] if work.stretch else ""
    every = work.every[0] if work.every else ""
    limits = list(work.limits)
    cause = _cause(work)
    single = measures[0] if len(measures) == 1 else None
    if single and single.kind == "closed" and not single.part and work.streets:
        partly = "in parte " if single.partly else ""
        state = agreement(work.streets, "chius").replace(" ", f" {partly}", 1)
        words = f"{subject(work.streets)} {state}{single.words}"
        parts = [" ".join(filter(None, (words, stretch, when))), hours, every, *limits]
        return in_a_row(parts, cause)
    place = inside(work.streets) if work.streets else ""
    if measures and is_of_supply(work):
        lead = ", ".join(
            filter(None, (when, every, hours, *[limit for limit in limits if limit.startswith("e comunque")]))
        )
        tail = [limit for limit in limits if not limit.startswith("e comunque")]
        said = " ".join(filter(None, (clauses(measures), place, stretch)))
        joint = ", " if hours or every else " "
        return in_a_row([f"{lead}{joint}{said}" if lead else said, *tail], cause)
    if measures:
        said = clauses(measures)
    else:
        said = f"si fanno {_works_named(work.works[0])}" if work.works else ""
        cause = "" if not measures else cause
    if not said:
        return ""
    where = ", ".join(filter(None, (place, stretch)))
    if work.streets and where:
        lead = ", ".join(filter(None, (when, every, hours, *limits)))
        joint = ", " if every or hours or limits or stretch else " "
        said = f"{where}{',' if stretch else ''} {said}"
        return in_a_row([f"{lead}{joint}{said}" if lead else said], cause)
    return ""


def in_a_row(parts: Sequence[str], cause: str) -> str:
    """The parts of a sentence, with commas between and the cause at its end."""
    said = ", ".join(filter(None, parts))
    joint = ", " if "," in said else " "
    return f"{said}{joint}{cause}." if cause else f"{said}."


def _works_named(words: str) -> str:
    return words[:1].lower() + words[1:]


def _with_small_words(cause: str) -> str:
    """`per la posa di fibra ottica` of `Per posa fibra ottica`, as notices write in haste."""
    found = _HASTY.fullmatch(cause)
    if found is None or cause.isupper():
        return cause
    noun = found["noun"].lower()
    article = "l'" if noun[0] in "aeiou" else "lo " if noun.startswith(("sc", "sp", "sm", "sf")) else "il "
    article = "la " if noun.endswith(("a", "e")) and article == "il " else article
    article = "la " if noun in ("sostituzione", "sistemazione") else article
    rest = found["rest"]
    joint = "" if re.match(_JOINED, rest) else "di "
    return f"per {article}{noun} {joint}{rest[:1].lower() if rest[1:2].islower() else rest[:1]}{rest[1:]}"


def _cause(work: Phrase) -> str:
    """The reason, where it is good Italian as it stands: `per lavori alla rete idrica`."""
    for cause in work.causes:
        cause = re.sub(
            r"^(?:causa|a causa di|dovut[ao] a|a seguito di)\s(?=lavori|interventi)",
            "per ",
            cause,
            flags=re.I,
        )
        cause = _AIM.sub("per ", cause)
        cause = _with_small_words(re.split(r"\snell['’]ambito\s", cause)[0])
        if _GOOD_CAUSE.match(cause) and not cause.isupper():
            return cause[:1].lower() + cause[1:]
    words = next((one for one in work.works if work.measures and not one.isupper()), "")
    return f"per {words[:1].lower()}{words[1:]}" if words else ""
