"""A fleet on the disk: the demo's profile once a Comune, each with secrets of its own."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from flows.fleet.registry import Fleet
from flows.settings import DEMO

PHONES = {"alfa": "+393330000001", "beta": "+393330000002"}


def planted(slug: str) -> dict[str, str]:
    """Secrets that nobody else has; the codes are those of an editor whom every Comune has under one id."""
    mark = slug.encode().hex().upper().translate(str.maketrans("0189", "ABCD"))  # base32
    return {
        "BOLLETTINO_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "BOLLETTINO_LOOKUP_KEY": f"lookup-key-of-{slug}, which is long enough",
        "BOLLETTINO_WHATSAPP_TOKEN": f"token-of-{slug}",
        "BOLLETTINO_APP_SECRETS": f"app-secret-of-{slug}",
        "BOLLETTINO_VERIFY_TOKEN": f"verify-token-of-{slug}",
        "BOLLETTINO_TOTP_ANNA_REDAZIONE": f"JBSWY3DPEHPK3PXP{mark:A<16}",
        "BOLLETTINO_PHONE_ANNA_REDAZIONE": PHONES.get(slug, "+393330000099"),
        "BOLLETTINO_LLM_KEY": f"llm-key-of-{slug}",
        "BOLLETTINO_MAIL_USER": f"mail-user-of-{slug}",
        "BOLLETTINO_MAIL_PASSWORD": f"mail-password-of-{slug}",
    }


@dataclass
class Land:
    """The folder of a fleet and that of its states, which the environment names."""

    folder: Path
    states: Path
    count: int = 0  # of Comuni that were added

    @property
    def fleet(self) -> Fleet:
        return Fleet(self.folder)

    def say(self, text: str) -> None:
        """What the Comuni share."""
        (self.folder / "fleet.toml").write_text(text, encoding="utf-8")

    def add(self, slug: str, *changes: tuple[str, str]) -> dict[str, str]:
        """One more Comune; the secrets that it has."""
        text = DEMO.read_text(encoding="utf-8")
        first = (('slug = "esempio"', f'slug = "{slug}"'), ('stage = "sandbox"', 'stage = "trial"'))
        self.count += 1
        number = ('"100000000000001"', f'"1000000000{self.count:05}"')
        for old, new in (*first, number, *changes):
            assert old in text, f"the demo profile holds no {old!r}"
            text = text.replace(old, new)
        (self.folder / f"{slug}.toml").write_text(text, encoding="utf-8")
        (self.folder / slug).mkdir()
        secrets = planted(slug)
        for name, value in secrets.items():
            self.give(slug, name, value)
        return secrets

    def give(self, slug: str, name: str, value: str) -> None:
        (self.folder / slug / name).write_text(f"{value}\n", encoding="utf-8")

    def settle(self, slugs: Sequence[str], template: Path) -> None:
        """A migrated database for each."""
        for slug in slugs:
            (self.states / slug).mkdir(parents=True)
            shutil.copy(template, self.states / slug / "bollettino.db")


def land(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Land:
    """Of this process, with nobody in it yet."""
    made = Land(folder / "fleet", folder / "states")
    made.folder.mkdir()
    made.say("")
    monkeypatch.setenv("BOLLETTINO_FLEET", str(made.folder))
    monkeypatch.setenv("BOLLETTINO_STATE", str(made.states))
    return made
