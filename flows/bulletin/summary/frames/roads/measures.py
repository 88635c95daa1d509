"""What a road work or a cut changes for whom passes: each measure as a page names it, and as one says it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flows.bulletin.summary.frames.places.streets import joined

_HEAVY = (  # `ai veicoli aventi massa a pieno carico superiore a 7,5 t`
    r"(?:ai|per\si|dei|agli|per\sgli|degli)\s(?:veicoli|mezzi|autocarri|autoveicoli)\s(?:aventi|con|di)\s(?:una\s)?"
    r"(?:massa|peso|lunghezza|altezza|larghezza)\s[^;.\d]{0,60}\d+(?:[.,]\d+)?\s?(?:tonnellate|t|kg|quintali|metri|m)\b"
)
_VEHICLES = (
    rf"(?:{_HEAVY}|"
    r"(?:a|per)\s(?:tutti\si\s(?:veicoli|mezzi))|(?:ai|per\si|dei)\s(?:mezzi\spesanti|pedoni"
    r"|veicoli(?:\sa\smotore)?|camion|ciclisti)"
    r"|(?:agli|per\sgli|degli)\s(?:autocarri|autoveicoli)|pedonale|veicolare|veicolare\se\spedonale)"
)
_LANE = (
    r"(?P<lane>(?:carreggiata|corsia|semicarreggiata)"
    r"(?:\s(?:nord|sud|est|ovest|centrale|laterale|(?:di\s|a\s)?(?:destra|sinistra)|di\s(?:sorpasso"
    r"|marcia)))?)"
)
_READ: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.I))
    for kind, pattern in (
        (
            "closed",
            r"(?:interruzion[ei](?:\stemporanea)?\s(?P<cut>del\s(?:traffico|transito)|della\scircolazione)|chiusur[ae])(?:\s(?:temporanea|totale|completa|provvisoria|straordinaria))?"
            r"(?P<partly>\sparziale)?(?P<night>\snotturna)?"
            r"(?:\s(?P<traffic>al\s(?:traffico|transito|passaggio)(?:\s(?:veicolare\se\spedonale"
            r"|veicolare|pedonale))?"
            r"(?:\sdi\stutti\si\sveicoli|\sdei\sveicoli)?))?"
            rf"(?:\s(?:al\straffico\s)?(?:della|di\suna|sulla)\s{_LANE})?(?:\sstradale)?",
        ),
        (
            "alternate",
            r"senso\sunico\salternato(?:\sdi\s(?:marcia|circolazione))?"
            r"(?:\s(?:regolato|gestito)\s(?:da|con)\s(?P<by>semafor[oi]|movieri|impianto\ssemaforico)"
            r"|\s(?:con|a)\s(?P<by2>semafor[oi]|movieri|vista))?",
        ),
        ("oneway", r"senso\sunico(?:\sdi\s(?:marcia|circolazione))?(?!\salternato)"),
        ("twoway", rf"doppio\ssenso(?:\sdi\s(?:marcia|circolazione))?(?:\s(?:sulla|nella|in)\s{_LANE})?"),
        (
            "transit",
            rf"divieto\s(?:temporaneo\s)?(?:di\s)?(?:transito|circolazione|accesso)(?:\s"
            rf"(?P<whom>{_VEHICLES}))?"
            r"(?P<and>\se\s(?:di\s)?(?P<stop>sosta|fermata)(?P<tow>(?:,|\se)?\s(?:con\s)?rimozione(?:\s"
            r"(?:forzata|forza|coatta))?)?)?",
        ),
        (
            "transit",
            r"divieto\s(?:temporaneo\s)?(?:di\s)?(?P<stop>sosta|fermata)\se\s(?:di\s)?(?:transito|circolazione)\b",
        ),
        (
            "parking",
            r"divieto\s(?:temporaneo\s)?(?:di\s)?(?P<stop>(?:sosta\se\s(?:di\s)?fermata"
            r"|fermata\se\s(?:di\s)?sosta|sosta|fermata|parcheggio))"
            r"(?P<tow>(?:,|\se)?\s(?:con\s)?rimozione(?:\s(?:forzata|forza|coatta))?)?"
            r"(?P<sides>\s(?:su\s)?(?:ambo\si\slati|entrambi\si\slati))?",
        ),
        (
            "traffic",
            r"(?:nuova\s|temporane[ae]\s|divers[ae]\s)?(?:modific(?:a|he)|variazion[ei]|disciplina|cambi"
            r"|cambiamenti|regolamentazione)"
            r"(?P<some>\s(?:temporane[ae]|provvisori[ae]))?"
            r"\s(?:(?:alla|della|nella|di|in)\s(?:disciplina\sdella\s)?)?(?:viabilità['’]?|viabilita['’]"
            r"|circolazione(?:\s(?:stradale|veicolare))?|traffico)",
        ),
        ("narrow", r"restringiment[oi]\s(?:della|di|del)\s(?P<what>carreggiata|corsia|sede\sstradale)"),
        (
            "suspended",
            r"sospensione(?:\stemporanea)?\s(?:della\scircolazione|del\s(?:transito"
            rf"|traffico))(?:\s(?:stradale|veicolare))?(?:\s(?:di\stutti\si\sveicoli|(?P<whom>{_VEHICLES})))?",
        ),
        (
            "water",
            r"(?P<may>possibil[ei]\s)?(?:interruzion[ei]|sospension[ei]|mancanza)(?:\s(?:temporanea"
            r"|programmata|momentanea))?"
            r"(?:\s(?:di|del|della|dell['’]))?\s?(?:(?:servizio|fornitura|erogazione|flusso"
            r"|distribuzione)\s)?"
            r"(?:idric[oai]|(?:(?:di|dell['’]|d['’])\s?)?acqua(?:\spotabile)?)(?!\w)",
        ),
        ("main", r"interruzion[ei]\s(?:del\sservizio\s)?(?:dell['’]\s?)?(?P<main>acquedotto)(?:\scomunale)?"),
        (
            "power",
            r"(?P<may>possibil[ei]\s)?(?:interruzion[ei]|sospension[ei]|mancanza)(?:\s(?:temporanea"
            r"|programmata|momentanea))?"
            r"(?:\s(?:di|del|della|dell['’]))?\s?(?:(?:servizio|fornitura|erogazione"
            r"|distribuzione)\s(?:di\s|dell['’]\s?|della\s)?)?"
            r"(?:energia\selettrica|elettrica|elettrico|corrente(?:\selettrica)?|luce)(?!\w)",
        ),
        (
            "gas",
            r"(?P<may>possibil[ei]\s)?(?:interruzion[ei]|sospension[ei]|mancanza)(?:\s(?:temporanea"
            r"|programmata|momentanea))?"
            r"(?:\s(?:di|del|della|dell['’]))?\s?(?:(?:servizio|fornitura|erogazione"
            r"|distribuzione)\s)?(?:(?:di|del)\s)?gas(?:\smetano)?(?!\w)",
        ),
    )
)
SUPPLY = frozenset({"water", "main", "power", "gas"})
_MISSING = {"water": "l'acqua", "power": "la corrente", "gas": "il gas"}
_NOUN = {"sosta": "la sosta", "fermata": "la fermata", "parcheggio": "il parcheggio"}


@dataclass(frozen=True)
class Measure:
    """One measure read at a place. `part` is the part of the road it is for; `words` qualify it."""

    kind: str
    end: int
    part: str = ""
    words: str = ""
    partly: bool = False
    at_night: bool = False
    may: bool = False


def measure_at(text: str, start: int) -> Measure | None:
    """The measure that begins exactly at `start`."""
    for kind, pattern in _READ:
        if match := pattern.match(text, start):
            found = match.groupdict()
            return Measure(
                kind,
                match.end(),
                (found.get("lane") or "").lower(),
                _words(kind, found),
                bool(found.get("partly")),
                bool(found.get("night")),
                bool(found.get("may")),
            )
    return None


def _words(kind: str, found: dict[str, str | None]) -> str:
    if kind == "closed":
        return _traffic("al traffico" if found.get("cut") else (found.get("traffic") or "").lower())
    if kind == "alternate":
        by = (found.get("by") or found.get("by2") or "").lower()
        return {"": "", "vista": ", a vista"}.get(
            by, ", con il semaforo" if by.startswith(("sem", "imp")) else ", con i movieri"
        )
    if kind == "transit":
        whom = _passers((found.get("whom") or "").lower())
        stop = found.get("stop")
        return f"{whom}|{_NOUN[stop.lower()] if stop else ''}|{'tow' if found.get('tow') else ''}"
    if kind == "suspended":
        return _passers((found.get("whom") or "").lower())
    if kind == "parking":
        names = re.split(r"\se\s(?:di\s)?", (found["stop"] or "").lower())
        sides = ", su entrambi i lati" if found.get("sides") else ""
        return f"{' e '.join(_NOUN[name] for name in names)}{sides}|{'tow' if found.get('tow') else ''}"
    return (found.get("what") or found.get("main") or ("temporary" if found.get("some") else "")).lower()


def _traffic(words: str) -> str:
    if not words:
        return ""
    return (
        " al transito anche a piedi"
        if "pedonale" in words and "veicolare" in words
        else (" ai pedoni" if "pedonale" in words else " al traffico")
    )


def _passers(words: str) -> str:
    if not words or "tutti" in words or words == "veicolare":
        return ""
    if "pedonal" in words or "pedoni" in words:
        return " anche a piedi" if "veicolare" in words else " a piedi"
    return f" {re.sub(r'^(?:ai|per i|dei) ', 'dei ', re.sub(r'^(?:agli|per gli|degli) ', 'degli ', words))}"


def clause(measure: Measure) -> str:
    """What holds in a place that was named before: `è vietata la sosta, con rimozione forzata`."""
    part = measure.part
    if measure.kind == "closed":
        partly = "in parte " if measure.partly else ""
        return f"è {partly}chiusa la {part or 'strada'}{measure.words}"
    if measure.kind == "alternate":
        return f"si viaggia a senso unico alternato{measure.words}"
    if measure.kind == "oneway":
        return "si viaggia a senso unico"
    if measure.kind == "twoway":
        return f"si viaggia nei due sensi{f' sulla {part}' if part else ''}"
    if measure.kind == "transit":
        whom, stop, tow = measure.words.split("|")
        towed = ", con rimozione forzata" if tow else ""
        if stop and not whom:
            return f"sono vietati il transito e {stop}{towed}"
        return f"è vietato il transito{whom}" + (f" ed è vietata {stop}{towed}" if stop else "")
    if measure.kind == "parking":
        what, tow = measure.words.split("|")
        verb = (
            "sono vietate"
            if " e " in what.split(",")[0]
            else "è vietato"
            if what.startswith("il ")
            else "è vietata"
        )
        return f"{verb} {what}{', con rimozione forzata' if tow else ''}"
    if measure.kind == "traffic":
        return "cambia temporaneamente la viabilità" if measure.words else "cambia la viabilità"
    if measure.kind == "narrow":
        return f"la {measure.words} è più stretta"
    if measure.kind == "suspended":
        return f"è sospesa la circolazione{measure.words}"
    if measure.kind == "main":
        return "è prevista un'interruzione dell'acquedotto"
    return f"{'può mancare' if measure.may else 'manca'} {_MISSING[measure.kind]}"


def clauses(measures: Sequence[Measure]) -> str:
    """The clauses of several measures in one place."""
    return joined([clause(measure) for measure in measures])
