"""The code of a run that an editor starts: nobody who may look at runs can use it, nor any other run."""

import ast
import inspect
import logging
import textwrap
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from flows.deploy import blocks, entry
from flows.door import sealed_code
from flows.door.sealed_code import Proof
from flows.runs import client
from tests.world.code_secrets import ANNA
from tests.world.comune import Comune


@pytest.fixture
def proof_of(comune: Comune, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, object]], Proof]:
    """What a flow makes of the parameters of its run; nothing of a code may stay among them."""
    run_id = "12345678-1234-5678-1234-567812345678"
    kept: list[dict[str, object]] = []
    runs_of = dict[str, dict[str, object]]()

    class Client:
        def __enter__(self) -> "Client":
            return self

        def __exit__(self, *_: object) -> None:
            """Nothing is open."""

        def read_flow_run(self, asked: object) -> SimpleNamespace:
            assert str(asked) == run_id
            return SimpleNamespace(
                id=asked,
                parameters=runs_of["this"],
                created="the moment",
                deployment_id=DEPLOYMENT,
                idempotency_key=None,
            )

        def update_flow_run(self, _asked: object, *, parameters: dict[str, object]) -> None:
            kept.append(parameters)

    monkeypatch.setattr(client, "get_client", lambda sync_client: Client())  # noqa: ARG005
    monkeypatch.setattr(client, "flow_run", SimpleNamespace(id=run_id))
    monkeypatch.setattr(client, "load", lambda: comune.settings)
    monkeypatch.setattr(client, "get_run_logger", lambda: logging.getLogger(__name__))

    def proof(parameters: dict[str, object]) -> Proof:
        runs_of["this"], kept[:] = parameters, []
        code = str(parameters.get("codice", ""))
        found = client.proof(code)
        without = {name: value for name, value in parameters.items() if name != "codice"}
        assert kept == ([without] if code else [])
        return found

    return proof


DEPLOYMENT = "08efb67e-99fa-44ca-b0f6-41348aaa7de3"
SENT: dict[str, object] = {"bollettino": 3, "chi": ANNA.name, "quando": None}


def test_a_sealed_code_proves_its_run_and_no_other(
    comune: Comune, proof_of: Callable[[dict[str, object]], Proof]
) -> None:
    """It is judged as of when it came, and taken out of what Prefect shows whatever it is worth."""
    key, at = comune.settings.stamp_key(), comune.now
    token = sealed_code.seal(key, "123456", DEPLOYMENT.upper(), {**SENT, "codice": "123456"}, at=at)
    assert "123456" not in token
    assert proof_of({**SENT, "codice": token}) == Proof("123456", at)
    assert proof_of({**SENT, "codice": token, "which": "of the deployment"}) == Proof("123456", at)
    nothing = Proof("", "the moment")  # type: ignore[arg-type]
    others = (
        {**SENT, "bollettino": 4, "codice": token},
        {"bollettino": 3, "codice": token},
        {**SENT, "codice": sealed_code.seal(key, "123456", DEPLOYMENT[::-1], SENT, at=at)},
        {**SENT, "codice": sealed_code.seal(b"another key", "123456", DEPLOYMENT, SENT, at=at)},
        {**SENT, "codice": token[:-1]},
        {**SENT, "codice": "123456"},  # not sealed: anybody may have read it
        {**SENT, "codice": "è"},
        SENT,
    )
    for parameters in others:
        assert proof_of(parameters) == nothing, parameters
    again = sealed_code.seal(key, token, DEPLOYMENT, SENT, at=at)
    assert proof_of({**SENT, "codice": again}).code == token, "no code of six digits"


FLOWS = [entry(block["entrypoint"]).fn for block in blocks()[0]]


@pytest.mark.parametrize(
    "flow", [one for one in FLOWS if sealed_code.FIELD in one.__annotations__], ids=lambda flow: flow.__name__
)
def test_no_flow_ends_before_the_code_is_taken_out(flow: Callable[..., object]) -> None:
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(flow))).body
    nodes = list(ast.walk(body))
    asks = [one for one in nodes if isinstance(one, ast.Call) and ast.unparse(one) == "client.proof(codice)"]
    ends = [one.lineno for one in nodes if isinstance(one, ast.Return | ast.Raise)]
    assert asks[0].lineno < min(ends)
