import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer, type AddressInfo, type Server, type Socket } from "node:net"
import { directoryClient } from "../../../gateway/actors/directory-client/directory-client.ts"
import {
  READING_LIMITS,
  type DirectoryServer,
  type ReadingLimits,
} from "../../../gateway/actors/directory-client/reading-task.ts"
import type { DirectoryAttributes } from "../../../gateway/standards/pwp/directory-person.ts"
import { BASE, isSlapdThere, ldif, READER, Slapd } from "../../peers/slapd.ts"
import { withCa, type TestCertificate } from "../certificates.ts"

const ATTRIBUTES: DirectoryAttributes = {
  id: ["uid"],
  name: ["cn;lang-ja", "displayName", "cn"],
  kana: ["cn;lang-ja;phonetic"],
  latin: ["cn;lang-en", "cn"],
  department: ["departmentNumber;lang-ja", "departmentNumber"],
  organisation: ["o"],
  mail: ["mail"],
  telephone: ["telephoneNumber"],
}
const PEOPLE = `ou=people,${BASE}`
const person = (
  uid: string,
  more: Readonly<Record<string, string | readonly string[] | Uint8Array>>,
): string => ldif(`uid=${uid},${PEOPLE}`, { objectClass: "inetOrgPerson", uid, sn: "x", cn: uid, ...more })

const SOTEI = {
  id: "e1001",
  name: "想定 一夫",
  kana: "ソウテイ カズオ",
  latin: "Kazuo Sotei",
  department: "救急科",
  organisation: "みほん市民病院",
  mail: "sotei@hospital.example.jp",
  telephone: "+81 3 0000 0119",
}

describe("the hospital's directory, by OpenLDAP's slapd", function () {
  this.timeout(30_000)
  let ca: string
  let own: TestCertificate
  let slapd: Slapd | null = null
  before(async function () {
    if (!isSlapdThere()) {
      console.log("      skipped: slapd is not installed")
      return this.skip()
    }
    ;[ca, own] = withCa("directory CA", (made) => [made.pem, made.issue("localhost")] as const)
    const many = Array.from({ length: 230 }, (_, n) =>
      person(`n${n}`, { "cn;lang-ja": `見本 第${n}`, jpegPhoto: new Uint8Array(2_000) }),
    )
    slapd = await Slapd.open(
      own,
      [
        person("e1001", {
          cn: "Kazuo Sotei",
          "cn;lang-ja": "想定 一夫",
          "cn;lang-ja;phonetic": "ソウテイ カズオ",
          "departmentNumber;lang-ja": "救急科",
          o: "みほん市民病院",
          mail: ["not an address", "sotei@hospital.example.jp"],
          telephoneNumber: "+81 3 0000 0119",
          displayName: "unused",
        }),
        person("e1002", { "cn;lang-ja": "髙橋 﨑子", cn: "Sakiko Takahashi" }),
        person("huge", { cn: "あ".repeat(100_000) }),
        // No text: what comes after it in the configuration counts.
        person("binary", {
          cn: "Taro Mihon",
          jpegPhoto: new Uint8Array([0xff, 0xd8, 0xff]),
          displayName: "\u0001",
        }),
        person("bad^id", { cn: "Somebody" }),
        ldif(`ou=elsewhere,${PEOPLE}`, {
          objectClass: ["referral", "extensibleObject"],
          ou: "elsewhere",
          ref: `ldap://127.0.0.1:1/${PEOPLE}`,
        }),
        ldif(`uid=loop,${PEOPLE}`, {
          objectClass: ["alias", "extensibleObject"],
          uid: "loop",
          aliasedObjectName: PEOPLE,
        }),
        ...many,
      ].join(""),
    )
  })
  after(() => slapd?.close())

  const there = (): Slapd => slapd ?? assert.fail("no slapd")
  const server = (more: Partial<DirectoryServer> = {}): DirectoryServer => ({
    url: `ldaps://localhost:${there().securePort}`,
    tls: "starttls",
    trustedPem: ca,
    login: READER,
    base: PEOPLE,
    filter: "(objectClass=inetOrgPerson)",
    attributes: ATTRIBUTES,
    ...more,
  })
  const read = (more: Partial<DirectoryServer> = {}, limits: Partial<ReadingLimits> = {}) =>
    directoryClient(server(more), { ...READING_LIMITS, ...limits }).read()
  const starttls = (): string => `ldap://localhost:${there().port}`

  it("is read in pages over TLS, with Japanese names as they are", async () => {
    const { people, leftOut } = await read({}, { pageSize: 50 })
    const byId = new Map(people.map((each) => [each.id, each]))
    assert.deepEqual(byId.get("e1001"), SOTEI)
    assert.equal(byId.get("e1002")?.name, "髙橋 﨑子")
    assert.equal(byId.get("binary")?.name, "Taro Mihon")
    assert.equal(people.length, 233)
    // The name without an end, and the id that HL7 cannot carry.
    assert.equal(leftOut, 2)
    assert.ok((there().log.match(/SEARCH RESULT/g) ?? []).length >= 5, "five pages were asked for")
  })

  it("is read by STARTTLS as well", async () => {
    assert.equal((await read({ url: starttls() })).people.length, 233)
  })

  it("is followed to no other directory", async () => {
    const { referrals } = await read({ filter: "(objectClass=*)" })
    assert.equal(referrals, 1)
    await assert.rejects(read({ base: "dc=elsewhere,dc=jp" }), {
      code: "ERR_DIRECTORY_REFUSED",
      message: /result 10 /,
    })
  })

  it("is not believed under another name, or with another authority", async () => {
    const stranger = withCa("stranger", ({ pem }) => pem)
    const wrong: readonly Partial<DirectoryServer>[] = [
      { url: `ldaps://127.0.0.1:${there().securePort}` },
      { url: `ldap://127.0.0.1:${there().port}` },
      { trustedPem: stranger },
      { url: starttls(), trustedPem: stranger },
    ]
    await Promise.all(wrong.map((each) => assert.rejects(read(each), { code: "ERR_DIRECTORY_UNREACHABLE" })))
  })

  it("that refuses the login, is a permanent failure that names no password", async () => {
    const wrong = read({ login: { ...READER, password: "guessed" } })
    await assert.rejects(wrong, (error: Error & { code: string }) => {
      assert.equal(error.code, "ERR_DIRECTORY_REFUSED")
      assert.match(error.message, /result 49 /)
      return !error.message.includes("guessed")
    })
  })

  it("that shows nobody leaves the address book as it was", async () => {
    await assert.rejects(read({ login: null }), (error: Error & { code: string }) =>
      /^ERR_DIRECTORY_(EMPTY|REFUSED)$/.test(error.code),
    )
    await assert.rejects(read({ filter: "(uid=nobody)" }), { code: "ERR_DIRECTORY_EMPTY" })
  })

  it("with more people, pages or octets than any hospital has is refused", async () => {
    for (const limits of [{ people: 100 }, { pages: 2, pageSize: 50 }, { octets: 20_000 }])
      await assert.rejects(read({}, limits), { code: "ERR_DIRECTORY_UNREADABLE" })
  })
})

describe("a hostile directory", function () {
  this.timeout(20_000)
  let server: Server | null = null
  afterEach(async () => {
    if (server === null) return
    server.close()
    await once(server, "close")
    server = null
  })
  const readFrom = async (talk: (socket: Socket) => void, limits: Partial<ReadingLimits> = {}) => {
    server = createServer((socket) => {
      socket.on("error", () => undefined)
      socket.once("data", () => talk(socket))
    }).listen(0, "127.0.0.1")
    await once(server, "listening")
    const { port } = server.address() as AddressInfo
    return directoryClient(
      {
        url: `ldap://127.0.0.1:${port}`,
        tls: "none",
        trustedPem: null,
        login: null,
        base: BASE,
        filter: "(uid=*)",
        attributes: ATTRIBUTES,
      },
      { ...READING_LIMITS, silenceMs: 500, heapMib: 32, ...limits },
    ).read()
  }
  const bytes = (...octets: number[]): Buffer => Buffer.from(octets)

  it("that says nothing, hangs up or is not there cannot be reached", async () => {
    await assert.rejects(
      readFrom(() => undefined),
      { code: "ERR_DIRECTORY_UNREACHABLE" },
    )
    await assert.rejects(
      readFrom((socket) => socket.destroy()),
      { code: "ERR_DIRECTORY_UNREACHABLE" },
    )
  })

  for (const [what, octets] of [
    ["text of another protocol", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["a message of indefinite length", bytes(0x30, 0x80, 0x02, 0x01, 0x02)],
    ["a negative length", bytes(0x30, 0x84, 0xff, 0xff, 0xff, 0x00, 0x02, 0x01, 0x02)],
    ["an operation nobody knows", bytes(0x30, 0x05, 0x02, 0x01, 0x02, 0x7e, 0x00)],
    ["a search entry cut short", bytes(0x30, 0x07, 0x02, 0x01, 0x02, 0x64, 0x7f, 0x04, 0x7f)],
  ] as const)
    it(`that answers with ${what} is refused`, async () => {
      await assert.rejects(
        readFrom((socket) => socket.end(octets)),
        (error: Error & { code: string }) => /^ERR_DIRECTORY_UN(READ|REACH)ABLE$/.test(error.code),
      )
    })

  it("that sends one message without an end is broken off", async () => {
    const flood = (socket: Socket): void => {
      socket.write(bytes(0x30, 0x84, 0x7f, 0xff, 0xff, 0xff))
      const more = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536)));
      }
      socket.on("drain", more)
      more()
    }
    await assert.rejects(readFrom(flood, { octets: 1024 * 1024, silenceMs: 15_000 }), {
      code: "ERR_DIRECTORY_UNREADABLE",
    })
  })

  it("that never comes to an end is left", async () => {
    const drip = (socket: Socket): void => {
      const slow = setInterval(() => socket.write(bytes(0x30)), 50)
      socket.once("close", () => clearInterval(slow))
    }
    await assert.rejects(readFrom(drip, { silenceMs: 15_000, longestMs: 700 }), {
      code: "ERR_DIRECTORY_UNREADABLE",
    })
  })
})
