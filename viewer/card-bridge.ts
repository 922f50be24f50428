/** The bridge to the reader's card at this PC (docs/card-bridge.md): paired once in this tab, by the code in its own window. */
import type { BridgeQuestion, BridgeRefusal } from "../gateway/journey/views/card-bridge.ts"
import type { CardAsked } from "../gateway/journey/views/reading.ts"
import { ApiError } from "./api.ts"

const KEPT = "card-bridge"

/** Faults are ApiError with status 0 and `BRIDGE_OFF` (it does not run), or `BRIDGE_` and its refusal in capitals. */
export class CardBridge {
  readonly #origin: string

  /** @param origin on 127.0.0.1, as the gateway says it */
  constructor(origin: string) {
    this.#origin = origin
  }

  get isPaired(): boolean {
    return sessionStorage.getItem(KEPT) !== null
  }

  async pair(code: string): Promise<void> {
    const { token } = await this.#ask<{ token: string }>("/pair", { code })
    sessionStorage.setItem(KEPT, token)
  }

  /** Before a gesture is asked for: is there a card? */
  async look(): Promise<void> {
    await this.#ask("/card", {})
  }

  /** Base64. The PIN is typed at the bridge's window meanwhile. */
  async sign(caseNumber: string, { certificate, toBeSigned, parts }: CardAsked["card"]): Promise<string> {
    // The window takes letters of a number and nothing else.
    const shown = caseNumber.replace(/[^\w./ -]/g, "-").slice(0, 64)
    const question: BridgeQuestion = {
      caseNumber: shown === "" ? "-" : shown,
      certificate,
      toBeSigned,
      parts,
    }
    return (await this.#ask<{ signature: string }>("/sign", question)).signature
  }

  async #ask<Answer>(path: string, body: object): Promise<Answer> {
    const response = await this.#fetch(path, body)
    const answer = (await response.json()) as Answer & { readonly refusal?: BridgeRefusal }
    if (response.ok) return answer
    // The bridge was started anew.
    if (answer.refusal === "unpaired") sessionStorage.removeItem(KEPT)
    throw fault(answer.refusal ?? "card")
  }

  async #fetch(path: string, body: object): Promise<Response> {
    try {
      return await fetch(`${this.#origin}${path}`, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          Authorization: `Bearer ${sessionStorage.getItem(KEPT) ?? ""}`,
        },
        credentials: "omit",
        cache: "no-store",
        body: JSON.stringify(body),
      })
    } catch (cause) {
      throw fault("off", cause)
    }
  }
}

const fault = (refusal: BridgeRefusal | "off", cause?: unknown): ApiError =>
  new ApiError(0, `BRIDGE_${refusal.replace("-", "_").toUpperCase()}`, refusal, null, cause)
