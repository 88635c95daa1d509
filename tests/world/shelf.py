"""A site whose every answer a test writes itself, in front of the sandbox."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.world.comune import Comune

ITEM = """<item><title>Notizia {n}</title>{guid}<link>{site}/novita/{n}</link>
<description>Testo della notizia {n} nel feed.</description></item>"""
PAGE = "<html><body><main><h1>Notizia</h1><p>{}</p></main></body></html>"
LONG = "La biblioteca resta aperta anche il sabato mattina, dalle nove alle dodici e trenta. " * 3


@dataclass
class Shelf:
    """Answers by path, in front of the sandbox: path -> status, headers, body."""

    behind: Callable[..., Any]
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    validators: list[str | None] = field(default_factory=list)  # If-None-Match of each request

    def put(
        self,
        path: str,
        body: str | bytes,
        kind: str = "application/rss+xml",
        status: int = 200,
        **headers: str,
    ) -> None:
        content = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = (status, {"content-type": kind, **named}, content)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope.get("path", "")
        if path not in self.answers:
            await self.behind(scope, receive, send)
            return
        self.asked.append(path)
        self.validators.append(dict(scope["headers"]).get(b"if-none-match", b"").decode() or None)
        status, headers, body = self.answers[path]
        if self.validators[-1] is not None and self.validators[-1] == headers.get("etag"):
            status, body = 304, b""
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": body})


def rss(site: str, numbers: Iterable[int], guids: bool = True) -> str:
    guid = "<guid isPermaLink='false'>n-{n}</guid>" if guids else ""
    items = "".join(ITEM.replace("{guid}", guid).format(n=n, site=site) for n in numbers)
    return f"<rss version='2.0'><channel><title>Notizie</title><link>{site}</link>{items}</channel></rss>"


def with_feed(comune: Comune, path: str) -> None:
    """A second feed beside the sandbox's own; the wrong one comes first."""
    first = f'feeds = ["http://127.0.0.1:{comune.loopback.port}'
    comune.reprofile((first, f'feeds = ["{comune.loopback.address}{path}", "{comune.loopback.address}'))


def only_feed(comune: Comune, path: str) -> None:
    """Nothing but this feed."""
    own = f"{comune.loopback.address}/sito/feed/?post_type=notizia"
    comune.reprofile((own, f"{comune.loopback.address}{path}"))


def article(text: str, title: str = "Notizia") -> str:
    body = f"<h1>{title}</h1><article id='descrizione'><p>{text}</p></article>"
    return f"<html><body><main>{body}</main></body></html>"
