"""The machine itself: its disk, memory, clock and time zones."""

import os
import re
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from db.journal import Journal
from flows.bulletin.language.dates import giorno_ora
from flows.doctor.finding import Case, Check, Said, attention, failed, good, left_out, unknown
from flows.doctor.wire import UnreachedError, ask
from flows.machine import upgrade_state
from flows.privacy.intact import JOURNAL
from flows.settings import Settings
from flows.sources.alerts import alert_addresses
from flows.sources.readings import agent

GROUP = "Macchina"
MEGABYTE = 1_000_000
WARN_AT = 2  # times the room that must be left
MEMORY = Path("/proc/meminfo")
FREE_MEMORY, LEAST_MEMORY = 150, 1000  # megabytes: of a run; of server, worker, web app and one run
ZONE = "Europe/Rome"
SLOW, WRONG = 30.0, 120.0  # seconds: a one-time code lives 30, and one beside it still counts
ASKED = 4  # sites at most, each of another host


def disk(case: Case) -> Said:
    """The state folder's disk, and whether it takes a page: a quota or a read-only disk has room, too."""
    state, least = case.settings.state, case.settings.profile.watchdog.free_megabytes
    if not state.is_dir():
        return unknown("La cartella dell'installazione non c'è.", "avvia l'installazione (`make run`)")
    free = shutil.disk_usage(state).free / MEGABYTE
    words = f"Liberi {free:.0f} MB."
    remedy = "libera spazio: un disco pieno perde i DISATTIVA e ferma gli invii"
    if not Journal(state / JOURNAL).has_room():
        return failed(f"{words} Il disco non prende più niente.", remedy)
    if free < least:
        return failed(f"{words} Ne servono {least}.", remedy)
    if free < WARN_AT * least:
        return attention(words, remedy)
    return good(words)


def memory(case: Case) -> Said:  # noqa: ARG001
    """What is left for a run, which takes about 100 MB. In a unit the kernel's file is hidden: there the size
    of the machine must do.
    """
    remedy = "chiudi altri programmi sulla macchina, o dalle più memoria: senza, un invio può interrompersi"
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / MEGABYTE
    if total < LEAST_MEMORY:
        return attention(f"La macchina ha {total:.0f} MB di memoria, ne servono {LEAST_MEMORY}.", remedy)
    try:
        told = re.search(r"^MemAvailable: +(\d+) kB$", MEMORY.read_text(encoding="ascii"), re.MULTILINE)
    except OSError:
        told = None
    if told is None:
        return good(f"La macchina ha {total:.0f} MB di memoria; quanta è libera da qui non si vede.")
    free = int(told[1]) * 1024 / MEGABYTE
    words = f"Liberi {free:.0f} MB di memoria su {total:.0f}."
    if free < FREE_MEMORY:
        return failed(words, remedy)
    return attention(words, remedy) if free < WARN_AT * FREE_MEMORY else good(words)


def zones(case: Case) -> Said:
    """Whether Italy's hours are known, this year's and the next's: every hour of a bulletin is one."""
    remedy = "installa i dati dei fusi orari (pacchetto tzdata del sistema) e riavvia"
    try:
        zone = ZoneInfo.no_cache(ZONE)
    except (ZoneInfoNotFoundError, OSError, ValueError) as exc:
        return failed("Mancano i dati dei fusi orari.", remedy, detail=type(exc).__name__)
    for year in (case.now.year, case.now.year + 1):
        hours = [datetime(year, month, 1, 12, tzinfo=zone).utcoffset() for month in (1, 7)]
        if hours != [timedelta(hours=1), timedelta(hours=2)]:
            return failed(f"I dati dei fusi orari non sanno l'ora italiana del {year}.", remedy)
    return good("L'ora solare e quella legale sono note.")


def clock(case: Case) -> Said:
    """Ours against those of the sites that are read."""
    return _against(case.settings, _hosts(case.settings))


def often_asked_clock(case: Case) -> Said:
    """Ours against WhatsApp's alone, for who asks every few minutes: no site is to be visited for that."""
    return _against(case.settings, [case.settings.profile.whatsapp.api])


def _against(settings: Settings, addresses: Sequence[str]) -> Said:
    """One that agrees is enough: the others are wrong then."""
    offs = [-ahead for address in addresses if (ahead := _ahead(settings, address)) is not None]
    offs = [min(offs, key=abs)] if offs else []
    server = _ahead(settings, f"{settings.prefect_address}/api/health")
    offs += [-server] if server is not None else []
    if not offs:
        return unknown("Nessuno ha detto che ore sono.", "guarda se la macchina raggiunge la rete")
    off = max(offs, key=abs)
    words = f"L'orologio è {'avanti' if off > 0 else 'indietro'} di {abs(off):.0f} secondi."
    remedy = "accendi la sincronizzazione dell'ora (timedatectl set-ntp true)"
    if abs(off) >= WRONG:
        return failed(f"{words} I codici dei redattori non valgono, e gli invii sbagliano ora.", remedy)
    if abs(off) >= SLOW:
        return attention(words, remedy)
    return good("L'ora è giusta.")


def _hosts(settings: Settings) -> list[str]:
    """Of the sites that the profile names an address each."""
    sources = settings.profile.sources
    named = [
        *sources.feeds,
        *(page.address for page in sources.listings),
        *(address for _, address in alert_addresses(settings.profile)),
    ]
    return list({urlsplit(address).netloc: address for address in reversed(named)}.values())[-ASKED:]


def _ahead(settings: Settings, address: str) -> float | None:
    try:
        return ask(address, headers={"User-Agent": agent(settings)}).ahead
    except UnreachedError:
        return None


def upgrade(case: Case) -> Said:
    """Whether one came to its end: half of one is neither the old version nor the new one."""
    found = upgrade_state.read(case.settings.state)
    if found is None:
        return left_out("Nessun aggiornamento finora.")
    back = found.way == upgrade_state.BACK
    if found.is_over:
        return good(f"{'Tornati indietro' if back else 'Aggiornato'}, da {giorno_ora(found.at)}.")
    what = "Il ritorno alla versione di prima" if back else "Un aggiornamento"
    remedy = (
        "`python -m flows upgrade --plan` dice a che punto è; `--apply` va avanti, `--back` torna indietro"
    )
    last = found.done[-1] if found.done else "niente"
    return failed(f"{what} è rimasto a metà (ultimo passo fatto: {last}).", remedy)


CHECKS = (
    Check("machine.upgrade", GROUP, "Aggiornamento", upgrade),
    Check("machine.disk", GROUP, "Disco", disk),
    Check("machine.memory", GROUP, "Memoria", memory),
    Check("machine.zones", GROUP, "Fusi orari", zones),
    Check("machine.clock", GROUP, "Orologio", clock, needs_network=True),
)
