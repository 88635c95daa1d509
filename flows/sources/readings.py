"""What came of reading one source, and who reads."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from flows.bulletin.status import counted
from flows.profiles.comune import Profile
from flows.settings import Settings
from scrapers.fetching.fetcher import Fetcher
from scrapers.fetching.pace import Pace

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reading:
    """What came of reading one source."""

    source: str
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    unread_pages: int = 0
    undated: int = 0  # entries without a day, where only a period's are wanted
    problems: tuple[str, ...] = ()  # of single entries and pages
    found: tuple[str, ...] = ()  # of a dry run: day and title of what would be stored
    offered: tuple[str, ...] = ()  # of a dry run: the same of what would be offered in the next bulletin
    failure: str | None = None  # of the source as a whole
    absent: str | None = None  # why there is nothing of the kind on this site: no failure
    not_modified: bool = False  # the source says that it is as it was

    def __str__(self) -> str:
        """For the operator."""
        if self.failure:
            return self.failure
        if self.absent:
            return f"{self.source}: not there ({self.absent})"
        if self.not_modified:
            return f"{self.source}: not changed since the last reading"
        counts = f"{self.new} new, {self.updated} updated, {self.unchanged} unchanged"
        return f"{self.source}: {counts}" + (f", {self.undated} without a date" if self.undated else "")

    def in_italian(self) -> str:
        """For the logs that an editor sees; a failure's own words name addresses and stay as they are."""
        if self.failure:
            return f"Fonte non letta: {self.failure}"
        if self.absent:
            return f"{self.source}: non c'è ({self.absent})"
        if self.not_modified:
            return f"{self.source}: nessun cambiamento dall'ultima lettura"
        counts = f"{self.new} nuove, {self.updated} aggiornate, {self.unchanged} invariate"
        return f"{self.source}: {counts}" + (f", {self.undated} senza data" if self.undated else "")


def told_briefly(readings: Sequence[Reading]) -> str:
    """What came of all of them, in Italian: `niente di nuovo`, `2 nuove, 1 aggiornata`."""
    new, updated = (sum(getattr(reading, kind) for reading in readings) for kind in ("new", "updated"))
    parts = [counted(new, "nuova", "nuove")] if new else []
    parts += [counted(updated, "aggiornata", "aggiornate")] if updated else []
    return ", ".join(parts) or "niente di nuovo"


def defect(address: str, exc: Exception) -> str:
    """What to say of an exception that nobody foresaw; the log has it whole. It must not cost the others."""
    LOG.error("%s: not foreseen", address, exc_info=exc)
    reason = " ".join(str(exc).split())[:200]
    return f"a defect of this program, please report it ({type(exc).__name__}: {reason})"


def fetcher(settings: Settings, pace: Pace | None = None) -> Fetcher:
    """Who asks for this Comune; with `pace`, by turns with those who ask for others."""
    return Fetcher(
        pace=pace,
        user_agent=agent(settings),
        hosts=settings.profile.sources.redirect_hosts,
        own=own_addresses(settings.profile),
    )


def own_addresses(profile: Profile) -> tuple[str, ...]:
    """What the profile says is read."""
    sources = profile.sources
    pages = [profile.site, *sources.feeds, *(page.address for page in sources.listings)]
    alerts = [sources.alerts_dpc, sources.alerts_allertalom, *sources.alerts_cap, sources.alerts_meteoalarm]
    return tuple(filter(None, [*pages, *alerts, sources.archive.address if sources.archive else None]))


def agent(settings: Settings) -> str:
    """Who asks, and where a webmaster can complain."""
    profile = settings.profile
    return f"Bollettino/0.1 ({profile.names.comune}; +{profile.servers.public})"
