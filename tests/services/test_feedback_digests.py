"""What readers write reaches the owner of the article (issue 4; abuse cases D-1, D-2, D-51 and D-58)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from formapp.mail.purposes import FEEDBACK_DIGEST
from formapp.models import Article, Feedback, OutgoingMail, UncountedVotes
from formapp.runtime import Runtime
from formapp.services.feedback import ANSWERED_AGAIN
from formapp.services.feedback_digests import MOST_COMMENTS, send_digests
from tests.abuse.mail_heads import ENCODED, LINE_ENDS, OURS, names_in
from tests.abuse.test_nasty_texts import NASTY
from tests.clock import Clock
from tests.mails import text_of
from tests.services.given_feedback import article, feedback, mails, vote


def look(runtime: Runtime) -> int:
    """Do as the worker does each minute."""
    return send_digests(runtime.database, runtime.desk, runtime.now())


def digests(runtime: Runtime) -> list[str]:
    return [text_of(mail) for mail in mails(runtime, FEEDBACK_DIGEST)]


def test_without_a_comment_nothing_is_sent(runtime: Runtime) -> None:
    article(runtime)
    vote(runtime, times=3)
    feedback(runtime, comment="", reasons=("out-of-date",))
    feedback(runtime, set_aside_because="a filled honeypot")

    assert look(runtime) == 0
    assert digests(runtime) == []


def test_a_first_comment_goes_out_at_once_and_further_ones_together_an_hour_later(runtime: Runtime, clock: Clock) -> None:
    article(runtime)
    feedback(runtime, "first")
    assert [look(runtime), look(runtime)] == [1, 0]
    for word in ("second", "third"):
        clock.pass_(minutes=1)
        feedback(runtime, word)
        assert look(runtime) == 0
    clock.pass_(minutes=57, seconds=59)
    assert look(runtime) == 0
    clock.pass_(seconds=1)
    assert look(runtime) == 1
    clock.pass_(hours=1)
    assert look(runtime) == 0

    one, two = digests(runtime)
    assert ("first" in one, "second" in one) == (True, False)
    assert ("first" in two, "second" in two, "third" in two) == (False, True, True)
    assert [mail["Subject"] for mail in mails(runtime, FEEDBACK_DIGEST)] == [
        "1 comment on “How to describe a problem”",
        "2 comments on “How to describe a problem”",
    ]


def test_a_comment_reaches_the_owner_whose_name_is_an_address_and_else_the_editors(runtime: Runtime) -> None:
    article(runtime, "mine", owner="Kim@Docs.example.org", title="Mine")
    article(runtime, "nobodys", owner="team @ docs", title="Nobody’s")
    for name in ("mine", "nobodys", "never-synced"):
        feedback(runtime, f"about {name}", name)

    assert look(runtime) == 2
    to = {mail["To"]: text_of(mail) for mail in mails(runtime, FEEDBACK_DIGEST)}
    assert set(to) == {"Kim@docs.example.org", "team@example.org"}
    assert [what in to["Kim@docs.example.org"] for what in ("about mine", "about nobodys")] == [True, False]
    assert [what in to["team@example.org"] for what in ("about mine", "about nobodys", "about never-synced")] == [False, True, True]
    assert "never-synced\n\n(There is no link: this article no longer asks whether it helped, was\ntaken out, or" in to["team@example.org"]


def test_an_owner_who_is_the_editor_gets_one_digest_for_both(runtime: Runtime) -> None:
    article(runtime, "own", owner="team@example.org")
    article(runtime, "nobodys")
    feedback(runtime, "one", "own")
    feedback(runtime, "two", "nobodys")

    assert look(runtime) == 1
    assert "2 comments on 2 articles" in mails(runtime, FEEDBACK_DIGEST)[0]["Subject"]


def test_one_mailbox_gets_one_digest_an_hour_however_its_owners_spell_it(runtime: Runtime, clock: Clock) -> None:
    for name, owner in (("a", "Ann@example.net"), ("b", "ann@example.net"), ("c", "ann+x@example.net"), ("d", "TEAM+docs@example.org")):
        article(runtime, name, owner=owner)
        feedback(runtime, f"about {name}", name)
    feedback(runtime, "about nobody’s", "never-synced")
    assert look(runtime) == 2
    to = {mail["To"]: text_of(mail) for mail in mails(runtime, FEEDBACK_DIGEST)}
    assert {address: said.count("    about ") for address, said in to.items()} == {"Ann@example.net": 3, "team@example.org": 2}
    with runtime.database.transaction() as session:
        session.get_one(Article, "a").owner = "Team"
    feedback(runtime, "more", "b")
    assert look(runtime) == 0, "another spelling is no other mailbox"
    clock.pass_(hours=1)
    assert look(runtime) == 1


def test_at_most_so_many_comments_stand_in_one_and_the_rest_in_the_next(runtime: Runtime, clock: Clock) -> None:
    article(runtime)
    numbers = [feedback(runtime, f"comment <{index}>") for index in range(MOST_COMMENTS + 2)]
    assert look(runtime) == 1
    (first,) = digests(runtime)
    assert first.count("    comment <") == MOST_COMMENTS
    assert "  - 2 more comments come in the next email.\n" in first
    clock.pass_(hours=1)
    assert look(runtime) == 1
    rest = digests(runtime)[1]
    assert [f"F-{number}, " in rest for number in numbers] == [False] * MOST_COMMENTS + [True] * 2


def test_everything_that_helps_to_act_stands_beside_the_comment(runtime: Runtime) -> None:
    article(runtime)
    number = feedback(
        runtime,
        "It is dark.",
        reasons=("out-of-date", "broken-link"),
        heading="show-it",
        search_words="bild hell",
        email="reader@example.net",
        is_proven=False,
    )
    look(runtime)
    (said,) = digests(runtime)
    page = f"{runtime.settings.base_url}/articles/describe-a-problem/"
    for line in (
        f"How to describe a problem\n{page}\n",
        f"F-{number}, Mon 23 Nov 2026, 2:28 pm AEST\n\n    It is dark.\n",
        "Helpful:    no\n",
        "Reasons:    It is out of date\n            A link is missing or broken\n",
        f"Read at:    Show it\nLink:       {page}#show-it\n",
        "Searched:   “bild hell”\n",
        "Edit:       docs/articles/describe-a-problem.md, line 39\n",
        "Note:       The reader asked to be told",
        "Note:       No proof of work came with it",
        f"    fixes: [F-{number}]\n",
        f"{runtime.links.report_url(runtime.desk.today(runtime.now()))}\n",
    ):
        assert line in said, line
    assert "reader@example.net" not in said


def test_the_line_to_edit_is_a_link_where_one_is_set(runtime: Runtime) -> None:
    article(runtime)
    feedback(runtime, heading="show-it")
    feedback(runtime)
    send_digests(runtime.database, replace(runtime.desk, edit_url="https://git.example/{path}#L{line}"), runtime.now())
    (said,) = digests(runtime)
    assert "Edit:       https://git.example/docs/articles/describe-a-problem.md#L39\n" in said
    assert "Edit:       https://git.example/docs/articles/describe-a-problem.md\n" in said


def test_a_heading_that_the_article_does_not_have_is_not_said(runtime: Runtime) -> None:
    article(runtime)
    feedback(runtime, heading="call-0800-evil")
    look(runtime)
    (said,) = digests(runtime)
    assert "evil" not in said
    assert "Edit:       docs/articles/describe-a-problem.md\n" in said


def test_what_came_without_a_comment_or_was_set_aside_is_counted_once(runtime: Runtime, clock: Clock) -> None:
    article(runtime)
    article(runtime, "other", owner="kim@docs.example.org")
    for reasons in (("out-of-date", "something-else"), ("out-of-date",), ("retired",)):
        feedback(runtime, "", reasons=reasons)
    feedback(runtime, "", email="reader@example.net")
    feedback(runtime, "buy now", set_aside_because="a filled honeypot")
    feedback(runtime, "", "other", reasons=("difficult",))
    feedback(runtime, "a comment")
    look(runtime)
    (said,) = digests(runtime)
    assert "- 3 more gave reasons only: It is out of date 2, retired 1, Something else 1." in " ".join(said.split())
    assert "  - 1 more was set aside as likely abuse." in said
    assert "buy now" not in said
    assert "difficult" not in said
    clock.pass_(hours=1)
    feedback(runtime, "another comment")
    look(runtime)
    assert "What else came" not in digests(runtime)[1]


def test_votes_that_were_not_counted_since_the_last_digest_are_mentioned(runtime: Runtime, clock: Clock) -> None:
    article(runtime)
    vote(runtime, times=4, set_aside_because="a burst", at=clock.now() - timedelta(days=8))
    vote(runtime, times=4, set_aside_because="a burst")
    vote(runtime, set_aside_because=ANSWERED_AGAIN)
    vote(runtime, "another's", times=4, set_aside_because="a burst")
    article(runtime, "another's", owner="kim@docs.example.org")
    with runtime.database.transaction() as session:
        session.add(UncountedVotes(article_id="describe-a-problem", day=runtime.desk.today(clock.now()), times=7))
    feedback(runtime)
    look(runtime)
    assert "11 votes have not been counted since Mon 16 Nov 2026" in digests(runtime)[0]
    clock.pass_(days=2)
    feedback(runtime)
    look(runtime)
    assert "11 votes have not been counted since Mon 23 Nov 2026" in digests(runtime)[1]
    clock.pass_(days=2)
    feedback(runtime)
    look(runtime)
    assert "not been counted" not in digests(runtime)[2]


def test_what_a_reader_changes_is_mailed_anew(runtime: Runtime, clock: Clock) -> None:
    article(runtime)
    number = feedback(runtime, "before")
    look(runtime)
    clock.pass_(hours=1)
    with runtime.database.transaction() as session:
        session.execute(update(Feedback).where(Feedback.number == number).values(comment="after", mailed_at=None))
    assert look(runtime) == 1
    assert "    after\n" in digests(runtime)[1]


def test_a_digest_of_a_clock_that_was_put_back_silences_nobody(runtime: Runtime, clock: Clock) -> None:
    article(runtime)
    feedback(runtime)
    look(runtime)
    clock.pass_(days=-30)
    feedback(runtime)
    assert look(runtime) == 1


def test_d58_every_text_is_shown_literally_and_indented_and_changes_nothing_of_ours(runtime: Runtime) -> None:
    article(runtime)
    for text in NASTY:
        feedback(runtime, text, search_words=" ".join(text.split())[:80], heading=text[:100])
    look(runtime)
    with runtime.database.reading() as session:
        raw = session.scalars(select(OutgoingMail.raw)).one()
    assert names_in(raw.partition(b"\r\n\r\n")[0]) == OURS
    (said,) = digests(runtime)
    for text in NASTY:
        for line in text.split("\n"):
            assert f"\n    {line}".rstrip() in said, ascii(text)
    assert said.count("\nHelpful:    no\n") == len(NASTY)


@pytest.mark.parametrize("text", [ENCODED, *(f"x{end}Bcc: v@evil.example{end}{end}Helpful:    yes" for end in LINE_ENDS)], ids=ascii)
def test_d1_d2_no_text_becomes_a_header_or_a_line_of_ours(runtime: Runtime, text: str) -> None:
    article(runtime, title=f"T {text}", headings=[("show-it", f"H {text}", 39)])
    feedback(runtime, text, search_words=text, heading="show-it")
    assert look(runtime) == 1
    with runtime.database.reading() as session:
        raw = session.scalars(select(OutgoingMail.raw)).one()
    assert names_in(raw.partition(b"\r\n\r\n")[0]) == OURS
    (mail,) = mails(runtime, FEEDBACK_DIGEST)
    assert mail["To"] == "team@example.org"
    assert not [line for line in text_of(mail).splitlines() if line.startswith(("Bcc", "Helpful:    yes"))]
