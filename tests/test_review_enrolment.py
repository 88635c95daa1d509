"""Who has a secret, how one is made, and that it is shown once and nowhere else."""

import base64
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import segno
from pydantic import SecretStr
from pyotp import TOTP

from flows.__main__ import main
from flows.profiles.codes import is_usable, problems
from flows.profiles.comune import Editor
from flows.review.enrolment import picture
from flows.settings import DEMO, Settings, SettingsError, load_profile

GOOD = base64.b32encode(b"twenty bytes of words").decode()
OTHER = base64.b32encode(b"twenty other bytes ..").decode()
REAL = (
    ('stage = "sandbox"', 'stage = "trial"'),
    ('api = "http://127.0.0.1:8600"', 'api = "https://graph.facebook.com"'),
)


@pytest.fixture(autouse=True)
def _own_environment() -> Iterator[None]:
    """`main` gives the process the environment of its installation."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def profile(folder: Path, *changes: tuple[str, str]) -> Path:
    text = DEMO.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "mio.toml"
    path.write_text(text, encoding="utf-8")
    return path


def settings_of(path: Path) -> Settings:
    return Settings(load_profile(path), path, path.parent / "state")


ANNA, BRUNO = (Editor(name=name, email="x@comune.esempio.mi.it") for name in ("Anna Redazione", "Bruno Vice"))


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Nicolò D'Amico", "nicolo-d-amico"), ("  Ada  B. ", "ada-b"), ("ÈVA", "eva"), ("Anna2", "anna2")],
)
def test_an_editor_has_an_id_made_from_the_name(name: str, slug: str) -> None:
    editor = Editor(name=name, email="")
    assert editor.id == slug
    assert editor.code_variable == f"BOLLETTINO_TOTP_{slug.upper().replace('-', '_')}"
    assert Editor(name="Altro", email="", id=slug).id == slug


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('name = "Bruno Vice"', 'name = "anna redazione"', "two are called 'anna redazione'"),
        ('name = "Bruno Vice"', 'name = "Anna-Redazione"', "share the id 'anna-redazione': give one an id"),
        ('name = "Bruno Vice"', 'name = "Anna-redazione"\nid = "bruno"', "is the other's name"),
        ('name = "Bruno Vice"', 'name = "安娜"', "editors.1.id: is not a name of small letters"),
        (
            'name = "Bruno Vice"',
            'name = "Bruno"\nid = "Bruno"',
            "editors.1.id: is not a name of small letters",
        ),
        ("approvals = 1", "approvals = 3", "Input should be 1 or 2"),
        ("approvals = 1", 'approvals = 1\ncodes = "forse"', "Input should be a valid boolean"),
    ],
)
def test_editors_that_cannot_be_told_apart_are_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(words)):
        load_profile(profile(tmp_path, (old, new)))


def test_two_approvals_need_two_editors(tmp_path: Path) -> None:
    path = profile(tmp_path, ("approvals = 1", "approvals = 2"))
    assert load_profile(path).approvals == 2
    alone = path.read_text(encoding="utf-8").replace(
        '[[editors]]\nname = "Bruno Vice"', '[[editors]]\nname = "X"'
    )
    block = re.search(r'\[\[editors\]\]\nname = "X"\nemail = .*\n', alone)
    assert block is not None
    path.write_text(alone.replace(block[0], ""), encoding="utf-8")
    with pytest.raises(SettingsError, match="approvals: 2 needs two editors"):
        load_profile(path)


@pytest.mark.parametrize(
    ("changes", "asked", "warnings"),
    [
        ((), False, 0),
        ((("approvals = 1", "approvals = 1\ncodes = true"),), True, 0),
        (REAL, True, 0),
        (REAL[:1], False, 0),
        ((*REAL, ("approvals = 1", "approvals = 1\ncodes = false")), False, 1),
        ((*REAL, ("approvals = 1", "approvals = 2\ncodes = false")), False, 2),
    ],
    ids=["sandbox", "sandbox with codes", "trial", "trial on this machine", "turned off", "two, turned off"],
)
def test_codes_are_asked_for_where_citizens_are_reached(
    tmp_path: Path, changes: tuple[tuple[str, str], ...], asked: bool, warnings: int
) -> None:
    settings = settings_of(profile(tmp_path, *changes))
    assert settings.profile.asks_codes == asked
    assert sum("codes" in line for line in settings.warnings) == warnings
    if not asked:
        settings.require_codes()


def test_missing_and_bad_secrets_are_named_all_at_once_and_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(profile(tmp_path, *REAL))
    for values, words in (
        ((None, None), ["not set in the environment: BOLLETTINO_TOTP_ANNA_REDAZIONE", "BRUNO_VICE"]),
        (("  ", GOOD), ["not set in the environment: BOLLETTINO_TOTP_ANNA_REDAZIONE"]),
        ((GOOD, "JBSWY3DPEHPK3PXP"), ["BOLLETTINO_TOTP_BRUNO_VICE is not base32 of 128 bits or more"]),
        ((GOOD, "la-mia-password-1"), ["BOLLETTINO_TOTP_BRUNO_VICE is not base32 of 128 bits or more"]),
        ((GOOD, GOOD.lower()), ["BOLLETTINO_TOTP_BRUNO_VICE is also the secret of Anna Redazione"]),
    ):
        for editor, value in zip((ANNA, BRUNO), values, strict=True):
            if value is None:
                monkeypatch.delenv(editor.code_variable, raising=False)
            else:
                monkeypatch.setenv(editor.code_variable, value)
        with pytest.raises(SettingsError) as caught:
            settings.require_codes()
        told = str(caught.value)
        assert all(word in told for word in words), told
        assert "python -m flows codes new NAME" in told
        assert not any(value and value.strip() and value in told for value in values)
    monkeypatch.setenv(BRUNO.code_variable, f" {OTHER[:16]} {OTHER[16:]} ")
    settings.require_codes()
    assert OTHER not in repr(settings.code_secret(BRUNO))


def test_an_editors_telephone_comes_from_the_environment_and_is_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, sandbox = settings_of(profile(tmp_path, *REAL)), settings_of(profile(tmp_path))
    given = sandbox.editor_phone(BRUNO)
    assert given is not None
    assert given.get_secret_value() == "+393331000001", "the sandbox's own"
    assert real.editor_phone(BRUNO) is None
    monkeypatch.setenv(BRUNO.phone_variable, " 333 123 4567 ")
    found = real.editor_phone(BRUNO)
    assert found is not None
    assert found.get_secret_value() == "+393331234567"
    assert "4567" not in repr(found)
    monkeypatch.setenv(BRUNO.phone_variable, "333 12")
    with pytest.raises(SettingsError, match="BOLLETTINO_PHONE_BRUNO_VICE") as caught:
        real.editor_phone(BRUNO)
    assert "333 12" not in str(caught.value)


def test_run_and_deploy_ask_for_the_secrets_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOLLETTINO_STATE", str(tmp_path / "state"))
    path = profile(tmp_path, *REAL)
    with pytest.raises(SettingsError, match="BOLLETTINO_TOTP_ANNA_REDAZIONE"):
        settings_of(path).prepare_secrets(make=True)  # what `run` does first
    assert main(["deploy", "--profile", str(path)]) == 2
    assert "not set in the environment: BOLLETTINO_TOTP_BRUNO_VICE" in capsys.readouterr().err


def test_turning_the_codes_off_is_told_at_every_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOLLETTINO_STATE", str(tmp_path / "state"))
    off = ("approvals = 1", "approvals = 1\ncodes = false")
    path = profile(tmp_path, *REAL, off, ('telefono = "02 1234 5678"', 'telefono = "CHECK"'))
    assert main(["run", "--profile", str(path)]) == 2, "and it goes no further"
    assert (
        "warning: codes = false: whoever opens the Prefect UI can approve under any editor's name"
        in capsys.readouterr().err
    )


PADDED = base64.b32encode(b"seventeen bytes..").decode()


@pytest.mark.parametrize(
    ("value", "usable"),
    [
        (GOOD, True),
        (PADDED, True),
        (PADDED.rstrip("="), True),
        ("A" * 26, True),
        ("A" * 24, False),
        ("", False),
        ("=", False),
        (GOOD.replace("A", "1"), False),
        (GOOD + "è", False),
    ],
)
def test_a_secret_is_base32_and_long_enough(value: str, usable: bool) -> None:
    assert is_usable(value) == usable
    if usable:
        assert len(TOTP(value).now()) == 6


def test_a_bad_secret_that_two_share_is_named_for_each() -> None:
    bad = SecretStr("A")
    assert len(problems([(ANNA, bad), (BRUNO, bad)])) == 2


def test_the_editors_are_listed_with_whether_they_have_a_secret(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("BOLLETTINO_STATE", str(tmp_path))
    monkeypatch.setenv(ANNA.code_variable, GOOD)
    monkeypatch.delenv(BRUNO.code_variable, raising=False)
    assert main(["codes"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^Anna Redazione +BOLLETTINO_TOTP_ANNA_REDAZIONE +set$", out, re.MULTILINE)
    assert re.search(r"^Bruno Vice +BOLLETTINO_TOTP_BRUNO_VICE +not set$", out, re.MULTILINE)
    assert "A code is not asked for (one approval)" in out
    assert GOOD not in out


def test_a_new_secret_is_shown_once_for_the_environment_and_the_phone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("BOLLETTINO_STATE", str(tmp_path))
    shown = []
    for name in ("anna redazione", "anna-redazione"):
        assert main(["codes", "new", name]) == 0
        shown.append(capsys.readouterr().out)
    secrets = [
        re.findall(r"^BOLLETTINO_TOTP_ANNA_REDAZIONE=([A-Z2-7]{32})$", out, re.MULTILINE) for out in shown
    ]
    assert secrets[0] != secrets[1]
    link = next(line for line in shown[0].splitlines() if line.startswith("otpauth://totp/"))
    parts, asked = urlsplit(link), parse_qs(urlsplit(link).query)
    assert asked["secret"] == secrets[0]
    assert asked["issuer"] == ["PROVA · Bollettino Comune di Esempio"]
    assert unquote(parts.path).endswith(":anna@comune.esempio.mi.it")
    assert picture(link) in shown[0]
    assert list(tmp_path.iterdir()) == [], "nothing is stored"


def test_the_picture_is_the_code_of_its_text() -> None:
    """Read back half block by half block: white where the code is light."""
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in picture("otpauth://totp/x").splitlines()]
    rows = []
    for line in lines:
        rows.append([one in "█▀" for one in line])
        rows.append([one in "█▄" for one in line])
    wanted = [
        [not dark for dark in row] for row in segno.make("otpauth://totp/x", error="l").matrix_iter(border=4)
    ]
    assert rows[: len(wanted)] == wanted


def test_an_unknown_editor_is_told_who_there_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("BOLLETTINO_STATE", str(tmp_path))
    assert main(["codes", "new", "Carlo"]) == 2
    assert "they are: Anna Redazione, Bruno Vice" in capsys.readouterr().err
