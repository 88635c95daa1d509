"""Meta's errors: what each code is called, which HTTP status it comes with, and the JSON around it."""

import secrets
from typing import Any

# code: (HTTP status, title), from Meta's table of Cloud API errors
CODES: dict[int, tuple[int, str]] = {
    0: (401, "AuthException"),
    1: (400, "API Unknown"),
    2: (503, "API Service"),
    3: (500, "API Method"),
    4: (400, "API Too Many Calls"),
    10: (403, "Permission Denied"),
    100: (400, "Invalid parameter"),
    190: (401, "Invalid OAuth access token"),
    368: (403, "Temporarily blocked for policies violations"),
    80007: (400, "Rate limit issues"),
    130403: (400, "User is blocked by the business"),
    130429: (429, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country"),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Account has been locked"),
    131042: (400, "Business eligibility payment issue"),
    131045: (500, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (429, "Spam rate limit hit"),
    131049: (400, "This message was not delivered to maintain healthy ecosystem engagement"),
    131050: (400, "User has stopped marketing messages from this business"),
    131051: (400, "Unsupported message type"),
    131055: (400, "Method not allowed"),
    131056: (429, "Pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    131063: (400, "Marketing messages disabled on this endpoint"),
    131064: (400, "Template classification limit reached"),
    132000: (400, "Template Param Count Mismatch"),
    132001: (404, "Template does not exist"),
    132005: (400, "Template Hydrated Text Too Long"),
    132007: (400, "Template Format Character Policy Violated"),
    132012: (400, "Template Parameter Format Mismatch"),
    132015: (400, "Template is Paused"),
    132016: (400, "Template is Disabled"),
    133004: (503, "Server Temporarily Unavailable"),
    133010: (400, "Phone number not registered"),
    134100: (400, "Only marketing messages supported"),
    134101: (400, "Template is still syncing"),
    134102: (400, "Template unavailable for use"),
    135000: (400, "Generic user error"),
}


class GraphError(Exception):
    """A refusal in Meta's own words. Raised by every check; `details` names no phone number."""

    def __init__(self, code: int, details: str, *, subcode: int | None = None, user_title: str = "") -> None:
        super().__init__(f"(#{code}) {details}")
        self.code = code
        self.details = details
        self.subcode = subcode
        self.user_title = user_title

    @property
    def http_status(self) -> int:
        """The status that Meta answers with; 400 for a code outside our table."""
        return CODES.get(self.code, (400, ""))[0]

    @property
    def title(self) -> str:
        """Meta's name of the code."""
        return CODES.get(self.code, (400, "Unknown error"))[1]

    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        error: dict[str, Any] = {
            "message": f"(#{self.code}) {self.title}",
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": secrets.token_urlsafe(12),
        }
        if self.subcode is not None:
            error |= {"error_subcode": self.subcode, "is_transient": False}
            error |= {"error_user_title": self.user_title, "error_user_msg": self.details}
        return {"error": error}

    def in_status(self) -> dict[str, Any]:
        """One element of `errors` in a failed status webhook."""
        return {
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": {"details": self.details},
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        }
