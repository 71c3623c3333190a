"""Sends invitations by mail, in Indonesian and in English."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage

import aiosmtplib

from engine.visible_text import to_visible_line
from hub.mail_server import MailServer, check_mail_address
from hub.pages_address import pages_address
from resolvers.problems import MailNotSent

SEND_SECONDS = 10.0
WESTERN_INDONESIA = timezone(timedelta(hours=7), "WIB")

_TEXT = """\
Yth. {name},

Anda diundang ke {instance}. Buka tautan ini, lalu buat kata sandi atau kunci sandi:

{link}

Tautan ini berlaku sampai {expires} dan hanya dapat dipakai satu kali. Jangan teruskan
surat ini, karena siapa pun yang memakai tautannya dapat masuk sebagai Anda. Abaikan surat
ini jika Anda tidak menantikan undangan.

----

Dear {name},

You are invited to {instance}. Open this link, and create a password or a passkey:

{link}

The link is valid until {expires}, and can be used once. Do not forward this mail, because
a person who uses its link can sign in as you. Ignore it if you expected no invitation.
"""


@dataclass(frozen=True, slots=True)
class InvitationMail:
    """Sends invitations through a mail server.

    Args:
        sender: address that sends them.
        instance: what the instance calls itself.
        url: address of its API; the pages are on the same host.
        root_path: under which they are on it.
    """

    server: MailServer
    sender: str
    instance: str
    url: str
    seconds: float = SEND_SECONDS
    root_path: str = ""

    async def send(self, address: str, name: str, path: str, expires_at: datetime) -> None:
        """Send the link of an invitation.

        Raises:
            MailNotSent: the address is none, or the server does not take the mail in time.
        """
        try:
            message = self._message(check_mail_address(address), name, path, expires_at)
        except ValueError as error:
            raise MailNotSent(str(error)) from error
        server = self.server
        needs_tls = not server.is_local and not server.uses_tls  # the link is a secret
        try:
            async with asyncio.timeout(self.seconds):
                await aiosmtplib.send(
                    message,
                    sender=self.sender,
                    recipients=[address],
                    hostname=server.host,
                    port=server.port,
                    username=server.user,
                    password=server.password,
                    use_tls=server.uses_tls,
                    start_tls=True if needs_tls else None,
                    timeout=self.seconds,
                )
        except TimeoutError as error:
            raise MailNotSent(
                f"expected the mail server to answer within {self.seconds:g} s, got no answer"
            ) from error
        except aiosmtplib.SMTPResponseException as error:
            raise MailNotSent(f"the mail server refused with code {error.code}") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            # The text of the error may repeat what was sent, so only its kind is shown.
            raise MailNotSent(f"the mail was not taken: {type(error).__name__}") from error

    def _message(self, address: str, name: str, path: str, expires_at: datetime) -> EmailMessage:
        expires = expires_at.astimezone(WESTERN_INDONESIA)
        message = EmailMessage()
        message["From"], message["To"] = self.sender, address
        subject = f"Undangan ke {self.instance} / Invitation to {self.instance}"
        message["Subject"] = to_visible_line(" ".join(subject.split()))
        message.set_content(
            _TEXT.format(
                name=to_visible_line(" ".join(name.split())) or address,
                instance=self.instance,
                link=pages_address(self.url, self.root_path) + path,
                expires=f"{expires:%Y-%m-%d %H:%M} WIB (UTC+7)",
            )
        )
        return message
