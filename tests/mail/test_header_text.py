import pytest

from formapp.mail.header_text import is_message_id, one_line


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_whatever_ends_a_line_becomes_a_space_in_a_header(end: str) -> None:
    assert one_line(f"Payments fail{end}Bcc: victim@example.com") == "Payments fail Bcc: victim@example.com"


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200f", "\u061c", "\ufeff", "\u200b"])
def test_what_hides_or_turns_round_text_is_dropped_from_a_header(hidden: str) -> None:
    assert one_line(f"safe{hidden}txt.exe") == "safetxt.exe"


def test_other_controls_become_spaces_and_lone_surrogates_the_replacement_character() -> None:
    assert one_line("a\x00b\x1b[31mc\ud800d\x7f") == "a b [31mc\ufffdd"


@pytest.mark.parametrize("text", ["Zahlung schlägt fehl", "支払いに失敗", "👩‍💻 cannot sign in", "می‌خواهم", "tab and no-break space"])
def test_ordinary_words_of_any_language_stay_as_they_are(text: str) -> None:
    assert one_line(text) == text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("<abc.1@billycart.com>", True),
        ("<abc@billycart.com> <x@y>", False),  # two
        ("<abc@billycart.com>\r\nBcc: a@b", False),
        ("abc@billycart.com", False),
        ("<a b@billycart.com>", False),
        ("", False),
    ],
)
def test_only_one_well_formed_message_id_counts_as_one(text: str, is_one: bool) -> None:
    assert is_message_id(text) is is_one
