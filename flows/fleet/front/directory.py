"""Who is in the fleet, known without a restart, and whose an address, a number or a post is."""

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flows.fleet import former_members
from flows.fleet.registry import Fleet, place, sharing
from flows.profiles import documents
from flows.profiles.fleet import FILE
from flows.settings import Settings, SettingsError
from flows.web.metrics import HERE
from flows.whatsapp.webhook_payload import verify_signature

READ_EVERY = 1.0  # seconds at least between two looks at the folder
# On this machine they are the fleet's, also where the `servers.public` of one is this machine itself.
OF_ALL = frozenset(("/webhook", "/salute", "/console", "/console.css", "/metrics"))

Mark = tuple[object, ...]

log = logging.getLogger(__name__)


class Directory:
    """The Comuni of a fleet as they were last read well: an error typed into a profile costs no DISATTIVA."""

    def __init__(self, fleet: Fleet) -> None:
        self.comuni: Mapping[str, Settings] = {}
        self.ill: Mapping[str, str] = {}  # slug -> why it is not served, or only as it was before
        self.numbers: Mapping[str, str] = {}  # Meta's id of a telephone number -> slug
        self._fleet = fleet
        self._marks: dict[str, Mark] = {}
        self._read: dict[str, Settings | str] = {}  # or why it could not be
        self._looked_at = -READ_EVERY
        self._by_host: dict[str, list[tuple[str, str]]] = {}  # path and slug, the longest path first
        self._signing: list[tuple[str, frozenset[str]]] = []  # app secret and whose it is

    @property
    def unknown(self) -> list[str]:
        """Of whom nothing was ever read: any number may be theirs."""
        return sorted(self.ill.keys() - self.comuni.keys())

    def gone(self, *, now: datetime) -> frozenset[str]:
        """Meta's ids of numbers that left for another place, which may not know of it yet."""
        return former_members.numbers(self._fleet.folder, now=now) - self.numbers.keys()

    def is_stale(self) -> bool:
        return time.monotonic() - self._looked_at >= READ_EVERY

    def look(self) -> None:
        """Read again what changed since; who joined, left or was mended is known afterwards."""
        self._looked_at = time.monotonic()
        folder = self._fleet.folder
        shared = _marks([folder / FILE])
        if not shared:  # the whole folder may be out of reach: nobody has left for that
            log.error("fleet: %s is not there: who was known stays", folder / FILE)
            return
        marks = {slug: (*shared, *_mark(folder, slug)) for slug in self._fleet.slugs}
        if marks == self._marks:
            return
        changed = [slug for slug, mark in marks.items() if self._marks.get(slug) != mark]
        self._read = {slug: found for slug, found in self._read.items() if slug in marks}
        self._read |= {slug: self._one(slug) for slug in changed}
        self._marks = marks
        self._settle()

    def find(self, host: str, path: str) -> tuple[str, str] | None:
        """Whose the address is, and what of its path is left."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return None
        if name in HERE:
            if path in OF_ALL:
                return None
            slug, _, rest = path.removeprefix("/").partition("/")
            if slug in self.comuni:
                return slug, f"/{rest}"
        for before, slug in self._by_host.get(name.rstrip("."), ()):
            if path == before or path.startswith(f"{before}/"):
                return slug, path[len(before) :] or "/"
        return None

    def signers(self, raw: bytes, signature: str | None, named: str | None) -> frozenset[str]:
        """Whose app secret signed it, among all or (`named`) those who have one of this Comune's."""
        for one in self._signing:
            secret, slugs = one
            if (named is None or named in slugs) and verify_signature(raw, signature, [secret]):
                # what is in use is found first
                self._signing = [one, *(other for other in self._signing if other is not one)]
                return slugs
        return frozenset()

    def verify_tokens(self, named: str | None) -> list[str]:
        return [
            settings.secrets.verify_token.get_secret_value()
            for slug, settings in self.comuni.items()
            if named in (None, slug)
        ]

    def _one(self, slug: str) -> Settings | str:
        try:
            settings = self._fleet.settings(slug)
            settings.require_filled()
            _ = settings.secrets  # SettingsError where one is missing
        except SettingsError as exc:
            return str(exc)
        except Exception as exc:  # noqa: BLE001  a defect must not cost the others; its text may hold a secret
            return type(exc).__name__
        return settings

    def _settle(self) -> None:
        well = {slug: found for slug, found in self._read.items() if isinstance(found, Settings)}
        ill = {slug: found for slug, found in self._read.items() if isinstance(found, str)}
        for what, of in (("database", place), ("phone_number_id", _number)):
            for slugs in _together(well.values(), of):
                for slug in slugs:
                    if self.comuni.get(slug) is not well[slug]:  # who was here before stays
                        del well[slug]
                        ill[slug] = f"{', '.join(slugs)}: have one {what}"
        well |= {slug: self.comuni[slug] for slug in ill if slug in self.comuni}
        for slug, why in ill.items():
            if self.ill.get(slug) != why:
                served = "served as it was before" if slug in well else "not served"
                log.error("fleet: %s: %s: %s", slug, served, why)
        self.comuni, self.ill = dict(sorted(well.items())), ill
        self.numbers = {number: slug for slug, one in well.items() if (number := _number(one))}
        self._by_host = _addresses(well)
        self._signing = _signing(well)


def _addresses(comuni: Mapping[str, Settings]) -> dict[str, list[tuple[str, str]]]:
    """An address that two have leads to neither."""
    unclear = set()
    for slugs in _together(comuni.values(), _public):
        unclear.update(slugs)
        if not {host for host, _ in map(_public, map(comuni.__getitem__, slugs))} <= set(HERE):
            names = ", ".join(slugs)
            log.error("fleet: %s: have one address in servers.public: it shows nobody's pages", names)
    found: dict[str, list[tuple[str, str]]] = {}
    for slug, settings in comuni.items():
        if slug not in unclear:
            host, path = _public(settings)
            found.setdefault(host, []).append((path, slug))
    return {host: sorted(places, key=lambda one: -len(one[0])) for host, places in found.items()}


def _signing(comuni: Mapping[str, Settings]) -> list[tuple[str, frozenset[str]]]:
    found: dict[str, set[str]] = {}
    for slug, settings in comuni.items():
        for secret in settings.secrets.app_secrets.get_secret_value().split(","):
            found.setdefault(secret.strip(), set()).add(slug)
    return [(secret, frozenset(slugs)) for secret, slugs in found.items() if secret]


def _together(comuni: Iterable[Settings], of: Callable[[Settings], object]) -> list[list[str]]:
    return [[one.profile.slug for one in group] for group in sharing(comuni, of)]


def _number(settings: Settings) -> str | None:
    """None where it sends by a person's hands: then the profile's is nobody's."""
    return settings.profile.whatsapp.phone_number_id if settings.profile.channel.uses_api else None


def _public(settings: Settings) -> tuple[str, str]:
    """Host and path."""
    parts = urlsplit(settings.profile.servers.public)
    return parts.hostname or "", unquote(parts.path).rstrip("/")


def _mark(folder: Path, slug: str) -> Mark:
    """What differs once a file of its own does."""
    profile = folder / f"{slug}.toml"
    return _marks([profile, *_files(folder / slug), *_files(documents.folder(profile))])


def _marks(files: Iterable[str | Path]) -> Mark:
    return tuple(_marked(files))


def _marked(files: Iterable[str | Path]) -> Iterator[object]:
    for file in files:
        try:
            status = os.stat(file)  # noqa: PTH116  thousands of them each time
        except OSError:
            continue
        yield str(file), status.st_mtime_ns, status.st_size, status.st_ino


def _files(folder: Path) -> list[str]:
    try:
        return sorted(entry.path for entry in os.scandir(folder))
    except OSError:
        return []
