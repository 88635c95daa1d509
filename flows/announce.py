"""flow, started by an editor: what cannot wait, such as closed schools -> urgent Bulletin (draft)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from prefect import State
from pydantic import Field
from sqlalchemy import Engine

from db import bulletins
from db.bulletins import ItemData
from db.engine import make_engine, transaction
from db.models import BulletinKind
from flows.bulletin.alerts.text import LABELS, NOTICE
from flows.bulletin.language.dates import ROME, giorno_ora, intervallo
from flows.bulletin.language.markup import parameter
from flows.bulletin.message.frame import budget, problems
from flows.bulletin.status import numbered
from flows.letters import orders
from flows.privacy.intact import load
from flows.review import acts
from flows.review.acts import NotDoneError
from flows.runs import choices, client, forms
from flows.runs.flow import flow
from flows.settings import BollettinoError, Settings

BOXES = (
    "Che cosa succede",
    "Da quando",
    "Dove",
    "Che cosa deve fare chi legge",
    "Atto, ufficio e telefono per informazioni",
)
"""What an editor types, as the start form calls it."""


class NoticeError(BollettinoError):
    """The form cannot become a notice. The text is Italian, for the editor."""


@dataclass(frozen=True)
class Notice:
    """The editor's form. `begins` and `ends` are aware."""

    what: str
    begins: datetime
    ends: datetime
    where: str
    to_do: str
    contact: str
    url: str
    who: str


def draft_notice(settings: Settings, engine: Engine, notice: Notice, *, now: datetime) -> int:
    """A draft of kind urgent with the notice's own words; its id. NoticeError says what is missing."""
    when = intervallo(notice.begins, notice.ends) if notice.ends > notice.begins else ""
    what, where, contact = (_phrase(text) for text in (notice.what, notice.where, notice.contact))
    texts = (what, when, where, _sentence(notice.to_do), contact)
    labels = LABELS[NOTICE]
    wrong = [
        f"Manca «{box}»." for box, text in zip(BOXES, texts, strict=True) if not text and box != "Da quando"
    ]
    if not when:
        span = f"finisce {giorno_ora(notice.ends)}, e comincia {giorno_ora(notice.begins)}"
        wrong.append(f"L'avviso {span}: deve finire dopo l'inizio.")
    elif notice.ends <= now:
        wrong.append("L'avviso è già finito.")
    if notice.url and urlsplit(notice.url).scheme not in ("http", "https"):
        wrong.append("L'indirizzo della pagina deve cominciare con https://.")
    if notice.who not in {editor.name for editor in settings.profile.editors}:
        wrong.append(acts.unknown(settings))
    if not wrong:
        wrong = problems(texts, total=budget(settings.frame(NOTICE), ""), boxes=BOXES)
    if wrong:
        raise NoticeError(" ".join(wrong))
    limit = now + timedelta(minutes=settings.profile.urgent.deadline_minutes)
    with transaction(engine) as session:
        bulletin = bulletins.create(
            session,
            kind=BulletinKind.urgent,
            template=NOTICE,
            slot_at=None,
            deadline_at=min(limit, notice.ends),
            by=notice.who,
            now=now,
        )
        lines = [
            ItemData(title=label if place else what, category=label, url=notice.url, text=text)
            for place, (label, text) in enumerate(zip(labels, texts, strict=True))
        ]
        bulletins.add_version(session, bulletin, lines, author=notice.who, now=now)
        return bulletin.id


@flow(name="avviso-urgente", flow_run_name=client.titled("Avviso urgente"))
def announce(
    che_cosa: Annotated[str, Field(title="Che cosa succede, in poche parole: scuole chiuse")],
    dal: Annotated[datetime, Field(title="Da quando")],
    al: Annotated[datetime, Field(title="Fino a quando")],
    dove: Annotated[str, Field(title="Dove")],
    che_cosa_fare: Annotated[str, Field(title="Che cosa deve fare chi legge")],
    informazioni: Annotated[str, Field(title="Atto, ufficio e telefono per informazioni")],
    chi: Annotated[str, choices.WHO] = "",
    pagina: Annotated[str, Field(title="Indirizzo della pagina sul sito (se c'è)")] = "",
) -> str | State[str]:
    """Prepara un avviso urgente con le tue parole e apre il modulo: parte appena approvato."""
    settings = load()
    engine = make_engine(settings.database)
    now = datetime.now(UTC)
    proof = client.proof("")
    chi = acts.own_name(settings, chi, proof)
    form = Notice(che_cosa, _aware(dal), _aware(al), dove, che_cosa_fare, informazioni, pagina, chi)
    try:
        acts.require_own_name(settings, chi, proof)
    except NotDoneError as exc:
        return orders.refused(settings, engine, exc, who=chi)
    try:
        bulletin_id = draft_notice(settings, engine, form, now=now)
    except NoticeError as exc:
        return orders.refused(settings, engine, exc, who=chi)
    run_id = forms.open_review(settings, engine, bulletin_id, now=now)
    ready = f"Bozza pronta, da approvare: {numbered(BulletinKind.urgent, bulletin_id).lower()}."
    return orders.done(settings, engine, ready, link=client.link(settings, run_id) if run_id else "")


def _phrase(typed: str) -> str:
    """Without a full stop: the template puts one behind it."""
    text = parameter(typed)
    return text if text.endswith("..") else text.removesuffix(".").rstrip()


def _sentence(typed: str) -> str:
    """With an end of its own: nothing stands behind it."""
    text = parameter(typed)
    return f"{text}." if text and text[-1] not in ".!?…" else text


def _aware(moment: datetime) -> datetime:
    """A form's time without a zone is one of the town's clock."""
    return moment if moment.tzinfo else moment.replace(tzinfo=ROME)
