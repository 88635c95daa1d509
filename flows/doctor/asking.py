"""Asks checks, several at once: what goes wrong in one is its own result."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import SQLAlchemyError

from db.engine import StoreError
from flows.doctor.finding import Case, Check, Finding, Said, left_out, unknown
from flows.settings import SettingsError

LONG = 10.0  # seconds; beyond them a check says how long it took
AT_ONCE = 8  # most of the time is waiting for an answer
FORBIDDEN = "La rete è esclusa (--offline)."
REPORT = (
    "è un difetto del programma: segnalalo con quello che stampa `python -m flows doctor --redact`, che non "
    "contiene nomi, numeri o indirizzi"
)


def examine(case: Case, checks: Sequence[Check]) -> list[Finding]:
    """In the order of the checks, whichever is done first. What needs no network is looked at one after the
    other, while the others wait for their answers.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = {check.id: pool.submit(_timed, check, case) for check in checks if check.needs_network}
        own = {check.id: _timed(check, case) for check in checks if not check.needs_network}
    return [
        finding
        for check in checks
        for finding in _findings(check, *(own.get(check.id) or asked[check.id].result()))
    ]


def _timed(check: Check, case: Case) -> tuple[Sequence[Said], float]:
    began = time.monotonic()
    said = _answer(check, case)
    return said, time.monotonic() - began


def _answer(check: Check, case: Case) -> Sequence[Said]:
    if check.needs_network and case.is_offline:
        return [left_out(FORBIDDEN)]
    try:
        said = check.look(case)
    except (SQLAlchemyError, StoreError) as exc:
        words = "Il database non risponde a questa domanda"
        return [unknown(f"{words} ({type(exc).__name__}).", "guarda prima il gruppo «Database»")]
    except SettingsError as exc:
        return [unknown("Manca un segreto o un valore del profilo.", "guarda il gruppo «Configurazione»",
                        detail=str(exc))]  # fmt: skip
    except Exception as exc:  # noqa: BLE001  one that crashes costs no other
        words = f"Il controllo stesso si è interrotto ({type(exc).__name__})."
        return [unknown(words, REPORT, detail=" ".join(str(exc).split())[:200])]
    return [said] if isinstance(said, Said) else said


def _findings(check: Check, answers: Sequence[Said], seconds: float) -> Iterator[Finding]:
    slow = f" Il controllo ha impiegato {seconds:.0f} secondi." if seconds >= LONG else ""
    for said in answers:
        name = f"{check.name}: {said.about}" if said.about else check.name
        yield Finding(
            check.id,
            check.group,
            name,
            said.verdict,
            f"{said.words}{slow}",
            said.remedy,
            said.detail,
            said.is_left_out,
            round(seconds * 1000),
        )
