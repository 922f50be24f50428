import { html, type TemplateResult } from "lit"
import type { ReadingView, SigningStep, SigningView } from "../../../gateway/journey/views/reading.ts"
import { st, type StudyKey } from "../../text/study.ts"
import { clockSeconds } from "../../words/instant.ts"

export type StepState = SigningView["steps"][number]["state"]
export interface ShownStep {
  readonly step: SigningStep
  readonly state: StepState
  readonly at: string | null
}

export const STEPS: readonly SigningStep[] = [
  "frozen",
  "identity",
  "hpki",
  "time-stamp",
  "sent",
  "acknowledged",
]

/** Before the gateway has a signing to report, the page says where the signer stands. */
export function stepsBefore(
  phase: "preparing" | "prepared" | "identity" | "signing",
  frozenAt: string | null,
): readonly ShownStep[] {
  const now = { preparing: "frozen", prepared: null, identity: "identity", signing: "hpki" }[phase]
  const passed = { preparing: 0, prepared: 1, identity: 1, signing: 2 }[phase]
  return STEPS.map((step, at) => ({
    step,
    state: step === now ? "now" : at < passed ? "done" : "todo",
    at: step === "frozen" ? frozenAt : null,
  }))
}

/** The gateway's steps in our order; the one in which it stopped carries the fault. */
export const stepsOf = (signing: SigningView): readonly ShownStep[] =>
  STEPS.map((step) => signing.steps.find((one) => one.step === step) ?? { step, state: "todo", at: null })

/** `3:52` left of a time limit, "0:00" when over. */
export function timeLeft(expiresAt: string, now: Date): string {
  const seconds = Math.max(0, Math.floor((Date.parse(expiresAt) - now.getTime()) / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
}

/** What was frozen serves no more. */
export const isExpired = (prepared: { readonly expiresAt: string } | null, now: Date): boolean =>
  prepared !== null && Date.parse(prepared.expiresAt) <= now.getTime()

const NOTES: Readonly<
  Record<Exclude<SigningStep, "hpki">, Readonly<Record<"done" | "now" | "todo", StudyKey>>>
> = {
  frozen: { done: "step.frozen.done", now: "sign.preparing", todo: "step.frozen.todo" },
  identity: { done: "step.identity.done", now: "step.identity.now", todo: "step.identity.todo" },
  "time-stamp": { done: "step.time-stamp.done", now: "step.time-stamp.now", todo: "step.time-stamp.todo" },
  sent: { done: "step.sent.done", now: "step.sent.now", todo: "step.sent.todo" },
  acknowledged: {
    done: "step.acknowledged.done",
    now: "step.acknowledged.now",
    todo: "step.acknowledged.todo",
  },
}

export interface StepWords {
  readonly hospital: string
  /** Time left of the frozen text, while nothing is signed. */
  readonly left: string | null
  /** What went wrong and what to do, under the step that failed. */
  readonly failure: unknown
  /** Approved, and whoever holds the key has not signed yet. */
  readonly isAwaited: boolean
  /** Whose signature the agreement wants. */
  readonly signature: Signature
}

type Signature = NonNullable<ReadingView["reportSignature"]> | "hpki"
/** The step of the signature by whose it is. */
const SIGNATURE: Readonly<Record<Signature, Readonly<Record<"name" | "done" | "now" | "todo", StudyKey>>>> = {
  hpki: { name: "step.hpki", done: "step.hpki.done", now: "step.hpki.now", todo: "step.hpki.todo" },
  "qualified-other": { name: "step.own", done: "step.own.done", now: "step.own.now", todo: "step.own.todo" },
  "seal+passkey": { name: "step.seal", done: "step.seal.done", now: "step.seal.now", todo: "step.seal.todo" },
}

function note(
  { step, state, at }: ShownStep,
  { hospital, left, failure, isAwaited, signature }: StepWords,
): unknown {
  if (state === "fail") return failure
  if (step === "hpki" && state === "now" && isAwaited) return html`<small>${st("step.hpki.awaited")}</small>`
  const words =
    step === "frozen" && state === "done" && left !== null
      ? st("step.frozen.note", { left })
      : step === "hpki"
        ? st(SIGNATURE[signature][state])
        : st(NOTES[step][state], { hospital })
  const time = at === null || state !== "done" ? "" : `${clockSeconds(new Date(at))}\u3000`
  return html`<small class=${state === "todo" ? "dim" : ""}>${time}${words}</small>`
}

/** The way of the signature, downwards: what is done, what happens now, what is to come. */
export function signSteps(steps: readonly ShownStep[], words: StepWords): TemplateResult {
  return html`<ol class="way way-v" aria-label=${st("sign.steps")} aria-live="polite">
    ${steps.map(
      (one) =>
        html`<li data-s=${one.state} data-step=${one.step}>
          <b>${st(one.step === "hpki" ? SIGNATURE[words.signature].name : `step.${one.step}`)}</b
          >${note(one, words)}
        </li>`,
    )}
  </ol>`
}
