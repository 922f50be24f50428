import type { Intent } from "../../gesture/intent.ts"
import {
  gestureStep,
  IDLE,
  LONG_PRESS_MS,
  type GestureSettings,
  type GestureState,
  type PointerSample,
} from "../../gesture/pointers.ts"
import { wheelStep } from "../../gesture/wheel.ts"

/** Touches this near to the window's left edge belong to the system's back swipe. */
const EDGE_PX = 20

const DEVICES = { mouse: "mouse", pen: "pen", touch: "touch" } as const
const TYPES = { pointerdown: "down", pointermove: "move", pointerup: "up", pointercancel: "cancel" } as const

/** Feeds an element's pointers and wheel to the gesture module; `take` gets what they mean. */
export class GestureListener {
  readonly #element: HTMLElement
  readonly #settings: () => GestureSettings
  readonly #take: (intent: Intent) => void
  readonly #ears = new AbortController()
  #state: GestureState = IDLE
  #carryPx = 0
  #holdTimer: ReturnType<typeof setTimeout> | undefined

  constructor(element: HTMLElement, settings: () => GestureSettings, take: (intent: Intent) => void) {
    this.#element = element
    this.#settings = settings
    this.#take = take
    const { signal } = this.#ears
    for (const type of ["pointerdown", "pointermove", "pointerup", "pointercancel"] as const)
      element.addEventListener(type, (event) => this.#pointer(type, event), { signal })
    element.addEventListener("wheel", (event) => this.#wheel(event), { signal, passive: false })
    element.addEventListener("contextmenu", (event) => event.preventDefault(), { signal })
  }

  close(): void {
    clearTimeout(this.#holdTimer)
    this.#ears.abort()
  }

  #pointer(type: keyof typeof TYPES, event: PointerEvent): void {
    if (type === "pointerdown") {
      if (event.pointerType === "touch" && event.clientX < EDGE_PX) return
      this.#element.setPointerCapture(event.pointerId)
      clearTimeout(this.#holdTimer)
      this.#holdTimer = setTimeout(
        () => this.#step(this.#sample("hold", event, performance.now())),
        LONG_PRESS_MS + 10,
      )
    }
    this.#step(this.#sample(TYPES[type], event, event.timeStamp))
  }

  #sample(type: PointerSample["type"], event: PointerEvent, atMs: number): PointerSample {
    const { left, top } = this.#element.getBoundingClientRect()
    const device = DEVICES[event.pointerType as keyof typeof DEVICES] as PointerSample["device"] | undefined
    return {
      type,
      id: event.pointerId,
      device: device ?? "mouse",
      button: event.button,
      x: event.clientX - left,
      y: event.clientY - top,
      atMs,
    }
  }

  #step(sample: PointerSample): void {
    const { state, intents } = gestureStep(this.#state, sample, this.#settings())
    this.#state = state
    intents.forEach(this.#take)
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault()
    const { left, top } = this.#element.getBoundingClientRect()
    const { deltaY, deltaMode, ctrlKey, clientX, clientY } = event
    const { carryPx, intents } = wheelStep(this.#carryPx, {
      deltaY,
      deltaMode,
      ctrlKey,
      x: clientX - left,
      y: clientY - top,
    })
    this.#carryPx = carryPx
    intents.forEach(this.#take)
  }
}
