"""A loopback server of feeds for the benches, in a process of its own: `python -m tests.bench.feed_server`.

It prints its port, then answers `/feed/<n>.xml` with an RSS feed of 20 items, with ETag and Last-Modified,
and with 304 to a request that brings the ETag back. It ends when its standard input is closed.
"""

import asyncio
import sys
from functools import lru_cache

ITEMS = 20
MODIFIED = b"Thu, 12 Nov 2026 08:00:00 GMT"
PLACES = ("via Garibaldi", "piazza Dante", "via Gramsci", "viale Europa", "largo Matteotti")
MATTERS = ("Chiusura al traffico", "Interruzione dell’acqua", "Iscrizioni aperte", "Orario d’inverno")


def item(feed: int, number: int) -> str:
    """About what a municipal CMS says of one notice: a teaser and the whole text."""
    address = f"https://www.comune{feed}.example/novita/avviso-{number}/"
    title = f"{MATTERS[number % 4]} in {PLACES[(feed + number) % 5]}, avviso {feed}-{number}"
    teaser = f"Dal {number % 28 + 1} novembre 2026, dalle 8:30 alle 17:00, perché sono in corso lavori."
    paragraph = (
        "<p>Si può passare a piedi; il <strong>mercoledì</strong> è libero. Tel. 02 5555&#8211;01.</p>"
    )
    return (
        f"<item><title>{title}</title><link>{address}</link>"
        f'<guid isPermaLink="false">https://www.comune{feed}.example/?p={number}</guid>'
        f"<pubDate>Thu, 12 Nov 2026 {number % 24:02}:30:00 +0100</pubDate><category>Viabilità</category>"
        f"<description><![CDATA[<p>{teaser}</p>]]></description>"
        f"<content:encoded><![CDATA[<p>{teaser}</p>{paragraph * 4}]]></content:encoded></item>"
    )


def feed(number: int) -> bytes:
    """The whole feed, UTF-8, about 18 kB."""
    items = "".join(item(number, one) for one in range(ITEMS))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Comune {number}</title><link>https://www.comune{number}.example/</link>"
        f"<description>Novità</description>{items}</channel></rss>"
    ).encode()


@lru_cache(maxsize=8000)
def answers(number: int) -> tuple[bytes, bytes, bytes]:
    """The ETag, the whole answer, and the answer that nothing changed."""
    body, tag = feed(number), b'"%d"' % number
    validators = b"ETag: %b\r\nLast-Modified: %b\r\n" % (tag, MODIFIED)
    head = b"Content-Type: application/rss+xml; charset=UTF-8\r\nContent-Length: %d\r\n\r\n" % len(body)
    whole = b"HTTP/1.1 200 OK\r\n" + validators + head + body
    return tag, whole, b"HTTP/1.1 304 Not Modified\r\n" + validators + b"\r\n"


class Answers(asyncio.Protocol):
    """One connection; requests without a body only."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.pending = b""

    def data_received(self, data: bytes) -> None:
        self.pending += data
        while b"\r\n\r\n" in self.pending:
            request, self.pending = self.pending.split(b"\r\n\r\n", 1)
            number = int(request.split(b" ", 2)[1].rpartition(b"/")[2].removesuffix(b".xml"))
            tag, whole, unchanged = answers(number)
            self.transport.write(unchanged if b": " + tag in request else whole)


async def serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answers, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
