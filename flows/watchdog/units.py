"""Units of systemd's that have failed, each noted in a file of its own, which its next success takes away.

A job (a backup, a drill) is started once in a while: that it failed is certain, and true until one goes well.
A process is started again at once: that it ended is a trouble only where it goes on ending.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from db import disk
from flows.backup import drill, offsite
from flows.settings import Settings
from flows.watchdog.judgement import LASTS
from flows.watchdog.trouble import Trouble

FOLDER = "guasti"  # in the state folder; the units know it, too
FLEETS = "bollettino-fleet"  # one unit of each kind for all Comuni; `flows/machine/fleet.py` names them
WHY = "`journalctl -u {unit}` dice perché"
AGAIN = "`systemctl start {unit}` prova ancora"
WORDS = {  # name of a unit -> what is told of it, by name and in a sentence
    "prefect": ("Server di Prefect", f"Finisce e riparte di continuo: {WHY}."),
    "worker": ("Esecutore", f"Finisce e riparte di continuo: {WHY}."),
    "web": ("Applicazione web", f"Finisce e riparte di continuo: {WHY}."),
    "watchdog": ("Sorveglianza", f"La guardia che scrive questi avvisi si interrompe: {WHY}."),
    "backup": ("Copia", f"La copia di ogni notte non è riuscita: {WHY}, {AGAIN}."),
    "drill": ("Prova della copia", f"La prova di ripristino di ogni mese non è riuscita: {WHY}, {AGAIN}."),
    "doctor": (
        "Controllo",
        "Il controllo di ogni giorno ha trovato un guasto: `{doctor}` dice quale e che cosa fare. "
        f"Poi {AGAIN}.",
    ),
}
ELSEWHERE = {  # the same, where the copy in the folder is whole and only the one elsewhere is not
    "backup": "La copia di ogni notte è stata fatta, ma non è arrivata fuori dalla macchina: "
    f"{WHY}, {AGAIN}.",
    "drill": "La prova di ripristino di ogni mese è riuscita con la copia che sta qui; quella fuori dalla "
    f"macchina non si è potuta leggere: {WHY}, {AGAIN}.",
}
LASTED = timedelta(hours=4)  # at most, a drill, or the sending of a copy
CERTAIN = ("backup", "drill", "doctor")


def note(state: Path, name: str, *, now: datetime) -> bool:
    """Whether the next rounds will know it: a disk that takes nothing is told besides."""
    try:
        disk.replace(state / FOLDER / name, f"{now.isoformat()}\n".encode())
    except OSError:
        return False
    return True


def over(state: Path, name: str) -> None:
    """It went well: what was told of a failure before is over."""
    (state / FOLDER / name).unlink(missing_ok=True)


def troubles(settings: Settings, *, failed: str = "", now: datetime) -> Iterator[Trouble]:
    """`failed`: one that has failed at this moment, whether it could be noted or not."""
    slug = settings.profile.slug
    command, whose = (FLEETS, f" --profile {slug}") if settings.fleet else (f"bollettino-{slug}", "")
    for name, (title, words) in WORDS.items():
        at = now if name == failed else _failed_at(settings.state / FOLDER / name)
        is_certain = name in CERTAIN
        if at is None or (not is_certain and now - at >= LASTS):
            continue
        told = ELSEWHERE[name] if _is_elsewhere(settings, name, at) else words
        told = told.format(unit=f"{command}-{name}", doctor=f"{command} doctor{whose}")
        yield Trouble(f"unit.{name}", title, told, is_certain=is_certain)


def _is_elsewhere(settings: Settings, name: str, at: datetime) -> bool:
    """Whether only the copy elsewhere failed: neither failure is told as the other."""
    if name == "backup":  # one that fails before it reads its profile leaves the record of an earlier night
        sent = offsite.last(settings.state)
        return sent is not None and not sent.is_there and at - sent.at < LASTED
    if name == "drill":
        report = drill.last(settings.state)
        return report is not None and report.code == drill.ELSEWHERE and at - report.at < LASTED
    return False


def _failed_at(path: Path) -> datetime | None:
    try:
        at = datetime.fromisoformat(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None
    return at if at.tzinfo else None
