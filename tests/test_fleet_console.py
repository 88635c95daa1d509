"""The console of a fleet: who needs a person comes first, and whatever is shown is a sum or a moment."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from flows.fleet.console import metrics, page
from flows.fleet.console.line import Draft, Line, Need, ordered
from flows.settings import ROOT
from tests.world.builders import NOW
from tests.world.documents import MANUAL
from tests.world.lines import many, troubled, well

DASHBOARD = ROOT / "deployments" / "fleet" / "grafana.json"
FLEET = many(40)


# ------------------------------------------------------------------ the order
def test_each_trouble_is_named_and_the_most_pressing_comes_first() -> None:
    assert well().needs(NOW) == ()
    lines = [replace(line, slug=f"{place:02}") for place, line in enumerate(troubled(well()))]
    assert [line.needs(NOW)[0] for line in lines] == list(Need)
    assert ordered([well(), *reversed(lines)], NOW) == [*lines, well()]
    assert [need.grade for need in Need] == ["subito"] * 10 + ["oggi"] * 6 + ["attesa"]


def test_a_draft_presses_in_its_last_hour_and_after_it() -> None:
    def needs(minutes: float) -> tuple[Need, ...]:
        return replace(well(), drafts=(Draft(NOW + timedelta(minutes=minutes)),)).needs(NOW)

    assert [needs(minutes) for minutes in (-5, 0, 60)] == [(Need.draft_due,)] * 3
    assert needs(61) == (Need.draft,)
    assert replace(well(), drafts=(Draft(None),)).needs(NOW) == (Need.draft,)


def test_of_two_drafts_the_one_that_ends_first_stands_first() -> None:
    late, soon = (
        replace(well(slug), drafts=(Draft(NOW + timedelta(minutes=minutes)),))
        for slug, minutes in (("alfa", 50), ("beta", 20))
    )
    assert [line.slug for line in ordered([late, soon], NOW)] == ["beta", "alfa"]


@given(st.permutations(FLEET))
def test_the_order_depends_on_the_lines_alone(lines: list[Line]) -> None:
    assert ordered(lines, NOW) == ordered(FLEET, NOW)


def test_who_was_not_looked_at_yet_is_not_called_silent() -> None:
    assert Line("alfa", "Comune di Alfa").needs(NOW) == ()
    assert "non ancora letto" in page.html([Line("alfa", "Comune di Alfa")], now=NOW, version="1")


# ------------------------------------------------------------------ the page
class _Read(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(lines: Iterable[Line]) -> _Read:
    return _Read(page.html([*lines], now=NOW, version="0.1.0"))


@given(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1))
def test_what_others_wrote_is_text_and_never_markup(name: str, why: str, word: str) -> None:
    def lines(name: str, why: str, word: str) -> list[Line]:
        return [replace(well(), name=name, ill=why, number=(word,)), Line("beta", name, ill=why)]

    plain = shown(lines("Alfa", "why", "GREEN"))
    assert shown(lines(f"<script>{name}", f"</td><b>{why}", f"&{word}'\"<i>")).elements == plain.elements


def test_why_one_is_ill_is_told_to_who_can_mend_it() -> None:
    """The reason is the program's, in English, within a page in Italian."""
    ill = replace(well(), ill="alfa, beta: have one database")
    assert "per chi gestisce il server: alfa, beta: have one database" in shown([ill]).text
    assert "chi gestisce" not in shown([well()]).text


def test_a_hostile_name_is_shown_as_it_is() -> None:
    assert "<script>alert(1)</script>" in shown([well(name="<script>alert(1)</script>")]).text


def test_it_is_a_table_with_headings_and_without_a_script() -> None:
    read = shown(FLEET)
    tags = [tag for tag, _ in read.elements]
    assert not {"script", "iframe", "img", "form", "input", "style"} & set(tags)
    heads = [dict(attributes).get("scope") for tag, attributes in read.elements if tag == "th"]
    columns = heads.count("col")
    assert heads == ["col"] * columns + ["row"] * len(FLEET)
    spans = [int(dict(attributes).get("colspan") or 1) for tag, attributes in read.elements if tag == "td"]
    assert sum(spans) == (columns - 1) * len(FLEET), "each row fills the table"
    assert ("html", (("lang", "it"),)) in read.elements
    assert tags.count("h1") == tags.count("caption") == tags.count("main") == 1


def test_it_says_in_italian_what_is_known() -> None:
    text = shown(FLEET).text
    for words in (
        *(need.words for need in Need),
        "martedì 24 novembre, ore 10:30",
        "Bollettino 0.1.0, schema 0104",
        "allerte 10:26",
        "1 bozza, fino a 11:20",
        "10:30, fermo: 937 su 1.840",
        "non arrivati 3, da inviare 900",
        "arancione fino a 19:30",
        "455,21 EUR",
        "15/11/2026",
        "Chiave di WhatsApp",
        "alfa, beta: have one database",
    ):
        assert words in text, words


def test_a_line_that_nobody_had_the_time_to_read_again_says_of_when_it_is() -> None:
    old = replace(well(), read_at=NOW - timedelta(minutes=9))
    assert "riga di 10:21" in shown([old]).text
    assert "riga di" not in shown([well()]).text


def test_an_empty_fleet_is_told_as_such() -> None:
    assert "non c'è nessun Comune" in shown([]).text


# ------------------------------------------------------------------ for Prometheus, and what Grafana asks it
def samples(lines: Iterable[Line]) -> list[Sample]:
    text = metrics.exposition([*lines], now=NOW, version="0.1.0").decode()
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


def test_each_comune_has_its_label_and_what_is_not_known_no_sample() -> None:
    found = samples(FLEET)
    by_comune = {sample.labels.get("comune") for sample in found if sample.name != "bollettino_fleet"}
    assert by_comune == {line.slug for line in FLEET}
    ill = next(line for line in FLEET if line.ill)
    own = {sample.name: sample for sample in found if sample.labels.get("comune") == ill.slug}
    assert own.keys() == {
        *("bollettino_comune_info", "bollettino_comune_need"),
        *("bollettino_comune_round_timestamp_seconds", "bollettino_comune_backup_timestamp_seconds"),
    }
    needs = {
        (sample.labels["comune"], sample.labels["need"])
        for sample in found
        if sample.name == "bollettino_comune_need"
    }
    assert needs == {(line.slug, need.value) for line in FLEET for need in line.needs(NOW)}


@given(st.text(), st.text())
def test_whatever_a_label_holds_is_read_back(name: str, word: str) -> None:
    found = {sample.name: sample for sample in samples([replace(well(name=name), number=(word,))])}
    assert found["bollettino_comune_info"].labels["name"] == name
    assert found["bollettino_comune_number"].labels["word"] == word


def given_by_us() -> dict[str, set[str]]:
    """Name of a metric -> its labels."""
    found: dict[str, set[str]] = {}
    for sample in samples(FLEET):
        found.setdefault(sample.name, set()).update(sample.labels)
    return found


def asked(document: str) -> list[str]:
    """The questions of a dashboard in PromQL, those of its variables among them."""
    told = json.loads(document)
    panels = [one for panel in told["panels"] for one in (panel, *panel.get("panels", ()))]
    targets = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    return targets + [one["query"]["query"] for one in told["templating"]["list"] if one["type"] == "query"]


def strangers(questions: Iterable[str]) -> set[str]:
    """What they ask for and we do not give: names of metrics, and labels of them."""
    ours, found = given_by_us(), set()
    for question in questions:
        bare = re.sub(r'"[^"]*"', '""', question)
        names = set(re.findall(r"\bbollettino_\w+", bare))
        found |= names - ours.keys()
        labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", bare))
        for inner in re.findall(r"\bby\s*\(([^)]*)\)|label_values\([^,]*,([^)]*)\)", bare):
            labels |= {label.strip() for label in ",".join(inner).split(",") if label.strip()}
        found |= labels - set().union(*(ours.get(name, set()) for name in names))
    return found


def test_the_dashboard_asks_only_for_what_we_give() -> None:
    questions = asked(DASHBOARD.read_text(encoding="utf-8"))
    assert len(questions) > 20
    assert strangers(questions) == set()
    told = set(re.findall(r"bollettino_\w+", " ".join(questions)))
    assert told == given_by_us().keys(), "and shows all of it"


@pytest.mark.parametrize(
    ("question", "stranger"),
    [
        ("sum(bollettino_comune_sandwiches)", "bollettino_comune_sandwiches"),
        ('bollettino_comune_drafts{town=~"$comune"}', "town"),
        ("count by (reason) (bollettino_comune_need)", "reason"),
        ("label_values(bollettino_comune_info, town)", "town"),
    ],
)
def test_a_planted_question_that_we_cannot_answer_is_named(question: str, stranger: str) -> None:
    assert strangers([question]) == {stranger}


def test_the_dashboard_is_whole_and_speaks_italian_of_our_labels() -> None:
    told = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    panels = told["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["title"] for panel in panels)
    rows = [panel["title"] for panel in panels if panel["type"] == "row"]
    assert rows[0] == "Chi ha bisogno di una persona"
    taken = [
        (x, y)
        for panel in panels
        for at in [panel["gridPos"]]
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(set(taken)) == len(taken), "no panel lies over another"
    assert max(x for x, _ in taken) < 24
    labels = set().union(*given_by_us().values())
    legends = [target["legendFormat"] for panel in panels for target in panel.get("targets", ())]
    assert {name for legend in legends for name in re.findall(r"{{(\w+)}}", legend)} <= labels


def test_the_manual_tells_of_each_metric_and_of_no_other() -> None:
    section = MANUAL.section("Many Comuni on one machine")
    assert set(re.findall(r"`(bollettino_\w+)`", section)) == given_by_us().keys()
    for need in Need:
        assert need.grade in section
