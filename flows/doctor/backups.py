"""The copies: whether a new one is there, and whether one was ever restored."""

from datetime import timedelta

from flows.backup.archive import BackupError
from flows.backup.drill import FOLDER, Report
from flows.backup.shelf import ARCHIVE, Shelf
from flows.doctor.finding import Case, Check, Said, attention, failed, good, left_out

GROUP = "Copie"
A_DAY, DAYS = timedelta(hours=30), timedelta(days=3)  # a nightly copy may begin a little later than the last
A_MONTH = timedelta(days=35)
HOW = "`python -m flows backup`, ogni notte: deployments/manuale.md, «Back up»"
TRY = "`python -m flows drill` con la chiave della cassaforte, ogni mese"


def archive(case: Case) -> Said:
    table = case.settings.profile.backup
    if table is None:
        if case.settings.profile.stage == "sandbox":
            return left_out("Il profilo è di prova e non ha [backup].")
        return failed("Nessuna copia: il profilo non ha [backup].", HOW)
    shelf = Shelf(table.folder, case.settings.profile.slug)
    try:
        shelf.require()
        found = shelf.files(ARCHIVE)
    except BackupError as exc:
        return failed("La cartella delle copie non c'è o non si può usare.", HOW, detail=str(exc))
    if not found:
        return failed("Nella cartella delle copie non c'è nessuna copia.", HOW)
    age = case.now - found[-1][0]
    words = f"L'ultima copia è di {_long(age)} fa."
    if age > DAYS:
        return failed(words, HOW)
    return attention(words, HOW) if age > A_DAY else good(words)


def trial(case: Case) -> Said:
    """Whether a copy was restored of late: one that nobody tried is none."""
    if case.settings.profile.backup is None:
        return left_out("Il profilo non ha [backup].")
    reports = sorted((case.settings.state / FOLDER).glob("*.json"))
    if not reports:
        return attention("Nessuna copia è mai stata provata.", TRY)
    report = Report.model_validate_json(reports[-1].read_text(encoding="utf-8"))
    age = case.now - report.at
    if not report.is_good:
        return failed(f"L'ultima prova ({_long(age)} fa) non è riuscita.", TRY, detail=report.trouble)
    words = f"L'ultima prova è riuscita {_long(age)} fa."
    return attention(words, TRY) if age > A_MONTH else good(words)


def _long(age: timedelta) -> str:
    """`5 ore`, `3 giorni`."""
    hours = max(int(age.total_seconds() // 3600), 0)
    if hours < 48:
        return "1 ora" if hours == 1 else f"{hours} ore"
    return f"{hours // 24} giorni"


CHECKS = (
    Check("backups.archive", GROUP, "Ultima copia", archive),
    Check("backups.trial", GROUP, "Ultima prova", trial),
)
