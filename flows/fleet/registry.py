"""The Comuni of a fleet, each of them a value: its Settings, with nothing of another's in it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from flows.profiles import fleet as folders
from flows.settings import Settings, SettingsError, fleet_folder, load_fleet, member


@dataclass(frozen=True)
class Roll:
    """Who is there at one moment; `ill`: slug -> why this one cannot be served."""

    comuni: Sequence[Settings]
    ill: Mapping[str, str]


@dataclass(frozen=True)
class Fleet:
    """A folder with `fleet.toml`, read anew at each question: who joins or is mended needs no restart."""

    folder: Path

    @property
    def slugs(self) -> list[str]:
        return folders.slugs(self.folder)

    def settings(self, slug: str) -> Settings:
        """SettingsError where it is none of this fleet's, or ill."""
        return member(self.folder, slug)

    def roll(self) -> Roll:
        """One that is ill costs no other. SettingsError where what they share cannot be read."""
        load_fleet(self.folder)
        well: dict[str, Settings] = {}
        ill: dict[str, str] = {}
        for slug in self.slugs:
            try:
                well[slug] = self.settings(slug)
            except SettingsError as exc:
                ill[slug] = str(exc)
            except Exception as exc:  # noqa: BLE001  a defect must not cost the others; its text may hold a secret
                ill[slug] = f"{self.folder / slug}.toml: {type(exc).__name__}"
        for together in sharing(well.values(), place):
            names = ", ".join(settings.profile.slug for settings in together)
            for slug in (settings.profile.slug for settings in together):
                del well[slug]  # whose it is nobody can tell from here: neither writes to the other's people
                ill[slug] = f"{names}: have one database"
        return Roll(tuple(well.values()), ill)


def of_process() -> Fleet | None:
    """The fleet that this process works for (BOLLETTINO_FLEET), if any."""
    folder = fleet_folder()
    return Fleet(folder) if folder else None


def sharing(comuni: Iterable[Settings], what: Callable[[Settings], object]) -> list[list[Settings]]:
    """Those that have `what` of them in common, which each should have for itself; None is nothing."""
    by_what: dict[object, list[Settings]] = defaultdict(list)
    for settings in comuni:
        by_what[what(settings)].append(settings)
    return [together for one, together in by_what.items() if one is not None and len(together) > 1]


def place(settings: Settings) -> object:
    """Where its database is, whoever asks for it; what is no address is told when it is opened."""
    try:
        url = make_url(settings.database)
    except (ArgumentError, ValueError):
        return settings.database
    return url.get_backend_name(), url.host, url.port, url.database
