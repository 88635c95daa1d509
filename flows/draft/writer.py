"""Has a model propose the texts of news, where the profile's `[llm]` says so; the checks have the last word.

Whatever goes wrong, the text that was made without a model stays, and the reason is stored beside it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlmodel import Session

from db import news_items
from db.engine import reading, transaction
from db.models import NewsItem, Summary
from flows.bulletin.guard.verdict import check
from flows.bulletin.language.dates import in_rome
from flows.bulletin.proposal.request import Request, request
from flows.draft.chat import Written, ask
from flows.profiles.llm import Llm, is_installed
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.draft.chat import Model

METHOD = "model"


def propose(
    settings: Settings, engine: Engine, texts: Sequence[tuple[int, str]], *, model: "Model | None" = None
) -> int:
    """Ask for each text of `told` (news item id, its text now) no model answered for; how many those were.

    What comes back is stored in place of the summary, or the reason beside it: the same content and length
    are not asked for again, except where no model could be reached; then the rest is not tried either. No
    transaction is open while a model writes.
    """
    llm = settings.profile.llm
    if llm is None:
        return 0
    done = 0
    hindrance = _hindrance(settings)
    for news_item_id, text in dict.fromkeys(texts):
        with reading(engine) as session:
            stored = news_items.of_text(session, news_item_id, text)
            if stored is None or stored.model is not None:
                continue
            asked = request_for(session.get_one(NewsItem, news_item_id), stored.budget)
        if hindrance:
            written = Written(reason=hindrance, answered=False)
        else:
            written = ask(llm, settings.llm_key, asked, model=model)
            hindrance = "" if written.answered else written.reason
        with transaction(engine) as session:
            _store(session.get_one(Summary, stored.id), written, llm)
        done += 1
    return done


def _hindrance(settings: Settings) -> str:
    """As `Settings.require_model`, for an editor; "" where a model can be asked."""
    if not is_installed():
        return "sul server mancano i pacchetti per usare un modello."
    return "manca la chiave del servizio (BOLLETTINO_LLM_KEY)." if settings.lacks_llm_key else ""


def request_for(item: NewsItem, limit: int) -> Request:
    """The request for one stored item in `limit` UTF-16 units."""
    published = in_rome(item.published_at).date() if item.published_at else None
    return request(title=item.title, abstract=item.abstract, body=item.body, limit=limit, published=published)


def _store(summary: Summary, written: Written, llm: Llm) -> None:
    summary.reason = written.reason
    summary.model = llm.model if written.answered else None
    summary.tokens_in += written.tokens_in  # a try that brought nothing was paid, too
    summary.tokens_out += written.tokens_out
    summary.cost_millionths = llm.cost(summary.tokens_in, summary.tokens_out)
    summary.currency = llm.currency if summary.cost_millionths else ""
    if written.text:
        summary.text, summary.method = written.text, METHOD


def remark(session: Session, news_item_id: int, text: str) -> str:
    """What an editor should know of where a text comes from; "" where no model was asked for it."""
    stored = news_items.of_text(session, news_item_id, text)
    if stored is None or not stored.text or not (stored.model or stored.reason):
        return ""
    if stored.model is None:
        return f"testo ricavato dalla pagina; non è stato chiesto a un modello: {stored.reason}"
    cost = f"{stored.cost_millionths / 1_000_000:.4f}".replace(".", ",")
    paid = f" Costo stimato: {cost} {stored.currency}." if stored.cost_millionths else ""
    if stored.method != METHOD:
        return f"testo ricavato dalla pagina, non dal modello ({stored.model}): {stored.reason}{paid}"
    asked = request_for(session.get_one(NewsItem, news_item_id), stored.budget)
    facts = len(check(stored.text, asked.source, published=asked.published).supported)
    support = {0: "non contiene dati", 1: "l'unico dato è nella pagina del sito"}.get(
        facts, f"i {facts} dati sono nella pagina del sito"
    )
    return f"testo proposto da un modello ({stored.model}), controllato: {support}.{paid}"
