/**
 * Signing with a card that is at the reader's own PC, in two calls of their page: the first is answered with what the card has to
 * sign, the second brings the signature and is answered as signing ever is. Between the two nothing is kept but in memory.
 */
import { KeyError } from "../../journey/errors.ts"
import type { CardQuestion, ReadersCards } from "../../journey/ports/keys.ts"
import type { Person } from "../../journey/ports/person.ts"
import type { CardAsked, ReadingView, SignedOrApproved } from "../../journey/views/reading.ts"
import { sha256Hex } from "../../standards/sha256.ts"

type Signs = () => Promise<SignedOrApproved>

export class ByCard {
  readonly #cards: ReadersCards | null
  /** login → what its card is asked, and how the signing that asked it ends. */
  readonly #begun = new Map<string, { readonly id: string; readonly done: Promise<SignedOrApproved> }>()

  constructor(cards: ReadersCards | null) {
    this.#cards = cards
  }

  /** Origin of the bridge at this person's PC; null = their key is on no card. */
  bridgeOf({ login }: Pick<Person, "login">): string | null {
    return this.#cards?.isHolder(login) === true ? this.#cards.bridge : null
  }

  /** Where a report waits for this person's card, with the bridge's origin: the page may have to be paired first. */
  shown(person: Pick<Person, "login">, view: ReadingView): ReadingView {
    const [signing, bridge] = [view.signing, this.bridgeOf(person)]
    return bridge === null || signing?.awaits?.what !== "card"
      ? view
      : { ...view, signing: { ...signing, awaits: { ...signing.awaits, bridge } } }
  }

  /** Who begins anew waits for nothing they began before. */
  giveUp({ login }: Pick<Person, "login">): void {
    this.#cards?.giveUp(login)
  }

  /** Signed, or the question to the card. Throws what `sign` throws before the card is asked. */
  async begun({ login }: Pick<Person, "login">, sign: Signs): Promise<SignedOrApproved | CardAsked> {
    const cards = this.#cards
    if (cards?.isHolder(login) !== true) return sign()
    const ended = new AbortController()
    const asked = cards.next(login, ended.signal)
    const done = sign().finally(() => ended.abort())
    // Told by the second call; a page that has gone hears of it no more, the trail and the draft do.
    done.catch(() => undefined)
    return Promise.race([done, asked.then((question) => this.#told(login, cards, question, done))])
  }

  /** @throws KeyError ERR_KEY_CARD; as signing */
  async ended(
    { login }: Pick<Person, "login">,
    id: string,
    signature: string | null,
  ): Promise<SignedOrApproved> {
    const begun = this.#begun.get(login)
    if (this.#cards === null || begun?.id !== id)
      throw new KeyError("ERR_KEY_CARD", "nothing is asked of the card under this id any more")
    this.#cards.answer(login, id, signature === null ? null : Buffer.from(signature, "base64"))
    this.#begun.delete(login)
    return begun.done
  }

  #told(
    login: string,
    { bridge }: ReadersCards,
    { id, toBeSigned, parts, certificate }: CardQuestion,
    done: Promise<SignedOrApproved>,
  ): CardAsked {
    this.#begun.set(login, { id, done })
    return {
      card: {
        id,
        bridge,
        toBeSigned: Buffer.from(toBeSigned).toString("base64"),
        parts: parts.map((each) => Buffer.from(each).toString("base64")),
        certificate: sha256Hex(certificate),
      },
    }
  }
}
