/**
 * Every reader of what others write, on inputs that are bent: it answers or throws what its callers expect, soon. Anything
 * else would be a fault of ours that a stranger can cause.
 */
import assert from "node:assert/strict"
import { keyPem, pem } from "../../gateway/commands/pki-authority.ts"
import { checkConfig } from "../../gateway/config/load.ts"
import { readSignedReport } from "../../gateway/standards/cda/read-imaging-report.ts"
import { writeImagingReport } from "../../gateway/standards/cda/imaging-report.ts"
import { readSignedData } from "../../gateway/standards/cms/signed-data.ts"
import { readPart10 } from "../../gateway/standards/dicom/data-set.ts"
import {
  readCommitmentRequest,
  writeCommitmentRequest,
} from "../../gateway/standards/dicom/storage-commitment.ts"
import { instanceMetadata } from "../../gateway/standards/dicomweb/metadata.ts"
import { frameFacts } from "../../gateway/standards/dicomweb/native-frame.ts"
import { locateFrame } from "../../gateway/standards/dicomweb/frame-place.ts"
import { readCertificate, serialText } from "../../gateway/standards/hpki/certificate.ts"
import { readCrl } from "../../gateway/standards/hpki/crl.ts"
import { readOcspResponse } from "../../gateway/standards/hpki/ocsp.ts"
import { writeOcspRequest } from "../../gateway/standards/hpki/ocsp-request.ts"
import { MultipartReader } from "../../gateway/standards/soap/multipart-reader.ts"
import { readTimeStampResp } from "../../gateway/standards/tsp/response.ts"
import { readTSTInfo } from "../../gateway/standards/tsp/tst-info.ts"
import { ProvideAndRegisterReader } from "../../gateway/standards/xds/provide-and-register-reader.ts"
import { der, integer, sequence } from "../../gateway/standards/cms/der-write.ts"
import { studyHeader } from "../../gateway/journey/header.ts"
import { transferSyntax } from "../../gateway/standards/dicom/sop-classes.ts"
import { derOf, withCa } from "../actors/certificates.ts"
import { certificates, START, type Certificates } from "../journey/certificates.ts"
import { TestTsa } from "../journey/time-stamps.ts"
import { countedChance, randomFrom } from "../peers/chance.ts"
import { Bench } from "../peers/openssl.ts"
import { mutated } from "../peers/mutations.ts"
import { baseFiles } from "../roads/base-files.ts"
import { REPORT } from "./cda/sample-report.ts"
import { provideAndRegister } from "./xds/sample-message.ts"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const COUNT = process.env.DOKUEI_LONG === "1" ? 10_000 : 400
const LIMIT_MS = 100
/** What readers throw, by name, and nothing else. */
const EXPECTED = new Set(["Malformed", "MetadataFault", "SoapFault"])
const EXPLICIT = "1.2.840.10008.1.2.1"

interface Reader {
  readonly name: string
  readonly samples: readonly Uint8Array[]
  readonly read: (bytes: Buffer) => unknown
  /** For one mutant; LIMIT_MS by default. */
  readonly limitMs?: number
}

async function readers(): Promise<readonly Reader[]> {
  const made = await certificates()
  const token = await new TestTsa(made.tsa, { now: () => START }).stamp(Buffer.from("stamped"))
  const chain = Object.values(made.holders).flatMap((holder) => holder.chain)
  const [crl, leaf] = withCa("a CA", (ca) => {
    const one = ca.issue("one")
    return [derOf(ca.crl(one)), one.x509.raw] as const
  })
  const folder = mkdtempSync(join(tmpdir(), "dokuei-mutants-"))
  baseFiles(folder)
  const own = readFileSync(join(folder, "nested.dcm"))
  const image = readFileSync(join(folder, "BASE-0.dcm"))
  rmSync(folder, { recursive: true })
  return [
    { name: "a certificate", samples: [leaf, ...chain], read: readCertificate },
    { name: "a revocation list", samples: [crl], read: readCrl },
    {
      name: "an OCSP answer",
      samples: [ocspAnswer(made, "V"), ocspAnswer(made, "R")],
      read: readOcspResponse,
    },
    {
      name: "a time-stamp token",
      samples: [token],
      read: (bytes) => readTSTInfo(readSignedData(bytes).content),
    },
    {
      name: "a time-stamp response",
      samples: [sequence(sequence(integer(0)), token), der(0x30)],
      read: (bytes) => readSignedData(readTimeStampResp(bytes)),
    },
    {
      name: "a DICOM file, whole",
      samples: [own, image],
      read: (bytes) => {
        const file = readPart10(bytes)
        instanceMetadata(file.dataSet)
        locateFrame(file, 1)
        return frameFacts(file, 1)
      },
    },
    {
      name: "the head of a DICOM file",
      samples: [own, image],
      read: (bytes) => studyHeader(bytes, transferSyntax),
    },
    {
      name: "a commitment request",
      samples: [
        writeCommitmentRequest(
          { TransactionUID: "1.2.3", references: [{ SOPClassUID: "1.2.4", SOPInstanceUID: "1.2.5" }] },
          EXPLICIT,
        ),
      ],
      read: (bytes) => readCommitmentRequest(bytes, EXPLICIT),
    },
    { name: "a report", samples: [writeImagingReport(REPORT)], read: readSignedReport },
    {
      name: "a submission",
      samples: [Buffer.from(provideAndRegister())],
      read: (bytes) => {
        const reader = new ProvideAndRegisterReader()
        reader.write(bytes)
        return reader.end()
      },
    },
    {
      name: "a multipart body",
      samples: [
        Buffer.from(
          `--b\r\nContent-ID: <1>\r\nContent-Type: text/xml\r\n\r\n${"x".repeat(300)}\r\n--b\r\n\r\n\r\n--b--\r\n`,
        ),
      ],
      read: (bytes) => {
        const reader = new MultipartReader("b", { maxParts: 10, maxHeaderBytes: 1024 })
        for (let at = 0; at < bytes.length; at += 7) reader.write(bytes.subarray(at, at + 7))
        return reader.end()
      },
    },
    {
      name: "a configuration",
      // Nobody's but the administrator's.
      limitMs: 20 * LIMIT_MS,
      samples: ["edge", "center"].map((role) =>
        readFileSync(join(import.meta.dirname, `../../deploy/${role}.example.yaml`)),
      ),
      read: (bytes) => checkConfig(bytes.toString("utf8"), "/nowhere", "unseen"),
    },
  ]
}

/** By openssl, about the radiologist's card: valid, or revoked. */
function ocspAnswer({ authorities, reader }: Certificates, state: "V" | "R"): Buffer {
  const bench = new Bench()
  try {
    const [leaf, issuer] = [
      readCertificate(reader.chain[0]!),
      readCertificate(authorities.signature.certificate),
    ]
    const revoked = state === "R" ? "260101000000Z,keyCompromise" : ""
    bench.write("index", `${state}\t400101000000Z\t${revoked}\t${serialText(leaf)}\tunknown\t/CN=x\n`)
    bench.write("ca.pem", pem("CERTIFICATE", issuer.encoded))
    bench.write("leaf.pem", pem("CERTIFICATE", leaf.encoded))
    bench.write("key.pem", keyPem(reader.key))
    bench.write("request", writeOcspRequest(leaf, issuer, countedChance("nonce").bytes(32)))
    const by = ["-rsigner", "leaf.pem", "-rkey", "key.pem", "-ndays", "1"]
    const asked = ["-index", "index", "-CA", "ca.pem", "-reqin", "request", "-respout", "reply"]
    const run = bench.openssl("ocsp", ...asked, ...by)
    assert.equal(run.status, 0, run.stderr)
    return bench.read("reply")
  } finally {
    bench.remove()
  }
}

describe("readers of what others write", function () {
  this.timeout(COUNT * 100 + 60_000)
  const seed = Number(process.env.DOKUEI_SEED ?? Date.now() % 100_000)

  it(`throw what is expected, soon, on ${COUNT} mutants of each input`, async () => {
    console.log(`      DOKUEI_SEED=${seed}`)
    for (const { name, samples, read, limitMs = LIMIT_MS } of await readers()) {
      const dice = randomFrom(seed)
      let refused = 0
      for (const sample of samples) timed(name, limitMs, () => read(Buffer.from(sample)))
      for (let n = 0; n < COUNT; n++) {
        const any = (): Buffer => Buffer.from(samples[Math.floor(dice() * samples.length)]!)
        const mutant = mutated(any(), any(), dice)
        refused += timed(`${name}, mutant ${n}, seed ${seed}`, limitMs, () => read(mutant))
      }
      console.log(`      ${name}: ${refused} of ${COUNT} refused`)
    }
  })
})

/** 1 when it was refused. A slow moment of the machine is not the reader's: the least of three counts. */
function timed(what: string, limitMs: number, read: () => unknown): number {
  let leastMs = Number.POSITIVE_INFINITY
  let refused = 0
  for (let again = 0; again < 3 && leastMs > limitMs; again++) {
    const began = performance.now()
    try {
      read()
    } catch (error) {
      refused = 1
      assert.ok(
        error instanceof Error && EXPECTED.has(error.name),
        `${what}: ${String(error instanceof Error ? error.stack : error)}`,
      )
    }
    leastMs = Math.min(leastMs, performance.now() - began)
  }
  assert.ok(leastMs <= limitMs, `${what} took ${leastMs.toFixed(0)} ms`)
  return refused
}
