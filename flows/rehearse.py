"""flow: a rehearsal on the sandbox. The next bulletin meets a fault; its account is held against the phones.

Only where the profile's stage is `sandbox`; elsewhere it is not deployed, and refuses.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from prefect import get_run_logger
from pydantic import Field
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from db import bulletins, deliveries, recipients
from db.engine import transaction
from db.models import Delivery, DeliveryStatus, Recipient
from flows.cli import tour
from flows.privacy.intact import load
from flows.runs import client
from flows.runs.flow import flow
from flows.sending.certificate import words
from flows.settings import BollettinoError, Settings

Fault = Literal[
    "nessuno",
    "troppi messaggi al secondo",
    "errore del server",
    "accettati senza risposta leggibile",
    "WhatsApp limita il numero",
]
Receipts = Literal["normali", "doppie", "in disordine", "nessuna"]
FAULTS: dict[str, dict[str, Any] | None] = {
    "nessuno": None,
    "troppi messaggi al secondo": {"next": 130429, "times": 3},
    "errore del server": {"next": "http_500", "times": 2},
    "accettati senza risposta leggibile": {"next": "garbage_200", "times": 2},
    "WhatsApp limita il numero": {"next": 131048},
}
RECEIPTS = {"normali": "normal", "doppie": "duplicate", "in disordine": "disorder", "nessuna": "silent"}
CONTROLS = "/_prova/guasti"
ONLY_HERE = "La prova generale si fa solo nella sandbox: questo è un servizio vero."


class RehearsalError(BollettinoError):
    """There is no sandbox here, or an account is not what the phones say."""


@dataclass(frozen=True)
class Verdict:
    sentence: str
    is_good: bool


def plant(settings: Settings, fault: Fault, receipts: Receipts) -> None:
    """Let the next sends meet this, until `repair`."""
    repair(settings)
    if order := FAULTS[fault]:
        tour.sandbox(settings, CONTROLS, order)
    tour.sandbox(settings, CONTROLS, {"webhooks": RECEIPTS[receipts]})


def repair(settings: Settings) -> None:
    """All is well again."""
    tour.sandbox(settings, CONTROLS, method="DELETE")


def judge(settings: Settings, engine: Engine, bulletin_id: int) -> Verdict:
    """A bulletin's account beside what the sandbox's phones show. Of each phone only a count is kept."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        if bulletin.sent_at is None:
            return Verdict(
                f"Il bollettino {bulletin_id} non è ancora partito: non c'è niente da confrontare.", True
            )
        account = deliveries.certificate(session, bulletin_id)
        stored, gone = _stored(settings, session, bulletin_id)
    phones = _phones_with(settings, bulletin.code)
    twice = sum(count > 1 for _, count in phones)
    reached = {name for names, _ in phones for name in names}
    # who was erased since has no address to be found by
    unproved = max(0, sum(_ours(stored, names) not in MAY_HAVE_COME for names, _ in phones) - gone)
    missing = sum(status == DeliveryStatus.accepted for name, status in stored.items() if name not in reached)
    sums = f"{words(account)}. Sui telefoni: {len(phones)}."
    if not (twice or unproved or missing or account.open):
        return Verdict(f"GIUSTO. {sums} Nessuno lo ha ricevuto due volte.", True)
    is_good = not (twice or unproved or missing)
    return Verdict(
        f"{'NON FINITO' if is_good else 'SBAGLIATO'}. {sums} Ricevuto due volte: {twice}; "
        f"arrivato ma non nel conto: {unproved}; nel conto ma non arrivato: {missing}; "
        f"ancora da inviare: {account.open}.",
        is_good,
    )


MAY_HAVE_COME = (DeliveryStatus.accepted, DeliveryStatus.uncertain, DeliveryStatus.claimed)


def _stored(settings: Settings, session: Session, bulletin_id: int) -> tuple[dict[str, DeliveryStatus], int]:
    """By phone or BSUID; and how many have neither any more."""
    vault, gone = settings.vault(), 0
    statuses: dict[str, DeliveryStatus] = {}
    query = (
        select(Recipient, Delivery.status)
        .join(Delivery, col(Delivery.recipient_id) == Recipient.id)
        .where(Delivery.bulletin_id == bulletin_id)
    )
    for row, status in session.exec(query):
        address = recipients.open_address(vault, row)
        if name := address.phone or address.bsuid:
            statuses[name] = DeliveryStatus(status)
        else:
            gone += 1
    return statuses, gone


def _ours(stored: dict[str, DeliveryStatus], names: tuple[str, str]) -> DeliveryStatus | None:
    return next((stored[name] for name in names if name in stored), None)


def _phones_with(settings: Settings, code: str) -> list[tuple[tuple[str, str], int]]:
    """Phone and BSUID of each phone that shows the bulletin, and how often it does."""
    phones = []
    for phone in tour.sandbox(settings, "/_prova/telefoni"):
        count = sum(
            message["direction"] == "out"
            and message["status"] != "failed"
            and message["button_url"].endswith(f"/b/{code}")
            for message in phone["messages"]
        )
        if count:
            phones.append(((phone["number"], phone["bsuid"]), count))
    return phones


@flow(name="prova-generale", flow_run_name=client.titled("Prova generale"))
def rehearse(
    bollettino: Annotated[
        int | None, Field(title="Numero del bollettino inviato da confrontare (vuoto: prepara il guasto)")
    ] = None,
    guasto: Annotated[Fault, Field(title="Che cosa incontra il prossimo invio")] = "errore del server",
    ricevute: Annotated[Receipts, Field(title="Come arrivano le ricevute")] = "doppie",
) -> str:
    """Solo nella sandbox: il prossimo invio incontra un guasto; poi il conto si confronta con i telefoni."""
    settings = load()
    if settings.profile.stage != "sandbox":
        raise RehearsalError(ONLY_HERE)
    if bollettino is None:
        plant(settings, guasto, ricevute)
        return (
            f"Guasto: {guasto}; ricevute: {ricevute}. Ora approva un bollettino e aspetta che parta, poi "
            "avvia di nuovo questa prova con il suo numero: il guasto si spegne e il conto si confronta."
        )
    repair(settings)
    verdict = judge(settings, settings.engine(), bollettino)
    get_run_logger().info("%s", verdict.sentence)
    if not verdict.is_good:
        raise RehearsalError(verdict.sentence)
    return verdict.sentence
