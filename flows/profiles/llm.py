"""`[llm]` of a profile: the language model that may propose a text, and whether its packages are there."""

from datetime import date

from pydantic import Field, ValidationInfo, field_validator

from flows.profiles.contacts import Base
from flows.profiles.file import Strict
from flows.profiles.shapes import Currency


class Llm(Strict):
    """A model that proposes the texts of news, behind any API that speaks OpenAI's chat completions."""

    address: Base  # as "https://api.esempio.it/v1" or "http://127.0.0.1:11434/v1"
    model: str = Field(min_length=1)  # as the service names it
    tools: bool = True  # false for a model that cannot call tools: the shape is asked for in words
    price_in: float = Field(default=0, ge=0)  # per million tokens sent
    price_out: float = Field(default=0, ge=0)  # per million tokens received
    currency: Currency = "EUR"
    priced_on: date | None = Field(default=None, validate_default=True)  # when the prices were looked up
    max_retries: int = Field(default=2, ge=0, le=5)  # after an answer that a check stopped
    timeout_seconds: float = Field(default=60, gt=0, le=600)  # of one item, its retries included

    @field_validator("priced_on")
    @classmethod
    def _dated(cls, day: date | None, info: ValidationInfo) -> date | None:
        if day is None and (info.data.get("price_in") or info.data.get("price_out")):
            raise ValueError("is missing beside price_in and price_out: the day they were looked up")
        return day

    def cost(self, tokens_in: int, tokens_out: int) -> int:
        """In millionths of a unit of `currency`, rounded."""
        return round(tokens_in * self.price_in + tokens_out * self.price_out)


def is_installed() -> bool:
    """Whether the packages of the extra `llm` are there."""
    try:
        import openai  # noqa: F401
        import pydantic_ai  # noqa: F401
    except ImportError:
        return False
    return True
