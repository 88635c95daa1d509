"""The copies as a promise: how old the newest is, and when one was last restored to try it.

Their timers tell when one fails; a timer that starts nothing any more fails in nothing.
"""

from datetime import datetime

from flows.backup import drill as trials
from flows.backup.archive import BackupError
from flows.backup.shelf import ARCHIVE, Shelf
from flows.bulletin.language.dates import giorno_ora
from flows.doctor.backups import A_MONTH, DAYS
from flows.settings import Settings
from flows.watchdog.trouble import Trouble

HOW = "`{command} doctor` dice che cosa fare."


def backup(settings: Settings, first_at: datetime, now: datetime) -> Trouble | None:
    """`first_at`: since when it is looked at: a new installation has none before its first night."""
    table = settings.profile.backup
    if table is None:
        return None
    try:
        found = Shelf(table.folder, settings.profile.slug).files(ARCHIVE)
    except BackupError:
        return Trouble("backup", "Copie", f"La cartella delle copie non si legge: {_how(settings)}")
    last = found[-1][0] if found else None
    if now - (last or first_at) <= DAYS:
        return None
    words = f"L'ultima copia è di {giorno_ora(last)}" if last else "Non c'è nessuna copia"
    return Trouble("backup", "Copie", f"{words}: {_how(settings)}")


def drill(settings: Settings, first_at: datetime, now: datetime) -> Trouble | None:
    """Its age alone: that the last one failed is told by its unit, or was seen by who made it by hand."""
    if settings.profile.backup is None:
        return None
    report = trials.last(settings.state)
    if now - (report.at if report else first_at) <= A_MONTH:
        return None
    words = (
        f"L'ultima prova di una copia è di {giorno_ora(report.at)}"
        if report
        else ("Nessuna copia è mai stata provata")
    )
    return Trouble("drill", "Prova delle copie", f"{words}: {_how(settings)}")


def _how(settings: Settings) -> str:
    return HOW.format(command=f"bollettino-{settings.profile.slug}")
