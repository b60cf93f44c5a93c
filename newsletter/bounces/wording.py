"""The words by which mail servers say why: which mean a dead address, and which clearly mean something else.

Written for text from which addresses and host names were taken out, in small letters, one line.
Every pattern has bounded gaps, so that a long text costs time in proportion to its length.
"""

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


_WHO = r"(?:user|recipient|mailbox|mail ?box|account|address|username|e-?mail|person|alias|destination|employee|subscriber)s?"
_WHO_SV = (
    r"(?:mottagar(?:e|en|adress|adressen)|adressat(?:en)?|användar(?:e|en)|(?:e-?post)?adress(?:en)?|brevlåda(?:n)?|"
    r"postlåda(?:n)?|"
    r"konto(?:t)?)"
)
_MISSING = (
    r"(?:unknown|not (?:be )?(?:found|known|listed|exist|recogni[sz]ed|present)|(?:does|do|did) ?n[o'’]?t exist|"
    r"no longer exists?|"
    r"non-?existent|unrecogni[sz]ed|(?:was|were|could|can) ?n[o'’]t (?:be )?found|cannot be found|doesn['’]t exist|"
    r"is n[o'’]t (?:a )?valid|isn['’]t valid|is invalid|no longer (?:valid|in use|available|active)|not a valid|"
    r"has been (?:deleted|removed|closed))"
)
UNKNOWN = _any(
    rf"\b{_WHO}\b[^.\n]{{0,80}}?\b{_MISSING}",
    rf"\b(?:no such|unknown|invalid|non-?existent|bad|undeliverable|unrout(?:e)?able|illegal) (?:local |virtual |"
    rf"destination |or |"
    rf"unknown |inactive |e-?mail |the )?{_WHO}\b",
    r"\buser ?unknown|\bunknown[- ](?:local[- ]part|user|recipient|addressee)|\bunknown e-?mail",
    r"\bno (?:mailbox|mail box|account|user|one|person|alias)\b[^.\n]{0,30}\b(?:that|this) (?:name|address)",
    r"\bno (?:such )?(?:mailbox|mail box|user|person|recipient|address)\b[^.\n]{0,20}\b(?:here|found|available|"
    r"at this|exists?)",
    r"\bno one at this address",
    r"\bdoes ?n[o'’]t have an? [^.\n]{0,40}account",
    r"\bnot (?:listed |found |present )?in [^.\n]{0,40}(?:directory|address ?book)",
    r"\bnot (?:a )?(?:known|valid|local) (?:user|recipient|mailbox|address)",
    r"\bis not (?:a|an) (?:active|known|valid|registered|existing) (?:user|address|mailbox|account|recipient|e-?mail)",
    r"\brecipient(?: name)? is not recogni[sz]ed",
    r"\bbad ?(?:rcptto|recipient)|badrecipientto|validrcptto|not in my (?:valid|list of (?:valid|local))",
    r"\bneither a (?:local|valid)|\buser missing|\bmissing home directory",
    r"\bmailbox (?:is )?unavailable(?! or access)(?!.{0,20}(?:busy|temporar))",
    r"\binvalid(?: final)? delivery user ?id|\be-?mail name is not found",
    r"\baddress(?:es)? couldn['’]t be found|\baddress wasn['’]t found|\bwasn['’]t found at\b",
    r"resolver\.adr\.(?:ex)?recip(?:ient)?not ?found|recipnotfound|recipientnotfound",
    # Exchange Online's edge refuses who isn't in the directory.
    r"recipient address rejected: access denied\.? ?\[?(?:\[|as\(|as[0-9])|dbeb",
    rf"\b(?:okän[dt]a?|ogiltig[at]?|felaktig[at]?|obefintlig[at]?) {_WHO_SV}\b",
    rf"\b{_WHO_SV}\b[^.\n]{{0,80}}?(?:finns (?:inte|ej)|hittades (?:inte|ej)|existerar (?:inte|ej)|kunde (?:inte|ej) hittas|"
    r"(?:är )?okän[dt]|är ogiltig|gick inte att hitta|påträffades inte|har upphört)",
    rf"\b(?:gick|går) inte att hitta (?:den )?(?:angivna )?{_WHO_SV}|\bhittade inte {_WHO_SV}|\bhittades inte (?:på|"
    rf"hos|i)\b",
    r"\b(?:empfänger|benutzer|adressat|mailbox)\b[^.\n]{0,40}(?:unbekannt|existiert nicht|nicht gefunden|"
    r"nicht bekannt|ungültig)",
    r"\bunbekannte[rn]? (?:empfänger|benutzer|adress)",
    r"\b(?:utilisateur|destinataire|adresse)s?\b[^.\n]{0,40}(?:inconnue?|invalide|n['’]existe pas|introuvable)",
    r"\b(?:usuario|destinatario|cuenta|buzón|dirección)\b[^.\n]{0,40}(?:desconocid|no existe|inexistente|no encontrad)",
    r"\bno existe (?:ese|dicha|el) |\b(?:utente|destinatario|casella)\b[^.\n]{0,40}(?:sconosciut|inesistente|"
    r"non esiste|simile)",
    r"\b(?:ukjent|ukendt) (?:mottaker|bruker|modtager|bruger|adresse)|\b(?:mottaker|modtager|bruker|bruger|"
    r"adresse)(?:e?n)?\b"
    r"[^.\n]{0,40}(?:finnes ikke|findes ikke|ble ikke funnet|blev ikke fundet|er ukjent|er ukendt)",
    r"\btuntematon (?:vastaanottaja|käyttäjä)|\bvastaanottajaa ei (?:löyd|löyt|ole)|ディレクトリのリストにありません|宛先不明",
)
NO_HOST = _any(
    r"\b(?:host|domain)(?: name)?(?: or domain name)?\b[^.\n]{0,40}?\b(?:not found(?!,? try)|unknown|"
    r"does ?n[o'’]?t exist|doesn['’]t exist|"
    r"could ?n[o'’]?t be found|is invalid|nonexistent|non-existent|no longer exists)",
    r"\b(?:unknown|no such|illegal|invalid|bad|nonexistent) (?:mail )?(?:host|domain)|\bname or service not known|"
    r"\bnxdomain\b",
    r"infodomainnonexistent|\bno (?:host|domain) (?:named|by that name)|\bany host (?:named|by that name)",
    r"\bnull ?mx\b|\b(?:domain|host)\b[^.\n]{0,40}?(?:does ?n[o'’]t|doesn['’]t) accept (?:any )?(?:e-?)?mail(?! from)|"
    r"\bbad destination (?:system|host)",
    r"\bdomän(?:en)?\b[^.\n]{0,40}(?:finns inte|hittades inte|existerar inte|är okänd)|\bokänd domän",
    r"\bno matches to nameserver query|\bmail domain mentioned in[^.\n]{0,30}unknown",
)
MOVED = _any(
    r"\b(?:user|recipient|mailbox|account|person|employee|he|she) (?:has |have )?(?:moved|left the|changed (?:his|her|"
    r"their) )",
    r"\bno longer (?:works?|employed|with (?:the|this) (?:company|organi[sz]ation))|\baddress (?:has )?(?:been )?changed\b",
    r"\bhar slutat\b|\bhar (?:bytt|flyttat) (?:e-?post)?adress",
)
FULL = _any(
    r"\b(?:mailbox|inbox|mail ?box|account|storage|disk|user|recipient|maildir|folder)\b[^.\n]{0,50}?(?:\bfull\b|"
    r"over ?(?:its |the |their )?"
    r"(?:disk ?)?quota|exceed(?:s|ed|ing)? (?:its |the |their |allowed |maximum |storage |disk |mailbox |mail |size |"
    r"assigned )*"
    r"(?:quota|size|storage|limit|space|allocation))",
    r"\bquota[^.\n]{0,20}(?:exceed|exhaust|full|reached|violation)|\b(?:exceed|over)(?:s|ed|"
    r"ing)?[- ]?[^.\n]{0,20}quota|\boverquota",
    r"\bout of (?:storage|disk|space)|\binsufficient (?:system |disk )?(?:storage|space|resources)|\bfull (?:mailbox|"
    r"inbox)|\bnot enough (?:storage|space|disk)",
    r"\bexceed(?:s|ed|ing)? (?:the |its |allowed )*(?:storage|mailbox|disk)|\bmailbox (?:size )?limit|"
    r"\bmailbox has exceeded|\bexceeds allowed size|\binbox is out of",
    r"\b(?:brevlåda|postlåda|inkorg|mottagarens)(?:n|en)?\b[^.\n]{0,40}(?:full|överfull|kvot|utrymme)",
    r"\bpostfach[^.\n]{0,20}voll|\bboîte[^.\n]{0,30}pleine|\bbuzón[^.\n]{0,20}lleno|\bcasella[^.\n]{0,20}piena",
)
UNWANTED = _any(
    r"\bspam\b|\bspammer|\bspamtrap|\bjunk\b|\bunsolicited|\bbulk e?-?mail|\bphish|\bvirus|\bmalware|\bblack-?list|"
    r"\bblock-?list|\bdns-?bl|\brbl\b|"
    r"\bdnswl|spamhaus|spamcop|\breputation|\bdeny-?list|\bbanned\b",
    r"\bblocked (?:using|by|due|for|because|from|until|as)\b|\b(?:ip|host|sender|domain|connection|client|network|"
    r"server|message|mail|address|you)"
    r"\b[^.\n]{0,40}?\b(?:has been |is |was |are |been )?(?:blocked|listed (?:in|at|on|by)|refused by filter)",
    r"\bcontent[- ](?:rejected|restriction|filter)|\bpolicy\b|\badministrative(?:ly)? (?:prohibition|prohibited|"
    r"denied)|\bprohibited\b",
    r"\bdmarc\b|\bspf\b|\bdkim\b|\bauthentication (?:is )?(?:required|failed|failure)|\bunauthenticated|\breverse dns|"
    r"\bptr record|\brdns\b|"
    r"\b(?:support|require)s? (?:start)?tls",
    r"\brelay(?:ing)?\b[^.\n]{0,20}(?:denied|not (?:permitted|allowed)|prohibited|attempt)|\bunable to relay|"
    r"\bnot (?:permitted|allowed) to relay|"
    r"\bwe do not relay|\brelay access|\bcannot relay",
    r"\bsender(?:['’]s)?[^.\n]{0,30}?(?:rejected|denied|verif)|\b(?:sender|from)(?:['’]s)? (?:address|"
    r"domain)[^.\n]{0,40}?(?:unknown|invalid|"
    r"not found|does ?n[o'’]t exist)|"
    r"\bin reply to mail from|\benvelope sender|\breturn path",
    r"\brecipient(?:['’]s)? preferences|\bemail preferences|\bnot accept(?:ing)? (?:mail|messages|e-?mail) from|"
    r"\bnot allowed to send|\brestricted\b|"
    r"\bpermission|\bonly accept|\bmoderat|\bdelivery not authori[sz]ed|\bnot authori[sz]ed|\bwhite-?list",
    r"\bskräppost|\bbehörighet|\bspärrad|\bblockerad",
)
TOO_LARGE = _any(
    r"\b(?:message|mail|e-?mail|size|attachment)s?\b[^.\n]{0,60}?(?:too (?:big|large|long)|larger than|"
    r"exceeds? (?:the |a |its )?"
    r"(?:maximum|size|limit|allowed|fixed|administrative|server))",
    r"\bmax(?:imum)? (?:allowed )?(?:message )?size|\bsize limit|\bför stor[at]?\b|\bmessage size",
)
LATER = _any(
    r"\bgr[ae]y-?list|\btry (?:your message )?(?:again )?later|\btemporar(?:y|ily)|\btimed? ?-?out\b|\btimeout\b|"
    r"\bthrottl|\brate limit|\btoo many\b|"
    r"\btoo (?:fast|quickly|frequent)|\bretry time(?:out)?\b|\bconnection (?:refused|reset|lost|closed|dropped|failed|"
    r"timed)",
    r"\b(?:cannot|could ?n[o'’]t|unable to|failed to|can['’]t) (?:connect|establish|reach|contact)|\bno route to host|"
    r"\bhost (?:is )?(?:down|unreachable)|"
    r"\bnot responding|\bdelivery time expired|\bmessage expired|\bhas expired|\bin the queue (?:too|for)|"
    r"\bqueue lifetime|\bgave up|\bunreachable",
    r"\bmail loop|\bloop(?:s|ed|ing)? (?:detected|back)|\bloops back|\bhop count|\btoo many hops|"
    r"\bservice unavailable",
    r"\bundelivered for|\bprogram exited|\bi/o error|\bdisk error|\boverload|\bförsök igen|\btillfällig|\bköades|\butgått",
)
# Any of these beats even a 5.1.1, because the server says that the person is there or that it is about us.
OTHERWISE = (FULL, UNWANTED, TOO_LARGE, LATER)
# The server knows the address, but lets nobody in: no dead address, though nothing arrives.
CLOSED = _any(
    r"\b(?:account|mailbox|user|recipient|address)\b[^.\n]{0,60}?(?:disabled|suspended|deactivated|locked|frozen|"
    r"discontinued|inactive|expired)",
    r"\b(?:disabled|suspended|deactivated|inactive|locked) (?:account|mailbox|user|recipient)|\baccess denied|"
    r"\bdenied\b|\babuse\b|\bblocked\b",
    r"\brejected by (?:the )?recipient|\bdoes not want|\bis disabled",
)
