"""Signatures: below the line "-- ", and what telephones add; names and greetings are the writer's words and stay."""

import pytest

from formapp.mail.visible_reply import visible_reply

OWN = "The left wheel still squeaks.\n\nKind regards\nJane"
QUOTE = "On 24 Nov 2026, at 14:28, Sam <sam@example.com> wrote:\n> Hello Jane,\n>\n> we are at it."

FOOTERS = [
    "Sent from my iPhone",
    "Sent from my iPad",
    "Sent from my iPhone 15 Pro Max",
    "Sent from my Samsung Galaxy smartphone.",
    "Sent from my Galaxy",
    "Sent from Samsung tablet",
    "Sent from my Huawei phone",
    "Sent from my Xiaomi",
    "Sent from my Pixel 8",
    "Sent from my Android phone with K-9 Mail. Please excuse my brevity.",
    "Sent from my Android device with K-9 Mail. Please excuse my brevity.",
    "Sent from my BlackBerry 10 smartphone.",
    "Sent from my mobile device",
    "Sent from my mobile, please excuse any typos.",
    "Sent from Yahoo Mail on Android",
    "Sent from Yahoo Mail for iPhone",
    "Sent from Yahoo Mail. Get the app",
    "Yahoo Mail: Search, Organize, Conquer",
    "Sent from Outlook for iOS",
    "Sent from Outlook Mobile<https://aka.ms/x>",
    "Get Outlook for iOS",
    "Get Outlook for Android<https://aka.ms/ghei36>",
    "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "Get [Outlook for Android](https://aka.ms/ghei36)",
    "Sent from Mail for Windows",
    "Sent from [Mail](https://go.microsoft.com/fwlink/?LinkId=550986) for Windows 10",
    "Sent with Proton Mail secure email.",
    "Sent with [Proton Mail](https://proton.me/) secure email.",
    "Sent from Proton Mail for iOS",
    "Sent from ProtonMail Mobile",
    "Sent with Spark",
    "Sent via Superhuman",
    "Sent via Superhuman iOS",
    "Sent using Zoho Mail",
    "Sent from AOL Mobile Mail",
    "Sent from my Apple Watch",
    "Von meinem iPhone gesendet",
    "Von meinem iPad gesendet",
    "Von meinem Samsung Galaxy Smartphone gesendet.",
    "Gesendet von meinem iPhone",
    "Gesendet von Outlook für iOS",
    "Gesendet von Mail für Windows",
    "Gesendet mit der GMX Mail App",
    "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
    "Hol dir Outlook für iOS",
    "Envoyé de mon iPhone",
    "Envoyé depuis mon iPhone",
    "Envoyé de mon appareil mobile Samsung",
    "Envoyé à partir de Outlook pour Android",
    "Obtenez Outlook pour iOS",
    "Télécharger Outlook pour Android",
    "Envoyé de Yahoo Mail pour iPhone",
    "Enviado desde mi iPhone",
    "Enviado desde mi Samsung Galaxy",
    "Enviado desde Outlook para Android",
    "Obtener Outlook para iOS",
    "Enviado do meu iPhone",
    "Enviado a partir do Outlook para Android",
    "Obter o Outlook para iOS",
    "Inviato da iPhone",
    "Inviato dal mio iPhone",
    "Inviato da Outlook per iOS",
    "Scarica Outlook per Android",
    "Verstuurd vanaf mijn iPhone",
    "Verzonden vanaf mijn Samsung Galaxy",
    "Verzonden vanuit Outlook voor iOS",
    "Outlook voor iOS downloaden",
    "Wysłane z iPhone'a",
    "Wysłane z mojego iPhone'a",
    "Pobierz aplikację Outlook dla systemu iOS",
    "Skickat från min iPhone",
    "Skickat från Outlook för iOS",
    "Skaffa Outlook för iOS",
    "iPhoneから送信",
    "iPadから送信",
    "Outlook for iOS を入手",
    "发自我的 iPhone",
    "发自我的iPhone",
    "發自我的 iPhone",
    "從我的 iPhone 傳送",
    "获取 Outlook for iOS",
    "Sendt fra min iPhone",
    "Отправлено с iPhone",
    "iPhone'umdan gönderildi",
    "Virus-free. www.avast.com",
]

SIGNATURES = [
    "-- \nJane Doe",
    "--\nJane Doe",
    "-- \nJane Doe\nACME Pty Ltd\nTel: +61 7 5550 1234\nhttps://example.com",
    "--\nJane Doe\nACME Pty Ltd\nTel: +61 7 5550 1234\nMobile: 0400 000 000\nE: jane@example.com",
    "-- \nJane Doe\n\nPlease consider the environment before printing this email.",
    "-- \nJane Doe\nThis email is confidential and meant for its intended recipient only. If you are not that person, delete it.",
    '-- \nJane Doe\n"Any wheel that squeaks is a wheel that turns." (an old saying)',
    "-- \n" + "\n".join(f"line {number}" for number in range(15)),
    "-- \nJane Doe\n\nSent from my iPhone",
    "Sent from my iPhone\n\n-- \nJane Doe",
    "—\nJane Doe\nACME",
]

KEPT = [
    ("a greeting and a name", "Thanks.\n\nKind regards,\nJane Doe\nACME Pty Ltd\n+61 7 5550 1234"),
    ("a sentence about a telephone", "It broke yesterday.\n\nSent from my desk, which is much easier than my mobile phone."),
    ("a sentence that goes on", "Your answer was strange.\n\nSent from my iPhone was the first mail, not the second"),
    ("another", "I wrote twice.\n\nSent from my Samsung phone to your support address"),
    ("a product to be bought", "Please:\n\nGet Samsung Galaxy S25"),
    ("a footer between own lines", "Yes please.\n\nSent from my iPhone\n\nAnd two bolts."),
    ("nothing but a footer", "Sent from my iPhone"),
    ("nothing but a signature", "-- \nJane Doe\nACME"),
    ("a stroke between two parts", "The first point is the wheel.\n--\nThe second point is the bolt, which is missing.\nJane"),
    ("the mark of signatures between two parts", "The wheel.\n-- \nPlease send me the invoice for the second one as well.\nJane"),
    ("a question below the mark", "The wheel.\n-- \nWhen will it come?"),
    ("two strokes as dividers", "Order 1\n--\nOrder 2\n--\nThanks"),
    ("a list below a stroke", "My orders\n--\nOrder 2: a bolt\nOrder 3: a nut"),
    ("more than a signature", "The wheel.\n-- \n" + "\n".join(f"line {number}" for number in range(20))),
    ("a line of dashes", "The first part.\n\n----------\n\nThe second part."),
    ("a line of underscores", "The first part.\n_______________\nThe second part."),
    ("a list with dashes", "I write because of\n-- the wheel\n-- the bolt"),
    ("options of a command", "I ran\nmake --\nand nothing came"),
]


@pytest.mark.parametrize("footer", FOOTERS)
def test_what_telephones_and_programs_add_goes(footer: str) -> None:
    assert visible_reply(f"{OWN}\n\n{footer}") == OWN
    assert visible_reply(f"{OWN}\n\n{footer}\n\n{QUOTE}\n") == OWN
    assert visible_reply(f"{OWN}\n\n{QUOTE}\n\n{footer}\n") == OWN


@pytest.mark.parametrize("signature", SIGNATURES)
def test_signatures_go(signature: str) -> None:
    assert visible_reply(f"{OWN}\n\n{signature}") == OWN
    assert visible_reply(f"{OWN}\n{signature}\n\n\n{QUOTE}\n") == OWN
    assert visible_reply(f"{OWN}\n\n{QUOTE}\n\n{signature}\n") == OWN


@pytest.mark.parametrize("mail", [mail for _, mail in KEPT], ids=[name for name, _ in KEPT])
def test_what_is_no_signature_stays(mail: str) -> None:
    assert visible_reply(mail) == mail


def test_what_a_mailing_list_adds_goes() -> None:
    foot = (
        "_______________________________________________\nCarts mailing list\ncarts@example.com\nhttps://example.com/mailman/listinfo/carts"
    )
    assert visible_reply(f"{OWN}\n\n{QUOTE}\n\n{foot}") == OWN
