"""A bulletin on one A4 sheet, for the notice board and for who has no telephone: HTML ready to print.

It asks nothing of the network: no picture, no script, no typeface of others. The texts are the sealed ones.
"""

import re
from dataclasses import dataclass
from html import escape

from flows.bulletin.language.measure import utf16
from flows.bulletin.message.exact import Message

# points, by the length of all texts: the longest bulletin still fits on one sheet
_SIZES = ((400, 22), (650, 19), (10_000, 16))
_BOLD, _STRONG = re.compile(r"\*([^*\n]+)\*"), r"<strong>\1</strong>"
STYLE = """
@page { size: A4 portrait; margin: 16mm }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 178mm; color: #000; background: #fff; line-height: 1.35;
  font-family: Titillium Web, Verdana, Arial, sans-serif }
.s22 { font-size: 22pt } .s19 { font-size: 19pt } .s16 { font-size: 16pt }
header { border-bottom: 2pt solid #000; margin-bottom: 6mm; padding-bottom: 3mm }
h1 { font-size: 26pt; line-height: 1.15; margin: 0 0 1mm }
header p, footer { font-size: 13pt; margin: 0 }
ol { margin: 0; padding-left: 1.5em }
li { margin-bottom: .75em; break-inside: avoid; overflow-wrap: anywhere }
main p { margin: 0 0 .75em; overflow-wrap: anywhere; white-space: pre-line }
li::marker { font-weight: bold }
footer { border-top: 2pt solid #000; margin-top: 6mm; padding-top: 3mm }
footer p { margin: 0 0 1.5mm; overflow-wrap: anywhere }
header .notice { border: 2pt solid #000; font-weight: bold; margin-top: 3mm; padding: 2mm;
  overflow-wrap: anywhere }
header .prova { border: 2pt solid #000; margin-bottom: 4mm; padding: 2mm; text-align: center }
@media screen { body { padding: 16mm 4mm } }
"""


@dataclass(frozen=True)
class Board:
    """What stands on the sheet besides the news; all of it plain text."""

    title: str  # `Notizie dal Comune di Esempio`
    comune: str
    address: str  # of the bulletin's page
    subscribe: str  # how to get the news on WhatsApp
    contact: str  # telephone and hours
    emergency: str = "112"
    warning: str = ""  # on a sheet that is only a trial
    notices: tuple[str, ...] = ()  # what was put right or changed since


def notice_board(message: Message, board: Board, *, stylesheet: str = "") -> str:
    """The HTML document; `stylesheet` is where STYLE is served, "" puts it into the document."""
    length = sum(utf16(text) for text in (*message.texts, *board.notices))
    size = next(points for longest, points in _SIZES if length <= longest)
    if message.day:
        items = "\n".join(f"<li>{escape(text)}</li>" for text in message.texts)
        body, dated = f"<ol>\n{items}\n</ol>", f"\n<p>Bollettino di {escape(message.day)}</p>"
    else:  # a fixed text, which tells its day itself
        body, dated = "\n".join(map(_paragraph, message.texts[0].split("\n\n"))), ""
    style = (
        f'<link rel="stylesheet" href="{escape(stylesheet)}">' if stylesheet else f"<style>{STYLE}</style>"
    )
    warning = f'<p class="prova">{escape(board.warning)}</p>\n' if board.warning else ""
    notices = "".join(f'\n<p class="notice">{escape(text)}</p>' for text in board.notices)
    title = escape(", ".join(filter(None, (board.title, message.day))))
    return f"""<!doctype html>
<html lang="it">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<meta name="description" content="{title}: il messaggio su un foglio da stampare.">
{style}
</head>
<body class="s{size}">
<header>
{warning}<h1>{escape(board.title)}</h1>{dated}{notices}
</header>
<main>
{body}
</main>
<footer>
<p>Testi completi: <strong>{escape(board.address)}</strong></p>
<p>{escape(board.subscribe)}</p>
<p>{escape(board.comune)}: {escape(board.contact)}.</p>
<p>In caso di emergenza chiama il {escape(board.emergency)}.</p>
</footer>
</body>
</html>
"""


def _paragraph(text: str) -> str:
    """One of a fixed text, WhatsApp's bold as HTML's."""
    return f"<p>{_BOLD.sub(_STRONG, escape(text))}</p>"
