"""A loopback server for the tests of fetching: each path answers as told."""

import ssl
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Handler = BaseHTTPRequestHandler


class Server(ThreadingHTTPServer):
    """Silent about clients that leave before the end, as these tests' do."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Site:
    """Answers each path as told, and remembers what it was asked."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        site = self
        self.answers: dict[str, Callable[[Handler], None]] = {}
        self.asked: list[dict[str, str]] = []
        self.connections = 0

        class Answers(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                site.connections += 1
                super().setup()

            def do_GET(self) -> None:
                site.asked.append(dict(self.headers))
                site.answers[self.path](self)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.do_GET()

            def log_message(self, *args: object) -> None:  # it would write to the test's standard error
                del args

        self.server = Server(("127.0.0.1", 0), Answers)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    def answer(self, path: str, status: int = 200, body: bytes = b"", **headers: str) -> None:
        """`Last_Modified` is the header Last-Modified; a Content-Length is added when none is given."""

        def send(handler: Handler) -> None:
            handler.send_response(status)
            for name, value in {"Content_Length": str(len(body)), **headers}.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(body)

        self.answers[path] = send

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
