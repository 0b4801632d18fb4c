"""Values of a statement, kept out of its text."""

from __future__ import annotations


class Binder:
    """Values of one statement: each gets a placeholder, equal ones share it."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}
        self._names: dict[tuple[type, object], str] = {}

    def __call__(self, value: object) -> str:
        """Register a value and return its placeholder."""
        key = (type(value), value)
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = f"p{len(self.values)}"
            self.values[name] = value
        return f"${name}"
