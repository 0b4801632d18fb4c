"""Copying: what is sent where, and that nothing copied is obeyed by anything."""

from __future__ import annotations

import base64
import re
import unicodedata
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from finops_tui.screens import clipboard


def _copy(text, folder, environ=None, load_tmux=lambda _: True):
    written = []
    done = clipboard.put(
        text, environ=environ or {}, write=written.append, folder=folder, load_tmux=load_tmux
    )
    return done, "".join(written)


def _decoded(sequence):
    return base64.b64decode(re.fullmatch(r"\x1b\]52;c;(.*)\x07", sequence)[1]).decode()


def test_a_plain_terminal_gets_osc_52(tmp_path):
    done, written = _copy("añejo\t1.50\n", tmp_path)
    assert done.how == "terminal"
    assert _decoded(written) == "añejo\t1.50\n"
    assert not list(tmp_path.iterdir())


def test_screen_gets_it_wrapped_in_pieces(tmp_path):
    done, written = _copy("x" * 5000, tmp_path, {"STY": "1.pts"})
    assert done.how == "screen"
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", written, re.DOTALL)
    assert "".join(f"\x1bP{piece}\x1b\\" for piece in pieces) == written
    assert max(map(len, pieces)) <= 250
    assert _decoded("".join(pieces)) == "x" * 5000


def test_tmux_gets_it_on_standard_input_and_the_terminal_nothing(tmp_path):
    given_to_tmux = []
    done, written = _copy(
        "cost", tmp_path, {"TMUX": "/tmp/x,1,0", "STY": "1"}, lambda text: not given_to_tmux.append(text)
    )
    assert (done.how, written, given_to_tmux) == ("tmux", "", ["cost"])


def test_what_tmux_refuses_goes_to_a_private_file(tmp_path):
    done, written = _copy("cost", tmp_path / "state", {"TMUX": "x"}, lambda _: False)
    (saved,) = (tmp_path / "state").iterdir()
    assert (done.how, written, saved.read_text()) == ("file", "", "cost")
    assert str(saved) in done.words
    assert saved.stat().st_mode & 0o077 == 0


def test_what_is_too_long_goes_to_a_file(tmp_path):
    text = "a" * 60_000
    done, written = _copy(text, tmp_path)
    (saved,) = tmp_path.iterdir()
    assert (done.how, written, saved.read_text()) == ("file", "", text)


def test_tsv_keeps_every_digit_and_no_control_character():
    rows = [
        {"service": "a\tb\nc", "cost": Decimal("1234567890.1234567890")},
        {"service": "\x1b]52;c;eA==\x07", "cost": Decimal("-0.0000000001")},
        {"service": "=HYPERLINK(1)", "cost": None},
    ]
    assert clipboard.tsv(["service", "cost"], rows) == (
        "service\tcost\na␉b␊c\t1234567890.123456789\n␛]52;c;eA==␇\t-0.0000000001\n'=HYPERLINK(1)\t\n"
    )


def test_markdown_escapes_what_markdown_reads():
    rows = [{"name": "a|b <script> `x` [l](u)", "cost": Decimal("2.50")}]
    assert clipboard.markdown(["name", "cost"], rows) == (
        "| name | cost |\n| --- | ---: |\n| a\\|b \\<script\\> \\`x\\` \\[l\\](u) | 2.50 |\n"
    )
    assert clipboard.markdown([], []) == ""


@given(st.lists(st.fixed_dictionaries({"k": st.text(), "v": st.none() | st.text()}), max_size=5))
def test_any_table_has_one_line_a_row_and_two_cells_a_line(rows):
    copied = clipboard.tsv(["k", "v"], rows)
    lines = copied.split("\n")
    assert len(lines) == len(rows) + 2
    assert all(line.count("\t") == 1 for line in lines[:-1])
    assert all(c in "\t\n" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in copied)
    table = clipboard.markdown(["k", "v"], rows)
    assert all(re.sub(r"\\.", "", line).count("|") == 3 for line in table.splitlines())
