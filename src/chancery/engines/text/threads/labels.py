"""How mail programs mark what they quote: header labels, separator lines and lines of attribution.

The words are those the programs themselves write in each language: Outlook, Notes, Apple Mail, Thunderbird, Gmail,
Foxmail, QQ Mail, NetEase Mail.
"""

from __future__ import annotations

import re
from typing import Final

FROM: Final = (
    *("From", "Von", "De", "Da", "Van", "Från", "Fra", "Lähettäjä", "Od", "Nadawca", "Kimden", "От", "От кого"),
    *("发件人", "发信人", "發件人", "寄件者", "寄件人", "差出人", "送信者", "보낸 사람", "보낸사람"),
)
SENT: Final = (
    *("Sent", "Date", "Sent at", "Gesendet", "Gesendet am", "Datum", "Envoyé", "Envoyé le", "Enviado", "Enviado el"),
    *("Enviado em", "Enviada em", "Fecha", "Data", "Inviato", "Data invio", "Verzonden", "Skickat", "Sendt", "Dato"),
    *(
        "Lähetetty",
        "Wysłano",
        "Tarih",
        "Отправлено",
        "Дата",
        "发送时间",
        "发送日期",
        "发信时间",
        "日期",
        "时间",
        "時間",
        "日\u3000期",
        "时\u3000间",
    ),
    *("寄件日期", "傳送時間", "發送時間", "送信日時", "日時", "보낸 날짜", "날짜"),
)
TO: Final = (
    *("To", "An", "À", "A", "Para", "Aan", "Til", "Till", "Do", "Kime", "Vastaanottaja", "Кому"),
    *("收件人", "收信人", "收件者", "宛先", "받는 사람", "받는사람"),
)
COPY: Final = (
    *("Cc", "CC", "cc", "Bcc", "bcc", "Kopie", "Copie à", "Kopia", "Kopi", "Копия", "抄送", "抄送人", "副本", "参照"),
    *("抄送至", "抄\u3000送", "密送", "密件副本", "참조"),
)
SUBJECT: Final = (
    *("Subject", "Betreff", "Objet", "Asunto", "Oggetto", "Assunto", "Onderwerp", "Ämne", "Emne", "Aihe", "Temat"),
    *("Konu", "Тема", "主题", "主旨", "主題", "件名", "主\u3000题", "标题", "標題", "제목"),
)
OTHER: Final = (
    *("Importance", "Sensitivity", "Attachments", "Attachment", "Reply-To", "Priority", "Organization", "Sent by"),
    *(
        "Please respond to",
        "Wichtigkeit",
        "Anlagen",
        "Pièces jointes",
        "Datos adjuntos",
        "附件",
        "附\u3000件",
        "重要性",
        "优先级",
    ),
)
ROLES: Final = {
    label.casefold(): role
    for role, labels in (
        ("from", FROM),
        ("sent", SENT),
        ("to", TO),
        ("cc", COPY),
        ("subject", SUBJECT),
        ("other", OTHER),
    )
    for label in labels
}

SPACE: Final = "[ \\t\u3000\xa0]"
DATE: Final = (
    r"(?:\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}(?:[ \t,]+|[ \t]*\n[ \t]*)(?:at )?"
    r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?[ \t]*(?:[AaPp]\.?[Mm]\b\.?)?)"
)


def _any(*groups: tuple[str, ...]) -> str:
    return "|".join(re.escape(label) for group in groups for label in sorted(group, key=len, reverse=True))


def _label(*groups: tuple[str, ...]) -> str:
    """Return the pattern of a label and its colon, or of a row of a table with the label in its first of two cells."""
    labels = _any(*groups)
    row = rf"\|{SPACE}*(?:{labels}){SPACE}*(?=\|[^\n|]*\|{SPACE}*(?:\n|\Z))"  # NetEase Mail on phones
    return rf"{SPACE}*(?:[*_]{{0,2}}(?:{labels})[*_]{{0,2}}{SPACE}*[:：][*_]{{0,2}}|{row})"


LABEL_LINE: Final = re.compile(
    rf"{SPACE}*(?P<bar>\|{SPACE}*)?[*_]{{0,2}}(?P<label>{_any(FROM, SENT, TO, COPY, SUBJECT, OTHER)})[*_]{{0,2}}"
    rf"{SPACE}*(?(bar)\|(?=[^\n|]*\|{SPACE}*(?:\n|\Z))|[:：])[*_]{{0,2}}(?P<value>(?(bar)[^\n|]*|[^\n]*))(?(bar)\|{SPACE}*)(?:\n|\Z)",
    re.IGNORECASE,
)
PLAIN_LABEL: Final = re.compile(
    r"[ \t]*(?P<label>From|Sent|To|Subject|Cc|cc|CC|Date):[*_]{0,2}(?P<value>[^\n]*)(?:\n|\Z)"
)
"""What nearly all lines look like that ``LABEL_LINE`` matches; it gives the same there, several times as fast."""
ANNOUNCED: Final = (
    *("Original Message", "Original Appointment", "Forwarded Message", "Reply Message", "Ursprüngliche Nachricht"),
    *("Ursprüngliche E-Mail", "Original-Nachricht", "Weitergeleitete Nachricht", "Message d'origine"),
    *("Message d’origine", "Message original", "Message transféré", "Mensaje original", "Mensaje reenviado"),
    *("Mensagem original", "Mensagem encaminhada", "Messaggio originale", "Messaggio inoltrato"),
    *("Oorspronkelijk bericht", "Doorgestuurd bericht", "Ursprungligt meddelande", "Oprindelig meddelelse"),
    *("Исходное сообщение", "Пересылаемое сообщение", "Пересланное сообщение", "原始邮件", "原始郵件", "邮件原件"),
    *(
        "郵件原件",
        "邮件原文",
        "原邮件",
        "原始信件",
        "转发邮件信息",
        "转发邮件",
        "转发的邮件",
        "轉寄郵件",
        "轉寄的郵件",
        "转发信息",
    ),
    *("回复的原邮件", "元のメッセージ", "転送メッセージ", "원본 메시지", "원본 메일", "전달된 메시지"),
)
FORWARDED_BY: Final = ("Forwarded", "Fwd", "Weitergeleitet", "Transféré", "转发人", "轉寄者")
BEGINS: Final = (
    *("Begin forwarded message", "Anfang der weitergeleiteten Nachricht", "Anfang der weitergeleiteten E-Mail"),
    *("Début du message réexpédié", "Début du message transféré", "Inicio del mensaje reenviado", "开始转发的邮件"),
    *("下面是被转发的邮件", "以下是转发的邮件"),
)
SEPARATOR: Final = re.compile(
    rf"{SPACE}*-{{2,}}+{SPACE}*(?:{_any(ANNOUNCED)})[^\n]*(?:\n|\Z)"
    rf"|{SPACE}*-{{3,}}+{SPACE}*(?:{_any(FORWARDED_BY)})[^\n]*(?:\n[^\n-]{{0,60}}){{0,2}}?-{{3,}}{SPACE}*(?:\n|\Z)"
    rf"|{SPACE}*-{{3,}}+{SPACE}*(?:{_any(FORWARDED_BY)})[^\n]*(?:\n|\Z)"
    rf"|{SPACE}*(?:{_any(BEGINS)}){SPACE}*[:：]?{SPACE}*(?:\n|\Z)",
    re.MULTILINE | re.IGNORECASE,
)
BLOCK: Final = re.compile(rf"{_label(FROM)}[^\n]*\n(?:[^\n]*\n){{0,5}}?{_label(SENT, TO, SUBJECT)}")
NOTES: Final = re.compile(
    rf"{SPACE}*(?:[^\s>-][^\n]{{0,150}}\n"
    rf"(?:{SPACE}*(?:Sent by|Please respond to|Gesendet von)\b[^\n]*\n(?:{SPACE}*[^\n:]{{1,80}}\n)?)?{SPACE}*{DATE}"
    rf"|[^\s>-][^\n]{{1,150}}?[ \t]+(?:on )?{DATE}){SPACE}*\n"
    rf"(?:{SPACE}*(?:Please respond to\b[^\n]*)?\n){{0,3}}{_label(TO)}"
)
NUMERIC_DATE: Final = re.compile(r"\d[/.-]\d")  # stands in every ``DATE``
NOTES_LINES: Final = 8  # of a Notes header above its first label
_CANDIDATE_FIRST: Final = "".join(sorted({each[0] for each in (*BEGINS, *FROM, *TO)}))
CANDIDATE: Final = re.compile(
    rf"\n(?=[ \t\u3000\xa0*_\-{re.escape(_CANDIDATE_FIRST)}]){SPACE}*(?:(?P<dashes>-{{2,}}|{_any(BEGINS)})"
    rf"|[*_]{{0,2}}(?:(?P<sender>{_any(FROM)})|{_any(TO)})[*_]{{0,2}}{SPACE}*[:：])"
)
ATTRIBUTION_WORDS: Final = (
    *("wrote", "writes", "schrieb", "a écrit", "escribió", "ha scritto", "escreveu", "schreef", "skrev", "napisa"),
    *("пишет", "написал", "写道", "寫道", "写到", "書きました", "のメッセージ", "작성"),
)
ATTRIBUTION_LINES: Final = 3
_TAIL: Final = rf"{SPACE}*[:：]-{{0,6}}{SPACE}*(?:\n|\Z)"
WROTE: Final = re.compile(
    rf"{SPACE}*(?:(?:On|Am|Le|El|Il|Em|Op|Den|Dnia|В|At|In)\b[^\n]{{4,200}}(?:\n[^\n]{{0,160}}){{0,2}}?(?:wrote|writes"
    r"|a écrit|escribió|ha scritto|escreveu|(?:schrieb|schreef|skrev)[^\n:]{0,80}|napisał\(?a?\)?|пишет"
    rf"|написал\(?а?\)?){_TAIL}"
    rf"|(?!>)[^\n]{{0,60}}?[\w.+'-]+@[^\n]{{1,80}}(?:wrote|writes){_TAIL}"
    rf"|(?!>)[^\n]{{4,160}}(?:写道|寫道|写到|のメッセージ|さんは書きました|작성){_TAIL})"
)
QUOTED_LINE: Final = re.compile(r"^[ \t]{0,3}>[ ]?([^\n]*(?:\n|\Z))", re.MULTILINE)
COLON_AT_END: Final = re.compile(":[ \t\\-\u3000\xa0]*(?:\n|\\Z)")
WIDE_COLON_AT_END: Final = re.compile("：[ \t\\-\u3000\xa0]*(?:\n|\\Z)")
