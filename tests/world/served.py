"""A site on loopback that is a function from a path to an answer: for sites that are not the sandbox's."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Answer = tuple[int, dict[str, str], bytes]


DATA = Path(__file__).parent.parent / "data"


def html(body: str, status: int = 200) -> Answer:
    return status, {"Content-Type": "text/html; charset=utf-8"}, body.encode()


def xml(body: str) -> Answer:
    return 200, {"Content-Type": "application/rss+xml; charset=utf-8"}, body.encode()


def home(name: str) -> Answer:
    """One of the home pages in `data`, written by us after the systems' real ones."""
    return html((DATA / f"home_{name}.html").read_text("utf-8"))


def rss(newest: datetime) -> Answer:
    """A feed of three items, a day apart."""
    items = "".join(
        f"<item><title>Notizia {n}</title><link>/novita/notizia-{n}/</link>"
        f"<pubDate>{format_datetime(newest - timedelta(days=n))}</pubDate></item>"
        for n in range(3)
    )
    return xml(f"<rss version='2.0'><channel><title>Comune</title>{items}</channel></rss>")


@dataclass
class Served:
    """Where the site is, and which paths were asked for, in order."""

    address: str
    port: int
    asked: list[str] = field(default_factory=list)
    posted: list[tuple[str, str]] = field(default_factory=list)  # path and body


@contextmanager
def serve(answer: Callable[[str], Answer] | Mapping[str, Answer]) -> Iterator[Served]:
    """Serve on a free port; a mapping answers 404 for a path that is not in it."""
    absent = html("<!doctype html><title>404</title>Pagina non trovata", 404)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            status, headers, body = answer(self.path) if callable(answer) else answer.get(self.path, absent)
            if "Date" in headers:  # else this machine's
                self.send_response_only(status)
            else:
                self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            served.posted.append((self.path, body.decode()))
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port = int(server.server_address[1])
    served = Served(f"http://127.0.0.1:{port}", port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
