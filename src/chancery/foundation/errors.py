"""Expected refusals and unexpected faults: the only two ways in which work ends early."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """An act that the rules do not allow; shown to the person who asked, never logged as a fault.

    code: stable lower-case word that callers and tests compare.
    message: whole English sentence with named ``%(name)s`` placeholders, translated at the edge.
    params: values of the placeholders.
    """

    code: str = "refused"

    def __init__(self, message: str, *, code: str | None = None, **params: Any) -> None:
        self.message = message
        self.params = params
        if code is not None:
            self.code = code
        super().__init__(self.sentence(message))

    def sentence(self, template: str) -> str:
        """Return the sentence with its placeholders filled; ``template`` may be a translation of the message."""
        return template % self.params if self.params else template


class NotFound(Refused):
    """The object does not exist or the actor may not know of it: both look the same."""

    code = "not_found"

    def __init__(self, message: str = "There is nothing here, or you may not see it.", **params: Any) -> None:
        super().__init__(message, **params)


class Fault(Exception):
    """Something that should not happen; logged once, at the edge."""
