"""Attack our own wall: draw, attack, bound, judge. No record is ever read."""

from privacy.audit.draw import cells, draw

__all__ = ["cells", "draw"]
