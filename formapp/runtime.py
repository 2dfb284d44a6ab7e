"""What a running process has at hand: settings, policy, calendar, database, clock and sender."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from formapp.address import mailbox_of
from formapp.mail.ticket_tokens import TicketTokens
from formapp.policy.loader import load_policy
from formapp.policy.policy import Policy
from formapp.rules.business_time import BusinessCalendar
from formapp.rules.examples import WrongExample, check_examples
from formapp.services.acknowledgements import AckCaps
from formapp.services.database import Database, open_database
from formapp.services.desk import Desk, MailIn
from formapp.services.links import Links
from formapp.services.virus_scan import Clamd
from formapp.settings import PREFIX, Settings, SettingsError


def utc_now() -> datetime:
    """Return the moment it is, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Runtime:
    """Made once at start and handed to whoever needs it."""

    settings: Settings
    policy: Policy
    calendar: BusinessCalendar
    database: Database
    now: Callable[[], datetime] = utc_now

    @classmethod
    def start(cls, settings: Settings, now: Callable[[], datetime] = utc_now) -> Self:
        """Load the policy and open the database.

        Raises SettingsError where our own letters would come straight back to us, PolicyError or WrongExample for a policy that cannot be
        kept, DatabaseError for a database that cannot be used, and ScannerAddressError for a virus scanner's address that is none.
        """
        if settings.clamd:
            Clamd(settings.clamd)  # an address that can never work is said at the start
        policy = load_policy(settings.policy_file)
        if settings.reads_mail and settings.team_email and mailbox_of(settings.team_email) == mailbox_of(policy.channels.email):
            raise SettingsError(
                f"{PREFIX}TEAM_EMAIL is the support address, whose mail is read: our letters to the team would come straight back. "
                "Give the team an address of its own"
            )
        calendar = BusinessCalendar.of(policy)
        try:
            check_examples(policy, calendar)
        except WrongExample as error:
            raise WrongExample(f"{settings.policy_file}: {error}") from None
        return cls(settings, policy, calendar, open_database(settings.database), now)

    @property
    def links(self) -> Links:
        """The maker and reader of signed links."""
        return Links(self.settings.signing_keys, self.settings.base_url)

    @property
    def scanner(self) -> Clamd | None:
        """The virus scanner, where one is set."""
        return Clamd(self.settings.clamd) if self.settings.clamd else None

    @property
    def desk(self) -> Desk:
        """What taking something in needs to know of the house."""
        settings = self.settings
        caps = AckCaps(
            per_domain_per_hour=settings.acknowledgements_per_domain_per_hour,
            in_all_per_hour=settings.acknowledgements_per_hour,
            unproven_per_hour=settings.unproven_acknowledgements_per_hour,
        )
        return Desk(
            policy=self.policy,
            calendar=self.calendar,
            links=self.links,
            team_email=self.team_email,
            bounce_email=self.bounce_email,
            caps=caps,
            editors_email=settings.editors_email or self.team_email,
            edit_url=settings.edit_url,
            mail_in=self.mail_in,
        )

    @property
    def mail_in(self) -> MailIn:
        """How mail comes in."""
        settings = self.settings
        return MailIn(
            tokens=TicketTokens(settings.signing_keys, self.policy.brand.ticket_prefix),
            is_read=settings.reads_mail,
            uses_tags=settings.reply_tags,
            staff=(*settings.staff, self.team_email),
            complaints_email=settings.complaints_email,
            authserv_id=settings.authserv_id,
        )

    @property
    def mail_dir(self) -> Path:
        """Where mails are kept as files until an SMTP server is set."""
        return self.settings.instance_dir / "mail"

    @property
    def team_email(self) -> str:
        """Where tickets are mailed to; in development an address that nobody has."""
        return self.settings.team_email or "support-team@example.test"

    @property
    def bounce_email(self) -> str:
        """The envelope sender of every mail."""
        return self.settings.bounce_email or self.policy.channels.email
