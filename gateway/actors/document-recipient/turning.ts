/** A partner asks to speak another protocol on its connection (RFC 9110 7.8): may it, and then it does. */
import type { IncomingMessage } from "node:http"
import type { Server } from "node:https"
import type { Socket } from "node:net"
import { HttpRefusal } from "../http-door/refusal.ts"
import type { Callers } from "./callers.ts"
import { DEFAULT_PATH, type RecipientOptions } from "./options.ts"

type TurningOptions = Pick<RecipientOptions, "path" | "turn">

export class Turning {
  readonly #options: TurningOptions
  readonly #callers: Pick<Callers, "agreementOn">

  constructor(options: TurningOptions, callers: Pick<Callers, "agreementOn">) {
    this.#options = options
    this.#callers = callers
  }

  /** Where not, the request goes on to the door as if nobody had asked, and is refused there. */
  mayTurn(request: IncomingMessage): boolean {
    const agreement = this.#asks(request) ? this.#callers.agreementOn(request.socket) : null
    return agreement !== null && this.#options.turn?.refusalOf(agreement) === null
  }

  /** @throws HttpRefusal when another protocol was asked for, by somebody who may not */
  refuse(request: IncomingMessage, agreement: string): void {
    if (!this.#asks(request)) return
    const refusal = this.#options.turn?.refusalOf(agreement) ?? new HttpRefusal(503, "ask once more")
    this.#options.turn?.onRefused(agreement, refusal)
    throw refusal
  }

  /** Connections that may turn are given away; what was sent behind the request, before our answer, nobody understands. */
  watch(server: Server): void {
    server.on("upgrade", (request, socket, head) => {
      const agreement = this.#callers.agreementOn(request.socket)
      const { turn } = this.#options
      if (turn === undefined || agreement === null || head.length > 0) {
        socket.destroy()
        return
      }
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${turn.protocol}\r\n\r\n`,
      )
      const isAccepted = (): boolean => this.#callers.agreementOn(request.socket) === agreement
      turn.take(agreement, socket as Socket, isAccepted)
    })
  }

  #asks({ method, url, headers }: IncomingMessage): boolean {
    const [target] = (url ?? "").split("?")
    const isHere = target === (this.#options.path ?? DEFAULT_PATH)
    const { turn } = this.#options
    return turn !== undefined && method === "GET" && isHere && headers.upgrade === turn.protocol
  }
}
