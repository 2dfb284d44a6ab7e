"""Header blocks and other marks above unquoted history: what stands below them goes; what was forwarded stays."""

import pytest

from formapp.mail.visible_reply import visible_reply

OWN = "Hello Sam,\n\nthe left wheel still squeaks. Could you send a new one?\n\nKind regards\nJane"
LETTER = "Hello Jane,\n\nwe have got your request. We reply within one business day.\n\nThe team"
WHO = "Billycart Support <support@billycart.com>"
SAM = "Sam <sam@example.com>"
ME = "jane@example.com"
STROKE = "________________________________"

BLOCKS = [
    ("en Outlook", f"From: {WHO}\nSent: Tuesday, 24 November 2026 2:28 PM\nTo: Jane Doe <jane@example.com>\nSubject: [BC-1042] A wheel"),
    (
        "en Outlook within a firm",
        "From: Billycart Support\nSent: 24 November 2026 2:28 PM\nTo: Jane Doe\nCc: Joe\nSubject: RE: A wheel",
    ),
    (
        "en Outlook on a Mac",
        f"From: {WHO}\nDate: Tuesday, 24 November 2026 at 2:28 pm\nTo: Jane Doe <jane@example.com>\nSubject: Re: A wheel",
    ),
    ("en bold", f"*From:* {WHO}\n*Sent:* Tuesday, 24 November 2026 2:28 PM\n*To:* Jane Doe\n*Subject:* Re: A wheel"),
    ("en bold, two stars", f"**From:** {WHO}\n**Sent:** Tuesday, 24 November 2026 2:28 PM\n**To:** Jane Doe\n**Subject:** Re: A wheel"),
    ("en indented", f"   From: {WHO}\n   Sent: Tuesday, 24 November 2026 2:28 PM\n   To: Jane Doe\n   Subject: Re: A wheel"),
    ("en with an attachment", f"From: {WHO}\nSent: 24/11/2026 14:28\nTo: Jane\nSubject: Wheel\nAttachments: a.pdf\nImportance: High"),
    ("en no To", f"From: {WHO}\nSent: Tuesday, 24 November 2026 2:28 PM\nSubject: Re: A wheel"),
    (
        "en addresses over lines",
        f"From: {WHO}\nSent: 24 November 2026 14:28\nTo: Jane <{ME}>;\n Joe <joe@example.com>;\n Al\nSubject: A wheel",
    ),
    ("en an empty line between all", f"From: {WHO}\n\nSent: 24 November 2026 14:28\n\nTo: Jane <jane@example.com>\n\nSubject: A wheel"),
    ("en BlackBerry", f"From: {WHO}\nTo: Jane Doe;\nDate: Tue, 24 Nov 2026 14:28:00 +1000\nSubject: A wheel"),
    ("en Lotus Notes", f"From:\t{WHO}\nTo:\tjane@example.com\nDate:\t24/11/2026 02:28 PM\nSubject:\tA wheel"),
    ("en Windows Mail", f"From: {WHO}\nSent: Tuesday, 24 November 2026 14:28\nTo: jane@example.com\nSubject: A wheel"),
    ("en Hotmail, date first", f"Date: Tue, 24 Nov 2026 14:28:00 +1000\nFrom: {WHO}\nTo: jane@example.com\nSubject: A wheel"),
    ("en Hotmail, subject first", f"Subject: A wheel\nTo: jane@example.com\nFrom: {WHO}\nDate: Tue, 24 Nov 2026 14:28:00 +1000"),
    (
        "en reply-to",
        f"From: {WHO}\nReply-To: <support+x@billycart.com>\nDate: 24 November 2026 14:28\nTo: Jane <{ME}>\nSubject: A wheel",
    ),
    ("de", f"Von: {WHO}\nGesendet: Dienstag, 24. November 2026 14:28\nAn: Jane Doe <jane@example.com>\nBetreff: AW: Ein Rad"),
    ("de on a Mac", f"Von: {WHO}\nDatum: Dienstag, 24. November 2026 um 14:28\nAn: Jane Doe <jane@example.com>\nBetreff: AW: Ein Rad"),
    ("fr", f"De : {WHO}\nEnvoyé : mardi 24 novembre 2026 14:28\nÀ : Jane Doe <jane@example.com>\nObjet : RE: Une roue"),
    (
        "fr, with le",
        "De : Billycart Support<mailto:support@billycart.com>\nEnvoyé le :mardi 24 novembre 2026 14:28\nÀ : jane@example.com\nObjet :Une roue",
    ),
    ("fr, no-break spaces", f"De\u00a0: {WHO}\nEnvoyé\u00a0: mardi 24 novembre 2026 14:28\nÀ\u00a0: Jane\nObjet\u00a0: Une roue"),
    ("es", f"De: {WHO}\nEnviado: martes, 24 de noviembre de 2026 14:28\nPara: Jane Doe <jane@example.com>\nAsunto: RE: Una rueda"),
    (
        "es, with el",
        f"De: {WHO}\nEnviado el: martes, 24 de noviembre de 2026 14:28\nPara: Jane Doe <jane@example.com>\nAsunto: RE: Una rueda",
    ),
    ("pt", f"De: {WHO}\nEnviada em: terça-feira, 24 de novembro de 2026 14:28\nPara: Jane Doe <jane@example.com>\nAssunto: RES: Uma roda"),
    ("pt, short", f"De: {WHO}\nEnviado: 24 de novembro de 2026 14:28\nPara: Jane Doe <jane@example.com>\nAssunto: RES: Uma roda"),
    ("it", f"Da: {WHO}\nInviato: martedì 24 novembre 2026 14:28\nA: Jane Doe <jane@example.com>\nOggetto: R: Una ruota"),
    ("it, data", f"Da: {WHO}\nData: martedì 24 novembre 2026 14:28\nA: Jane Doe <jane@example.com>\nOggetto: R: Una ruota"),
    ("nl", f"Van: {WHO}\nVerzonden: dinsdag 24 november 2026 14:28\nAan: Jane Doe <jane@example.com>\nOnderwerp: RE: Een wiel"),
    ("pl", f"Od: {WHO}\nWysłano: wtorek, 24 listopada 2026 14:28\nDo: Jane Doe <jane@example.com>\nTemat: ODP: Koło"),
    ("sv", f"Från: {WHO}\nSkickat: den 24 november 2026 14:28\nTill: Jane Doe <jane@example.com>\nÄmne: SV: Ett hjul"),
    ("ja", f"差出人: {WHO}\n送信日時: 2026年11月24日 14:28\n宛先: Jane Doe <jane@example.com>\n件名: RE: 車輪"),
    ("ja, wide colons", f"差出人： {WHO}\n送信日時： 2026年11月24日 14:28\n宛先： Jane Doe\n件名： RE: 車輪"),
    ("zh", f"发件人: {WHO}\n发送时间: 2026年11月24日 14:28\n收件人: Jane Doe <jane@example.com>\n主题: 回复: 车轮"),
    ("zh, wide colons", f"发件人：{WHO}\n发送时间：2026年11月24日 14:28\n收件人：Jane Doe\n主题：回复: 车轮"),
    ("zh, traditional", f"寄件者: {WHO}\n寄件日期: 2026年11月24日 14:28\n收件者: Jane Doe\n主旨: RE: 車輪"),
    ("da", f"Fra: {WHO}\nSendt: 24. november 2026 14:28\nTil: Jane Doe <jane@example.com>\nEmne: SV: Et hjul"),
    ("ru", f"От: {WHO}\nОтправлено: 24 ноября 2026 г. 14:28\nКому: Jane Doe <jane@example.com>\nТема: RE: Колесо"),
    ("tr", f"Kimden: {WHO}\nGönderildi: 24 Kasım 2026 Salı 14:28\nKime: Jane Doe <jane@example.com>\nKonu: RE: Tekerlek"),
    ("zh 163, a table", f"| From | {WHO} |\n| Date | 11/24/2026 14:28 |\n| To | Jane <jane@example.com> |\n| Subject | Re: A wheel |"),
]

MARKERS = [
    ("en Outlook", "-----Original Message-----"),
    ("en Proton, before", "------- Original Message -------"),
    ("en Samsung", "-------- Original message --------"),
    ("en Outlook Express", "----- Original Message ----- "),
    ("en bold", "*-------- Original Message --------*"),
    ("en a meeting", "-----Original Appointment-----"),
    ("de", "-----Ursprüngliche Nachricht-----"),
    ("de Samsung", "-------- Ursprüngliche Nachricht --------"),
    ("de T-Online", "-----Original-Nachricht-----"),
    ("de Android", "-------- Originalnachricht --------"),
    ("fr", "-----Message d'origine-----"),
    ("fr, curled", "-----Message d’origine-----"),
    ("fr Samsung", "-------- Message d'origine --------"),
    ("es", "-----Mensaje original-----"),
    ("pt", "-----Mensagem original-----"),
    ("it", "-----Messaggio originale-----"),
    ("nl", "-----Oorspronkelijk bericht-----"),
    ("nl Samsung", "-------- Oorspronkelijk bericht --------"),
    ("pl", "-----Wiadomość oryginalna-----"),
    ("pl, turned", "-----Oryginalna wiadomość-----"),
    ("sv", "-----Ursprungligt meddelande-----"),
    ("ja", "-----元のメッセージ-----"),
    ("ja Outlook", "-----Original Message-----"),
    ("zh", "-----原始邮件-----"),
    ("zh QQ", "------------------ 原始邮件 ------------------"),
    ("zh QQ, spaces", "------------------&nbsp;原始邮件&nbsp;------------------".replace("&nbsp;", "\u00a0")),
    ("zh 163", "---- 回复的原邮件 ----"),
    ("zh 163, English", "---- Replied Message ----"),
    ("zh, traditional", "-----原始郵件-----"),
    ("da", "-----Oprindelig meddelelse-----"),
    ("ru", "-----Исходное сообщение-----"),
]

ABOVE_THIS = [
    "## Write above this line to answer the customer ##",
    "##- Please type your reply above this line -##",
    "##- Bitte geben Sie Ihre Antwort über dieser Zeile ein. -##",
    "##- Veuillez saisir votre réponse au-dessus de cette ligne -##",
    "##- Escriba su respuesta por encima de esta línea -##",
    "##- Inserisci la tua risposta sopra questa riga -##",
    "##- Typ uw antwoord boven deze regel -##",
    "--- Please reply above this line ---",
    "=-=-=-= Reply above this line =-=-=-=",
]

FORWARDS = [
    (
        "en Gmail",
        f"---------- Forwarded message ---------\nFrom: {SAM}\nDate: Tue, 24 Nov 2026 at 14:28\nSubject: A wheel\nTo: <{ME}>",
    ),
    (
        "en Gmail, before",
        f"---------- Forwarded message ----------\nFrom: *Sam* <sam@example.com>\nDate: 24 Nov 2026 14:28\nSubject: A wheel\nTo: {ME}",
    ),
    (
        "en Apple Mail",
        f"Begin forwarded message:\n\nFrom: {SAM}\nSubject: A wheel\nDate: 24 November 2026 at 14:28\nTo: {ME}",
    ),
    (
        "en Thunderbird",
        f"-------- Forwarded Message --------\nSubject: A wheel\nDate: 24 Nov 2026 14:28\nFrom: {SAM}\nTo: {ME}",
    ),
    (
        "en Yahoo",
        f"----- Forwarded message -----\nFrom: {SAM}\nTo: {ME}\nSent: 24 November 2026 at 14:28\nSubject: A wheel",
    ),
    (
        "en Lotus Notes",
        f"----- Forwarded by Jane Doe/AU/ACME on 24/11/2026 02:28 PM -----\n\nFrom: {SAM}\nTo: {ME}\nSubject: A wheel",
    ),
    (
        "de Thunderbird",
        f"-------- Weitergeleitete Nachricht --------\nBetreff: Ein Rad\nDatum: 24 Nov 2026 14:28\nVon: {SAM}\nAn: {ME}",
    ),
    (
        "de Apple Mail",
        f"Anfang der weitergeleiteten Nachricht:\n\nVon: {SAM}\nBetreff: Ein Rad\nDatum: 24. November 2026 um 14:28\nAn: {ME}",
    ),
    (
        "fr",
        f"---------- Message transféré ---------\nDe : {SAM}\nDate : 24 nov. 2026 à 14:28\nObjet : Une roue\nÀ : {ME}",
    ),
    (
        "fr Apple Mail",
        f"Début du message réexpédié :\n\nDe: {SAM}\nObjet: Une roue\nDate: 24 novembre 2026 à 14:28\nÀ: {ME}",
    ),
    (
        "es",
        f"---------- Mensaje reenviado ---------\nDe: {SAM}\nFecha: 24 nov 2026 14:28\nAsunto: Una rueda\nPara: {ME}",
    ),
    (
        "pt",
        f"---------- Mensagem encaminhada ---------\nDe: {SAM}\nData: 24 de nov. de 2026 14:28\nAssunto: Uma roda\nPara: {ME}",
    ),
    (
        "it",
        f"---------- Messaggio inoltrato ---------\nDa: {SAM}\nData: 24 nov 2026 14:28\nOggetto: Una ruota\nA: {ME}",
    ),
    (
        "nl",
        f"---------- Doorgestuurd bericht ---------\nVan: {SAM}\nDatum: 24 nov 2026 14:28\nOnderwerp: Een wiel\nAan: {ME}",
    ),
    (
        "pl",
        f"---------- Przekazana wiadomość ---------\nOd: {SAM}\nData: 24 lis 2026 14:28\nTemat: Koło\nDo: {ME}",
    ),
    (
        "sv",
        f"---------- Vidarebefordrat meddelande ---------\nFrån: {SAM}\nDatum: 24 nov 2026 14:28\nÄmne: Ett hjul\nTill: {ME}",
    ),
    (
        "ja",
        f"---------- 転送メッセージ ---------\n差出人: {SAM}\n日時: 2026年11月24日 14:28\n件名: 車輪\n宛先: {ME}",
    ),
    (
        "zh",
        f"---------- 转发的邮件 ---------\n发件人: {SAM}\n日期: 2026年11月24日 14:28\n主题: 车轮\n收件人: {ME}",
    ),
]


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


@pytest.mark.parametrize("above", ["\n\n", f"\n\n{STROKE}\n", f"\n{STROKE}\n\n", "\n\n---\n", "\n\n -----Original Message-----\n"])
@pytest.mark.parametrize("block", [block for _, block in BLOCKS], ids=[name for name, _ in BLOCKS])
def test_history_goes_with_its_header_block(block: str, above: str) -> None:
    assert visible_reply(f"{OWN}{above}{block}\n\n{LETTER}\n\n{STROKE}\n") == OWN


@pytest.mark.parametrize("block", [block for _, block in BLOCKS], ids=[name for name, _ in BLOCKS])
def test_a_header_block_may_be_quoted_with_what_it_is_about(block: str) -> None:
    assert visible_reply(f"{OWN}\n\n{quoted(block)}\n>\n{quoted(LETTER)}") == OWN


@pytest.mark.parametrize("block", [block for _, block in BLOCKS], ids=[name for name, _ in BLOCKS])
def test_a_mail_that_begins_with_a_header_block_is_shown_whole(block: str) -> None:
    mail = f"{block}\n\n{LETTER}"
    assert visible_reply(mail) == mail


@pytest.mark.parametrize("marker", [marker for _, marker in MARKERS], ids=[name for name, _ in MARKERS])
def test_history_goes_with_the_mark_above_it(marker: str) -> None:
    assert visible_reply(f"{OWN}\n\n{marker}\n{BLOCKS[0][1]}\n\n{LETTER}") == OWN
    assert visible_reply(f"{OWN}\n\n{marker}\n\n{LETTER}") == OWN
    assert visible_reply(f"{OWN}\n\n{marker}\n{quoted(LETTER)}") == OWN
    assert visible_reply(f"{OWN}\n{marker}\nOn Tuesday, November 24th, 2026 at 2:28 PM, {WHO} wrote:\n\n\n{quoted(LETTER)}") == OWN


@pytest.mark.parametrize("marker", ABOVE_THIS)
def test_everything_goes_below_the_line_that_asks_to_be_written_above(marker: str) -> None:
    assert visible_reply(f"{OWN}\n\n{marker}\n\n{LETTER}") == OWN
    assert visible_reply(f"{OWN}\n\nOn Tue, 24 Nov 2026 at 14:28, {WHO} wrote:\n{quoted(marker)}\n{quoted(LETTER)}") == OWN
    mail = f"{marker}\n\n{LETTER}"
    assert visible_reply(mail) == mail, "nothing stands above it"


def test_the_line_that_says_whose_it_is_goes_with_our_marker_in_any_language() -> None:
    said = f"El dt., 24 de nov. 2026, 14:28, {WHO} va escriure el missatge:"
    assert visible_reply(f"{OWN}\n\n{said}\n\n{ABOVE_THIS[0]}\n\n{LETTER}") == OWN


def test_an_answer_below_a_quoted_marker_is_kept() -> None:
    mail = f"On Tue, 24 Nov 2026 at 14:28, {WHO} wrote:\n{quoted(ABOVE_THIS[0])}\n{quoted(LETTER)}\n\n{OWN}"
    assert visible_reply(mail) == OWN


def test_our_own_letters_say_where_the_history_ends() -> None:
    foot = "Reference: bc-1042.abcdefgh234567ab"
    said = f"Ngày 24/11/2026 lúc 14:28 {WHO} đã viết:"
    assert visible_reply(f"{OWN}\n\n{said}\n\n{LETTER}\n\n{foot}") == OWN
    assert visible_reply(f"{OWN}\n\n{said}\n\n{LETTER}\n\n{foot}\n\nAnd the bolts, please.") == f"{OWN}\n\nAnd the bolts, please."
    assert visible_reply(f"{OWN}\n\n{quoted(LETTER)}\n>\n> {foot}") == OWN


@pytest.mark.parametrize("own", ["", "Please see what Sam wrote to me.\n\n", "FYI\n\n"])
@pytest.mark.parametrize("forward", [forward for _, forward in FORWARDS], ids=[name for name, _ in FORWARDS])
def test_what_was_forwarded_is_what_its_sender_wants_us_to_read(forward: str, own: str) -> None:
    mail = f"{own}{forward}\n\n{LETTER}\n\nOn 23 Nov 2026, at 10:00, Al <al@example.com> wrote:\n{quoted(LETTER)}"
    assert visible_reply(mail) == mail
    mail = f"{own}{quoted(forward)}\n>\n{quoted(LETTER)}"
    assert visible_reply(mail) == mail


def test_the_signature_above_a_forwarded_mail_goes() -> None:
    forward = FORWARDS[0][1]
    assert visible_reply(f"FYI\n\n-- \nJane Doe\n\n{forward}\n\n{LETTER}\n-- \nSam") == f"FYI\n\n{forward}\n\n{LETTER}\n-- \nSam"


def test_a_forwarded_mail_in_the_history_goes_with_it() -> None:
    assert (
        visible_reply(f"{OWN}\n\nOn 24 Nov 2026, at 14:28, Sam <sam@example.com> wrote:\n{quoted(FORWARDS[0][1])}\n{quoted(LETTER)}") == OWN
    )
    assert visible_reply(f"{OWN}\n\n{BLOCKS[0][1]}\n\n{FORWARDS[0][1]}\n\n{LETTER}") == OWN
