"""What every part of the sandbox works with: configuration, memory, clock and the way out."""

from dataclasses import dataclass
from datetime import datetime

from deployments.sandbox.config import ROME, Clock, Config
from deployments.sandbox.store import Store
from deployments.sandbox.webhooks import Webhooks


@dataclass(frozen=True)
class World:
    """Handed to each router; holds no state of its own."""

    config: Config
    store: Store
    clock: Clock
    webhooks: Webhooks

    def now(self) -> datetime:
        """The present, aware, Europe/Rome."""
        return self.clock().astimezone(ROME)
