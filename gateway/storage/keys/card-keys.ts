/**
 * Signing keys on cards that are not here: a reader's card is in the reader of their own PC, and its certificates lie beside
 * the key files of others (`<personId>.chain.pem`, no `<personId>.key.pem`). What is to be signed waits here for whoever carries it
 * there and back; in memory alone: after a restart it is begun anew.
 */
import { verify, X509Certificate } from "node:crypto"
import { KeyError } from "../../journey/errors.ts"
import type { CardQuestion, PersonKeys, ReadersCards } from "../../journey/ports/keys.ts"
import type { Chance } from "../../journey/ports/time.ts"
import type { PersonKeyFiles } from "./person-keys.ts"

/** Longer than the bridge waits for the PIN. The case is held meanwhile: images that come for it wait. */
const ANSWER_MS = 120_000
const ID_BYTES = 16

interface Asked extends CardQuestion {
  readonly settle: (signature: Uint8Array | null) => void
}

export interface CardKeysOptions {
  /** Origin on 127.0.0.1. */
  readonly bridge: string
  readonly chance: Chance
  readonly answerMs?: number
}

export class CardKeys implements PersonKeys, ReadersCards {
  readonly bridge: string
  readonly #files: PersonKeyFiles
  readonly #options: CardKeysOptions
  /** By login: one card signs one thing at a time. */
  readonly #asked = new Map<string, Asked>()
  readonly #carriers = new Map<string, (question: CardQuestion) => void>()

  constructor(files: PersonKeyFiles, options: CardKeysOptions) {
    this.bridge = options.bridge
    this.#files = files
    this.#options = options
  }

  isHolder(login: string): boolean {
    return this.#files.hasChain(login) && !this.#files.has(login)
  }

  chain(login: string): Promise<readonly Uint8Array[]> {
    return this.#files.chain(login)
  }

  needs(): Promise<"card"> {
    return Promise.resolve("card")
  }

  /** What the card answers is checked against the certificate before anything is made of it. Throws KeyError ERR_KEY_CARD. */
  async sign(
    login: string,
    _pin: string,
    toBeSigned: Uint8Array,
    parts: readonly Uint8Array[] = [],
  ): Promise<Uint8Array> {
    const [certificate] = await this.chain(login)
    if (certificate === undefined) throw new KeyError("ERR_KEY_MISSING", "there is no certificate")
    const signature = await this.#answered(login, { certificate, toBeSigned, parts })
    if (signature === null) throw noSignature("the card did not sign, or not in time")
    const { publicKey } = new X509Certificate(certificate)
    if (!verify("sha256", toBeSigned, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature))
      throw noSignature("what came was not signed by the reader's card")
    return signature
  }

  next(login: string, signal: AbortSignal): Promise<CardQuestion> {
    return new Promise((resolve) => {
      this.#carriers.set(login, resolve)
      signal.addEventListener("abort", () => {
        if (this.#carriers.get(login) === resolve) this.#carriers.delete(login)
      })
    })
  }

  answer(login: string, id: string, signature: Uint8Array | null): void {
    const asked = this.#asked.get(login)
    if (asked?.id !== id) throw noSignature("nothing is asked of the card under this id any more")
    asked.settle(signature)
  }

  giveUp(login: string): void {
    this.#asked.get(login)?.settle(null)
  }

  /** null = it did not sign. Nobody there to carry it: at once. */
  async #answered(login: string, what: Omit<CardQuestion, "id">): Promise<Uint8Array | null> {
    this.giveUp(login)
    const carry = this.#carriers.get(login)
    this.#carriers.delete(login)
    if (carry === undefined) return null
    const id = Buffer.from(this.#options.chance.bytes(ID_BYTES)).toString("base64url")
    let timer: NodeJS.Timeout | undefined
    const signature = await new Promise<Uint8Array | null>((settle) => {
      timer = setTimeout(() => settle(null), this.#options.answerMs ?? ANSWER_MS)
      this.#asked.set(login, { ...what, id, settle })
      carry({ ...what, id })
    })
    clearTimeout(timer)
    if (this.#asked.get(login)?.id === id) this.#asked.delete(login)
    return signature
  }
}

const noSignature = (why: string): KeyError => new KeyError("ERR_KEY_CARD", why)
