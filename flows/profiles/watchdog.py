"""`[watchdog]` of a profile: who hears that the service lives, and how much disk must be left."""

from pydantic import Field

from flows.profiles.contacts import Base
from flows.profiles.file import Strict


class Watchdog(Strict):
    """`ping_url` is an address in the manner of healthchecks.io: with `/fail` behind it says that all is not
    well, and its silence says the rest. Whoever knows it can speak in our name.
    """

    ping_url: Base | None = None
    free_megabytes: int = Field(default=500, ge=10)
