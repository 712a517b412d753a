"""Codes as the quick readers judge them: listed and in force, whatever shape the bill has."""

from __future__ import annotations

from chancery.engines.billing.codes import UNLISTED, CodeKind, find_code
from chancery.engines.billing.receiver import Profile


class ListedCodes:
    """Judges codes for a receiver. floor: the first day (YYYYMMDD) on which every code seen so far is in force."""

    profile: Profile
    floor: str

    def listed(self, *, task: str, activity: str, expense: str) -> bool:
        """Say whether each code that is given stands in the receiver's sets and is in force."""
        return self._listed(task, "task") and self._listed(activity, "activity") and self._listed(expense, "expense")

    def _listed(self, code: str, kind: CodeKind) -> bool:
        if not code or (kind == "task" and UNLISTED.fullmatch(code)):
            return True
        found = find_code(code=code, kind=kind, sets=self.profile.code_sets)
        if found is None or found.level == "phase" or found.in_force_to is not None:
            return False
        if self.profile.dated_codes:
            self.floor = max(self.floor, f"{found.in_force_from:%Y%m%d}")
        return True
