"""A news item's Markdown as HTML that asks nothing of a third party: no raw HTML, no picture, no script."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup


def _picture_in_words(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """A picture would be fetched from the Comune's site, which then learns who reads what."""
    return self.renderInlineAsText(tokens[index].children or [], options, env)


_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_markdown.add_render_rule("image", _picture_in_words)


def html(markdown: str, *, top: int) -> Markup:
    """Rendered with its headings from level `top` down, so that they stand below the page's own.

    markdown-it escapes raw HTML and drops javascript: and data: links, hence Markup is safe here.
    """
    env: EnvType = {}
    tokens = _markdown.parse(markdown, env)
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    shift = top - min(levels, default=top)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + shift)}"
    return Markup(_markdown.renderer.render(tokens, _markdown.options, env))  # noqa: S704
