/**
 * A person's card in the reader of their own PC: its certificate is seen without a PIN, and each signature is a login of its
 * own, by a PIN that is typed for it. Nothing is kept open, tried again or remembered.
 */
import { X509Certificate } from "node:crypto"
import { KeyError } from "../../../journey/errors.ts"
import { demandKind } from "../pem-files.ts"
import { CryptokiError, PIN_REFUSED, UNABLE } from "./cryptoki.ts"
import { signIn } from "./sign-in.ts"
import { CALL_LIMIT_MS } from "./token.ts"
import { TokenSession } from "./token-session.ts"

export interface CardPlace {
  /** Path of the PKCS#11 library of the card's maker. */
  readonly module: string
  /** Label of the token in it. */
  readonly token: string
  /** Label, or `id:` and CKA_ID in hex: of the key and of the certificate beside it. */
  readonly key: string
}

/** DER. Throws KeyError ERR_KEY_TOKEN (no card, no answer) · ERR_KEY_PIN (last try, or locked) · ERR_KEY_MISSING. */
export const cardCertificate = (place: CardPlace): Promise<Uint8Array> =>
  inSession(place, (session) => session.certificate(place.key))

/**
 * SHA-256 with the card's key; ECDSA as r‖s.
 *
 * @param judge throws when this certificate is not the one that is to sign; before a PIN is asked for
 * @param pinFor asks its holder; wiped when it has been tried, once
 * @throws as `cardCertificate`, and KeyError ERR_KEY_PASSPHRASE for a wrong PIN; what `judge` and `pinFor` throw
 */
export function signWithCard(
  place: CardPlace,
  bytes: Uint8Array,
  judge: (certificate: Uint8Array) => void,
  pinFor: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  return inSession(place, async (session) => {
    const certificate = await session.certificate(place.key)
    judge(certificate)
    const publicKey = demandKind(new X509Certificate(certificate).publicKey, "the card's certificate")
    const pin = await pinFor()
    try {
      await session.login(pin)
    } finally {
      pin.fill(0)
    }
    return signIn(session, place.key, publicKey, bytes)
  })
}

async function inSession<Answer>(
  place: CardPlace,
  work: (session: TokenSession) => Promise<Answer>,
): Promise<Answer> {
  let session: TokenSession | null = null
  try {
    session = await TokenSession.open(place, CALL_LIMIT_MS)
    return await work(session)
  } catch (error) {
    throw error instanceof CryptokiError ? cardFault(error) : error
  } finally {
    session?.end()
  }
}

function cardFault(cause: CryptokiError): KeyError {
  const said = `the card answers ${cause.ckr}`
  if (cause.ckr === "CKR_PIN_LOCKED") return new KeyError("ERR_KEY_PIN", said, { cause })
  if (PIN_REFUSED.has(cause.ckr)) return new KeyError("ERR_KEY_PASSPHRASE", said, { cause })
  return new KeyError(UNABLE.has(cause.ckr) ? "ERR_KEY_UNFIT" : "ERR_KEY_TOKEN", said, { cause })
}
