"""What a send shows in the Prefect UI: its checks, how far it is, what came of it, and what arrived later."""

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import ArtifactUpdate
from prefect.client.schemas.filters import ArtifactCollectionFilter, ArtifactCollectionFilterKey
from prefect.client.schemas.objects import ArtifactCollection
from sqlalchemy import Engine

from db import bulletins, deliveries, outcomes
from db.engine import reading
from db.models import Bulletin, BulletinStatus
from flows.bulletin.language.markdown import escaped
from flows.bulletin.pictures.phone import address
from flows.bulletin.pictures.send import picture
from flows.bulletin.status import REASONS, STATUS, numbered
from flows.door import entry
from flows.sending import certificate
from flows.sending.checks import Preflight
from flows.settings import Settings

EVERY = 2.0  # seconds between two looks at how far it is
LATER = (timedelta(hours=1), timedelta(hours=24), timedelta(days=7))
"""After a send has ended: when its certificate is counted anew, since receipts come for days."""
MADE_UP = timedelta(days=14)  # after the end; until then a round that was missed is made up for
COUNTED = "contato"  # in what Prefect keeps beside a certificate: when it was last counted anew


def draft(settings: Settings, bulletin_id: int, page: str, about: str) -> str:
    """The page of a draft as it is now; the address of exactly this one."""
    made: Any = create_markdown_artifact(page, key=settings.own(_key(bulletin_id)), description=about)
    return f"{settings.prefect_ui}/artifacts/artifact/{made}"


def drafts(settings: Settings, bulletin_id: int) -> str:
    """The lasting address of the newest page of a draft: known before there is any."""
    return f"{settings.prefect_origins[0]}{entry.ARTIFACT}{_key(bulletin_id)}"


def _key(bulletin_id: int) -> str:
    return f"bozza-{bulletin_id}"


def form(settings: Settings, bulletin_id: int) -> str:
    """To the form of a bulletin, whichever run holds it by then; lasting."""
    return f"{settings.prefect_origins[0]}{entry.FORM}{bulletin_id}"


def certificates(settings: Settings, bulletin_id: int) -> str:
    """The lasting address of the newest certificate of a send."""
    return f"{settings.prefect_origins[0]}{entry.ARTIFACT}certificato-{bulletin_id}"


def checks(settings: Settings, bulletin_id: int, preflight: Preflight) -> None:
    create_markdown_artifact(
        preflight.markdown,
        key=settings.own(f"controlli-{bulletin_id}"),
        description="Controlli prima dell'invio",
    )


def progress(settings: Settings, engine: Engine, bulletin_id: int) -> Callable[[], None]:
    """Made when the first messages are done; then kept up to date."""
    artifacts: list[Any] = []  # a UUID, though typed for async flows too
    last = -EVERY

    def advance() -> None:
        nonlocal last
        if time.monotonic() - last < EVERY:  # counting a hundred thousand rows takes its time
            return
        last = time.monotonic()
        with reading(engine) as session:
            now = deliveries.certificate(session, bulletin_id)
        share = 100.0 * (now.planned - now.open) / max(now.planned, 1)
        if artifacts:
            update_progress_artifact(artifacts[0], share)
        else:
            artifacts.append(
                create_progress_artifact(
                    share,
                    key=settings.own(f"invio-{bulletin_id}"),
                    description="Avanzamento dell'invio",
                )
            )

    return advance


def outcome(settings: Settings, engine: Engine, bulletin_id: int, text: str, *, now: datetime) -> None:
    """The certificate in words and kept as a file, the outcomes by code, and the send over time."""
    document, page = _drawn_up(settings, engine, bulletin_id, text, now=now)
    certificate.keep(settings, document)
    create_markdown_artifact(
        page, key=settings.own(f"certificato-{bulletin_id}"), description="Certificato di invio"
    )
    create_table_artifact(
        certificate.rows(document), key=settings.own(f"esiti-{bulletin_id}"), description="Esiti per codice"
    )


def account(engine: Engine, bulletin_id: int, counts: deliveries.Certificate) -> str:
    """`Bollettino 12. Previsti 5 = accettati 5 + ...`"""
    with reading(engine) as session:
        kind = session.get_one(Bulletin, bulletin_id).kind
    return f"{numbered(kind, bulletin_id)}. {certificate.words(counts)}."


def _drawn_up(
    settings: Settings, engine: Engine, bulletin_id: int, text: str, *, now: datetime
) -> tuple[certificate.Document, str]:
    with reading(engine) as session:
        document = certificate.draw_up(settings, session, bulletin_id)
        over_time = outcomes.over_time(session, bulletin_id)
    parts = [
        escaped(text),  # why a send stopped is in Meta's words
        "```text\n" + "\n".join(certificate.printed(document, at=now)).replace("```", "'''") + "\n```",
        f"![Messaggi nel tempo]({address(picture(over_time))})",
    ]
    return document, "\n\n".join(parts)


def recount(settings: Settings, engine: Engine, *, now: datetime) -> None:
    """Bring the certificates of sends up to date that ended an hour, a day or a week ago, each once a time.

    In place, so that the run of the send shows it; the file stays as it was at the end of the send. When it
    was done stands beside the certificate in Prefect: a round that was missed is made up for by the next.
    One that cannot be counted costs no other. Raises whatever went wrong, at the end.
    """
    with reading(engine) as session:
        ended = bulletins.moved(
            session, BulletinStatus.sent, BulletinStatus.stopped, since=now - MADE_UP, until=now - LATER[0]
        )
        is_sending = bool(bulletins.with_status(session, BulletinStatus.sending))
    if not ended or is_sending:  # counting a hundred thousand takes seconds that a send can use
        return
    errors: list[Exception] = []
    with get_client(sync_client=True) as client:
        kinds = ("certificato", "esiti")
        keys = [settings.own(f"{kind}-{bulletin.id}") for bulletin in ended for kind in kinds]
        wanted = ArtifactCollectionFilter(key=ArtifactCollectionFilterKey(any_=keys))
        shown = {row.key: row for row in client.read_latest_artifacts(artifact_filter=wanted)}
        for bulletin in ended:
            found = shown.get(settings.own(f"certificato-{bulletin.id}"))
            if found is None or not _is_due(found, bulletin.status_at, now):
                continue
            try:
                _count_anew(client, settings, engine, bulletin, shown, now=now)
            except Exception as exc:  # noqa: BLE001  told together below
                errors.append(exc)
    if errors:
        raise ExceptionGroup("not every certificate could be brought up to date", errors)


def _is_due(shown: ArtifactCollection, ended_at: datetime, now: datetime) -> bool:
    due = max(ended_at + later for later in LATER if ended_at + later <= now)
    counted = (shown.metadata_ or {}).get(COUNTED)  # perhaps of an earlier end, before a retry
    return counted is None or datetime.fromisoformat(counted) < due


def _count_anew(
    client: SyncPrefectClient,
    settings: Settings,
    engine: Engine,
    bulletin: Bulletin,
    shown: dict[str, ArtifactCollection],
    *,
    now: datetime,
) -> None:
    with reading(engine) as session:
        counts = certificate.words(deliveries.certificate(session, bulletin.id))
    why = bulletin.status_reason if bulletin.status == BulletinStatus.stopped else None
    state = STATUS[bulletin.status] + (f" ({REASONS.get(why, why).rstrip('.')})" if why else "")
    text = f"{numbered(bulletin.kind, bulletin.id)}: {state}. {counts}."
    document, page = _drawn_up(settings, engine, bulletin.id, text, now=now)
    if table := shown.get(settings.own(f"esiti-{bulletin.id}")):
        client.update_artifact(table.latest_id, ArtifactUpdate(data=json.dumps(certificate.rows(document))))
    # last: it holds the mark that both are done
    client.update_artifact(
        shown[settings.own(f"certificato-{bulletin.id}")].latest_id,
        ArtifactUpdate(data=page, metadata_={COUNTED: now.isoformat()}),
    )
