"""How much of an article is read, and at what cost, beside trafilatura: `python -m tests.bench.pages`.

Each theme's page of tests/data is rendered with invented bodies in the markup that editors make (lists,
tables, lines with <br>, cards, headings, boxes beside each other) inside a menu and a footer; such a page has
about 40 kB. F1 is over words, the body against what was put in; the cost is CPU time a page. trafilatura is
run by its own Python in `.peers/`.
"""

import json
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from scrapers.pages.article import prune, scope
from scrapers.pages.fallback import read_unknown
from scrapers.pages.markup import tree
from scrapers.pages.pages import parse_page

DATA = Path(__file__).parent.parent / "data"
PEER = Path(__file__).with_name("peer_trafilatura.py")
PYTHON = Path(__file__).resolve().parents[2] / ".peers" / "bin" / "python"
URL = "https://www.comune.collefiorito.example/novita/articolo/"
THEMES = (
    "wordpress",
    "static",
    "municipium",
    "comweb",
    "openpa",
    "egov",
    "plone",
    "sinet",
    "magnolia",
    "peopleweb",
)
BODIES = 12
SEED = 3
_BODY = re.compile("<!--body-->.*<!--/body-->", re.DOTALL)
_WORD = re.compile(r"\w+")
_SUBJECTS = "La biblioteca|Il mercato settimanale|L'ufficio anagrafe|La piscina comunale|Il centro diurno"
_DOINGS = "resta chiuso|cambia orario|riapre al pubblico|si trasferisce|accoglie le domande"
_PLACES = "in via dei Mulini|in piazza Duomo|al palazzo comunale|presso la scuola Verdi|nel parco del Rio"
_WHENS = "da lunedì 9 novembre|dalle ore 8:30 alle 12|entro il 30 aprile 2027|ogni secondo sabato|in estate"
_MORE = (
    "per i lavori di manutenzione|salvo maltempo|su prenotazione|con ingresso gratuito|a cura della Pro loco"
)


def sentence(chance: random.Random) -> str:
    parts = (_SUBJECTS, _DOINGS, _PLACES, _WHENS, _MORE)
    return (
        " ".join(chance.choice(part.split("|")) for part in parts) + f" (avviso n. {chance.randint(2, 99)})."
    )


def bodies(chance: random.Random) -> Iterator[str]:
    """Markup of `BODIES` invented texts, each in another dress."""
    dresses: tuple[Callable[[list[str]], str], ...] = (
        lambda rows: "".join(f"<p>{row}</p>" for row in rows),
        lambda rows: (
            f"<p>{rows[0]}</p><ul>" + "".join(f"<li><span>{row}</span></li>" for row in rows[1:]) + "</ul>"
        ),
        lambda rows: "<p>" + "<br>".join(rows) + "</p>",
        lambda rows: "".join(f"<div>{row}</div>" for row in rows),
        lambda rows: (
            f"<p>{rows[0]}</p><table><tbody>"
            + "".join(f"<tr><td>{row}</td><td>{len(row)}</td></tr>" for row in rows[1:])
            + "</tbody></table>"
        ),
        lambda rows: "".join(
            f"<div class='card card-teaser'><div class='card-body'><p>{row}</p></div></div>" for row in rows
        ),
        lambda rows: "".join(f"<h3>{row[:30]}</h3><p>{row}</p>" for row in rows),
        lambda rows: "".join(
            f"<div class='row'><div class='col'>{''.join(f'<p>{row}</p>' for row in part)}</div></div>"
            for part in (rows[: len(rows) * 2 // 3], rows[len(rows) * 2 // 3 :])
        ),
        lambda rows: "<ol>" + "".join(f"<li><strong>{row}</strong></li>" for row in rows) + "</ol>",
    )
    for number in range(BODIES):
        rows = [sentence(chance) for _ in range(chance.randint(3, 14))]
        yield dresses[number % len(dresses)](rows)


def page(template: str, body: str) -> str:
    """A whole page: the theme's template around `body`, with a menu and a footer."""
    link = (
        '<li class="nav-item"><a class="nav-link" href="/voce/{0}/"><span>Voce del menu {0}</span></a></li>'
    )
    menu = "".join(link.format(number) for number in range(250))
    card = '<li><a class="footer-link" href="/piede/{0}/">Collegamento utile {0}</a></li>'
    foot = "".join(card.format(number) for number in range(180))
    text = _BODY.sub(lambda _: body, template)
    text = re.sub(
        r"(<header[^>]*>)", rf"\1<nav class='navbar'><ul class='navbar-nav'>{menu}</ul></nav>", text, count=1
    )
    return re.sub(r"(<footer[^>]*>)", rf"\1<ul class='footer-list'>{foot}</ul>", text, count=1)


def words(text: str) -> Counter[str]:
    bare = re.sub(r"\]\([^)]*\)|^ *\d+\. ", " ", text, flags=re.MULTILINE)  # addresses, numbers of a list
    return Counter(_WORD.findall(bare.lower()))


def f1(found: str, wanted: str) -> float:
    """Of the words of `found` against those of the markup `wanted`."""
    got, asked = words(found), words(re.sub(r"<[^>]*>", " ", wanted))
    common = (got & asked).total()
    return 2 * common / (got.total() + asked.total()) if common else 0.0


def ours(markup: str) -> str:
    read = parse_page(markup, URL)
    # facts and abstract have their own place in the templates; the body is judged by what stands before them
    return re.split(r"\n\n#+ (?:Date e orari|Luogo|Costi)\n", read.body)[0]


def unknown(markup: str) -> str:
    """The reader of unknown themes on the same page."""
    place = scope(tree(markup))
    prune(place)
    return read_unknown(place, URL)


READERS: dict[str, Callable[[str], str]] = {"themes": ours, "unknown": unknown}


def measure(theme: str) -> dict[str, tuple[float, float]]:
    """For each reader, the peers after ours, the mean F1 and the CPU time a page in milliseconds."""
    template = (DATA / f"page_{theme}.html").read_text(encoding="utf-8")
    made = [(body, page(template, body)) for body in bodies(random.Random(SEED))]
    told: dict[str, tuple[list[str], float]] = {}
    for name, read in READERS.items():
        read(made[0][1])  # caches are warm in a long run, too
        start = time.process_time()
        texts = [read(markup) for _, markup in made]
        told[name] = texts, (time.process_time() - start) / len(made) * 1000
    asked = json.dumps([markup for _, markup in made])
    done = subprocess.run([PYTHON, PEER], input=asked, stdout=subprocess.PIPE, text=True, check=True)
    told |= {name: (found["texts"], found["spent"]) for name, found in json.loads(done.stdout).items()}
    return {
        name: (sum(f1(text, body) for text, (body, _) in zip(texts, made, strict=True)) / len(made), spent)
        for name, (texts, spent) in told.items()
    }


def main() -> int:
    """Print the table; 1 when a known theme is read worse than 0.99 or dearer than by trafilatura alone.

    So too when unknown themes together are read worse than by it, or one of them by more than 0.05.
    """
    if not PYTHON.exists():
        sys.exit("bench: .peers/ is missing; run `make bench`")
    rows = {theme: measure(theme) for theme in THEMES}
    names = list(rows[THEMES[0]])
    totals = {name: [row[name] for row in rows.values()] for name in names}
    rows["all"] = {
        name: (sum(score for score, _ in told) / len(told), sum(spent for _, spent in told) / len(told))
        for name, told in totals.items()
    }
    sys.stdout.write(f"{'theme':<12}" + "".join(f"{name:>22}" for name in names) + "\n")
    for theme, row in rows.items():
        base = row["traf. recall"][1]
        figures = (f"    F1 {score:.3f}  CPU x{spent / base:.2f}" for score, spent in row.values())
        sys.stdout.write(f"{theme:<12}{''.join(figures)}\n")
    peer = rows["all"]["traf. recall"]
    sys.stdout.write(f"trafilatura alone (recall): {peer[1]:.1f} ms a page\n")
    good = all(score >= 0.99 for score, _ in totals["themes"])
    rivals = zip(totals["unknown"], totals["traf. recall"], strict=True)
    good &= rows["all"]["unknown"][0] >= peer[0] and all(mine[0] >= its[0] - 0.05 for mine, its in rivals)
    return 0 if good and rows["all"]["themes"][1] <= peer[1] else 1


if __name__ == "__main__":
    raise SystemExit(main())
