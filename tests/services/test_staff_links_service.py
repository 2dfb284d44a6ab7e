"""Links for staff: each opens one thing for its own address, for thirty days, and none once they have been revoked."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from formapp.mail import purposes
from formapp.models import StaffAddress
from formapp.runtime import Runtime
from formapp.services import staff_links
from formapp.services.links import BadLink
from formapp.services.staff_links import FILE, TICKET, Door, ExpiredLink, StaffAccess, StaffLinks
from tests.clock import Clock
from tests.services.life import Life, text_of
from tests.services.test_attachments_at_once import together

OPENS = {"ticket": staff_links.open_ticket, "queue": staff_links.open_queue, "file": staff_links.open_file}
LEE = "lee@example.org"


def links(runtime: Runtime, address: str | None = LEE) -> StaffLinks:
    with runtime.database.transaction() as session:
        return staff_links.staff_links(session, runtime.desk, runtime.now(), address)


def tokens(runtime: Runtime, number: int = 1001) -> dict[str, str]:
    """Return a token of each kind, as it stands in a mail of today."""
    made = links(runtime)
    urls = {"ticket": made.ticket_url(number), "queue": made.queue_url(), "file": made.file_url(number)}
    return {kind: url.rstrip("/").rpartition("/")[2] for kind, url in urls.items()}


def opened(runtime: Runtime, kind: str, token: str) -> StaffAccess:
    with runtime.database.reading() as session:
        return OPENS[kind](session, runtime.desk, token, runtime.now())


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def test_a_link_opens_what_it_was_made_for_and_says_for_whom(runtime: Runtime) -> None:
    made, lee = tokens(runtime), links(runtime).address_id
    assert opened(runtime, "ticket", made["ticket"]) == StaffAccess(1001, LEE, lee)
    assert opened(runtime, "queue", made["queue"]) == StaffAccess(None, LEE, lee)
    assert opened(runtime, "file", made["file"]) == StaffAccess(1001, LEE, lee)


@pytest.mark.parametrize("made_for", OPENS)
@pytest.mark.parametrize("tried_as", OPENS)
def test_it_opens_nothing_else(runtime: Runtime, made_for: str, tried_as: str) -> None:
    token = tokens(runtime)[made_for]
    if made_for != tried_as:
        with pytest.raises(BadLink):
            opened(runtime, tried_as, token)


def test_a_customers_link_is_no_link_for_staff_nor_the_other_way_about(runtime: Runtime) -> None:
    customers = runtime.links.ticket_path(1001).rpartition("/")[2]
    for kind in OPENS:
        with pytest.raises(BadLink):
            opened(runtime, kind, customers)
    for token in tokens(runtime).values():
        for purpose in ("ticket page", "escalation page", "vote", "feedback report"):
            with pytest.raises(BadLink):
                runtime.links.read(purpose, token)


def test_an_altered_link_opens_nothing(runtime: Runtime) -> None:
    token = tokens(runtime)["ticket"]
    other = tokens(runtime, 1002)["ticket"]
    payload, signature = token.split(".")
    altered = [
        "",
        ".",
        token[:-2],
        token + "A",
        payload,
        f"{other.split('.')[0]}.{signature}",
        token.swapcase(),
        f"{payload}..{signature}",
        "é" * 40,
    ]
    for each in altered:
        with pytest.raises(BadLink):
            opened(runtime, "ticket", each)


@pytest.mark.parametrize("kind", OPENS)
def test_it_opens_for_thirty_days_and_then_says_what_a_fresh_one_needs(runtime: Runtime, clock: Clock, kind: str) -> None:
    token = tokens(runtime)[kind]
    clock.pass_(days=30)
    assert opened(runtime, kind, token).address == LEE
    clock.pass_(days=1)
    with pytest.raises(ExpiredLink) as expired:
        opened(runtime, kind, token)
    assert (expired.value.number, expired.value.address) == (None if kind == "queue" else 1001, LEE)


def test_a_clock_that_was_a_day_ahead_made_good_links_and_one_of_another_year_did_not(runtime: Runtime, clock: Clock) -> None:
    clock.pass_(days=1)
    token = tokens(runtime)["ticket"]
    clock.pass_(days=-1)
    assert opened(runtime, "ticket", token).number == 1001
    clock.pass_(days=-1)
    with pytest.raises(ExpiredLink):
        opened(runtime, "ticket", token)


def test_the_day_is_the_teams(runtime: Runtime, clock: Clock) -> None:
    """Made in the evening in UTC, which is the next morning in Brisbane."""
    clock.moment = clock.moment.replace(hour=20)
    token = tokens(runtime)["ticket"]
    clock.pass_(days=30, hours=17)
    assert opened(runtime, "ticket", token)
    clock.pass_(hours=2)
    with pytest.raises(ExpiredLink):
        opened(runtime, "ticket", token)


def test_revoked_no_link_so_far_opens_anything_and_new_ones_do(runtime: Runtime) -> None:
    for _ in range(2):
        made = tokens(runtime)
        with runtime.database.transaction() as session:
            staff_links.rotate(session)
        for kind, token in made.items():
            with pytest.raises(BadLink):
                opened(runtime, kind, token)
        for kind, token in tokens(runtime).items():
            assert opened(runtime, kind, token)


def test_no_address_stands_in_a_link_and_each_is_kept_once(runtime: Runtime) -> None:
    for address in (LEE, LEE, "sam@example.org", LEE):
        url = links(runtime, address).ticket_url(1001)
        assert "example" not in url.rpartition("/staff-ticket/")[2]
    with runtime.database.reading() as session:
        assert session.scalars(select(StaffAddress.address).order_by(StaffAddress.id)).all() == [LEE, "sam@example.org"]
    assert links(runtime, None).address == "team@example.org"


def test_a_link_for_an_address_that_is_gone_opens_nothing(runtime: Runtime) -> None:
    token = tokens(runtime)["ticket"]
    with runtime.database.transaction() as session:
        session.delete(session.scalars(select(StaffAddress)).one())
    with pytest.raises(BadLink, match="nobody that we know"):
        opened(runtime, "ticket", token)


def test_an_address_that_is_new_to_several_at_once_is_kept_once(runtime: Runtime) -> None:
    made = together(*[lambda: links(runtime)] * 4)
    assert len({one.address_id for one in made if isinstance(one, StaffLinks)}) == 1


def expired(life: Life, kind: str, number: int = 1001) -> ExpiredLink:
    token = tokens(life.runtime, number)[kind]
    life.clock.pass_(days=31)
    with pytest.raises(ExpiredLink) as link:
        opened(life.runtime, kind, token)
    return link.value


def fresh(life: Life, link: ExpiredLink) -> bool:
    with life.runtime.database.transaction() as session:
        return staff_links.send_fresh(session, link, life.runtime.desk, life.clock.now())


@pytest.mark.parametrize(
    ("kind", "number", "what", "opens"),
    [
        ("ticket", 1001, "A fresh link to BC-1001", "ticket"),
        ("queue", 1001, "A fresh link to the queue", "queue"),
        ("file", 1001, "A fresh link to the file", "file"),
    ],
)
def test_a_fresh_link_goes_to_the_address_that_had_the_old_one(life: Life, kind: str, number: int, what: str, opens: str) -> None:
    life.ticket()
    link = expired(life, kind, number)
    assert fresh(life, link)
    letter = life.letter(purposes.STAFF_FRESH_LINK)
    assert (letter["To"], letter["Subject"]) == (LEE, what)
    said = text_of(letter)
    assert "30 days" in said
    token = next(word for word in said.split() if word.startswith("http")).rstrip("/").rpartition("/")[2]
    assert opened(life.runtime, opens, token).address == LEE


def test_an_address_is_sent_a_fresh_link_every_ten_minutes_at_most(life: Life) -> None:
    life.ticket()
    link = expired(life, "queue")
    assert fresh(life, link)
    assert not fresh(life, link)
    # Another ticket's link, or another colleague's click, takes nobody's link away.
    assert fresh(life, ExpiredLink("staff ticket", 1001, LEE))
    assert fresh(life, ExpiredLink("staff queue", None, "sam@example.org"))
    life.clock.pass_(minutes=10)
    assert fresh(life, link)
    assert len(life.mails(purposes.STAFF_FRESH_LINK)) == 4


def test_what_belongs_to_no_ticket_counts_together(life: Life) -> None:
    assert fresh(life, ExpiredLink("staff file", 1, LEE))
    assert not fresh(life, ExpiredLink("staff file", 2, LEE))
    assert not fresh(life, ExpiredLink("staff queue", None, LEE))
    life.ticket()
    life.ticket()
    assert [fresh(life, ExpiredLink("staff ticket", number, LEE)) for number in (1001, 1002, 1001)] == [True, True, False]


def test_to_a_ticket_that_is_gone_there_is_no_fresh_link(life: Life) -> None:
    with pytest.raises(BadLink):
        fresh(life, ExpiredLink("staff ticket", 4711, LEE))
    assert life.mails(purposes.STAFF_FRESH_LINK) == []


def with_mail_read(runtime: Runtime, **changes: object) -> Runtime:
    return replace(runtime, settings=runtime.settings.model_copy(update={"receives_mail": True} | changes))


def opened_door(runtime: Runtime, url: str) -> Door:
    with runtime.database.reading() as session:
        return staff_links.open_door(session, runtime.desk, url.rstrip("/").rpartition("/")[2], runtime.now())


def test_a_letter_whose_reply_goes_to_the_customer_has_doors_and_no_reference(runtime: Runtime) -> None:
    letter = links(runtime).in_letter(1001)
    assert letter.words == {"reply": None, "by_door": True}
    assert opened_door(runtime, str(letter.ticket_url)) == Door(TICKET, 1001, LEE)
    assert opened_door(runtime, letter.file_url(17)) == Door(FILE, 17, LEE)


def test_a_letter_whose_reply_comes_to_us_has_links_and_the_teams_reference(runtime: Runtime) -> None:
    reading = with_mail_read(runtime)
    made = links(reading)
    letter = made.in_letter(1001)
    reply, token = letter.words["reply"], reading.mail_in.tokens.for_staff(1001, made.generation)
    assert (reply.to, reply.token, reply.sender) == (f"support+{token}@billycart.com", token, "support@billycart.com")
    assert reply.reasons == reading.policy.resolution.reasons_to_choose
    assert letter.words["by_door"] is False
    assert (letter.ticket_url, letter.file_url(17)) == (made.ticket_url(1001), made.file_url(17))
    # About no ticket of ours the letter is answered to whoever wrote.
    unknown = made.in_letter(None)
    assert (unknown.words, unknown.ticket_url) == ({"reply": None, "by_door": True}, None)
    assert opened_door(reading, unknown.file_url(17)) == Door(FILE, 17, LEE)


def test_where_the_mail_server_knows_no_tags_a_reply_comes_to_the_plain_address(runtime: Runtime) -> None:
    reply = links(with_mail_read(runtime, reply_tags=False)).reply_to(1001)
    assert reply is not None
    assert reply.to == "support@billycart.com"
    assert reply.token.startswith("s-bc-1001.")


def test_the_teams_reference_is_renewed_with_the_links(runtime: Runtime) -> None:
    reading = with_mail_read(runtime)
    before = links(reading).reply_to(1001)
    with runtime.database.transaction() as session:
        staff_links.rotate(session)
    after = links(reading).reply_to(1001)
    assert before
    assert after
    tokens, generation = reading.mail_in.tokens, links(reading).generation
    assert [one.number for one in tokens.found_in([after.to], generation)] == [1001]
    assert tokens.found_in([before.to], generation) == ()


def test_a_door_is_as_old_as_a_link_may_be(runtime: Runtime, clock: Clock) -> None:
    url = links(runtime).door_url(FILE, 17)
    clock.pass_(days=30)
    assert opened_door(runtime, url)
    clock.pass_(days=1)
    with pytest.raises(ExpiredLink) as expired:
        opened_door(runtime, url)
    assert (expired.value.purpose, expired.value.number, expired.value.address) == (FILE, 17, LEE)


def test_a_link_is_no_door_and_a_door_no_link(runtime: Runtime) -> None:
    door = links(runtime).door_url(TICKET, 1001).rstrip("/").rpartition("/")[2]
    for kind in OPENS:
        with pytest.raises(BadLink):
            opened(runtime, kind, door)
    for token in tokens(runtime).values():
        with pytest.raises(BadLink):
            opened_door(runtime, token)


def test_the_link_for_a_door_is_sent_to_the_address_that_it_was_made_for(life: Life) -> None:
    life.ticket()
    door = opened_door(life.runtime, links(life.runtime).door_url(TICKET, 1001))
    with life.runtime.database.transaction() as session:
        assert staff_links.send_fresh(session, door, life.runtime.desk, life.clock.now())
    assert life.letter(purposes.STAFF_FRESH_LINK)["To"] == LEE
