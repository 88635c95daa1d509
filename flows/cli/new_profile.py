"""The text of a profile from what `discover` found: TOML with a comment at each value that says whence."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import holidays

from flows.profiles.comune import Sources
from scrapers.alerts.zones import Match, ZoneTable, emma_id
from scrapers.sites.comuni import Comune, fold
from scrapers.sites.discover import STALE, FoundFeed, FoundList, Survey, amount

_ARTICLES = re.compile(r"(?:L['’]|La |Le |Lo |Il |I |Gli )")
_REST = """\
[[slots]]
compose = "mon 08:30"
refresh = "tue 08:00"
reminder = "tue 09:30"
deputy = "tue 10:00"
deadline = "tue 10:45"
dispatch = "tue 11:00"

[[slots]]
compose = "thu 08:30"
refresh = "fri 08:00"
reminder = "fri 09:30"
deputy = "fri 10:00"
deadline = "fri 10:45"
dispatch = "fri 11:00"

[closures]
{province}# CHECK: add the patron saint as patron = "MM-DD"

[[editors]]                   # CHECK: one entry a person
name = "CHECK"
email = "CHECK"
on_duty = true

[whatsapp]
api = "https://graph.facebook.com"
phone_number_id = "0"         # CHECK: from WhatsApp Manager
waba_id = "0"                 # CHECK

[servers]
public = "https://CHECK"      # as a phone reaches it

[notice]                      # its text stands in a folder beside this file, as the manual says
version = "CHECK"
url = "https://CHECK/informativa"
"""


@dataclass(frozen=True)
class Draft:
    """What the profile is written from."""

    site: Survey
    comune: Comune | None
    whose: str  # how the Comune is known
    archive: str  # of Protezione Civile
    table: ZoneTable | None
    match: Match | None
    missing: tuple[str, ...]  # what was not found, in words
    now: datetime

    @property
    def days_asleep(self) -> int:
        """Age of the feed's newest entry where that is more than a Comune is silent; else 0."""
        feed = self.site.feed
        age = self.now - feed.newest if feed and feed.newest else timedelta()
        return age.days if age > STALE else 0


def draft_profile(draft: Draft) -> str:
    """TOML text, for `flows.settings.load_profile` once each CHECK is replaced."""
    comune = draft.comune
    has_province = comune is not None and comune.province in holidays.country_holidays("IT").subdivisions
    province = f"province = {_text(comune.province)}\n" if comune and has_province else ""
    parts = [_head(draft), _names(comune), _contacts(draft.site), _sources(draft)]
    blocks = ["\n".join(part) for part in parts]
    return "\n\n".join([*blocks, _REST.format(province=province)])


def _head(draft: Draft) -> Iterator[str]:
    comune = draft.comune
    yield f"# {_words(str(comune) if comune else draft.site.address)}: a draft to be reviewed line by line."
    yield "# What only the Comune knows is marked CHECK; `make run` refuses until it is there."
    for line in draft.missing:
        yield f"# MISSING {_words(line)}"
    yield ""
    slug = fold(comune.name).replace(" ", "-")[:41] if comune else "comune"
    yield f"slug = {_text(slug)}" + ("" if comune else "  # CHECK")
    yield 'stage = "trial"'
    yield f"istat = {_text(comune.istat if comune else 'CHECK')}  # {_words(draft.whose)}"
    yield from _zones(draft)
    yield f"# system of the site: {draft.site.family.name}"
    yield f"site = {_text(draft.site.address)}"
    yield ""
    yield 'days_in_words = "il martedì e il venerdì"'


def _zones(draft: Draft) -> Iterator[str]:
    match, table = draft.match, draft.table
    if match is None or table is None or not match.zones:
        for name, zone in match.candidates if match else ():
            yield f"# candidate: {_words(name)} is in {zone.code}, {_words(zone.name)}"
        yield 'alert_zones = ["CHECK"]'
        return
    yield f"# from Protezione Civile's own lists of Comuni, bulletin {table.bulletin}; CHECK with the Comune"
    for zone in match.zones:
        yield f"# {zone.code}: {_words(zone.name)}"
    if unlisted := [
        code for code in table.unlisted if code.partition("-")[0] == match.zones[0].code.partition("-")[0]
    ]:
        yield f"# CHECK: the bulletin lists no Comuni for {', '.join(unlisted)}; it may lie there, too"
    if match.note:
        yield f"# {_words(match.note)}"
    yield f"alert_zones = {_text([zone.code for zone in match.zones])}"


def _names(comune: Comune | None) -> Iterator[str]:
    yield '[names]                       # CHECK the articles: "della Città di ...", "dell\'Unione ..."'
    # "Comune dell'Aquila", "Comune della Spezia": left to those who know how they call themselves
    plain = comune is not None and not _ARTICLES.match(comune.name)
    for key, words in (
        ("comune", "Comune di"),
        ("del_comune", "del Comune di"),
        ("dal_comune", "dal Comune di"),
    ):
        name = comune.name if comune else ""
        yield f"{key} = {_text(f'{words} {name}' if plain else f'CHECK {words} {name}'.rstrip())}"


def _contacts(site: Survey) -> Iterator[str]:
    yield "[contacts]                    # CHECK all: a citizen is sent there"
    for key in ("telefono", "orari", "email", "email_dpo"):
        yield f'{key} = "CHECK"'
    yield f"url_segnalazioni = {_text(site.address)}"
    yield 'telefono_pc = "CHECK"'
    yield 'numero_servizio = "CHECK"'


def _sources(draft: Draft) -> Iterator[str]:
    site = draft.site
    yield "[sources]"
    if site.family.note:
        yield f"# {site.family.name}: {site.family.note}"
    if site.feed:
        yield f"# {_feed(site.feed)}"
        if days := draft.days_asleep:
            yield f"# CHECK: the newest entry is {days} days old; is this where the news are?"
        yield f"feeds = {_text([site.feed.address])}"
    else:
        yield "feeds = []"
    for feed in site.feeds:
        if feed is not site.feed:
            yield f"# also found, not taken: {_text(feed.address)}, {_feed(feed)}"
    yield from _listings(site)
    for address in site.sitemaps:
        yield "# a sitemap, for backfill:"
        yield f'# archive = {{ kind = "sitemap", address = {_text(address)} }}'
    if draft.archive != Sources.model_fields["alerts_dpc"].default:
        yield f"alerts_dpc = {_text(draft.archive)}"
    if draft.match and (codes := sorted({emma_id(zone.code) or "" for zone in draft.match.zones})):
        yield "# MeteoAlarm, an avviso meteo for the editors' eyes: off until its terms are confirmed"
        yield f"# meteoalarm_area = {_text(codes[0])}"


def _listings(site: Survey) -> Iterator[str]:
    for place, page in enumerate(site.lists):
        taken = place == 0 and not site.feed
        yield f"# {'' if taken else 'also found, not taken: '}{_list(page)}"
        selector = f", links = {_text(page.links)}" if page.links else ""
        line = f"listings = [{{ address = {_text(page.address)}{selector} }}]"
        yield line if taken else f"# {line}"


def _feed(feed: FoundFeed) -> str:
    kind = f"kind: {feed.kind}, " if feed.kind else ""
    size = amount(feed.entries, feed.newest) if feed.entries else "valid but empty"
    return _words(f"{kind}{size}; found by {feed.how}")


def _list(page: FoundList) -> str:
    return _words(f"list page, {amount(page.entries, page.newest)}, the first: {page.first}")


def _text(value: str | list[str]) -> str:
    """A TOML string or array of strings; JSON's escapes are among TOML's."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _words(text: str) -> str:
    """For a comment: one line without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
