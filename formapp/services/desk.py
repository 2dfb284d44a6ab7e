"""The house, as far as those who work in it need to know it."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from formapp.mail.letterhead import Letterhead
from formapp.mail.ticket_tokens import TicketTokens
from formapp.policy.policy import Policy
from formapp.rules.business_time import BusinessCalendar
from formapp.services.acknowledgements import AckCaps
from formapp.services.links import Links


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
        return Letterhead.of(self.policy, self.tokens)

    @property
    def tokens(self) -> TicketTokens:
        """The maker and reader of references to tickets."""
        return TicketTokens(self.links.keys, self.policy.brand.ticket_prefix)

    @property
    def own_addresses(self) -> tuple[str, ...]:
        """The addresses that end up with us."""
        return self.policy.channels.email, self.team_email, self.bounce_email, self.editors_email
