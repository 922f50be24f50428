import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Holder, newKey } from "../../../gateway/commands/pki-authority.ts"
import { signData } from "../../../gateway/standards/cms/sign-data.ts"
import { readSignedData, verifySigner } from "../../../gateway/standards/cms/signed-data.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import { TERM, name, privateHalf, root } from "../../peers/authorities.ts"

const CONTENT = Buffer.from('{"a":1}\n')

describe("signed data, written", () => {
  let folder: string
  before(() => (folder = mkdtempSync(join(tmpdir(), "dokuei-cms-"))))
  after(() => rmSync(folder, { recursive: true }))

  const signed = (holder: Holder): Promise<Uint8Array> =>
    signData({
      content: CONTENT,
      chain: holder.chain,
      at: new Date("2026-11-26T00:00:00Z"),
      sign: (bytes) => Promise.resolve(privateHalf(holder.key).sign(bytes)),
    })

  for (const kind of ["p-256", "rsa-2048"] as const)
    it(`is read here and by openssl (${kind}), and not when a bit of its content is turned`, async () => {
      const ca = await root("p-256", "CA")
      const holder = ca.certify(await newKey(kind), name("Seal"), TERM, issue.keyUsage("digitalSignature"))
      const message = Buffer.from(await signed(holder))
      const { content, signer } = { ...readSignedData(message), ...verifySigner(readSignedData(message)) }
      assert.deepEqual(Buffer.from(content), CONTENT)
      assert.deepEqual(Buffer.from(signer!.encoded), Buffer.from(holder.chain[0]!))
      assert.ok(verifySigner(readSignedData(message)).tests.every(({ outcome }) => outcome === "pass"))
      writeFileSync(join(folder, "signed"), message)
      const checked = spawnSync("openssl", [
        ...["cms", "-verify", "-binary", "-noverify", "-inform", "DER", "-in", join(folder, "signed")],
      ])
      assert.equal(checked.status, 0, checked.stderr.toString())
      assert.deepEqual(checked.stdout, CONTENT)
      const bent = Buffer.from(message)
      bent[bent.indexOf(CONTENT)]! ^= 1
      assert.ok(verifySigner(readSignedData(bent)).tests.some(({ outcome }) => outcome !== "pass"))
    })
})
