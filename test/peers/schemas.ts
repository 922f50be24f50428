/** The published schemas beside the repository: where they lie, and xmllint to judge by them. */
import type { Context } from "mocha"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { Bench } from "./openssl.ts"

const SCHEMAS = {
  audit: "audit/dicom2017c.xsd",
  lcm: "xds/lcm.xsd",
  cda: "cda/infrastructure/cda/CDA.xsd",
  soap: "xds/all.xsd",
  xades: "xmldsig-xades/XAdES.xsd",
  xades141: "xmldsig-xades/XAdESv141.xsd",
} as const
export type SchemaName = keyof typeof SCHEMAS

/** The schema's file; skips the test, with a reason, when the reference files are not there. */
export function schemaOr(test: Context, name: SchemaName, count: number): string {
  const shared = process.env.DOKUEI_SHARED
  const file = join(shared ?? "", "ihe", "schema", SCHEMAS[name])
  if (shared !== undefined && existsSync(file)) return file
  console.log(`      skipped: ${count} ${name} documents are not validated, DOKUEI_SHARED is not set`)
  return test.skip()
}

/** What xmllint has against these documents; [] when all are valid. */
export function schemaFaults(schema: string, documents: readonly string[]): string[] {
  const bench = new Bench()
  try {
    const names = documents.map((document, index) => {
      bench.write(`${index}.xml`, document)
      return `${index}.xml`
    })
    const { status, stderr } = bench.run("xmllint", "--nonet", "--noout", "--schema", schema, ...names)
    return status === 0
      ? []
      : stderr.split("\n").filter((line) => !line.endsWith(" validates") && line !== "")
  } finally {
    bench.remove()
  }
}

/**
 * The published schemas are of XAdES 1.3.2 and 1.4.1; SigningCertificateV2 came with EN 319 132 and differs in the serial only. The
 * digest `0` of the submission set is what ITI TF-3 5.5.2 wants, and no base64. Of archive time stamps they know the later
 * form, which has the same content.
 */
export function xadesVersion1(signature: Uint8Array): string {
  const issuerSerial =
    "<xades:IssuerSerial><ds:X509IssuerName>CN=x</ds:X509IssuerName><ds:X509SerialNumber>1</ds:X509SerialNumber></xades:IssuerSerial>"
  return Buffer.from(signature)
    .toString("utf8")
    .replaceAll("SigningCertificateV2", "SigningCertificate")
    .replaceAll("xades141:ArchiveTimeStamp>", "xades141:ArchiveTimeStampV2>")
    .replaceAll("<xades141:ArchiveTimeStamp ", "<xades141:ArchiveTimeStampV2 ")
    .replace("<ds:DigestValue>0<", "<ds:DigestValue><")
    .replace(/<xades:IssuerSerialV2>.*<\/xades:IssuerSerialV2>/, issuerSerial)
}
