"""What a power cut may leave of a folder: a model over the journal that the shim writes.

The rules are those a file system may keep and no more: contents are safe once the file was flushed, names once
their folder was flushed. Of all else each single step may have reached the disk or not, and a write in part. A rename
happens or does not.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

_HEAD: Final = struct.Struct("qIIc7x")


@dataclass(frozen=True, slots=True)
class Step:
    """One call: which (a letter of the shim's), on what path, with which number and data."""

    operation: str
    number: int
    path: str
    data: bytes


@dataclass(slots=True, eq=False)
class File:
    """A file: what is safe of it, and what was written since."""

    safe: bytearray = field(default_factory=bytearray)
    since: list[tuple[int, bytes | None]] = field(default_factory=list)

    def flush(self) -> None:
        """Everything written is safe."""
        for offset, data in self.since:
            apply(self.safe, offset, data)
        self.since.clear()


@dataclass(frozen=True, slots=True)
class Naming:
    """A change of names: what goes, what comes, and the folders either of which makes it safe."""

    gone: str | None
    come: str | None
    node: File | None
    folders: frozenset[str]


def apply(content: bytearray, offset: int, data: bytes | None) -> None:
    """Write at an offset, or (without data) cut there."""
    if data is None:
        del content[offset:]
        content.extend(bytes(offset - len(content)))
        return
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


def journal(path: Path) -> Iterator[Step]:
    """The steps that the shim has written down."""
    data = memoryview(path.read_bytes())
    place = 0
    while place < len(data):
        number, named, length, operation = _HEAD.unpack_from(data, place)
        place += _HEAD.size
        name = bytes(data[place : place + named]).decode()
        place += named
        yield Step(operation.decode(), number, name, bytes(data[place : place + length]))
        place += length


class Disk:
    """A folder as running programs see it, and what of it is safe.

    Args:
        root: A folder whose contents are safe; it is only read.
        known_as: The path the journal knows it by.
    """

    def __init__(self, root: Path, known_as: str) -> None:
        self.root = known_as
        self.live: dict[str, File | None] = {known_as: None}
        for path in root.rglob("*"):
            name = f"{known_as}/{path.relative_to(root)}"
            self.live[name] = None if path.is_dir() else File(bytearray(path.read_bytes()))
        self.safe = dict(self.live)
        self.since: list[Naming] = []

    def do(self, step: Step) -> None:
        """Make one step."""
        match step.operation:
            case "C":
                self._name(None, step.path, File())
            case "M":
                self._name(None, step.path, None)
            case "U" | "D":
                self._name(step.path, None, None)
            case "R":
                node = self.live[step.path]
                self._name(step.path, step.data.decode(), node)
            case "W" | "T":
                node = self.live.get(step.path)
                if node is not None:
                    node.since.append((step.number, step.data if step.operation == "W" else None))
            case "F":
                self._flush(step.path)

    def _name(self, gone: str | None, come: str | None, node: File | None) -> None:
        if gone is not None:
            self.live.pop(gone, None)
        if come is not None:
            self.live[come] = node
        folders = frozenset(str(Path(name).parent) for name in (gone, come) if name)
        self.since.append(Naming(gone, come, node, folders))

    def _flush(self, path: str) -> None:
        node = self.live.get(path)
        if node is not None:
            node.flush()
            return
        for naming in [naming for naming in self.since if path in naming.folders]:
            self.since.remove(naming)
            rename(self.safe, naming)

    def cut(self, to: Path, chance: random.Random, tell: Callable[[str], None]) -> None:
        """Leave in a new folder what a power cut might leave now.

        Args:
            to: The folder to make.
            chance: Decides what has reached the disk.
            tell: Told of each loss: `name` for a change of names, `write` for a write lost or torn.
        """
        names = dict(self.safe)
        for naming in self.since:
            if chance.random() < 0.5:
                rename(names, naming)
            else:
                tell("name")
        for name in sorted(names):
            if any(str(parent) not in names for parent in Path(name).parents if self._inside(str(parent))):
                continue  # its folder is not there
            target = to / Path(name).relative_to(self.root)
            node = names[name]
            if node is None:
                target.mkdir(mode=0o700)
            else:
                target.write_bytes(self._left(node, chance, tell))
                target.chmod(0o600)

    def _inside(self, path: str) -> bool:
        return path == self.root or path.startswith(f"{self.root}/")

    def _left(self, node: File, chance: random.Random, tell: Callable[[str], None]) -> bytes:
        content = bytearray(node.safe)
        for offset, data in node.since:
            reached = chance.choice(("all", "part", "nothing"))
            if reached == "all":
                apply(content, offset, data)
                continue
            tell("write")
            if reached == "part" and data is not None:
                apply(content, offset, data[: chance.randrange(len(data) + 1)])
        return bytes(content)


def rename(names: dict[str, File | None], naming: Naming) -> None:
    """Let names change."""
    if naming.gone is not None:
        names.pop(naming.gone, None)
    if naming.come is not None:
        names[naming.come] = naming.node
