import base64
import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from flows.__main__ import main
from flows.bulletin.language.measure import utf16
from flows.profiles.comune import Profile
from flows.profiles.file import line_of, unfilled
from flows.profiles.places import fill_words
from flows.run import run, write_config
from flows.settings import DEMO, Settings, SettingsError, load, load_profile
from flows.whatsapp.templates import problems
from tests.world.comune import SECRETS

PROFILES = sorted(DEMO.parent.glob("*.toml"))


def written(folder: Path, old: str, new: str) -> tuple[Path, int]:
    """The demo profile with one thing changed, and the line of the change."""
    text = DEMO.read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    path = folder / "mio.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path, text[: text.index(old)].count("\n") + 1


WRONG = [
    ('slug = "esempio"', 'slug = "Esempio!"', "slug"),
    ("grace_minutes = 60", "grace_minuts = 60", "grace_minuts"),
    ("grace_minutes = 60", 'grace_minutes = "molti"', "grace_minutes"),
    ("grace_minutes = 60", "grace_minutes = -1", "grace_minutes"),
    ('stage = "sandbox"', 'stage = "prova"', "stage"),
    ('istat = "000001"', 'istat = "1"', "istat"),
    ('alert_zones = ["Lomb-09"]', 'alert_zones = ["Lomb-09", "Lombardia"]', "alert_zones.1"),
    ('alert_zones = ["Lomb-09"]', "alert_zones = []", "alert_zones"),
    ("# alerts_meteoalarm =", "alerts_meteoalarm =", "sources.alerts_meteoalarm"),
    ("news_per_bulletin = 4", "news_per_bulletin = 6", "news_per_bulletin"),
    ('site = "http://127.0.0.1:8600/sito"', 'site = "comune.esempio.mi.it"', "site"),
    ('site = "http://127.0.0.1:8600/sito"', 'site = "http://www.comune.esempio.mi.it"', "site"),
    ('feeds = ["http', 'feeds = ["ftp', "sources.feeds.0"),
    ('compose = "thu 08:30"', 'compose = "gio 08:30"', "slots.1.compose"),
    ('compose = "thu 08:30"', 'compose = "thu 25:30"', "slots.1.compose"),
    ('compose = "thu 08:30"', "compose = 830", "slots.1.compose"),
    ('deadline = "fri 10:45"', 'dedline = "fri 10:45"', "slots.1.dedline"),
    ('patron = "06-24"', 'patron = "24-06"', "closures.patron"),
    ('province = "MI"', 'province = "Milano"', "closures.province"),
    ("closed = []", 'closed = ["Natale"]', "closures.closed.0"),
    ('deadline = "tue 10:45"', 'deadline = "tue 11:15"', "slots.0.deadline"),
    ('deadline = "fri 10:45"', 'deadline = "fri 11:00"', "slots.1.deadline"),
    ('deadline = "fri 10:45"', 'deadline = "fri 09:45"', "slots.1.deadline"),
    ('deputy = "fri 10:00"', 'deputy = "thu 10:00"', "slots.1.deputy"),
    ('refresh = "fri 08:00"', 'refresh = "thu 08:30"', "slots.1.refresh"),
    ('compose = "thu 08:30"', 'compose = "fri 11:00"', "slots.1.compose"),
    ('dispatch = "fri 11:00"', 'dispatch = "fri 10:30"', "slots.1.deadline"),
    ("on_duty = true", "on_duty = false", "editors"),
    ("messages_per_second = 40", "messages_per_second = 0", "whatsapp.messages_per_second"),
    ("prefect_port = 4200", "prefect_port = 420000", "servers.prefect_port"),
    ('telefono = "02', 'telefonno = "02', "contacts.telefonno"),
    ('api = "http://127.0.0.1:8600"', 'api = "https://graph.facebook.com"', "whatsapp.api"),
    *(
        ("grace_minutes = 60", f"llm = {{ {more} }}\ngrace_minutes = 60", f"llm.{key}")
        for more, key in (
            ('address = "http://modelli.example/v1", model = "m"', "address"),
            ('address = "https://modelli.example/v1"', "model"),
            ('address = "https://modelli.example/v1", model = ""', "model"),
            ('address = "https://modelli.example/v1", model = "m", price_in = 0.5', "priced_on"),
            ('address = "https://modelli.example/v1", model = "m", max_retries = 9', "max_retries"),
            ('address = "https://modelli.example/v1", model = "m", currency = "euro"', "currency"),
            ('address = "https://modelli.example/v1", model = "m", key = "x"', "key"),
        )
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('slug = "esempio"', 'slug = "Esempio!"', "slug: is not a name of 2 to 41 small letters"),
        ('slug = "esempio"', 'slug = "invio"', "slug: is a word of the service's own, 'invio'"),
        (
            '"Lomb-09"]',
            '"Lomb-09", "Lombardia"]',
            "alert_zones.1: is not an alert zone of the Protezione Civile",
        ),
        ('istat = "000001"', 'istat = "CHECK"', 'istat: is still to be filled in ("CHECK")'),
        ('istat = "000001"', 'istat = "1"', "istat: is not the six digits of the Comune's ISTAT code"),
        ('patron = "06-24"', 'patron = "24-06"', "closures.patron: is not month and day of the patron's"),
    ],
)
def test_a_value_of_another_form_is_answered_in_words(tmp_path: Path, old: str, new: str, words: str) -> None:
    path, _ = written(tmp_path, old, new)
    with pytest.raises(SettingsError, match=re.escape(words)) as caught:
        load_profile(path)
    assert "pattern" not in str(caught.value)


@pytest.mark.parametrize(("old", "new", "key"), WRONG, ids=[new for _, new, _ in WRONG])
def test_what_is_wrong_names_its_file_its_line_and_itself(
    tmp_path: Path, old: str, new: str, key: str
) -> None:
    path, line = written(tmp_path, old, new)
    with pytest.raises(SettingsError) as caught:
        load_profile(path)
    told = str(caught.value).splitlines()
    assert any(one.startswith(f"{path}, line ") and f": {key}: " in one for one in told), told
    lines = {int(found[1]) for one in told if (found := re.search(r", line (\d+): ", one))}
    if key == "editors" or new.startswith("dispatch"):  # what has to change is not what was changed
        where = tuple(int(part) if part.isdigit() else part for part in key.split("."))
        line = line_of(path.read_text(encoding="utf-8"), where)
    assert line in lines


def test_a_reply_that_nobody_gives_is_named(tmp_path: Path) -> None:
    path, _ = written(tmp_path, "[notice]", '[texts]\nbenvenutto = "Ciao"\n\n[notice]')
    line = path.read_text(encoding="utf-8").splitlines().index('benvenutto = "Ciao"') + 1
    with pytest.raises(SettingsError, match=f"line {line}: texts.benvenutto: is not the name of a reply"):
        load_profile(path)


def test_a_time_out_of_order_says_between_which_it_belongs(tmp_path: Path) -> None:
    path, line = written(tmp_path, 'deadline = "fri 10:45"', 'deadline = "fri 11:15"')
    with pytest.raises(SettingsError) as caught:
        load_profile(path)
    assert str(caught.value) == (
        f"{path}, line {line}: slots.1.deadline: "
        "fri 11:15 is not between deputy (fri 10:00) and dispatch (fri 11:00)"
    )


def test_reminder_deputy_and_deadline_may_coincide_and_a_bulletin_may_be_composed_a_week_ahead(
    tmp_path: Path,
) -> None:
    text = DEMO.read_text(encoding="utf-8")
    for old, new in (("fri 09:30", "fri 10:45"), ("fri 10:00", "fri 10:45"), ("thu 08:30", "fri 11:01")):
        text = text.replace(old, new)
    path = tmp_path / "mio.toml"
    path.write_text(text, encoding="utf-8")
    slot = load_profile(path).weekly_slots[1]
    assert slot.reminder == slot.deputy == slot.deadline


def test_two_slots_never_leave_at_the_same_time(tmp_path: Path) -> None:
    first, second = DEMO.read_text(encoding="utf-8").split("[[slots]]")[1:]
    path = tmp_path / "mio.toml"
    head = DEMO.read_text(encoding="utf-8").split("[[slots]]")[0]
    path.write_text("[[slots]]".join([head, first, first, second]), encoding="utf-8")
    line = path.read_text("utf-8")[: path.read_text("utf-8").rindex('dispatch = "tue')].count("\n") + 1
    with pytest.raises(SettingsError) as caught:
        load_profile(path)
    assert str(caught.value) == (
        f"{path}, line {line}: slots.1.dispatch: tue 11:00 is also the dispatch of slots.0"
    )


def test_a_missing_key_names_the_table_where_it_belongs(tmp_path: Path) -> None:
    path, _ = written(tmp_path, 'del_comune = "del Comune di Esempio"\n', "")
    table = (
        path.read_text(encoding="utf-8")
        .splitlines()
        .index('[names]                       # by hand: "della Città di ...", "dell\'Unione ..."')
    )
    with pytest.raises(SettingsError, match=f"line {table + 1}: names.del_comune: Field required"):
        load_profile(path)


def test_what_is_no_toml_or_no_file_is_one_line(tmp_path: Path) -> None:
    path, line = written(tmp_path, "grace_minutes = 60", "grace_minutes = = 60")
    with pytest.raises(SettingsError, match=rf"not valid TOML: .*line {line}\b"):
        load_profile(path)
    with pytest.raises(SettingsError, match=r"cannot be read .No such file"):
        load_profile(tmp_path / "absent.toml")
    path.write_bytes(b'slug = "\xe8"')
    with pytest.raises(SettingsError, match="not valid TOML"):
        load_profile(path)


@pytest.mark.parametrize("api", ["http://127.0.0.1:8600", "https://localhost", "https://127.0.0.2"])
def test_production_never_sends_to_this_machine(tmp_path: Path, api: str) -> None:
    path, _ = written(tmp_path, 'stage = "sandbox"', 'stage = "production"')
    path.write_text(path.read_text("utf-8").replace('api = "http://127.0.0.1:8600"', f'api = "{api}"'))
    with pytest.raises(SettingsError, match="a production profile cannot send to"):
        load_profile(path)


PRODUCTION = (
    ('stage = "sandbox"', 'stage = "production"'),
    ('api = "http://127.0.0.1:8600"', 'api = "https://graph.facebook.com"'),
    ('public = "http://127.0.0.1:8080"', 'public = "https://bollettino.comune.esempio.mi.it"'),
    ('url = "http://127.0.0.1:8080/informativa"', 'url = "https://www.comune.esempio.mi.it/privacy"'),
)


def production(folder: Path, *besides: tuple[str, str]) -> Path:
    """The demo profile as if it were a real Comune's, with some more of it changed."""
    text = DEMO.read_text(encoding="utf-8")
    for old, new in (*PRODUCTION, *besides):
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "vero.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_production_names_every_address_that_no_phone_reaches(tmp_path: Path) -> None:
    path, _ = written(tmp_path, 'stage = "sandbox"', 'stage = "production"')
    with pytest.raises(SettingsError) as caught:
        load_profile(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    told = str(caught.value).splitlines()
    assert len(told) == 3
    for key, one in zip(("whatsapp.api", "servers.public", "notice.url"), told, strict=True):
        found = re.search(r", line (\d+): ([\w.]+): ", one)
        assert found is not None
        assert found[2] == key
        assert lines[int(found[1]) - 1].startswith(f"{key.split('.')[1]} = ")


def test_a_profile_is_complete_or_does_not_run_and_every_gap_is_told_at_once(tmp_path: Path) -> None:
    besides = (
        ('telefono = "02 1234 5678"', 'telefono = "CHECK"'),
        ('phone_number_id = "100000000000001"', 'phone_number_id = "0"'),
        ('waba_id = "200000000000001"', 'waba_id = "0"'),
        ('email = "bruno@comune.esempio.mi.it"', 'email = "CHECK"'),
    )
    path = production(tmp_path, *besides)
    settings = Settings(load_profile(path), path, tmp_path / "state")
    with pytest.raises(SettingsError) as caught:
        run(settings, main)
    assert not (tmp_path / "state").exists()
    lines = path.read_text(encoding="utf-8").splitlines()
    profile, _, environment = str(caught.value).partition("not set in the environment: ")
    told = [re.search(r", line (\d+): ([\w.]+): ", one) for one in profile.splitlines()[1:]]
    keys = {found[2]: lines[int(found[1]) - 1] for found in told if found}
    assert keys == {
        "contacts.telefono": 'telefono = "CHECK"',
        "editors.1.email": 'email = "CHECK"',
        "whatsapp.phone_number_id": 'phone_number_id = "0"',
        "whatsapp.waba_id": 'waba_id = "0"',
    }
    assert len(told) == len(keys)
    for name in ("TOTP_ANNA_REDAZIONE", "TOTP_BRUNO_VICE", "PREFECT_AUTH", "ENCRYPTION_KEYS", "VERIFY_TOKEN"):
        assert f"BOLLETTINO_{name}" in environment, "all that is missing, in one list"


def test_the_sandbox_and_a_complete_profile_have_nothing_to_fill_in(tmp_path: Path) -> None:
    for path in (DEMO, production(tmp_path)):
        assert unfilled(path, path.read_text(encoding="utf-8")) == []
        Settings(load_profile(path), path, tmp_path).require_filled()


@pytest.mark.parametrize("stage", ["trial", "production"])
@pytest.mark.parametrize("auth", [None, ""])
def test_who_sends_through_meta_must_lock_the_prefect_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str, auth: str | None
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    for name in ("ANNA_REDAZIONE", "BRUNO_VICE"):
        monkeypatch.setenv(f"BOLLETTINO_TOTP_{name}", base64.b32encode(name.encode() * 2).decode())
    monkeypatch.delenv("BOLLETTINO_PREFECT_AUTH", raising=False)
    if auth is not None:
        monkeypatch.setenv("BOLLETTINO_PREFECT_AUTH", auth)
    path = production(tmp_path, ('stage = "production"', f'stage = "{stage}"'))
    with pytest.raises(SettingsError, match="not set in the environment: BOLLETTINO_PREFECT_AUTH"):
        Settings(load_profile(path), path, tmp_path).prepare_secrets(make=True)
    Settings(load_profile(path), path, tmp_path).prepare_secrets(make=False)
    monkeypatch.setenv("BOLLETTINO_PREFECT_AUTH", "redazione:segreta")
    Settings(load_profile(path), path, tmp_path).prepare_secrets(make=True)


def test_a_trial_on_this_machine_needs_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOLLETTINO_PREFECT_AUTH", raising=False)
    path, _ = written(tmp_path, 'stage = "sandbox"', 'stage = "trial"')
    Settings(load_profile(path), path, tmp_path).prepare_secrets(make=True)


def test_the_stage_is_told_before_every_name_unless_it_is_production(tmp_path: Path) -> None:
    assert load_profile(DEMO).prova == "PROVA · "
    path = production(tmp_path)
    real = Settings(load_profile(path), path, tmp_path)
    assert real.profile.prova == ""
    assert not any("PROVA" in one.header + one.footer for one in real.templates.values())


def test_missing_secrets_are_named_and_the_ones_that_are_set_never_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BOLLETTINO_LOOKUP_KEY", "a-value-that-nobody-may-see")
    monkeypatch.setenv("BOLLETTINO_WHATSAPP_TOKEN", "")
    settings = Settings(load_profile(DEMO), DEMO, tmp_path)
    with pytest.raises(SettingsError) as caught:
        _ = settings.secrets
    told = str(caught.value)
    for name in SECRETS.keys() - {"BOLLETTINO_LOOKUP_KEY"}:
        assert name in told
    assert "BOLLETTINO_LOOKUP_KEY" not in told
    assert "a-value" not in told
    assert caught.value.__cause__ is None


def test_the_sandbox_makes_its_secrets_once_and_for_this_user_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "before")  # so that what is set below is taken back
    settings = Settings(load_profile(DEMO), DEMO, tmp_path)
    settings.prepare_secrets(make=False)
    assert not (tmp_path / "secrets.json").exists()
    settings.prepare_secrets(make=True)
    made = (tmp_path / "secrets.json").read_text()
    token = settings.secrets.whatsapp_token.get_secret_value()
    assert token != "before"
    assert token not in repr(settings.secrets)
    settings.prepare_secrets(make=True)
    assert (tmp_path / "secrets.json").read_text() == made
    assert settings.vault().open(settings.vault().seal("x")) == "x"
    for path in (tmp_path / "secrets.json", write_config(settings)):
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("path", PROFILES, ids=[path.stem for path in PROFILES])
def test_every_profile_that_is_shipped_is_whole(path: Path, tmp_path: Path) -> None:
    settings = Settings(load_profile(path), path, tmp_path)
    button = f"{settings.profile.servers.public}/b/"
    assert [problem for one in settings.templates.values() for problem in problems(one, button)] == []
    assert all("PROVA" in one.header + one.footer for one in settings.templates.values())
    for name, reply in settings.texts["risposte"].items():
        text = fill_words(reply["testo"].strip(), settings.words)
        assert utf16(text) <= reply["max"], name
        assert not re.search(r"\{(comune|del_comune|dal_comune|telefono|emergenza|giorni|url_\w+)\}", text)


def test_san_giuliano_is_ready_but_for_its_feed(tmp_path: Path) -> None:
    path = DEMO.parent / "san-giuliano-milanese.toml"
    profile = load_profile(path)
    assert (profile.istat, profile.alert_zones, profile.stage) == ("015195", ["Lomb-09"], "trial")
    assert profile.sources.feeds == []
    assert urlsplit(profile.site).hostname == "www.comune.sangiulianomilanese.mi.it"
    assert "inspect feed" in path.read_text(encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        Settings(profile, path, tmp_path).require_filled()
    gaps = re.findall(r'^\w+ = "(?:0"|[^"]*CHECK)', path.read_text(encoding="utf-8"), re.MULTILINE)
    assert str(caught.value).count(" is still to be filled in ") == len(gaps) == 14


def test_the_demo_profile_explains_every_top_level_key() -> None:
    told = tomllib.loads(DEMO.read_text(encoding="utf-8"))
    unsaid = set(Profile.model_fields) - set(told)
    assert unsaid == {
        "texts",
        "llm",
        "codes",
        "colleagues",
        "sign_in",
        "election_period",
        "notice_boards",
        "backup",
    }


def test_words_fill_their_places_and_nothing_else() -> None:
    words = {"comune": "Comune di Esempio"}
    assert fill_words("Il {comune}: {{1}}, {ignoto}", words) == "Il Comune di Esempio: {{1}}, {ignoto}"


def test_the_environment_chooses_profile_state_and_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BOLLETTINO_PROFILE", str(DEMO.parent / "san-giuliano-milanese.toml"))
    monkeypatch.setenv("BOLLETTINO_STATE", str(tmp_path / "s"))
    monkeypatch.setenv("BOLLETTINO_DATABASE", "postgresql://somewhere/x")
    settings = load()
    assert (settings.profile.slug, settings.state) == ("san-giuliano-milanese", tmp_path / "s")
    assert settings.database == "postgresql://somewhere/x"
    assert load(DEMO).profile.slug == "esempio", "what the command line says wins"
    assert settings.deployment("invia") == "invia-san-giuliano-milanese"


def test_the_processes_phone_nobody_and_pass_no_proxy_between_themselves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    monkeypatch.delenv("BOLLETTINO_PREFECT_AUTH", raising=False)
    given = Settings(load_profile(DEMO), DEMO, tmp_path).environment()
    assert given["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert given["DO_NOT_TRACK"] == "1"
    assert given["NO_PROXY"] == "intranet.example,127.0.0.1,localhost,::1"
    assert given["PREFECT_UI_URL"] == "http://127.0.0.1:4200/v2"
    assert "PREFECT_API_AUTH_STRING" not in given
