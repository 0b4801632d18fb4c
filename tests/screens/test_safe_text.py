"""Texts from data are shown for what they are."""

import sys
import unicodedata

from finops_tui.screens.safe_text import ascii_only, cell, clean, spreadsheet, terminal
from tests.screens.drawn import POISON


def test_plain_text_is_left_alone():
    for text in ("AmazonEC2", "", "Müller & Söhne", "東京", "a b", "Δ 5 €", "e\u0301te\u0301"):
        assert clean(text) == text


def test_control_characters_get_pictures():
    assert clean("a\x1b[31m") == "a␛[31m"
    assert clean("\x00\n\r\t\x7f") == "␀␊␍␉␡"
    assert clean("\x9b") == "‹U+009B›"


def test_direction_and_width_tricks_are_written_out():
    assert clean("abc\u202edcb") == "abc‹U+202E›dcb"
    assert clean("a\u200bb\ufeff") == "a‹U+200B›b‹U+FEFF›"
    assert clean("\u2028\u2029") == "‹U+2028›‹U+2029›"
    assert clean("\ud800") == "‹U+D800›"
    assert clean("\U000e0041") == "‹U+E0041›"
    assert clean("\u3164\u115f") == "‹U+3164›‹U+115F›"


def test_stacked_marks_are_limited_and_counted():
    assert clean("z" + "\u0301" * 3) == "z" + "\u0301" * 3
    assert clean("z" + "\u0301" * 40 + "y") == "z" + "\u0301" * 3 + "‹+37›y"
    assert clean("\u0301x") == "◌\u0301x"


def test_no_character_of_unicode_stays_unseen():
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            shown = clean(f"a{character}b")
            assert character not in shown, hex(code)
            assert shown.startswith("a")
            assert shown.endswith("b")


def test_cleaning_twice_changes_nothing():
    for text in POISON:
        assert clean(clean(text)) == clean(text)


def test_a_cell_is_never_markup():
    shown = cell("[@click=app.quit]x[/]\x1b")
    assert shown.plain == "[@click=app.quit]x[/]␛"
    assert shown.spans == []


def test_ascii_output_escapes_everything_else():
    assert ascii_only("é\x1b\u202e") == r"\xe9\x1b\u202e"
    for text in POISON:
        assert ascii_only(text).isascii()
        assert ascii_only(text).isprintable() or not text


def test_terminal_output_fits_its_encoding():
    assert terminal("é\x1b") == "é␛"
    assert terminal("é\x1b", "ascii") == r"\xe9\x1b"
    assert terminal("é", "latin-1") == "é"
    assert terminal("é", "no-such-encoding") == r"\xe9"


def test_spreadsheets_get_no_formulas():
    for formula in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\rx", "\n=1", "＝1", "＋1", "－1", "＠x", "﹦1"):
        assert spreadsheet(formula) == f"'{formula}"
        assert spreadsheet(f"  {formula}") == f"'  {formula}"
    for formula in ("\u00a0=1", "\u200b=1", "\ufeff@x", "\u3000-1"):
        assert spreadsheet(formula) == f"'{formula}"
    for text in ("", "AmazonEC2", "a=b", "1-2", "   ", "'=1", "−"):
        assert spreadsheet(text) == text
