"""The writer's own words are never cut: answers between quotes, sentences like a program's, pasted prompts and lists."""

import pytest

from formapp.mail.visible_reply import visible_reply

SAID = "On 24 Nov 2026, at 14:28, Sam <sam@example.com> wrote:"

WHOLE = [
    ("a boss who wrote", "On Monday my boss wrote:\n\nBuy two carts, and do it now.\n\nSo please send two."),
    ("a boss who wrote, at the end", "Good day.\n\nOn Monday my boss wrote:\n\nBuy two carts, and do it now."),
    ("a driver who wrote, with a date", "On 24 November 2026 at 2:28 pm the driver wrote:\n\nNobody was at home.\n\nBut I was."),
    (
        "a driver who wrote, in the middle",
        "Hello,\n\nOn 24 November 2026 at 2:28 pm your driver wrote:\n\nNobody was at home.\n\nBut I was.",
    ),
    ("I wrote", "Hello,\n\nOn 24 November 2026 at 14:28 I wrote to support@billycart.com:\n\nThe wheel squeaks.\n\nNobody answered."),
    ("my friend's address", "Hello,\n\nOn 24 Nov 2026 at 14:28 my friend jane@example.com wrote:\n\nIt squeaks.\n\nMine too."),
    (
        "a sentence with all signs",
        "Hi,\n\nMy order was sent on 24/11/2026 at 14:28 to jane@example.com and the page says:\n\nLost.\n\nWhere is it?",
    ),
    ("German", "Hallo,\n\nam Montag schrieb mein Chef:\n\nKauf zwei.\n\nAlso bitte zwei."),
    ("German with a date", "Hallo,\n\nAm 24.11.2026 um 14:28 schrieb mir Ihr Fahrer:\n\nKeiner da.\n\nIch war aber da."),
    ("French", "Bonjour,\n\nLe 24 novembre 2026 à 14:28, votre livreur a écrit :\n\nAbsent.\n\nMais j'étais là."),
    ("Spanish", "Hola,\n\nEl lunes mi jefe escribió:\n\nCompra dos.\n\nPues dos, por favor."),
    ("what was on a page", "Hi,\n\nOn the page I read:\n\nFree delivery.\n\nIs it?"),
    ("a name and a verb", "Hi,\n\nJane Doe wrote:\n\nfree delivery\n\nIs that right?"),
    ("a transfer", "I need to move my booking.\n\nFrom: Sydney\nTo: Melbourne\nDate: 24 November 2026\n\nThanks, Jane"),
    ("a transfer at a time", "Please book.\n\nFrom: Sydney\nTo: Melbourne\nDate: 24/11/2026 14:28\n\nThanks, Jane"),
    ("two lines", "From: what I see\nTo: fix it\n\nThanks"),
    ("one line", "From: what I see, To: fix it. Subject: a wheel"),
    ("a form that was filled in", "Subject: Refund\nDate: 24/11/2026\nTo: the manager\n\nI want my money back."),
    (
        "headers that somebody shows us",
        "Your mail never came. Its headers:\n\nFrom: a@example.com\nSent: 24 Nov 2026 14:28\nTo: b@example.com\nSubject: Hi\n\nWhy?",
    ),
    ("a quote that somebody shows us", f"This is what Sam wrote to me:\n\n{SAID}\n> Free delivery for all.\n"),
    ("python prompts", "It fails:\n\n>>> import cart\n>>> cart.roll()\nTraceback (most recent call last):\nValueError: wheel"),
    ("python prompts at the end", "This is what I typed\n\n>>> import cart\n>>> cart.roll()\n"),
    ("a database's prompts", "I ran\n\n> SELECT * FROM carts;\n> SELECT * FROM wheels;\n"),
    ("a shell's prompts", "I ran\n\n> npm install cart\n> cart --roll\n"),
    ("a log", "The log says\n\n> Error: the wheel could not be found on this cart.\n> Error: the cart could not be rolled any further.\n"),
    ("a comparison", "The prices are\n> 100 dollars\nand I have\n< 50"),
    ("one quoted word", "I can read only\n\n> wheel"),
    ("escaped From", "Where is it?\n>From Sydney it should take two days.\nIt has been ten."),
    ("escaped From at the end", "It has been ten.\n>From Sydney it should take two days."),
    ("numbered steps", "Steps\n> > > three levels\ndone"),
    ("a marker in a sentence", "Please print my name above this line on the form, and the date below.\n\nThanks"),
    ("original message in a sentence", "The original message said: two carts.\n\nI got one."),
    ("original message in a line", "My original message\n\nI wrote that I want two carts."),
    ("forwarded message in a sentence", "I sent you a forwarded message yesterday.\n\nDid it come?"),
    ("dates", "These are the dates\n\n2026-11-24 14:28:25\n24.11.2026 14:28\nNov 24, 2026 at 14:28:\n\nWhich is right?"),
    ("a colon after a time", "Call me on 24 Nov 2026 at 14:28:\n\n0400 000 000\n\nThanks"),
    ("on", "On the other hand, it rolls.\n\nOn average it rolls well.\n\nOn Tuesday it will be ten days."),
    ("On …:", "On Thursday:\n\nit rolled.\n\nOn Friday:\n\nit did not."),
    ("an address and a verb", "The page says who wrote it.\n\njane@example.com wrote:\n\nFree delivery.\n\nIs it?"),
    ("code", "```\nfunction send() {\n  // Sent from my cart\n  return '--\\nJane';\n}\n```\n\nThis fails."),
    ("a divider and a heading", "----- My order -----\n\nTwo wheels\n\n----- My address -----\n\n1 Hill Street"),
    ("a table", "| Wheel | Price |\n|---|---|\n| left | 10 |\n| right | 12 |"),
    ("one emoji", "👍"),
    ("only marks", "> \n>\n---"),
    ("only a quote", "> Hello Jane,\n> we are at it."),
    ("a disclaimer", "Thanks.\n\nThis e-mail is confidential. If you are not its recipient, delete it."),
    (
        "answers in red",
        "See my answers in red.\n\nFrom: Sam <sam@example.com>\nSent: 24 Nov 2026 14:28\nTo: Jane\nSubject: Hi\n\nHow many? Two.",
    ),
    (
        "answers in the text",
        "Antworten siehe unten.\n\nVon: Sam <sam@example.com>\nGesendet: 24.11.2026 14:28\nAn: Jane\nBetreff: Hi\n\nWie viele? Zwei.",
    ),
    ("answers inline", "Replies inline.\n\nOn Tue, 24 Nov 2026 at 14:28, Sam <sam@example.com> wrote:\n\nHow many?\nTwo."),
]


@pytest.mark.parametrize("mail", [mail for _, mail in WHOLE], ids=[name for name, _ in WHOLE])
def test_it_is_shown_whole(mail: str) -> None:
    assert visible_reply(mail) == mail.strip("\n").rstrip()


def test_answers_between_quotes_stay_with_what_they_answer() -> None:
    mail = f"Hi Sam,\n\n{SAID}\n> How many?\n\nTwo.\n\n> Which colour?\n\nRed."
    assert visible_reply(mail) == mail
    assert visible_reply(f"{mail}\n\n> Regards\n> Sam\n") == mail, "what is quoted below the last answer goes"
    mail = f"{SAID}\n> How many?\n\nTwo.\n\n> Which colour?\n\nRed."
    assert visible_reply(mail) == mail


def test_answers_between_quotes_without_a_line_that_says_whose_they_are() -> None:
    mail = "> How many?\n\nTwo.\n\n> Which colour?\n\nRed."
    assert visible_reply(mail) == mail


def test_an_answer_above_and_one_below_both_stay() -> None:
    mail = f"Yes.\n\n{SAID}\n> Do you want it?\n> In red?\n\nNo, in blue. And two of them."
    assert visible_reply(mail) == mail


def test_an_answer_below_a_quote_that_does_not_say_whose_it_is_stays_with_it() -> None:
    mail = "> We deliver within one day.\n\nThat was ten days ago."
    assert visible_reply(mail) == mail


def test_a_quote_of_sentences_goes_without_a_line_that_says_whose_it_is() -> None:
    assert (
        visible_reply("Thanks, it rolls.\n\n> Hello Jane,\n>\n> we have sent you a new wheel.\n> It comes on Monday.\n")
        == "Thanks, it rolls."
    )


def test_indentation_and_spaces_stay_as_they_were_written() -> None:
    mail = "    one\n  two  \n\n\n\tthree"
    assert visible_reply(f"\n\n{mail}\n\n\n{SAID}\n> x\n\n") == mail


@pytest.mark.parametrize("text", ["", "\n", "   \n\t\n"])
def test_a_mail_without_words_has_no_reply(text: str) -> None:
    assert visible_reply(text) == ""


def test_a_banner_of_a_mail_server_is_nobodys_own_words() -> None:
    mail = "CAUTION: This email originated from outside.\n\nFrom: Sam <s@example.com>\nSent: 24 Nov 2026 14:28\nTo: J\nSubject: Hi\n\nYes"
    assert visible_reply(mail) == mail
