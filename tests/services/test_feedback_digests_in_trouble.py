"""Several workers send a digest once, and one that fails holds up no other."""

from contextlib import AbstractContextManager

import pytest
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from formapp.mail.purposes import FEEDBACK_DIGEST
from formapp.runtime import Runtime
from formapp.services import feedback_digests
from tests.services.given_feedback import article, fail_for, feedback, mails, stored
from tests.services.test_attachments_at_once import together
from tests.services.test_feedback_digests import digests, look


def test_workers_that_look_at_the_same_moment_send_one_digest(runtime: Runtime) -> None:
    article(runtime)
    for index in range(20):
        feedback(runtime, f"comment {index}")
    assert sorted(map(str, together(*[lambda: look(runtime)] * 4))) == ["0", "0", "0", "1"]
    (said,) = digests(runtime)
    assert said.count("    comment ") == 20


def test_a_letter_that_cannot_be_written_holds_up_no_other_and_its_comments_wait(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    article(runtime, "mine", owner="kim@docs.example.org")
    article(runtime, "nobodys")
    waiting, _ = feedback(runtime, "one", "mine"), feedback(runtime, "two", "nobodys")
    write = feedback_digests.feedback_digest

    def fails(digest: object, *, editor: str) -> object:
        if editor.startswith("kim"):
            raise ValueError("a fault of our own")
        return write(digest, editor=editor)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(feedback_digests, "feedback_digest", fails)
        assert look(runtime) == 1
    assert stored(runtime, waiting).mailed_at is None
    assert look(runtime) == 1


def test_the_database_fails_one_digest_and_the_others_go_out_before_it_is_said(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        article(runtime, name, owner=f"{name}@docs.example.org")
        feedback(runtime, "hello", name)
    with monkeypatch.context() as patched:
        fail_for(patched, "a@docs.example.org", DataError("a reader’s words", {}, Exception("too long")))
        with capture_logs() as lines, pytest.raises(DataError):
            look(runtime)
    assert [mail["To"] for mail in mails(runtime, FEEDBACK_DIGEST)] == ["b@docs.example.org", "c@docs.example.org"]
    assert [(line["event"], line["error"]) for line in lines] == [("a digest of feedback could not be written", "DataError")]
    assert "words" not in str(lines)
    assert look(runtime) == 1


def test_a_worker_that_comes_second_sends_no_digest_of_what_the_first_left_over(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    article(runtime)
    for index in range(3):
        feedback(runtime, f"comment {index}")
    monkeypatch.setattr(feedback_digests, "MOST_COMMENTS", 2)
    begin = runtime.database.transaction

    def after_another(*args: object) -> AbstractContextManager[Session]:
        monkeypatch.setattr(runtime.database, "transaction", begin)
        assert look(runtime) == 1
        return begin()

    monkeypatch.setattr(runtime.database, "transaction", after_another)
    assert look(runtime) == 0
    (said,) = digests(runtime)
    assert said.count("    comment ") == 2
