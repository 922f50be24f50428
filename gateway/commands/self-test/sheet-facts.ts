/** What stands on an acceptance sheet, gathered from configuration, certificates, machine and self-test. */
import { X509Certificate } from "node:crypto"
import { pinOf } from "../../actors/secure-node/pins.ts"
import type { Config } from "../../config/schema.ts"
import { lookAt, type Looked } from "../../doctor/checks.ts"
import type { Site } from "../../site/site.ts"
import { certificateChain, readKeyFile } from "../../storage/keys/pem-files.ts"
import { probe } from "../doctor/probe.ts"
import type { SelfTestResult } from "./told.ts"

export type SheetAgreement = Config["agreements"][number]

/** One certificate of ours or of the partner; `notAfter` is known where the certificate is at hand. */
export interface SheetKey {
  readonly use: "tls" | "seal" | "object"
  /** Hex SHA-256 of the SubjectPublicKeyInfo. */
  readonly pins: readonly string[]
  readonly notAfter: Date | null
}

export interface SheetFacts {
  readonly site: Config["site"]
  readonly role: Config["role"]
  readonly agreement: SheetAgreement
  readonly own: readonly SheetKey[]
  readonly theirs: readonly SheetKey[]
  readonly result: SelfTestResult
  readonly looked: readonly Looked[]
  readonly at: Date
}

/** @throws KeyError when a certificate cannot be read */
export async function sheetFacts(
  config: Config,
  agreement: SheetAgreement,
  result: SelfTestResult,
  siteFile: Site | null,
  at: Date,
): Promise<SheetFacts> {
  const { tls, seal, object } = config.keys
  const theirObject =
    agreement.objectCertificate === undefined ? [] : [await keyOf("object", agreement.objectCertificate)]
  const machine = await probe(siteFile, config, "/")
  return {
    site: config.site,
    role: config.role,
    agreement,
    own: [
      await keyOf("tls", tls.chain),
      await keyOf("seal", seal.chain),
      await keyOf("object", object.chain),
    ],
    theirs: [
      { use: "tls", pins: agreement.tlsPins, notAfter: null },
      { use: "seal", pins: agreement.sealPins, notAfter: null },
      ...theirObject,
    ],
    result,
    looked: lookAt({ site: siteFile, config, machine, now: at }, []),
    at,
  }
}

async function keyOf(use: SheetKey["use"], file: string): Promise<SheetKey> {
  const [leaf = new Uint8Array()] = certificateChain(await readKeyFile(file), null, file)
  const certificate = new X509Certificate(leaf)
  return { use, pins: [pinOf(certificate)], notAfter: certificate.validToDate }
}
