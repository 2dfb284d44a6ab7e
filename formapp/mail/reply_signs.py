"""How mail programs mark what they quote, forward and sign, in the languages that our customers' programs speak."""

import re

LOOKED_AT = 500  # characters of a line

_VERBS = (
    r"wrote|writes|schrieb|schreibt|a écrit|écrit|a ecrit|escribió|escribio|escribi[oó]|escreveu|ha scritto|scrisse|schreef|heeft geschreven"
    r"|napisał(?:\(a\)|a)?|pisze|skrev|skrev följande|kirjoitti|написал|пишет|さんは書きました|書きました|のメッセージ|写道|寫道|編寫|撰写"
)
VERB = re.compile(rf"(?:^|[\s\d:)>\"'])(?:{_VERBS})(?=[\s:：,<\"']|$)|(?:写道|寫道|書きました)", re.IGNORECASE)
DATE = re.compile(
    r"\b(?:19|20)[0-9]{2}\b|\b[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}\b|\b[0-9]{1,2}[:.h][0-9]{2}\b|[0-9]{4}年|[0-9]{1,2}月[0-9]{1,2}日"
)
ADDRESS = re.compile(r"[^\s<>@]{1,80}@[^\s<>@]{1,200}")
_OPENERS = re.compile(
    r"[>\s*]{0,10}(?:on|at|am|den|der|le|el|em|il|op|w dniu|dnia|dne|pe|på|il giorno|(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer"
    r"|jeu|ven|sam|dim|seg|ter|qua|qui|sex|sáb|dom|pon|wt|śr|czw|pt|sob|niedz|mån|tis|ons|tors|fre|lör|sön)[a-zäöåéáçãę.]{0,12},?\s"
    r"|[0-9\"'“]|[^\s:]{1,60}\s?<|[^\n]{1,80}?[<(\[])",
    re.IGNORECASE,
)
_ORIGINAL = (
    r"original message|originalmessage|original appointment|ursprüngliche nachricht|originalnachricht|original-nachricht|message d['’]origine|message original|message initial"
    r"|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|origineel bericht|wiadomość oryginalna|oryginalna wiadomość"
    r"|ursprungligt meddelande|originalmeddelande|original besked|元のメッセージ|原始邮件|原始郵件|原邮件|原文|回复的原邮件|reply message|回复邮件"
)
ORIGINAL = re.compile(rf"[>\s]{{0,10}}[-_—=]{{2,40}}\s{{0,5}}(?:{_ORIGINAL})\s{{0,5}}[-_—=]{{2,40}}\s*", re.IGNORECASE)
_FORWARDED = (
    r"forwarded message|begin forwarded message|weitergeleitete nachricht|anfang der weitergeleiteten nachricht|message transféré|début du message transféré|message réexpédié"
    r"|mensaje reenviado|inicio del mensaje reenviado|mensagem encaminhada|mensagem reencaminhada|início da mensagem encaminhada|messaggio inoltrato|inizio messaggio inoltrato"
    r"|doorgestuurd bericht|begin doorgestuurd bericht|wiadomość przekazana dalej|przekazana wiadomość|początek przekazywanej wiadomości|vidarebefordrat (?:meddelande|mejl)"
    r"|vidarebefordrat brev|転送(?:された)?メッセージ|转发的邮件|轉寄的郵件|转发邮件信息"
)
FORWARDED = re.compile(rf"[>\s]{{0,10}}[-_—=]{{0,40}}\s{{0,5}}(?:{_FORWARDED})\s{{0,5}}[:：]?\s{{0,5}}[-_—=]{{0,40}}\s*", re.IGNORECASE)
RULE = re.compile(r"[>\s]{0,10}(?:_{5,200}|-{5,200}|={5,200})\s*")
ABOVE_THIS = re.compile(
    r"[>\s#*=-]{0,20}(?:please\s)?(?:write|type|reply|enter)(?: your (?:reply|answer))? above this line\b|^[>\s]{0,10}##-? ?(?:bitte|please|merci|por favor)\b.{0,120}-?##",
    re.IGNORECASE,
)

# The lines of the block that Outlook and others put above what they quote. Each is one of four things.
_HEADERS = {
    "from": "from|von|de|da|van|od|från|fra|lähettäjä|差出人|送信者|发件人|發件人|寄件者|寄件人",
    "date": "sent|date|gesendet|datum|envoyé|envoyé le|date|enviado|enviado el|enviada em|enviada|fecha|data|inviato|verzonden|wysłano|wysłane|skickat|sendt"
    "|送信日時|日時|日付|发送时间|發送時間|日期|时间|寄件日期",
    "to": "to|an|à|a|para|naar|aan|do|till|til|宛先|收件人|收件者|至|发给",
    "subject": "subject|betreff|objet|asunto|assunto|oggetto|onderwerp|temat|ämne|emne|件名|主题|主題|主旨",
}
HEADERS = {
    what: re.compile(rf"[>\s]{{0,10}}\*{{0,2}}(?:{words})\s?\*{{0,2}}\s?[:：]\*{{0,2}}(?:\s|$|\S)", re.IGNORECASE)
    for what, words in _HEADERS.items()
}

_MOBILE = (
    r"(?:sent|get|envoyé|enviado|enviada|inviato|verzonden|gesendet|von meinem|wysłane|wysłano|skickat|skickat från|sendt|diese nachricht wurde von meinem|télécharger|obtener|obtenha|hämta|pobierz|download)"
    r"\b.{0,80}\b(?:iphone|ipad|ipod|android|samsung|galaxy|huawei|xiaomi|pixel|oneplus|nokia|blackberry|smartphone|handy|mobile|telefon|téléphone|móvil|telefone|telefono|"
    r"outlook(?: für| for| pour| para| per| voor)?|yahoo mail|proton ?mail|aol|gmail|mail für windows|mail for windows|mailspring|spark|superhuman|k-9 mail|fairemail|web\.de|gmx|tablet|apple watch)\b"
)
MOBILE = re.compile(
    rf"[*_<\s]{{0,6}}(?:{_MOBILE}.{{0,80}}|(?:iphone|android|ipad)\s?(?:から送信|から送信されました)|发自我的.{{0,20}}|從我的.{{0,20}}傳送|Outlook for (?:iOS|Android).{{0,60}})",
    re.IGNORECASE,
)


def is_attribution(text: str, *, is_followed_by_quote: bool) -> bool:
    """Whether a text says who wrote what follows, as mail programs do: "On Tue, 24 Nov 2026 at 14:28, Jane <jane@x> wrote:".

    Where no quote mark follows it must say more, for people write such sentences too.
    """
    line = text.strip()
    if not line.endswith((":", "：", "︰")) or not _OPENERS.match(line):
        return False
    has_verb, has_date, has_address = bool(VERB.search(line)), bool(DATE.search(line)), bool(ADDRESS.search(line))
    if is_followed_by_quote:
        return has_verb or (has_date and has_address)
    return (
        has_date
        and (has_verb or has_address)
        and (has_address or bool(re.match(r"[>\s]*(?:on|am|le|el|em|il|op|w dniu|den|dnia)\b", line, re.IGNORECASE)))
    )
