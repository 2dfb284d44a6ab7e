"""What is understood of a raw mail, for a person who asks why, and for programs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from formapp.mail.incoming import unreadable
from formapp.mail.read_in_child import CannotRead
from formapp.mail.ticket_tokens import TicketTokens
from formapp.mail.understood import Kind, Understood
from formapp.policy.policy import Policy
from formapp.rules.files import say_size
from formapp.rules.mail_subjects import escalation_asked
from formapp.rules.references import ticket_id
from formapp.services.whose_mail import Named, named_in

_BY = {
    "address": "a reference of ours in the address that it was sent to",
    "references": "a reference of ours in the mails that it answers",
    "text": "a reference of ours in its text",
    "subject": "its subject alone",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A mail by the name of its file, what was understood, the ticket that it names (an ID), and whether it asks for an escalation."""

    file: str
    mail: Understood
    named: Named
    ticket: str | None
    asks_escalation: bool

    @property
    def is_trusted(self) -> bool:
        """Whether anything proves that it is from whom it says."""
        return self.mail.from_address is not None and (self.named.by_token or self.mail.is_authentic)

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        mail = self.mail
        return {
            "file": self.file,
            "kind": str(mail.kind),
            "subject": mail.subject,
            "from_address": mail.from_address,
            "from_name": mail.from_name,
            "message_id": mail.message_id,
            "in_reply_to": mail.in_reply_to,
            "references": list(mail.references),
            "reply": mail.reply,
            "text": mail.text,
            "attachments": [{"name": file.name, "type": file.media_type, "size": len(file.content)} for file in mail.files],
            "ticket": self.ticket,
            "escalation": self.asks_escalation,
            "trusted": self.is_trusted,
            "problems": list(mail.problems),
        }

    def in_words(self) -> str:
        """Return it as a person reads it."""
        mail = self.mail
        facts = {
            "Kind": f"{mail.kind}" + (f" ({mail.why})" if mail.why else ""),
            "From": " ".join(filter(None, (mail.from_name, f"<{mail.from_address}>" if mail.from_address else "(no clear address)"))),
            "Subject": mail.subject,
            "Ticket": f"{self.ticket}, by {_BY[self.named.by]}" if self.ticket and self.named.by else "none",
            "Escalation": "asked for" if self.asks_escalation else "",
            "Trusted": self._why_trusted(),
            "Bounce": mail.bounce.reply if mail.bounce else "",
            "Files": ", ".join(f"{file.name} ({file.media_type}, {say_size(len(file.content))})" for file in mail.files),
            "Problems": "; ".join(mail.problems),
        }
        said = "\n".join(f"{name + ':':<12}{value}" for name, value in facts.items() if value)
        reply = "\n".join(f"  {line}" for line in mail.reply.split("\n"))
        return f"{self.file}\n{said}\n\n{reply}\n"

    def _why_trusted(self) -> str:
        if not self.is_trusted:
            return "no: nothing in it proves who wrote it"
        return "yes: " + ("it has a reference of ours" if self.named.by_token else "our mail server vouches for its sender")


def read(file: str, raw: bytes, reader: Callable[[bytes], Understood], policy: Policy, tokens: TicketTokens) -> Reading:
    """Return what is understood of a mail; one that cannot be read within its bounds is of the kind unreadable, with the reason."""
    try:
        mail = reader(raw)
    except CannotRead as failure:
        mail = unreadable(str(failure))
    named = named_in(mail, policy, tokens, None)
    asks = mail.kind is Kind.HUMAN and escalation_asked(policy, mail.subject) is not None
    return Reading(file, mail, named, ticket_id(policy, named.number) if named.number else None, asks)
