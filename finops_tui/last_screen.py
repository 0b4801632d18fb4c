"""The last screen, shown again at once: before anything is imported, while the program behind it starts.

What the explorer opened with is kept as rows of texts and styles, with the stamps of everything it was made
from: the store's generation, the settings, the program itself. It is shown only while none of them has changed,
in the same size and look, marked with its time. The file is private, and nothing of it is a control sequence:
what is not plain text, or not ours, is not shown.

Imports nothing but what Python has loaded already, and three small modules of its library.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from binascii import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, Final

    Rows = list[list[tuple[str, str]]]

HEAD: Final = "finops-tui last screen 1"
LARGEST: Final = 1 << 18
"""Bytes beyond which a file is not ours."""
SAMPLE: Final = "demo"
KEPT: Final = 8
"""Screens kept, of stores and sizes used last."""

_LOOK: Final = ("TERM", "COLORTERM", "NO_COLOR", "TERM_PROGRAM", "COLORFGBG", "FINOPS_TUI_CONFIG")
_WITHIN: Final = ("STY", "WT_SESSION", "TMUX")
"""Which terminal it is matters, not which of its sessions, as the value says."""
_SETTINGS: Final = "finops.toml"
_CODES: Final = frozenset("0123456789;")
_ENTER: Final = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[2J"
_LEAVE: Final = "\x1b[m\x1b[?7h\x1b[?1049l\x1b[?25h"


class LastScreen:
    """The screen kept for one store and look.

    Args:
        opened: The store's folder, or `demo` for the bundled sample.
        environ: Environment variables.
        folder: Where screens are kept.

    Attributes:
        rows: What is on the terminal now, or None.
        size: Columns and rows it was shown in.
        on_terminal: Whether it is on the terminal, and the program has not taken that yet.
        kept: Whether it is a screen with figures, and not the line that says that the program starts.
        sample: Whether it is the bundled sample.
    """

    def __init__(self, opened: str, environ: Mapping[str, str], folder: str) -> None:
        encoding = sys.stderr.encoding if sys.stderr is not None else ""
        here = os.path.abspath(_SETTINGS) if os.path.exists(_SETTINGS) else ""
        look = (environ.get(name, "") for name in _LOOK)
        within = (name for name in _WITHIN if environ.get(name))
        self._key = "\x1f".join((opened, encoding, here, *look, *within))
        self._folder = folder
        self._modes: list[Any] | None = None
        self.rows: Rows | None = None
        self.size = (0, 0)
        self.on_terminal = self.kept = False
        self.sample = opened == SAMPLE

    def show(self, size: tuple[int, int]) -> None:
        """Put the kept screen on the terminal, or a line that says that the program starts."""
        found = self.read(size)
        if found is None and self.sample:  # it may have to be loaded first, and says so
            return
        title = (("1", " finops-tui"),), (("", " opening…"),)
        rows = (
            found if found is not None else [[*title[0]], *([] for _ in range(size[1] - 3)), [*title[1]], []]
        )
        self.rows, self.size, self.kept = rows, size, found is not None
        places = (f"\x1b[{y}H{_written(row)}" for y, row in enumerate(rows, 1) if row)
        self._hush()
        self.on_terminal = True
        _put(f"{_ENTER}{''.join(places)}\x1b[m")

    def take(self) -> None:
        """The program is there and takes the terminal, with what is on it."""
        self.on_terminal = False
        self._speak()

    def leave(self) -> None:
        """Give the terminal back, unless the program has taken it."""
        if self.on_terminal:
            self.on_terminal = False
            _put(_LEAVE)
            self._speak()

    def read(self, size: tuple[int, int]) -> Rows | None:
        """The rows kept for a size, the time they are of in the last but one; None when they are not to be shown."""
        try:
            text = _own(self._path(size))
        except (OSError, ValueError):
            return None
        head, _, rest = text.partition("\n")
        about, _, drawn = rest.partition("\n\n")
        key, *stamps = about.split("\n")
        if head != HEAD or key != self._key_of(size) or not all(_same(line) for line in stamps[1:]):
            return None
        rows = _rows(drawn, size)
        if rows is not None:
            rows[-2] = _marked(rows[-2], stamps[0], size[0])
        return rows

    def keep(self, size: tuple[int, int], rows: Rows, made_from: Iterable[str]) -> None:
        """Keep a screen for the next start; what cannot be kept is not.

        Args:
            size: Columns and rows.
            rows: Texts with the parameters of their SGR sequence.
            made_from: Stamps of the files whose change makes it void.
        """
        about = [self._key_of(size), str(int(time.time())), *made_from]
        drawn = ["\t".join(f"{codes}\t{text}" for codes, text in row) for row in rows]
        text = "\n".join([HEAD, *about, "", *drawn])
        if _rows("\n".join(drawn), size) is None or len(about) != text.partition("\n\n")[0].count("\n"):
            return
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            _replace(self._path(size), text)
            _sweep(self._folder)
        except OSError:
            return

    def _key_of(self, size: tuple[int, int]) -> str:
        return f"{size[0]}x{size[1]}\x1f{self._key}".replace("\n", " ")

    def _path(self, size: tuple[int, int]) -> str:
        return os.path.join(self._folder, f"{crc32(self._key_of(size).encode('utf-8', 'replace')):08x}")

    def _hush(self) -> None:
        """Keys typed meanwhile are for the program: they are not echoed."""
        import termios

        try:
            self._modes = termios.tcgetattr(0)
            quiet = [*self._modes]
            quiet[3] &= ~(termios.ECHO | termios.ICANON)
            termios.tcsetattr(0, termios.TCSANOW, quiet)
        except (termios.error, OSError):
            self._modes = None

    def _speak(self) -> None:
        import termios

        if self._modes is not None:
            try:  # noqa: SIM105 - contextlib is one more import
                termios.tcsetattr(0, termios.TCSANOW, self._modes)
            except (termios.error, OSError):
                pass
            self._modes = None


def planned(arguments: Sequence[str], environ: Mapping[str, str]) -> LastScreen | None:
    """The last screen for a command line, or None where none is shown: it is for the plain explorer only."""
    match list(arguments):
        case []:
            store = ""
        case ["--store", str(store)] if store and not store.startswith("-"):
            pass
        case ["demo"]:
            return LastScreen(SAMPLE, environ, _folder(environ, "XDG_CACHE_HOME", ".cache", "screens"))
        case _:
            return None
    store = store or environ.get("FINOPS_TUI_STORE", "")
    root = (
        os.path.abspath(os.path.expanduser(store))
        if store
        else _folder(environ, "XDG_DATA_HOME", ".local/share", "store")
    )
    return LastScreen(root, environ, _folder(environ, "XDG_CACHE_HOME", ".cache", "screens"))


def terminal() -> tuple[int, int] | None:
    """Columns and rows of the terminal that is read from and written to; None where there is none."""
    try:
        if not all(map(os.isatty, (0, 1, 2))):
            return None
        size = os.get_terminal_size(2)
    except OSError:
        return None
    columns, lines = os.environ.get("COLUMNS", ""), os.environ.get("LINES", "")
    wide = int(columns) if columns.isdecimal() else size.columns
    high = int(lines) if lines.isdecimal() else size.lines
    return (wide, high) if wide >= 40 and high >= 10 else None


def _folder(environ: Mapping[str, str], variable: str, usual: str, name: str) -> str:
    """A folder of the user's, as `paths` has it; by hand where that saves an import."""
    if not sys.platform.startswith("linux") or "ANDROID_DATA" in environ:
        from finops_tui import paths

        whole = paths.cache_folder() / name if usual == ".cache" else paths.store_root()
        return str(whole)
    base = environ.get(variable, "").strip() or os.path.join(os.path.expanduser("~"), usual)
    return os.path.join(base, "finops-tui", name)


def _own(path: str) -> str:
    """The text of a file that is ours alone.

    Raises:
        OSError: it cannot be read.
        ValueError: it is somebody else's, open to others, too large, or no text.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        status = os.fstat(descriptor)
        ours = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
        if not ours or status.st_mode & 0o077 or status.st_size > LARGEST:
            raise ValueError(path)
        return os.read(descriptor, LARGEST).decode("utf-8")
    finally:
        os.close(descriptor)


def _replace(path: str, text: str) -> None:
    """Write a private file, whole or not at all."""
    beside = f"{path}.{os.getpid()}"
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
        os.replace(beside, path)
    except OSError:
        os.unlink(beside)
        raise


def _sweep(folder: str) -> None:
    """Forget all but the screens kept last."""
    found = sorted((entry.stat().st_mtime_ns, entry.path) for entry in os.scandir(folder))
    for _, path in found[:-KEPT]:
        os.unlink(path)


def stamp(path: str) -> str:
    """What tells one state of a file from another, with its name."""
    try:
        status = os.stat(path)
    except OSError:
        return f"-\t{path}"
    return f"{status.st_ino} {status.st_mtime_ns} {status.st_size}\t{path}"


def _same(line: str) -> bool:
    return stamp(line.partition("\t")[2]) == line


def _rows(drawn: str, size: tuple[int, int]) -> Rows | None:
    """Rows out of a file: as many as there should be, of nothing but text and colours; or None."""
    rows = []
    for line in drawn.split("\n"):
        parts = line.split("\t")
        row = list(zip(parts[::2], parts[1::2], strict=False))
        if len(parts) % 2 or sum(len(text) for _, text in row) > 2 * size[0]:
            return None
        if not all(_CODES.issuperset(codes) and text.isprintable() for codes, text in row):
            return None
        rows.append(row)
    return rows if len(rows) == size[1] else None


def _marked(row: list[tuple[str, str]], moment: str, width: int) -> list[tuple[str, str]]:
    """The status line, saying of when everything is."""
    then = time.localtime(int(moment) if moment.isdecimal() else 0)
    now = time.localtime()
    form = "%H:%M" if then[:3] == now[:3] else "%d %b %H:%M"
    words = f"as of {time.strftime(form, then)}, opening "
    return [(row[0][0], " " * (width - len(words))), (row[-1][0], words)]


def _written(row: list[tuple[str, str]]) -> str:
    last = None
    told = []
    for codes, text in row:
        told.append(text if codes == last else f"\x1b[;{codes}m{text}" if codes else f"\x1b[m{text}")
        last = codes
    return "".join(told)


def _put(text: str) -> None:
    """Write to the terminal, all of it."""
    left = text.encode("utf-8", "replace")
    try:
        while left:
            left = left[os.write(2, left) :]
    except OSError:
        return
