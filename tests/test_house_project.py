"""What stands at the root: catalogue entry, licence, locks, changelog, CI, and a README that stays true."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.__main__ import parser
from flows.settings import Secrets

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PUBLICCODE: dict[str, Any] = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))

# Keys of publiccode.yml 0.7 (https://yml.publiccode.tools), less what 0.7 calls deprecated.
MANDATORY = {
    "publiccodeYmlVersion",
    "name",
    "url",
    "platforms",
    "developmentStatus",
    "softwareType",
    "description",
    "legal",
    "maintenance",
    "localisation",
}
OPTIONAL = {
    "applicationSuite",
    "landingURL",
    "isBasedOn",
    "softwareVersion",
    "releaseDate",
    "logo",
    "organisation",
    "categories",
    "usedBy",
    "fundedBy",
    "roadmap",
    "supports",
    "intendedAudience",
    "dependsOn",
}
STATUSES = {"concept", "development", "beta", "stable", "obsolete"}
TYPES = {"standalone/web", "standalone/backend", "standalone/other"}  # those an application like ours may be
CATEGORIES = {  # those of the standard's list that may fit
    "communications",
    "content-management",
    "digital-citizenship",
    "instant-messaging",
    "workflow-management",
}
DESCRIPTION = {
    "localisedName",
    "shortDescription",
    "longDescription",
    "documentation",
    "features",
    "screenshots",
}

HASH = r"    --hash=sha256:[0-9a-f]{64}"
ENTRY = re.compile(rf"([a-z0-9][a-z0-9-]*)==([\w.+!-]+)( ; [^\\\n]+)? \\\n(?:{HASH} \\\n)*{HASH}\n")


def lock(name: str) -> dict[tuple[str, str], str]:
    """(package, marker) -> version; anything that is not an exact entry with hashes fails."""
    text = (ROOT / "deployments" / name).read_text(encoding="utf-8")
    end = 0
    found = {}
    for match in ENTRY.finditer(text):
        assert match.start() == end, f"{name}: not an entry: {text[end : match.start()][:80]!r}"
        end = match.end()
        found[match[1], match[3] or ""] = match[2]
    assert end == len(text), f"{name}: not an entry: {text[end:][:80]!r}"
    return found


def commands() -> list[str]:
    """What the README's console blocks type at the prompt."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line[:2] == "$ "]


def test_the_catalogue_entry_has_the_keys_of_the_standard_and_no_others() -> None:
    assert PUBLICCODE["publiccodeYmlVersion"] == "0.7"
    assert set(PUBLICCODE) >= MANDATORY
    assert set(PUBLICCODE) <= MANDATORY | OPTIONAL
    assert PUBLICCODE["name"] == "Bollettino"
    assert re.fullmatch(r"https://[\w.-]+/[\w./-]+\.git", PUBLICCODE["url"])


def test_the_catalogue_entry_uses_the_words_of_the_standard() -> None:
    assert PUBLICCODE["platforms"] == ["web"]
    assert set(PUBLICCODE["categories"]) <= CATEGORIES
    assert PUBLICCODE["developmentStatus"] in STATUSES
    assert PUBLICCODE["softwareType"] in TYPES
    assert PUBLICCODE["intendedAudience"] == {"countries": ["IT"], "scope": ["local-authorities"]}
    assert all(re.match(r"alias:[a-z0-9]+$|https://|urn:", one["id"]) for one in PUBLICCODE["supports"])


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_description_fits_the_catalogue(language: str) -> None:
    description = PUBLICCODE["description"][language]
    assert set(description) <= DESCRIPTION
    assert 0 < len(description["shortDescription"]) <= 150
    assert "\n" not in description["shortDescription"]
    assert 150 <= len(description["longDescription"]) <= 10_000
    assert 5 <= len(description["features"]) <= 20
    assert all(isinstance(feature, str) for feature in description["features"])


def test_maintenance_and_localisation_are_declared() -> None:
    maintenance = PUBLICCODE["maintenance"]
    assert maintenance["type"] in {"internal", "contract", "community", "none"}
    if maintenance["type"] in {"internal", "community"}:
        assert all(contact["name"] for contact in maintenance["contacts"])
    assert ("contractors" in maintenance) == (maintenance["type"] == "contract")
    assert PUBLICCODE["localisation"] == {"localisationReady": False, "availableLanguages": ["it"]}


def test_the_proprietary_platform_is_declared_and_not_optional() -> None:
    needed = [one["name"] for one in PUBLICCODE["dependsOn"]["proprietary"] if not one["optional"]]
    assert needed == ["WhatsApp Business Platform (Cloud API, Meta)"]


def test_every_place_names_the_same_licence() -> None:
    assert PUBLICCODE["legal"]["license"] == PROJECT["license"] == "EUPL-1.2"
    assert "[EUPL-1.2](LICENSE)" in README


def test_the_licence_is_the_whole_text() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\nEUPL © the European Union 2007, 2016\n")
    assert re.findall(r"^(\d+)\.", text, re.MULTILINE) == [str(number) for number in range(1, 16)]
    assert text.index("15.Applicable Law") < text.index("Appendix\n") < text.index("GNU Affero General")
    assert text.endswith("require the production of a new EUPL version.\n")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-llm.lock", "requirements-test.lock"])
def test_a_lock_holds_exact_versions_with_hashes_and_nothing_else(name: str) -> None:
    assert len(lock(name)) > 50


def test_the_other_locks_add_to_the_lock_and_change_nothing() -> None:
    run, llm, test = (lock(f"requirements{name}.lock").items() for name in ("", "-llm", "-test"))
    assert run < llm < test


def test_the_packages_of_a_model_stand_only_where_a_model_is_wanted() -> None:
    run, llm = ({name for name, _marker in lock(f"requirements{one}.lock")} for one in ("", "-llm"))
    asked = {re.split(r"[\[<>=!~; ]", one)[0] for one in PROJECT["optional-dependencies"]["llm"]}
    assert asked == {"pydantic-ai-slim"}
    assert {*asked, "openai"} <= llm - run


def test_every_dependency_stands_in_the_lock() -> None:
    locked = {name for name, _marker in lock("requirements.lock")}
    asked = {re.split(r"[\[<>=!~; ]", one)[0] for one in PROJECT["dependencies"]}
    assert asked <= locked


def test_ci_does_what_the_readme_tells_anyone_to_do() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    said = [line for line in script.splitlines() if line and not line.startswith("#")]
    assert said == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "make test"]


def test_the_changelog_begins_with_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.findall(r"^## \[(.+?)\] - (Unreleased|\d{4}-\d\d-\d\d)$", text, re.MULTILINE)[0]
    assert newest[0] == PROJECT["version"]
    assert f"Version {PROJECT['version']}:" in README


def test_every_command_of_the_readme_is_understood() -> None:
    typed = [line for line in commands() if line.startswith("python -m flows ")]
    verbs = {parser().parse_args(shlex.split(line)[3:]).verb for line in typed}
    assert verbs >= {"inspect", "collect", "compose", "dispatch", "backfill"}


def test_every_verb_is_named_in_the_readme() -> None:
    verbs = re.search(r"\{?VERB\n(.*?)\n\n", parser().format_help() + "\n\n", re.DOTALL)
    assert verbs
    for verb in re.findall(r"^    (\w+)", verbs[1], re.MULTILINE):
        assert re.search(rf"`{verb}|flows {verb}", README), verb


def test_every_target_that_the_readme_names_is_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = {line.split()[1] for line in commands() if line.startswith("make ")}
    named |= set(re.findall(r"`make ([a-z]+)", README))
    assert named <= targets
    assert {"run", "test"} <= named


@pytest.mark.parametrize("name", [*Secrets.model_fields, "database"])
def test_the_readme_says_how_to_make_each_secret(name: str) -> None:
    assert f"| `BOLLETTINO_{name.upper()}` |" in README


def test_the_links_of_the_readme_lead_somewhere() -> None:
    headings = re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    anchors = {"#" + re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert target.startswith("https://") or target in anchors or (ROOT / target).is_file(), target


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "publiccode.yml"])
def test_no_path_of_a_machine_is_published(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"(?<![\w.:/])/(?:work|tmp|home|root|Users)\b", text) == []
