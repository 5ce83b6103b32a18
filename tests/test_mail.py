"""Mails without a mail server: printed for a person to read."""

from io import StringIO

from django.core.mail import EmailMessage, get_connection

from config import settings as declared


def printed(**mail):
    out = StringIO()
    message = EmailMessage(
        subject=mail.pop("subject", "초대"), body=mail.pop("body", "본문"), to=["a@hanbit.example"], **mail
    )
    get_connection("config.mail.EmailBackend", stream=out).send_messages([message])
    return out.getvalue()


def test_korean_mail_is_printed_in_clear():
    text = printed(
        subject="[한빛시] 초대합니다", body="링크: http://127.0.0.1:8013/가\n", cc=["b@hanbit.example"]
    )
    assert "Subject: [한빛시] 초대합니다\n" in text
    assert "To: a@hanbit.example\n" in text
    assert "Cc: b@hanbit.example\n" in text
    assert "\n\n링크: http://127.0.0.1:8013/가\n" in text
    assert "base64" not in text


def test_attachment_is_named_and_not_printed():
    text = printed(attachments=[("보고.pdf", b"%PDF", "application/pdf")])
    assert "[보고.pdf]" in text
    assert "%PDF" not in text


def test_settings_print_mails_readably_where_no_server_is_set():
    # Tests send into a list; what the settings name is read where they are made.
    assert declared.EMAIL_BACKEND == "config.mail.EmailBackend"
