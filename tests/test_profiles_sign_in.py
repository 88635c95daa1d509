"""`[sign_in.oidc]` of a profile: what may stand there, and the secret that belongs to it."""

from pathlib import Path

import pytest

from flows.machine import secret_files
from flows.settings import DEMO, Settings, SettingsError, load_profile
from tests.world.comune import SECRETS

WHOLE = {
    "name": '"Microsoft 365"',
    "issuer": '"https://login.example/tenant/v2.0"',
    "client_id": '"0f3a"',
}
TWIN = '[[colleagues]]\nname = "Carla Urp"\nemail = "Anna@comune.esempio.mi.it"\nrole = "reader"\n\n'


def written(folder: Path, before: str = "", **other: str) -> Path:
    """The demo's profile with such a table; an empty value takes a key away."""
    path = folder / "profilo.toml"
    lines = [f"{key} = {value}" for key, value in {**WHOLE, **other}.items() if value]
    text = DEMO.read_text(encoding="utf-8")
    path.write_text("\n".join([text, before + "[sign_in.oidc]", *lines, ""]), encoding="utf-8")
    return path


def test_a_table_names_the_provider_and_how_it_knows_a_person(tmp_path: Path) -> None:
    oidc = load_profile(written(tmp_path)).sign_in.oidc
    assert oidc is not None
    assert (oidc.name, oidc.claim, oidc.required) == ("Microsoft 365", "email", {})
    oidc = load_profile(written(tmp_path, claim='"upn"', required='{ hd = "x", mfa = true }')).sign_in.oidc
    assert oidc is not None
    assert (oidc.claim, oidc.required) == ("upn", {"hd": "x", "mfa": True})
    assert load_profile(DEMO).sign_in.oidc is None


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"issuer": ""}, "sign_in.oidc.issuer: Field required"),
        ({"issuer": '"login.example"'}, "sign_in.oidc.issuer: is not a web address"),
        ({"issuer": '"http://login.example"'}, "sign_in.oidc.issuer: must begin with https://"),
        ({"issuer": '"https://login.example/?p=x"'}, "sign_in.oidc.issuer: is the address itself"),
        ({"client_id": ""}, "sign_in.oidc.client_id: Field required"),
        ({"client_id": '""'}, "sign_in.oidc.client_id: String should have at least 1 character"),
        ({"name": '""'}, "sign_in.oidc.name: String should have at least 1 character"),
        ({"claim": '"my claim"'}, "sign_in.oidc.claim: is not a claim's name: letters"),
        ({"required": '{ "" = "x" }'}, "sign_in.oidc.required"),
        ({"client_secret": '"x"'}, "sign_in.oidc.client_secret: is not a key of a profile"),
        ({"before": TWIN}, "sign_in: 'Anna Redazione' has the e-mail address of somebody else"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(tmp_path: Path, other: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_profile(written(tmp_path, **other))
    assert words in str(caught.value)


def test_the_secret_is_asked_for_at_the_start_and_given_to_the_door_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    profile = load_profile(written(tmp_path))
    here = Settings(profile, tmp_path / "profilo.toml", tmp_path)
    monkeypatch.delenv("BOLLETTINO_OIDC_SECRET", raising=False)
    with pytest.raises(SettingsError, match="BOLLETTINO_OIDC_SECRET"):
        here.prepare_secrets(make=True)
    assert "BOLLETTINO_OIDC_SECRET" in secret_files.required(profile)
    assert "BOLLETTINO_OIDC_SECRET" not in secret_files.required(load_profile(DEMO))
    monkeypatch.setenv("BOLLETTINO_OIDC_SECRET", "made-up")
    here.prepare_secrets(make=True)
    for process in ("prefect", "worker", "web", "sandbox", "watchdog", "backup", "drill", "pg"):
        assert ("BOLLETTINO_OIDC_SECRET" in here.given_to(process)) == (process == "prefect"), process
