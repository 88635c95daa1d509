"""The questions to the provider before a send: what each answer, and each trouble, is taken for."""

from collections.abc import Mapping
from threading import Barrier
from typing import Any

import pytest

from flows.sending import preflight
from flows.sending.preflight import Provider
from flows.settings import Settings
from flows.whatsapp.account import NumberState
from flows.whatsapp.account_templates import TemplateState
from flows.whatsapp.errors import NowhereError, Refused, Retryable, TokenError, WhatsAppError
from tests.test_sending_preflight_rows import ordered

NUMBER = NumberState("GREEN", "CONNECTED", "TIER_2K")
MARKETING = TemplateState("APPROVED", "MARKETING", None)
UTILITY = TemplateState("APPROVED", "UTILITY", None)
Answer = NumberState | TemplateState | str | WhatsAppError | None


class Account:
    """Gives the answers of a test and keeps what it was asked."""

    def __init__(self, settings: Settings, patch: pytest.MonkeyPatch) -> None:
        self._settings, self._patch = settings, patch
        self.asked: dict[str, tuple[Any, ...]] = {}

    def ask(
        self,
        number: Answer = NUMBER,
        template: Answer = MARKETING,
        terms: Answer = "ONBOARDED",
        category: str = "MARKETING",
    ) -> Provider:
        both = Barrier(2, timeout=5)  # broken where one is asked after the other

        def answers(name: str, answer: Answer) -> None:
            def ask(*given: Any) -> Answer:
                self.asked[name] = given
                if name != "terms":
                    both.wait()
                if isinstance(answer, WhatsAppError):
                    raise answer
                return answer

            self._patch.setattr(preflight, f"ask_{name}", ask)

        for name, answer in (("number", number), ("template", template), ("terms", terms)):
            answers(name, answer)
        return preflight.ask(self._settings, ordered(self._settings, 1, category=category))


@pytest.fixture
def account(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Account:
    return Account(settings, monkeypatch)


def test_all_that_is_asked_and_answered(settings: Settings, account: Account) -> None:
    assert account.ask() == Provider(
        number=NUMBER,
        template=MARKETING,
        terms="ONBOARDED",
        number_trouble="",
        template_trouble="",
        terms_trouble="",
        is_token_dead=False,
        is_nowhere=False,
    )
    whatsapp, right = settings.profile.whatsapp, {"Authorization": "Bearer token"}
    assert account.asked == {
        "number": (whatsapp.base, whatsapp.phone_number_id, right),
        "template": (whatsapp.base, whatsapp.waba_id, "bollettino_1", "it", right),
        "terms": (whatsapp.base, whatsapp.waba_id, right),
    }


@pytest.mark.parametrize(
    ("template", "category", "is_asked"),
    [
        (MARKETING, "UTILITY", True),
        (UTILITY, "MARKETING", False),
        (TemplateState("APPROVED", "None", None), "MARKETING", True),
        (TemplateState("APPROVED", "None", None), "UTILITY", False),
        (None, "MARKETING", True),
        (None, "UTILITY", False),
        (Retryable("HTTP 500"), "MARKETING", True),
        (Retryable("HTTP 500"), "UTILITY", False),
    ],
)
def test_terms_are_asked_of_a_marketing_template_by_the_provider_or_else_by_us(
    account: Account, template: Answer, category: str, is_asked: bool
) -> None:
    found = account.ask(template=template, category=category)
    assert ("terms" in account.asked, found.terms) == (is_asked, "ONBOARDED" if is_asked else None)
    assert found.number == NUMBER


TOKEN, NOWHERE, NO = TokenError("HTTP 401"), NowhereError("HTTP 404"), Refused("HTTP 400")


@pytest.mark.parametrize(
    ("number", "template", "is_token_dead", "is_nowhere"),
    [
        (TOKEN, MARKETING, True, False),
        (NUMBER, TOKEN, True, False),
        (TOKEN, TokenError("HTTP 403"), True, False),
        (TOKEN, NOWHERE, True, False),
        (NOWHERE, NOWHERE, False, True),
        (NOWHERE, MARKETING, False, False),
        (NUMBER, NOWHERE, False, False),
        (NOWHERE, NO, False, False),
        (NO, NOWHERE, False, False),
        (NO, Retryable("HTTP 500"), False, False),
    ],
)
def test_one_answer_shows_a_dead_token_and_only_both_that_there_is_no_api(
    account: Account, number: Answer, template: Answer, is_token_dead: bool, is_nowhere: bool
) -> None:
    found = account.ask(number, template, terms=Retryable("HTTP 503"))
    number_trouble, template_trouble = (
        str(answer) if isinstance(answer, WhatsAppError) else "" for answer in (number, template)
    )
    assert found == Provider(
        number=None if number_trouble else NUMBER,
        template=None if template_trouble else MARKETING,
        terms=None,
        number_trouble=number_trouble,
        template_trouble=template_trouble,
        terms_trouble="HTTP 503",
        is_token_dead=is_token_dead,
        is_nowhere=is_nowhere,
    )


def test_a_fault_of_ours_is_no_trouble_of_the_providers() -> None:
    def ask() -> Mapping[str, str]:
        raise KeyError("a field")

    with pytest.raises(KeyError):
        preflight._try(ask)


@pytest.mark.parametrize(
    ("number", "template", "trouble"),
    [("one", "two", "one"), ("one", "", ""), ("", "two", ""), ("", "", "")],
)
def test_one_answer_of_two_proves_the_token(number: str, template: str, trouble: str) -> None:
    found = Provider(NUMBER, MARKETING, number_trouble=number, template_trouble=template)
    assert found.trouble == trouble
    assert Provider(NUMBER, MARKETING) == Provider(NUMBER, MARKETING, None, "", "", "", False, False)
