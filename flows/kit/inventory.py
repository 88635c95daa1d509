"""What whoever takes the service over must know: accounts, keys by fingerprint, dates, people, open matters.

No secret and no citizen's number stands in it. What only a person knows (who has the safe, which contract) is
asked for in square brackets.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from sqlmodel import Session

from db import days_off, recipients
from db.engine import reading
from flows.accounts import enrolment
from flows.backup import offsite
from flows.backup.manifest import fingerprints
from flows.backup.shelf import Shelf
from flows.bulletin.language.dates import in_rome
from flows.bulletin.language.measure import thousands
from flows.doctor.asking import examine
from flows.doctor.examination import CHECKS
from flows.doctor.finding import Case, Finding, Verdict
from flows.doctor.reader import reader
from flows.kit.endings import endings
from flows.newsroom import bulletins
from flows.profiles import documents
from flows.profiles.comune import Editor
from flows.profiles.places import TO_FILL
from flows.settings import Settings, SettingsError
from flows.whatsapp import versions

AHEAD = timedelta(days=366)  # how far absences and closures are looked up
STATES = {"active": "in uso", "invited": "invitato", "lapsed": "invito scaduto", "closed": "chiuso"}
ROLES = {"reader": "legge", "operator": "gestisce"}
OPEN = (Verdict.failed, Verdict.attention)


def report(settings: Settings, *, now: datetime, is_offline: bool) -> str:
    """Markdown, in Italian. What is not well the doctor says: he asks outside, too, unless `is_offline`."""
    findings = [
        one
        for one in examine(Case(settings, now, is_offline), CHECKS)
        if one.verdict in OPEN and not one.is_left_out
    ]
    with reader(settings) as engine, reading(engine) as session:
        subscribers = recipients.subscribed(session)
        waiting = [f"{line.title}: {line.state}" for line in bulletins.waiting(settings, session, now)]
        found = endings(settings, session, is_offline=is_offline)
        ends = sorted(_ends(settings, now) | _entered(session, in_rome(now).date()) | found.known)
        entries = list(_entries(settings, session, now))
    sections = (
        ("Installazione", _installation(settings, subscribers)),
        ("Persone", [*_people(settings), *entries]),
        ("Conti e indirizzi", _accounts(settings)),
        ("Chiavi, per impronta", _keys(settings)),
        ("Copie", _copies(settings)),
        ("Date", [f"{day:%d.%m.%Y}: {what}" for day, what in ends] or ["Nessuna data nel programma."]),
        ("Date da cercare", found.unknown),
        ("Aperto", [*waiting, *map(_matter, findings)] or ["Niente aspetta una persona."]),
        ("Solo una persona lo sa", _asked()),
    )
    head = f"# Passaggio di consegne: notizie e allerte via WhatsApp {settings.words['del_comune']}"
    when = f"Scritto il {in_rome(now):%d.%m.%Y alle %H:%M}. Non contiene segreti né numeri di cittadini."
    body = (f"## {title}\n\n" + "\n".join(f"- {line}" for line in lines) for title, lines in sections)
    return "\n\n".join([head, when, *body]) + "\n"


def _installation(settings: Settings, subscribers: int) -> Iterator[str]:
    profile = settings.profile
    yield f"Ambiente: {profile.stage}; profilo `{settings.path}`; stato `{settings.state}`"
    own = (
        ", ".join(path.name for path in documents.own(settings.path))
        or "NESSUNO: si pubblicano quelli del programma"
    )
    yield f"Testi del Comune per i cittadini, in `{documents.folder(settings.path)}`: {own}"
    yield f"Iscritti: {thousands(subscribers)}"
    yield f"Database: {'PostgreSQL' if settings.database.startswith('postgresql') else 'SQLite'}"
    ports = f"Prefect {profile.servers.prefect_port}, web {profile.servers.web_port}"
    yield f"Porte su questa macchina: {ports}"
    yield f"Si invia {settings.words['giorni']}; approva{'' if profile.approvals == 1 else 'no'} " + (
        "una persona" if profile.approvals == 1 else "due persone diverse"
    )


def _people(settings: Settings) -> Iterator[str]:
    for editor in settings.profile.editors:
        duty = "di turno per le urgenze" if editor.on_duty else "non di turno"
        code = f"codice {'presente' if settings.code_secret(editor) else 'MANCANTE'}"
        means = [
            *([] if settings.signs_in else [code]),
            f"telefono {'presente' if _has_phone(settings, editor) else 'MANCANTE'}",
        ]
        yield f"Redazione: {editor.name}, {editor.email}, {duty}; {', '.join(means)}"
    operator = settings.profile.mail.operator if settings.profile.mail else None
    yield f"Gestore: {operator or TO_FILL}"
    yield f"Responsabile della protezione dei dati: {settings.words['email_dpo']}"


def _entries(settings: Settings, session: Session, now: datetime) -> Iterator[str]:
    """Who may sign in at the door, and who could although they have left the profile."""
    for colleague in settings.profile.colleagues:
        yield f"Collega ({ROLES.get(colleague.role, colleague.role)}): {colleague.name}, {colleague.email}"
    found = enrolment.states(settings, session, now=now)
    for one in found:
        if one.state != "none":
            where = "" if one.role else ", NON nel profilo: `python -m flows accounts close`"
            yield f"Accesso di {one.name}: {STATES.get(one.state, one.state)}{where}"
    if not any(one.state == "active" for one in found):
        yield "Nessuno ha un accesso suo: si entra con la password che tutti hanno in comune"


def _has_phone(settings: Settings, editor: Editor) -> bool:
    try:
        return settings.editor_phone(editor) is not None
    except SettingsError:
        return False  # a number that cannot be read reaches nobody


def _accounts(settings: Settings) -> Iterator[str]:
    profile = settings.profile
    yield f"Numero che invia: {settings.words['numero_servizio']}"
    whatsapp = profile.whatsapp
    yield (
        f"WhatsApp: {whatsapp.api}, numero {whatsapp.phone_number_id}, account {whatsapp.waba_id}, "
        f"versione {whatsapp.api_version or 'del fornitore'}; portafoglio e amministratori: {TO_FILL}"
    )
    yield f"Pagine pubbliche e webhook: {profile.servers.public}"
    yield f"Redazione (Prefect): {settings.prefect_ui}"
    if profile.mail:
        yield f"Posta: da {profile.mail.sender}, server {profile.mail.host or 'della prova'}"
    if profile.sms:
        yield "SMS: per posta, al servizio di `[sms]` nel profilo"
    if profile.llm:
        yield f"Modello: {profile.llm.address}, {profile.llm.model}"
    for feed in profile.sources.feeds:
        yield f"Fonte: {feed}"
    yield f"Chi chiama quando il servizio tace: {_listener(settings)}"


def _listener(settings: Settings) -> str:
    """Its host alone: who knows the whole address can say in our name that all is well."""
    table = settings.profile.watchdog
    if table.ping_url is None:
        return "NESSUNO (`ping_url` di `[watchdog]`)"
    checks = ", ".join(f"{slug} ({promise})" for promise, slug in table.checks.items())
    host = urlsplit(table.ping_url).hostname
    return f"{host}; controlli: {checks or 'uno per tutto'}; a chi è intestato: {TO_FILL}"


def _keys(settings: Settings) -> Iterator[str]:
    """As the archives name them: who opens one sees whether these are its keys."""
    keys = fingerprints(settings.secrets)
    yield f"Ricerca (BOLLETTINO_LOOKUP_KEY): {keys.lookup}"
    for number, key in enumerate(keys.encryption, start=1):
        yield f"Cifratura {number} (BOLLETTINO_ENCRYPTION_KEYS): {key}"
    yield f"Chi ha una copia delle chiavi, e dove: {TO_FILL}"


def _copies(settings: Settings) -> Iterator[str]:
    backup = settings.profile.backup
    if backup is None:
        yield "Nel profilo non c'è `[backup]`: **non si fanno copie**"
        return
    files = Shelf(backup.folder, settings.profile.slug)
    newest = files.newest() if backup.folder.is_dir() else None
    name = newest.name if newest else "NESSUNA"
    yield f"In `{backup.folder}`, per {backup.keep_days} giorni; l'ultima: {name}"
    if (at := backup.offsite) is not None:
        sent = offsite.last(settings.state)
        ended = "mai" if sent is None else f"NON riuscito ({sent.trouble})" if sent.trouble else sent.archive
        yield f"Fuori dalla macchina in `{at.address}`; l'ultimo invio: {ended}"
        yield f"Chi gestisce quell'indirizzo, in che Paese, e fino a quando: {TO_FILL}"
    for recipient in backup.recipients:
        yield f"Le apre chi ha la chiave di {recipient}: {TO_FILL}"


def _ends(settings: Settings, now: datetime) -> set[tuple[date, str]]:
    """What the profile says ends on a day."""
    profile = settings.profile
    found: set[tuple[date, str]] = set()
    if order := profile.urgent.standing_order:
        found.add((order.expires, f"ultimo giorno dell'ordine permanente ({order.act})"))
    if period := profile.election_period:
        found |= {
            (period.first, "comincia il periodo elettorale"),
            (period.last, "finisce il periodo elettorale"),
        }
    if profile.prices:
        found.add((profile.prices.on, "i prezzi nel profilo sono stati letti"))
    end = versions.ENDS.get(profile.whatsapp.api_version)
    if end:
        found.add((end, f"Meta non risponde più a {profile.whatsapp.api_version}"))
    year = in_rome(now).year
    accessibility = date(year, 9, 23)
    if accessibility < in_rome(now).date():
        accessibility = date(year + 1, 9, 23)
    found.add((accessibility, "dichiarazione di accessibilità sul modulo di AgID"))
    return found


def _entered(session: Session, today: date) -> set[tuple[date, str]]:
    absences = days_off.known_absences(session, first=today, last=today + AHEAD)
    closures = days_off.known_closures(session, first=today, last=today + AHEAD)
    return {
        *((row.last, f"ultimo giorno di assenza di {row.editor}") for row in absences),
        *((row.last, "ultimo giorno senza bollettino") for row in closures),
    }


def _matter(finding: Finding) -> str:
    remedy = f" ({finding.remedy})" if finding.remedy else ""
    return f"{finding.verdict}, {finding.group}, {finding.name}: {finding.words}{remedy}"


def _asked() -> Sequence[str]:
    return (
        f"Chi è amministratore del portafoglio in Meta, e chi lo sostituisce: {TO_FILL}",
        f"Dove sta la scheda SIM o il contratto del numero che invia: {TO_FILL}",
        f"Contratti e scadenze (dominio, server, posta, SMS): {TO_FILL}",
        f"Chi decide di notte e nei festivi se nessuno risponde: {TO_FILL}",
        f"Ultimo ripristino provato da una persona, e quando: {TO_FILL}",
    )
