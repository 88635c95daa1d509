"""How the sources do: when each was last read, and what speaks against having seen all of it."""

from datetime import datetime

from sqlmodel import Session

from db import sources
from db.models import SourceKind
from flows.bulletin.language.dates import giorno_ora
from flows.newsroom.line import Line, Step, capital, order, orders
from flows.settings import Settings
from flows.sources.alerts import alert_addresses
from flows.sources.silence import silent

NEWS = "Notizie del sito"
NAMES = {
    SourceKind.dpc: "Allerte della Protezione Civile",
    SourceKind.allertalom: "Allerte della Regione Lombardia",
    SourceKind.cap: "Allerte",
    SourceKind.meteoalarm: "Avvisi meteo, solo per i redattori",
}


def health(settings: Settings, session: Session, now: datetime) -> list[Line]:
    """A line for each source that the profile names; those with something to say first."""
    chosen = settings.profile.sources
    named = dict.fromkeys((*chosen.feeds, *(page.address for page in chosen.listings)), NEWS)
    named |= {address: NAMES[kind] for kind, address in alert_addresses(settings.profile)}
    troubles = list(silent(settings, session, now))
    lines = []
    for address, name in named.items():
        source = sources.find(session, address)
        good = source.succeeded_at if source else None
        why = tuple(capital(trouble.why) for trouble in troubles if trouble.address == address)
        state = f"letta {giorno_ora(good)}" if good else "non ancora letta"
        steps = [Step("apri la fonte", address), orders("leggerla adesso", "raccolta")]
        steps += [order("rileggere le notizie passate", "recupera")] if name == NEWS and why else []
        lines.append(Line(f"{name}: {address}", state, why, tuple(steps), is_urgent=bool(why)))
    return sorted(lines, key=lambda line: not line.is_urgent)
