"""What the page shows, read in one look at the database, and its HTML."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Engine
from sqlmodel import Session

from db.engine import reading
from db.models import WAITING, Bulletin
from flows.bulletin.language.dates import giorno_ora
from flows.bulletin.status import DESK, STATUS, WAITS, named
from flows.newsroom import bulletins, health, line, search, upcoming
from flows.newsroom.accounts import Accounts
from flows.newsroom.line import UI, Line, Step, capital
from flows.newsroom.upcoming import Day, Queue
from flows.settings import Settings

ORDERS = (
    line.order("Ferma un invio", "ferma"),
    line.order("Riprendi un invio fermato", "riprendi"),
    line.order("Chiudi un invio fermato", "chiudi"),
    line.order("Riapri un bollettino", "riapri"),
    line.order("Scrivi un avviso urgente", "avviso-urgente"),
    line.order("Correggi ciò che è stato inviato", "correggi"),
    line.order("Componi un bollettino adesso", "componi"),
    line.order("Assenza di un redattore", "assenza"),
    line.order("Chiusura: giorni senza bollettino", "chiusura"),
    line.order("Recupera notizie passate", "recupera"),
)
"""The first is the brake. What only follows from a state of a bulletin stands on that bulletin's line."""

COMPOSED = line.artifact("che cosa è entrato e che cosa no, l'ultima volta", "composizione")

IN_PREFECT = (
    line.orders("gli stessi comandi in Prefect, su una pagina", DESK),
    line.orders("in Prefect solo quelli di un invio: ferma, riprendi, chiudi", DESK, "invio"),
    Step("vedi anche in Prefect ciò che aspetta", f"{UI}/runs?tags={WAITS}"),
    line.begun("in Prefect tutto ciò che la redazione ha avviato", DESK),
)

DECIDED = "{name} non aspetta più nessuno: adesso è {state}. Che cosa si può ancora fare è in «Redazione»."
OPENING = "Il modulo si sta aprendo di nuovo, e può volerci qualche minuto: poi ricarica questa pagina."
NO_SUCH = "Questo bollettino non c'è."
LONGEST = 200  # characters of what is searched for

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Outlook:
    """What the editors' page shows at one moment."""

    waiting: list[Line]
    leaving: list[Line]
    sent: list[Line]
    ended: list[Line]
    queue: Queue
    calendar: list[Day]
    sources: list[Line]


class Page:
    """What one process shows of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._accounts = engine, Accounts()

    def html(self, settings: Settings, asked: str, now: datetime) -> str:
        """The part of the page that changes; `asked` is what an editor searches for, "" for nothing.

        Raises SQLAlchemyError where the database does not answer.
        """
        asked = asked.strip()[:LONGEST]
        with reading(self._engine) as session:
            return _templates.get_template("redazione.html").render(
                comune=settings.profile.prova + settings.profile.names.comune,
                at=giorno_ora(now),
                asked=asked,
                found=search.search(settings, session, asked, now),
                most=search.MOST,
                outlook=self._outlook(settings, session, now),
                orders=ORDERS,
                in_prefect=IN_PREFECT,
                composed=COMPOSED,
            )

    def form(self, number: int) -> tuple[str, str]:
        """Where the form of a bulletin that waits is by now, or "" and why there is none, in Italian."""
        with reading(self._engine) as session:
            bulletin = session.get(Bulletin, number)
            if bulletin is None:
                return "", NO_SUCH
            if bulletin.status not in WAITING:
                return "", DECIDED.format(name=capital(named(bulletin)), state=STATUS[bulletin.status])
            (step,) = line.run("", bulletin.review_run_id) or (None,)
            return (step.address, "") if step else ("", OPENING)

    def _outlook(self, settings: Settings, session: Session, now: datetime) -> Outlook:
        return Outlook(
            waiting=bulletins.waiting(settings, session, now),
            leaving=bulletins.leaving(settings, session, now),
            sent=bulletins.sent(settings, session, self._accounts, now),
            ended=bulletins.ended(settings, session, now),
            queue=upcoming.queue(settings, session, now),
            calendar=upcoming.calendar(settings, session, now),
            sources=health.health(settings, session, now),
        )
