"""The words by which mail servers say that a mail did not arrive, where they do not say it in the form of RFC 3464.

Whoever quotes them is no server: they count only in a mail that comes from one.
"""

import re

# How the sender of such a report is called. The From line is often not even an address.
SERVER = re.compile(
    r"mailer[-_. ]?daemon|mail[-_. ]?deliver(?:y|er)|post[-_.]?master|(?:e-?)?mail[-_. ]?(?:daemon|system|subsystem|router|gateway"
    r"|administrator|admin)"
    r"|mdaemon|delivery (?:sub)?system|microsoftexchange[0-9a-f]{32}|system[- ]?administrator|administrateur syst|amavis"
    r"|mail transport|\bmta\b"
    r"|^\s*(?:\"\"\s*)?<?\s*>?\s*$|bounces?[-+_@]|\bbounce@|mailsweeper|mimesweeper|undeliver|internet mail",
    re.IGNORECASE,
)
SUBJECT = re.compile(
    r"undeliver|un-?delivered|non[- ]?deliver|delivery (?:status|reports?|notification|fail|problem|error|has|incomplete"
    r"|unsuccessful|delay)"
    r"|(?:failed|failure|delayed) (?:mail|delivery|notice)|mail (?:delivery )?(?:fail|error|problem|system error)|mail failure"
    r"|failure (?:notice|delivery)"
    r"|(?:mail|message|e-?mail) (?:\S{1,20} )?(?:could not|couldn[’']?t|was not|not|cannot|has not) (?:be(?:en)? )?(?:deliver|sent"
    r"|reach)|could not (?:send|deliver)"
    r"|return(?:ed)? (?:e-?mail|message|to sender|mail)|returning (?:message|mail)|(?:mail|message|e-?mail) (?:was )?(?:returned"
    r"|rejected|refused|bounced)"
    r"|rejected (?:mail|message)|bounce notif|warning[:-].{0,30}(?:mail|message|send)|not (?:be )?delivered|delayed mail"
    r"|delivery delayed|status notification"
    r"|errors? from|(?:message|mail) (?:status|delayed|blocked)|nondeliv|delivery report|user unknown|address unknown"
    r"|unknown (?:user|recipient|address)"
    # German, Dutch, Scandinavian
    r"|unzustellbar|nicht zugestellt|zustell(?:ung|status|fehl|bericht)|konnte nicht|fehler bei der|rückläufer|verzögert"
    r"|onbestelbaar|niet (?:worden )?(?:be|af)(?:zorgd|geleverd)|bezorging|kan (?:inte|ikke) leve?reres?|ej levererat"
    r"|går inte att leverera|olevererbar"
    r"|kunde inte levereras|kunne ikke leveres|ulevert|ikke levert|misslyckades"
    # French, Spanish, Portuguese, Italian
    r"|non remis|non distribu|non délivr|échec (?:de |d[’'])?(?:la )?(?:remise|livraison|distribution|envoi)"
    r"|notification d[’' ](?:échec|état)|non-remise"
    r"|retard de|impossible de (?:remettre|distribuer)|erreur de (?:livraison|distribution)|no se (?:puede|pudo|ha podido) entregar"
    r"|no entregado|sin entregar"
    r"|error (?:de|en la) entrega|(?:correo|mensaje) (?:devuelto|rechazado)|estado de (?:la )?entrega|entrega (?:fallida|falhou"
    r"|retrasada|atrasada)"
    r"|falha (?:na|de) entrega|não (?:foi )?(?:entregue|é possível entregar)|devolu[cç]|devolvid|impossibile (?:recapitare|consegnare)"
    r"|non recapit|mancat[ao] (?:recapito|consegna)|stato (?:del|di) recapito|errore di (?:consegna|recapito)"
    # Polish, Czech, Russian
    r"|niedostarcz|nie (?:można|udało się) dostarczyć|zwrot (?:wiadomości|poczty)|nedoručiteln|nelze doručit|недостав|не (?:удается"
    r"|удалось|может быть) доставл?"
    r"|не доставлен|возврат"
    # Japanese, Chinese, Korean
    r"|配信(?:不能|できません|エラー|遅延|状況)|送信(?:エラー|できません)|エラーメール|宛先不明|届きませんでした|配送(?:できません|エラー)|送達"
    r"|无法(?:投递|传递|送达|发送)|無法(?:投遞|傳遞|送達)|退信|未(?:送达|传递|送達|投递)"
    r"|投递(?:失败|状态)|傳遞(?:失敗|狀態)|退回|반송|배달되지|전송 실패",
    re.IGNORECASE,
)
TEXT = re.compile(
    r"this is the qmail-send program|created automatically by (?:the )?mail delivery|this is the (?:mail system|postfix"
    r"|mail delivery|dragonfly|courier)"
    r"|this report relates to a message|(?:could|can) ?not (?:be )?deliver|couldn[’']?t be delivered|(?:was|were|been"
    r"|is) not (?:be )?delivered|not deliverable"
    r"|delivery (?:has failed|to the following|attempt|of (?:your|the) (?:mail|message)|status notification|fail|error)"
    r"|undeliverable|un-?delivered"
    r"|did not reach the following|had (?:permanent|transient|delivery|fatal) (?:non-?)?(?:fatal |delivery )?(?:errors|problems)"
    r"|unable to (?:deliver|relay|send)"
    r"|returned (?:to sender|mail|message|to you)|returning (?:message|mail)|permanent (?:fatal )?(?:error|failure)|giving up on"
    r"|recipient address rejected"
    r"|user unknown|unknown user|no such (?:user|mailbox|address|recipient)|mailbox (?:is )?(?:full|unavailable|not found|disabled)"
    r"|over quota|quota exceeded"
    r"|there was (?:an error|a problem) delivering|error (?:while )?deliver|failed to deliver|wasn[’']?t delivered"
    r"|invalid (?:user )?(?:address|recipient)"
    r"|address(?:es)? (?:failed|rejected|couldn)|rejected (?:your|the) (?:mail|message)|your (?:e-?mail|message"
    r"|mail) (?:\S{1,20} )?(?:was|has been|is) (?:rejected|blocked|delayed)"
    r"|warning message only|still being retried|status: [45]\.[0-9]|<<< [45][0-9]{2}|relaying denied|unrouteable|could not send"
    r"|cannot send message|message headers follow"
    r"|unzustellbar|nicht (?:zugestellt|ausgeliefert)|zustellung|niet (?:worden )?(?:bezorgd|afgeleverd)|kunde inte levereras"
    r"|kunne ikke leveres"
    r"|n[’' ](?:a|ont) pas pu être|pas été (?:remis|distribué|délivré)|impossible de remettre|no se (?:ha podido|pudo"
    r"|puede) entregar|no (?:ha sido|fue) entregado"
    r"|não (?:pôde|pode|foi possível) (?:ser )?entreg|não foi entregue|impossibile (?:recapitare|consegnare)"
    r"|non è stato (?:recapitato|consegnato|possibile)"
    r"|nie (?:można|mogła|została|udało się)[^\n]{0,30}dostarcz|не (?:удалось|может быть|было) доставл"
    r"|配信(?:でき|されま|不能)|送信でき|届けることができ|お届けでき"
    r"|宛先[^\n]{0,30}(?:不明|存在しま|見つか)|无法(?:投递|送达|发送|将)|無法(?:傳遞|送達|投遞)|退信|投递失败|退回",
    re.IGNORECASE,
)
# How such a report begins: it says nothing of the reason.
GREETING = re.compile(
    r"this is the|created automatically|automatically generated|i(?:[’']m| am) (?:afraid|sorry)|following (?:address|recipient)"
    r"|original message was received|relates to a message",
    re.IGNORECASE,
)
LATE = re.compile(
    r"\bdelay(?:ed)?\b|warning message only|still being retried|will be retried|will (?:continue|keep)\b|retry(?:ing)? (?:for"
    r"|until)|(?:do not|don[’']t) need to resend"
    r"|warning: could not send|no action is required|temporar(?:y|ily)|verzögert|verzögerung|retard|aplazad|retrasad|atrasad|ritard"
    r"|vertraagd|opóźni|försen|forsink"
    r"|задерж|遅延|遅れて|延迟|延遲",
    re.IGNORECASE,
)
# What ends the trying, whatever else is said to be temporary.
OVER = re.compile(
    r"giv(?:ing|en) up|gave up|permanent|will not be (?:retried|tried)|no further attempts|undeliver|un-?delivered|\bfail(?:ed"
    r"|ure)?\b(?! temporarily)|return(?:ed|ing)"
    r"|\b5\.[0-9]{1,3}\.[0-9]{1,3}\b|\b55[0-9]\b|rejected|could not be delivered|too long|expired|has been in the queue",
    re.IGNORECASE,
)
