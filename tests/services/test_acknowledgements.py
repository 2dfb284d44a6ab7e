import pytest

from formapp.mail.purposes import (
    ACKNOWLEDGEMENTS,
    COMPLAINT_ACKNOWLEDGEMENT,
    ESCALATION_RECEIVED,
    TICKET_ACKNOWLEDGEMENT,
    UNPROVEN_ACKNOWLEDGEMENT,
    UNPROVEN_COMPLAINT_ACKNOWLEDGEMENT,
)
from formapp.services.acknowledgements import (
    FOR_COMPLAINTS,
    FOR_ESCALATIONS,
    FOR_FEEDBACK,
    FOR_TICKETS,
    AckCaps,
    reason_not_to_acknowledge,
)
from formapp.services.database import Database
from tests.clock import Clock
from tests.services.outgoing import queued

OWN = ("support@billycart.com", "team@paypaplane.example", "bounces@billycart.com")


def reason(
    database: Database,
    clock: Clock,
    recipient: str = "jo@example.com",
    caps: AckCaps | None = None,
    purpose: str = TICKET_ACKNOWLEDGEMENT,
    *,
    is_proven: bool = True,
) -> str | None:
    together = next(purposes for purposes in (FOR_TICKETS, FOR_COMPLAINTS, FOR_ESCALATIONS) if purpose in purposes)
    with database.transaction() as session:
        return reason_not_to_acknowledge(
            session, recipient, together, is_proven=is_proven, own_addresses=OWN, caps=caps or AckCaps(), now=clock.now()
        )


def acknowledged(
    database: Database,
    clock: Clock,
    recipient: str = "jo@example.com",
    caps: AckCaps | None = None,
    purpose: str = TICKET_ACKNOWLEDGEMENT,
    *,
    is_proven: bool = True,
) -> bool:
    """Do as the intake does: ask, and queue the acknowledgement if nothing speaks against it."""
    if reason(database, clock, recipient, caps, purpose, is_proven=is_proven):
        return False
    queued(database, clock.now(), recipient, purpose)
    return True


def test_a_customer_gets_an_acknowledgement(database: Database, clock: Clock) -> None:
    assert acknowledged(database, clock)


def test_a_hundred_submissions_with_a_victims_address_bring_it_one_mail(database: Database, clock: Clock) -> None:
    assert [acknowledged(database, clock) for _ in range(100)].count(True) == 1


def test_an_address_gets_one_in_ten_minutes_and_three_in_a_day(database: Database, clock: Clock) -> None:
    sent = []
    for _ in range(24 * 12):
        sent.append(acknowledged(database, clock))
        clock.pass_(minutes=5)
    assert sent[:8] == [True, False, True, False, True, False, False, False]
    assert sent.count(True) == 3
    assert acknowledged(database, clock)  # a day after the first


@pytest.mark.parametrize("spelling", ["jo+1@example.com", "JO@EXAMPLE.COM", "Jo+x+y@example.com"])
def test_other_spellings_of_an_address_are_the_same_address(database: Database, clock: Clock, spelling: str) -> None:
    assert acknowledged(database, clock)
    assert not acknowledged(database, clock, spelling)


def test_a_domain_gets_no_more_than_its_cap_in_an_hour(database: Database, clock: Clock) -> None:
    caps = AckCaps(per_domain_per_hour=5)
    assert [acknowledged(database, clock, f"a{number}@example.com", caps) for number in range(20)].count(True) == 5
    assert acknowledged(database, clock, "a@other.example.com", caps)
    clock.pass_(hours=1)
    assert acknowledged(database, clock, "a@example.com", caps)


def test_all_together_get_no_more_than_the_cap_in_an_hour(database: Database, clock: Clock) -> None:
    caps = AckCaps(in_all_per_hour=5)
    assert [acknowledged(database, clock, f"a@domain{number}.example.com", caps) for number in range(20)].count(True) == 5
    clock.pass_(hours=1)
    assert acknowledged(database, clock, caps=caps)


def test_without_a_proof_of_work_an_address_gets_one_in_a_day(database: Database, clock: Clock) -> None:
    def unproven() -> bool:
        return acknowledged(database, clock, purpose=UNPROVEN_ACKNOWLEDGEMENT, is_proven=False)

    assert unproven()
    clock.pass_(hours=23, minutes=59)
    assert not unproven()
    # Who proves to have worked is answered all the same.
    assert acknowledged(database, clock)
    clock.pass_(days=1)
    assert unproven()


@pytest.mark.parametrize("purpose", [UNPROVEN_ACKNOWLEDGEMENT, UNPROVEN_COMPLAINT_ACKNOWLEDGEMENT, ESCALATION_RECEIVED])
def test_all_together_get_no_more_without_proof_of_work_than_their_own_cap(database: Database, clock: Clock, purpose: str) -> None:
    def unproven(number: int) -> bool:
        return acknowledged(database, clock, f"a@domain{number}.example.com", purpose=purpose, is_proven=False)

    assert [unproven(number) for number in range(30)].count(True) == 20
    assert acknowledged(database, clock)
    clock.pass_(hours=1)
    assert unproven(99)


def test_a_complaint_and_an_escalation_are_acknowledged_although_a_ticket_was_just_before(database: Database, clock: Clock) -> None:
    for purpose in (TICKET_ACKNOWLEDGEMENT, COMPLAINT_ACKNOWLEDGEMENT, ESCALATION_RECEIVED):
        assert acknowledged(database, clock, purpose=purpose)
        assert not acknowledged(database, clock, purpose=purpose)


def test_every_letter_to_a_customer_is_counted_with_some_others() -> None:
    together = [FOR_TICKETS, FOR_COMPLAINTS, FOR_ESCALATIONS, FOR_FEEDBACK]
    assert frozenset().union(*together) == ACKNOWLEDGEMENTS
    assert sum(map(len, together)) == len(ACKNOWLEDGEMENTS)


def test_a_clock_put_back_does_not_silence_us_until_it_is_right_again(database: Database, clock: Clock) -> None:
    clock.pass_(days=365)
    assert acknowledged(database, clock)
    clock.pass_(days=-365)
    assert acknowledged(database, clock)


def test_other_letters_to_an_address_do_not_count(database: Database, clock: Clock) -> None:
    queued(database, clock.now(), "jo@example.com", "team-new-ticket")
    assert acknowledged(database, clock)


@pytest.mark.parametrize(
    "address",
    [
        *OWN,
        "Support@Billycart.com",
        "support+BC-1042@billycart.com",
        "mailer-daemon@example.com",
        "MAILER-DAEMON@example.com",
        "postmaster@example.com",
        "no-reply@example.com",
        "noreply@example.com",
        "do-not-reply@example.com",
        "donotreply-alerts@example.com",
        "bounces-123@example.com",
        "friends-request@lists.example.com",
        "owner-friends@lists.example.com",
    ],
)
def test_our_own_addresses_and_machines_get_none(database: Database, clock: Clock, address: str) -> None:
    assert reason(database, clock, address) is not None


@pytest.mark.parametrize("address", ["rooty@example.com", "support@example.com", "abusement@example.com", "noreplyhere.jo@example.com"])
def test_addresses_that_only_look_alike_get_theirs(database: Database, clock: Clock, address: str) -> None:
    assert reason(database, clock, address) is None


def test_an_address_that_cannot_be_written_to_gets_none_and_is_not_repeated(database: Database, clock: Clock) -> None:
    said = reason(database, clock, "josé@example.com")
    assert said is not None
    assert "jos" not in said
