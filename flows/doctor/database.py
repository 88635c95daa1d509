"""Our database: whether it answers, is whole, is of this version, has room, and is the one of these keys."""

import shutil
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from db import canary, schema, senders, triggers
from db.canary import StrangeKeyError
from db.engine import make_engine, reading
from db.models import Canary
from db.schema import SchemaError
from flows.doctor.finding import Case, Check, Said, attention, failed, good, left_out, unknown
from flows.doctor.reader import reader
from flows.privacy import intact
from flows.privacy.intact import LostError
from flows.runs.send_counter import places
from flows.sending import checks, witness
from flows.sending.checks import Verdict as OfSend

GROUP = "Database"
RESTORE = "ferma tutto e rimetti l'ultima copia: deployments/manuale.md, «Restore a backup»"
HARM = "XX"  # how PostgreSQL's codes for data that is corrupted begin
MANY = 10_000_000_000  # bytes: a Comune's database has some hundred megabytes


def whole(case: Case) -> Said:
    """Answers, and no part of an SQLite file is harmed: it is read from one end to the other."""
    engine = make_engine(case.settings.database)
    try:
        intact.require_database(case.settings, engine)
        revision = schema.current(engine)
    except LostError as exc:
        return failed("Il database non c'è più.", RESTORE, detail=str(exc))
    except SchemaError as exc:
        is_gone = "cannot be opened" in str(exc)
        words = "Il database non risponde." if is_gone else "Il database è rovinato."
        remedy = "guarda se il suo server è acceso e se il disco c'è" if is_gone else RESTORE
        return failed(words, remedy, detail=str(exc))
    finally:
        engine.dispose()
    if revision is None:
        words = "Il database non c'è." if schema.is_missing(engine) else "Il database è vuoto."
        return failed(words, f"in un'installazione nuova `make run`; altrimenti {RESTORE}")
    return good("Risponde, ed è integro." if engine.dialect.name == "sqlite" else "Risponde.")


def pages(case: Case) -> Said:
    """Of PostgreSQL, which looks at a page when somebody asks for it: every row is read, with what is kept
    apart of it. Where its extension `amcheck` is there, each index is held against itself, too.
    """
    with reader(case.settings) as engine:
        if engine.dialect.name == "sqlite":
            return left_out("Di SQLite lo dice la riga «Risposta e integrità».")
        try:
            with engine.execution_options(reading=True).connect() as connection:
                connection.execute(text("SET statement_timeout = '5min'"))  # for a large table
                for name in inspect(connection).get_table_names():
                    table = engine.dialect.identifier_preparer.quote(name)
                    connection.execute(text(f"SELECT sum(length(one::text)) FROM {table} AS one"))  # noqa: S608
                has_checked = _indexes_checked(connection)
        except DBAPIError as exc:
            state = str(getattr(exc.orig, "sqlstate", None) or "")
            if not state.startswith(HARM):
                raise
            return failed("Il database è rovinato: una parte non si legge.", RESTORE, detail=state)
    return good(f"Ogni riga si legge{', e gli indici sono coerenti' if has_checked else ''}.")


def _indexes_checked(connection: Connection) -> bool:
    """Whether they could be: the extension is there, and our user may."""
    may = connection.scalar(text(
        "SELECT bool_or(has_function_privilege(oid, 'EXECUTE')) FROM pg_proc WHERE proname = 'bt_index_check'"
    ))  # fmt: skip
    if not may:
        return False
    connection.execute(text(
        "SELECT bt_index_check(c.oid) FROM pg_class c JOIN pg_am a ON a.oid = c.relam "
        "JOIN pg_index i ON i.indexrelid = c.oid "
        "WHERE a.amname = 'btree' AND i.indisvalid AND c.relnamespace = current_schema()::regnamespace"
    ))  # fmt: skip
    return True


def revision(case: Case) -> Said:
    engine = make_engine(case.settings.database)
    try:
        at, wanted = schema.current(engine), schema.head()
        is_open = at is not None and at != wanted and schema.is_open_to_us(engine, at)
    finally:
        engine.dispose()
    if at == wanted:
        return good(f"È della versione di questo programma ({at}).")
    if is_open:  # another host of the fleet was upgraded first
        return good(f"È di una versione più nuova ({at}), che questo programma può usare.")
    return failed(
        f"È della revisione {at or 'nessuna'}, il programma vuole la {wanted}.",
        "fai una copia, poi `python -m flows migrate`",
    )


def guarded(case: Case) -> Said:
    """Whether consent and what proves a decision can only be appended to, as the migrations have made it."""
    with reader(case.settings) as engine, reading(engine) as session:
        away = triggers.missing(session.connection())
    if not away:
        return good("Consensi e prove di chi ha deciso si possono solo aggiungere.")
    tables = ", ".join(dict.fromkeys(trigger.table for trigger in away))
    return failed(
        f"Ciò che si può solo aggiungere si può riscrivere: mancano {len(away)} trigger ({tables}).",
        "fai una copia, guarda chi ha cambiato il database, poi `python -m flows migrate` li rimette",
        detail=", ".join(trigger.name for trigger in away),
    )


def room(case: Case) -> Said:
    """How large it is, beside what is left of its disk: a copy of it must find room."""
    with reader(case.settings) as engine:
        size = _size(engine)
        folder = Path(engine.url.database or "").parent if engine.dialect.name == "sqlite" else None
    words = f"Occupa {size / 1e6:.0f} MB."
    free = shutil.disk_usage(folder).free if folder is not None else None
    if free is not None and free < 2 * size:
        return attention(f"{words} Sul suo disco restano {free / 1e6:.0f} MB: una copia non ci sta.",
                         "libera spazio, o sposta lo stato su un disco più grande")  # fmt: skip
    if size > MANY:
        return attention(f"{words} È molto per un Comune.", "guarda se `conserva` finisce ogni giorno")
    return good(words)


def _size(engine: Engine) -> int:
    with reading(engine) as session:
        if engine.dialect.name == "postgresql":
            return int(session.connection().scalar(text("SELECT pg_database_size(current_database())")) or 0)
    path = Path(engine.url.database or "")
    return sum(one.stat().st_size for one in (path, path.with_name(f"{path.name}-wal")) if one.exists())


def durable(case: Case) -> Said:
    """What was committed survives a power cut: at most once is built on it."""
    with reader(case.settings) as engine, reading(engine) as session:
        connection = session.connection()
        if engine.dialect.name == "sqlite":
            return _logged(str(connection.exec_driver_sql("PRAGMA journal_mode").scalar()))
        names = ("fsync", "synchronous_commit", "full_page_writes")
        off = [name for name in names if connection.scalar(text(f"SHOW {name}")) == "off"]
    if off:
        return attention(
            f"PostgreSQL ha spento {', '.join(off)}: senza corrente un messaggio può partire due volte.",
            "riaccendili in postgresql.conf",
        )
    return good("Ciò che è scritto resta anche se manca la corrente.")


def _logged(mode: str) -> Said:
    if mode == "wal":
        return good("Il registro di SQLite è «wal».")
    words = f"Il registro di SQLite è «{mode}» e non «wal»: chi legge ferma chi scrive."
    return attention(words, "riavvia l'installazione: lo rimette lei")


def keys(case: Case) -> Said:
    vault = case.settings.vault()
    try:
        with reader(case.settings) as engine, reading(engine) as session:
            canary.require(session, vault)
            is_planted = session.get(Canary, 1) is not None
    except StrangeKeyError as exc:
        words = "Le chiavi non sono quelle di questo database: non parte niente."
        remedy = "rimetti quelle che erano in uso, dalla copia delle chiavi"
        return failed(words, remedy, detail=str(exc))
    if not is_planted:
        return attention("Il database non è ancora legato alle sue chiavi.", "`python -m flows migrate`")
    return good("Le chiavi sono quelle di questo database.")


def restored(case: Case) -> list[Said]:
    """The count of sends and the journal of consent, outside the database, against it."""
    settings = case.settings
    heard = witness.hear(places(settings, has_server=not case.is_offline))
    with reader(settings) as engine, reading(engine) as session:
        ledger = settings.ledger()
        ours, has_words = senders.last_number(session), not ledger.is_empty(session)
    lost = witness.lost_words(heard, ledger.journal, has_words=has_words)
    seen = checks.check_witness(heard, ours, lost)
    remedy = "`python -m flows witness`, e il manuale: «Restore a backup»"
    said = {
        OfSend.good: good(seen.words),
        OfSend.attention: attention(seen.words, "guarda prima il gruppo «Prefect»"),
        OfSend.refused: failed(seen.words, remedy),
        OfSend.unknown: unknown(seen.words, remedy),
    }[seen.verdict]
    missing = intact.missing(settings)
    beside = [attention("Accanto al database manca un file.", remedy, detail=line) for line in missing]
    return [said, *(beside if seen.verdict != OfSend.refused else [])]


CHECKS = (
    Check("database.whole", GROUP, "Risposta e integrità", whole),
    Check("database.pages", GROUP, "Righe e indici", pages),
    Check("database.revision", GROUP, "Versione", revision),
    Check("database.triggers", GROUP, "Solo aggiunte", guarded),
    Check("database.room", GROUP, "Dimensione", room),
    Check("database.durable", GROUP, "Scrittura sicura", durable),
    Check("database.keys", GROUP, "Chiavi", keys),
    Check("database.restored", GROUP, "Registro e testimone", restored),
)
