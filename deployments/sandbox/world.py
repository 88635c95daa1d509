"""What every part of the sandbox works with: configuration, memory, clock and the way out."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from deployments.sandbox.config import ROME, Clock, Config
from deployments.sandbox.limits import Throughput
from deployments.sandbox.store import Store
from deployments.sandbox.webhooks import Http, Webhooks, over_http


@dataclass
class World:
    """Handed to each router, which looks into it at each request; holds no state of its own but the pace.

    Another world may be put into it while nothing is asked, and the routes go on as that one's.
    """

    config: Config
    store: Store
    clock: Clock
    webhooks: Webhooks
    throughput: Throughput

    @classmethod
    def opened(cls, config: Config, state_dir: Path, clock: Clock, http: Http = over_http) -> "World":
        """Over `state_dir/sandbox.db`, which is made where there is none."""
        state_dir.mkdir(parents=True, exist_ok=True)
        store = Store(state_dir / "sandbox.db")
        webhooks = Webhooks(config, store, clock, http)
        return cls(config, store, clock, webhooks, Throughput(config.throughput))

    def now(self) -> datetime:
        """The present, aware, Europe/Rome."""
        return self.clock().astimezone(ROME)
