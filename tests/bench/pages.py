"""How much of an article is read, and at what cost, beside trafilatura alone: `python -m tests.bench_pages`.

Each theme's page of tests/data is rendered with invented bodies in the markup that editors make (lists,
tables, lines with <br>, cards, headings) inside a menu and a footer; such a page has about 40 kB. F1 is over
words, the body against what was put in; the cost is CPU time a page.
"""

import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import trafilatura

from scrapers.article import prune, scope
from scrapers.fallback import read_unknown
from scrapers.markup import tree
from scrapers.pages import parse_page

DATA = Path(__file__).parent / "data"
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


def recall(markup: str) -> str:
    return trafilatura.extract(markup, favor_recall=True, include_comments=False) or ""


def default(markup: str) -> str:
    return trafilatura.extract(markup) or ""


READERS: dict[str, Callable[[str], str]] = {
    "themes": ours,
    "unknown": unknown,
    "traf. recall": recall,
    "traf. default": default,
}


def measure(theme: str) -> dict[str, tuple[float, float]]:
    """For each reader the mean F1 and the CPU time a page in milliseconds."""
    template = (DATA / f"page_{theme}.html").read_text(encoding="utf-8")
    made = [(body, page(template, body)) for body in bodies(random.Random(SEED))]
    results = {}
    for name, read in READERS.items():
        read(made[0][1])  # caches are warm in a long run, too
        start = time.process_time()
        texts = [read(markup) for _, markup in made]
        spent = (time.process_time() - start) / len(made) * 1000
        score = sum(f1(text, body) for text, (body, _) in zip(texts, made, strict=True)) / len(made)
        results[name] = (score, spent)
    return results


def main() -> int:
    """Print the table; 1 when a known theme is read worse than 0.99 or dearer than by trafilatura alone."""
    sys.stdout.write(f"{'theme':<12}" + "".join(f"{name:>22}" for name in READERS) + "\n")
    totals: dict[str, list[tuple[float, float]]] = {name: [] for name in READERS}
    for theme in THEMES:
        row = measure(theme)
        base = row["traf. recall"][1]
        sys.stdout.write(f"{theme:<12}")
        for name, (score, spent) in row.items():
            totals[name].append((score, spent))
            sys.stdout.write(f"    F1 {score:.3f}  CPU x{spent / base:.2f}")
        sys.stdout.write("\n")
    base = sum(spent for _, spent in totals["traf. recall"])
    sys.stdout.write(f"{'all':<12}")
    for results in totals.values():
        score = sum(one for one, _ in results) / len(results)
        sys.stdout.write(f"    F1 {score:.3f}  CPU x{sum(spent for _, spent in results) / base:.2f}")
    sys.stdout.write(f"\ntrafilatura alone (recall): {base / len(THEMES):.1f} ms a page\n")
    good = all(score >= 0.99 for score, _ in totals["themes"])
    cheap = sum(spent for _, spent in totals["themes"]) <= base
    return 0 if good and cheap else 1


if __name__ == "__main__":
    raise SystemExit(main())
