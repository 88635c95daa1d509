"""`discover`: look at a Comune's site and at the bulletin's lists of zones, and print a profile to review.

What a person must give or decide is marked CHECK in it, as in `deployments/profiles`; `make run` lists the
values that are still such. What was found has a comment that says how.
"""

import re
import sys
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from flows.cli.new_profile import Draft, draft_profile
from flows.cli.output import Advance, Output
from flows.profiles.comune import Sources
from flows.profiles.contacts import is_loopback
from flows.profiles.file import PLACEHOLDER
from flows.settings import DEMO, SettingsError, given_profile, load_profile
from scrapers.alerts.zones import Match, ZoneTable, listed, load_zones, zones_of
from scrapers.errors import ScraperError
from scrapers.fetching.fetcher import Fetcher
from scrapers.fetching.robots import Crawler
from scrapers.sites.comuni import Comune, by_istat, close, fold, from_host, from_title, named
from scrapers.sites.discover import Step, Survey, survey

USER_AGENT = "Bollettino discover"
PAUSE = 1.0  # seconds between two requests to a town's server
LISTS_LIMIT = 40_000_000  # bytes; the lists of Comuni are 5.5 MB
FOUND, MISSING = 0, 2


@dataclass(frozen=True)
class Whose:
    """Which Comune a site is of, and how that is known; several or none when a person must say."""

    comuni: tuple[Comune, ...]
    how: str

    @property
    def comune(self) -> Comune | None:
        return self.comuni[0] if len(self.comuni) == 1 else None


def discover(
    address: str,
    *,
    istat: str | None = None,
    comune: str | None = None,
    alerts: str | None = None,
    write: Path | None = None,
    now: datetime,
    out: Output | None = None,
) -> int:
    """Print the profile on standard output, or into a new file `write`; say on standard error what was tried.

    `istat` or `comune` say whose site it is; `alerts` is the address of Protezione Civile's archive; `now`
    (aware) tells a feed that fell asleep. Returns 0 when news and the alert zones were found, else 2.
    """
    out = out or Output()
    if write is not None and write.exists():
        _say(f"error: {write} exists; it is not overwritten")
        return MISSING
    asked = address if "://" in address else f"https://{address}"
    pause = 0 if is_loopback(asked) else PAUSE
    with (
        Crawler(user_agent=USER_AGENT, pause=pause, own=[asked]) as fetcher,
        out.progress(f"looking at {asked}") as advance,
    ):
        site = survey(asked, fetcher, partial(_tell, advance))
    whose = whose_site(site, istat=istat, comune=comune)
    try:
        archive = alerts or default_archive(asked)
    except SettingsError as exc:  # of the profile in force
        _say(f"error: {exc}")
        return MISSING
    with out.progress("reading the lists of alert zones"):
        table = read_table(archive) if whose.comune or comune else None
    if comune and table and not whose.comuni:
        whose = newer(comune, istat, table) or whose
    match = find_zones(whose.comune, table) if whose.comune and table else None
    missing = what_is_missing(site, whose, table, match)
    draft = Draft(site, whose.comune, whose.how, archive, table, match, tuple(missing), now)
    text = draft_profile(draft)
    out.keep(
        profile=text,
        comune=whose.comune.name if whose.comune else None,
        istat=whose.comune.istat if whose.comune else None,
        feed=site.feed.address if site.feed else None,
        lists=[page.address for page in site.lists],
        zones=[zone.code for zone in match.zones] if match else [],
        missing=missing,
    )
    if write is None:
        out.say(text.removesuffix("\n"))
    else:
        try:
            write.write_text(text, encoding="utf-8")
        except OSError as exc:
            _say(f"error: {write}: cannot be written ({exc.strerror})")
            return MISSING
        _say(f"written: {write}")
        out.keep(written=write)
    if days := draft.days_asleep:
        out.keep(asleep_days=days)
        _say(f"warning: the newest entry of the feed is {days} days old; is this where the news are?")
    for line in missing:
        _say(f"missing: {line}")
    return MISSING if missing else FOUND


def whose_site(site: Survey, *, istat: str | None = None, comune: str | None = None) -> Whose:
    """By what the operator says; else by host name and title, which must not contradict each other."""
    by_code = by_istat(istat) if istat else None
    called = named(comune) if comune else ()
    if by_code and called and by_code not in called:
        return Whose((by_code, *called), "--istat and --comune do not agree")
    if by_code:
        return Whose((by_code,), f"--istat {istat}")
    if istat and len(called) == 1:  # codes change with the provinces
        (comune_then,) = called
        how = f"as given; the register of 2022 has {comune_then.istat}"
        return Whose((replace(comune_then, istat=istat),), how)
    if comune:
        return Whose(called, f"--comune {comune}")
    if istat:
        return Whose((), f"--istat {istat}")
    host = from_host(site.address)
    titles = [comuni for title in site.titles if (comuni := from_title(title))]
    titled = titles[0] if titles else ()
    both = tuple(candidate for candidate in host if candidate in titled)
    if both:
        return Whose(both, "the host name and the title of the home page")
    if host and titled:
        return Whose((*host, *titled), "the host name says one thing, the title of the home page another")
    if host:
        return Whose(host, "the host name")
    return Whose(titled, "the title of the home page; the host name does not tell")


def newer(name: str, istat: str | None, table: ZoneTable) -> Whose | None:
    """A Comune that the register does not know yet, as the bulletin's lists name it; None when they do not.

    Its ISTAT code and province are not in the bulletin: CHECK, unless the code is given.
    """
    zones = listed(name, table)
    if len({zone.region for zone in zones}) != 1:
        return None
    (written, *_) = [spelling for spelling in zones[0].comuni if fold(spelling) == fold(name)]
    comune = Comune(istat or PLACEHOLDER, written, "", zones[0].region)
    return Whose((comune,), f"--comune {name}, in the bulletin's lists; newer than the register of 2022")


def find_zones(comune: Comune, table: ZoneTable) -> Match:
    return zones_of(comune, table) if comune.province else Match(listed(comune.name, table))


def default_archive(site: str) -> str:
    """That of the profile in force, else Protezione Civile's, or for a site on this machine the sandbox's.

    A site on the Internet never gets an archive on this machine: its alerts are made up.
    """
    profile = given_profile()
    if is_loopback(site):
        return (profile or load_profile(DEMO)).sources.alerts_dpc
    if profile and not is_loopback(profile.sources.alerts_dpc):
        return profile.sources.alerts_dpc
    return str(Sources.model_fields["alerts_dpc"].default)


def read_table(archive: str) -> ZoneTable | None:
    """The zones in force; None when they cannot be read, which is told."""
    try:
        with Fetcher(user_agent=USER_AGENT, limit=LISTS_LIMIT, timeout=60) as fetcher:
            table = load_zones(fetcher, archive)
    except ScraperError as exc:
        _say(str(exc))
        return None
    _say(f"{table.source}: {len(table.zones)} alert zones with their Comuni, bulletin {table.bulletin}")
    return table


def what_is_missing(site: Survey, whose: Whose, table: ZoneTable | None, match: Match | None) -> list[str]:
    """What keeps the profile from being ready for review, each with what to do."""
    return [*_missing_news(site), *_missing_comune(site, whose), *_missing_zone(whose, table, match)]


def _missing_news(site: Survey) -> list[str]:
    if site.failure and "redirects elsewhere" in site.failure:
        return [
            f"the news: {site.failure.partition(';')[0]}; if that is the Comune's site, discover it there"
        ]
    if site.failure:
        return [f"the news: the home page could not be read ({site.failure})"]
    if site.feed or site.lists:
        return []
    return [
        "the news: neither a feed nor a list page was found; look for the page that lists them and give it "
        "in sources.listings"
    ]


def _missing_comune(site: Survey, whose: Whose) -> list[str]:
    if whose.comune:
        code = whose.comune.istat
        if re.fullmatch(r"\d{6}", code):
            return []
        why = "it is newer than the register here" if code == PLACEHOLDER else f"{code} are not six digits"
        return [f"the ISTAT code of {whose.comune.name}: {why}; give it with --istat"]
    if whose.comuni:
        names = "; ".join(str(comune) for comune in whose.comuni)
        return [f"the Comune: several fit ({whose.how}): {names}. Say which with --istat"]
    words = whose.how.partition("--comune ")[2]
    if whose.how.startswith("--istat"):
        return [f"the Comune: {whose.how} is no ISTAT code of the register; give --comune, too"]
    if not words:
        return [f"the Comune: neither {urlsplit(site.address).hostname} nor the title of the home page "
                "names one; say which with --comune or --istat"]  # fmt: skip
    alike = "; ".join(str(comune) for comune in close(words))
    return [f"the Comune: none is called {words!r}" + (f"; did you mean {alike}?" if alike else "")]


def _missing_zone(whose: Whose, table: ZoneTable | None, match: Match | None) -> list[str]:
    if match and match.zones:
        return []
    if whose.comune is None:
        return ["the alert zone: the Comune must be known first"]
    if table is None or match is None:
        return ["the alert zone: the bulletin's lists could not be read; try again later, or give another "
                "archive's address with --alerts"]  # fmt: skip
    alike = "; ".join(f"{name} in {zone.code} ({zone.name})" for name, zone in match.candidates)
    return [
        f"the alert zone: no list of the bulletin {table.bulletin} names {whose.comune.name}"
        + (f"; names that resemble it: {alike}" if alike else "; ask the Region or Protezione Civile")
    ]


def _tell(advance: Advance, step: Step) -> None:
    advance(None, step.address)
    _say(f"{step.address}: {step.outcome}")


def _say(line: str) -> None:
    """One line, whatever a server put into it."""
    text = "".join(c if c.isprintable() else " " for c in line)
    sys.stderr.write(" ".join(text.split()) + "\n")
