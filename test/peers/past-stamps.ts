/** Time-stamp tokens of any time: TSTInfo by hand, signed by openssl, which looks at no certificate's dates when it signs. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { type Holder, keyPem, pem } from "../../gateway/commands/pki-authority.ts"
import { der, integer, NULL, octetString, oid, sequence } from "../../gateway/standards/cms/der-write.ts"
import { OID } from "../../gateway/standards/cms/oids.ts"
import type { Bench } from "./openssl.ts"

export interface PastStamp {
  readonly holder: Holder
  readonly at: Date
  readonly policy?: string
  /** Parts of TSTInfo after genTime, DER. */
  readonly after?: readonly Uint8Array[]
  /** Of the messageImprint; default SHA-256 of the octets. */
  readonly imprint?: Uint8Array
  readonly version?: number
  readonly options?: readonly string[]
}

const generalizedTime = (at: Date): Uint8Array =>
  der(0x18, Buffer.from(at.toISOString().replace(/[-:T]|\.\d+/g, ""), "latin1"))

/** ContentInfo, DER. */
export function pastStamp(bench: Bench, octets: Uint8Array, stamp: PastStamp): Uint8Array {
  const { holder, at, policy = "1.2.3.4", after = [] } = stamp
  const imprint = stamp.imprint ?? createHash("sha256").update(octets).digest()
  const info = sequence(
    integer(stamp.version ?? 1),
    oid(policy),
    sequence(sequence(oid(OID.sha256), NULL), octetString(imprint)),
    integer(7),
    generalizedTime(at),
    ...after,
  )
  bench.write("tstinfo", info)
  bench.write("past.crt", pem("CERTIFICATE", holder.chain[0]!))
  bench.write("past.key", keyPem(holder.key))
  const form = ["-binary", "-nodetach", "-md", "sha256", "-outform", "DER"]
  const content = stamp.options ?? ["-cades", "-econtent_type", OID.tstInfo]
  const files = ["-in", "tstinfo", "-signer", "past.crt", "-inkey", "past.key", "-out", "past.token"]
  const run = bench.openssl("cms", "-sign", ...form, ...content, ...files)
  assert.equal(run.status, 0, run.stderr)
  return bench.read("past.token")
}
