"""Understand a mail: raw bytes in, a value out; nothing is fetched, opened or run."""

from formapp.mail import header_reading
from formapp.mail.bounce_report import bounce_of
from formapp.mail.mail_kind import kind_of_mail
from formapp.mail.mail_text import contents_of
from formapp.mail.mime_parts import parse
from formapp.mail.sender_proof import is_aligned
from formapp.mail.understood import Kind, Ours, Understood
from formapp.mail.visible_reply import visible_reply
from formapp.rules.mail_subjects import is_forward


def understand(raw: bytes, ours: Ours) -> Understood:
    """Return what is understood of a mail, whatever the bytes are."""
    root = parse(raw)
    headers = root.headers
    address, name, unclear = header_reading.sender_of(headers)
    subject = header_reading.text_of(headers, "Subject")
    message_id = header_reading.message_id_of(headers, "Message-ID")
    contents = contents_of(root)
    text = contents.text
    kind, why = kind_of_mail(headers, from_address=address, subject=subject, message_id=message_id, ours=ours)
    bounce = None if kind is Kind.LOOP else bounce_of(root, address, text)
    if bounce is not None:
        kind, why = Kind.BOUNCE, "a report about a mail that was sent"
    problems = [*([unclear] if unclear and kind is Kind.HUMAN else []), *contents.problems]
    return Understood(
        kind=kind,
        why=why,
        subject=subject,
        from_address=address,
        from_name=name,
        reply_to=header_reading.first_address(headers, "Reply-To"),
        recipients=header_reading.recipients_of(headers, ours.addresses),
        message_id=message_id,
        in_reply_to=header_reading.message_id_of(headers, "In-Reply-To"),
        references=header_reading.references_of(headers),
        sent_at=header_reading.moment_of(headers),
        text=text,
        # Whoever forwards a mail wants it to be read.
        reply=text if is_forward(subject) else visible_reply(text),
        files=tuple(contents.files),
        is_authentic=is_aligned(headers, address, ours.authserv_id),
        bounce=bounce,
        problems=tuple(dict.fromkeys(problems)),
    )


def unreadable(reason: str) -> Understood:
    """Return what is understood of a mail that could not be read."""
    return Understood(
        kind=Kind.UNREADABLE,
        why=reason,
        subject="",
        from_address=None,
        from_name="",
        reply_to=None,
        recipients=(),
        message_id=None,
        in_reply_to=None,
        references=(),
        sent_at=None,
        text="",
        reply="",
        files=(),
        is_authentic=False,
        bounce=None,
        problems=(f"It could not be read: {reason}",),
    )
