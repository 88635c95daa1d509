"""A zone's levels for one day, in the words that Protezione Civile publishes."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

GREEN = "Assenza di fenomeni significativi prevedibili / NESSUNA ALLERTA"
ADJECTIVES = {"gialla": "Ordinaria", "arancione": "Moderata", "rossa": "Elevata"}  # lowest first
HAZARDS = ("idraulico", "temporali", "idrogeologico")  # in the order of the real CAP files


class AlertError(ValueError):
    """Raised when alerts to be written make no sense; the text says which value."""


@dataclass(frozen=True)
class ZoneRow:
    """One row of the archive's DBF: a zone and its published texts, green ones included."""

    code: str
    name: str
    summary: str
    idrogeologico: str
    temporali: str
    idraulico: str


def level_text(level: str) -> str:
    """`gialla` -> `Ordinaria / ALLERTA GIALLA`, `verde` -> the text of no alert."""
    if level == "verde":
        return GREEN
    if level not in ADJECTIVES:
        raise AlertError(f"livello sconosciuto: {level!r} (verde, {', '.join(ADJECTIVES)})")
    return f"{ADJECTIVES[level]} / ALLERTA {level.upper()}"


def level_of(text: str) -> str:
    """The inverse: `Ordinaria per rischio temporali / ALLERTA GIALLA` -> `gialla`."""
    for level in ADJECTIVES:
        if text.endswith(f"ALLERTA {level.upper()}"):
            return level
    if text.endswith("NESSUNA ALLERTA"):
        return "verde"
    raise AlertError(f"testo di livello sconosciuto: {text!r}")


@cache
def zone_names() -> dict[str, str]:
    """Names by code of the 187 zones in force since 1 June 2026."""
    text = (Path(__file__).parent / "zones.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {row["zona_codice"]: row["zona_nome"] for row in csv.DictReader(lines)}


def rows_from_levels(levels: Mapping[str, Mapping[str, str]]) -> list[ZoneRow]:
    """Every zone of the country, green but for those given as {code: {hazard: level}}.

    Raises AlertError on a zone, a hazard or a level that does not exist.
    """
    unknown = sorted(set(levels) - set(zone_names()))
    if unknown:
        raise AlertError(f"zone sconosciute: {', '.join(unknown)}")
    return [_row(code, name, levels.get(code, {})) for code, name in zone_names().items()]


def rows_from_csv(text: str) -> list[ZoneRow]:
    """Rows of a zone CSV as opendatasicilia writes them; older zone cuts keep their own codes."""
    reader = csv.DictReader(io.StringIO(text))
    columns = {"zona_codice", "avviso_criticita", *(f"avviso_{hazard}" for hazard in HAZARDS)}
    missing = columns - set(reader.fieldnames or ())
    if missing:
        raise AlertError(f"colonne mancanti nel CSV: {', '.join(sorted(missing))}")
    rows = [
        ZoneRow(
            code=row["zona_codice"],
            name=zone_names().get(row["zona_codice"], row["zona_codice"]),
            summary=row["avviso_criticita"],
            **{hazard: row[f"avviso_{hazard}"] for hazard in HAZARDS},
        )
        for row in reader
    ]
    for row in rows:
        for hazard in HAZARDS:
            level_of(getattr(row, hazard))
    return rows


def all_green(rows: Iterable[ZoneRow]) -> list[ZoneRow]:
    """The same zones with no alert, for the day of which no CSV is at hand."""
    return [_row(row.code, row.name, {}) for row in rows]


def _row(code: str, name: str, levels: Mapping[str, str]) -> ZoneRow:
    wrong = sorted(set(levels) - set(HAZARDS))
    if wrong:
        raise AlertError(f"rischi sconosciuti per {code}: {', '.join(wrong)} ({', '.join(HAZARDS)})")
    texts = {hazard: level_text(levels.get(hazard, "verde")) for hazard in HAZARDS}
    return ZoneRow(code=code, name=name, summary=_summary(levels), **texts)


def _summary(levels: Mapping[str, str]) -> str:
    """`Ordinaria per rischio temporali / ALLERTA GIALLA`: the worst level, the first hazard that has it."""
    order = ["verde", *ADJECTIVES]
    # ties go in the order of HAZARDS, as in all published rows that were looked at
    worst = max(HAZARDS, key=lambda hazard: order.index(levels.get(hazard, "verde")))
    level = levels.get(worst, "verde")
    if level == "verde":
        return GREEN
    return f"{ADJECTIVES[level]} per rischio {worst} / ALLERTA {level.upper()}"
