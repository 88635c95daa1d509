"""What the webhook's bench posts: signed batches of statuses about deliveries that it makes first."""

import hashlib
import hmac
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, insert

from db.engine import transaction
from db.models import Attempt, Delivery, DeliveryStatus, Outcome, Recipient, RecipientStatus, Scope
from flows.settings import Settings
from tests.world.builders import make_bulletin
from tests.world.web_site import statuses

BATCH = 1000
SECRET = "made-up-secret"


@dataclass(frozen=True)
class Load:
    """Bodies with their signatures, and how many different statuses they hold."""

    posts: list[tuple[bytes, str]]
    distinct: int

    @property
    def posted(self) -> int:
        return BATCH * len(self.posts)


def seed(engine: Engine, settings: Settings, people: int) -> list[UUID]:
    """Accepted deliveries of one bulletin; the ids of their attempts."""
    now, vault = datetime.now(UTC), settings.vault()
    with transaction(engine) as session:
        bulletin = make_bulletin(session, [])
        start = bulletin.id * 10_000_000
        numbers = range(start, start + people)
        common: dict[str, Any] = {"status_at": now}
        one_sealed = vault.seal("+393330000000")
        rows: list[dict[str, Any]] = [
            {
                "id": n,
                "phone_hash": vault.hash(f"+39333{n}"),
                "phone_sealed": one_sealed,
                "status": RecipientStatus.active,
                "scope": Scope.everything,
                "is_test": False,
                "strikes": 0,
                **common,
            }
            for n in numbers
        ]
        session.execute(insert(Recipient), rows)
        rows = [
            {
                "id": n,
                "bulletin_id": bulletin.id,
                "recipient_id": n,
                "status": DeliveryStatus.accepted,
                **common,
            }
            for n in numbers
        ]
        session.execute(insert(Delivery), rows)
        ids = [uuid4() for _ in numbers]
        rows = [
            {
                "id": one,
                "delivery_id": n,
                "started_at": now,
                "finished_at": now,
                "outcome": Outcome.accepted,
                "wamid_hash": vault.hash(wamid(one)),
                "wamid_sealed": one_sealed,
            }
            for one, n in zip(ids, numbers, strict=True)
        ]
        session.execute(insert(Attempt), rows)
    return ids


def wamid(attempt: UUID) -> str:
    return f"wamid.HBgMMzkzMzMxMjM0NTY3FQIAERgS{attempt.hex}AA=="


def load(attempts: Sequence[UUID], seed: int = 1, wrapped: Callable[..., dict[str, Any]] = statuses) -> Load:
    """`wrapped`: makes a post's content of its statuses."""
    now, order = datetime.now(UTC), random.Random(seed)
    items = []
    for attempt in attempts:
        for step, word in enumerate(("sent", "delivered", "read")):
            stamp = str(int((now + timedelta(seconds=step + order.randrange(60))).timestamp()))
            items.append(
                {
                    "id": wamid(attempt),
                    "status": word,
                    "timestamp": stamp,
                    "recipient_id": "393331234567",
                    # half are found by our id that comes back, half by their own
                    **({"biz_opaque_callback_data": str(attempt)} if attempt.int % 2 else {}),
                    "pricing": {"billable": True, "pricing_model": "PMP", "category": "marketing"},
                }
            )
    distinct = len(items)
    items += order.sample(items, distinct // 4)  # a fifth of what is posted
    order.shuffle(items)
    items += items[: -len(items) % BATCH]
    return Load([signed(wrapped(*items[n : n + BATCH])) for n in range(0, len(items), BATCH)], distinct)


def signed(payload: object) -> tuple[bytes, str]:
    raw = json.dumps(payload).encode()
    return raw, "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
