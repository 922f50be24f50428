/**
 * A time-stamp authority inside the test (RFC 3161): real tokens under a real certificate, by the test's own clock, in a
 * millisecond; and out of order whenever a test says so.
 */
import { createHash, sign } from "node:crypto"
import type { Holder } from "../../gateway/commands/pki-authority.ts"
import { TimeStampError } from "../../gateway/journey/errors.ts"
import type { TimeStampAuthority } from "../../gateway/journey/ports/outside.ts"
import type { Clock } from "../../gateway/journey/ports/time.ts"
import { TAG } from "../../gateway/standards/cms/der.ts"
import {
  context,
  der,
  integer,
  NULL,
  octetString,
  oid,
  sequence,
  setOf,
} from "../../gateway/standards/cms/der-write.ts"
import { OID } from "../../gateway/standards/cms/oids.ts"
import { readCertificate } from "../../gateway/standards/hpki/certificate.ts"

const POLICY = "1.2.3.4"

export class TestTsa implements TimeStampAuthority {
  /** Asked so far, answered or not. */
  uses = 0
  /** How often it gave no answer. */
  unanswered = 0
  /** Is it out of order at its n-th use? Counted from 1. */
  down: (use: number) => boolean = () => false
  readonly #holder: Holder
  readonly #clock: Clock

  constructor(holder: Holder, clock: Clock) {
    this.#holder = holder
    this.#clock = clock
  }

  stamp(bytes: Uint8Array): Promise<Uint8Array> {
    this.uses += 1
    if (this.down(this.uses)) {
      this.unanswered += 1
      return Promise.reject(
        new TimeStampError("ERR_TIMESTAMP_UNAVAILABLE", "out of order by order of the test"),
      )
    }
    return Promise.resolve(this.#token(createHash("sha256").update(bytes).digest()))
  }

  /** ContentInfo of SignedData v3 over the TSTInfo (RFC 5652 §5.1). */
  #token(imprint: Uint8Array): Uint8Array {
    const info = tstInfo(imprint, this.uses, this.#clock.now())
    const [leaf = new Uint8Array(0)] = this.#holder.chain
    const { issuer, serial } = readCertificate(leaf)
    const signed = setOf(
      attribute(OID.contentType, oid(OID.tstInfo)),
      attribute(OID.messageDigest, octetString(createHash("sha256").update(info).digest())),
      attribute(
        OID.signingCertificateV2,
        sequence(sequence(sequence(octetString(createHash("sha256").update(leaf).digest())))),
      ),
    )
    const { privateKey } = this.#holder.key
    const isRsa = privateKey.asymmetricKeyType === "rsa"
    const signerInfo = sequence(
      integer(1),
      sequence(issuer.encoded, der(TAG.integer, serial)),
      sequence(oid(OID.sha256), NULL),
      Buffer.concat([Uint8Array.of(0xa0), signed.subarray(1)]),
      isRsa ? sequence(oid(OID.rsaEncryption), NULL) : sequence(oid(OID.ecdsaSha256)),
      octetString(sign("sha256", signed, privateKey)),
    )
    const signedData = sequence(
      integer(3),
      setOf(sequence(oid(OID.sha256), NULL)),
      sequence(oid(OID.tstInfo), context(0, octetString(info))),
      context(0, leaf),
      setOf(signerInfo),
    )
    return sequence(oid(OID.signedData), context(0, signedData))
  }
}

function tstInfo(imprint: Uint8Array, serial: number, at: Date): Uint8Array {
  const genTime = `${at.toISOString().replace(/[-:T]|\.\d+Z$/g, "")}Z`
  return sequence(
    integer(1),
    oid(POLICY),
    sequence(sequence(oid(OID.sha256), NULL), octetString(imprint)),
    integer(serial),
    der(TAG.generalizedTime, Buffer.from(genTime, "latin1")),
  )
}

const attribute = (type: string, value: Uint8Array): Uint8Array => sequence(oid(type), setOf(value))
