/** The reading centre's address is told by mail of a STAT study that can be read: once, by a mail server of its own, and without the patient. */
import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { withCa } from "../actors/certificates.ts"
import { writeStudy } from "../peers/dicom-study.ts"
import { ANNEX_H } from "../peers/japanese-names.ts"
import { isSmtpServerThere, SmtpServer } from "../peers/smtp-server.ts"
import { Road } from "./road.ts"

describe("a reading centre that is told by mail", function () {
  this.timeout(120_000)
  let road: Road
  let server: SmtpServer | null = null
  before(async function () {
    if (!isSmtpServerThere()) {
      console.log("      skipped: python3-aiosmtpd is not installed")
      return this.skip()
    }
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s", roles: ["edge"] })
    const [ca, own] = withCa("mail CA", (made) => [made.pem, made.issue("localhost")] as const)
    const login = { user: "dokuei", password: "mail" }
    server = await SmtpServer.open({ chainPem: own.chainPem, keyPem: own.keyPem, tls: "starttls", login })
    const { port } = server
    writeFileSync(join(road.site.dir, "mail-ca.pem"), ca)
    writeFileSync(join(road.site.dir, "mail.password"), `${login.password}\n`)
    road.configure("center", (config) => {
      config.mail = {
        server: {
          host: "localhost",
          port,
          tls: "starttls",
          ca: "mail-ca.pem",
          user: login.user,
          passwordFile: "mail.password",
        },
        from: "dokuei@center.example.jp",
        notices: [{ name: "radiology", to: "radiology@center.example.jp", about: "stat", language: "en" }],
      }
    })
    await road.start("center")
  })
  after(async () => {
    if (server === null) return
    await road.close()
    await server.close()
  })

  it("hears of it once, by a count and the address of the desk", async () => {
    const study = writeStudy(join(road.site.dir, "URGENT"), {
      ...ANNEX_H[0]!,
      PatientID: "URGENT",
      slices: 2,
    })
    const requestId = await road.send(study)
    const mail = await server!.mail(1)
    assert.deepEqual([mail.to, mail.tls, mail.login], [["radiology@center.example.jp"], true, true])
    assert.match(mail.content, /^Subject: \[Reading\] 1 STAT study\r$/m)
    assert.ok(mail.content.replaceAll("=\r\n", "").includes(`${road.site.centerOrigin}/`))
    for (const secret of ["URGENT", requestId, study.StudyInstanceUID, "Yamada", "山田"])
      assert.ok(!mail.content.includes(secret), secret)
    // A restart forgets nothing: nothing new waits, so nobody is told again.
    await road.stop("center")
    await road.start("center")
    await road.reached(requestId, "arrived")
    assert.equal(server!.mails.length, 1)
  })
})
