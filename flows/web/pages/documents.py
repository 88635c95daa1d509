"""The pages that are Markdown files: notice, terms, how to recognise us, accessibility.

The Markdown of a news item, too, becomes HTML that asks nothing of a third party: no raw HTML, no picture,
no script.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from flows.settings import Settings
from flows.web.ground import texts
from flows.web.ground.texts import render


def _picture_in_words(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """A picture would be fetched from the Comune's site, which then learns who reads what."""
    return self.renderInlineAsText(tokens[index].children or [], options, env)


_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_markdown.add_render_rule("image", _picture_in_words)


def html(markdown: str, *, top: int) -> Markup:
    """Rendered with its headings from level `top` down, none left out, so that they stand below the page's.

    markdown-it escapes raw HTML and drops javascript: and data: links, hence Markup is safe here.
    """
    env: EnvType = {}
    tokens = _markdown.parse(markdown, env)
    above: list[int] = []  # the levels, as written, of the headings that this one stands under
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
            above = [*(other for other in above if other < level), level]
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, top + len(above) - 1)}"
        if token.children:
            token.children = list(_leading_somewhere(token.children))
    return Markup(_markdown.renderer.render(tokens, _markdown.options, env))  # noqa: S704


def _leading_somewhere(tokens: Sequence[Token]) -> Iterator[Token]:
    """Without the links that have no address, which would lead to the page itself; their words stay."""
    is_empty = False  # links do not stand in links
    for token in tokens:
        if token.type == "link_open":
            is_empty = not token.attrGet("href")
        if not (is_empty and token.type in ("link_open", "link_close")):
            yield token


@dataclass(frozen=True)
class Document:
    title: str
    text: Callable[[Settings], str]  # Markdown, filled in


def _file(name: str) -> Callable[[Settings], str]:
    def read(settings: Settings) -> str:
        asks_twice = settings.profile.privacy.double_opt_in
        return settings.document(
            name,
            versione_condizioni=settings.profile.notice.terms,
            quando_vale=texts.page_text(settings, "vale_alla_conferma" if asks_twice else "vale_subito"),
        )

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
    page = DOCUMENTS[name]
    body = html(page.text(settings), top=1)
    return render(settings, "document.html", path=f"/{name}", title=page.title, body=body)
