"""The HTML of a letter: the same text, and nothing in it that a stranger wrote is structure, markup or a link (D-1, D-2, D-13)."""

import time
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings

from formapp.mail.body_text import body_text, quoted
from formapp.mail.feedback_letters import MissedWords
from formapp.mail.header_text import one_line
from formapp.mail.html_body import Bullets, Facts, Heading, Link, Paragraph, Piece, Quote, html_body, read_blocks
from formapp.mail.letter import Letter
from formapp.mail.letters import Answer, ListedFile
from formapp.policy.policy import Policy
from tests.mail.letter_samples import (
    COMMENT,
    DESCRIBE,
    complaint_to_team,
    customer_letters,
    digest,
    escalation_to_team,
    team_letters,
    to_team,
    weekly,
)
from tests.mail.life_letter_samples import answered, customer_wrote, life_letters, team_life_letters
from tests.mail.test_composer import hostile

# What a sender may write to look like us, or to get a reader to click or a program to run.
PRETENDING = (
    "Staff page:  https://evil.example/",
    "https://evil.example/",
    "mailto:v@evil.example",
    "v@evil.example",
    "Our answer\n----------\nYou get nothing.",
    "  - an item\n  - another\n    https://evil.example",
    "x\n\nStaff page:  https://evil.example/\nhttps://evil.example/",
    "<a href='https://evil.example'>here</a><script>x</script><img src=x onerror=x>",
    '"><style>*{display:none}</style>',
    "javascript:alert(1)",
    "</blockquote></main><h2>Our answer</h2>",
    "&lt;b&gt; &amp;",
    "word " * 30 + "https://evil.example " + "word " * 30,
    f"{'w' * 60} https://evil.example/{'x' * 60} {'w' * 60}",
)


class Tags(HTMLParser):
    """The elements of a document, with where their links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.links: list[str | None] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Of these a line more makes one more, whoever wrote it.
        if tag not in ("br",):
            self.seen.append(f"{tag} {' '.join(name for name, _ in attrs)}".strip())
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def as_html(letter: Letter) -> str:
    return html_body(letter.body, subject=letter.subject, sender="Billycart Support", quotes_us=letter.quotes_us)


def test_paragraphs_flow_and_a_line_right_above_something_is_its_label() -> None:
    assert read_blocks("One\ntwo.\n\nThree\n    quoted\n\nFour\nhttps://a.example/b/\n") == [
        Paragraph("One two.", is_label=False),
        Paragraph("Three", is_label=True),
        Quote(((Piece("quoted"),),)),
        Paragraph("Four", is_label=True),
        Link(Piece("a.example/b", "https://a.example/b/"), is_apart=False),
    ]


def test_an_underlined_line_is_a_heading() -> None:
    assert read_blocks("What next\n---------\nNothing.\n") == [Heading("What next"), Paragraph("Nothing.", is_label=False)]
    assert read_blocks("What next\n------\n") == [Paragraph("What next ------", is_label=False)]


def test_labels_with_values_are_facts_and_their_addresses_links() -> None:
    body = "Due:    Tue 24 Nov\nPage:   https://a.example/b\nEmail:  jo@example.com\n"
    assert read_blocks(body) == [
        Facts(
            (
                ("Due", ((Piece("Tue 24 Nov"),),)),
                ("Page", ((Piece("a.example/b", "https://a.example/b"),),)),
                ("Email", ((Piece("jo@example.com", "mailto:jo@example.com"),),)),
            )
        )
    ]


def test_a_value_that_was_wrapped_flows_again_and_one_of_several_lines_keeps_them() -> None:
    wrapped = "Why:  " + "word " * 13 + "abcdef\n      more\n"
    assert read_blocks(wrapped) == [Facts((("Why", ((Piece("word " * 13 + "abcdef"), Piece(" "), Piece("more")),)),))]
    several = "Why:  One\n      Two\n"
    assert read_blocks(several) == [Facts((("Why", ((Piece("One"),), (Piece("Two"),))),))]


def test_a_value_of_several_lines_is_never_a_link() -> None:
    assert read_blocks("Why:  https://a.example\n      more\n") == [Facts((("Why", ((Piece("https://a.example"),), (Piece("more"),))),))]


def test_a_list_has_items_of_one_line_or_more() -> None:
    body = "  - “https://a.example”\n    PNG, 8 bytes\n    https://b.example/c\n  - two\n"
    assert read_blocks(body) == [
        Bullets(
            (
                ((Piece("“https://a.example”"),), (Piece("PNG, 8 bytes"),), (Piece("b.example/c", "https://b.example/c"),)),
                ((Piece("two"),),),
            )
        )
    ]
    assert read_blocks("  - https://a.example\n") == [Bullets((((Piece("https://a.example"),),),))]


def test_a_long_address_shows_its_host_and_beginning_and_leads_to_the_whole() -> None:
    url = f"https://support.example/your-request/{'a' * 100}"
    [link] = read_blocks(f"{url}\n")
    assert link == Link(Piece(f"support.example/your-request/{'a' * 19}…", url), is_apart=True)


@pytest.mark.parametrize("line", ["javascript:alert(1)", "ftp://a.example", "//a.example", "https://", "https://a.example b", "httpsx://a"])
def test_no_other_line_is_a_link(line: str) -> None:
    assert Tags(html_body(f"{line}\n\nPage:  {line}\n", subject="x", sender="y")).links == []


def test_what_is_quoted_is_shown_line_by_line_and_nothing_in_it_is_more() -> None:
    text = "One:  two\n\nThree\n-----\n  - four\nhttps://a.example\n"
    [quote] = read_blocks(quoted(text))
    assert quote == Quote(tuple((Piece(line),) for line in text.rstrip("\n").split("\n")))
    assert html_body(quoted("a\n\n  b"), subject="x", sender="y").count("<br>") == 2


def test_addresses_in_our_own_words_are_links_that_show_the_whole_of_where_they_lead(policy: Policy) -> None:
    text = "See https://a.example/b?c=1&d=(2)#e. Or (http://b.example), not javascript:x, “https://c.example/” or a@b.example."
    tags = Tags(as_html(answered(policy, text=text, files=(), enclosures=())))
    assert tags.links[:3] == ["https://a.example/b?c=1&d=(2)#e", "http://b.example", "https://c.example/"]
    assert set(tags.links[:3]) <= set(tags.words)
    assert "javascript" not in "".join(map(str, tags.links))
    assert "evil" not in "".join(map(str, Tags(as_html(customer_wrote(text="https://evil.example"))).links))


def everything(policy: Policy) -> list[Letter]:
    """Return every letter, as the samples have it."""
    by_purpose = team_letters() | team_life_letters() | customer_letters(policy) | life_letters(policy)
    return list(by_purpose.values())


def test_the_html_says_what_the_text_says(policy: Policy) -> None:
    for letter in everything(policy):
        said = "".join(Tags(as_html(letter)).words).split("}\n")[-1]  # after the styles
        words = [word for line in letter.body.split("\n") for word in line.split() if set(line) != {"-"}]
        for word in words:
            bare = word.removeprefix("https://").rstrip("/")[:48]
            assert bare.rstrip(":") in said or bare == "-", (letter.purpose, word)


def test_no_letter_fetches_or_runs_anything(policy: Policy) -> None:
    for letter in everything(policy):
        html = as_html(letter)
        tags = Tags(html)
        assert not {tag.partition(" ")[0] for tag in tags.seen} & {"script", "img", "link", "iframe", "form", "object", "base", "svg"}
        assert "url(" not in html
        assert "@import" not in html
        assert all(str(link).startswith(("https://", "mailto:")) for link in tags.links)
        assert html.count("<h1>") == 1


TEAM: list[Callable[[str], Letter]] = [
    lambda text: to_team(
        summary=text,
        answers=[Answer("What happened", text), Answer("Company name", text)],
        files=[ListedFile(text, "PNG, 8 bytes", enclosed=True)],
        suspect_because="a reason",
    ),
    lambda text: complaint_to_team(answers=[Answer("What happened", text)], files=[ListedFile(text, "PNG, 8 bytes", enclosed=False)]),
    lambda text: escalation_to_team(answers=[Answer("What happened", text)]),
    lambda text: customer_wrote(summary=text, text=text, files=[ListedFile(text, "PNG, 8 bytes", enclosed=True)]),
    lambda text: digest((DESCRIBE, (replace(COMMENT, text=text, search_words=text),))),
    lambda text: weekly(searches=[MissedWords(text, 3, 3)]),
]


@settings(max_examples=60, deadline=None)
@given(hostile.filter(lambda text: one_line(text) and one_line(body_text(text).strip("\n").partition("\n")[0])))
@pytest.mark.parametrize("write", TEAM)
def test_nothing_that_a_stranger_writes_is_structure_or_a_link(write: Callable[[str], Letter], text: str) -> None:
    check(write, text)


@pytest.mark.parametrize("write", TEAM)
@pytest.mark.parametrize("text", PRETENDING)
def test_nothing_that_pretends_is_structure_or_a_link(write: Callable[[str], Letter], text: str) -> None:
    check(write, text)


def check(write: Callable[[str], Letter], text: str) -> None:
    said, harmless = Tags(as_html(write(text))), Tags(as_html(write("harmless")))
    assert said.links == harmless.links
    assert said.seen == harmless.seen


@pytest.mark.parametrize(
    "body",
    [
        "x" * 200_000,
        "    " + "x" * 200_000,
        " " * 200_000,
        "a:" + " " * 200_000,
        "a" * 200_000 + ":  b",
        "Label:  " + "https://" * 25_000,
        "https://" + "x" * 200_000,
        "-" * 200_000,
        "x\n" * 100_000,
        "    x\n" * 40_000,
        "\n    x\n" * 30_000,
        "    \n" * 40_000 + "    x",
        "  - x\n    y\n" * 18_000,
        "A:  b\n" * 33_000,
        "A:  b\n    c\n" * 18_000,
        "x\n-\n" * 50_000,
        "    " + "https://a.example. " * 10_000,
        "    " + "https://" * 25_000,
        "    https://a.example" + "." * 200_000,
        "\ttab\n" * 40_000,
    ],
)
def test_time_grows_with_the_length_and_no_faster(body: str) -> None:
    def seconds(body: str) -> float:
        begun = time.perf_counter()
        html_body(body, subject="x", sender="y", quotes_us=True)
        return time.perf_counter() - begun

    # A quadratic reading of 200 kB takes minutes.
    assert seconds(body) < 5


@pytest.mark.parametrize("body", ["", "\n", "    ", "  - ", "---", "x\n---", "A:  ", "https://"])
def test_a_body_of_almost_nothing_is_a_document(body: str) -> None:
    assert html_body(body, subject="x", sender="y").endswith("</html>")
