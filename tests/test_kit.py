"""The papers before a service opens, and what is handed over: filled in, reckoned right, without a secret."""

import json
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.kit import inventory, launch, papers
from flows.profiles.places import TO_FILL
from flows.profiles.urgent import StandingOrder
from flows.profiles.watchdog import Watchdog
from flows.settings import DEMO, Settings, load_profile
from flows.whatsapp.account import LIMITS
from tests.test_cli_verbs import _own_environment, flows
from tests.world.comune import Comune

__all__ = ["_own_environment"]  # the fixture

CONFIRMED_BY = ("da confermare", "da completare")
LEGAL = {"delibera.md", "dpia.md", "responsabili.md", "cloud-e-accessibilita.md", "confronto.md"}
LAW = re.compile(
    r"\blegge \d|D\.Lgs\.|\bdecreto|GDPR|\barticol[oi] \d|\bCAD\b|Piano triennale|Garante|AgID|\bACN\b|NIS2|"
    r"WP 248|valore legale|\bSEND\b|IT-alert|Data Processing Terms|del Sindaco|urn:x-italian-pa|codice IPA|"
    r"72 ore|base giuridica|Unione europea|con disabilità|conservazione",
    re.IGNORECASE,
)
DEMO_SETTINGS = Settings(load_profile(DEMO), DEMO, Path("/nowhere"))


def written(settings: Settings, now: datetime, expected: int = 3000) -> dict[str, str]:
    return papers.papers(settings, subscribers=12, expected=expected, now=now)


def test_no_place_of_the_profile_is_left_open(settings: Settings, now: datetime) -> None:
    for name, text in written(settings, now).items():
        assert not re.findall(r"\{\w+\}", text), name


def test_the_papers_name_the_comune_its_people_and_its_ground(settings: Settings, now: datetime) -> None:
    contents = written(settings, now)
    assert "Anna Redazione, Bruno Vice" in contents["delibera.md"]
    assert settings.profile.privacy.basis in contents["delibera.md"]
    assert "oggi 12" in contents["registro.md"]
    assert TO_FILL in contents["responsabili.md"]  # the demo names no provider


def test_the_comune_s_own_notice_and_terms_are_the_papers_and_are_handed_over(
    now: datetime, comune: Comune
) -> None:
    own = comune.settings.path.with_suffix(".testi")
    assert f"in `{own}`: NESSUNO" in inventory.report(comune.settings, now=now, is_offline=True)
    own.mkdir()
    for name in ("informativa.md", "condizioni.md"):
        (own / name).write_text(f"# Nostra {name}\n")
    comune.reprofile()  # as the next command finds it
    contents = written(comune.settings, now)
    assert contents["informativa.md"] == "# Nostra informativa.md\n"
    assert contents["condizioni.md"] == "# Nostra condizioni.md\n"
    assert f"in `{own}`: informativa.md, condizioni.md" in inventory.report(
        comune.settings, now=now, is_offline=True
    )


def test_each_legal_paper_says_who_has_to_confirm_it(settings: Settings, now: datetime) -> None:
    contents = written(settings, now)
    assert {*LEGAL, "leggimi.md"} <= contents.keys()
    for name in LEGAL:
        assert any(word in contents[name].lower() for word in CONFIRMED_BY), name


def blocks(text: str) -> list[str]:
    """Paragraphs, items of a list, and tables; a table together with what is said below it in italics."""
    lines = [f"\n\n{line}" if re.match(r"- |\d+\. |#", line) else line for line in text.splitlines()]
    parts = [part for part in re.split(r"\n\s*\n", "\n".join(lines)) if part.strip()]
    found: list[str] = []
    for part in parts:
        if part.startswith("*") and found and found[-1].startswith("|"):
            found[-1] += f"\n{part}"
        else:
            found.append(part.strip())
    return found


def lacking(block: str) -> list[str]:
    """What a statement about the law does not say: where it was read, or who has to confirm it."""
    head, _, below = block.partition("\n|-")
    columns = [cell.strip() for cell in head.split("|")] if block.startswith("|") else []
    said = block.lower() if not columns else "\n".join(
        line for line in below.lower().splitlines() if not line.startswith("|")
    )  # fmt: skip
    return [
        word
        for word, pattern, column in (
            ("source", r"\bfonte[:,]", "fonte"),
            ("confirmed by", r"\bda confermare: \w", "da confermare da"),
        )
        if not re.search(pattern, said) and not _has_column(block, columns, column)
    ]


def _has_column(block: str, columns: list[str], name: str) -> bool:
    """And something in each of its cells; a table across has a row of that name instead."""
    rows = [[cell.strip() for cell in line.split("|")] for line in block.splitlines() if line[:1] == "|"][2:]
    if name in columns:
        return all(row[columns.index(name)] for row in rows)
    return any(row[1] == name and all(row[1:-1]) for row in rows)


def test_each_statement_about_the_law_has_its_source_and_who_confirms_it() -> None:
    stated = {
        (path.name, block[:80]): lacking(block)
        for path in papers.TEXTS.glob("*.md")
        for block in blocks(path.read_text(encoding="utf-8"))
        if LAW.search(block) and not block.startswith("#")
    }
    assert {name for name, _ in stated} >= LEGAL
    assert {where: words for where, words in stated.items() if words} == {}


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ("- il Garante lo vieta;", ["source", "confirmed by"]),
        ("- il Garante lo vieta; *da confermare: DPO*", ["source"]),
        ("- GDPR, articolo 28; *fonte: l'articolo; da confermare: *", ["confirmed by"]),
        ("| norma | qui | da confermare da |\n|---|---|---|\n| CAD | sì | RTD |", ["source"]),
        ("| norma | fonte | da confermare da |\n|---|---|---|\n| CAD | | RTD |", ["source"]),
        ("| norma | fonte | da confermare da |\n|---|---|---|\n| CAD | letta | RTD |", []),
        ("| norma | qui |\n|---|---|\n| CAD | sì |\n*Fonte: la norma. Da confermare: RTD.*", []),
    ],
)
def test_a_statement_without_one_of_the_two_is_seen(block: str, words: list[str]) -> None:
    assert LAW.search(block)
    assert lacking(block) == words


def test_the_first_page_lists_every_paper(settings: Settings, now: datetime) -> None:
    contents = written(settings, now)
    listed = set(re.findall(r"`([a-z-]+\.(?:md|html))`", contents["leggimi.md"]))
    assert listed == contents.keys() - {"leggimi.md"}


def test_the_poster_says_how_to_come_and_how_to_leave(settings: Settings, now: datetime) -> None:
    page = written(settings, now)[papers.POSTER]
    assert "<svg" in page
    for words in ("ATTIVA", "DISATTIVA", settings.words["numero_servizio"], "PROVA", "112"):
        assert words in page
    assert not re.search(r'(?:src|href)="', page)  # whoever prints it asks nobody


def test_a_paper_that_a_person_filled_in_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "delibera.md").write_text("la nostra", encoding="utf-8")
    with pytest.raises(papers.KitError, match=r"delibera\.md already there"):
        papers.write(tmp_path, {"delibera.md": "un'altra", "dpia.md": "nuova"})
    assert (tmp_path / "delibera.md").read_text(encoding="utf-8") == "la nostra"
    assert not (tmp_path / "dpia.md").exists()


@given(people=st.integers(1, 200_000))
def test_a_year_costs_what_its_messages_cost(people: int) -> None:
    # two slots, 52 weeks, two alerts a month; the demo's invented prices
    by_hand = Decimal(people) * (104 * Decimal("0.06") + 24 * Decimal("0.03"))
    assert launch.cost_of_year(DEMO_SETTINGS, people) == by_hand


@given(people=st.integers(1, 200_000))
def test_a_bulletin_fits_a_limit_or_says_how_many_days_it_would_take(people: int) -> None:
    rows = list(launch.limits(people))
    assert len(rows) == len(LIMITS)
    for row, limit in zip(rows, LIMITS.values(), strict=True):
        if limit is None or people <= limit:
            assert row.endswith("parte intero |")
        else:
            (days,) = map(int, re.findall(r"(\d+) giorni", row))
            assert (days - 1) * limit < people <= days * limit


def test_without_a_price_no_cost_is_told(settings: Settings, now: datetime) -> None:
    profile = settings.profile.model_copy(update={"prices": None})
    text = written(Settings(profile, settings.path, settings.state), now)["costi.md"]
    assert "la spesa non è stimata" in text
    assert "EUR" not in text


def test_who_takes_over_reads_no_secret(comune: Comune, capsys: pytest.CaptureFixture[str]) -> None:
    assert flows(comune, "handover", "--offline") == 0
    text = capsys.readouterr().out
    for title in ("Installazione", "Persone", "Chiavi, per impronta", "Copie", "Date", "Aperto"):
        assert f"## {title}\n" in text
    assert "Anna Redazione" in text
    assert "non si fanno copie" in text
    assert "Nessuno ha un accesso suo" in text
    secrets = comune.settings.secrets
    for secret in (secrets.encryption_keys, secrets.lookup_key, secrets.whatsapp_token, secrets.app_secrets):
        for part in secret.get_secret_value().split(","):
            assert part not in text
    assert not re.search(r"\+?39\s?3\d\d", text.replace("333 123 4567", ""))  # no citizen, no editor


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (Watchdog(), "NESSUNO"),
        (Watchdog(ping_url="https://hc.example/key"), "hc.example; controlli: uno per tutto"),
        (
            Watchdog(ping_url="https://hc.example/key", checks={"round": "es", "slots": "es-slot"}),
            "hc.example; controlli: es (round), es-slot (slots)",
        ),
    ],
)
def test_who_calls_when_the_service_is_silent(comune: Comune, table: Watchdog, told: str) -> None:
    profile = comune.settings.profile.model_copy(update={"watchdog": table})
    ours = comune.settings
    settings = Settings(profile, ours.path, ours.state, ours.database)
    text = inventory.report(settings, now=comune.now, is_offline=True)
    assert f"Chi chiama quando il servizio tace: {told}" in text
    assert "/key" not in text, "who knows it can say that all is well"


def test_dates_that_end_are_told_in_order(comune: Comune) -> None:
    order = StandingOrder(
        act="disposizione n. 1", author="Sindaco", levels=["rossa"], expires=date(2027, 1, 9), minutes=30
    )
    urgent = comune.settings.profile.urgent.model_copy(update={"standing_order": order})
    profile = comune.settings.profile.model_copy(update={"urgent": urgent})
    ours = comune.settings
    settings = Settings(profile, ours.path, ours.state, ours.database)
    text = inventory.report(settings, now=comune.now, is_offline=True)
    section = text.partition("## Date\n\n")[2].partition("\n\n")[0]
    days = [datetime.strptime(line[2:12], "%d.%m.%Y") for line in section.splitlines()]  # noqa: DTZ007
    assert days == sorted(days)
    assert "09.01.2027: ultimo giorno dell'ordine permanente (disposizione n. 1)" in section


def test_the_kit_is_written_before_the_first_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from flows.__main__ import main

    monkeypatch.setenv("BOLLETTINO_STATE", str(tmp_path / "none"))
    folder = tmp_path / "carte"
    assert main(["kit", str(folder), "--subscribers", "900", "--dry-run"]) == 0
    assert not folder.exists()
    capsys.readouterr()
    assert main(["kit", str(folder), "--subscribers", "900", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert sorted(path.name for path in folder.iterdir()) == told["files"]
    assert "**900**" in (folder / "costi.md").read_text(encoding="utf-8")
    assert main(["kit", str(folder)]) == 2
