import assert from "node:assert/strict"
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parse, stringify } from "yaml"
import type { Issue } from "../../gateway/config/issue.ts"
import { loadConfig } from "../../gateway/config/load.ts"
import { namedFileIssues } from "../../gateway/foundation/named-files.ts"
import { makeSites } from "../commands/command-line.ts"

const LATER = new Date("2090-01-01T00:00:00Z")

describe("files of the door for cards that a configuration names", () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-named-"))
    await makeSites(folder)
  })
  after(() => rm(folder, { recursive: true }))
  beforeEach(async () => {
    for (const part of ["key", "chain"]) await copyFile(at(`center/tls.${part}.pem`), at(`cards.${part}.pem`))
    await copyFile(at("trust/hpki-intermediates.pem"), at("authorities.pem"))
  })

  const at = (name: string): string => join(folder, name)
  const issues = async (cards: object = {}, now = new Date()): Promise<readonly Issue[]> => {
    const raw: ReturnType<typeof parse> = parse(await readFile(at("center.yaml"), "utf8"))
    raw.desk.cards = {
      host: "127.0.0.1",
      port: 0,
      origin: "https://center.localhost:8444",
      key: "cards.key.pem",
      chain: "cards.chain.pem",
      authorities: "authorities.pem",
      ...cards,
    }
    await writeFile(at("cards.yaml"), stringify(raw))
    const found = await namedFileIssues(loadConfig(at("cards.yaml")), now)
    return found.filter(({ path }) => path.startsWith("desk.cards"))
  }
  const only = (found: readonly Issue[], path: string, words: RegExp): void => {
    assert.deepEqual(
      found.map((issue) => issue.path),
      [path],
    )
    assert.match(found[0]!.message, words)
  }

  it("have no fault when they are right", async () => {
    assert.deepEqual(await issues(), [])
  })

  it("are told when the key is none, or another certificate's", async () => {
    await writeFile(at("cards.key.pem"), "no key")
    only(await issues(), "desk.cards.key", /cards\.key\.pem is no private key in PKCS#8$/)
    await copyFile(at("center/seal.key.pem"), at("cards.key.pem"))
    only(await issues(), "desk.cards.chain", /is not its key's$/)
  })

  it("are told when the certificate is none, or for another host than browsers ask for", async () => {
    await writeFile(at("cards.chain.pem"), "no certificate")
    only(await issues(), "desk.cards.chain", /holds no certificate$/)
    await copyFile(at("center/tls.chain.pem"), at("cards.chain.pem"))
    only(
      await issues({ origin: "https://reading.example.jp:8444" }),
      "desk.cards.chain",
      /is not for reading\.example\.jp, the host of desk\.cards\.origin$/,
    )
  })

  it("are told when the cards' authorities are none, cannot be read, or stand below another root", async () => {
    await writeFile(at("authorities.pem"), "")
    only(await issues(), "desk.cards.authorities", /authorities\.pem holds no certificate$/)
    await writeFile(at("authorities.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    assert.deepEqual(
      (await issues()).map(({ path }) => path),
      ["desk.cards.authorities"],
    )
    await copyFile(at("center/tls.chain.pem"), at("authorities.pem"))
    only(await issues(), "desk.cards.authorities", /is no authority$/)
    const trust = await readFile(at("trust/hpki-intermediates.pem"), "utf8")
    await writeFile(at("authorities.pem"), trust)
    const root = await readFile(at("trust/hpki-root.pem"), "utf8")
    await copyFile(at("trust/tsa-root.pem"), at("trust/hpki-root.pem"))
    only(await issues(), "desk.cards.authorities", /which is not in trust\.hpkiRoots$/)
    await writeFile(at("trust/hpki-root.pem"), root)
  })

  it("are told when they ended: the door's own certificate, and the authorities'", async () => {
    const found = await issues({}, LATER)
    assert.deepEqual(
      found.map(({ path }) => path),
      ["desk.cards.chain", "desk.cards.authorities"],
    )
    for (const { message } of found) assert.match(message, / ended \d{4}-/)
  })

  it("are told when the door would stand open in every zone", async () => {
    only(await issues({ host: "0.0.0.0" }), "desk.cards.host", /every address of this machine/)
  })
})
