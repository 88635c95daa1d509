"""What a restored installation was found to be, as a report keeps it. Who looks is given from outside."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from flows.settings import Settings


class Checked(BaseModel):
    """One check of the doctor's. `of_a_copy`: why it cannot be well in what was just restored."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    verdict: str
    words: str
    of_a_copy: str = ""

    @property
    def is_trouble(self) -> bool:
        """Something to see to, beside what any copy is without."""
        return self.verdict != "good" and not self.of_a_copy

    def __str__(self) -> str:
        return f"{self.verdict}: {self.name}: {self.words}" + (
            f" (as of any copy: {self.of_a_copy})" if self.of_a_copy else ""
        )


Look = Callable[[Settings, datetime], list[Checked]]


def summary(checks: Sequence[Checked]) -> list[str]:
    """Lines: how many are well, then each that is not."""
    well = sum(one.verdict == "good" for one in checks)
    head = f"{well} of {len(checks)} checks without the network are well there"
    return [head, *(f"  {one}" for one in checks if one.verdict != "good")]
