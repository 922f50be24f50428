import assert from "node:assert/strict"
import { keyCommand, type KeySample } from "../../../viewer/gesture/keys.ts"
import { wheelStep } from "../../../viewer/gesture/wheel.ts"

const key = (name: string, over: Partial<KeySample> = {}) =>
  keyCommand({
    key: name,
    keyCode: 0,
    isComposing: false,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    inEditor: false,
    ...over,
  })

describe("keys", () => {
  it("leaf, page and go to the ends", () => {
    assert.deepEqual(key("ArrowDown"), { kind: "scroll", images: 1 })
    assert.deepEqual(key("PageUp"), { kind: "scroll", images: -10 })
    assert.deepEqual(key("End"), { kind: "end", which: "last" })
  })

  it("choose presets by number, and the device's window by 0", () => {
    assert.deepEqual(key("5"), { kind: "preset", key: "5" })
    assert.deepEqual(key("0"), { kind: "preset", key: "0" })
  })

  it("are the same with and without capitals", () => {
    assert.deepEqual(key("F"), key("f"))
  })

  it("do nothing while an input method composes, in either of the ways browsers say so", () => {
    assert.equal(key("5", { isComposing: true }), null)
    assert.equal(key("Enter", { keyCode: 229 }), null)
    assert.equal(key("s", { ctrlKey: true, isComposing: true }), null)
  })

  it("write text when a field has them, and save with a modifier", () => {
    assert.equal(key("5", { inEditor: true }), null)
    assert.equal(key("ArrowDown", { inEditor: true }), null)
    assert.deepEqual(key("s", { inEditor: true, ctrlKey: true }), { kind: "save" })
  })

  it("leave the browser its own: Ctrl+F, Alt+1", () => {
    assert.equal(key("f", { ctrlKey: true }), null)
    assert.equal(key("1", { altKey: true }), null)
  })
})

describe("the wheel", () => {
  const sample = { deltaY: 0, deltaMode: 0, ctrlKey: false, x: 5, y: 6 }

  it("leafs one image per notch, however large the notch", () => {
    assert.deepEqual(wheelStep(0, { ...sample, deltaY: 120 }).intents, [{ kind: "scroll", images: 1 }])
    assert.deepEqual(wheelStep(0, { ...sample, deltaY: -3, deltaMode: 1 }).intents, [
      { kind: "scroll", images: -1 },
    ])
  })

  it("collects the small steps of a touch pad, and forgets them when it turns round", () => {
    const first = wheelStep(0, { ...sample, deltaY: 20 })
    assert.deepEqual([first.carryPx, first.intents], [20, []])
    assert.deepEqual(wheelStep(20, { ...sample, deltaY: 10 }).intents, [{ kind: "scroll", images: 1 }])
    assert.equal(wheelStep(20, { ...sample, deltaY: -5 }).carryPx, -5)
  })

  it("zooms about the pointer with Ctrl", () => {
    const [zoom] = wheelStep(0, { ...sample, deltaY: -100, ctrlKey: true }).intents
    assert.ok(zoom?.kind === "zoom" && zoom.factor > 1 && zoom.x === 5)
  })
})
