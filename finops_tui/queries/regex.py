"""Regular expressions that mean the same everywhere: the part of RE2's syntax that Python shares."""

from __future__ import annotations

import re
import warnings
from typing import Final

from finops_tui.queries.filter_ast import FilterError

MAX_PATTERN: Final = 1000
_MAX_REPEAT: Final = 1000
_TOKEN: Final = re.compile(
    r"""
      (?P<escape>\\(?:x[0-9a-fA-F]{2}|[dDsSwWbBAtnrfv]|[!-/:-@\[-^`{-~]))
    | (?P<group>\((?:\?:|\?P<[A-Za-z_]\w*>|\?[ims]+\)|\?[ims]+:|(?!\?)))
    | (?P<class>\[\^?\]?(?:\\.|[^\]\\\[]|\[(?!:))*\])
    | (?P<repeat>\{(?P<low>\d+)(?:,(?P<high>\d*))?\}\??(?![+*?{]))
    | (?P<times>[*+?]\??(?![+*?{]))
    | (?P<plain>[^\\\[{(*+?])
    """,
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_IN_CLASS: Final = re.compile(r"\\(?!x[0-9a-fA-F]{2}|[dDsSwWtnrfv]|[!-/:-@\[-^`{-~])", re.ASCII)


def check_regex(pattern: str, position: int = 0) -> None:
    """Refuse a pattern that RE2 would refuse, or would read differently from Python.

    Args:
        pattern: The expression.
        position: Where it starts in the filter, for the error.

    Raises:
        FilterError: looking around, back references, possessive or over 1000 repetitions, or bad syntax.
    """
    if len(pattern) > MAX_PATTERN:
        raise FilterError(
            f"a regular expression has at most {MAX_PATTERN} characters", position + MAX_PATTERN
        )
    at, repeats = 0, 1
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if token is None:
            raise FilterError(f"not supported in a regular expression: {pattern[at : at + 3]}", position + at)
        if token["class"] and (bad := _IN_CLASS.search(token["class"])):
            raise FilterError("not supported in a regular expression's class", position + at + bad.start())
        if token["repeat"]:
            repeats *= max(int(token["low"]), int(token["high"] or 0), 1)
            if repeats > _MAX_REPEAT:
                raise FilterError(f"more than {_MAX_REPEAT} repetitions", position + at)
        at = token.end()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except re.error as error:
        raise FilterError(f"not a regular expression: {error.msg}", position + (error.pos or 0)) from None
