"""What a verb tells: lines for a person as they come, or with --json one document for a program at the end.

Colour, tables and bars are for a terminal only: what is piped or kept stays the plain lines. Nothing of rich
is imported where nobody sees it.
"""

import json
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

Row = Mapping[str, object]
Advance = Callable[[float | None, str], None]
"""Told how far it is, 0 to 1 or None where nobody knows, and what is being done."""

MARKS = (  # how a word that decides something is coloured, wherever it stands
    (r": NON PARTE\.|\bnot set\b|\bmissing\b|\bdoes NOT\b|\bstopped\b", "bold red"),
    (r": attenzione\.|ATTENZIONE|\bwould \w+", "yellow"),
    (r"^  guasto\b", "bold red"),  # of a table
    (r"^  attenzione\b", "yellow"),
    (r"^  a posto\b", "green"),
    (r": a posto\.|\bas ours\b|\bnothing to do\b", "green"),
)


class Output:
    """Standard output of one verb.

    `keys` are those that the verb's --help documents: a document with another one is a defect of ours. None:
    nobody asks for a document.
    """

    def __init__(self, *, as_json: bool = False, keys: Collection[str] | None = None) -> None:
        self.as_json = as_json
        self._keys = keys
        self._document: dict[str, object] = {}
        self._whole: str | None = None

    def say(self, *lines: str) -> None:
        """For a person, at once."""
        if self.as_json:
            return
        if sys.stdout.isatty():
            _paint(lines)
        else:
            sys.stdout.write("".join(f"{line}\n" for line in lines))

    def refuse(self, line: str) -> None:
        """What could not be done: for a program an error, so it stands on standard error."""
        if self.as_json:
            self.trouble(line)
        else:
            self.say(line)

    def trouble(self, line: str) -> None:
        """On standard error, whoever reads."""
        trouble(line)

    def keep(self, **values: object) -> None:
        """For a program. A telephone number has no place in it."""
        if self._keys is not None and (strange := values.keys() - set(self._keys)):
            raise KeyError(f"not documented: {', '.join(sorted(strange))}")
        self._document |= values

    def add(self, key: str, row: Row) -> None:
        """To a list for a program."""
        before = self._document.get(key, [])
        self.keep(**{key: [*before, row] if isinstance(before, list) else [row]})

    def whole(self, text: str) -> None:
        """A document that is kept elsewhere, too, as it is."""
        self._whole = text

    def table(
        self, key: str, rows: Sequence[Row], plain: Iterable[str] = (), *, show: Iterable[str] = ()
    ) -> None:
        """The same rows for a program, for a terminal, and as plain lines. `show`: only these columns."""
        self.keep(**{key: list(rows)})
        if not self.as_json and sys.stdout.isatty() and rows:
            _draw(rows, [*show] or [*rows[0]])
        else:
            self.say(*plain)

    @contextmanager
    def progress(self, what: str) -> Iterator[Advance]:
        """A bar on standard error while something takes its time."""
        if not sys.stderr.isatty():
            yield lambda _share, _what: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (BarColumn(), TimeElapsedColumn(), TextColumn("{task.fields[what]}", markup=False))
        console = Console(stderr=True)
        # what is said meanwhile may go to a file, which rich would send to the terminal instead
        with Progress(*columns, console=console, transient=True, redirect_stdout=False) as bars:
            bar = bars.add_task(what, total=None, what=what)

            def advance(share: float | None, now: str) -> None:
                bars.update(bar, total=None if share is None else 1.0, completed=share or 0.0, what=now)

            yield advance

    def close(self) -> None:
        """Print the document, also of a verb that failed half-way: what it did before is done."""
        if not self.as_json:
            return
        if self._whole is not None:
            sys.stdout.write(f"{self._whole}\n")
        elif self._document:
            sys.stdout.write(f"{json.dumps(self._document, ensure_ascii=False, indent=2, default=as_text)}\n")
        self._document, self._whole = {}, None


def trouble(line: str) -> None:
    """An error or a warning, on standard error."""
    if not sys.stderr.isatty():
        print(line, file=sys.stderr)
        return
    from rich.console import Console

    style = "yellow" if "warning: " in line else "red"
    Console(stderr=True, highlight=False).print(line, style=style, markup=False, soft_wrap=True)


def as_text(value: Any) -> str:
    """Days and moments are ISO 8601; amounts, paths and addresses are their own text, of a list each."""
    if isinstance(value, list):
        return ", ".join(map(as_text, value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _paint(lines: Iterable[str]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for line in lines:
        text = Text.from_ansi(line)
        for pattern, style in MARKS:
            text.highlight_regex(pattern, style)
        console.print(text, soft_wrap=True)


def _draw(rows: Sequence[Row], columns: Sequence[str]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for key in columns:
        is_number = all(isinstance(row.get(key), int | float) for row in rows)
        table.add_column(key.replace("_", " "), justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        cells = [Text("-" if row.get(key) is None else as_text(row[key])) for key in columns]
        for cell in cells:
            for pattern, style in MARKS:
                cell.highlight_regex(pattern, style)
        table.add_row(*cells)
    Console(highlight=False).print(table)
