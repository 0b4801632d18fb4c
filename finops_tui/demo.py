"""The bundled sample, loaded once into a store of its own in the cache folder."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING

from finops_tui import __version__, paths

if TYPE_CHECKING:
    from pathlib import Path


def root() -> Path:
    """The store of the sample data; the first call loads it, which takes a few seconds, and others wait for it.

    Raises:
        FileNotFoundError: the sample was left out of this installation.
        StoreError: it could not be loaded.
    """
    from finops_tui import manifest

    files = sorted(paths.sample_data().rglob("*.parquet"))
    stamp = hashlib.sha256(f"{__version__} {manifest.FORMAT}".encode())
    for file in files:
        stamp.update(file.read_bytes())
    store = paths.cache_folder() / f"demo-{stamp.hexdigest()[:16]}"
    if not (store / "CURRENT").exists():
        from finops_tui import disk, loader, lock

        store.parent.mkdir(parents=True, exist_ok=True)
        if sys.stderr.isatty():
            sys.stderr.write("Loading the sample data, this once: it takes a few seconds.\n")
            sys.stderr.flush()
        disk.make_folder(store)
        with lock.hold(store, lock.SYNC, wait=True):
            if not (store / "CURRENT").exists():
                loader.load(store, [str(file) for file in files])
    return store
