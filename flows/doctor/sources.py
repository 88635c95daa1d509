"""The news and the alerts: when each was last read, and whether anything speaks against it."""

from datetime import timedelta
from urllib.parse import urlsplit

from db import sources
from db.engine import reading
from db.models import SourceKind
from flows.bulletin.language.dates import giorno_ora
from flows.doctor.finding import Case, Check, Said, attention, failed, good, unknown
from flows.doctor.reader import reader
from flows.sources.alerts import alert_addresses
from flows.sources.silence import silent

GROUP = "Fonti"
ALERTS_WITHIN = timedelta(hours=1)  # they are read every ten minutes, in a fleet every half hour at least
ASK_NOW = "`python -m flows collect --dry-run` le interroga adesso"
LOOK_BY_HAND = f"guarda a mano il sito della Protezione Civile; {ASK_NOW}"


def news(case: Case) -> list[Said]:
    """An answer for each page of the site that the profile names."""
    chosen = case.settings.profile.sources
    addresses = [*chosen.feeds, *(page.address for page in chosen.listings)]
    with reader(case.settings, case.engine) as engine, reading(engine) as session:
        troubles = list(silent(case.settings, session, case.now))
        found = {address: sources.find(session, address) for address in addresses}
    said = []
    for address in addresses:
        source, about = found[address], urlsplit(address).netloc
        own = [trouble for trouble in troubles if trouble.address == address]
        if source is None or source.checked_at is None:
            said.append(unknown("Non ancora letta.", "aspetta mezz'ora", about=about))
        elif own and own[0].is_unread:
            said.append(failed(f"Questa fonte {own[0].why}", ASK_NOW, detail=own[0].failure, about=about))
        elif own:
            words = " ".join(f"{one.why[:1].upper()}{one.why[1:].rstrip('.')}." for one in own)
            said.append(attention(words, f"guarda il sito; {ASK_NOW}", about=about))
        else:
            at = giorno_ora(source.succeeded_at) if source.succeeded_at else "mai"
            said.append(good(f"Letta {at}.", about=about))
    return said


def alerts(case: Case) -> list[Said]:
    """One for each issuer that counts; what is for editors' eyes only must not be read within the hour."""
    asked = [
        (kind, address)
        for kind, address in alert_addresses(case.settings.profile)
        if kind != SourceKind.meteoalarm
    ]
    with reader(case.settings) as engine, reading(engine) as session:
        found = {address: sources.find(session, address) for _, address in asked}
    said = []
    for _, address in asked:
        source, about = found[address], urlsplit(address).netloc
        if source is None or source.checked_at is None:
            said.append(unknown("Non ancora lette.", "aspetta dieci minuti", about=about))
        elif source.succeeded_at is None or case.now - source.succeeded_at > ALERTS_WITHIN:
            at = giorno_ora(source.succeeded_at) if source.succeeded_at else "mai"
            said.append(
                failed(
                    f"Lette l'ultima volta: {at}. Un'allerta può sfuggirci.",
                    LOOK_BY_HAND,
                    detail=source.failure or "",
                    about=about,
                )
            )
        else:
            said.append(good(f"Lette {giorno_ora(source.succeeded_at)}.", about=about))
    return said


CHECKS = (
    Check("sources.news", GROUP, "Notizie", news),
    Check("sources.alerts", GROUP, "Allerte", alerts),
)
