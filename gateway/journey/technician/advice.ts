/**
 * What to do about each light of the technician's page, in Japanese and English, by the code of errors.ts or a name of
 * our own. `docs/what-to-do.md` is printed from it. `{about}` is the device, partner or certificate, `{n}` a number.
 *
 * Each says what is, what is safe, and then the steps: the first is what the person at the machine can do.
 */
import { ARCHIVE_ADVICE } from "./advice/archives.ts"
import { DEVICE_ADVICE } from "./advice/devices.ts"
import { DIRECTORY_ADVICE } from "./advice/directory.ts"
import { GATEWAY_ADVICE } from "./advice/gateway.ts"
import { HOSPITAL_ADVICE } from "./advice/hospitals.ts"
import { LINE_ADVICE } from "./advice/line.ts"
import { TRUST_ADVICE } from "./advice/trust.ts"
import type { TurnedAwayWhy } from "./door-book.ts"
import type { ErrorCode } from "../errors.ts"
import type { Advice, Said } from "./advice/said.ts"

export type { Advice, Said }

/** Lights that are no error code. */
export type LightName =
  | "frozen"
  | "disk-low"
  | "disk-refusing"
  | "disk-full"
  | "spool-rot"
  | "not-sent"
  | "not-delivered"
  | "road-home-down"
  | "road-home-refused"
  | "road-home-replaced"
  | "hospital-away"
  | "hospital-unreachable"
  | "hospital-failing"
  | "hospital-not-sent"
  | "commitments-waiting"
  | "certificate-ask"
  | "certificate-soon"
  | "certificate-expired"
  | "list-stale"
  | "list-ending"
  | "list-unreadable"
  | "time-stamp-other"
  | "signature-late"
  | "signature-doubted"
  | "audit-waiting"
  | "collector-behind"
  | "step-failing"
  | "images-refused"
  | TurnedAwayWhy

/** Codes of errors.ts a system we call may fail with. */
type CallCode = Extract<
  ErrorCode,
  | `ERR_SUBMISSION_${string}`
  | `ERR_TIMESTAMP_${string}`
  | `ERR_CLOCK_${string}`
  | `ERR_ASSOCIATION_${string}`
  | `ERR_DIMSE_${string}`
  | `ERR_DIRECTORY_${string}`
>
export type LightCode = LightName | CallCode

export const ADVICE: Readonly<Record<LightCode, Said>> = {
  ...GATEWAY_ADVICE,
  ...DEVICE_ADVICE,
  ...LINE_ADVICE,
  ...HOSPITAL_ADVICE,
  ...TRUST_ADVICE,
  ...DIRECTORY_ADVICE,
  ...ARCHIVE_ADVICE,
}

const PLACE = /\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g

/** A name that is the same in both languages, or one for each. */
export type Name = string | { readonly ja: string; readonly en: string }

/** Our own certificates, by their use in the configuration. */
export const CERTIFICATE_NAMES: Readonly<Record<string, Name>> = {
  seal: { ja: "施設シール（keys.seal）", en: "seal (keys.seal)" },
  object: { ja: "復号用（keys.object）", en: "decryption (keys.object)" },
  tls: { ja: "通信用（keys.tls）", en: "line (keys.tls)" },
  dicom: { ja: "DICOM TLS（dicom.tls）", en: "DICOM TLS (dicom.tls)" },
  cards: { ja: "カードの入口（desk.cards）", en: "door for cards (desk.cards)" },
}

/** A partner's, as we encrypt by it, as it seals or as it calls by it. */
export const partnerCertificate = (use: string, partner: string): Name => {
  if (use === "object") return { ja: `${partner}の暗号化用`, en: `${partner}, encryption` }
  return use === "seal"
    ? { ja: `${partner}の施設シール`, en: `${partner}, seal` }
    : { ja: `${partner}の通信用`, en: `${partner}, line` }
}

/** The words for one light, in both languages. */
export function adviceFor(code: LightCode, { about, n }: { readonly about: Name; readonly n: number }): Said {
  const { ja, en } = ADVICE[code]
  const [nameJa, nameEn] = typeof about === "string" ? [about, about] : [about.ja, about.en]
  return { ja: filled(ja, nameJa, n), en: filled(en, nameEn, n) }
}

function filled({ title, note, steps }: Advice, about: string, n: number): Advice {
  const fill = (text: string): string =>
    text.replace(PLACE, (_place, name: string, one?: string, many?: string) => {
      if (name === "about") return about
      return one === undefined || many === undefined ? String(n) : n === 1 ? one : many
    })
  return { title: fill(title), note: fill(note), steps: steps.map(fill) }
}
