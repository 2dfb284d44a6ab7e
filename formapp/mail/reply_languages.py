"""The words by which mail programs mark what they quote, forward and sign, in the languages that they speak: nothing but data.

English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Swedish, Japanese and Chinese whole, others as far as it costs
nothing. All in small letters.
"""


def _words(listed: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in listed.split("|"))


# "wrote", where the program puts it at the end: "On …, Jane wrote:".
LAST_VERBS = _words(
    """
    wrote | writes
    """
)

# "schrieb", where it may stand in the middle as well: "Am … schrieb Jane:".
VERBS = _words(
    """
    schrieb | schreibt | geschrieben | schrieb folgendes | a écrit | a ecrit | écrit | écrivait | escribió | escribio |
    ha escrito | va escriure | escreveu | ha scritto | scrisse | scrive | a scris | schreef | geschreven |
    het volgende geschreven | schreef het volgende |
    wiadomość napisana przez | napisał(a) | napisał | napisała | pisze | napsal(a) | napsal | napsala |
    napísal(a) | napísal | skrev | skrev följande | skrev følgende | skreiv | kirjoitti | написал | написала | написал(а) |
    писал | писал(а) | пишет | пише | написав | yazdı | şunu yazdı | şunları yazdı | ezt írta | írta | έγραψε
    """
)

# Those of languages that set no spaces between words.
UNSPACED_VERBS = _words(
    """
    のメール | のメッセージ | 書きました | 写道 | 寫道 | 写到 | 작성 | 썼습니다
    """
)

# What stands before a date: "On", "W dniu", or the weekday itself, by how it begins or in two letters.
BEFORE_DATES = frozenset(
    _words(
        """
        a | am | at | den | der | dne | dnia | el | em | em: | il | in | kl | la | le | no | on | ons | op | pe | pá | på | w | în |
        στις | 于 | 在 | 於
        """
    )
)
WEEKDAYS = _words(
    """
    mon | tue | wed | thu | fri | sat | sun | montag | dienstag | mittwoch | donnerstag | freitag | samstag | sonntag | lun |
    mar | mer | jeu | ven | sam | dim | mié | jue | vie | sáb | dom | gio | sab | seg | ter | qua | qui | sex | maandag |
    dinsdag | woensdag | donderdag | pon | czw | sob | niedz | mån | tis | ons | tor | fre | lör | sön | man | tir | lør | søn |
    понед | втор | сред | четв | пятн | субб | воскр
    """
)
SHORT_WEEKDAYS = frozenset(
    _words(
        """
        vr | zo | la | ma | sa | pt | pá | st | пт | fr | do | pe | ne | ke | пн | wo | śr | mo | сб | di | čt | út | ср | to | mi |
        so | su | za | nd | ti | wt | вт | чт | вс
        """
    )
)
MONTHS = _words(
    """
    jan | feb | mar | apr | may | jun | jul | aug | sep | oct | nov | dec | jän | mär | mai | okt | dez | janv | fév | avr |
    juin | juil | aoû | déc | ene | abr | ago | dic | fev | set | out | gen | mag | giu | lug | ott | maa | mrt | mei | sty |
    lut | kwi | maj | cze | lip | sie | wrz | paź | lis | gru | янв | фев | апр | мая | июн | июл | авг | сен | окт | ноя |
    дек | tammi | helmi | huhti | touko | kesä | heinä | elo | syys | loka | marras | joulu
    """
)

# Words in small letters that attributions are made of besides names.
GLUE = frozenset(
    _words(
        """
        a | a.m | aedt | aest | al | alle | am | as | at | bin | cc | da | das | de | del | den | der | di | dia | dnia | dniu |
        do | dos | du | e | el | em | en | est | ett | ezt | folgendes | följande | følgende | følgjande | g | giorno | gmt | godz |
        hat | heeft | het | időpont | il | kell | kl | klo | la | las | le | mailto | na | napisał | nd | no | o | och | og | om |
        on | ore | p.m | pm | r | rd | saat | st | tarihinde | th | uhr | um | usuario | utc | utente | użytkowniczka | użytkownik |
        van | via | volgende | von | wg | y | you | à | às | á | şunları | şunu | że | в | г | от | пользователь | р | у
        """
    )
)

# Whoever writes so speaks for himself: no program says "I" or "your".
OWN_WORDS = frozenset(
    _words(
        """
        because | eu | he | his | i'm | i've | ich | ihr | ihre | ik | io | j'ai | ja | jag | je | mein | meine | meinem | meiner |
        meu | mijn | minha | mio | moja | my | mój | nasz | noi | nosotros | nostro | notre | nous | nuestra | nuestro | nós |
        onze | our | she | that | their | they | this | unser | unsere | us | uw | vos | votre | vår | we | which | who | wij |
        wir | yo | your
        """
    )
)

# The block above what Outlook and others quote; each of its lines says one of five things.
HEADER_WORDS = {
    "from": _words(
        """
        from | von | de | da | van | od | från | fra | lähettäjä | от | від | odesílatel | feladó | kimden | gönderen | de la |
        από | 差出人 | 送信者 | 送信元 | 发件人 | 發件人 | 寄件者 | 寄件人 | 보낸 사람 | expéditeur | remitente | remetente |
        mittente | absender | afzender | nadawca | avsändare | afsender | avsender
        """
    ),
    "date": _words(
        """
        sent | date | sent on | gesendet | gesendet am | datum | envoyé | envoyé le | date d'envoi | enviado | enviado el |
        enviada | enviada em | enviado em | enviada el | fecha | data | inviato | data invio | verzonden | verzonden op | wysłano |
        wysłane | data wysłania | skickat | skickades | message du | sendt | dato | lähetetty | päivämäärä | отправлено | дата | odesláno |
        elküldve | dátum | gönderildi | tarih | gönderme tarihi | trimis | στάλθηκε | 送信日時 | 送信日 | 日時 | 日付 | 发送时间 |
        發送時間 | 發送日期 | 发送日期 | 日期 | 时间 | 時間 | 寄件日期 | 传送 | 보낸 날짜 | 날짜
        """
    ),
    "to": _words(
        """
        to | an | à | a | para | naar | aan | do | till | til | vastaanottaja | кому | komu | címzett | kime | alıcı | către |
        προς | 宛先 | 收件人 | 收件者 | 받는 사람 | destinataire | destinatario | destinatário | empfänger | ontvanger | odbiorca |
        mottagare
        """
    ),
    "subject": _words(
        """
        subject | betreff | objet | asunto | assunto | oggetto | onderwerp | temat | ämne | emne | aihe | тема | předmět | tárgy |
        konu | subiect | θέμα | 件名 | 主题 | 主題 | 主旨 | 제목 | sujet
        """
    ),
    "other": _words(
        """
        cc | bcc | kopie | copie à | copia | ccn | cci | dw | kopia | копия | 抄送 | 副本 | reply-to | reply to | antwort an |
        répondre à | responder a | rispondi a | odpowiedz do | svara till | risposta | importance | attachments | anlagen |
        pièces jointes | priority | wichtigkeit | priorität | importancia | organization | newsgroups | ref | 참조
        """
    ),
}
ORIGINALS = _words(
    """
    original message | original appointment | original mail | original e-mail | original email | replied message |
    reply message | ursprüngliche nachricht | ursprüngliche mail | originalnachricht | original-nachricht | original nachricht |
    originalmail | message d'origine | message original | message initial | message d’origine | mensaje original |
    correo original | missatge original | mensagem original | messaggio originale | messaggio original |
    oorspronkelijk bericht | origineel bericht | oorspronkelijke bericht | wiadomość oryginalna | oryginalna wiadomość |
    pierwotna wiadomość | wiadomość pierwotna | treść oryginalnej wiadomości | ursprungligt meddelande | originalmeddelande |
    original meddelande | oprindelig meddelelse | oprindelig besked | original besked | opprinnelig melding | alkuperäinen viesti |
    исходное сообщение | оригинальное сообщение | původní zpráva | pôvodná správa | eredeti üzenet | orijinal mesaj |
    özgün ileti | mesaj original | αρχικό μήνυμα | 元のメッセージ | 元のメール | 元の予定 | 原始邮件 | 原始郵件 | 原邮件 |
    原始信件 | 邮件原件 | 回复的原邮件 | 回复的邮件 | 回复邮件 | 原文 | 원본 메시지 | 원본 메일
    """
)
FORWARDS = _words(
    """
    forwarded message | forwarded mail | forwarded email | begin forwarded message | forward message |
    start of forwarded message | weitergeleitete nachricht | weitergeleitete mail | anfang der weitergeleiteten nachricht |
    beginn der weitergeleiteten nachricht | message transféré | début du message transféré | message réexpédié |
    début du message réexpédié | courriel transféré | mensaje reenviado | inicio del mensaje reenviado | mensagem encaminhada |
    mensagem reencaminhada | início da mensagem encaminhada | início da mensagem reencaminhada | início de mensagem reenviada |
    messaggio inoltrato | inizio messaggio inoltrato | inizio del messaggio inoltrato | doorgestuurd bericht |
    begin doorgestuurd bericht | doorgestuurde bericht | begin doorgestuurde bericht | przekazana wiadomość |
    wiadomość przekazana | wiadomość przekazana dalej | początek przekazywanej wiadomości | treść przekazanej wiadomości |
    vidarebefordrat meddelande | vidarebefordrat mejl | vidarebefordrat brev | vidarebefordrat mail |
    början på vidarebefordrat meddelande | videresendt meddelelse | videresendt melding | videresendt besked |
    start på videresendt besked | edelleenlähetetty viesti | пересылаемое сообщение | пересланное сообщение |
    начало переадресованного сообщения | přeposlaná zpráva | továbbított üzenet | iletilmiş mesaj | 転送メッセージ |
    転送されたメッセージ | 以下は転送されたメッセージです | 転送メール | 转发的邮件 | 转发的消息 | 转发邮件 | 转发邮件信息 |
    已转发邮件 | 转发的信件 | 開始轉寄郵件 | 轉寄的郵件 | 转寄邮件 | 开始转发的邮件 | 下面是被转发的邮件 | 被转发的邮件 |
    被转发邮件信息 | 전달된 메시지
    """
)

# "Write above this line", between marks as in "##- … -##".
ABOVE_THIS_LINE = _words(
    """
    above this line | above the line | over this line | über dieser zeile | oberhalb dieser zeile | über dieser linie |
    oberhalb dieser linie | au-dessus de cette ligne | au dessus de cette ligne | por encima de esta línea |
    encima de esta línea | sobre esta línea | arriba de esta línea | acima desta linha | acima dessa linha | sopra questa riga |
    sopra questa linea | boven deze regel | boven deze lijn | powyżej tej linii | nad tą linią | ovanför den här raden |
    ovanför denna rad | over denne linje | over denne linjen | この線より上 | この行より上 | 此行上方 | 此线以上 | 此行之上
    """
)

# "Sent from my phone": how it begins, how it ends, what it names, and what else may stand in it.
SENT_BEGINNINGS = _words(
    """
    sent from my | sent from | sent with | sent via | sent using | sent by | get | download | from my | written on my |
    composed on my | gesendet von meinem | gesendet von | gesendet mit | gesendet über | von meinem | von meiner | von |
    diese nachricht wurde von meinem | hol dir | holen sie sich | envoyé de mon | envoyé de | envoyé depuis mon |
    envoyé depuis | envoyé à partir de | envoyé à partir d' | envoyé avec | envoyé d' | obtenez | télécharger | téléchargez |
    enviado desde mi | enviado desde | enviado con | enviado a través de | enviado por | enviado mediante | obtener | obtén |
    descargar | descarga | enviado do meu | enviado do | enviado de meu | enviado a partir do meu | enviado a partir do |
    enviado através do | enviado via | enviado com | obter o | obter | obtenha o | baixar o | inviato dal mio | inviato da |
    inviato dal | inviato con | inviato tramite | scarica | ottieni | verstuurd vanaf mijn | verstuurd vanaf |
    verzonden vanaf mijn | verzonden vanaf | verzonden vanuit | verzonden met | verstuurd met | verstuurd via |
    wysłane z mojego | wysłane z | wysłano z mojego | wysłano z | wysłane przez | wysłano za pomocą | pobierz aplikację |
    pobierz | uzyskaj | skickat från min | skickat från mitt | skickat från | skickat med | skickades från | skaffa | hämta |
    sendt fra min | sendt fra mit | sendt fra | hent | få | lähetetty | hanki | отправлено с | отправлено из |
    отправлено с моего | odesláno z | odesláno z mého | küldve | trimis de pe | outlook for | 发自我的 | 發自我的 | 从我的 |
    從我的 | 来自我的 | 发送自我的 | 获取 | 下载 | 取得 | 보낸 사람 | 나의
    """
)
FETCHING = frozenset(
    _words(
        """
        get | download | hol dir | holen sie sich | obtenez | télécharger | téléchargez | obtener | obtén | descargar | descarga |
        obter o | obter | obtenha o | baixar o | scarica | ottieni | pobierz aplikację | pobierz | uzyskaj | skaffa | hämta | hent |
        få | hanki | 获取 | 下载 | 取得
        """
    )
)
SENT_ENDINGS = _words(
    """
    gesendet | lähetetty | gönderildi | から送信 | から送信されました | より送信 | を入手 | を入手する | をダウンロード | 傳送 |
    传送 | 发送 | 發送 | 에서 보냄 | herunter | downloaden | herunterladen | küldve
    """
)
PRODUCTS = _words(
    """
    iphone | ipad | ipod | ios | android | samsung | galaxy | huawei | honor | xiaomi | redmi | poco | pixel | oneplus | oppo |
    vivo | realme | nokia | sony | xperia | htc | motorola | moto | lg | blackberry | windows | smartphone | mobiltelefon |
    mobilgerät | mobil | mobile | handy | phone | telefon | téléphone | teléfono | móvil | telefone | telefono | cellulare |
    celular | telemóvel | tablet | macbook | imac | mac | surface | watch | apple | fairphone | wiko | alcatel | zte | asus |
    lenovo | outlook | yahoo | protonmail | proton | aol | gmail | gmx | web.de | mail.ru | k-9 | fairemail | thunderbird |
    spark | superhuman | airmail | fastmail | bluemail | typeapp | mailbird | mailbox | mailspring | mymail | nine | canary |
    zoho | tutanota | tuta | edison | newton | hey | mailplane | postbox | zimbra | roundcube | telekom | aqua | em client |
    mailpile | front | qq | 网易 | 手机 | foxmail | 飞书 | 小米 | 华为 | スマートフォン | スマホ | 携帯
    """
)
SENT_GLUE = frozenset(
    _words(
        """
        4g | 5g | a | an | and | aplikacji | aplikację | app | app-version | apparaat | appareil | avec | by | client | com | con |
        correo | courrier | da | dal | das | de | dem | der | desde | device | di | die | dispositivo | dla | do | du | e |
        edition | el | email | en | encrypted | enhet | for | fra | free | from | från | för | für | gerät | geräts | handheld |
        i's | l'application | la | le | lte | ma | mail | max | mein | meinem | meu | mi | mijn | min | mini | mio | mit | mitt |
        mobiele | mobile | mobilnego | mojego | mon | my | na | network | no | o | och | on | para | per | plus | posta | pour |
        pro | på | se | secure | secured | smart | systemu | the | til | toestel | uit | ultra | urządzenia | using | van |
        version | via | voor | wireless | with | z | мобильной | почты
        """
    )
)
EXCUSES = _words(
    """
    excuse | brevity | typo | forgive | pardon | entschuldig | kürze | tippfehler | excusez | disculp | desculp | scus |
    beknopt | przepraszam | ursäkta
    """
)

# Lines that others put below a signature, which may be long.
BOILERPLATE = _words(
    """
    confidential | intended recipient | privileged | disclaimer | virus | printing | environment | unsubscribe | abn |
    all rights reserved | registered in | vertraulich | umwelt | ausdruck | confidentiel | imprimer | confidencial | imprimir |
    medio ambiente | riservat | ambiente | vertrouwelijk | poufne | konfidentiell
    """
)

# What the lines of a signature name before a colon.
CONTACT_KEYS = frozenset(
    _words(
        """
        a | abn | acn | address | btw | c | cell | cell. | cellulare | celular | correo | d | direct | e | e-mail | e-post | email |
        epost | f | facebook | fax | handy | hours | hrb | http | https | instagram | kom | komórka | kvk | linkedin | m | mail |
        mob | mobiel | mobil | mobile | móvil | nip | o | office | p | ph | phone | portable | reg | signal | siret | skype | t |
        tel | telefon | telefone | telefono | telefoon | telegram | telemóvel | telephone | teléfono | twitter | tél | téléphone |
        url | ust-id | vacation | vat | w | web | website | whatsapp | www | メール | 手机 | 携帯 | 电话 | 邮箱 | 電話
        """
    )
)

# An answer that says so stands among what looks like history.
ANSWERS_WITHIN = _words(
    """
    see below | see my answers | see my comments | see my replies | see inline | see in line | comments below | answers below |
    replies below | responses below | answered below | replied below | my answers are | comments inline | answers inline |
    replies inline | replies in line | inline below | in red | in blue | in green | in bold | in capitals | marked with |
    my comments in | my answers in | siehe unten | s. unten | antworten unten | antworten stehen | in rot | in blau | im text |
    kommentare unten | weiter unten | meine antworten | meine kommentare | voir ci-dessous | ci-dessous | en rouge | en bleu |
    plus bas | dans le texte | véase abajo | ver abajo | más abajo | en rojo | en azul | entre líneas | respuestas abajo |
    ver abaixo | veja abaixo | respostas abaixo | em vermelho | em azul | vedi sotto | qui sotto | in rosso | in blu |
    di seguito | zie hieronder | hieronder | in het rood | in rood | in blauw | poniżej | na czerwono | na niebiesko |
    se nedan | nedan | i rött | i blått | inline | in-line | 下記 | 赤字 | インライン | 见下 | 見下 | 红色 | 紅色 | 如下
    """
)

# Put in front by mail servers; nobody's words.
BANNERS = _words(
    """
    caution: | [external | external email | external sender | warning: this email | warning: external |
    this email originated from outside | achtung: externe | you don't often get email
    """
)
