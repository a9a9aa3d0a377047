"""JSON files of a cohort, read with a word of advice where something is missing."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from custom.errors import BadInput


class JsonRecord:
    """What a JSON file of the simulation holds.

    Args:
        path: of the file.

    Raises:
        BadInput: no such file, or one that does not hold a JSON object.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadInput(f"{path} must be readable JSON ({error}); run `make simulation` again") from error

    def at(self, *keys: str) -> Any:  # noqa: ANN401
        """Return what stands under some keys, one inside the other.

        Raises:
            BadInput: nothing stands there.
        """
        content = self._content
        for key in keys:
            if not isinstance(content, dict) or key not in content:
                raise BadInput(
                    f"{self.path} lacks {'.'.join(keys)}; an older version made this cohort, so run `make simulation` "
                    "again"
                )
            content = content[key]
        return content

    def number(self, *keys: str) -> float:
        """Return the number that stands under some keys.

        Raises:
            BadInput: nothing stands there, or no finite number.
        """
        value = self.at(*keys)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise BadInput(
                f"{'.'.join(keys)} in {self.path} must be a finite number, got {value!r}; was the file changed?"
            )
        return float(value)
