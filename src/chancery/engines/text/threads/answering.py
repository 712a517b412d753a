"""Which mail of its conversation a mail answers or forwards."""

from __future__ import annotations

from collections.abc import Sequence

from chancery.engines.text.threads.facts import Mail


def answered_by(*, mails: Sequence[Mail]) -> dict[str, str]:
    """Return the id of the mail answered for each mail of a conversation that answers one of it.

    mails: in order of time. The nearest one its headers name counts first, then the first one it quotes whose
    text is here. Only an earlier mail is ever answered, so there are no circles.
    """
    by_id: dict[str, Mail] = {}
    by_print: dict[int, Mail] = {}
    found: dict[str, str] = {}
    for mail in mails:
        named = next((by_id[each] for each in mail.references if each in by_id), None)
        if named is None:
            named = next((by_print[part.print] for part in mail.parts[1:] if part.print in by_print), None)
        if named is not None:
            found[mail.id] = named.id
        if mail.message_id:
            by_id.setdefault(mail.message_id, mail)
        if mail.parts[0].print:
            by_print[mail.parts[0].print] = mail
    return found
