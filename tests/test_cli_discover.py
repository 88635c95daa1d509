"""`discover`: whose site it is, its alert zones, and a profile that loads. Nothing is guessed."""

import os
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.__main__ import main
from flows.cli.discover import default_archive, discover, whose_site
from flows.cli.new_profile import Draft, draft_profile
from flows.settings import DEMO, SettingsError, load_profile
from scrapers.sites.comuni import named
from scrapers.sites.discover import FoundFeed, FoundList, Survey
from scrapers.sites.families import UNKNOWN
from tests.world.sandbox_town import Town
from tests.world.served import Answer, Served, home, html, rss, serve

pytestmark = pytest.mark.slow  # a site is read for each test

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def surveyed(address: str, *titles: str) -> Survey:
    return Survey(address, UNKNOWN, titles, (), (), (), ())


def test_whose_site_it_is_is_never_guessed() -> None:
    both = whose_site(surveyed("https://www.comune.marino.rm.it", "Comune di Marino - Home"))
    assert both.comune is not None
    assert both.how == "the host name and the title of the home page"
    assert [one.province for one in whose_site(surveyed("https://www.comune.livo.it")).comuni] == ["CO", "TN"]
    clash = whose_site(surveyed("https://www.comune.marino.rm.it", "Comune di Lodi"))
    assert clash.comune is None
    assert [one.name for one in clash.comuni] == ["Marino", "Lodi"]
    assert whose_site(surveyed("https://www.esempio.it", "Home")).comuni == ()
    told = whose_site(surveyed("https://www.comune.marino.rm.it"), istat="015195")
    assert told.comune is not None
    assert told.comune.name == "San Giuliano Milanese"
    assert whose_site(surveyed("https://x.example"), comune="Samone").comune is None
    assert whose_site(surveyed("https://x.example"), istat="999999").comuni == ()


def test_the_official_archive_is_asked_but_for_a_site_on_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("BOLLETTINO_PROFILE", raising=False)
    assert default_archive("https://www.comune.marino.rm.it").startswith("https://raw.githubusercontent.com/")
    assert (
        default_archive("http://127.0.0.1:8600/sito") == "http://127.0.0.1:8600/dpc/files/all/latest_all.zip"
    )


def test_the_profile_in_force_tells_the_archive_but_never_a_made_up_one_for_a_real_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mio.toml"
    monkeypatch.setenv("BOLLETTINO_PROFILE", str(path))
    for archive, real in (
        ("http://127.0.0.1:8700/dpc/files/all/latest_all.zip", "https://raw.githubusercontent.com/"),
        ("https://mirror.example.org/all/latest_all.zip", "https://mirror.example.org/all/latest_all.zip"),
    ):
        text = DEMO.read_text(encoding="utf-8")
        own = "http://127.0.0.1:8600/dpc/files/all/latest_all.zip"
        assert own in text
        path.write_text(text.replace(own, archive), encoding="utf-8")
        assert default_archive("http://127.0.0.1:8600/sito") == archive
        assert default_archive("https://www.comune.marino.rm.it").startswith(real)
    path.write_text("slug = 1", encoding="utf-8")
    with serve({"/": home("egov")}) as served:
        assert main(["discover", served.address, "--comune", "Lodi"]) == 2
    assert f"error: {path}, line 1: slug:" in capsys.readouterr().err


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Served]:
    """The sandbox's site and archive behind a real server."""
    town = Town(tmp_path / "town")

    def answer(path: str) -> Answer:
        got = town.client.get(path, headers={"Host": host[0]})
        return got.status_code, {"Content-Type": got.headers.get("content-type", "")}, got.content

    host = [""]
    with serve(answer) as served:
        host[0] = served.address.removeprefix("http://")
        yield served
    town.world.store.close()


def filled(text: str) -> str:
    """What a person does: a value for each CHECK."""
    text = text.replace("https://CHECK", "https://bollettino.example.org")
    text = text.replace('numero_servizio = "CHECK"', 'numero_servizio = "02 1234 5678"')
    text = re.sub(r'"CHECK[^"]*"', '"valore"', text)
    return text.replace('phone_number_id = "0"', 'phone_number_id = "1"').replace(
        'waba_id = "0"', 'waba_id = "2"'
    )


def test_the_sandbox_is_discovered_and_its_profile_loads(
    sandbox: Served,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    archive = f"{sandbox.address}/dpc/files/all/latest_all.zip"
    arguments = [
        "discover",
        f"{sandbox.address}/sito",
        "--comune",
        "San Giuliano Milanese",
        "--alerts",
        archive,
    ]
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert "system: WordPress" in err
    assert f"{sandbox.address}/sito/feed/: the channel is empty" in err
    assert "missing" not in err
    path = tmp_path / "draft.toml"
    path.write_text(filled(out), encoding="utf-8")
    profile = load_profile(path)
    assert profile.sources.feeds == [f"{sandbox.address}/sito/feed/?post_type=notizia"]
    assert profile.alert_zones == ["Lomb-09"]
    assert (profile.istat, profile.slug, profile.stage) == ("015195", "san-giuliano-milanese", "trial")
    assert profile.names.del_comune == "del Comune di San Giuliano Milanese"
    assert profile.closures.province == "MI"
    assert "# Lomb-09: Nodo Idraulico di Milano" in out
    assert "IT003" in out


def test_without_a_comune_the_profile_waits_for_one(
    sandbox: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = f"{sandbox.address}/dpc/files/all/latest_all.zip"
    assert main(["discover", f"{sandbox.address}/sito", "--alerts", archive]) == 2
    out, err = capsys.readouterr()
    assert "missing: the Comune: neither 127.0.0.1 nor the title" in err
    assert "missing: the alert zone: the Comune must be known first" in err
    assert 'istat = "CHECK"' in out
    assert "# MISSING the Comune" in out
    assert archive not in sandbox.asked


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--comune", "Samone"], "several fit (--comune Samone): Samone (TO), ISTAT 001235; Samone (TN)"),
        (["--comune", "San Giulian Milanese"], "did you mean San Giuliano Milanese (MI), ISTAT 015195?"),
        (["--istat", "15195"], "--istat 15195 is no ISTAT code"),
        (["--comune", "Abano Terme"], "no list of the bulletin"),
    ],
)
def test_what_is_not_clear_is_asked(
    sandbox: Served,
    arguments: list[str],
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    archive = f"{sandbox.address}/dpc/files/all/latest_all.zip"
    assert main(["discover", f"{sandbox.address}/sito", "--alerts", archive, *arguments]) == 2
    out, err = capsys.readouterr()
    assert words in err
    assert 'alert_zones = ["CHECK"]' in out


def test_several_zones_are_all_in_the_profile(sandbox: Served, capsys: pytest.CaptureFixture[str]) -> None:
    archive = f"{sandbox.address}/dpc/files/all/latest_all.zip"
    assert main(["discover", f"{sandbox.address}/sito", "--alerts", archive, "--comune", "Roma"]) == 0
    assert 'alert_zones = ["Lazi-A", "Lazi-B", "Lazi-D", "Lazi-E", "Lazi-F"]' in capsys.readouterr().out


def test_a_site_without_a_feed_gets_a_listing_and_a_site_that_moved_is_told(
    sandbox: Served,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rest = ["--alerts", f"{sandbox.address}/dpc/files/all/latest_all.zip", "--comune", "Lodi"]
    with serve({"/": home("egov")}) as served:
        egov = served.address
        assert main(["discover", egov, *rest]) == 0
    out = capsys.readouterr().out
    path = tmp_path / "draft.toml"
    path.write_text(filled(out), encoding="utf-8")
    profile = load_profile(path)
    assert profile.sources.feeds == []
    assert [one.address for one in profile.sources.listings] == [egov]
    with serve({"/": (301, {"Location": "https://www.comune.altrove.lo.it/"}, b"")}) as served:
        assert main(["discover", served.address, *rest]) == 2
    assert "if that is the Comune's site, discover it there" in capsys.readouterr().err


def test_words_of_a_server_stay_within_their_comment(
    sandbox: Served,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A title is not TOML, and a terminal is not for a server to write on."""
    cards = "".join(
        f'<article><a href="/novita/notizia-{n}">Primo\nstage = "production"\x1b[2J\x85</a></article>'
        for n in range(3)
    )
    page = html(f"<!doctype html><title>Comune di Lodi\n\x1b[2J</title><main>{cards}</main>")
    archive = f"{sandbox.address}/dpc/files/all/latest_all.zip"
    with serve({"/": page}) as served:
        assert main(["discover", served.address, "--alerts", archive, "--comune", "Lodi"]) == 0
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err
    path = tmp_path / "draft.toml"
    path.write_text(filled(out), encoding="utf-8")
    assert load_profile(path).stage == "trial"


def test_a_draft_is_refused_by_the_loader_until_its_values_are_there(
    sandbox: Served,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    archive = f"{sandbox.address}/dpc/files/all/latest_all.zip"
    path = tmp_path / "draft.toml"
    assert main(["discover", f"{sandbox.address}/sito", "--alerts", archive, "--write", str(path)]) == 2
    assert capsys.readouterr().out == ""
    with pytest.raises(SettingsError, match="istat"):
        load_profile(path)
    before = path.read_bytes()
    assert main(["discover", f"{sandbox.address}/sito", "--write", str(path)]) == 2
    assert "is not overwritten" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_an_archive_that_is_down_costs_only_the_zone(
    sandbox: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        "discover",
        f"{sandbox.address}/sito",
        "--istat",
        "015195",
        "--alerts",
        f"{sandbox.address}/niente.zip",
    ]
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert (
        "the bulletin's lists could not be read; try again later, or give another archive's address with "
        in err
    )
    assert "--alerts" in err
    assert "post_type=notizia" in out
    assert err.count("missing: ") == 1


def test_the_environment_stays_as_it_was(sandbox: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """No installation is entered: discover runs before there is one."""
    before = dict(os.environ)
    main(["discover", f"{sandbox.address}/sito", "--alerts", f"{sandbox.address}/niente.zip"])
    assert dict(os.environ) == before
    assert capsys.readouterr().out.endswith('url = "https://CHECK/informativa"\n')


def test_a_feed_that_fell_asleep_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    front = html(
        "<!doctype html><title>Comune</title><link rel='alternate' type='application/rss+xml' href='/r'>"
    )
    with serve({"/": front, "/r": rss(NOW - timedelta(days=90))}) as served:
        niente = f"{served.address}/all/niente.zip"
        assert discover(served.address, comune="Lodi", alerts=niente, now=NOW) == 2
        out, err = capsys.readouterr()
        assert "warning: the newest entry of the feed is 90 days old" in err
        assert "# CHECK: the newest entry is 90 days old" in out
        discover(served.address, comune="Lodi", alerts=niente, now=NOW - timedelta(days=60))
        assert "warning" not in capsys.readouterr().err


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_a_site_says_of_itself_the_draft_is_toml(one: str, other: str) -> None:
    feed = FoundFeed(f"https://x.example/{one}", other, "news", 3, NOW, one)
    page = FoundList("https://x.example/n", f"a[href*='{one}']", 3, None, other)
    site = Survey(
        "https://x.example", UNKNOWN, (one,), (feed,), (page, page), (f"https://x.example/{other}",), ()
    )
    for found in (site, Survey("https://x.example", UNKNOWN, (), (), (page,), (), (), failure=one)):
        text = draft_profile(Draft(found, None, one, f"https://x.example/{one}", None, None, (other,), NOW))
        read = tomllib.loads(text)
        assert read["stage"] == "trial"
        assert read["sources"].get("listings", [{}])[0].get("links") in (None, page.links)


def test_a_comune_newer_than_the_register_is_found_in_the_lists(
    sandbox: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """Uggiate con Ronago was born on 1 January 2024."""
    arguments = [
        "discover",
        f"{sandbox.address}/sito",
        "--alerts",
        f"{sandbox.address}/dpc/files/all/latest_all.zip",
    ]
    assert main([*arguments, "--comune", "Uggiate con Ronago"]) == 2
    out, err = capsys.readouterr()
    assert "missing: the ISTAT code of Uggiate con Ronago" in err
    assert 'alert_zones = ["Lomb-05"]' in out
    assert main([*arguments, "--comune", "uggiate con ronago", "--istat", "013256"]) == 0
    out = capsys.readouterr().out
    assert 'istat = "013256"' in out
    assert 'comune = "Comune di Uggiate con Ronago"' in out


def test_a_code_that_changed_since_the_register_is_taken_as_given(
    sandbox: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        "discover",
        f"{sandbox.address}/sito",
        "--alerts",
        f"{sandbox.address}/dpc/files/all/latest_all.zip",
    ]
    assert main([*arguments, "--comune", "Lodi", "--istat", "999001"]) == 0
    assert 'istat = "999001"  # as given; the register of 2022 has 098031' in capsys.readouterr().out
    assert main([*arguments, "--comune", "Lodi", "--istat", "015195"]) == 2
    assert "--istat and --comune do not agree" in capsys.readouterr().err


def test_a_zone_without_a_list_is_told_because_the_comune_may_lie_there(
    sandbox: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        "discover",
        f"{sandbox.address}/sito",
        "--alerts",
        f"{sandbox.address}/dpc/files/all/latest_all.zip",
    ]
    assert main([*arguments, "--comune", "Siracusa"]) == 0
    assert "# CHECK: the bulletin lists no Comuni for Sici-A, Sici-B" in capsys.readouterr().out
    assert main([*arguments, "--comune", "Lodi"]) == 0
    assert "lists no Comuni" not in capsys.readouterr().out


@pytest.mark.parametrize(("name", "decided"), [("Lodi", True), ("L'Aquila", False), ("La Spezia", False)])
def test_a_name_with_an_article_is_left_to_those_who_bear_it(name: str, decided: bool) -> None:
    (comune,) = named(name)
    draft = Draft(surveyed("https://x.example"), comune, "", "https://x.example", None, None, (), NOW)
    names = tomllib.loads(draft_profile(draft))["names"]
    assert names["del_comune"] == (f"del Comune di {name}" if decided else f"CHECK del Comune di {name}")
