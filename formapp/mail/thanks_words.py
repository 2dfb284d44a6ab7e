"""What a mere thank-you is made of, in the eleven languages: whole phrases, because single words also make up requests.

"Please fix the problem, thanks" has no word that a thank-you may not have. Written without accents and in lower case; a phrase stands
between two stops (.,;!- or the end of a line).
"""

import re

_FOR_EN = (
    "for|your|the|ur|this|that|it|all|of|u|you|ya|both|everyone|team|guys|again|so|very|really|much|super|quick|quickly|fast|prompt"
    "|promptly|speedy|swift|rapid"
    "|great|good|excellent|amazing|wonderful|awesome|fantastic|kind|helpful|friendly|detailed|clear|help|helping|assistance|assist"
    "|support|service|response"
    "|responses|reply|replies|answer|answers|answering|responding|replying|getting|coming|back|to|me|us|on|in|with|by|about|into"
    "|looking|look|sorting|sort|sorted"
    "|fixing|fix|resolving|resolution|solving|solution|handling|taking|time|care|effort|efforts|work|hard|info|information"
    "|explanation|explaining|clarification"
    "|clarifying|advice|update|updates|feedback|turnaround|patience|understanding|confirming|confirmation|letting|know|everything"
    "|today|matter|query|out|up|and|from|i"
    "|as|always|ever|here|mate|mates|folks|man|legend|legends|sir|madam"
)
_IT_EN = (
    "it|its|this|that|thats|that one|everything|all|all of it|which|the (?:problem|issue|error|bug|login|invoice|page|report)"
    "|things|these|those|your (?:fix|solution|answer|advice|help|suggestion)"
)
_NOW_EN = (
    "(?: (?:now|again|fine|great|well|perfectly|beautifully|properly|as expected|like a charm|a treat|it|for me|for us|here"
    "|on my end|on our end|at our end|out"
    "|the (?:problem|issue|trick|job|error)|my (?:problem|issue|question)|our (?:problem|issue|question)|everything|all|wonders"
    "|straight away|immediately|first time))*"
)
_EN = (
    r"(?:(?:ok|okay|oh|wow|great|perfect|awesome|brilliant|excellent|hi|hello|hey|yes|yep|and|many|a million|million|big|huge"
    r"|all good|lovely|no worries) )*"
    r"(?:thanks|thank you|thankyou|thank u|thx|thanx|tnx|thnx|ty|tysm|cheers|ta|thanking you|thanks so much|merci|many thanks|kind thanks)"
    rf"(?: (?:a lot|lots|a bunch|a million|heaps|tons|loads|kindly|indeed|in advance|once again|{_FOR_EN}))*",
    rf"(?:yes |yep |yay |great )?(?:and )?(?:(?:{_IT_EN}) )?(?:(?:has|have|is|are|was|did|does|s|ve|seems to be|seems to have|looks"
    rf"|looks like|now|all|just|really|totally|completely|been|be) )*"
    rf"(?:fixed|solved|sorted|resolved|did|worked|works|work|working|good|great|perfect|done|helped|answers|answered"
    rf"|back to normal|up and running|all set|all good|clear|trick){_NOW_EN}",
    r"(?:i am|im|we are|were|i m|we re) (?:all )?(?:set|good|good to go|sorted|happy|very happy|so happy|all good)(?: now| again"
    r"| to go| here)*",
    r"(?:it is |its |that is |thats |this is |s )?(?:really |very |so |just |absolutely |all )?(?:perfect|great|awesome|excellent"
    r"|brilliant|fantastic|wonderful|amazing|lovely|super|superb|cool|nice|good"
    r"|terrific|marvellous|marvelous|ace|sweet|legend|legends|beautiful|fab|fabulous|wicked|good stuff|nice one|well done|spot on"
    r"|bravo|woohoo|yay|wow|hooray)(?: (?:work|job|service|support|help|news|team|stuff|effort))?",
    r"(?:ok|okay|yes|yep|noted|understood|got it|received|will do|all good|no worries|makes sense|that makes sense|done|sure)",
    r"(?:it is |this is |its )?(?:very |so |really |greatly )?(?:much )?appreciated",
    rf"(?:i |we )?(?:really |very much |so |do |truly )*appreciate(?: (?:{_FOR_EN}))+",
    r"(?:you|u) (?:guys )?(?:are|re|r) (?:the best|a star|stars|a legend|legends|awesome|amazing|great|a lifesaver|lifesavers"
    r"|brilliant|fantastic|wonderful|so kind|very kind)",
    r"(?:you are|youre) (?:the best|a star|a legend|legends|awesome|amazing|great|a lifesaver|brilliant|fantastic|wonderful)",
    r"(?:you (?:can|may) |please |feel free to |happy for you to |happy to |i am happy to )?close (?:this|the|it|my"
    r"|our)(?: (?:ticket|case|request|issue))?(?: now)?",
    r"(?:this|the|my) (?:ticket|case|request) can (?:now )?be closed(?: now)?",
    r"(?:i have |we have )?(?:no|nothing) (?:further|more|other|else)(?: (?:questions|needed|required|to add|help needed|from me"
    r"|from us|from my side))*",
    r"have (?:a|an) (?:\w{3,10} )?(?:great|nice|good|lovely|wonderful|fantastic|awesome|pleasant|brilliant) (?:day|one|week"
    r"|weekend|evening|afternoon|rest of your day|holiday|christmas)(?: ahead| too| everyone| all)?",
    r"(?:have a )?(?:great|nice|good|lovely|happy) (?:day|week|weekend|evening|friday|new year|easter|holidays)(?: ahead)?"
    r"|merry christmas|you too",
)
_GREET_EN = (
    r"(?:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening|day)|gday|g day|morning|afternoon|greetings)(?: (?:there|all|team"
    r"|support|support team|everyone|guys|folks|again|mate|sir|madam|sir or madam|both))*"
)
_BYE_EN = (
    r"(?:kind|best|warm|warmest|many|kindest|with kind|with best|with warm)? ?regards|best|best wishes|all the best|warmly"
    r"|sincerely|yours(?: (?:sincerely|faithfully|truly))?|take care"
    r"|talk soon|bye|bye for now|br|kr|rgds|x{1,4}|sent from my [a-z0-9 ]{2,30}|get outlook for (?:ios|android)"
    r"|sent via [a-z ]{3,30}|sent from (?:outlook|mail|yahoo)(?: [a-z ]{2,20})?"
)
_DE = (
    r"(?:(?:ok|super|prima|toll|perfekt|klasse|gut|ja|hallo|und|ganz|dann|wunderbar|alles klar) )*(?:danke|dankeschon|danke schon"
    r"|danke sehr|danke dir|danke ihnen|danke euch|vielen dank|vielen herzlichen dank"
    r"|besten dank|herzlichen dank|lieben dank|tausend dank|recht herzlichen dank|schonen dank|merci|vielmals danke)"
    r"(?: (?:fur|die|das|den|ihre|eure|deine|ihren|die|sehr|so|super|schnelle|schnellen|rasche|prompte|tolle|gute|nette|hilfe"
    r"|unterstutzung|antwort|ruckmeldung|losung|info|information|bearbeitung|support|service|ihr|euch|ihnen|dir|nochmal|nochmals"
    r"|vorab|im voraus|vielmals|an|alle|und|ganze|team|erledigung|behebung|klarung|muhe|auskunft))*",
    r"(?:(?:es|das|alles|jetzt|nun|so|und) )*(?:hat|funktioniert|klappt|geht|lauft|ist|passt|war|scheint)(?: (?:jetzt|nun|alles"
    r"|wieder|super|prima|perfekt|gut|einwandfrei|bestens|tadellos|so|sehr|hervorragend|wunderbar))*"
    r"(?: (?:geklappt|funktioniert|geholfen|gelost|erledigt|behoben|in ordnung|ok|perfekt|super|bestens|gut|hilfreich"
    r"|wunderbar))?(?: (?:jetzt|nun|wieder))*",
    r"(?:das )?(?:problem|ticket|thema|anliegen) (?:ist |wurde |hat sich )?(?:damit |somit |jetzt |nun )?(?:gelost|behoben"
    r"|erledigt)|erledigt|gelost|alles gut|alles klar|alles bestens|alles in ordnung|passt",
    r"(?:ihr seid|du bist|sie sind) (?:super|spitze|die besten|der beste|toll|klasse)|super|prima|perfekt|toll|klasse|wunderbar"
    r"|top|spitze|sehr gut|super (?:service|support|arbeit)|ok|ja|genial",
    r"(?:sie konnen|ihr konnt|du kannst) (?:das|dieses) ticket (?:gerne )?schliessen|(?:ticket|das) kann geschlossen werden",
    r"(?:ich wunsche |wir wunschen )?(?:ihnen |euch |dir )?(?:noch )?(?:einen |ein )?(?:schonen|schone|schones|guten"
    r"|angenehmen) (?:tag|abend|woche|wochenende|feierabend)(?: noch)?",
)
_GREET_DE = (
    r"(?:hallo|hi|guten (?:tag|morgen|abend)|moin|servus|gruss gott|grussgott|liebes|sehr geehrte damen und herren)(?: (?:zusammen"
    r"|team|support|support-team|liebes team))*"
)
_BYE_DE = (
    r"(?:mit )?(?:freundlichen?|freundlichem|besten?|lieben?|herzlichen?|schonen?|viele|vielen|liebe) (?:grussen|grusse"
    r"|gruss)(?: aus \w{3,20})?|(?:lg|mfg|vg|bg|beste grusse|gruss|grusse)|von meinem [a-z ]{3,20} gesendet"
)
_FR = (
    r"(?:(?:ok|super|parfait|bonjour|genial|tres bien|et|oui|un grand|grand) )*merci(?: (?:a|tous|toutes|vous|toi|beaucoup|bien"
    r"|infiniment|encore|mille|fois|pour|votre|ton|ta|vos|le|la|les|cette|l|d|avance|reponse|aide|retour|rapidite|reactivite|rapide"
    r"|si|tres|de"
    r"|soutien|efficacite|intervention|precisions|explications|information|informations|reponses|support|equipe|et|mon|bonne"
    r"|explication|par))*|mille mercis?|je vous remercie(?: (?:beaucoup|infiniment|pour|votre|aide|reponse|retour|de|la|le"
    r"|rapide))*",
    r"(?:(?:ca|cela|c|tout|le probleme|mon probleme|et|oui|maintenant) )*(?:marche|fonctionne|est|a|refonctionne"
    r"|remarche)(?: (?:maintenant|bien|parfaitement|tres|a nouveau|de nouveau|nickel|bon|ok|super|parfait|resolu|regle"
    r"|rentre dans l ordre|en ordre|marche|fonctionne|tout))*",
    r"(?:probleme |c est )?(?:resolu|regle)|parfait|super|genial|excellent|tres bien|nickel|top|impeccable|ok|c est (?:parfait"
    r"|super|genial|bon|note|ok)|bien recu|vous pouvez (?:fermer|cloturer|clore) (?:le|ce) ticket",
    r"(?:je vous souhaite )?(?:une )?(?:tres )?(?:bonne|belle|excellente) (?:journee|soiree|semaine|fin de journee|apres midi"
    r"|continuation)(?: a (?:vous|tous))?|bon week ?end",
)
_GREET_FR = r"(?:bonjour|bonsoir|salut|coucou|cher|chere|madame|monsieur|hello)(?: (?:a tous|madame|monsieur|l equipe|tous|equipe))*"
_BYE_FR = (
    r"(?:bien |tres )?(?:cordialement|cdlt|cdt|amicalement|sincerement|bien a vous|a bientot|salutations|sinceres salutations"
    r"|meilleures salutations|respectueusement)|envoye de mon [a-z ]{3,20}"
)
_ES = (
    r"(?:(?:ok|perfecto|genial|hola|vale|y|si|estupendo|excelente) )*(?:muchas gracias|gracias|mil gracias|muchisimas gracias"
    r"|un millon de gracias|se agradece|te agradezco|le agradezco|les agradezco|muy agradecido|muy agradecida)"
    r"(?: (?:por|su|tu|vuestra|la|el|todo|toda|tan|de|nuevo|antemano|a|todos|usted|ustedes|ti|ayuda|respuesta|respuestas|rapida"
    r"|rapido|pronta|apoyo|soporte|atencion|informacion|gestion|solucion|resolver|resolverlo|colaboracion|muy|amable|y|equipo|otra"
    r"|vez|explicacion|tiempo))*",
    r"(?:(?:ya|ahora|todo|esto|eso|me|lo|el problema|y|si) )*(?:funciona|funciono|esta|quedo|ha quedado|ha funcionado|sirvio|fue"
    r"|va|anda)(?: (?:bien|perfecto|perfectamente|todo|ya|ahora|correctamente|resuelto|solucionado|arreglado|de nuevo|muy|ok|listo"
    r"|de maravilla))*",
    r"(?:problema )?(?:resuelto|solucionado|arreglado)|perfecto|genial|excelente|estupendo|listo|vale|ok|muy bien|muy amable"
    r"|todo (?:bien|correcto|perfecto|ok)|de acuerdo|entendido|recibido|pueden? cerrar (?:el|este) ticket",
    r"(?:que )?(?:tengan?|pases?|tenga|le deseo|les deseo)?(?: )?(?:un )?(?:buen|feliz|excelente|lindo|bonito) (?:dia"
    r"|fin de semana|tarde|semana)|buen dia",
)
_GREET_ES = (
    r"(?:hola|buenas|buenos dias|buenas tardes|buenas noches|estimados?|estimadas?|querid[oa]s?)(?: (?:a todos|equipo|todos|dias|senores))*"
)
_BYE_ES = (
    r"(?:un |muchos )?(?:cordial |cordiales )?(?:saludos?|abrazo)(?: (?:cordiales|cordial))?|atentamente|atte|que tenga un buen dia"
    r"|enviado desde mi [a-z ]{3,20}"
)
_PT = (
    r"(?:(?:ok|perfeito|otimo|ola|sim|e|excelente|maravilha) )*(?:muito obrigad[oa]|obrigad[oa]|obrigad[oa]s|obg|brigad[oa]|valeu"
    r"|agradeco|agradecemos|grato|grata|muitissimo obrigad[oa])"
    r"(?: (?:pela|pelo|por|a|o|sua|seu|vossa|tua|toda|todo|tudo|e|ajuda|apoio|atencao|resposta|rapida|rapido|retorno|suporte"
    r"|rapidez|mesmo|mais|uma|vez|todos|desde|ja|muito|disponibilidade|informacao|solucao|equipe|equipa|colaboracao"
    r"|esclarecimento))*",
    r"(?:(?:ja|agora|tudo|isso|isto|o problema|e|sim) )*(?:funcionou|funciona|esta|ficou|foi|deu)(?: (?:bem|certo|tudo|agora"
    r"|perfeitamente|corretamente|resolvido|a funcionar|funcionando|ok|normal|perfeito|muito|tranquilo))*",
    r"(?:problema )?resolvido|perfeito|otimo|excelente|maravilha|tudo (?:certo|bem|ok|resolvido)|certo|ok|entendido|recebido"
    r"|muito bom|pode (?:fechar|encerrar) o (?:ticket|chamado)",
    r"(?:tenha |tenham )?(?:um |uma )?(?:bom|boa|otimo|otima|excelente) (?:dia|tarde|noite|semana|fim de semana|trabalho)",
)
_GREET_PT = r"(?:ola|oi|bom dia|boa tarde|boa noite|prezados?|prezadas?|caros?|caras?)(?: (?:a todos|equipe|equipa|todos|senhores))*"
_BYE_PT = (
    r"(?:os )?(?:melhores |meus )?(?:cumprimentos|abracos?|saudacoes|um abraco)(?: cordiais)?|atenciosamente|att|cordialmente"
    r"|enviado do meu [a-z ]{3,20}"
)
_IT = (
    r"(?:(?:ok|perfetto|ottimo|ciao|si|e|benissimo) )*(?:grazie|mille grazie|grazie mille|tante grazie|grazie tante|molte grazie"
    r"|vi ringrazio|la ringrazio|ti ringrazio|ringrazio)"
    r"(?: (?:a|per|il|la|l|lo|vostro|vostra|tuo|tua|suo|sua|tutto|tutti|infinite|ancora|davvero|mille|di|cuore|voi|lei|te|aiuto"
    r"|supporto|risposta|rapida|veloce|celere|assistenza|disponibilita|rapidita|velocita|gentilezza|pronta|e|informazione"
    r"|soluzione|molto|gentile|cortese))*",
    r"(?:(?:ora|adesso|tutto|ha|il problema|e|si|gia) )*(?:funziona|funzionato|e|va|risolto|e stato)(?: (?:bene|benissimo|tutto"
    r"|ora|adesso|perfettamente|di nuovo|risolto|a posto|ok|correttamente|perfetto))*",
    r"(?:problema )?risolto|perfetto|ottimo|benissimo|va bene|tutto (?:ok|bene|a posto|risolto)|ok|eccellente|fantastico|capito"
    r"|ricevuto|potete chiudere il ticket|gentilissim[oia]",
    r"(?:le auguro |vi auguro )?(?:una )?(?:buona|buon) (?:giornata|serata|lavoro|weekend|fine settimana|settimana)",
)
_GREET_IT = r"(?:ciao|buongiorno|buonasera|salve|gentil[ei]|spett\w{0,6})(?: (?:a tutti|team|signori))*"
_BYE_IT = r"(?:un )?(?:cordiali |distinti |tanti )?saluti(?: cordiali)?|cordialmente|un saluto|a presto|inviato da(?:l mio)? [a-z ]{3,20}"
_NL = (
    r"(?:(?:ok|oke|super|perfect|top|hallo|ja|prima|fijn|mooi|heel|en) )*(?:bedankt|dank je wel|dank je|dankjewel|dank u|dank u wel"
    r"|dank|hartelijk dank|hartelijk bedankt|heel erg bedankt|erg bedankt|veel dank|alvast bedankt|thanks|dankuwel)"
    r"(?: (?:voor|de|het|je|jullie|uw|snelle|goede|prima|fijne|hulp|antwoord|reactie|oplossing|service|ondersteuning|informatie"
    r"|info|uitleg|moeite|alvast|nogmaals|allemaal|wel|zeer|en|team|terugkoppeling|allen))*",
    r"(?:(?:het|dit|dat|alles|nu|en|ja|probleem|het probleem) )*(?:werkt|is|doet|lukt|heeft|gelukt)(?: (?:nu|weer|het|goed|prima"
    r"|perfect|allemaal|opgelost|gelukt|gewerkt|geholpen|in orde|ok|top|zoals verwacht))*",
    r"(?:probleem )?opgelost|gelukt|perfect|top|super|prima|fijn|mooi|geweldig|ok|oke|helemaal goed|in orde|duidelijk"
    r"|jullie zijn top|het ticket mag gesloten worden",
    r"(?:een )?(?:fijne|prettige|goede|mooie) (?:dag|avond|weekend|week|middag)(?: (?:nog|verder|gewenst))?|fijn weekend",
)
_GREET_NL = (
    r"(?:hallo|hoi|beste|goedemorgen|goedemiddag|goedenavond|goedendag|dag|geachte)(?: (?:allemaal|team|heer|mevrouw|heer mevrouw"
    r"|collega))*"
)
_BYE_NL = r"(?:met )?(?:vriendelijke|hartelijke|beste|veel|de)? ?(?:groet|groeten|groetjes)|mvg|gr|verzonden vanaf mijn [a-z ]{3,20}"
_PL = (
    r"(?:(?:ok|super|swietnie|witam|tak|i|bardzo|serdecznie) )*(?:dziekuje|dzieki|dziekujemy|dziekuje bardzo|wielkie dzieki"
    r"|bardzo dziekuje|serdeczne dzieki|dzieki wielkie|dziex)"
    r"(?: (?:za|bardzo|serdecznie|pieknie|slicznie|wam|panu|pani|panstwu|pomoc|szybka|szybkie|blyskawiczna|odpowiedz|reakcje"
    r"|wsparcie|rozwiazanie|informacje|informacja|jeszcze|raz|wszystko|i|wszystkim|z gory|obsluge|zalatwienie|problemu))*",
    r"(?:(?:juz|teraz|wszystko|to|problem|i|tak) )*(?:dziala|pomoglo|rozwiazany|rozwiazane|jest|zadzialalo|zostal)(?: (?:juz|teraz"
    r"|wszystko|dobrze|poprawnie|prawidlowo|swietnie|ok|w porzadku|super|idealnie|rozwiazany|rozwiazane|bez zarzutu))*",
    r"super|swietnie|idealnie|ok|doskonale|w porzadku|wszystko (?:dziala|ok|jasne|w porzadku)|rozwiazane|zrozumiano|rewelacja"
    r"|perfekcyjnie|mozna zamknac zgloszenie",
    r"(?:zycze )?(?:milego|dobrego|udanego) (?:dnia|weekendu|wieczoru|tygodnia|popoludnia)",
)
_GREET_PL = r"(?:dzien dobry|czesc|witam|hej|szanowni panstwo|witajcie)(?: (?:wszystkich|wam))*"
_BYE_PL = (
    r"(?:serdecznie |z )?(?:pozdrawiam|pozdrowienia|powazaniem|wyrazami szacunku)(?: serdecznie)?|pozdr|wyslane z (?:mojego )?[a-z ]{3,20}"
)
_SV = (
    r"(?:(?:ok|super|perfekt|toppen|hej|ja|bra|och|stort|jattebra|men) )*(?:tack|tackar|tusen tack|stort tack|tack sa mycket"
    r"|tack sa jattemycket|hjartligt tack|tack tack|manga tack)"
    r"(?: (?:for|sa|mycket|er|dig|det|den|all|allt|hjalp|hjalpen|svar|svaret|snabbt|snabb|snabba|aterkoppling|aterkopplingen"
    r"|support|supporten|losningen|informationen|info|bra|pa|forhand|igen|en|gang|till|alla|service|fin|god))*",
    r"(?:(?:det|allt|nu|problemet|och|ja|den) )*(?:fungerar|fungerade|funkar|funkade|ar|loste|hjalpte|loser)(?: (?:nu|bra|igen"
    r"|perfekt|fint|utmarkt|som det ska|sig|lost|fixat|ok|klart|som vanligt|jattebra))*",
    r"perfekt|toppen|super|bra|jattebra|utmarkt|kanon|ok|lost|fixat|allt (?:ok|bra|fungerar|lost)|det loste sig|ni ar (?:bast"
    r"|toppen|grymma)|ni kan stanga arendet",
    r"(?:ha )?(?:en )?(?:trevlig|fin|bra|skon) (?:dag|helg|kvall|vecka)|ha det (?:bra|gott|fint)|trevlig helg",
)
_GREET_SV = r"(?:hej|hejsan|hallo|god morgon|god dag|tjena|basta)(?: (?:alla|igen|support|team))*"
_BYE_SV = r"(?:med )?(?:vanlig(?:a)?|basta|vanliga|varma|manga)? ?(?:halsning(?:ar)?|mvh)|vanligen|hej da|skickat fran min [a-z ]{3,20}"

THANKS_WORD = re.compile(
    r"\b(?:thanks|thank|thankyou|thx|thanx|tnx|thnx|ty|tysm|cheers|ta|thanking|appreciated?|danke|dankeschon|dank|merci|mercis"
    r"|remercie|gracias|agradece|agradezco|agradecid[oa]"
    r"|obrigad[oa]s?|obg|brigad[oa]|valeu|agradeco|agradecemos|grato|grata|grazie|ringrazio|bedankt|dankjewel|dankuwel|dziekuje"
    r"|dziekujemy|dzieki|dziex|tack|tackar)\b"
)
PHRASE = re.compile("|".join(f"(?:{one})" for language in (_EN, _DE, _FR, _ES, _PT, _IT, _NL, _PL, _SV) for one in language))
GREETING = re.compile("|".join((_GREET_EN, _GREET_DE, _GREET_FR, _GREET_ES, _GREET_PT, _GREET_IT, _GREET_NL, _GREET_PL, _GREET_SV)))
FAREWELL = re.compile("|".join((_BYE_EN, _BYE_DE, _BYE_FR, _BYE_ES, _BYE_PT, _BYE_IT, _BYE_NL, _BYE_PL, _BYE_SV)))
# What ends every doubt: it is more than thanks.
MORE = re.compile(
    r"\b(?:but|however|still|not|no longer|nope|never|cannot|cant|wont|dont|doesnt|didnt|isnt|wasnt|couldnt|yet|although|though"
    r"|except|unfortunately|until|only|also|another|other than|error|wrong|fails?|failed"
    r"|failing|broken|crash\w*|urgent|asap|need|needs|want|could you|can you|would you|will you|when|why|how|what|where|who|aber"
    r"|jedoch|leider|nicht|kein|keine|noch immer|immer noch|trotzdem|fehler|defekt"
    r"|mais|cependant|toutefois|pas|toujours|malheureusement|erreur|pero|sin embargo|aun|todavia|lamentablemente|mas|porem|ainda"
    r"|nao|infelizmente|erro|ma|pero|tuttavia|ancora non|purtroppo|non|errore"
    r"|maar|echter|nog steeds|niet|geen|helaas|fout|ale|jednak|nadal|wciaz|nie|niestety|blad|men|dock|fortfarande|inte|tyvarr|fel)\b"
)
_JA = (
    r"(?:どうも|誠に|本当に|大変|とても|いつも|早速の?|迅速な|丁寧な|教えて(?:いただき|くださり)|対応|返信|返答|回答|連絡|協力|支援|サポート|説明|確認|案内|していただき|いただき|頂き|くださり|くださって|して"
    r"|ありがとう(?:ございます|ございました|です)?|有り?難う(?:ございます|御座います|ございました)?|感謝(?:します|しています|いたします|致します|しております|申し上げます|です)?|助かりました|助かります|大変助かりました"
    r"|(?:無事に?|おかげさまで|お陰様で|これで|問題は?|問題なく|正常に)?(?:解決(?:しました|いたしました|致しました|できました|です)|直りました|動きました|使えました|できました|動作しました|使えるようになりました"
    r"|ログインできました|確認できました)"
    r"|お世話になって(?:おります|います)|お世話になりました|(?:今後とも?|引き続き)?(?:どうぞ)?(?:よろしく|宜しく)お願い(?:いたします|致します|します|申し上げます)|承知(?:しました|いたしました|致しました)"
    r"|了解(?:です|しました|いたしました)|お疲れ様(?:です|でした)"
    r"|こんにちは|おはようございます|こんばんは|失礼(?:します|いたします|致します)|完璧です|素晴らしいです|最高です|以上|[ごおをのにはで])"
)
_ZH = (
    r"(?:非常|十分|真的|再次|衷心|万分|萬分|感谢|感謝|谢谢|謝謝|多谢|多謝|谢啦|贵公司|大家|各位|帮助|幫助|帮忙|幫忙|支持|回复|回覆|答复|解答|协助|協助|快速|及时|及時|耐心|服务|服務|解决|解決"
    r"|问题(?:已经|已|都)?解决了?|問題(?:已經|已|都)?解決了?|已经?(?:好|可以|解决|正常|修复)了?|已經?(?:好|可以|解決|正常)了?|现在(?:好|可以|正常)了|現在(?:好|可以|正常)了|可以了|没问题了|沒問題了"
    r"|好的|好了|收到|完美|太好了|太棒了|你好|您好|辛苦了|祝好|祝您(?:愉快|工作顺利)|顺祝商祺|此致|敬礼|[很太多您你们們的了啦哦对對])"
)
EASTERN_THANKS = re.compile(r"ありがと|有り?難う|感謝|助かり|谢谢|謝謝|多谢|多謝|感谢|谢啦")
EASTERN_PHRASES = re.compile(f"{_JA}|{_ZH}")
EASTERN_MORE = re.compile(
    r"まだ|しかし|ですが|ますが|でも|けど|けれど|ただし|ません|ない(?!ように)|なく(?!解決)|エラー|不具合|故障|か$|还|還|但|不行|不能|不对|不是|没有(?!问题)|沒有(?!問題)|吗|嗎|为什么|為什麼|请(?!多)|請|错误"
    r"|錯誤|另外|追加"
)
# What no name is.
NO_NAME = re.compile(
    r"\b(?:please|call|me|us|you|it|help|fix|send|reopen|re-open|check|see|attached|down|nope|no|yes|wait|waiting|again|same|issue"
    r"|issues|problem|problems|back|bad|worse|refund|cancel"
    r"|invoice|report|login|page|password|bitte|problem|problema|probleme|favor|attachment|pending|open|ticket|reply|tomorrow"
    r"|monday|tuesday|wednesday|thursday|friday)\b"
)
EASTERN_NAME = re.compile(
    r"[\u3400-\u9fff\u30a0-\u30ff]{1,8}(?:様|さま|さん|先生|小姐|女士)|(?:株式会社|有限公司)?[\u3400-\u9fff]{2,4}(?:より|拝|敬上|上)?"
)
