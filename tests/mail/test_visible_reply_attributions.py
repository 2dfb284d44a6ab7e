"""The line above a quote, as mail programs word it: it goes with the quote."""

import pytest

from formapp.mail.visible_reply import visible_reply

OWN = "Hello Sam,\n\nthe left wheel still squeaks. Could you send a new one?\n\nKind regards\nJane"

# The language and the program, and the line as it breaks it. These are worded as no person would.
SURE = [
    ("en Gmail", "On Tue, 24 Nov 2026 at 14:28, Jane Doe <jane@example.com> wrote:"),
    ("en Gmail US", "On Tue, Nov 24, 2026 at 2:28 PM Jane Doe <jane@example.com> wrote:"),
    ("en Gmail, narrow spaces", "On Tue, Nov 24, 2026 at 2:28\u202fPM Jane Doe <jane@example.com> wrote:"),
    (
        "en Gmail, broken in the address",
        "On Tue, 24 Nov 2026 at 14:28, Billycart Support <\nsupport+bc-1042.abcdefgh23456abc@billycart.com> wrote:",
    ),
    ("en Gmail, broken before the verb", "On Tue, 24 Nov 2026 at 14:28, Billycart Support <support@billycart.com>\nwrote:"),
    (
        "en Gmail, in three lines",
        "On Tuesday, November 24, 2026 at 2:28 PM Billycart Support for Sydney and Melbourne\n<support@billycart.com>\nwrote:",
    ),
    ("en Gmail, no space before the verb", "On Tue, Sep 25, 2012 at 8:59 AM, Jane Doe\n<jane@example.com>wrote:"),
    ("en old Gmail", "2026-11-24 14:28 GMT+10:00 Jane Doe <jane@example.com>:"),
    ("en Apple Mail", "On 24 Nov 2026, at 14:28, Jane Doe <jane@example.com> wrote:"),
    ("en Apple Mail, name only", "On 24 Nov 2026, at 14:28, Jane Doe wrote:"),
    ("en Apple Mail US", "On Nov 24, 2026, at 2:28 PM, Jane Doe <jane@example.com> wrote:"),
    ("en Thunderbird", "On 24/11/2026 14:28, Jane Doe wrote:"),
    ("en Thunderbird US", "On 11/24/26 2:28 PM, Jane Doe wrote:"),
    ("en Yahoo", "     On Tuesday, 24 November 2026 at 02:28:00 pm AEST, Jane Doe <jane@example.com> wrote:  "),
    ("en Yahoo US", "On Tuesday, November 24, 2026, 2:28:00 PM EST, Jane Doe <jane@example.com> wrote:"),
    ("en Proton", "On Tuesday, November 24th, 2026 at 2:28 PM, Jane Doe <jane@example.com> wrote:"),
    ("en Fastmail", "On Tue, 24 Nov 2026, at 2:28 PM, Jane Doe wrote:"),
    ("en Spark", "On 24 Nov 2026 at 14:28 +1000, Jane Doe <jane@example.com>, wrote:"),
    ("en Superhuman", "On Tue, Nov 24, 2026 at 2:28 PM, Jane Doe < jane@example.com > wrote:"),
    ("en Outlook mobile", 'On Tue, Nov 24, 2026 at 2:28 PM +1000, "Jane Doe" <jane@example.com<mailto:jane@example.com>> wrote:'),
    ("en K-9", 'On 24 November 2026 14:28:00 AEST, "Jane Doe" <jane@example.com> wrote:'),
    ("en Hey", "On November 24, 2026, Billycart Support <support@billycart.com> wrote:"),
    ("en Zoho", "---- On Tue, 24 Nov 2026 14:28:36 +1000 Jane Doe <jane@example.com> wrote ----"),
    ("en Zoho of today", " ---- On Tue, 24 Nov 2026 14:28:36 +1000 Jane Doe <jane@example.com> wrote ---"),
    ("en Lotus Notes", '-----"Jane Doe" <jane@example.com> wrote: -----'),
    ("en 163", 'At 2026-11-24 14:28:00, "Jane Doe" <jane@example.com> wrote:'),
    ("en Evolution", "On Tue, 2026-11-24 at 14:28 +1000, Jane Doe wrote:"),
    ("de Gmail", "Am Di., 24. Nov. 2026 um 14:28 Uhr schrieb Jane Doe <jane@example.com>:"),
    ("de Gmail, broken", "Am Di., 24. Nov. 2026 um 14:28 Uhr schrieb Billycart Support <\nsupport@billycart.com>:"),
    ("de Gmail on Android", "Jane Doe <jane@example.com> schrieb am Di., 24. Nov. 2026, 14:28:"),
    ("de Apple Mail", "Am 24.11.2026 um 14:28 schrieb Jane Doe <jane@example.com>:"),
    ("de Apple Mail, name only", "Am 24.11.2026 um 14:28 schrieb Jane Doe:"),
    ("de Thunderbird", "Am 24.11.26 um 14:28 schrieb Jane Doe:"),
    ("de GMX", "Am 24.11.2026 14:28 schrieb Jane Doe <jane@example.com>:"),
    ("de Yahoo", "Jane Doe <jane@example.com> schrieb am 14:28 Dienstag, 24.November 2026:"),
    ("fr Gmail", "Le mar. 24 nov. 2026 à 14:28, Jane Doe <jane@example.com> a écrit :"),
    ("fr Gmail, no-break space", "Le mar. 24 nov. 2026 à 14:28, Jane Doe <jane@example.com> a écrit\u00a0:"),
    ("fr Gmail, broken", "Le mar. 24 nov. 2026 à 14:28, Billycart Support <support@billycart.com> a\nécrit :"),
    ("fr Apple Mail", "Le 24 nov. 2026 à 14:28, Jane Doe <jane@example.com> a écrit :"),
    ("fr Thunderbird", "Le 24/11/2026 à 14:28, Jane Doe a écrit :"),
    ("fr Yahoo", "Le mardi 24 novembre 2026 à 14:28:00 UTC+1, Jane Doe <jane@example.com> a écrit :"),
    ("es Gmail", "El mar, 24 nov 2026 a las 14:28, Jane Doe (<jane@example.com>) escribió:"),
    ("es Gmail, broken", "El mar, 24 nov 2026 a las 14:28, Billycart Support (<support@billycart.com>)\nescribió:"),
    ("es Apple Mail", "El 24 nov 2026, a las 14:28, Jane Doe <jane@example.com> escribió:"),
    ("es Thunderbird", "El 24/11/2026 a las 14:28, Jane Doe escribió:"),
    ("pt Gmail", "Em ter., 24 de nov. de 2026 às 14:28, Jane Doe <jane@example.com> escreveu:"),
    ("pt Gmail of Portugal", "Jane Doe <jane@example.com> escreveu (terça, 24/11/2026 à(s) 14:28):"),
    ("pt Apple Mail", "Em 24 de nov. de 2026, à(s) 14:28, Jane Doe <jane@example.com> escreveu:"),
    ("pt Thunderbird", "Em 24/11/2026 14:28, Jane Doe escreveu:"),
    ("it Gmail", "Il giorno mar 24 nov 2026 alle ore 14:28 Jane Doe <jane@example.com> ha scritto:"),
    ("it Gmail, broken", "Il giorno mar 24 nov 2026 alle ore 14:28 Billycart Support <\nsupport@billycart.com> ha scritto:"),
    ("it Apple Mail", "Il giorno 24 nov 2026, alle ore 14:28, Jane Doe <jane@example.com> ha scritto:"),
    ("it Thunderbird", "Il 24/11/2026 14:28, Jane Doe ha scritto:"),
    ("it a webmail", "Il 24 novembre 2026 alle 14.28 Jane Doe <jane@example.com> ha scritto:"),
    ("nl Gmail", "Op di 24 nov 2026 om 14:28 schreef Jane Doe <jane@example.com>:"),
    ("nl Apple Mail", "Op 24 nov. 2026, om 14:28 heeft Jane Doe <jane@example.com> het volgende geschreven:"),
    ("nl Apple Mail, broken", "Op 24 nov. 2026 om 14:28 heeft Billycart Support <support@billycart.com>\nhet volgende geschreven:"),
    ("nl Thunderbird", "Op 24-11-2026 om 14:28 schreef Jane Doe:"),
    ("pl Gmail", "wt., 24 lis 2026 o 14:28 Jane Doe <jane@example.com> napisał(a):"),
    ("pl Apple Mail", "Wiadomość napisana przez Jane Doe <jane@example.com> w dniu 24 lis 2026, o godz. 14:28:"),
    ("pl Thunderbird", "W dniu 24.11.2026 o 14:28, Jane Doe pisze:"),
    ("pl Onet", "W dniu 2026-11-24 14:28:39 użytkownik Jane Doe <jane@example.com> napisał:"),
    ("pl o2", "Dnia 24 listopada 2026 14:28 Jane Doe <jane@example.com> napisał(a):"),
    ("sv Gmail", "Den tis 24 nov. 2026 kl 14:28 skrev Jane Doe <jane@example.com>:"),
    ("sv Apple Mail", "24 nov. 2026 kl. 14:28 skrev Jane Doe <jane@example.com>:"),
    ("sv Thunderbird", "Den 2026-11-24 kl. 14:28, skrev Jane Doe:"),
    ("ja Gmail", "2026年11月24日(火) 14:28 Jane Doe <jane@example.com>:"),
    ("ja Gmail, with a verb", "2026年11月24日(火) 14:28、Jane Doe さん(jane@example.com)のメッセージ:"),
    ("ja Apple Mail", "2026/11/24 14:28、Jane Doe <jane@example.com>のメール："),
    ("ja Thunderbird", "On 2026/11/24 14:28, Jane Doe wrote:"),
    ("ja Becky", "2026年11月24日 14:28 に、田中 <tanaka@example.com> さんは書きました:"),
    ("zh Gmail", "Jane Doe <jane@example.com> 于2026年11月24日周二 14:28写道："),
    ("zh Gmail, traditional", "Jane Doe <jane@example.com> 於 2026年11月24日 週二 下午2:28寫道："),
    ("zh Apple Mail", "在 2026年11月24日，下午2:28，Jane Doe <jane@example.com> 写道："),
    ("zh Apple Mail of today", "2026年11月24日 14:28，Jane Doe <jane@example.com> 写道："),
    ("zh 163", '在 2026-11-24 14:28:00，"Jane Doe" <jane@example.com> 写道：'),
    ("da Gmail", "Den tirs. 24. nov. 2026 kl. 14.28 skrev Jane Doe <jane@example.com>:"),
    ("no Gmail", "tir. 24. nov. 2026 kl. 14:28 skrev Jane Doe <jane@example.com>:"),
    ("fi Gmail", "ti 24. marrask. 2026 klo 14.28 Jane Doe (jane@example.com) kirjoitti:"),
    ("cs Gmail", "út 24. 11. 2026 v 14:28 odesílatel Jane Doe <jane@example.com> napsal:"),
    ("ru Gmail", "вт, 24 нояб. 2026 г. в 14:28, Jane Doe <jane@example.com>:"),
    ("ru Yandex", '24.11.2026, 14:28, "Jane Doe" <jane@example.com>:'),
    ("tr Gmail", "Jane Doe <jane@example.com>, 24 Kas 2026 Sal, 14:28 tarihinde şunu yazdı:"),
    ("hu Gmail", "Jane Doe <jane@example.com> ezt írta (időpont: 2026. nov. 24., K, 14:28):"),
]

# Where no quote mark followed, a person might have written these as well.
BEFORE_QUOTES = [
    ("en Thunderbird, old", "Jane Doe wrote:"),
    ("en mutt", "On Tue, Nov 24, 2026 at 02:28:00PM +1000, Jane Doe wrote:"),
    ("en Usenet", "Jane Doe <jane@example.com> writes:"),
    ("en Eudora", "At 02:28 PM 11/24/2026, you wrote:"),
    ("en a date alone", "On 24 Nov 2026, codinghorse wrote:"),
    ("en no comma", "On Nov 26, 2026 you wrote:"),
    ("es a date alone", "El jueves, 21 de noviembre de 2026, codinghorse escribió:"),
    ("nl a name in quotes", 'Op 16 aug. 2026 05:13 schreef "Jane" <jane@example.com> het\nvolgende geschreven:'),
    ("old Gmail, no colon", "2026/7/20 Jane via Support <support@billycart.com>"),
    ("ru no year", 'пользователь "Jane" <jane@example.com> 24 окт. 2026 г. написал:'),
    ("uk", '30 серп. 2026 р. 20:45 "Jane" <jane@example.com> пише:'),
    ("ro Gmail", "În mar., 24 nov. 2026 la 14:28, Jane Doe <jane@example.com> a scris:"),
    ("an unknown language", "Ngày 24/11/2026 lúc 14:28 Jane Doe <jane@example.com> đã viết:"),
]


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


LETTER = "Hello Jane,\n\nwe have got your request. We reply within one business day.\n\nThe team"


@pytest.mark.parametrize("attribution", [said for _, said in SURE + BEFORE_QUOTES], ids=[name for name, _ in SURE + BEFORE_QUOTES])
def test_a_quote_goes_with_the_line_that_says_whose_it_is(attribution: str) -> None:
    assert visible_reply(f"{OWN}\n\n{attribution}\n{quoted(LETTER)}\n") == OWN
    assert visible_reply(f"{OWN}\n\n{attribution}\n\n{quoted(LETTER)}\n\n") == OWN


@pytest.mark.parametrize("attribution", [said for _, said in SURE], ids=[name for name, _ in SURE])
def test_history_without_quote_marks_goes_where_the_line_above_it_is_surely_a_programs(attribution: str) -> None:
    assert visible_reply(f"{OWN}\n\n{attribution}\n\n{LETTER}\n") == OWN


@pytest.mark.parametrize("attribution", [said for _, said in SURE], ids=[name for name, _ in SURE])
def test_the_line_may_itself_be_quoted_as_apple_mail_does(attribution: str) -> None:
    assert visible_reply(f"{OWN}\n\n{quoted(attribution)}\n>\n{quoted(LETTER)}\n") == OWN


@pytest.mark.parametrize("attribution", [said for _, said in SURE], ids=[name for name, _ in SURE])
def test_no_empty_line_is_needed_above_it(attribution: str) -> None:
    assert visible_reply(f"{OWN}\n{attribution}\n{quoted(LETTER)}") == OWN


@pytest.mark.parametrize("attribution", [said for _, said in SURE + BEFORE_QUOTES], ids=[name for name, _ in SURE + BEFORE_QUOTES])
def test_an_answer_below_the_quote_stands_alone(attribution: str) -> None:
    assert visible_reply(f"{attribution}\n{quoted(LETTER)}\n\n{OWN}\n") == OWN


@pytest.mark.parametrize("attribution", [said for _, said in SURE + BEFORE_QUOTES], ids=[name for name, _ in SURE + BEFORE_QUOTES])
def test_a_mail_that_is_nothing_but_a_quote_is_shown_whole(attribution: str) -> None:
    mail = f"{attribution}\n{quoted(LETTER)}"
    assert visible_reply(mail) == mail.strip("\n").rstrip()


def test_a_quote_within_a_quote_goes_with_it() -> None:
    inner = f"On 23 Nov 2026, at 10:00, Sam <sam@example.com> wrote:\n{quoted(LETTER)}"
    assert visible_reply(f"{OWN}\n\nOn 24 Nov 2026, at 14:28, Jane <jane@example.com> wrote:\n{quoted(inner)}\n> {quoted('x')}") == OWN


def test_an_own_line_right_above_is_not_taken_for_the_attributions_beginning() -> None:
    own = "On Tuesday I called you twice and nobody answered."
    assert visible_reply(f"{own}\nOn 24 Nov 2026, at 14:28, Jane <jane@example.com> wrote:\n{quoted(LETTER)}") == own
    own = "Call me on 24 Nov 2026 at 10:00"
    assert visible_reply(f"{own}\nJane Doe <jane@example.com> wrote:\n{quoted(LETTER)}") == own
