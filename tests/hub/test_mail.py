"""Invitations are sent to a real mail server in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from hub.instance import open_instance
from hub.mail import InvitationMail
from hub.mail_server import MailServer, parse_mail_server
from hub.settings import Settings
from resolvers.problems import MailNotSent

EXPIRES = datetime(2026, 12, 7, 9, 5, tzinfo=UTC)
URL = "https://simpul.example/graphql"
SENDER = "simpul@garut.go.id"


@dataclass
class SmtpServer:
    """A mail server that keeps what it takes; `answers` replaces its answers to commands."""

    answers: dict[str, str] = field(default_factory=dict)
    port: int = 0
    commands: list[str] = field(default_factory=list)
    mail: bytes = b""
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := await reader.readline():
            command = line.decode().strip()
            self.commands.append(command)
            verb = command.split(" ")[0].upper()
            if verb == "DATA":
                writer.write(b"354 go on\r\n")
                self.mail = await reader.readuntil(b"\r\n.\r\n")
            if answer := self.answers.get(verb, "250 ok"):
                writer.write(f"{answer}\r\n".encode())
            if verb == "QUIT":
                break
        writer.close()
        await writer.wait_closed()
        self.closed.set()


@asynccontextmanager
async def mail_server(**answers: str) -> AsyncIterator[SmtpServer]:
    smtp = SmtpServer(answers)
    async with await asyncio.start_server(smtp.serve, "127.0.0.1", 0) as server:
        smtp.port = server.sockets[0].getsockname()[1]
        yield smtp
        if smtp.commands:
            await asyncio.wait_for(smtp.closed.wait(), 10)


def invitations(smtp: SmtpServer, seconds: float = 10.0) -> InvitationMail:
    server = MailServer("127.0.0.1", smtp.port, uses_tls=False)
    return InvitationMail(server, SENDER, "Simpul Garut", URL, seconds)


async def test_the_instance_sends_an_invitation_in_both_languages(database_url: str) -> None:
    async with mail_server() as smtp:
        settings = Settings(
            SIMPUL_DATABASE_URL=database_url,
            name="Simpul Garut",
            url=URL,
            smtp_url=f"smtp://127.0.0.1:{smtp.port}",
            smtp_from=SENDER,
        )
        async with open_instance(settings) as instance:
            assert instance.send_invitation is not None
            await instance.send_invitation(
                "ani@garut.go.id", "Ani Lestari", "/masuk#undangan=Abc_1", EXPIRES
            )
    assert smtp.commands[1:3] == [f"MAIL FROM:<{SENDER}>", "RCPT TO:<ani@garut.go.id>"]
    message = message_from_bytes(smtp.mail, policy=policy.default)
    assert (message["From"], message["To"]) == (SENDER, "ani@garut.go.id")
    assert message["Subject"] == "Undangan ke Simpul Garut / Invitation to Simpul Garut"
    text = message.get_content()
    assert text.splitlines().count("https://simpul.example/masuk#undangan=Abc_1") == 2
    assert text.count("2026-12-07 16:05 WIB (UTC+7)") == 2
    assert text.index("Yth. Ani Lestari,") < text.index("Dear Ani Lestari,")


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"RCPT": "550 no such mailbox"}, "the mail was not taken: SMTPRecipientsRefused"),
        ({"MAIL": "451 later"}, "the mail server refused with code 451"),
        ({"MAIL": ""}, "expected the mail server to answer within 0.3 s, got no answer"),
        ({"MAIL": "gibberish"}, "the mail server refused with code -1"),
    ],
)
async def test_a_mail_that_is_not_taken_says_why(answers: dict[str, str], problem: str) -> None:
    async with mail_server(**answers) as smtp:
        with pytest.raises(MailNotSent) as refused:
            await invitations(smtp, 0.3).send("ani@garut.go.id", "Ani", "/masuk", EXPIRES)
    assert str(refused.value) == problem
    assert smtp.mail == b""


@pytest.mark.parametrize(
    "address", ["ani", "a@b.id,c@d.id", "a@b.id\r\nBcc: c@d.id", "<a@b.id>", "a@", "añi@b.id"]
)
async def test_a_login_that_is_no_single_address_gets_no_mail(address: str) -> None:
    async with mail_server() as smtp:
        with pytest.raises(MailNotSent, match="expected an e-mail address, got"):
            await invitations(smtp).send(address, "Ani", "/masuk", EXPIRES)
    assert smtp.commands == []


async def test_a_name_cannot_add_a_header() -> None:
    async with mail_server() as smtp:
        name = "Ani\r\nBcc: c@d.id"
        await invitations(smtp).send("ani@garut.go.id", name, "/masuk", EXPIRES)
    message = message_from_bytes(smtp.mail, policy=policy.default)
    assert message["Bcc"] is None
    assert "Yth. Ani Bcc: c@d.id," in message.get_content()


async def test_a_password_is_sent_to_this_machine_also_without_tls() -> None:
    async with mail_server(EHLO="250-test\r\n250 AUTH PLAIN", AUTH="235 ok") as smtp:
        server = MailServer("127.0.0.1", smtp.port, False, "user", "secret")
        mail = InvitationMail(server, SENDER, "Simpul", URL)
        await mail.send("a@b.id", "Ani", "/masuk", EXPIRES)
    assert [command.split(" ")[0] for command in smtp.commands] == [
        *("EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT")
    ]


@pytest.mark.parametrize("account", [("user", "secret"), (None, None)])
async def test_nothing_is_sent_to_another_machine_without_tls(
    account: tuple[str | None, str | None],
) -> None:
    async with mail_server(EHLO="250-test\r\n250 AUTH PLAIN") as smtp:
        # It is this machine, but only the resolver knows.
        server = MailServer("127.1", smtp.port, False, *account)
        mail = InvitationMail(server, SENDER, "Simpul", URL)
        with pytest.raises(MailNotSent, match="the mail was not taken: SMTPException"):
            await mail.send("a@b.id", "Ani", "/masuk", EXPIRES)
    assert [command.split(" ")[0] for command in smtp.commands] == ["EHLO"]


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.id", MailServer("mail.id", 587, uses_tls=False)),
        ("smtps://mail.id", MailServer("mail.id", 465, uses_tls=True)),
        ("smtps://u%40x:p%2Fw@mail.id:1465", MailServer("mail.id", 1465, True, "u@x", "p/w")),
    ],
)
def test_an_address_names_a_mail_server(url: str, server: MailServer) -> None:
    assert parse_mail_server(url) == server
    assert "p/w" not in repr(server)
