"""The copies: whether a new one is there, and whether one was ever restored."""

from datetime import datetime, timedelta

from flows.backup import drill
from flows.backup.archive import BackupError
from flows.backup.offsite import archives, opened
from flows.backup.shelf import ARCHIVE, Shelf
from flows.backup.store import AwayError
from flows.doctor.finding import Case, Check, Said, attention, failed, good, left_out
from flows.settings import Settings

GROUP = "Copie"
A_DAY, DAYS = timedelta(hours=30), timedelta(days=3)  # a nightly copy may begin a little later than the last
A_MONTH = timedelta(days=35)
SPARE = timedelta(days=2)  # after which an archive that is too old should have gone
HOW = "`python -m flows backup`, ogni notte: deployments/manuale.md, «Back up»"
ELSEWHERE = "`[backup.offsite]` del profilo e la sua chiave: deployments/manuale.md, «A copy elsewhere»"
TOO_OLD = "lascia che l'utente cancelli all'indirizzo, o dai al contenitore una regola che le fa scadere"
SEE = "guarda lo stesso controllo qui; che cosa ha detto della copia è in `prove-di-ripristino/`"
TRY = "`python -m flows drill` con la chiave della cassaforte, ogni mese"


def archive(case: Case) -> Said:
    table = case.settings.profile.backup
    if table is None:
        if case.settings.profile.stage == "sandbox":
            return left_out("Il profilo è di prova e non ha [backup].")
        return failed("Nessuna copia: il profilo non ha [backup].", HOW)
    try:
        last = last_archive(case.settings)
    except BackupError as exc:
        return failed("La cartella delle copie non c'è o non si può usare.", HOW, detail=str(exc))
    if last is None:
        return failed("Nella cartella delle copie non c'è nessuna copia.", HOW)
    age = case.now - last
    words = f"L'ultima copia è di {_long(age)} fa."
    if age > DAYS:
        return failed(words, HOW)
    return attention(words, HOW) if age > A_DAY else good(words)


def last_archive(settings: Settings) -> datetime | None:
    """When the newest copy was made; None where there is none. BackupError where nobody can say."""
    if settings.profile.backup is None:
        return None
    shelf = Shelf(settings.profile.backup.folder, settings.profile.slug)
    shelf.require()
    found = shelf.files(ARCHIVE)
    return found[-1][0] if found else None


def offsite(case: Case) -> Said:
    """The copy that survives the machine: as the address itself lists it, not as we remember it."""
    table = case.settings.profile.backup
    if table is None or table.offsite is None:
        return left_out("Il profilo non ha [backup.offsite].")
    try:
        with opened(case.settings) as store:
            found = archives(case.settings, store.sizes())
    except AwayError as exc:  # for now: a night without a copy there is told by the backup
        return attention(
            "L'indirizzo delle copie fuori dalla macchina non risponde.", ELSEWHERE, detail=str(exc)
        )
    except BackupError as exc:
        return failed("Le copie fuori dalla macchina non si possono guardare.", ELSEWHERE, detail=str(exc))
    if not found:
        return failed("Fuori dalla macchina non c'è nessuna copia.", ELSEWHERE)
    age = case.now - found[-1][0]
    words = f"L'ultima copia fuori dalla macchina è di {_long(age)} fa."
    if age > DAYS:
        return failed(words, ELSEWHERE)
    if age > A_DAY:
        return attention(words, ELSEWHERE)
    if len(found) > 1 and (oldest := case.now - found[0][0]) > timedelta(days=table.keep_days) + SPARE:
        kept = f"Ne restano di {_long(oldest)} fa, e il profilo le tiene {table.keep_days} giorni."
        return attention(f"{words} {kept}", TOO_OLD)
    return good(words)


def trial(case: Case) -> Said:
    """Whether a copy was restored of late: one that nobody tried is none."""
    if case.settings.profile.backup is None:
        return left_out("Il profilo non ha [backup].")
    report = drill.last(case.settings.state)
    if report is None:
        return attention("Nessuna copia è mai stata provata.", TRY)
    age = case.now - report.at
    if not report.is_good:
        return failed(f"L'ultima prova ({_long(age)} fa) non è riuscita.", TRY, detail=report.trouble)
    words = f"L'ultima prova è riuscita {_long(age)} fa."
    if report.offsite_trouble:
        words += " Della copia fuori dalla macchina no."
        return attention(words, TRY, detail=report.offsite_trouble)
    if bad := ", ".join(dict.fromkeys(one.id for one in report.checks if one.is_trouble)):
        return attention(f"{words} In ciò che ha ripristinato non va bene: {bad}.", SEE)
    return attention(words, TRY) if age > A_MONTH else good(words)


def _long(age: timedelta) -> str:
    """`5 ore`, `3 giorni`."""
    hours = max(int(age.total_seconds() // 3600), 0)
    if hours < 48:
        return "1 ora" if hours == 1 else f"{hours} ore"
    return f"{hours // 24} giorni"


CHECKS = (
    Check("backups.archive", GROUP, "Ultima copia", archive),
    Check("backups.offsite", GROUP, "Copia fuori dalla macchina", offsite, needs_network=True),
    Check("backups.trial", GROUP, "Ultima prova", trial),
)
