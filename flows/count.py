"""flow: how the service is doing, for an assessor: subscribers, who came and went, what arrived.

Only sums. Whether one person read anything is neither shown nor asked.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from sqlalchemy import Engine

from db import service_numbers
from db.engine import opened, reading
from db.models import DeliveryStatus, RecipientStatus, Scope
from db.service_numbers import Sent, Step
from flows.bulletin.language.dates import giorno, in_rome
from flows.bulletin.language.measure import thousands
from flows.bulletin.pictures.audience import picture
from flows.bulletin.pictures.phone import address
from flows.bulletin.status import CALLED
from flows.privacy.intact import load
from flows.runs import client
from flows.sending.certificate import reason
from flows.settings import Settings

SHOWN = 10  # bulletins
LATELY = timedelta(days=30)
NONE = "-"
NONE_SENT = "Non è ancora partito nessun bollettino."
NOTES = (
    "«Arrivati» e «letti» sono in percento dei messaggi che WhatsApp ha accettato. Chi ha spento le conferme "
    "di lettura non risulta mai fra i «letti»: quelli veri sono di più. Sotto i "
    f"{service_numbers.FEWEST} messaggi la percentuale non si mostra.",
    "«Nuovi», «usciti» e «risposte» sono di chi ha scritto entro due giorni dal bollettino e prima del "
    "successivo; i testi non si conservano.",
    "Sono solo somme: il programma non mostra a nessuno chi ha letto che cosa.",
)


@dataclass(frozen=True)
class Overview:
    """What is known of the service at one moment."""

    subscribers: Counter[tuple[RecipientStatus, Scope]]
    steps: Sequence[Step]
    bulletins: Sequence[Sent]  # the last ones, oldest first

    @property
    def total(self) -> int:
        return self.subscribers.total()


def overview(engine: Engine) -> Overview:
    with reading(engine) as session:
        return Overview(
            service_numbers.subscribers(session),
            service_numbers.steps(session),
            service_numbers.last(session, limit=SHOWN),
        )


def drawing(counts: Overview, now: datetime) -> str:
    """SVG."""
    return picture([(step.at, step.is_in) for step in counts.steps], counts.total, now)


def printed(settings: Settings, counts: Overview, now: datetime) -> Iterator[str]:
    """For a terminal or a letter, in Italian."""
    yield f"Numeri del servizio {settings.words['del_comune']}, {giorno(now)} {in_rome(now).year}"
    yield ""
    yield from (f"- {line}" for line in _audience(counts, now))
    yield ""
    yield from _columns(bulletins(counts)) if counts.bulletins else [NONE_SENT]
    if missing := failures(counts):
        yield ""
        yield "Perché alcuni messaggi non sono arrivati:"
        yield from _columns(missing)
    yield ""
    yield from NOTES


def markdown(settings: Settings, counts: Overview, now: datetime) -> str:
    """The same for the Prefect UI, with the picture."""
    parts = [
        f"# Numeri del servizio {settings.words['del_comune']}",
        f"{settings.profile.prova}Contati {giorno(now)} {in_rome(now).year}.",
        "\n".join(f"- {line}" for line in _audience(counts, now)),
        f"![Iscritti nel tempo, nuovi iscritti e usciti per mese]({address(drawing(counts, now))})",
        "## Ultimi bollettini",
        _table(bulletins(counts)) if counts.bulletins else NONE_SENT,
    ]
    if missing := failures(counts):
        parts += ["## Perché alcuni messaggi non sono arrivati", _table(missing)]
    return "\n\n".join([*parts, "## Come leggerli", "\n".join(f"- {line}" for line in NOTES)])


def _audience(counts: Overview, now: datetime) -> Iterator[str]:
    alerts = sum(count for (_, scope), count in counts.subscribers.items() if scope == Scope.alerts)
    lost = sum(
        count for (status, _), count in counts.subscribers.items() if status == RecipientStatus.suspended
    )
    yield f"Iscritti: {thousands(counts.total)}, di cui {thousands(alerts)} solo per le allerte."
    if lost:
        yield f"Fra questi, quelli che WhatsApp non raggiunge più: {thousands(lost)}."
    lately = [step.is_in for step in counts.steps if step.at > now - LATELY]
    yield f"Negli ultimi 30 giorni: {thousands(sum(lately))} nuovi, {thousands(lately.count(False))} usciti."


def bulletins(counts: Overview) -> list[dict[str, str]]:
    """The last bulletins as a table, the newest first."""
    return [
        {
            "Quando": f"{in_rome(bulletin.at):%d/%m/%Y}",  # short: the table is as wide as Prefect's page
            "Che cosa": CALLED[bulletin.kind],
            "Accettati": thousands(bulletin.accepted),
            "Arrivati": _percent(bulletin.shares.delivered if bulletin.shares else None),
            "Letti": _percent(bulletin.shares.read if bulletin.shares else None),
            "Non arrivati": thousands(bulletin.count(DeliveryStatus.failed)),
            "Nuovi": thousands(bulletin.joined),
            "Usciti": thousands(bulletin.tally.exits),
            "Risposte": thousands(bulletin.tally.replies),
        }
        for bulletin in reversed(counts.bulletins)
    ]


def failures(counts: Overview) -> list[dict[str, str]]:
    """Of the last bulletins, what happened most often first."""
    codes: Counter[str] = Counter()
    for bulletin in counts.bulletins:
        for (status, code), count in bulletin.outcomes.items():
            codes[code] += count if status == DeliveryStatus.failed else 0
    return [
        {"Messaggi": thousands(count), "Codice": code or NONE, "Che cosa vuol dire": reason(code) or NONE}
        for code, count in sorted(codes.items(), key=lambda row: (-row[1], row[0]))
        if count
    ]


def _percent(share: float | None) -> str:
    return NONE if share is None else f"{share * 100:.0f}%"


def _table(rows: Sequence[dict[str, str]]) -> str:
    """Markdown; numbers are ranged right."""
    names = list(rows[0])
    marks = ["---:" if all(_is_number(row[name]) for row in rows) else "---" for name in names]
    lines = [names, marks, *([row[name].replace("|", "/") for name in names] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _columns(rows: Sequence[dict[str, str]]) -> Iterator[str]:
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in rows[0]}
    right = {name for name in widths if all(_is_number(row[name]) for row in rows)}
    for row in [{name: name for name in widths}, *rows]:
        cells = (row[name].rjust(n) if name in right else row[name].ljust(n) for name, n in widths.items())
        yield "  ".join(cells).rstrip()


def _is_number(text: str) -> bool:
    return text == NONE or text.rstrip("%").replace(".", "").isdecimal()


@flow(name="numeri", flow_run_name=client.titled("Numeri del servizio"))
def count_all() -> str:
    """Conta iscritti, usciti, messaggi arrivati e letti. Solo somme, mai persone."""
    settings = load()
    with opened(settings.database) as engine:
        return count(settings, engine, now=datetime.now(UTC))


def count(settings: Settings, engine: Engine, *, now: datetime) -> str:
    """Within a run: show all of it on a page, and say in Italian how many are subscribed."""
    counts = overview(engine)
    create_markdown_artifact(
        markdown(settings, counts, now),
        key=settings.own("numeri-del-servizio"),
        description="Numeri del servizio",
    )
    return "\n".join(_audience(counts, now))
