"""One conversation with a model about one item: asked, checked, corrected, and bounded in time and tries.

The only module that knows the packages of the extra `llm`; they are imported when a model is really asked.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field, SecretStr

from flows.bulletin.proposal.request import Request, answer, faults
from flows.profiles.llm import Llm

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from pydantic_ai import Agent, RunContext, RunUsage
    from pydantic_ai.models import Model as Model

_ABOUT_THE_REQUEST = (400, 413, 422)  # HTTP: the same request will never pass
_MALFORMED = (AttributeError, LookupError, TypeError)  # what the packages do on JSON of another shape
_LONGEST_ANSWER = 4000  # tokens: three times the longest text, and room for a model that thinks aloud


@dataclass(frozen=True)
class Written:
    """What asking brought: `text` is "" where it was not taken, and `reason` (Italian) says why.

    `answered` is false where no model saw the request or none could be reached: another day it may.
    """

    text: str = ""
    reason: str = ""
    answered: bool = True
    tokens_in: int = 0  # of all tries
    tokens_out: int = 0


class Proposal(BaseModel):
    """The shape a model must answer in."""

    testo: str = Field(description="Il testo della notizia, su una sola riga.")


@dataclass
class _Run:
    """One request on its way: what the last answer was stopped for."""

    asked: Request
    stopped: tuple[str, ...] = field(default=())


def ask(llm: Llm, key: SecretStr | None, asked: Request, *, model: "Model | None" = None) -> Written:
    """One item's text from the model of `llm`, or why there is none; raises nothing that a model can cause.

    `model` stands in for the one that `llm` names. Must not be called from a running event loop.
    """
    from openai import OpenAIError
    from pydantic_ai import RunUsage
    from pydantic_ai.exceptions import AgentRunError

    run, usage = _Run(asked), RunUsage()
    text = reason = ""
    answered = True
    try:
        text = asyncio.run(_asked(llm, key, run, usage, model))
    except (AgentRunError, OpenAIError, OSError, ValueError, *_MALFORMED) as exc:
        reason = _reason(exc, llm, run.stopped)
        answered = _answered(exc)
    return Written(text, reason, answered, usage.input_tokens, usage.output_tokens)


async def _asked(llm: Llm, key: SecretStr | None, run: _Run, usage: "RunUsage", model: "Model | None") -> str:
    async with asyncio.timeout(llm.timeout_seconds), _client(llm, key) as client:
        return await _answer(llm, run, usage, model or _named(llm, client))


def _client(llm: Llm, key: SecretStr | None) -> "AsyncOpenAI":
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient

    return AsyncOpenAI(
        base_url=llm.address,
        api_key=key.get_secret_value() if key else "none",  # without one it would look in the environment
        max_retries=0,
        timeout=llm.timeout_seconds,
        http_client=DefaultAsyncHttpxClient(follow_redirects=False),  # nobody else is to read the request
    )


def _named(llm: Llm, client: "AsyncOpenAI") -> "Model":
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    return OpenAIChatModel(llm.model, provider=OpenAIProvider(openai_client=client))


async def _answer(llm: Llm, run: _Run, usage: "RunUsage", model: "Model") -> str:
    from pydantic_ai import UsageLimits

    limits = UsageLimits(request_limit=llm.max_retries + 1)
    result = await _agent(llm, run).run(
        run.asked.prompt, model=model, deps=run, usage=usage, usage_limits=limits
    )
    return answer(run.asked, result.output.testo)


def _agent(llm: Llm, run: _Run) -> "Agent[_Run, Proposal]":
    from pydantic_ai import Agent, ModelRetry, ModelSettings, PromptedOutput, ToolOutput

    shape = ToolOutput(Proposal, name="proponi") if llm.tools else PromptedOutput(Proposal)
    agent = Agent(
        deps_type=_Run,
        output_type=shape,
        instructions=run.asked.instructions,
        model_settings=ModelSettings(temperature=0, max_tokens=_LONGEST_ANSWER),
        retries={"output": llm.max_retries, "tools": llm.max_retries},
    )

    @agent.output_validator
    def checked(context: "RunContext[_Run]", proposal: Proposal) -> Proposal:
        asked = context.deps.asked
        found = faults(asked, answer(asked, proposal.testo))
        # what goes back to the model must not name whom the request did not name
        context.deps.stopped = tuple(asked.masked.hide(fault) for fault in found)
        if found:
            raise ModelRetry("Correggi il testo. " + " ".join(context.deps.stopped))
        return proposal

    return agent


def _answered(exc: Exception) -> bool:
    """Whether a model, or its service about this very request, said something that it would say again."""
    from pydantic_ai import exceptions as told

    if isinstance(exc, told.ModelHTTPError):
        return exc.status_code in _ABOUT_THE_REQUEST
    return isinstance(exc, (told.UnexpectedModelBehavior, told.UsageLimitExceeded, *_MALFORMED))


def _reason(exc: Exception, llm: Llm, stopped: Sequence[str]) -> str:
    """Why there is no text, in Italian; holds neither the key nor what the service answered."""
    from pydantic_ai import exceptions as told

    match exc:
        case TimeoutError() | told.ModelTimeoutError():
            return f"nessuna risposta entro {llm.timeout_seconds:g} secondi."
        case told.ContentFilterError():
            return "il modello ha rifiutato di rispondere."
        case told.ModelHTTPError(status_code=401 | 403 as code):
            return f"il servizio ha risposto {code}: controllare BOLLETTINO_LLM_KEY."
        case told.ModelHTTPError(status_code=404):
            return "il servizio ha risposto 404: controllare llm.address e llm.model nel profilo."
        case told.ModelHTTPError(status_code=code):
            return f"il servizio ha risposto {code}."
        case told.ModelConnectionError():
            return "il servizio non si raggiunge: controllare llm.address nel profilo."
        case _ if stopped:
            return f"il testo proposto non ha superato i controlli. {' '.join(stopped)}"
        case _:
            return f"il modello non ha risposto nella forma chiesta ({type(exc).__name__})."
