import unicodedata
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from formapp.rules.file_names import MOST_CHARACTERS, clean_name

ALLOWED = ("png", "jpg", "jpeg", "gif", "pdf", "txt", "csv", "log")
HOSTILE = st.text(st.one_of(st.characters(), st.sampled_from('./\\:*?"<>| \u202e\u200b\r\n\x00=_\u3164é\u0301\ud800')), max_size=300)


@pytest.mark.parametrize(
    ("given_name", "cleaned"),
    [
        ("Screenshot 2026-11-23 at 2.28 pm.png", "Screenshot 2026-11-23 at 2.28 pm.png"),
        ("Rechnung (Kopie) für Zoë & Söhne #2.PDF", "Rechnung (Kopie) für Zoë & Söhne #2.PDF"),
        ("スクリーンショット.png", "スクリーンショット.png"),
        ("لقطة الشاشة.png", "لقطة الشاشة.png"),
        ("🐛 bug.log", "🐛 bug.log"),
        ("a'b`c$d%e;f,g~h!i^j{k}[l]@m+n=o.txt", "a'b`c$d%e;f,g~h!i^j{k}[l]@m+n=o.txt"),
    ],
)
def test_an_ordinary_name_of_any_script_stays_as_it_is(given_name: str, cleaned: str) -> None:
    assert clean_name(given_name) == cleaned


def test_letters_with_separate_accents_as_macs_write_them_are_put_together() -> None:
    assert clean_name("Cafe\u0301.png") == "Caf\u00e9.png"


@given(HOSTILE)
@example("\u200be\u200b\u0301.png")
@example("con .png")
@example("con\u200b.png")
@example("." * 300 + "png")
@example("a" * 98 + " .png")
@example("a" * 95 + "..png")
@example("_" * 99 + "\u0301")
@example("\U0001f41b" * 100 + ".png")
def test_a_cleaned_name_is_short_visible_and_in_one_piece(name: str) -> None:
    cleaned = clean_name(name)
    assert 0 < len(cleaned) <= MOST_CHARACTERS
    assert len(cleaned.encode()) <= 255
    assert clean_name(cleaned) == cleaned
    assert not {unicodedata.category(character) for character in cleaned} & {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
    assert not set(cleaned) & set('/\\:*?"<>|')
    assert cleaned.strip(" ") == cleaned
    assert cleaned[0] != "."
    assert cleaned[-1] != "."


@given(HOSTILE, st.sampled_from(ALLOWED))
def test_the_extension_of_a_name_stays(name: str, extension: str) -> None:
    assert clean_name(f"{name}.{extension}").endswith(f".{extension}")


def test_the_extension_of_a_name_without_an_end_stays() -> None:
    assert clean_name("x" * 100_000 + ".png") == "x" * 96 + ".png"
    assert clean_name("folder/" * 20_000 + "a.png") == "a.png"
    assert clean_name("a/" + "x" * 5000 + "/.png") == "file.png"


@pytest.mark.parametrize(
    "name",
    [
        "a" + "\u0300\u0316" * 50_000 + ".png",
        "\u1100\u1161\u11a8" * 33_000 + ".png",
        "\U0001d160" * 100_000 + ".png",
        "/" * 100_000 + ".png",
        ("\u0300\u0316" * 10_000 + "/") * 5 + "a.png",
    ],
    ids=["marks", "hangul", "notes that become three", "folders", "folders of marks"],
)
def test_d36_only_the_end_of_a_long_name_is_worked_on(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Marks are put in order in a time that grows with the square of their number: 60,000 of them held a process for 6 s.
    worked_on: list[int] = []

    def normalize(form: str, text: str) -> str:
        worked_on.append(len(text))
        return unicodedata.normalize(form, text)

    def category(character: str) -> str:
        worked_on.append(1)
        return unicodedata.category(character)

    monkeypatch.setattr("formapp.rules.file_names.unicodedata", SimpleNamespace(normalize=normalize, category=category))
    assert clean_name(name).endswith(".png")
    assert 0 < sum(worked_on) <= 2000


@given(HOSTILE.filter(lambda name: not name.lower().rstrip(" .").endswith(ALLOWED)))
def test_no_cleaning_gives_a_name_an_allowed_extension_that_it_had_not(name: str) -> None:
    shown = "".join(
        character for character in name if unicodedata.category(character) not in ("Cc", "Cf", "Zs", "Zl", "Zp") and not character.isspace()
    )
    if not shown.lower().rstrip(". \u3164").endswith(ALLOWED):
        assert not clean_name(name).lower().endswith(tuple(f".{extension}" for extension in ALLOWED))
