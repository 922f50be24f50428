"""Mail server of the tests: aiosmtpd from Debian. Prints its port, then one JSON line for each mail it takes."""
import asyncio
import json
import ssl
import sys
from aiosmtpd.smtp import SMTP, AuthResult

cert, key, mode, user, password = sys.argv[1:6]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)


def say(value):
    print(json.dumps(value), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        if address.startswith("later@"):
            return "451 try again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        say({"from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": session.ssl is not None or mode == "implicit",
             "login": bool(session.authenticated), "content": envelope.content.decode("utf-8")})
        return "250 taken"


def login(server, session, envelope, mechanism, data):
    given = (data.login.decode(), data.password.decode()) if mechanism in ("LOGIN", "PLAIN") else None
    return AuthResult(success=given == (user, password), handled=False)


def smtp():
    return SMTP(Handler(), hostname="mail.example.jp", require_starttls=mode == "starttls",
                tls_context=context if mode == "starttls" else None,
                authenticator=login if user else None, auth_require_tls=mode == "starttls",
                auth_required=bool(user))


async def serve():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(smtp, "127.0.0.1", 0, ssl=context if mode == "implicit" else None)
    say({"port": server.sockets[0].getsockname()[1]})
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()

asyncio.run(serve())
