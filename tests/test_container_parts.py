"""A fleet in containers, as compose.yaml and kubernetes.yaml have it: by schemas, and by our own code."""

import copy
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from flows.__main__ import parser
from flows.cli.fleet_processes import OF_ALL
from flows.door.environment import FLEETS, PREFECT_DATABASE, REDIS_PASSWORD
from flows.profiles.fleet import FleetFile
from flows.runs import drain
from flows.settings import ROOT, load_fleet
from tests.test_house_project import PROJECT
from tests.test_machine_proxy import nginx_tree
from tests.world import containers
from tests.world.containers import COMPOSE, KUBERNETES, NGINX, Container, compose, objects, pod
from tests.world.documents import MANUAL, names_in

OLDEST = re.findall(r"^# A fleet on Kubernetes, (\d\.\d+) or later", KUBERNETES.read_text(encoding="utf-8"))
BOTH = pytest.mark.parametrize(
    "found", [containers.of_compose(), containers.of_kubernetes()], ids=["compose", "kubernetes"]
)
TWICE = ("prefect", "services", "worker", "gate", "web")
ONCE = ("redis", "nginx", "migrate", "register")
Found = dict[str, Container]


def of_role(name: str) -> str:
    return re.sub(r"-[12]$", "", name)


# ------------------------------------------------------------ by their schemas
def judged(path: Path) -> subprocess.CompletedProcess[str]:
    """Of the compose specification, as the package brings it along: asked of nobody."""
    program = str(Path(sys.executable).with_name("check-jsonschema"))
    command = [program, "--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_compose_file_is_one(tmp_path: Path) -> None:
    done = judged(COMPOSE)
    assert done.returncode == 0, done.stdout
    wrong = copy.deepcopy(compose())
    wrong["services"]["web-1"]["stop_grace_perjod"] = "60s"
    (tmp_path / "compose.yaml").write_text(yaml.safe_dump(wrong))
    done = judged(tmp_path / "compose.yaml")
    assert done.returncode == 1
    assert "stop_grace_perjod" in done.stdout


def versions() -> list[str]:
    return [*OLDEST, kubernetes_validate.latest_version()]


@pytest.mark.parametrize("version", versions())
def test_each_object_is_one_of_kubernetes(version: str) -> None:
    assert len(versions()) == 2
    assert objects().keys() == {"StatefulSet", "Service", "NetworkPolicy"}
    for one in objects().values():
        kubernetes_validate.validate(one, version, strict=True)
    for where in ("securityContext", "initContainers"):
        wrong = copy.deepcopy(objects()["StatefulSet"])
        inner = wrong["spec"]["template"]["spec"]
        inner[f"{where}s"] = inner.pop(where)
        with pytest.raises(kubernetes_validate.ValidationError, match=f"{where}s"):
            kubernetes_validate.validate(wrong, version, strict=True)


def test_its_anchors_are_those_that_any_reader_knows() -> None:
    """A merge of mappings (`<<`) is no part of YAML 1.2."""
    assert "<<:" not in KUBERNETES.read_text(encoding="utf-8")


# ------------------------------------------------------------ what runs
def test_two_of_each_run_and_one_of_what_stands_between() -> None:
    pairs = {f"{name}-{number}" for name in TWICE for number in (1, 2)}
    assert containers.of_compose().keys() == {*ONCE, *pairs, "machine", "postgresql"}
    of_workers = {name for name in pairs if of_role(name) == "worker"}
    assert containers.of_kubernetes().keys() == {*ONCE, *pairs - of_workers, "worker"}


def test_where_the_number_of_a_process_is_judged_it_means_one() -> None:
    """Of a run (`is_lost`) by what Prefect's worker writes down: a name that all of these share."""
    spaces = {name: one.get("pid") for name, one in compose()["services"].items()}
    assert {name for name, space in spaces.items() if space} == {"worker-1", "worker-2"}
    name = compose()["services"]["machine"]["container_name"]
    assert {space for space in spaces.values() if space} == {f"container:{name}"}, "where verbs are typed"
    assert "shareProcessNamespace" not in pod(), (
        "a pod's are all one, or each its own: so there is one worker"
    )
    assert [one["name"] for one in pod()["containers"]] == ["worker"]


@BOTH
def test_what_is_typed_is_a_verb_and_a_process_of_all(found: Found) -> None:
    for container in found.values():
        for words in container.typed:
            parser().parse_args(words)
            assert words[0] == "fleet" or words[0] in OF_ALL, "what else is of one Comune"
    kinds = {of_role(one.name): one.verb for one in found.values() if one.typed}
    assert kinds == {
        **{name: name for name in TWICE if name != "services"},
        "services": "prefect",
        "migrate": "fleet",
        "register": "fleet",
    }
    assert found["migrate"].typed == (("fleet", "migrate"),)
    assert found["register"].typed == (("fleet", "apply"),)
    worker = next(one for one in found.values() if one.verb == "worker")
    assert worker.typed == (("drain", "--undo"), ("worker", "--drain", "--port", "4401"))


def test_both_type_and_ask_the_same() -> None:
    one, other = containers.of_compose(), containers.of_kubernetes()
    for name, container in other.items():
        twin = one.get(name) or one[f"{name}-1"]
        assert container.typed == twin.typed, name
        assert container.image == twin.image, name
        assert set(twin.asked) <= set(container.asked), name
    script = [one["redis"].raw["command"][0].replace("$$", "$"), other["redis"].raw["args"][0]]
    assert script[0] == script[1]


@BOTH
def test_each_is_of_one_image_of_this_version_or_pinned_to_a_patch_level(found: Found) -> None:
    for container in found.values():
        if container.is_ours:
            assert container.image == f"localhost/bollettino:{PROJECT['version']}"
        else:
            assert re.fullmatch(r"docker\.io/library/[a-z]+:\d+\.\d+(\.\d+)?-[a-z]+", container.image)
    ours = {one.name for one in found.values() if not one.is_ours}
    assert ours - {"postgresql"} == {"redis", "nginx"}


def test_their_ports_are_those_of_the_fleet_s_file_and_of_nginx() -> None:
    shared = load_fleet(ROOT / "deployments" / "fleet")
    assert shared == FleetFile(), "its ports are what is meant where nothing is said"
    http = nginx_tree(NGINX.read_text(encoding="utf-8")).only("http")
    behind = {one.words[1]: one.told("server") for one in http.all("upstream")}
    told = {
        verb: [containers.of_compose()[f"{verb}-{number}"].typed[-1][2] for number in (1, 2)]
        for verb in ("prefect", "gate", "web")
    }
    for verb, port in (
        ("prefect", shared.prefect.place[1]),
        ("gate", shared.gate.port),
        ("web", shared.web.port),
    ):
        assert [one.split()[0] for one in behind[verb]] == [f"127.0.0.1:{number}" for number in told[verb]]
        (server,) = (one for one in http.all("server") if one.told("listen") == [f"127.0.0.1:{port}"])
        assert server.only("location", "/").told("proxy_pass") == [f"http://{verb}"]
    example = (ROOT / "deployments" / "fleet" / "fleet.toml").read_text(encoding="utf-8")
    assert '# redis = "redis://127.0.0.1:6379"' in example, "the line that the manual says to take"


@BOTH
def test_what_lasts_is_asked_at_its_own_port_and_no_two_have_one(found: Found) -> None:
    answers = {"prefect": {"api/ready", "api/health"}, "worker": {"health"}}
    lasting = [one for one in found.values() if of_role(one.name) in TWICE]
    ports = {place.partition("/")[0] for one in lasting for place in one.asked}
    assert len(ports) == len(lasting), "all share one network"
    for container in found.values():
        words = container.typed[-1] if container.typed else ()
        port = words[words.index("--port") + 1] if "--port" in words else None
        assert {one.partition("/")[0] for one in container.asked} == ({port} if port else set())
        paths = {one.partition("/")[2] for one in container.asked}
        assert paths <= answers.get(of_role(container.name), {"salute"})


def test_that_its_database_is_away_starts_no_server_again() -> None:
    for name in ("prefect-1", "prefect-2"):
        raw = containers.of_kubernetes()[name].raw
        assert raw["startupProbe"]["exec"]["command"][-1].endswith("/api/ready")
        assert raw["livenessProbe"]["exec"]["command"][-1].endswith("/api/health")
    assert not [one.name for one in containers.of_kubernetes().values() if "readinessProbe" in one.raw], (
        "one that is not ready would take the others' address away"
    )


def test_a_worker_that_hangs_is_not_given_the_time_of_a_drain() -> None:
    probe = containers.of_kubernetes()["worker"].raw["livenessProbe"]
    assert probe["terminationGracePeriodSeconds"] < drain.PATIENCE


# ------------------------------------------------------------ what holds them in
def test_of_a_pod_each_container_can_do_what_it_must_and_no_more() -> None:
    assert pod()["securityContext"] == {
        "runAsNonRoot": True,
        **dict.fromkeys(("runAsUser", "runAsGroup", "fsGroup"), 10001),
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert pod()["automountServiceAccountToken"] is False
    assert pod()["enableServiceLinks"] is False, "else a Service puts BOLLETTINO_PORT into each environment"
    assert not {"hostNetwork", "hostPID", "shareProcessNamespace"} & pod().keys()
    for container in containers.of_kubernetes().values():
        assert container.raw["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, container.name
        assert "env" not in container.raw, "no secret, and the image says the rest"
        assert container.raw["resources"]["limits"]["memory"], container.name
        (tmp,) = (one for one in container.raw["volumeMounts"] if one["mountPath"] == "/tmp")  # noqa: S108
        assert tmp["subPath"] == container.name, "what one writes there no other reads"


def test_of_one_machine_each_container_can_do_what_it_must_and_no_more() -> None:
    for container in containers.of_compose().values():
        raw = container.raw
        assert raw["read_only"] is True, container.name
        assert raw["cap_drop"] == ["ALL"], container.name
        assert raw["security_opt"] == ["no-new-privileges:true"]
        assert raw["user"] == "10001:10001" if container.name != "postgresql" else "user" not in raw
        assert [one.partition(":")[0] for one in raw["tmpfs"]][:1] == ["/tmp"]  # noqa: S108
        assert {"environment"} & raw.keys() == ({"environment"} if container.name == "postgresql" else set())
    assert compose()["services"]["postgresql"]["environment"] == {
        "POSTGRES_USER": "prefect",
        "POSTGRES_PASSWORD_FILE": "/run/secrets/POSTGRES_PASSWORD",
    }


def test_of_all_ports_two_of_nginx_lead_out() -> None:
    services = compose()["services"]
    assert {name: one["network_mode"] for name, one in services.items()} == {
        name: "bridge" if name == "machine" else "service:machine" for name in services
    }
    assert [name for name, one in services.items() if "ports" in one] == ["machine"]
    http = nginx_tree(NGINX.read_text(encoding="utf-8")).only("http")
    listening = [told.split()[0] for one in http.all("server") for told in one.told("listen")]
    outer = {one for one in listening if not one.startswith("127.0.0.1:")}
    assert {one.partition(":")[2] for one in services["machine"]["ports"]} == outer
    service = objects()["Service"]["spec"]
    assert {str(one["targetPort"]) for one in service["ports"]} == outer
    assert service["externalTrafficPolicy"] == "Local", "else every client has the node's address"
    (rule,) = objects()["NetworkPolicy"]["spec"]["ingress"]
    assert {str(one["port"]) for one in rule["ports"]} == outer
    for one in (service["selector"], objects()["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"]):
        assert one.items() <= objects()["StatefulSet"]["spec"]["template"]["metadata"]["labels"].items()


# ------------------------------------------------------------ who is given what
def test_a_secret_is_a_file_of_who_has_a_use_for_it() -> None:
    services, secrets = compose()["services"], compose()["secrets"]
    assert {PREFECT_DATABASE, REDIS_PASSWORD} == set(secrets) - {"POSTGRES_PASSWORD"} <= set(FLEETS)
    assert all(one == {"file": f"./segreti/{name}"} for name, one in secrets.items())
    given = {name: set(one.get("secrets", ())) for name, one in services.items()}
    server = {PREFECT_DATABASE, REDIS_PASSWORD}
    assert {name: found for name, found in given.items() if found} == {
        "machine": server,
        "postgresql": {"POSTGRES_PASSWORD"},
        "redis": {REDIS_PASSWORD},
        **{f"{name}-{number}": server for name in ("prefect", "services") for number in (1, 2)},
    }


def mounted(name: str, path: str) -> str:
    """The volume that a container of the pod has there; "" where it has none."""
    mounts = containers.of_kubernetes()[name].raw["volumeMounts"]
    return "".join(one["name"] for one in mounts if one["mountPath"] == path)


def test_of_a_pod_too() -> None:
    volumes = {one["name"]: one for one in pod()["volumes"]}
    assert volumes["server"]["secret"]["secretName"] == "bollettino-server"
    for name in containers.of_kubernetes():
        role = of_role(name)
        wanted = {"prefect": "server", "services": "server", "worker": "all", "redis": "", "nginx": ""}
        assert mounted(name, "/run/secrets") == wanted.get(role, "comuni"), name
    assert mounted("redis", f"/run/secrets/{REDIS_PASSWORD}") == "server"


def test_who_is_reached_by_citizens_sees_no_file_of_the_prefect_server() -> None:
    for number in (1, 2):
        name = f"web-{number}"
        assert mounted(name, "/var/lib/bollettino/_fleet") == "rounds"
        assert "rounds:/var/lib/bollettino/_fleet" in compose()["services"][name]["volumes"]
    others = [name for name in containers.of_kubernetes() if mounted(name, "/var/lib/bollettino/_fleet")]
    assert others == ["web-1", "web-2"]
    for name in ("redis", "nginx"):
        assert not mounted(name, "/var/lib/bollettino")
        assert not any("/var/lib/bollettino" in one for one in compose()["services"][name].get("volumes", ()))


# ------------------------------------------------------------ in which order
def test_whoever_is_spoken_to_starts_first_and_ends_last() -> None:
    order = [one["name"] for one in pod()["initContainers"]]
    assert sorted(order, key=order.index) == [
        *("redis", "migrate", "web-1", "web-2", "nginx", "prefect-1", "prefect-2"),
        *("services-1", "services-2", "register", "gate-1", "gate-2"),
    ]
    once = [one["name"] for one in pod()["initContainers"] if one.get("restartPolicy") != "Always"]
    assert once == ["migrate", "register"]
    assert {one["name"] for one in pod()["containers"]} == {"worker"}, (
        "which ends before those above (KEP-753)"
    )
    assert objects()["StatefulSet"]["spec"]["replicas"] == 1


def needs(name: str) -> dict[str, str]:
    return {on: how["condition"] for on, how in compose()["services"][name].get("depends_on", {}).items()}


def test_databases_are_brought_to_this_version_before_anybody_opens_one() -> None:
    done, well = "service_completed_successfully", "service_healthy"
    assert needs("migrate") == {"postgresql": well}
    for number in (1, 2):
        assert needs(f"web-{number}") == {"migrate": done}
        assert needs(f"services-{number}") == {"migrate": done, "redis": well}
        assert needs(f"prefect-{number}") == {"migrate": done, "redis": well}
        assert needs(f"gate-{number}") == {"prefect-1": well}
        assert needs(f"worker-{number}") == {"register": done}
    assert needs("register") == {"prefect-1": well, "nginx": "service_started"}


def test_a_stop_leaves_a_worker_the_time_of_its_drain() -> None:
    for number in (1, 2):
        raw = compose()["services"][f"worker-{number}"]
        assert int(raw["stop_grace_period"].removesuffix("s")) >= drain.PATIENCE + 60
        assert "exec python" in raw["command"][0], "else the shell has the signal, and not the worker"
    web = int(compose()["services"]["web-1"]["stop_grace_period"].removesuffix("s"))
    assert pod()["terminationGracePeriodSeconds"] >= drain.PATIENCE + 60 + web


def test_who_is_ill_keeps_none_of_the_others_from_starting() -> None:
    """`fleet migrate` and `fleet apply` end with 2 for one of them, and have done the others."""
    for found in (containers.of_compose(), containers.of_kubernetes()):
        for name in ("migrate", "register"):
            words: Any = found[name].raw.get("args") or found[name].raw["command"]
            assert words[0].endswith("|| true"), name


# ------------------------------------------------------------ what the manual says of them
def test_what_lies_beside_them_is_what_the_manual_says() -> None:
    told = {name.rstrip("/") for row in MANUAL.rows("In containers", "in it") for name in names_in(row[0])}
    bound = {
        one.split(":")[0].removeprefix("./")
        for service in compose()["services"].values()
        for one in service.get("volumes", ())
        if one.startswith("./")
    }
    files = {one["file"].split("/")[1] for one in compose()["secrets"].values()}
    assert bound - {"nginx.conf"} | files == told
    assert set(compose()["volumes"]) == {"state", "rounds", "database"}


def test_what_a_cluster_is_given_is_made_as_the_manual_types_it() -> None:
    typed = [line for line in MANUAL.typed if line.startswith("kubectl create")]
    volumes = pod()["volumes"]
    asked = {f"configmap {one['configMap']['name']}" for one in volumes if "configMap" in one}
    asked |= {f"secret generic {one['secret']['secretName']}" for one in volumes if "secret" in one}
    assert {" ".join(line.split()[2:-1]) for line in typed} == asked
    projected = next(one["projected"]["sources"] for one in volumes if "projected" in one)
    assert {f"secret generic {one['secret']['name']}" for one in projected} <= asked


def test_the_image_is_built_under_the_name_by_which_it_is_asked_for() -> None:
    (line,) = (one for one in MANUAL.typed if one.startswith("podman build"))
    words = line.split()
    assert words[words.index("-t") + 1] == containers.of_compose()["web-1"].image
    assert (ROOT / words[words.index("-f") + 1]).samefile(containers.RECIPE)
    assert line in containers.RECIPE.read_text(encoding="utf-8")
