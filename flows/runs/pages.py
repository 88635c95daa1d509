"""What a send shows in the Prefect UI: its checks, how far it is, what came of it."""

import time
from collections.abc import Callable
from typing import Any

from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from sqlalchemy import Engine

from db import deliveries, outcomes
from db.engine import reading, transaction
from flows.bulletin.language.markdown import escaped
from flows.bulletin.pictures.phone import address
from flows.bulletin.pictures.send import picture
from flows.sending import certificate
from flows.sending.checks import Preflight
from flows.settings import Settings

EVERY = 2.0  # seconds between two looks at how far it is


def checks(bulletin_id: int, preflight: Preflight) -> None:
    create_markdown_artifact(
        preflight.markdown, key=f"controlli-{bulletin_id}", description="Controlli prima dell'invio"
    )


def progress(engine: Engine, bulletin_id: int) -> Callable[[], None]:
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
                    share, key=f"invio-{bulletin_id}", description="Avanzamento dell'invio"
                )
            )

    return advance


def outcome(settings: Settings, engine: Engine, bulletin_id: int, text: str) -> None:
    """The certificate in words and kept as a file, the outcomes by code, and the send over time."""
    with transaction(engine) as session:
        document = certificate.draw_up(settings, session, bulletin_id)
        over_time = outcomes.over_time(session, bulletin_id)
    certificate.keep(settings, document)
    parts = [
        escaped(text),  # why a send stopped is in Meta's words
        "```text\n" + "\n".join(certificate.printed(document)).replace("```", "'''") + "\n```",
        f"![Messaggi nel tempo]({address(picture(over_time))})",
    ]
    create_markdown_artifact(
        "\n\n".join(parts), key=f"certificato-{bulletin_id}", description="Certificato di invio"
    )
    create_table_artifact(
        certificate.rows(document), key=f"esiti-{bulletin_id}", description="Esiti per codice"
    )
