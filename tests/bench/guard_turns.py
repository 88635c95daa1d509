"""Faithful sentences said in other words, and relations of them turned round, class by class.

The words are changed, never a figure: what the guard's typed facts cannot see.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.dates import MONTHS

# class -> what is turned into what; the first that a sentence has is
TURNS = {
    "turned role": (
        (r"\bentro (?:e non oltre )?(?:il|l['’])(?=\s?\d)", "dal"),
        (r"\bfino al(?=\s\d)", "dal"),
        (r"\ba partire dal(?=\s\d)", "entro il"),
        (r"\bentro le(?=\s(?:ore\s)?\d)", "dalle"),
    ),
    "turned limit": (
        (r"\bnon superior[ei] (?:a|ad)\b", "superiore a"),
        (r"\bfino a (?=\d[\d.]*\s?(?:euro|€))", "oltre "),
        (r"\balmeno (?=\d)", "al massimo "),
        (r"\b(?:inferior[ei] o ugual[ei] a|non oltre)\b(?=\s[\d€e])", "oltre"),
    ),
    "turned no": (
        (r"\bnon (?=(?:è|sono|sarà|saranno|verrà|verranno|si|può|possono|occorre)\b)", ""),
        (r"\bè vietat[oa]\b", "è consentito"),
        (r"\b(?:sarà|saranno|è|sono) sospes[oaie]\b", "funziona regolarmente"),
        (r"\bsenza prenotazione\b|\bnon occorre prenotare\b", "con prenotazione obbligatoria"),
    ),
    "turned exception": (
        (r"\besclus(?=[oaie]\b)", "compres"),
        (r"\b(?:tranne|eccetto|ad eccezione di)\b", "compreso"),
        (r"\bcompres(?=[oaie]\b)", "esclus"),
    ),
    "turned audience": (
        (
            r"\b(?:riservat[oaie]|destinat[oaie]|rivolt[oaie]) (?:ai|agli|alle|a)\s[\w\s]{3,40}?(?=[,.;])",
            "per tutti",
        ),
        (
            r"\bper (?:i|le|gli) (?:bambin\w|ragazz\w|giovani|donne) (?:da|dai|dagli|tra)\s[\w\s]{3,30}?anni\b",  # noqa: E501
            "per tutti",
        ),
        (r"\b(?:over|under)\s?\d\d\b", "persone di ogni età"),
    ),
}
# What says the same.
SAME = (
    (r"\bgratuitamente\b", "gratis"),
    (r"\bè gratuit[oa]\b", "è gratis"),
    (r"\bentro (?:e non oltre )?il (?=\d)", "non oltre il "),
    (r"\bdalle ore (?=\d)", "dalle "),
    (r"\balle ore (?=\d)", "alle "),
    (r"\bore (?P<hour>\d{1,2})[.:]00\b", r"ore \g<hour>"),
    (r"\bsi terr(?:à|anno)\b", "è"),
    (r"\bè vietat[oa]\b", "non è consentito"),
    (r"\bnon occorre prenotare\b", "non serve prenotare"),
    (r"\bnon superiore a\b", "fino a"),
    (r"\bper informazioni\b", "per sapere di più"),
    (r"\bpresso (?:il|la|l['’])\b", "in"),
    (r"\bsarà (?=\w+[ao]\b)", "è "),
)
_MONTH = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>20\d\d)")


def turned(text: str) -> Iterator[tuple[str, str]]:
    """A sentence with one relation turned round, for each class that it lends itself to."""
    for error, turns in TURNS.items():
        for pattern, other in turns:
            wrong, count = re.subn(pattern, other, text, count=1, flags=re.I)
            if count and wrong != text:
                yield error, wrong
                break


def said_otherwise(text: str) -> str:
    """The same sentence in other words; the text itself where none is known."""
    for pattern, other in SAME:
        text = re.sub(pattern, other, text, flags=re.I)
    return _MONTH.sub(_written, text)


def _written(match: re.Match[str]) -> str:
    month = int(match["month"])
    return (
        f"{int(match['day'])} {MONTHS[month - 1]} {match['year']}" if 1 <= month <= len(MONTHS) else match[0]
    )
