"""How a load in a process of its own ends when nobody kills it."""

LOADED = 0
REFUSED = 3
"""An error in words."""
BROKEN = 4
"""An exception that nobody expected."""
