"""An exception that a text tells without its rule: `Solo il 26 la chiusura è totale`, and on other days?

Who reads that the market stays, or that an afternoon is made up for, takes it that nothing is shut.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice
from flows.bulletin.summary.frames.prose.lines import lines

_EXCEPTION = re.compile(
    r"^(?:nelle|nei|per le|per i|le|i) (?:sol[ei]|unic(?:he|i)) (?:giornate|giorni|notti|sere)\b"
    r"|^(?:nella|per la|nel|per il) sol[oa] (?:giornata|giorno|notte)\b"
    r"|^(?:sono|restano|rimangono) esclus[ie] dal\b"
    r"|\bnon subi(?:sce|scono|r\w+) (?:\w+ )?"
    r"(?:spostament|variazion|modific|cambiament|interruzion)\w+"
    r"|\b(?:può|possono|potr\w+) (?:essere )?(?:sempre|comunque|momentaneamente|temporaneamente) "
    r"(?:(?:ri)?attivat|passare|transitare|accedere|tornare)\w*"
    r"|\b(?:può|potr\w+) (?:tornare|riprendere|essere (?:riattivat|ripristinat)\w) (?:anche )?prima\b"
    r"|\b(?:rest|riman|rimarr)\w+ (?:regolarmente |comunque |sempre )?apert[oaie]\b"
    r"(?![^.]*\b(?:dalle|alle|fino|ore)\b)",
    re.I,
)
_MADE_UP_FOR = re.compile(
    r"\b(?:è|sono|sarà|saranno|viene|vengono|verrà|verranno) (?:\w+ )?recuperat[oaie]\b", re.I
)
_FALLS_AWAY = re.compile(  # `La raccolta non si effettua ed è recuperata sabato` tells both
    r"\bnon si \w+|\b(?:è|sono|sarà|saranno|rest\w+) (?:\w+ )?(?:chius|sospes|annullat)[oaie]\b", re.I
)
_RULE = re.compile(
    r"\bchius[oaie]\b|\bchiusur|\bchiud\w+|\bsospe(?:s|nd)\w+|\bviet\w+|\bdiviet\w+|\bsenso unico\b"
    r"|\bmanc(?:a|ano|her\w+|anza)\b|\binterrott\w|\binterruzion|\bannullat\w|\bnon potabile\b"
    r"|\bnon si (?:effettu|svolg|tien|terr|racco|ritir|pu)\w+|\bsenza (?:acqua|corrente|luce|gas)\b",
    re.I,
)


def without_rule(text: str, notice: Notice) -> Iterator[str]:
    """Each sentence that excepts from what no other sentence of `text` tells, and the page does: Italian."""
    if notice.kind in OCCASIONS:
        return
    told = [one for one in split(text) if "nella pagina" not in one]
    excepted = [one for one in told if _EXCEPTION.search(one) or _is_made_up_for(one, notice)]
    if not excepted or any(_RULE.search(one) for one in told if one not in excepted):
        return
    if any(_RULE.search(line) and not _EXCEPTION.search(line) for line in lines(notice)):
        yield from (f"«{one}» è un'eccezione, e il testo non dice a che cosa." for one in excepted)


def _is_made_up_for(sentence: str, notice: Notice) -> bool:
    is_so = notice.kind is Kind.hours and _MADE_UP_FOR.search(sentence) is not None
    return is_so and not _FALLS_AWAY.search(sentence)
