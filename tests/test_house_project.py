"""What stands at the root: catalogue entry, licence, locks, changelog, CI."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.__main__ import parser

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ENTRY_TEXT = (ROOT / "publiccode.yml").read_text(encoding="utf-8")
PUBLICCODE: dict[str, Any] = yaml.safe_load(ENTRY_TEXT)
CONTRIBUTING = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECURITY = (ROOT / ".github" / "SECURITY.md").read_text(encoding="utf-8")

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


def test_the_catalogue_entry_has_the_keys_of_the_standard_and_no_others() -> None:
    assert PUBLICCODE["publiccodeYmlVersion"] == "0.7"
    assert set(PUBLICCODE) >= MANDATORY
    assert set(PUBLICCODE) <= MANDATORY | OPTIONAL
    assert PUBLICCODE["name"] == "Bollettino"
    assert re.fullmatch(r"https://[\w.-]+/[\w./-]+\.git", PUBLICCODE["url"])


def test_the_catalogue_entry_tells_this_version_and_shows_it() -> None:
    assert PUBLICCODE["softwareVersion"] == PROJECT["version"]
    for description in PUBLICCODE["description"].values():
        assert description["screenshots"]
        assert all((ROOT / path).read_bytes().startswith(b"\x89PNG") for path in description["screenshots"])


def test_the_documentation_is_a_page_of_the_repository_for_who_uses_it() -> None:
    published = PUBLICCODE["url"].removesuffix(".git")
    for description in PUBLICCODE["description"].values():
        address, _, path = description["documentation"].partition("/blob/main/")
        assert address == published
        assert (ROOT / path).is_file()


def test_the_organisation_is_named_as_the_standard_asks_or_not_at_all() -> None:
    """A made-up code of the IPA would be refused by the validator, and a real one would claim a Comune."""
    organisation = PUBLICCODE.get("organisation")
    if organisation is None:
        shown = "".join(re.findall(r"^# ((?:organisation:|  \w+: ).*\n)", ENTRY_TEXT, re.MULTILINE))
        organisation = yaml.safe_load(shown)["organisation"]
        organisation["uri"] = organisation["uri"].replace("CODE", "c_esempio")
    assert set(organisation) == {"uri", "name"}
    assert re.fullmatch(r"urn:x-italian-pa:[a-z0-9_-]+|https://\S+", organisation["uri"])


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


LOCKS = tuple(f"requirements{name}.lock" for name in ("", "-llm", "-s3", "-test"))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_exact_versions_with_hashes_and_nothing_else(name: str) -> None:
    assert len(lock(name)) > 50


def test_the_other_locks_add_to_the_lock_and_change_nothing() -> None:
    run, llm, s3, test = (lock(name).items() for name in LOCKS)
    assert run < llm < test
    assert run < s3 < test


def test_the_packages_of_a_model_stand_only_where_a_model_is_wanted() -> None:
    run, llm = ({name for name, _marker in lock(f"requirements{one}.lock")} for one in ("", "-llm"))
    asked = {re.split(r"[\[<>=!~; ]", one)[0] for one in PROJECT["optional-dependencies"]["llm"]}
    assert asked == {"pydantic-ai-slim", "openai"}
    assert asked <= llm - run


def test_the_packages_of_an_s3_address_stand_only_where_one_is_wanted() -> None:
    run, s3 = ({name for name, _marker in lock(f"requirements{one}.lock")} for one in ("", "-s3"))
    assert PROJECT["optional-dependencies"]["s3"] == ["botocore"]
    assert s3 - run == {"botocore", "jmespath"}, "beside a model's, too: both may be installed"


def test_every_dependency_stands_in_the_lock() -> None:
    locked = {name for name, _marker in lock("requirements.lock")}
    asked = {re.split(r"[\[<>=!~; ]", one)[0] for one in PROJECT["dependencies"]}
    assert asked <= locked


def test_ci_does_what_the_readme_tells_anyone_to_do() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    said = [line for line in script.splitlines() if line and not line.startswith("#")]
    assert said == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "make test"]


def targets() -> dict[str, str]:
    """Of the Makefile: each with what it needs first."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z-]+):([a-z ]*)", makefile, re.MULTILINE))


def test_what_make_test_leaves_out_or_shortens_a_rehearsal_runs() -> None:
    """The files whose numbers grow are named in the Makefile; whole tests are marked, wherever they stand."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^rehearsal:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert recipe
    grows = {
        f"tests/{path.name}"
        for path in (ROOT / "tests").glob("test_*.py")
        if re.search(r"IS_REHEARSAL|environ\S*BOLLETTINO_REHEARSAL", path.read_text(encoding="utf-8"))
        and path != Path(__file__)
    }
    assert set(re.findall(r"tests/test_\w+\.py", recipe[1])) == grows
    assert "BOLLETTINO_REHEARSAL=1 $(BIN)/python -m pytest -m rehearsal\n" in recipe[1]


def test_each_rehearsal_is_a_line_of_the_makefile_and_each_target_is_phony() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    run = set(re.findall(r"^\t@?\$\(BIN\)/python -m tests\.bench\.(rehearsal\w*)", makefile, re.MULTILINE))
    assert run == {path.stem for path in (ROOT / "tests" / "bench").glob("rehearsal*.py")}
    (phony,) = re.findall(r"^\.PHONY: (.+)", makefile, re.MULTILINE)
    assert set(phony.split()) == targets().keys(), "else a file of its name would be taken for what it makes"


def test_what_runs_a_program_of_the_tests_installs_first_what_they_import() -> None:
    """In a fresh clone `make bench` ended at its third line: the product's own packages have no psutil."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipes = dict(re.findall(r"^([a-z-]+):.*\n((?:\t.*\n)+)", makefile, re.MULTILINE))
    installs = {
        name for name, recipe in recipes.items() if "install.py deployments/requirements-test.lock" in recipe
    }
    runs = {name for name, recipe in recipes.items() if "-m tests.bench." in recipe}
    assert {"bench", "eval", "rehearsal"} < runs
    bare = {name for name in runs - installs if not installs & set(targets()[name].split())}
    assert not bare


def test_hosted_ci_and_hooks_call_targets_of_the_makefile_once_the_tools_are_there() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    (repo,) = hooks["repos"]
    tools, *typed = [step["run"] for step in job["steps"] if "run" in step]
    asked = {
        tool
        for path in (ROOT / "tests").glob("test_*.py")
        for tool in re.findall(r"at_hand\(\"([\w-]+)\"\)", path.read_text(encoding="utf-8"))
    }
    brought = tools.partition(" install ")[2].split()
    assert {word for word in brought if word[0] != "-"} == asked - {"systemd-analyze"}, (
        "which the machine has"
    )
    assert typed == [hook["entry"] for hook in repo["hooks"]] == ["make check", "make test"]
    assert targets()["test"].split() == ["check"]
    assert targets().keys() >= {"check"}
    assert repo["repo"] == "local"
    assert re.fullmatch(r"\d+\.\d+\.\d+", hooks["minimum_pre_commit_version"])


def test_hosted_ci_is_pinned_may_write_nothing_and_knows_every_python() -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    (job,) = workflow["jobs"].values()
    used = re.findall(r"uses: (.+)", text)
    assert used
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one) for one in used)
    assert workflow["permissions"] == {"contents": "read"}
    assert re.fullmatch(r"ubuntu-\d\d\.\d\d", job["runs-on"])
    versions = job["strategy"]["matrix"]["python"]
    assert PROJECT["requires-python"] == f">={versions[0]},<3.{int(versions[-1].split('.')[1]) + 1}"


def test_whoever_contributes_is_told_commands_and_files_that_are_there() -> None:
    named = set(re.findall(r"`make ([a-z-]+)`", CONTRIBUTING))
    assert {"run", "check", "test"} <= named <= targets().keys()
    for path in re.findall(r"(?:tests|deployments)/[\w./-]+", CONTRIBUTING):
        assert (ROOT / path).is_file(), path
    assert "[EUPL-1.2](../LICENSE)" in CONTRIBUTING


def test_who_finds_a_hole_is_told_how_when_and_what_counts() -> None:
    assert "**Security → Report a vulnerability**" in SECURITY
    assert re.findall(r"[\w.+-]+@[\w-]+\.\w+", SECURITY) == []  # an address that nobody reads
    supported = re.findall(r"^\| (\d+\.\d+) \| yes \|$", SECURITY, re.MULTILINE)
    assert supported == [PROJECT["version"].rpartition(".")[0]]
    for harm in ("A double send", "A lost opt-out", "A leaked number"):
        assert f"- **{harm}**" in SECURITY
    assert re.findall(r"^\| (\d+) (?:working )?days \|", SECURITY, re.MULTILINE) == ["3", "10", "30"]
    typed = re.findall(r"`python -m flows ([a-z][\w -]+)`", SECURITY)
    assert {parser().parse_args(words.split()).verb for words in typed} == {"upgrade"}


def test_the_changelog_begins_with_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.findall(r"^## \[(.+?)\] - (Unreleased|\d{4}-\d\d-\d\d)$", text, re.MULTILINE)[0]
    assert newest[0] == PROJECT["version"]
    assert f"Version {PROJECT['version']}:" in README


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "deployments/manuale.md",
        "CHANGELOG.md",
        "publiccode.yml",
        ".github/CONTRIBUTING.md",
        ".github/SECURITY.md",
    ],
)
def test_no_path_of_a_machine_is_published(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"(?<![\w.:/])/(?:work|tmp|home|root|Users)\b", text) == []


def test_what_the_makefile_and_the_benches_start_is_there() -> None:
    """Nobody runs them with the tests: a program that moved was missed only there."""
    bench = ROOT / "tests" / "bench"
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"tests\.bench\.(\w+)", makefile))
    for program in bench.glob("*.py"):
        text = program.read_text(encoding="utf-8")
        named |= set(re.findall(r'"(?:tests/bench/)?(peer_\w+)(?:\.py)?"', text))
        named |= set(re.findall(r"tests\.bench\.(\w+)", text))
    assert {"feeds", "peer_reader", "peer_pywa", "peer_lexrank", "send_sink"} <= named
    assert sorted(name for name in named if not (bench / f"{name}.py").exists()) == []
    paths = re.findall(r"tests/\w+\.py", makefile)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []
