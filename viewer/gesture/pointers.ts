/**
 * Pointers → intents, as a pure step function: (state, event) → state and intents. Time comes in with the event.
 *
 * One finger, pen or left button: the pressed tool. Two fingers: zoom about their middle and pan, both at once.
 * Three fingers or right button: window. Middle button: pan. When fingers come or go the hand is taken as it is then,
 * so nothing jumps; after a pinch the last finger does nothing until it leaves.
 */
import type { Intent, ToolMode } from "./intent.ts"

export interface PointerSample {
  readonly type: "down" | "move" | "up" | "cancel" | "hold"
  readonly id: number
  readonly device: "touch" | "mouse" | "pen"
  /** Button pressed with "down": 0 left, 1 middle, 2 right. */
  readonly button: number
  readonly x: number
  readonly y: number
  readonly atMs: number
}

interface Contact {
  readonly id: number
  readonly device: PointerSample["device"]
  readonly button: number
  readonly x: number
  readonly y: number
}

export interface GestureState {
  readonly contacts: readonly Contact[]
  /** More than one finger was down since the hand came: one finger left over means nothing. */
  readonly crowded: boolean
  /** Where and when a single contact came down, while it may still be a tap; null once it moved. */
  readonly press: { readonly x: number; readonly y: number; readonly atMs: number } | null
  readonly lastTap: { readonly x: number; readonly y: number; readonly atMs: number } | null
  /** Fraction of a scroll step not yet given out. */
  readonly carry: number
}

export interface GestureSettings {
  readonly mode: ToolMode
  /** Images in the stack: the more, the finer the scroll. */
  readonly images: number
}

export interface GestureStep {
  readonly state: GestureState
  readonly intents: readonly Intent[]
}

export const IDLE: GestureState = { contacts: [], crowded: false, press: null, lastTap: null, carry: 0 }

/** A press that stays within this is a tap, whatever the finger's tremor. */
const TAP_SLOP_PX = 10
const TAP_MS = 300
const DOUBLE_TAP_MS = 350
const DOUBLE_TAP_PX = 32
export const LONG_PRESS_MS = 500
/** Relative zoom per px of a drag with the zoom tool, upwards enlarges. */
const ZOOM_PER_PX = 0.005

/** Finger way per image: a stack of 30 is leafed in 20 px steps, one of 300 and more in 2 px steps. */
export const pxPerImage = (images: number): number => Math.min(24, Math.max(2, 600 / Math.max(1, images)))

const middle = (contacts: readonly Contact[]): { readonly x: number; readonly y: number } => ({
  x: contacts.reduce((sum, { x }) => sum + x, 0) / contacts.length,
  y: contacts.reduce((sum, { y }) => sum + y, 0) / contacts.length,
})

const spread = (contacts: readonly Contact[]): number => {
  const [a, b] = contacts
  return a === undefined || b === undefined ? 0 : Math.hypot(a.x - b.x, a.y - b.y)
}

function toolOf(contacts: readonly Contact[], settings: GestureSettings): ToolMode {
  if (contacts.length >= 3) return "window"
  const button = contacts[0]?.button
  if (button === 2) return "window"
  return button === 1 ? "pan" : settings.mode
}

function drag(state: GestureState, dx: number, dy: number, settings: GestureSettings): GestureStep {
  const { x, y } = middle(state.contacts)
  const tool = toolOf(state.contacts, settings)
  if (tool === "window") return { state, intents: [{ kind: "window", dx, dy }] }
  if (tool === "pan") return { state, intents: [{ kind: "pan", dx, dy }] }
  if (tool === "zoom")
    return { state, intents: [{ kind: "zoom", factor: Math.exp(-dy * ZOOM_PER_PX), x, y }] }
  const way = state.carry + dy / pxPerImage(settings.images)
  const images = Math.trunc(way)
  const intents: readonly Intent[] = images === 0 ? [] : [{ kind: "scroll", images }]
  return { state: { ...state, carry: way - images }, intents }
}

function pinch(before: readonly Contact[], state: GestureState): GestureStep {
  const [from, to] = [middle(before), middle(state.contacts)]
  const factor = spread(before) > 0 ? spread(state.contacts) / spread(before) : 1
  const intents: Intent[] = []
  if (factor !== 1 && factor > 0) intents.push({ kind: "zoom", factor, x: from.x, y: from.y })
  if (to.x !== from.x || to.y !== from.y) intents.push({ kind: "pan", dx: to.x - from.x, dy: to.y - from.y })
  return { state, intents }
}

function move(state: GestureState, event: PointerSample, settings: GestureSettings): GestureStep {
  const held = state.contacts.find(({ id }) => id === event.id)
  if (held === undefined) return { state, intents: [] }
  const contacts = state.contacts.map((one) =>
    one.id === event.id ? { ...one, x: event.x, y: event.y } : one,
  )
  const { press } = state
  if (press !== null && Math.hypot(event.x - press.x, event.y - press.y) <= TAP_SLOP_PX)
    return { state, intents: [] }
  const moved = { ...state, contacts, press: null }
  if (contacts.length === 2) return pinch(state.contacts, moved)
  if (contacts.length === 1 && state.crowded) return { state: moved, intents: [] }
  const [from, to] = [middle(state.contacts), middle(contacts)]
  return drag(moved, to.x - from.x, to.y - from.y, settings)
}

/** A palm beside the pen means nothing, and a pen takes the hand from whatever fingers were there. */
function down(state: GestureState, event: PointerSample): GestureStep {
  const penDown = state.contacts.some(({ device }) => device === "pen")
  if (penDown && event.device === "touch") return { state, intents: [] }
  const { id, device, button, x, y } = event
  const stay = device === "pen" ? [] : state.contacts.filter((one) => one.id !== id)
  const contacts = [...stay, { id, device, button, x, y }]
  const alone = contacts.length === 1
  return {
    state: {
      ...state,
      contacts,
      crowded: !alone,
      press: alone && button === 0 ? { x, y, atMs: event.atMs } : null,
      carry: 0,
    },
    intents: [],
  }
}

function up(state: GestureState, event: PointerSample): GestureStep {
  const contacts = state.contacts.filter(({ id }) => id !== event.id)
  const crowded = state.crowded && contacts.length > 0
  const { press, lastTap } = state
  const rest = { ...state, contacts, crowded, press: null, carry: 0 }
  if (press === null || event.type === "cancel" || event.atMs - press.atMs > TAP_MS)
    return { state: rest, intents: [] }
  const again =
    lastTap !== null &&
    event.atMs - lastTap.atMs <= DOUBLE_TAP_MS &&
    Math.hypot(press.x - lastTap.x, press.y - lastTap.y) <= DOUBLE_TAP_PX
  return again
    ? { state: { ...rest, lastTap: null }, intents: [{ kind: "double-tap", x: press.x, y: press.y }] }
    : { state: { ...rest, lastTap: { x: press.x, y: press.y, atMs: event.atMs } }, intents: [] }
}

/** "hold" is the host's timer: a finger that is still down where it came is a long press. */
function hold(state: GestureState, event: PointerSample): GestureStep {
  const { press } = state
  if (press === null || event.atMs - press.atMs < LONG_PRESS_MS) return { state, intents: [] }
  return { state: { ...state, press: null }, intents: [{ kind: "long-press", x: press.x, y: press.y }] }
}

/** One pointer event. */
export function gestureStep(
  state: GestureState,
  event: PointerSample,
  settings: GestureSettings,
): GestureStep {
  switch (event.type) {
    case "down":
      return down(state, event)
    case "move":
      return move(state, event, settings)
    case "hold":
      return hold(state, event)
    case "up":
    case "cancel":
      return up(state, event)
  }
}
