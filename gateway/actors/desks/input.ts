/** Request bodies: what each endpoint takes, and one error that names everything wrong with a body. */
import express, { type Request, type Response } from "express"
import { z } from "zod"
import { DeskError } from "../../journey/errors.ts"
import { foldDeviceCode } from "../../journey/views/device.ts"
import type { Amendment, ReportDraft } from "../../journey/views/reading.ts"
import type { RequestInput } from "../../journey/views/request.ts"
import type { CopyChoice, QuarantineRuling } from "../../journey/views/staff.ts"

const BODY_LIMIT_BYTES = 256 * 1024

/** ERR_INPUT with the dotted path of every fault ("" = the body itself); never the values, they may be a patient's. */
export class InputError extends DeskError {
  readonly faults: readonly string[]

  constructor(faults: readonly string[], options?: { readonly cause?: unknown }) {
    super("ERR_INPUT", "the request body has faults", options)
    this.faults = faults
  }
}

const parseJson = express.json({ limit: BODY_LIMIT_BYTES, inflate: false })

/**
 * Reads the JSON body, ≤ 256 KiB, and checks it whole.
 *
 * @throws DeskError ERR_INPUT_TOO_LARGE, ERR_INPUT_TYPE; InputError with all faults at once
 */
export async function readBody<Body>(
  schema: z.ZodType<Body>,
  request: Request,
  response: Response,
): Promise<Body> {
  if (request.is("application/json") === false)
    throw new DeskError("ERR_INPUT_TYPE", "send Content-Type: application/json")
  await new Promise<void>((resolve, reject) => {
    parseJson(request, response, (error?: unknown) => {
      if (error === undefined) resolve()
      else reject(error instanceof Error ? error : new InputError([""]))
    })
  })
  return check(schema, request.body)
}

/** @throws InputError */
export function check<Body>(schema: z.ZodType<Body>, value: unknown): Body {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new InputError([...new Set(result.error.issues.flatMap(pathsOf))])
}

/** An unknown field is named itself, not the object it stands in. */
function pathsOf(issue: z.core.$ZodIssue): readonly string[] {
  const path = issue.path.map(String)
  return issue.code === "unrecognized_keys"
    ? issue.keys.map((key) => [...path, key].join("."))
    : [path.join(".")]
}

const text = (length: number): z.ZodString => z.string().max(length)
const uid = z.string().regex(/^[0-9.]{1,64}$/) // PS3.5 9.1
const optionalUid = z.union([z.literal(""), uid])
const SH = text(16)
const LO = text(64)

const keyImage = z.strictObject({
  SOPInstanceUID: uid,
  frame: z.int().min(1),
  windowCenter: z.number(),
  windowWidth: z.number().positive(),
})

export const reportDraft: z.ZodType<ReportDraft> = z.strictObject({
  findings: text(20_000),
  impression: text(10_000),
  keyImages: z.array(keyImage).max(16),
  correctionReason: text(1_000),
  addendum: text(20_000).exactOptional(),
})

export const draftBody = z.strictObject({ draft: reportDraft, expectedVersion: z.int().min(0) })
export const prepareBody = z.strictObject({ expectedVersion: z.int().min(0) })
export const patientBody = z.strictObject({ what: z.enum(["same-patient", "other-patient"]) })

const reason = text(1_000).min(1)
const id = text(64).min(1)

/** A correction has its reason, an addendum none. */
export const amendBody: z.ZodType<Amendment> = z.discriminatedUnion("what", [
  z.strictObject({ what: z.literal("correction"), reportId: id, reason }),
  z.strictObject({ what: z.literal("addendum"), reportId: id, reason: z.literal("") }),
])
/** What a page can show of one request. */
const MAX_RECEIVED = 100
export const acknowledgeBody = z.strictObject({ reportIds: z.array(id).min(1).max(MAX_RECEIVED) })

/** Of some 150 bytes each. */
const MAX_CHOICES = 1_000

/** What a person says of a study whose UID another patient's has. */
export const rulingBody: z.ZodType<QuarantineRuling> = z.discriminatedUnion("what", [
  z.strictObject({ what: z.literal("same-patient"), studyId: id, reason }),
  z.strictObject({ what: z.literal("own-study"), reason }),
])
/** As many as a body holds; a page sends more in turns. */
export const choiceBody: z.ZodType<CopyChoice> = z.strictObject({
  choices: z
    .array(z.strictObject({ SOPInstanceUID: uid, objectId: id.nullable() }))
    .min(1)
    .max(MAX_CHOICES),
  reason,
})
export const recallBody = z.strictObject({ reason })
export const bindBody = z.strictObject({ studyId: id })

export const directoryBody = z.strictObject({ typed: LO })

const policy = uid
/** First component of a CX or XCN: nothing that HL7 takes for structure; "" = not said. */
const hl7Id = z.string().regex(/^[^|^~\\&\s\p{Cc}]{0,64}$/u)
export const identifyBody = z.strictObject({ PatientID: hl7Id.min(1) })
export const consentBody = z.strictObject({ policy })

export const requestInput: z.ZodType<RequestInput> = z.strictObject({
  requestNumber: LO.min(1),
  PatientID: LO.min(1),
  patientName: text(324), // PS3.5 6.2: three groups of 64 with separators, in characters of any set
  urgency: z.enum(["STAT", "HIGH", "ROUTINE"]),
  telephoneOnResult: z.boolean().exactOptional(),
  agreement: LO.min(1),
  StudyInstanceUID: optionalUid,
  AccessionNumber: SH,
  request: z.strictObject({
    purpose: text(4_000),
    diagnosis: text(4_000),
    history: text(8_000),
    department: LO,
    physician: LO,
    physicianId: hl7Id.exactOptional(),
    namedReader: LO.exactOptional(),
    reportTo: LO.exactOptional(),
    setting: z.enum(["outpatient", "inpatient", "emergency", "screening"]),
    contrast: text(1_000),
    telephone: LO,
  }),
  affinityPatientId: hl7Id.exactOptional(),
  consent: policy.exactOptional(),
  releaseWhenComplete: z.boolean(),
})

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/)
const credentialId = base64url.max(1_400) // WebAuthn §4: at most 1023 bytes

/** WebAuthn §5.1 RegistrationResponseJSON; extension results are not asked for and dropped. */
export const registrationResponse = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z.array(text(32)).max(16).exactOptional(),
  }),
  clientExtensionResults: z.unknown().transform(() => ({})),
})

/** WebAuthn §5.1 AuthenticationResponseJSON. */
export const authenticationResponse = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.max(86).exactOptional(), // at most 64 bytes
  }),
  clientExtensionResults: z.unknown().transform(() => ({})),
})

const deviceId = z.string().regex(/^[0-9a-f]{32}$/)
/** r and s of ECDSA on P-256: 64 octets. */
const deviceSignature = base64url.length(86)
/** Where the browser holds the key of a registered device. */
const device = z.strictObject({ id: deviceId, signature: deviceSignature }).exactOptional()

const code = text(128).min(1)
export const enrolOptionsBody = z.strictObject({ code })
export const enrolBody = z.strictObject({ code, response: registrationResponse, device })
export const loginBody = z.strictObject({ response: authenticationResponse, device })
/** What the door for cards gave the browser, and what the page had kept (RFC 7636 4.1). */
export const cardBody = z.strictObject({
  code: base64url.length(43),
  verifier: base64url.min(43).max(128),
  device,
})

/** As a person typed it, with hyphens and in small letters. */
const deviceCode = text(64).min(1).transform(foldDeviceCode)
/** 32 octets (RFC 7518 6.2.1.2). */
const coordinate = base64url.length(43)
export const deviceCodeBody = z.strictObject({ code: deviceCode })
export const registerDeviceBody = z.strictObject({
  code: deviceCode,
  challenge: base64url.length(43),
  key: z.strictObject({ kty: z.literal("EC"), crv: z.literal("P-256"), x: coordinate, y: coordinate }),
  signature: deviceSignature,
})
/** One certificate of one account, as the officer's page names it. */
const namedCertificate = {
  login: text(64).min(1),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
}
export const namedCertificateBody = z.strictObject(namedCertificate)
export const gestureBody = z.strictObject({ response: authenticationResponse })
export const revokeBody = z.strictObject({ ...namedCertificate, reason })
export const offerDeviceBody = z.strictObject({
  label: text(64).regex(/^[^\p{Cc}]*[^\p{Cc}\s][^\p{Cc}]*$/u),
  owner: text(64).min(1).nullable(),
  qualifiedUntil: z.iso.date().nullable(),
})
export const revokeDeviceBody = z.strictObject({ id: deviceId, reason })
export const lostBody = z.strictObject({ login: text(64).min(1), passkey: credentialId, reason })

/** What a signing service's login gave the browser; both are opaque. */
export const serviceReturnBody = z.strictObject({ state: text(256).min(1), code: text(2_048).min(1) })

/** "" = nothing is typed: who holds the key asks elsewhere. */
export const signApprovedBody = z.strictObject({ pin: text(128) })
/** The PIN of a card is never typed here. */
export const signBody = z.strictObject({ response: authenticationResponse, pin: text(128) })
/** A preliminary report is released by the gesture alone. */
export const releaseBody = z.strictObject({ response: authenticationResponse })
/** What a card signed: RSA of 4096 bits is the longest; null = it did not sign. */
export const cardSignatureBody = z.strictObject({ signature: z.base64().min(1).max(1_024).nullable() })
