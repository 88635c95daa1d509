"""Addresses and bounds of a profile."""

from pathlib import Path

import pytest
import yaml

from flows.fleet.front.directory import OF_ALL
from flows.profiles.fleet import PrefectServer
from flows.profiles.shapes import TAKEN
from flows.settings import DEMO, ROOT, SettingsError, load_profile

SITE = "http://127.0.0.1:8600"
FEED = f'feeds = ["{SITE}/sito/feed/?post_type=notizia"]'


def changed(folder: Path, old: str, new: str) -> Path:
    """The demo profile with one thing changed."""
    text = DEMO.read_text(encoding="utf-8")
    assert old in text, old
    path = folder / "mio.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def refusal(folder: Path, old: str, new: str) -> str:
    with pytest.raises(SettingsError) as refused:
        load_profile(changed(folder, old, new))
    return str(refused.value)


def test_what_is_asked_is_asked_as_it_is_written_and_bases_end_without_a_slash(tmp_path: Path) -> None:
    told = "\n".join(
        (
            f'feeds = ["{SITE}/sito/feed/"]',
            f'listings = [{{ address = "{SITE}/sito/novita/" }}]',
            f'archive = {{ kind = "feed", address = "{SITE}/altro/feed/" }}',
            f'alerts_cap = ["{SITE}/cap/"]',
        )
    )
    found = load_profile(changed(tmp_path, FEED, told)).sources
    assert (found.feeds, found.alerts_cap) == ([f"{SITE}/sito/feed/"], [f"{SITE}/cap/"])
    assert found.archive is not None
    assert (found.listings[0].address, found.archive.address) == (
        f"{SITE}/sito/novita/",
        f"{SITE}/altro/feed/",
    )
    site = load_profile(changed(tmp_path, f'site = "{SITE}/sito"', f'site = "{SITE}/sito/"')).site
    assert site == f"{SITE}/sito"


@pytest.mark.parametrize("who", ["anna:segreto@", "anna@", ":segreto@"])
def test_a_password_in_an_address_is_refused_and_never_shown(tmp_path: Path, who: str) -> None:
    for scheme in ("https", "http"):
        told = refusal(tmp_path, FEED, f'feeds = ["{scheme}://{who}www.comune.esempio.mi.it/feed/"]')
        assert "sources.feeds.0: holds a user name or a password" in told
        assert "segreto" not in told
        assert "anna" not in told


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("pause_seconds = 0 ", 'pause_seconds = "nan" ', "sources.pause_seconds: Input should be a finite"),
        ("pause_seconds = 0 ", "pause_seconds = inf ", "sources.pause_seconds: Input should be a finite"),
        ("pause_seconds = 0 ", "pause_seconds = 601 ", "Input should be less than or equal to 600"),
        ("messages_per_second = 40", "messages_per_second = nan", "Input should be a finite number"),
        (
            "news_window_days = 14",
            "news_window_days = 99999999",
            "news_window_days: Input should be less than or equal to 366",
        ),
        ("{ days = 7, items = 10 }", "{ days = 99999999 }", "first_reading.days: Input should be less than"),
        ("grace_minutes = 60", "grace_minutes = 99999999", "grace_minutes: Input should be less than"),
        (
            "days_until_erasure = 30",
            "days_until_erasure = 99999999",
            "days_until_erasure: Input should be less than",
        ),
    ],
    ids=["nan", "inf", "long-pause", "nan-rate", "window", "first-reading", "grace", "erasure"],
)
def test_what_no_clock_can_count_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert words in refusal(tmp_path, old, new)


@pytest.mark.parametrize(
    ("told", "key"),
    [
        (f'feeds = ["{SITE}/feed/", "{SITE}/feed"]', "sources.feeds"),
        (f'feeds = ["{SITE}/feed?a=1&b=2", "{SITE}/feed?b=2&a=1"]', "sources.feeds"),
        (f'listings = [{{ address = "{SITE}/n" }}, {{ address = "{SITE}/n" }}]', "sources.listings"),
        (f'feeds = ["{SITE}/n"]\nlistings = [{{ address = "{SITE}/n/" }}]', "sources.listings"),
    ],
    ids=["slash", "order", "listings", "both"],
)
def test_one_source_is_named_once(tmp_path: Path, told: str, key: str) -> None:
    refused = refusal(tmp_path, FEED, told)
    assert f"{key}: {SITE}/" in refused
    assert "is named twice" in refused


def test_no_comune_is_called_like_a_tag_or_an_address_of_all() -> None:
    """A retiring one would take the runs of all others along, which are found by its name."""
    deployments = yaml.safe_load((ROOT / "deployments" / "prefect.yaml").read_text(encoding="utf-8"))
    tags = {tag for one in deployments["deployments"] for tag in one["tags"]}
    addresses = {path.strip("/").partition(".")[0] for path in OF_ALL}
    assert tags | addresses == TAKEN


def test_a_work_pool_may_be_called_as_it_was() -> None:
    assert PrefectServer.model_validate({"pool": "servizio"}).pool == "servizio"
