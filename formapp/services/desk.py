"""The house, as far as those who work in it need to know it."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from formapp.address import domain_of, mailbox_of
from formapp.mail.letterhead import Letterhead
from formapp.mail.ticket_tokens import TicketTokens
from formapp.mail.understood import Ours
from formapp.policy.policy import Policy
from formapp.rules.business_time import BusinessCalendar
from formapp.services.acknowledgements import AckCaps
from formapp.services.links import Links


@dataclass(frozen=True)
class MailIn:
    """How mail comes in: whether any does, whose replies are staff's, and how far a mail's own words about itself are believed."""

    tokens: TicketTokens
    is_read: bool = False
    # Whether support+token@ reaches the mailbox.
    uses_tags: bool = True
    # Addresses, and domains with their @.
    staff: tuple[str, ...] = ()
    complaints_email: str | None = None
    authserv_id: str | None = None

    def is_staff(self, address: str) -> bool:
        """Whether an address may answer customers by mail."""
        mailbox, own = mailbox_of(address), [mailbox_of(one) for one in self.staff if not one.startswith("@")]
        return mailbox in own or f"@{domain_of(mailbox)}" in [one.casefold() for one in self.staff if one.startswith("@")]


@dataclass(frozen=True)
class Desk:
    """The policy and its calendar, the makers of links and letters, and the addresses that end up with us."""

    policy: Policy
    calendar: BusinessCalendar
    links: Links
    team_email: str
    bounce_email: str
    caps: AckCaps
    # Who gets the feedback on articles that nobody else owns, and where an editor changes an article, as in the settings.
    editors_email: str
    mail_in: MailIn
    edit_url: str | None = None

    def today(self, now: datetime) -> date:
        """Return the day of an aware moment in the policy's zone."""
        return now.astimezone(self.policy.hours.zone).date()

    def where_to_edit(self, source: str, line: int | None) -> str:
        """Return where an editor changes a line of an article's file: an address where one is set, else the file and the line."""
        if self.edit_url is None:
            return source if line is None else f"{source}, line {line}"
        address = self.edit_url.replace("{path}", quote(source))
        # Without a line the part of the address that names one leads nowhere.
        return address.replace("{line}", str(line)) if line else address.partition("#")[0].replace("{line}", "1")

    @property
    def letterhead(self) -> Letterhead:
        """Who the letters are from."""
        mail_in = self.mail_in
        return Letterhead.of(self.policy, mail_in.tokens, takes_replies=mail_in.is_read, uses_tags=mail_in.uses_tags)

    @property
    def ours(self) -> Ours:
        """How a mail of our own is known when it comes back."""
        return Ours((self.policy.channels.email, self.bounce_email), self.mail_in.authserv_id)

    @property
    def own_addresses(self) -> tuple[str, ...]:
        """The addresses that end up with us."""
        return self.policy.channels.email, self.team_email, self.bounce_email, self.editors_email
