"""Bounces and complaints: what a returned mail says (RFC 3464, RFC 5965), and whom it is about.

Whom, is told by our own signed return address anywhere in it; nothing that a stranger could write marks
anybody.
"""

from newsletter.bounces.found import COMPLAINT, HARD, NONE, SOFT, Bounce
from newsletter.bounces.reading import read_bounce
from newsletter.bounces.taking import take_bounce

__all__ = ["COMPLAINT", "HARD", "NONE", "SOFT", "Bounce", "read_bounce", "take_bounce"]
