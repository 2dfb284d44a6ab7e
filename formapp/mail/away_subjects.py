"""The subjects of replies that nobody wrote: out-of-office messages and their relatives, in the languages of common mail programs.

A hint that needs care, because people write about such replies as well: "Out of office module is broken" is a question. So the words
count only at the very beginning, and only where they end there, or before a colon or dash, or in brackets of their own.
"""

import re
import unicodedata

_LOOKED_AT = 300
_WORDS = (
    # English
    "auto(?:mat(?:ic|ed))?[- ]?(?:reply|response|responder)|auto[- ]?respon[sd]e?r?"
    "|(?:i am |i[’']?m |currently )?out[- ]of[- ](?:the[- ])?office(?: (?:auto[- ]?)?(?:reply|response|message|notification|notice|alert))?"
    "|ooo|oof|away from (?:my )?(?:the )?(?:mail|e-?mail|office|desk)|absence (?:notice|message|notification)"
    "|(?:i am |i[’']?m )?(?:currently )?(?:on|away on) (?:annual |maternity |paternity |parental |sick )?(?:leave|vacation"
    "|holidays?)|annual leave"
    "|vacation (?:reply|message|notice|response|responder|auto[- ]?reply)|no longer (?:with|at) the company"
    # German
    "|automatische (?:antwort|antwortmail|rückmeldung|nachricht|abwesenheitsnotiz)|abwesenheits(?:notiz|nachricht|meldung|assistent"
    "|mail|info)"
    "|autoantwort|nicht im (?:büro|haus)|außer haus|im urlaub|automatisch generierte antwort|auto-?antwort"
    # French
    "|réponse automatique|message d[’' ]?absence|(?:notification|avis) d[’' ]?absence|absence du bureau|absente? du bureau"
    "|hors du bureau|réponse d[’' ]absence|message automatique"
    # Spanish, Catalan, Portuguese
    "|respuesta autom[aá]tica|autorespuesta|auto-respuesta|(?:estoy )?fuera de (?:la )?oficina|ausente de la oficina"
    "|mensaje autom[aá]tico|resposta autom[aàá]tica|mensagem autom[aá]tica|fora do escrit[oó]rio|fora da empresa"
    "|aviso de aus[eê]ncia|notificaci[oó]n de ausencia"
    # Italian
    "|risposta automatica|messaggio automatico|fuori (?:sede|ufficio)|avviso di assenza"
    # Dutch
    "|automatisch(?:e)? (?:antwoord|beantwoording|bericht)|afwezigheids(?:bericht|assistent|melding)|niet (?:aanwezig|op kantoor)"
    # Swedish, Danish, Norwegian, Finnish
    "|autosvar|automatiskt? (?:svar|meddelande)|frånvaro(?:meddelande|besked)|(?:är )?inte på kontoret"
    "|fraværs(?:melding|besked)|ikke (?:på|til stede på) kontoret|ikke til stede|automaattinen (?:vastaus|poissaoloviesti)"
    "|poissa(?:oloilmoitus)?"
    # Polish, Czech, Slovak, Hungarian, Romanian, Turkish
    "|(?:auto(?:matyczna )?|odpowiedź )odpowiedź|odpowiedź automatyczna|autoodpowiedź|poza biurem"
    "|automatická odpově[dď]|automatick[aá] odpove[dď]|mimo kancel[aá][rř]|automatikus válasz|házon kívül|r[aă]spuns automat"
    "|otomatik (?:yan[ıi]t|cevap)|ofis d[ıi]ş[ıi]nda"
    # Russian, Ukrainian, Greek, Arabic, Hebrew, Korean, Vietnamese, Indonesian
    "|автоматический ответ|автоответ(?:чик)?|вне офиса|нет на работе|в отпуске|автоматична відповідь|αυτόματη απάντηση|رد تلقائي"
    "|תשובה אוטומטית"
    "|자동 ?(?:회신|응답)|부재 ?중(?: 알림)?|trả lời tự động|balasan otomatis"
    # Japanese, Chinese
    "|自動(?:応答|返信|回答)(?:メール|メッセージ)?|不在(?:通知|連絡|のお知らせ|応答)?|自动(?:回复|答复|应答)|自動(?:回覆|答覆|回復|應答)|不在办公室"
)
# What people write about as well: only alone, with a date, or before the subject of the mail that it answers.
_SHORT_WORDS = (
    "absence|vacation|on vacation|holidays?|abwesend|abwesenheit|urlaub|absente?|en congés?|en vacances|ausente|ausencia"
    "|de vacaciones|vacaciones"
    "|aus[eê]ncia|de f[eé]rias|f[eé]rias|assenza|assente|in ferie|ferie|afwezigheid|afwezig|frånvaro|frånvarande|semester|fravær|fraværende"
    "|nieobecność|nieobecn[ya]|urlop|nepřítomnost|休暇中|外出中|外出|休假中?"
)
_ENDS = r"\s*(?:[:：;|!。．]|\s[-–—]|[-–—]\s|\.?\s*$|[\[(【（《\"“„«])"
_UNTIL = (
    r"[\s,]+(?:(?:until|till?|returning|back on|back in|through|bis|jusqu|hasta|até|ate|fino|tot|t/m|t\.o\.m|do dnia)\b"
    r"|(?:[^\W\d]{1,6}\.?\s){0,2}[0-9]{1,4}[./-][0-9]{1,2})"
)
_AWAY = re.compile(rf"(?:{_WORDS})(?:{_ENDS}|{_UNTIL})", re.IGNORECASE)
_SHORT = re.compile(
    rf"(?:{_SHORT_WORDS})(?:\s*[.!]?\s*$|\s*[:：]\s*(?:\[|(?:re|aw|antw|sv|vs|tr|rép|ré|rif|res|odp|回复|答复|返信)\s*[:：])|{_UNTIL})",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(rf"[\[(【（《<]\s*(?:{_WORDS})\s*[\])】）》>]", re.IGNORECASE)
# Lotus Notes: "AUTO: Jane Doe is out of the office (returning 05/04/2026)".
_SOMEBODY_IS = re.compile(
    r"(?:auto: ?)?.{1,80}? (?:is|will be|am) (?:currently )?(?:out of (?:the )?office|on leave|on vacation)\s*(?:[.!(:]|$|until\b"
    r"|from\b|till\b)",
    re.IGNORECASE,
)
# What mail filters put in front of it.
_FILTERED = re.compile(r"\s*(?:\[[^\[\]]{0,30}\]|\([^()]{0,30}\)|\*{2,5}[^*]{0,30}\*{2,5}|(?:external|ext|caution)\s?:)\s*", re.IGNORECASE)


def is_away_subject(subject: str) -> bool:
    """Whether a subject is one that programs give to the replies that they write for somebody."""
    rest = unicodedata.normalize("NFC", subject[:_LOOKED_AT]).strip()
    for _ in range(4):
        if _AWAY.match(rest) or _SHORT.match(rest) or _IN_BRACKETS.match(rest):
            return True
        marked = _FILTERED.match(rest)
        if not marked:
            break
        rest = rest[marked.end() :]
    return bool(_SOMEBODY_IS.match(rest))
