/**
 * Pairing: the bridge shows a code in its own window, and a page that was given it by the person in front of both may ask from
 * then on, until the bridge ends. The code serves once; then another takes its place.
 */
import { timingSafeEqual } from "node:crypto"
import type { Chance } from "../../journey/ports/time.ts"
import { sha256 } from "../../standards/sha256.ts"

const CODE_DIGITS = 8
/** Of one run: nobody mistypes more, and of 10⁸ codes it is nothing. */
const MAX_WRONG_CODES = 5
/** Tabs of one reader; the oldest is forgotten. */
const MAX_PAGES = 8
const TOKEN_BYTES = 32

export class Pairing {
  readonly #chance: Chance
  readonly #show: (code: string) => void
  /** SHA-256 of the tokens. */
  #pages: readonly Uint8Array[] = []
  #code = ""
  #wrong = 0

  /** @param show tells the person the code, now and whenever there is another */
  constructor(chance: Chance, show: (code: string) => void) {
    this.#chance = chance
    this.#show = show
    this.#renew()
  }

  /** The token for this page; `code` = it is wrong, `closed` = too many were. */
  pair(code: string): { readonly token: string } | "code" | "closed" {
    if (this.#wrong >= MAX_WRONG_CODES) return "closed"
    if (!timingSafeEqual(sha256(code), sha256(this.#code))) {
      this.#wrong += 1
      return this.#wrong >= MAX_WRONG_CODES ? "closed" : "code"
    }
    const token = Buffer.from(this.#chance.bytes(TOKEN_BYTES)).toString("base64url")
    this.#pages = [...this.#pages, sha256(token)].slice(-MAX_PAGES)
    this.#renew()
    return { token }
  }

  isPaired(token: string): boolean {
    const shown = sha256(token)
    return this.#pages.some((page) => timingSafeEqual(page, shown))
  }

  #renew(): void {
    const random = Buffer.from(this.#chance.bytes(8)).readBigUInt64BE()
    this.#code = String(random % 10n ** BigInt(CODE_DIGITS)).padStart(CODE_DIGITS, "0")
    this.#show(this.#code)
  }
}
