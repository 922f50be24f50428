import assert from "node:assert/strict"
import type { Intent, ToolMode } from "../../../viewer/gesture/intent.ts"
import {
  gestureStep,
  IDLE,
  pxPerImage,
  type GestureState,
  type PointerSample,
} from "../../../viewer/gesture/pointers.ts"

type Brief = Partial<PointerSample> & Pick<PointerSample, "type">

/** Plays events in order, 10 ms apart unless they say when, and collects what they mean. */
function play(events: readonly Brief[], mode: ToolMode = "scroll", images = 300): Intent[] {
  let state: GestureState = IDLE
  const intents: Intent[] = []
  events.forEach((event, at) => {
    const sample: PointerSample = {
      id: 1,
      device: "touch",
      button: 0,
      x: 100,
      y: 100,
      atMs: at * 10,
      ...event,
    }
    const step = gestureStep(state, sample, { mode, images })
    state = step.state
    intents.push(...step.intents)
  })
  return intents
}
const down = (over: Partial<PointerSample> = {}): Brief => ({ type: "down", ...over })
const move = (over: Partial<PointerSample>): Brief => ({ type: "move", ...over })
const up = (over: Partial<PointerSample> = {}): Brief => ({ type: "up", ...over })
const scrolled = (intents: readonly Intent[]): number =>
  intents.reduce((sum, intent) => sum + (intent.kind === "scroll" ? intent.images : 0), 0)

describe("one finger", () => {
  it("leafs: down is onwards, 2 px per image in a stack of 300", () => {
    assert.equal(scrolled(play([down(), move({ y: 120 }), move({ y: 140 }), up({ y: 140 })])), 20)
    assert.equal(scrolled(play([down(), move({ y: 60 }), up({ y: 60 })])), -20)
  })

  it("leafs slower in a short stack, and loses no fraction of a step", () => {
    assert.deepEqual([pxPerImage(300), pxPerImage(1000), pxPerImage(50), pxPerImage(3)], [2, 2, 12, 24])
    const slow = Array.from({ length: 48 }, (_, at) => move({ y: 111 + at }))
    assert.equal(scrolled(play([down(), move({ y: 111 }), ...slow], "scroll", 10)), 2)
  })

  it("changes the window when that tool is pressed", () => {
    assert.deepEqual(play([down(), move({ x: 130, y: 80 })], "window"), [{ kind: "window", dx: 30, dy: -20 }])
  })

  it("pans and zooms with those tools", () => {
    assert.deepEqual(play([down(), move({ x: 130, y: 80 })], "pan"), [{ kind: "pan", dx: 30, dy: -20 }])
    const [zoom] = play([down(), move({ y: 80 })], "zoom")
    assert.ok(zoom?.kind === "zoom" && zoom.factor > 1)
  })

  it("means nothing while it trembles, and a double tap when it taps twice", () => {
    const tap = [down(), move({ x: 104 }), up({ x: 104 })]
    assert.deepEqual(play(tap), [])
    assert.deepEqual(play([...tap, ...tap]), [{ kind: "double-tap", x: 100, y: 100 }])
  })

  it("does not tap twice across the screen or after a while", () => {
    const far = { x: 300 }
    assert.deepEqual(play([down(), up(), down(far), up(far)]), [])
    assert.deepEqual(play([down(), up(), down({ atMs: 900 }), up({ atMs: 950 })]), [])
  })

  it("presses long when it stays, and then is no tap", () => {
    const held = play([down({ atMs: 0 }), { type: "hold", atMs: 510 }, up({ atMs: 520 })])
    assert.deepEqual(held, [{ kind: "long-press", x: 100, y: 100 }])
    assert.deepEqual(
      play([down({ atMs: 0 }), move({ y: 150 }), { type: "hold", atMs: 510 }]).at(-1)?.kind,
      "scroll",
    )
  })
})

describe("two fingers", () => {
  const two = [down({ id: 1, x: 100 }), down({ id: 2, x: 200 })]

  it("zoom about their middle by how far they spread, and pan at once", () => {
    const intents = play([...two, move({ id: 2, x: 300 })])
    assert.deepEqual(intents, [
      { kind: "zoom", factor: 2, x: 150, y: 100 },
      { kind: "pan", dx: 50, dy: 0 },
    ])
  })

  it("leave nothing to the last finger: no jump when one is lifted", () => {
    const intents = play([
      ...two,
      move({ id: 2, x: 300 }),
      up({ id: 2 }),
      move({ id: 1, y: 300 }),
      up({ id: 1 }),
    ])
    assert.equal(scrolled(intents), 0)
  })

  it("give the hand back when both are lifted", () => {
    assert.equal(scrolled(play([...two, up({ id: 1 }), up({ id: 2 }), down(), move({ y: 140 })])), 20)
  })

  it("of which one is cancelled end like any other", () => {
    assert.equal(scrolled(play([...two, { type: "cancel", id: 2 }, move({ id: 1, y: 300 })])), 0)
  })
})

describe("other hands", () => {
  it("three fingers change the window whatever the tool", () => {
    const three = [down({ id: 1 }), down({ id: 2 }), down({ id: 3 })]
    assert.deepEqual(play([...three, move({ id: 3, x: 130 })]), [{ kind: "window", dx: 10, dy: 0 }])
  })

  it("the right button changes the window, the middle one pans", () => {
    const mouse = { device: "mouse" as const }
    assert.equal(play([down({ ...mouse, button: 2 }), move({ ...mouse, x: 130 })])[0]?.kind, "window")
    assert.equal(play([down({ ...mouse, button: 1 }), move({ ...mouse, x: 130 })])[0]?.kind, "pan")
  })

  it("a palm beside the pen means nothing", () => {
    const pen = { device: "pen" as const, id: 9 }
    const intents = play([down(pen), down({ id: 1 }), move({ id: 1, y: 300 }), move({ ...pen, y: 140 })])
    assert.equal(scrolled(intents), 20)
  })

  it("a pointer that never came down means nothing", () => {
    assert.deepEqual(play([move({ y: 300 }), up({})]), [])
  })
})
