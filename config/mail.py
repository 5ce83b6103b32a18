"""Mails where no mail server is set: printed so that a person can read them.

Django's own console backend prints them as they travel, and Korean travels as base64.
"""

from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.console import EmailBackend as ConsoleBackend

HEADERS = ("Subject", "From", "To", "Cc", "Reply-To", "Date")


class EmailBackend(ConsoleBackend):
    """Prints headers and text of a mail in clear; of an attachment its name alone."""

    def write_message(self, message: EmailMessage) -> None:
        built: Any = message.message()
        lines = [f"{name}: {self._header(message, built, name)}" for name in HEADERS if built[name]]
        lines += ["", str(message.body)]
        lines += [f"[{name}]" for name in filter(None, (_name_of(each) for each in message.attachments))]
        self.stream.write("\n".join(lines).rstrip("\n"))
        self.stream.write(f"\n{'-' * 79}\n")

    @staticmethod
    def _header(message: EmailMessage, built: Any, name: str) -> str:
        given = {
            "Subject": message.subject,
            "From": message.from_email,
            "To": ", ".join(message.to),
            "Cc": ", ".join(message.cc),
            "Reply-To": ", ".join(message.reply_to),
        }
        return str(given.get(name) or built[name])


def _name_of(attachment: Any) -> str:
    return str(attachment[0] if isinstance(attachment, tuple) else attachment.get_filename() or "")
