"""A mere thank-you leaves a resolved ticket resolved; when in doubt the ticket is opened, so that no question is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formapp.mail.thanks import is_only_thanks


@pytest.mark.parametrize(
    "reply",
    [
        "Thanks!",
        "thanks",
        "Ok thanks",
        "TYSM!!!",
        "👍",
        "Thank you so much, that fixed it.",
        "Perfect, cheers 👍",
        "Thank you :)",
        "Thanks Lee!",
        "Thanks so much Lee, all good now",
        "Hi Lee,\n\nThanks a lot for your quick help!\n\nKind regards\nJane",
        "Hi Lee,\n\nThank you very much. It works now.\n\nKind regards,\nJane Doe\nOffice Manager\nAcme Pty Ltd",
        "That's great, thanks",
        "It's working now. Thanks for your help.",
        "Thank you. You can close the ticket.",
        "Awesome, thank you. Have a great day!",
        "Thanks\nSent from my iPhone",
        "Vielen Dank, hat geklappt",
        "Hallo Frau Schmidt,\nvielen Dank für die schnelle Antwort. Es funktioniert jetzt.\nViele Grüße\nHans",
        "Bonjour,\nMerci pour votre réponse rapide. Ça marche maintenant.\nCordialement,\nMarie Dupont",
        "Merci, c'est parfait.",
        "¡Gracias!",
        "Hola,\nMuchas gracias por su ayuda.\nSaludos\nJuan",
        "Olá, muito obrigado pela rápida resposta. Abraço",
        "Grazie mille, ora funziona\nCordiali saluti\nMarco Rossi",
        "Hartelijk dank voor de snelle reactie!\nMet vriendelijke groet,\nJan de Vries",
        "Dzięki, już działa.\nPozdrawiam\nJan",
        "Tack för hjälpen, det fungerar nu\nMvh\nAnna",
        "お世話になっております。\n無事に解決しました。ありがとうございました。\nよろしくお願いいたします。",
        "田中様\n\n迅速なご対応ありがとうございました。\n\n鈴木",
        "非常感谢您的帮助，问题已经解决了。",
        "多謝",
    ],
)
def test_thanks_and_nothing_else(reply: str) -> None:
    assert is_only_thanks(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "   \n",
        "Ok",
        "Perfect",
        "No thanks",
        "👎",
        "Thanks :(",
        "Thanks, but it still does not work",
        "Thanks. Can you also check the invoice?",
        "thanks is it fixed",
        "Please fix the problem, thanks",
        "Thanks, have the problem again",
        "Thanks for the reply. We have the problem again",
        "Thank you for your response, the issue came back",
        "Thanks. The invoice is blank",
        "Thanks, will try tomorrow and let you know",
        "Thanks, my number is 0412 345 678",
        "Thanks, see https://example.org",
        "Thanks\nBroken again",
        "Thanks Please Call Me",
        "Thanks for nothing",
        "Thanks. Reopen please.",
        "Thanks, one more thing",
        "Danke, aber es geht nicht",
        "Danke, bitte noch die Rechnung schicken",
        "Merci, mais ça ne marche toujours pas",
        "Gracias, pero no funciona",
        "Obrigado, mas ainda não funciona",
        "Grazie, ma non funziona",
        "Bedankt, maar het werkt niet",
        "Dziękuję, ale nadal nie działa",
        "Tack, men det fungerar inte",
        "ありがとうございます。まだエラーが出ます。",
        "ありがとうございます。請求書も送ってください。",
        "谢谢，但是还是不行",
        "谢谢，请再发一次发票",
        "Thanks. " * 60,
    ],
)
def test_more_than_thanks_or_something_else(reply: str) -> None:
    assert not is_only_thanks(reply)


@given(st.text(max_size=500))
def test_no_reply_is_too_strange(reply: str) -> None:
    is_only_thanks(reply)


@pytest.mark.parametrize("piece", ["thanks for your ", "Aa ", "it has this ", "good ", "感谢您的", "ありがとう", ". ", "👍"])
def test_a_long_text_is_no_thanks(piece: str) -> None:
    assert not is_only_thanks(piece * 100_000)
    is_only_thanks((piece * 400)[:400])
