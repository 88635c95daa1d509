"""What may be pasted into a public issue: nothing that says which Comune it is, who works there, or where.

What came from outside (`detail`) goes whole: it may quote anything. From our own sentences goes every value
that the profile and the environment of this installation hold, and whatever looks like an address or a
telephone number, wherever it came from.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from flows.doctor.finding import Finding
from flows.profiles import documents
from flows.settings import ROOT, Settings

HIDDEN = "[…]"
SHORTEST = 3  # a value of fewer characters says nothing, and stands in half the words
PATTERNS = re.compile(
    r"""
    \b[a-z][a-z0-9+.-]*://[^\s»"'<>)]+            # an address
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                # of a mailbox
    | \+?\d(?:[\s./-]?\d){5,}                     # a telephone number, an account
    | \b(?:\d{1,3}\.){3}\d{1,3}\b                 # IPv4
    | (?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}\b  # IPv6
    | (?<![\w.])/(?:[\w.-]+/)+[\w.-]*             # a path
    """,
    re.VERBOSE | re.IGNORECASE,
)


def redacted(findings: Sequence[Finding], settings: Settings | None) -> list[Finding]:
    """Without a profile that can be read there are the patterns alone."""
    known = re.compile("|".join(map(re.escape, values(settings))) if settings else r"(?!)", re.IGNORECASE)

    def clean(text: str) -> str:
        return PATTERNS.sub(HIDDEN, known.sub(HIDDEN, text))

    return [
        replace(finding, name=clean(finding.name), words=clean(finding.words), remedy=clean(finding.remedy),
                detail="")
        for finding in findings
    ]  # fmt: skip


def values(settings: Settings) -> list[str]:
    """What tells this installation from another, the longest first."""
    found = {value.strip() for value in _all(settings) if len(value.strip()) >= SHORTEST}
    return sorted(found, key=lambda value: (-len(value), value))


def _all(settings: Settings) -> Iterator[str]:
    profile = settings.profile
    yield from (profile.slug, profile.istat, profile.names.comune)
    yield from (profile.names.comune.rpartition(" di ")[2], profile.names.comune.rpartition("'")[2])
    yield from (profile.names.del_comune, profile.names.dal_comune)
    emergency = {"emergenza"}  # 112 is everybody's
    yield from (value for key, value in profile.contacts.model_dump().items() if key not in emergency)
    for editor in profile.editors:
        yield from (editor.name, editor.id, editor.email, editor.code_variable, editor.phone_variable)
    for place, mailbox in profile.notice_boards.items():
        yield from (place, mailbox)
    yield from (profile.whatsapp.phone_number_id, profile.whatsapp.waba_id)
    yield from (profile.privacy.act, profile.privacy.owner)
    if profile.mail:
        yield from filter(None, (profile.mail.sender, profile.mail.operator, profile.mail.host))
    if profile.sms:
        yield from filter(None, (profile.sms.gateway.rpartition("@")[2], profile.sms.sender))
    if profile.backup and (at := profile.backup.offsite):
        yield from (at.address, at.host, at.user, at.bucket, at.prefix, at.endpoint or "")
    addresses = [profile.site, profile.servers.public, profile.servers.prefect_ui, profile.notice.url]
    sources = profile.sources
    addresses += [*sources.feeds, *(page.address for page in sources.listings), sources.alerts_dpc]
    addresses += [
        *sources.alerts_cap,
        sources.alerts_allertalom,
        sources.alerts_meteoalarm,
        sources.alerts_page,
    ]
    addresses += [profile.watchdog.ping_url, profile.whatsapp.api]
    for address in filter(None, addresses):
        parts = urlsplit(address)
        yield from (address, parts.netloc, parts.hostname or "")
    yield from (str(settings.path), settings.path.name, str(settings.state), str(ROOT), settings.database)
    own = documents.folder(settings.path)
    yield from (str(own), own.name)
    yield from _of_database(settings.database)


def _of_database(address: str) -> Iterator[str]:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        return
    parts = (url.host, url.username, url.password)
    yield from (str(part) for part in parts if part)
    if url.get_backend_name() != "sqlite" and url.database != "bollettino":
        yield url.database or ""
