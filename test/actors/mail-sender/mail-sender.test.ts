import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer, type AddressInfo } from "node:net"
import { mailSender } from "../../../gateway/actors/mail-sender/mail-sender.ts"
import type { Post } from "../../../gateway/journey/ports/outside.ts"
import { isSmtpServerThere, SmtpServer } from "../../peers/smtp-server.ts"
import { withCa, type TestCertificate } from "../certificates.ts"

const LOGIN = { user: "dokuei", password: "とても長い合言葉 5" }

describe("a mail server that talks on and on", function () {
  this.timeout(10_000)
  it("is hung up on, and the mail counts as not taken", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined)
      socket.write("220 hello\r\n")
      const talk = setInterval(() => socket.write("250-one moment\r\n"), 50)
      socket.once("close", () => clearInterval(talk))
    }).listen(0, "127.0.0.1")
    await once(server, "listening")
    const { port } = server.address() as AddressInfo
    const place = { host: "127.0.0.1", port, tls: "starttls", trustedPem: "", login: null } as const
    const post = mailSender(place, "dokuei@hospital.example.jp", 500)
    const mail = { to: "radiology@hospital.example.jp", subject: "x", text: "x" }
    await assert.rejects(post.send(mail), { code: "ERR_MAIL_UNREACHABLE" })
    server.close()
    // Once no line is open any more.
    await once(server, "close")
  })
})

describe("mail by SMTP submission", function () {
  this.timeout(30_000)
  let ca: string
  let own: TestCertificate
  let other: TestCertificate
  let server: SmtpServer | null = null
  before(function () {
    if (!isSmtpServerThere()) {
      console.log("      skipped: python3-aiosmtpd is not installed")
      return this.skip()
    }
    ;[ca, own, other] = withCa(
      "mail CA",
      (made) => [made.pem, made.issue("localhost"), made.issue("elsewhere")] as const,
    )
  })
  afterEach(async () => {
    await server?.close()
    server = null
  })
  const open = async (
    tls: "implicit" | "starttls",
    certificate = own,
    more: { readonly login?: typeof LOGIN } = {},
  ): Promise<SmtpServer> => {
    const { chainPem, keyPem } = certificate
    server = await SmtpServer.open({ chainPem, keyPem, tls, ...more })
    return server
  }
  const sender = (
    port: number,
    tls: "implicit" | "starttls",
    login: typeof LOGIN | null = null,
    trustedPem = ca,
  ): Post => mailSender({ host: "localhost", port, tls, trustedPem, login }, "dokuei@hospital.example.jp")
  const mail = { to: "radiology@hospital.example.jp", subject: "［読影］緊急の検査 2件", text: "髙﨑\n2件\n" }

  for (const tls of ["implicit", "starttls"] as const)
    it(`arrives over TLS (${tls}), in Japanese, and asks for no answer by a machine`, async () => {
      const there = await open(tls)
      await sender(there.port, tls).send(mail)
      const taken = await there.mail(1)
      assert.deepEqual(
        [taken.from, taken.to, taken.tls],
        ["dokuei@hospital.example.jp", ["radiology@hospital.example.jp"], true],
      )
      const [head = "", body = ""] = taken.content.split("\r\n\r\n")
      assert.match(head, /^Auto-Submitted: auto-generated$/m)
      assert.match(head, /^Message-ID: <[^>]+@hospital\.example\.jp>$/m)
      assert.match(head, /^Subject: =\?UTF-8\?/m)
      assert.equal(decoded(head, body), mail.text)
    })

  it("logs in, and a wrong password is a refusal", async () => {
    const there = await open("starttls", own, { login: LOGIN })
    await sender(there.port, "starttls", LOGIN).send(mail)
    assert.equal((await there.mail(1)).login, true)
    const wrong = sender(there.port, "starttls", { ...LOGIN, password: "x" })
    await assert.rejects(wrong.send(mail), { code: "ERR_MAIL_REFUSED" })
  })

  it("goes nowhere without a certificate made out to the server by the agreed authority", async () => {
    const there = await open("implicit", other)
    await assert.rejects(sender(there.port, "implicit").send(mail), {
      code: "ERR_MAIL_UNREACHABLE",
      message: /does not match certificate's altnames/,
    })
    await there.close()
    const stranger = withCa("another CA", (made) => made.pem)
    const again = await open("starttls")
    await assert.rejects(sender(again.port, "starttls", null, stranger).send(mail), {
      code: "ERR_MAIL_UNREACHABLE",
      message: /unable to verify the first certificate/,
    })
    assert.deepEqual(again.mails, [])
  })

  it("tells a refusal from what may be tried again", async () => {
    const there = await open("implicit")
    const post = sender(there.port, "implicit")
    await assert.rejects(post.send({ ...mail, to: "nobody@example.jp" }), { code: "ERR_MAIL_REFUSED" })
    await assert.rejects(post.send({ ...mail, to: "later@example.jp" }), { code: "ERR_MAIL_UNREACHABLE" })
    const { port } = there
    await there.close()
    server = null
    await assert.rejects(sender(port, "implicit").send(mail), { code: "ERR_MAIL_UNREACHABLE" })
  })
})

function decoded(head: string, body: string): string {
  const text = /^Content-Transfer-Encoding: base64$/im.test(head)
    ? Buffer.from(body, "base64").toString("utf8")
    : Buffer.from(
        body
          .replace(/=\r\n/g, "")
          .replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16))),
        "latin1",
      ).toString("utf8")
  return text.replaceAll("\r\n", "\n")
}
