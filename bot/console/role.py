"""What a member of staff may do."""

from __future__ import annotations

from enum import Enum


class Role(str, Enum):
    """Each may do what the ones before it may."""

    READER = "reader"
    REVIEWER = "reviewer"
    ADMIN = "admin"

    def may(self, needed: Role) -> bool:
        """Whether this role includes another."""
        order = list(Role)
        return order.index(self) >= order.index(needed)
