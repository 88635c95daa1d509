"""flow: the editor's window on one bulletin. Suspends with the form; draft -> approved | rejected | merged.

Our database is the clock and holds the decision. The run waits under the number of the stored version:
on resume it runs again from the top, takes the answer, checks it, and stores version n+1 with the
decision in one transaction; a text that cannot go comes back with the reason.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run
from pydantic import Field, create_model
from sqlalchemy import Engine

from db import bulletins, news_items, recipients
from db.engine import make_engine, transaction
from db.errors import StoreError
from db.models import Approval, Bulletin, BulletinItem, BulletinStatus, Decision
from flows import runs
from flows.bulletin.dates import giorno, giorno_ora
from flows.bulletin.message import compile_message, markdown_fence, template_name
from flows.bulletin.render import budget, preview, utf16
from flows.bulletin.review import Answer, check, decision_of, decisions, order_lines
from flows.bulletin.words import STATUS
from flows.settings import Settings, load


@dataclass(frozen=True)
class Round:
    """What one round shows: the bulletin, its latest version, and what waits outside."""

    bulletin: Bulletin
    version: int
    items: tuple[BulletinItem, ...]
    problems: tuple[str, ...]
    queue: tuple[str, ...]

    @property
    def name(self) -> str:
        """The run's name: what an editor reads in the list of runs."""
        slot, number = self.bulletin.slot_at, len(self.items)
        day = f"Bollettino di {giorno(slot)}" if slot else "Bollettino da inviare subito"
        words = f"{day} · {number} {'notizia' if number == 1 else 'notizie'}"
        return f"DA CORREGGERE · {words}" if self.problems else f"{words} · da approvare"


def load_round(engine: Engine, bulletin_id: int) -> Round:
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        version = bulletins.latest(session, bulletin_id)
        if version is None:
            raise StoreError(f"bulletin {bulletin_id} has no text yet")
        return Round(
            bulletin,
            version.number,
            tuple(bulletins.items(session, version)),
            tuple(version.problems.splitlines()),
            tuple(item.title for item in news_items.unsent(session)),
        )


def room(settings: Settings, dated: datetime, number: int) -> int:
    """UTF-16 units that so many items may use together."""
    return budget(settings.frame(template_name(number)), giorno(dated))


def describe(settings: Settings, draft: Round, now: datetime) -> str:
    """What stands above the form and in the artifact: what is wrong, the preview, the queue (Markdown)."""
    dated = draft.bulletin.slot_at or now
    texts = [item.text for item in draft.items]
    shown = preview(settings.frame(template_name(len(texts))), texts, giorno(dated))
    parts = []
    if draft.problems:
        parts += ["**DA CORREGGERE: così non si può inviare.**", *(f"- {line}" for line in draft.problems)]
    if draft.bulletin.deadline_at:
        parts.append(f"Da approvare entro **{giorno_ora(draft.bulletin.deadline_at)}**.")
    parts += ["Come si vede sul telefono:", markdown_fence(shown)]
    parts += [f"{item.position}. [{item.title}]({item.url})" for item in draft.items if item.url]
    if draft.queue:
        parts += ["In coda per un'altra volta:", *(f"- {title}" for title in draft.queue[:10])]
    return "\n\n".join(parts)


def form(settings: Settings, draft: Round, now: datetime) -> type[RunInput]:
    """The form, prefilled. Shaped around the defects of Prefect 3.9.1's form: no Optional, no validators,
    no max_length, no field named like a JSON-schema keyword, no default for the decision; built anew
    because `with_initial_data` drops titles and descriptions.
    """
    words = settings.texts["modulo"]
    dated = draft.bulletin.slot_at or now
    total = room(settings, dated, len(draft.items))
    left = total - sum(utf16(item.text) for item in draft.items)
    choice = list(decisions(draft.bulletin.slot_at).values())
    fields: dict[str, Any] = {
        "decisione": (str, Field(title=words["decisione"], json_schema_extra={"enum": [*choice]}))
    }
    for item in draft.items:
        fields[f"notizia_{item.position}"] = (
            str,
            Field(
                default=item.text,
                title=words["testo_n"].format(n=item.position, categoria=item.category),
                description=words["testo_n_aiuto" if left >= 0 else "testo_n_troppo"].format(
                    lunghezza=utf16(item.text), totale=total, restanti=abs(left), url=item.url
                ),
            ),
        )
    lines = order_lines([item.title for item in draft.items])
    fields["ordine"] = (list[str], Field(default=lines, title=words["ordine"]))
    fields["nota"] = (str, Field(default="", title=words["nota"]))
    names = [editor.name for editor in settings.profile.editors]
    fields["chi"] = (str, Field(title=words["chi"], json_schema_extra={"enum": [*names]}))
    made: type[RunInput] = create_model("Approvazione", __base__=RunInput, **fields)
    made._description = describe(settings, draft, now)
    return made


def answer_of(given: Any, draft: Round) -> Answer:
    return Answer(
        decision=given.decisione,
        texts=tuple(getattr(given, f"notizia_{item.position}") for item in draft.items),
        order=tuple(given.ordine),
        note=given.nota,
        who=given.chi,
    )


def record(
    settings: Settings, engine: Engine, draft: Round, answer: Answer, *, run_id: str | None, now: datetime
) -> Bulletin:
    """Store version n+1 with what was decided, in one transaction; return the bulletin as it is then."""
    decision = decision_of(answer.decision)
    editors = {editor.name for editor in settings.profile.editors}
    checked = check(
        [item.text for item in draft.items],
        answer,
        partial(room, settings, draft.bulletin.slot_at or now),
    )
    problems = list(checked.problems) if decision in (Decision.approve, Decision.save) else []
    if decision is None or answer.who not in editors:
        problems.append("Scegli una decisione e il tuo nome dagli elenchi.")
    if decision == Decision.save and not checked.problems:
        decision = None
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, draft.bulletin.id)
        late = bulletin.deadline_at is not None and now > bulletin.deadline_at
        if bulletin.status == BulletinStatus.in_review and late:
            bulletins.move(
                session, bulletin, BulletinStatus.expired, by=answer.who, now=now, reason="deadline"
            )
        version = bulletins.add_version(
            session,
            bulletin,
            [_kept(draft.items[index], text) for index, text in checked.items],
            author=answer.who,
            now=now,
            note=answer.note,
            problems=problems,
        )
        if bulletin.status != BulletinStatus.in_review or problems or decision in (None, Decision.save):
            return bulletin  # decided already, or another round
        approval = Approval(
            bulletin_id=bulletin.id,
            version_number=version.number,
            decision=decision,
            approver=answer.who,
            decided_at=now,
            flow_run_id=run_id,
        )
        if decision == Decision.approve:
            message = compile_message(
                bulletins.items(session, version),
                dated=bulletin.slot_at or now,
                code=bulletin.code,
                language=settings.profile.whatsapp.language,
            )
            approval.seal = message.sealed(recipients.AUDIENCE_RULE[bulletin.kind])
            approval.head_count = len(recipients.audience(session, bulletin.kind))
        if decision == Decision.discard:
            found = [item.news_item_id for item in draft.items if item.news_item_id]
            news_items.discard(session, found, now=now)
        session.add(approval)
        bulletins.move(session, bulletin, MOVES[decision], by=answer.who, now=now)
        return bulletin


MOVES = {
    Decision.approve: BulletinStatus.approved,
    Decision.postpone: BulletinStatus.merged,
    Decision.discard: BulletinStatus.rejected,
}


def _kept(item: BulletinItem, text: str) -> bulletins.ItemData:
    return bulletins.ItemData(
        title=item.title,
        category=item.category,
        url=item.url,
        text=text,
        news_item_id=item.news_item_id,
        weather_alert_id=item.weather_alert_id,
    )


@flow(name="approva")
def approve(bulletin_id: int) -> str:
    """Tiene aperto il modulo di un bollettino finché qualcuno decide."""
    settings = load()
    engine = make_engine(settings.database)
    log = get_run_logger()
    run_id = str(flow_run.id)
    while (draft := load_round(engine, bulletin_id)).bulletin.status == BulletinStatus.in_review:
        now = datetime.now(UTC)
        runs.rename(settings, run_id, draft.name)
        create_markdown_artifact(
            describe(settings, draft, now), key=f"bozza-{bulletin_id}", description="La bozza come si vede"
        )
        given = suspend_flow_run(
            wait_for_input=form(settings, draft, now), key=f"review-{draft.version}", timeout=None
        )
        bulletin = record(
            settings, engine, draft, answer_of(given, draft), run_id=run_id, now=datetime.now(UTC)
        )
        log.info("bollettino %s, versione %s: %s", bulletin_id, draft.version, bulletin.status)
    closing = STATUS[draft.bulletin.status]
    runs.rename(settings, run_id, draft.name.removesuffix(" · da approvare") + f" · {closing}")
    if draft.bulletin.status == BulletinStatus.approved and draft.bulletin.slot_at is None:
        runs.start_dispatch(settings, engine, bulletin_id, now=datetime.now(UTC))
    return closing
