/** A hospital's gateway reads its directory by itself, keeps it over a restart, and finds people while it is away. */
import assert from "node:assert/strict"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { PeopleFound } from "../../gateway/journey/views/request.ts"
import type { TechnicianView } from "../../gateway/journey/views/technician.ts"
import { withCa } from "../actors/certificates.ts"
import { BASE, isSlapdThere, ldif, READER, Slapd } from "../peers/slapd.ts"
import { Road } from "./road.ts"

describe("a hospital with a directory", function () {
  this.timeout(120_000)
  let road: Road
  let slapd: Slapd | null = null
  before(async function () {
    if (!isSlapdThere()) {
      console.log("      skipped: slapd is not installed")
      return this.skip()
    }
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s", roles: ["center"] })
    const [ca, own] = withCa("directory CA", (made) => [made.pem, made.issue("localhost")] as const)
    const sotei = { uid: "e1001", cn: "Kazuo Sotei", sn: "Sotei", "cn;lang-ja": "想定 一夫" }
    const kana = { "cn;lang-ja;phonetic": "ソウテイ カズオ", "departmentNumber;lang-ja": "救急科" }
    slapd = await Slapd.open(
      own,
      ldif(`uid=e1001,ou=people,${BASE}`, { objectClass: "inetOrgPerson", ...sotei, ...kana }),
    )
    const { port } = slapd
    writeFileSync(join(road.site.dir, "directory-ca.pem"), ca)
    writeFileSync(join(road.site.dir, "directory.password"), `${READER.password}\n`)
    road.configure("edge", (config) => {
      config.directory = {
        url: `ldap://localhost:${port}`,
        ca: "directory-ca.pem",
        bindDn: READER.dn,
        passwordFile: "directory.password",
        base: `ou=people,${BASE}`,
      }
    })
    await road.start("edge")
  })
  after(async () => {
    if (slapd === null) return
    await road.close()
    await slapd.close()
  })

  const logged = async (event: string): Promise<void> => {
    for (let tries = 0; tries < 400; tries++) {
      if (readFileSync(road.logFile("edge"), "utf8").includes(event)) return
      await sleep(100)
    }
    assert.fail(`${event} is not logged`)
  }

  it("finds its people by kana, also after a restart without the directory, and says since when", async () => {
    await logged("directory-read")
    const { clerk } = await road.desks()
    const found = await clerk.post<PeopleFound>("/api/directory", { typed: "そうてい" })
    assert.deepEqual(
      found.people.map(({ id, name, department }) => [id, name, department]),
      [["e1001", "想定 一夫", "救急科"]],
    )
    await slapd?.stop()
    await road.stop("edge")
    await road.start("edge")
    await logged("directory-not-read")
    assert.deepEqual(await clerk.post("/api/directory", { typed: "救急" }), found)
    const { directory, lights } = await clerk.get<TechnicianView>("/api/technician")
    assert.deepEqual([directory?.people, directory?.readAt], [1, found.readAt])
    assert.ok(lights.some(({ code, tone }) => code === "ERR_DIRECTORY_UNREACHABLE" && tone === "amber"))
  })

  it("forgets them when it has none any more", async () => {
    await road.stop("edge")
    road.configure("edge", (config) => delete config.directory)
    await road.start("edge")
    assert.ok(!existsSync(join(road.dataDir("edge"), "address-book.json")))
  })
})
