"""Which notices tell of a failure at all: not answers of people or machines, not delays, receipts or successes."""

import re

from newsletter.bounces.addresses import in_prose, is_daemon
from newsletter.bounces.pieces import Pieces

FAILURE, DELAY, SUCCESS, ANSWER, OTHER = "failure", "delayed", "delivered", "automatic answer", "not a bounce"
_NAMES = re.compile(
    r"mail(?:er)?[ .-]?(?:delivery|daemon|administrator|router|system)|(?:internet )?mail delivery|"
    r"delivery (?:sub)?system|system administrator|"
    r"postmaster|microsoft outlook|systemadministratör|e-?postadministratör|mail ?server|message (?:transfer|center)|"
    r"mailman$|inet ?daemon",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"undeliver|un-?deliver|non-?deliver|not (?:be )?delivered|delivery[^\n]{0,30}(?:fail|report|problem|notification|"
    r"error|status|impossible)|"
    r"(?:fail|error)[^\n]{0,20}(?:delivery|notice|notification|sending)|returned (?:to sender|mail|e-?mail|message)|"
    r"mail (?:delivery )?(?:failed|failure|error)|"
    r"failure notice|could ?n[o'’]t be delivered|could not (?:be )?(?:deliver|sent)|message (?:not|bounced|returned|"
    r"rejected)|nondeliverable|"
    r"bounce|returned:|unable to deliver|rejected:|problem delivering|delivery aborted|user unknown|returning message|"
    r"(?:kan|kunde|går|gick|ej|inte)[^\n]{0,20}(?:levereras|leverera|levererat)|oleverer|ej lever|olever|"
    r"retur(?:nerat|nerad|ned|nert|nering|post)|"
    r"unzustellbar|nicht zugestellt|non remis|échec|no se puede entregar|no entregado|mancato recapito|ulevert|"
    r"ikke levert|ikke leveret|"
    r"toimittamaton|ei voitu toimittaa|送信できま|エラー",
    re.IGNORECASE,
)
_SAYS_FAILED = re.compile(
    r"(?:could|can|did|was|were|has|have|is|are|be|wo|would|does|do)(?: ?not|n['’]t)\b[^\n.]{0,60}(?:deliver|reach|"
    r"accept|sent|process|complete)|"
    r"did not receive|deliver[a-z]* (?:to[^\n]{0,80} )?(?:has |have |was |has been )?(?:permanently )?(?:failed|"
    r"aborted|impossible|unsuccessful)|undeliverable|"
    r"failed (?:permanently|to deliver|recipients?|addresses|to reach)|delivery[^\n]{0,40}fail|"
    r"permanent (?:fatal )?(?:error|failure)|permanently fail|"
    r"unable to (?:deliver|send|be delivered)|returned (?:to (?:you|sender)|because|below)|not (?:be )?delivered|"
    r"had (?:permanent )?(?:fatal )?errors|"
    r"following (?:address|recipient|user|destination)[^\n]{0,40}(?:fail|error|affected|undeliver|invalid|unknown)|"
    r"user unknown|unknown user|no such user|mailbox (?:is )?(?:full|unavailable)|does not exist|doesn['’]t exist|"
    r"\b5\d\d[ -]#?5\.\d\.\d|\(#5\.\d\.\d\)|automatically rejected|message (?:was|has been) (?:rejected|refused|"
    r"blocked)|exceeds allowed size|"
    r"(?:kan|kunde|går|gick|har) (?:inte|ej)[^\n.]{0,50}(?:levere|nå|skicka|överför|hitta)|leverans(?:en)? (?:av|"
    r"till)?[^\n.]{0,60}misslyck|"
    r"nicht zugestellt|konnte nicht|送信できませんでした|transcript of session|failure reasons|failed recipient|"
    r"error description",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"warning message only|do(?:es)? not need to (?:re-?send|resend)|not yet (?:been )?delivered|will (?:continue to |"
    r"keep )?(?:try|be retried|be re-?tried)|"
    r"will (?:continue|be)[^\n.]{0,20}(?:try|retr)|delivery attempts will continue|still being retried|"
    r"has been delayed|is delayed|"
    r"delivery (?:to[^\n]{0,80} )?(?:is |has been )?(?:delayed|postponed)|temporarily delayed|"
    r"could ?n[o'’]t be delivered yet|just a warning|advisory-only|"
    r"no action is required on your part|will keep trying|retry for|ännu inte (?:kunnat )?levererats|"
    r"har inte levererats än|fördröj|försöker? (?:igen|fortfarande)|"
    r"fortsätter? (?:att )?försök",
    re.IGNORECASE,
)
_GAVE_UP = re.compile(
    r"permanent|gave up|giving up|given up|will not (?:try|attempt|be retried|retry)|no further attempts|gett upp|"
    r"för sista gången|abandon|"
    r"inga fler försök|won['’]t (?:try|be retried)|not try to redeliver|is a final|despite",
    re.IGNORECASE,
)
_DELAYED_SUBJECT = re.compile(
    r"\(?delay(?:ed)?\b|^warning:|warning: (?:could not|message)|\bdeferred\b(?!: )|fördröj|försenad|delivery delay|"
    r"still trying|not yet delivered",
    re.IGNORECASE,
)
_SUCCESS_SUBJECT = re.compile(
    r"\(success\)|\(relay(?:ed)?\)|successful (?:mail )?deliver|^(?:delivered|relayed|levererat|vidarebefordrat|läst|"
    r"read|gelesen|lu)(?: ?:|\b(?= ))|"
    r"return receipt|read receipt|läskvitto|delivery receipt",
    re.IGNORECASE,
)
_ANSWER_SUBJECT = re.compile(
    r"out of (?:the )?office|auto(?:matic|mated|-| )?(?:re(?:ply|sponse|sponder)|svar|antwort)|automatiskt? svar|"
    r"autosvar|frånvar|semester|"
    r"tjänstledig|föräldraledig|på resa|inte på kontoret|vacation|on leave|away (?:from|until)|abwesen|absence|"
    r"respuesta automática|risposta automatica|"
    r"fravær|poissa|automaattinen|i['’]?m away|holiday|has left|har slutat|thank you for (?:your|contacting)|"
    r"tack för (?:ditt|din|att)|"
    r"\[?(?:ticket|ärende|case|request)[ #:]|please (?:confirm|verify)|confirm your|bekräfta|verify your|challenge|"
    r"whitelist",
    re.IGNORECASE,
)
_MAIL = re.compile(r"\bmessage|\be-?mail|\bmail\b|\bmeddelande|\be-?post|\bbrev\b|nachricht|courriel|correo", re.IGNORECASE)
_ANSWER_HEADERS = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponder",
    "X-Auto-Reply",
    "X-Mail-Autoreply",
    "X-Autoreply-From",
    "X-AutoReply-Domain",
    "X-FC-MachineGenerated",
    "X-POST-MessageClass",
    "X-Autogenerated",
)


def kind_of(pieces: Pieces) -> str:
    """Return which sort of notice a message without status blocks is."""
    subject, words = pieces.header("Subject"), pieces.notice[:20_000]
    official = is_official(pieces)
    failed_subject = bool(_FAILED.search(subject))
    if is_receipt(pieces):
        return FAILURE if "automatically rejected" in " ".join(words.split()) else SUCCESS
    if _SUCCESS_SUBJECT.search(subject) and not _GAVE_UP.search(words):
        return SUCCESS
    if _is_answer(pieces, subject, official, failed_subject):
        return ANSWER
    if _is_delay(subject, words):
        return DELAY
    return FAILURE if _fails(pieces, official, failed_subject, bool(_SAYS_FAILED.search(words))) else OTHER


def _named(pieces: Pieces) -> bool:
    """Tell whether the sender's address or name is a mail server's."""
    sender = pieces.header("From")
    return sender in {"", "<>"} or any(map(is_daemon, in_prose(sender))) or bool(_NAMES.search(sender))


def is_official(pieces: Pieces) -> bool:
    """Tell whether a mail server wrote it: by its sender, or the empty return path that answers of programs have too."""
    path = pieces.header("Return-Path")
    return _named(pieces) or path.replace(" ", "") == "<>" or is_daemon(path.strip("<> "))


def is_receipt(pieces: Pieces) -> bool:
    """Tell whether it is a disposition notification (RFC 8098): read or deleted, by a person or program."""
    kinds = {part.get_content_type() for part in pieces.message.walk()} if pieces.message.is_multipart() else set()
    return "message/disposition-notification" in kinds or "disposition-notification" in pieces.header("Content-Type").lower()


def _is_answer(pieces: Pieces, subject: str, official: bool, failed_subject: bool) -> bool:
    if pieces.header("X-Failed-Recipients"):
        return False
    if _ANSWER_SUBJECT.search(subject) and not failed_subject:
        return True
    machine = any(pieces.header(name) for name in _ANSWER_HEADERS) or "reply" in pieces.header("Precedence").lower()
    replied = pieces.header("Auto-Submitted").lower().startswith("auto-replied")
    sender = in_prose(pieces.header("From"))
    # Exim's and others' own bounces are auto-replied too, but a mail server signs them.
    return (machine or replied) and not failed_subject and not (official and any(map(is_daemon, sender)))


def _is_delay(subject: str, words: str) -> bool:
    said = _DELAYED.search(words)
    if _DELAYED_SUBJECT.search(subject):
        return bool(said) or not (_SAYS_FAILED.search(words) and _GAVE_UP.search(words))
    return bool(said) and not _GAVE_UP.search(words)


def _fails(pieces: Pieces, official: bool, failed_subject: bool, says: bool) -> bool:
    if pieces.header("X-Failed-Recipients"):
        return True
    quotes = bool(pieces.letters)
    if failed_subject:
        about_mail = quotes or bool(_MAIL.search(pieces.notice[:20_000]))
        return (says and about_mail) or (official and (quotes or "@" in pieces.notice))
    return says and (_named(pieces) or (official and quotes))
