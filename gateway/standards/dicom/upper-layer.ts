/**
 * The DICOM Upper Layer protocol machine (PS3.8 9.2), as its table and a small interpreter.
 *
 * The machine is pure: an event goes in, effects come out in the order PS3.8 tables 9-6 to 9-9 list them; whoever
 * holds the socket carries them out. It knows no PDU content, so that the table can be read beside the standard.
 */
import { Malformed } from "../malformed.ts"

/** PS3.8 tables 9-1 to 9-5. */
export type State =
  | "Sta1" // idle
  | "Sta2" // transport open, awaiting A-ASSOCIATE-RQ
  | "Sta3" // awaiting local A-ASSOCIATE response
  | "Sta4" // awaiting transport open
  | "Sta5" // awaiting A-ASSOCIATE-AC or -RJ
  | "Sta6" // association established, ready for data transfer
  | "Sta7" // awaiting A-RELEASE-RP
  | "Sta8" // awaiting local A-RELEASE response
  | "Sta9" // release collision, requestor side, awaiting A-RELEASE response
  | "Sta10" // release collision, acceptor side, awaiting A-RELEASE-RP
  | "Sta11" // release collision, requestor side, awaiting A-RELEASE-RP
  | "Sta12" // release collision, acceptor side, awaiting A-RELEASE response
  | "Sta13" // awaiting transport close

/** The rows of PS3.8 table 9-10, in its order. */
export const EVENTS = {
  Evt1: "A-ASSOCIATE request (local user)",
  Evt2: "transport connect confirmation",
  Evt3: "A-ASSOCIATE-AC PDU received",
  Evt4: "A-ASSOCIATE-RJ PDU received",
  Evt5: "transport connection indication",
  Evt6: "A-ASSOCIATE-RQ PDU received",
  Evt7: "A-ASSOCIATE response: accept (local user)",
  Evt8: "A-ASSOCIATE response: reject (local user)",
  Evt9: "P-DATA request (local user)",
  Evt10: "P-DATA-TF PDU received",
  Evt11: "A-RELEASE request (local user)",
  Evt12: "A-RELEASE-RQ PDU received",
  Evt13: "A-RELEASE-RP PDU received",
  Evt14: "A-RELEASE response (local user)",
  Evt15: "A-ABORT request (local user)",
  Evt16: "A-ABORT PDU received",
  Evt17: "transport connection closed",
  Evt18: "ARTIM timer expired",
  Evt19: "unrecognized or invalid PDU received",
} as const
export type Event = keyof typeof EVENTS

/** What the holder of the transport does. */
export type Effect =
  | "connect"
  | "close"
  | "start-artim"
  | "stop-artim"
  | "send-associate-rq"
  | "send-associate-ac"
  | "send-associate-rj"
  | "send-p-data"
  | "send-release-rq"
  | "send-release-rp"
  | "send-abort-user" // A-ABORT, source 0
  | "send-abort-provider" // A-ABORT, source 2 with a reason of table 9-26
  | "indicate-associate" // hand the A-ASSOCIATE-RQ to the user, who answers Evt7 or Evt8
  | "confirm-accept"
  | "confirm-reject"
  | "indicate-p-data"
  | "indicate-release"
  | "confirm-release"
  | "indicate-abort"
  | "indicate-p-abort"

interface Action {
  readonly effects: readonly Effect[]
  readonly next: State
  /** Next state when the machine is the association acceptor, where it differs. */
  readonly nextOfAcceptor?: State
}

const act = (next: State, ...effects: readonly Effect[]): Action => ({ effects, next })

/** PS3.8 tables 9-6 to 9-9. */
export const ACTIONS = {
  // Table 9-6, association establishment
  "AE-1": act("Sta4", "connect"),
  "AE-2": act("Sta5", "send-associate-rq"),
  "AE-3": act("Sta6", "confirm-accept"),
  "AE-4": act("Sta1", "confirm-reject", "close"),
  "AE-5": act("Sta2", "start-artim"),
  // We differ in form: AE-6 lets the provider reject by itself (Sta13). Here the user is always asked and answers
  // with Evt8, whose action AE-8 has the same effects on the wire and the same next state.
  "AE-6": act("Sta3", "stop-artim", "indicate-associate"),
  "AE-7": act("Sta6", "send-associate-ac"),
  "AE-8": act("Sta13", "send-associate-rj", "start-artim"),
  // Table 9-7, data transfer
  "DT-1": act("Sta6", "send-p-data"),
  "DT-2": act("Sta6", "indicate-p-data"),
  // Table 9-8, association release
  "AR-1": act("Sta7", "send-release-rq"),
  "AR-2": act("Sta8", "indicate-release"),
  "AR-3": act("Sta1", "confirm-release", "close"),
  "AR-4": act("Sta13", "send-release-rp", "start-artim"),
  "AR-5": act("Sta1", "stop-artim"),
  "AR-6": act("Sta7", "indicate-p-data"),
  "AR-7": act("Sta8", "send-p-data"),
  "AR-8": { ...act("Sta9", "indicate-release"), nextOfAcceptor: "Sta10" },
  "AR-9": act("Sta11", "send-release-rp"),
  "AR-10": act("Sta12", "confirm-release"),
  // Table 9-9, association abort
  "AA-1": act("Sta13", "send-abort-user", "start-artim"),
  "AA-2": act("Sta1", "stop-artim", "close"),
  "AA-3": act("Sta1", "indicate-abort", "close"),
  "AA-4": act("Sta1", "indicate-p-abort"),
  "AA-5": act("Sta1", "stop-artim"),
  "AA-6": act("Sta13"),
  "AA-7": act("Sta13", "send-abort-provider"),
  "AA-8": act("Sta13", "send-abort-provider", "indicate-p-abort", "start-artim"),
} as const satisfies Record<string, Action>
export type ActionName = keyof typeof ACTIONS

/** In every state with an association, or half of one, what comes out of turn ends it. */
const OUT_OF_TURN = {
  Evt3: "AA-8",
  Evt4: "AA-8",
  Evt6: "AA-8",
  Evt10: "AA-8",
  Evt12: "AA-8",
  Evt13: "AA-8",
  Evt15: "AA-1",
  Evt16: "AA-3",
  Evt17: "AA-4",
  Evt19: "AA-8",
} as const

/** PS3.8 table 9-10, one column per entry. An event not listed cannot happen in that state. */
export const TRANSITIONS: Readonly<Record<State, Partial<Record<Event, ActionName>>>> = {
  Sta1: { Evt1: "AE-1", Evt5: "AE-5" },
  Sta2: {
    Evt3: "AA-1",
    Evt4: "AA-1",
    Evt6: "AE-6",
    Evt10: "AA-1",
    Evt12: "AA-1",
    Evt13: "AA-1",
    Evt16: "AA-2",
    Evt17: "AA-5",
    Evt18: "AA-2",
    Evt19: "AA-1",
  },
  Sta3: { ...OUT_OF_TURN, Evt7: "AE-7", Evt8: "AE-8" },
  Sta4: { Evt2: "AE-2", Evt15: "AA-2", Evt17: "AA-4" },
  Sta5: { ...OUT_OF_TURN, Evt3: "AE-3", Evt4: "AE-4" },
  Sta6: { ...OUT_OF_TURN, Evt9: "DT-1", Evt10: "DT-2", Evt11: "AR-1", Evt12: "AR-2" },
  Sta7: { ...OUT_OF_TURN, Evt10: "AR-6", Evt12: "AR-8", Evt13: "AR-3" },
  Sta8: { ...OUT_OF_TURN, Evt9: "AR-7", Evt14: "AR-4" },
  Sta9: { ...OUT_OF_TURN, Evt14: "AR-9" },
  Sta10: { ...OUT_OF_TURN, Evt13: "AR-10" },
  Sta11: { ...OUT_OF_TURN, Evt13: "AR-3" },
  Sta12: { ...OUT_OF_TURN, Evt14: "AR-4" },
  Sta13: {
    Evt3: "AA-6",
    Evt4: "AA-6",
    Evt6: "AA-7",
    Evt10: "AA-6",
    Evt12: "AA-6",
    Evt13: "AA-6",
    Evt16: "AA-2",
    Evt17: "AR-5",
    Evt18: "AA-2",
    Evt19: "AA-7",
  },
}

/** The machine of one connection. */
export class UpperLayer {
  readonly #requestor: boolean
  #state: State = "Sta1"

  constructor(role: "requestor" | "acceptor") {
    this.#requestor = role === "requestor"
  }

  get state(): State {
    return this.#state
  }

  /** Whether table 9-10 has an action for `event` now. */
  allows(event: Event): boolean {
    return TRANSITIONS[this.#state][event] !== undefined
  }

  /**
   * Let `event` happen: moves to the next state and returns what is to be done, in order.
   *
   * @throws Malformed `NO_TRANSITION` for an empty cell of table 9-10: a fault of the local user, never of the peer
   */
  apply(event: Event): readonly Effect[] {
    const name = TRANSITIONS[this.#state][event]
    if (!name) throw new Malformed("NO_TRANSITION", "PS3.8 table 9-10", `${EVENTS[event]} in ${this.#state}`)
    const action: Action = ACTIONS[name]
    this.#state = this.#requestor ? action.next : (action.nextOfAcceptor ?? action.next)
    return action.effects
  }
}
