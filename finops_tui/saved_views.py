"""Saved views: one TOML file each, in the folder `views` beside the settings."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Final

from finops_tui.queries.saved import Saved

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER: Final = "views"

_PLAIN: Final = re.compile(r"[^a-z0-9]+")
_FLAGS: Final = ("compare", "pin")
_MOST_BYTES: Final = 1 << 16
_KNOWN: Final = tuple(field.name for field in fields(Saved))


class SavedViewError(ValueError):
    """A file that is no saved view; the message names it and says why."""


def folder_of(config: Path) -> Path:
    """The folder of saved views that belongs to a settings file, which need not exist."""
    return config.parent / FOLDER


def read(path: Path) -> Saved:
    """The saved view in a file.

    Raises:
        SavedViewError: it is none; the message says why.
    """
    try:
        return _saved(tomllib.loads(_text(path)))
    except OSError as error:
        raise SavedViewError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise SavedViewError(f"{path}: {error}") from error


def _text(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError("too large for a saved view")
    return content.decode("utf-8")


def _saved(data: dict[str, Any]) -> Saved:
    for name, value in data.items():
        if name not in _KNOWN:
            raise ValueError(f"{name!r} is not known here; one of {', '.join(_KNOWN)}")
        lists = name in {"by", "exclude"}
        good = (
            isinstance(value, list) and all(isinstance(one, str) for one in value)
            if lists
            else isinstance(value, bool if name in _FLAGS else str)
        )
        if not good:
            kind = "a list of texts" if lists else "true or false" if name in _FLAGS else "a text"
            raise ValueError(f"{name} is {kind}")
    values: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in data.items()}
    return Saved(**values)


def everything(folder: Path) -> tuple[tuple[Saved, ...], tuple[str, ...]]:
    """The saved views of a folder by name, and what is wrong with files that are none."""
    found: list[Saved] = []
    problems: list[str] = []
    for path in _files(folder):
        try:
            found.append(read(path))
        except SavedViewError as error:
            problems.append(str(error))
    return tuple(sorted(found, key=lambda saved: saved.name.casefold())), tuple(problems)


def _files(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    except OSError:
        return


def named(folder: Path, name: str) -> Saved:
    """The saved view of a name.

    Raises:
        SavedViewError: there is none; the message says which there are.
    """
    views, problems = everything(folder)
    found = next((saved for saved in views if saved.name.casefold() == name.casefold()), None)
    if found is None:
        there = ", ".join(saved.name for saved in views) or "there are none yet; w saves the one on screen"
        raise SavedViewError("; ".join([f"no saved view {name!r}: {there}", *problems]))
    return found


def save(folder: Path, saved: Saved) -> Path:
    """Write a view, in place of the one of that name.

    Raises:
        ValueError: it has no name.
        OSError: it could not be written; what was there before is untouched.
    """
    import tomli_w

    from finops_tui import export

    if not saved.name.strip():
        raise ValueError("a saved view needs a name")
    data = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(saved).items()
        if value not in (None, "", ())
    }
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return export.write(tomli_w.dumps(data), folder / file_name(saved.name))


def file_name(name: str) -> str:
    """A file name for any name: readable, and its own for names that differ by more than case."""
    folded = name.strip().casefold()
    plain = _PLAIN.sub("-", folded).strip("-")[:40]
    if plain == folded:
        return f"{plain}.toml"
    mark = hashlib.sha256(os.fsencode(folded.encode("utf-8", "replace").decode())).hexdigest()[:8]
    return f"{plain}-{mark}.toml" if plain else f"{mark}.toml"


def remove(folder: Path, name: str) -> None:
    """Delete the saved view of a name.

    Raises:
        SavedViewError: there is none.
        OSError: it cannot be deleted.
    """
    for path in _files(folder):
        try:
            if read(path).name.casefold() == name.casefold():
                path.unlink()
                return
        except SavedViewError:
            continue
    named(folder, name)
