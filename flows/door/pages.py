"""Prefect's own pages behind the sign-in: who has not signed in is led there, from each of them."""

from flows.door import login
from flows.door.asgi import App, Message, Receive, Scope, Send, answer
from flows.door.people import Person

SCRIPT = f'<script src="{login.PATH}/fuori.js"></script>'.encode()
CONDITIONS = (b"if-none-match", b"if-modified-since", b"accept-encoding", b"range", b"if-range")
OURS = (b"content-length", b"etag", b"last-modified", b"cache-control")
SETTINGS = "/ui-settings"


async def show(app: App, person: Person | None, scope: Scope, receive: Receive, send: Send) -> None:
    """An answer of the server's pages. HTML is for who has signed in only, with our script in it; the page's
    settings say that no password is asked for, since the cookie is enough; files are anybody's.
    """
    headers = [header for header in scope["headers"] if header[0] not in CONDITIONS]
    is_file = "." in scope["path"].rsplit("/", 1)[-1] and not scope["path"].endswith(".html")
    held: list[Message] = []
    body = b""

    async def sent(message: Message) -> None:
        nonlocal body
        if message["type"] == "http.response.start" and _is_ours(message, scope["path"]):
            held.append(message)
        elif not held:
            await send(message)
        elif message["type"] == "http.response.body":
            body += message.get("body", b"")
            if not message.get("more_body", False):
                await _hand_on(held[0], body, person, scope, send)

    await app(scope if is_file else {**scope, "headers": headers}, receive, sent)


def _is_ours(message: Message, path: str) -> bool:
    kind = dict(message.get("headers", [])).get(b"content-type", b"")
    return bool(kind.startswith(b"text/html")) or (path.endswith(SETTINGS) and message["status"] == 200)


async def _hand_on(start: Message, body: bytes, person: Person | None, scope: Scope, send: Send) -> None:
    headers = [header for header in start["headers"] if header[0].lower() not in OURS]
    if scope["path"].endswith(SETTINGS):
        body = body.replace(b'"auth":"BASIC"', b'"auth":null')
    elif person is None:
        await answer(send, 303, b"text/html", b"", [(b"location", login.to(scope).encode("latin-1"))])
        return
    else:
        body = body.replace(b"<head>", b"<head>" + SCRIPT, 1)
    length = (b"content-length", str(len(body)).encode())
    await send({**start, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
