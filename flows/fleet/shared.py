"""What the Comuni of a fleet have in common, without any of them: its Prefect server and the key to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flows.door import keys
from flows.door.environment import PREFECT_DATABASE, REDIS_PASSWORD, given_to, of_many, of_server
from flows.door.keys import DoorKeys
from flows.fleet.registry import Fleet
from flows.profiles.fleet import FILE, OWN, FleetFile
from flows.settings import SettingsError, given_to_fleet, load_fleet, take

DAYS = 30  # that runs are kept where no Comune can be read


@dataclass(frozen=True)
class Shared:
    """`given`: what the environment says of the fleet."""

    fleet: Fleet
    file: FleetFile
    given: Mapping[str, str]

    @property
    def work_pool(self) -> str:
        return self.file.prefect.pool

    @property
    def most_runs(self) -> int | None:
        """Side by side, of one worker."""
        return self.file.prefect.runs

    @property
    def prefect_address(self) -> str:
        return self.file.prefect.address

    @property
    def database(self) -> str | None:
        """Of the Prefect server: its PostgreSQL, if any."""
        return self.given.get(PREFECT_DATABASE)

    @property
    def prefect_database(self) -> str | None:
        """As `Settings` calls it."""
        return self.database

    @property
    def server_state(self) -> Path:
        """Where the Prefect server has its files."""
        return Path(self.given.get("BOLLETTINO_STATE") or ".bollettino").resolve() / OWN

    @cached_property
    def keys(self) -> DoorKeys:
        """The processes' own credential; made where nobody was given one."""
        found = keys.read(self.server_state, self.given)
        return found if found.internal else keys.once(self.server_state)

    def environment(self) -> dict[str, str]:
        """Of every process that is of no Comune."""
        redis = self.file.prefect.redis
        return {
            "BOLLETTINO_FLEET": str(self.fleet.folder),
            "BOLLETTINO_STATE": str(self.server_state.parent),
            **of_server(
                self.server_state,
                self.prefect_address,
                database=self.database,
                keys=self.keys,
                days=self._days,
                no_proxy=filter(None, [self.given.get("NO_PROXY")]),
            ),
            # by itself every page may ask it; the gate asks for those that may
            "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": self.prefect_address,
            **(of_many(redis, self.given.get(REDIS_PASSWORD, "")) if redis else {}),
        }

    @property
    def _days(self) -> int:
        """What the server keeps of one it keeps of all: so no longer than any of them promises."""
        return min((comune.profile.privacy.run_days for comune in self.fleet.roll().comuni), default=DAYS)

    def require_database(self) -> None:
        """For the Prefect server itself: SettingsError where it cannot be several processes."""
        if self.file.prefect.redis and not self.database:
            raise SettingsError(
                f"{self.fleet.folder / FILE}: [prefect] redis is for several processes of the Prefect "
                f"server, and these need a PostgreSQL together: {PREFECT_DATABASE} is not set"
            )

    def enter(self, process: str) -> None:
        """Give this process the environment of the fleet; before Prefect, imported, makes its home."""
        self.server_state.mkdir(mode=0o700, parents=True, exist_ok=True)
        take(given_to(process, {**self.given, **self.environment()}), is_whole=True)


def of(fleet: Fleet) -> Shared:
    """SettingsError where what they share cannot be read."""
    return Shared(fleet, load_fleet(fleet.folder), given_to_fleet())
