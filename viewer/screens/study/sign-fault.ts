import { html, nothing, type TemplateResult } from "lit"
import type { SigningStep } from "../../../gateway/journey/views/reading.ts"
import type { ApiError } from "../../api.ts"
import { icon } from "../../parts/icon.ts"
import { failureWords } from "../../parts/states.ts"
import { maybe } from "../../text/language.ts"
import { st, type StudyKey } from "../../text/study.ts"

/** Refusals that only signing knows. */
const WORDS: Readonly<Record<string, StudyKey>> = {
  ERR_REPORT_GLYPH: "sign.fault.glyph",
  ERR_KEY_PASSPHRASE: "sign.fault.pin",
  ERR_KEY_LOGIN: "sign.fault.login",
  ERR_KEY_SERVICE: "sign.fault.service",
  ERR_KEY_CARD: "sign.fault.card",
  ERR_KEY_FOLDER: "sign.fault.folder",
  BRIDGE_OFF: "sign.fault.bridge-off",
  BRIDGE_UNPAIRED: "sign.fault.bridge-code",
  BRIDGE_CODE: "sign.fault.bridge-code",
  BRIDGE_CLOSED: "sign.fault.bridge-closed",
  BRIDGE_BUSY: "sign.fault.bridge-busy",
  BRIDGE_REQUEST: "sign.fault.card",
  BRIDGE_CANCELLED: "sign.fault.bridge-cancelled",
  BRIDGE_NO_CARD: "sign.fault.no-card",
  BRIDGE_OTHER_CARD: "sign.fault.other-card",
  BRIDGE_NO_CERTIFICATE: "sign.fault.other-card",
  BRIDGE_PIN_WRONG: "sign.fault.card-pin",
  BRIDGE_PIN_BLOCKED: "sign.fault.card-blocked",
  BRIDGE_CARD: "sign.fault.card",
  ERR_SIGN_INTENT: "sign.fault.intent",
  ERR_SIGN_IMAGES: "sign.fault.images",
  ERR_KEY_UNCONFIRMED: "sign.fault.unconfirmed",
  ERR_SIGN_CERTIFICATE: "sign.fault.certificate",
  ERR_CLOCK_OFF: "sign.fault.clock",
  ERR_CLOCK_UNKNOWN: "sign.fault.clock",
}

/** Before the character, in the gateway's words. */
const NO_GLYPH = /^no glyph for /

export function faultText(error: ApiError): string {
  const key = WORDS[error.code]
  return key === undefined ? failureWords(error) : st(key, { detail: error.message.replace(NO_GLYPH, "") })
}

/** Where a refusal of "sign" belongs, when its code says so. */
const FAILED_STEP: Readonly<Record<string, SigningStep>> = {
  ERR_SIGN_INTENT: "identity",
  ERR_TIMESTAMP_UNAVAILABLE: "time-stamp",
  ERR_TIMESTAMP_INVALID: "time-stamp",
}
/** What was frozen no longer serves after these. */
const NEEDS_PREPARING = new Set([
  "ERR_SIGN_INTENT",
  "ERR_SIGN_IMAGES",
  "ERR_REPORT_STATE",
  "ERR_SIGN_CERTIFICATE",
  "ERR_KEY_UNCONFIRMED",
  "ERR_NOT_FOUND",
])

/** The step a refusal belongs to; null = its code does not say. */
export const stepOf = (code: string): SigningStep | null => FAILED_STEP[code] ?? null

export const needsPreparing = (code: string): boolean => NEEDS_PREPARING.has(code)

/** @param way what has to be done first; nothing = just try again */
function box(fault: string, safe: string, retry: () => void, way: unknown = nothing): TemplateResult {
  return html`<small role="alert">${fault}</small>
    <div class="waitbox">
      <p class="s">${safe}</p>
      <div class="row wrap">
        ${way}
        <button type="button" class="btn" @click=${retry}>${icon("refresh", "s")}${st("sign.retry")}</button>
      </div>
    </div>`
}

/** Under the step at which signing stopped: why, what is safe, and the way on. */
export function signFault(error: ApiError, retry: () => void, loginUrl: string | null): TemplateResult {
  return box(
    faultText(error),
    st("sign.safe"),
    retry,
    error.code === "ERR_KEY_LOGIN" ? loginLink(loginUrl) : nothing,
  )
}

/** In a page of its own: what was frozen stays open here meanwhile. */
const loginLink = (url: string | null): unknown =>
  url === null
    ? nothing
    : html`<a class="btn btn-primary" href=${url} target="_blank" rel="noopener noreferrer"
        >${icon("user", "s")}${st("sign.login")}</a
      >`

/** After the signature exists a fault is mended by the gateway itself. @param code of errors.ts */
export const sendFault = (code: string, retry: () => void): TemplateResult =>
  box(maybe(`code.${code}`) ?? code, st("sign.sent-safe"), retry)
