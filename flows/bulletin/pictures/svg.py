"""What the pictures are drawn with: the sheet, a line of text, a level of the scale."""

from html import escape

from flows.bulletin.language.measure import thousands

INK = "#444"


def sheet(width: int, height: int, title: str, *parts: str, size: str = "13") -> str:
    """The whole picture: `parts` on white; `title` is what a screen reader says of it."""
    start = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" font-family="Roboto, Helvetica, Arial, sans-serif" '
        f'font-size="{size}"><title>{escape(title)}</title>'
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
    )
    return "".join([start, *parts, "</svg>"])


def text(
    x: float, y: float, words: str, colour: str = INK, *, anchor: str = "start", bold: bool = False
) -> str:
    """One line, which begins, has its middle or ends at `x`."""
    weight = ' font-weight="700"' if bold else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{colour}"{weight}>{escape(words)}</text>'


def level(left: int, right: int, y: float, count: int) -> str:
    """A line of the scale behind a curve, with its count before it."""
    line = f'<path d="M{left} {y:g}H{right}" stroke="#e3e3e3"/>'
    return line + text(left - 8, y + 4, thousands(count), anchor="end")
