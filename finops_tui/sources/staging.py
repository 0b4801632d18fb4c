"""Bills into one FOCUS-shaped table: each file is read, counted, checked and mapped, or refused."""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import duckdb

from finops_tui.queries.columns import ATTRIBUTES, MAPS, MONEY, PERIODS, QUANTITIES
from finops_tui.sources import checks, containers, counting, fields, formats, headers, reading, scale
from finops_tui.sources.model import Progress, Refused, SourceError, Staged, StagedFile, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from duckdb import DuckDBPyConnection

    from finops_tui.sources.formats import Format, Layout
    from finops_tui.sources.headers import Header
