"""Replies as people's mail programs write them: what they put above and around the letter that is answered."""

import html
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from email.utils import make_msgid

from tests.mails import html_of, text_of

SAID = "Mon, 23 Nov 2026 at 14:28"


def reply_by(program: str, letter: EmailMessage, text: str, by: str) -> EmailMessage:
    """Return a person's reply to a letter, as their program sends it."""
    mail = EmailMessage()
    mail["From"], mail["To"] = by, str(letter["Reply-To"] or letter["From"])
    mail["Subject"] = f"Re: {str(letter['Subject']).removeprefix('Re: ')}"
    mail["Date"] = "Mon, 23 Nov 2026 15:00:00 +1000"
    mail["Message-ID"] = make_msgid(domain="mail.example.net")
    mail["In-Reply-To"] = str(letter["Message-ID"])
    mail["References"] = " ".join(filter(None, (str(letter["References"] or ""), str(letter["Message-ID"]))))
    plain, marked = PROGRAMS[program](letter, text, mail["To"])
    mail.set_content(plain)
    if marked:
        mail.add_alternative(marked, subtype="html")
    return mail


def _quoted(letter: EmailMessage) -> str:
    return "".join(f"> {line}".rstrip() + "\n" for line in text_of(letter).splitlines())


def _paragraphs(text: str, tag: str) -> str:
    return "".join(f"<{tag}>{html.escape(line) or '<br>'}</{tag}>" for line in text.split("\n"))


def _gmail(letter: EmailMessage, text: str, to: str) -> tuple[str, str]:
    attribution = f"On {SAID}, Billycart Support <{to}> wrote:"
    marked = f'<div dir="ltr">{_paragraphs(text, "div")}</div><br><div class="gmail_quote gmail_quote_container">'
    marked += f'<div dir="ltr" class="gmail_attr">{html.escape(attribution)}<br></div>'
    marked += f'<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;padding-left:1ex">{html_of(letter)}</blockquote></div>'
    # A line of more than 78 signs is wrapped, and so the attribution often is.
    wrapped = attribution.replace(" <", "\n<", 1)
    return f"{text}\n\n{wrapped}\n\n{_quoted(letter)}", marked


def _outlook(letter: EmailMessage, text: str, to: str) -> tuple[str, str]:
    facts = {"From": f"Billycart Support <{to}>", "Sent": "Monday, 23 November 2026 2:28 PM", "To": str(letter["To"])}
    facts["Subject"] = str(letter["Subject"])
    block = "\n".join(f"{name}: {value}" for name, value in facts.items())
    lines = "<br>".join(f"<b>{name}:</b> {html.escape(value)}" for name, value in facts.items())
    marked = f'<html><body lang=EN-AU><div class="WordSection1">{_paragraphs(text, "p class=MsoNormal")}<p class=MsoNormal>&nbsp;</p>'
    marked = marked.replace("</p class=MsoNormal>", "</p>")
    marked += f"<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>{lines}</p></div>"
    return f"{text}\n\n{block}\n\n{text_of(letter)}", f"{marked}{html_of(letter)}</div></body></html>"


def _apple(letter: EmailMessage, text: str, to: str) -> tuple[str, str]:
    attribution = f"On 23 Nov 2026, at 2:28 pm, Billycart Support <{to}> wrote:"
    marked = f'<html><body style="overflow-wrap: break-word;">{_paragraphs(text, "div")}<div><br><blockquote type="cite"><div>'
    marked += f'{html.escape(attribution)}</div><br class="Apple-interchange-newline"><div>{html_of(letter)}</div></blockquote></div>'
    return f"{text}\n\n> {attribution}\n> \n{_quoted(letter)}", f"{marked}</body></html>"


def _thunderbird(letter: EmailMessage, text: str, to: str) -> tuple[str, str]:
    return f"{text}\n\nOn 23/11/26 14:28, Billycart Support wrote:\n{_quoted(letter)}", ""


def _phone(letter: EmailMessage, text: str, to: str) -> tuple[str, str]:
    attribution = f"On 23 Nov 2026, at 2:28 pm, Billycart Support <{to}> wrote:"
    marked = (
        f'<html><body dir="auto">{_paragraphs(text, "div")}<div><br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Sent from my iPhone'
    )
    marked += f'</div><div dir="ltr"><br><blockquote type="cite">{html.escape(attribution)}<br><br></blockquote></div>'
    marked += f'<blockquote type="cite"><div dir="ltr">{html_of(letter)}</div></blockquote></div></body></html>'
    return f"{text}\n\nSent from my iPhone\n\n> {attribution}\n> \n{_quoted(letter)}", marked


PROGRAMS: Mapping[str, Callable[[EmailMessage, str, str], tuple[str, str]]] = {
    "Gmail": _gmail,
    "Outlook": _outlook,
    "Apple Mail": _apple,
    "Thunderbird": _thunderbird,
    "a phone": _phone,
}
