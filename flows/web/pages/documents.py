"""The pages that are versioned Markdown files: notice, terms, how to recognise us, accessibility."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flows.settings import ROOT, Settings, fill_words
from flows.web import texts
from flows.web.markdown import html
from flows.web.rendering import render


@dataclass(frozen=True)
class Document:
    title: str
    text: Callable[[Settings], str]  # Markdown, filled in


def _file(name: str) -> Callable[[Settings], str]:
    path: Path = ROOT / "deployments" / name

    def read(settings: Settings) -> str:
        asks_twice = settings.profile.privacy.double_opt_in
        words = {
            **settings.words,
            "versione_condizioni": settings.profile.notice.terms,
            "quando_vale": texts.page_text(settings, "vale_alla_conferma" if asks_twice else "vale_subito"),
        }
        return fill_words(path.read_text(encoding="utf-8"), words)

    return read


DOCUMENTS: Mapping[str, Document] = {
    "informativa": Document("Informativa sui dati personali", lambda settings: settings.notice_text),
    "condizioni": Document("Condizioni del servizio", _file("condizioni.md")),
    "riconosci": Document("Riconosci i nostri messaggi", _file("riconosci.md")),
    "accessibilita": Document("Dichiarazione di accessibilità", _file("accessibilita.md")),
}
"""By the path that they stand at, without its slash."""


def document(settings: Settings, name: str) -> str:
    """The page of one of DOCUMENTS."""
    found = DOCUMENTS[name]
    body = html(found.text(settings), top=1)
    return render(settings, "document.html", path=f"/{name}", title=found.title, body=body)
