"""Words for kinds, states, codes and acts; every code a reader can meet has a sentence."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

KINDS: Final = {
    "mail": _("E-mail"),
    "document": _("Text document"),
    "spreadsheet": _("Spreadsheet"),
    "presentation": _("Presentation"),
    "pdf": _("PDF"),
    "image": _("Picture"),
    "html": _("Web page"),
    "text": _("Plain text"),
    "archive": _("Archive"),
    "mailbox": _("Mailbox"),
    "calendar": _("Calendar entry"),
    "contact": _("Contact"),
    "media": _("Sound or film"),
    "database": _("Database"),
    "other": _("Other file"),
}
STATUSES: Final = {"item": _("Read"), "container": _("Container"), "exception": _("Exception")}
TONES: Final = {"item": "ok", "container": "", "exception": "bad"}
CODES: Final = {
    "encrypted": _("Encrypted"),
    "corrupt": _("Damaged"),
    "truncated": _("Cut off"),
    "empty": _("Empty"),
    "type_mismatch": _("Content contradicts the name"),
    "unsupported": _("Type not supported"),
    "too_large": _("Too large"),
    "bomb": _("Expands without bound"),
    "path_traversal": _("Name leaves its folder"),
    "depth_limit": _("Nested too deep"),
    "time_limit": _("Took too long"),
    "memory_limit": _("Needed too much memory"),
    "crashed": _("Reader broke down"),
    "no_text": _("No text"),
    "partly_extracted": _("Read in part"),
    "attachment_missing": _("Attachment missing"),
    "known_file": _("Known system file"),
    "changed": _("Changed while it was read"),
}
ADVICE: Final = {
    "encrypted": _("Try the password, or ask the custodian for a copy without one."),
    "corrupt": _("Ask the custodian for a better copy and put it in the place of this one."),
    "truncated": _("The copy is incomplete: ask for it again and put it in the place of this one."),
    "empty": _("The file held no bytes when it was received. Confirm with the custodian that this is right."),
    "type_mismatch": _("The text was read by what the content is. Look at the file before you rely on its name."),
    "unsupported": _("The bytes are kept. Ask for an export in a common format and put it in the place of this one."),
    "no_text": _("Look at the pages; what cannot be searched must be reviewed by eye."),
    "partly_extracted": _("What could be read is searchable; the rest is in the native file."),
    "attachment_missing": _("The mail names an attachment that was not delivered with it. Ask for the complete mail."),
}
PARAMETERS: Final = {
    "relevant_from": _("First relevant day"),
    "relevant_to": _("Last relevant day"),
    "excluded_domains": _("Mail domains to leave out"),
    "small_picture_bytes": _("Largest small picture, in bytes"),
    "oldest_days": _("Days that are not too old"),
}
STATES: Final = {
    "receiving": _("Receiving"),
    "processing": _("Processing"),
    "processed": _("Processed"),
    "failed": _("Failed"),
}
REPAIR_KINDS: Final = {
    "password": _("Password"),
    "replacement": _("Replacement file"),
    "retry": _("Read again"),
}
REPAIR_STATES: Final = {"waiting": _("Waiting"), "mended": _("Repaired"), "unchanged": _("Not repaired")}
REPAIR_TONES: Final = {"waiting": "", "mended": "ok", "unchanged": "warn"}
ACTS: Final = {
    "document.viewed": _("opened"),
    "document.downloaded": _("downloaded the native file"),
    "document.recognised": _("read the scanned pages"),
    "document.recognition_failed": _("found no text on the scanned pages"),
    "exception.repair_requested": _("asked for a repair"),
    "exception.repaired": _("repaired"),
    "exception.not_repaired": _("tried a repair without success"),
    "document.line_mended": _("corrected a line of a scanned page"),
    "evidence.received": _("received"),
    "evidence.expanded": _("expanded"),
}
CHECKS: Final = {
    "files_at_top": _("Files received = documents at the top"),
    "files_covered": _("Files received = files with a document at the top"),
    "bytes_at_top": _("Bytes received = bytes of the files behind these documents"),
    "statuses": _("Read + containers + exceptions = documents"),
}
ACTS_ON_MANY: Final = {
    "tag": _("Tagged"),
    "untag": _("Tag removed"),
    "hold": _("Put on hold"),
    "lift": _("Hold lifted"),
    "accept": _("Accepted as it is"),
    "review": _("Added to review"),
    "set_aside": _("Set aside"),
    "bring_back": _("Brought back"),
    "apart": _("Made a document of its own"),
}
ASIDE: Final = {
    "known_file": _("Known system file"),
    "dates": _("Outside the dates"),
    "rule": _("Set aside by a rule"),
    "hand": _("Set aside by hand"),
}
SOURCE_KINDS: Final = {
    "upload": _("Files or folders from your computer"),
    "folder": _("A folder on the server"),
    "watched": _("A watched folder on the server"),
    "mailbox": _("A mailbox (IMAP)"),
    "web": _("A page of the web"),
}
SOURCE_STATES: Final = {
    "draft": _("Being planned"),
    "fetching": _("Being fetched"),
    "watching": _("Watching"),
    "paused": _("Paused"),
    "done": _("Fetched"),
    "failed": _("Not fetched"),
}
SOURCE_TONES: Final = {"fetching": "accent", "watching": "accent", "done": "ok", "failed": "bad", "paused": "warn"}
PLAN_PARTS: Final = {
    "where": _("Where the files are"),
    "whose": _("Whose they are"),
    "options": _("How they are processed"),
    "passwords": _("Passwords"),
    "check": _("Check the answers"),
}
INPUT_STATES: Final = {"received": _("Received"), "expanded": _("Expanded")}
RULE_STATES: Final = {"draft": _("Draft"), "tried": _("Tried"), "applied": _("Applied"), "undone": _("Taken back")}
RULE_TONES: Final = {"tried": "accent", "applied": "ok", "undone": "warn"}
RULE_GROUPS: Final = {
    "outdated": _("Outdated"),
    "repetitive": _("Repetitive"),
    "non_essential": _("Not essential"),
    "file_class": _("Kind of file"),
    "domain": _("Mail domain"),
    "date": _("Outside the dates"),
}
