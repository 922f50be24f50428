import assert from "node:assert/strict"
import {
  ACTIONS,
  EVENTS,
  TRANSITIONS,
  UpperLayer,
  type ActionName,
  type Event,
  type State,
} from "../../../gateway/standards/dicom/upper-layer.ts"

/** PS3.8 table 9-10 as it is printed: one row per event, columns Sta1 to Sta13; next state in tables 9-6 to 9-9. */
const TABLE_9_10 = `
Evt1  AE-1 -    -    -    -    -    -    -    -    -     -    -    -
Evt2  -    -    -    AE-2 -    -    -    -    -    -     -    -    -
Evt3  -    AA-1 AA-8 -    AE-3 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6
Evt4  -    AA-1 AA-8 -    AE-4 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6
Evt5  AE-5 -    -    -    -    -    -    -    -    -     -    -    -
Evt6  -    AE-6 AA-8 -    AA-8 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-7
Evt7  -    -    AE-7 -    -    -    -    -    -    -     -    -    -
Evt8  -    -    AE-8 -    -    -    -    -    -    -     -    -    -
Evt9  -    -    -    -    -    DT-1 -    AR-7 -    -     -    -    -
Evt10 -    AA-1 AA-8 -    AA-8 DT-2 AR-6 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6
Evt11 -    -    -    -    -    AR-1 -    -    -    -     -    -    -
Evt12 -    AA-1 AA-8 -    AA-8 AR-2 AR-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6
Evt13 -    AA-1 AA-8 -    AA-8 AA-8 AR-3 AA-8 AA-8 AR-10 AR-3 AA-8 AA-6
Evt14 -    -    -    -    -    -    -    AR-4 AR-9 -     -    AR-4 -
Evt15 -    -    AA-1 AA-2 AA-1 AA-1 AA-1 AA-1 AA-1 AA-1  AA-1 AA-1 -
Evt16 -    AA-2 AA-3 -    AA-3 AA-3 AA-3 AA-3 AA-3 AA-3  AA-3 AA-3 AA-2
Evt17 -    AA-5 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4  AA-4 AA-4 AR-5
Evt18 -    AA-2 -    -    -    -    -    -    -    -     -    -    AA-2
Evt19 -    AA-1 AA-8 -    AA-8 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-7`

/** How to bring a machine into each state from Sta1. */
const WAY: Readonly<Record<State, readonly [role: "requestor" | "acceptor", ...events: Event[]]>> = {
  Sta1: ["acceptor"],
  Sta2: ["acceptor", "Evt5"],
  Sta3: ["acceptor", "Evt5", "Evt6"],
  Sta4: ["requestor", "Evt1"],
  Sta5: ["requestor", "Evt1", "Evt2"],
  Sta6: ["acceptor", "Evt5", "Evt6", "Evt7"],
  Sta7: ["requestor", "Evt1", "Evt2", "Evt3", "Evt11"],
  Sta8: ["acceptor", "Evt5", "Evt6", "Evt7", "Evt12"],
  Sta9: ["requestor", "Evt1", "Evt2", "Evt3", "Evt11", "Evt12"],
  Sta10: ["acceptor", "Evt5", "Evt6", "Evt7", "Evt11", "Evt12"],
  Sta11: ["requestor", "Evt1", "Evt2", "Evt3", "Evt11", "Evt12", "Evt14"],
  Sta12: ["acceptor", "Evt5", "Evt6", "Evt7", "Evt11", "Evt12", "Evt13"],
  Sta13: ["acceptor", "Evt5", "Evt6", "Evt8"],
}

function machineIn(state: State): UpperLayer {
  const [role, ...events] = WAY[state]
  const machine = new UpperLayer(role)
  for (const event of events) machine.apply(event)
  assert.equal(machine.state, state)
  return machine
}

describe("upper layer machine, PS3.8 table 9-10", () => {
  const rows = TABLE_9_10.trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/) as [Event, ...(ActionName | "-")[]])

  it("has a row for each of the 19 events and a column for each of the 13 states", () => {
    assert.deepEqual(
      rows.map(([event]) => event),
      Object.keys(EVENTS),
    )
    assert.equal(
      rows.every((row) => row.length === 14),
      true,
    )
    assert.equal(Object.keys(TRANSITIONS).length, 13)
  })

  for (const [event, ...cells] of rows)
    describe(`${event}, ${EVENTS[event]}`, () => {
      for (const [at, cell] of cells.entries()) {
        const state = `Sta${at + 1}` as State
        it(cell === "-" ? `cannot happen in ${state}` : `does ${cell} in ${state}`, () => {
          const machine = machineIn(state)
          assert.equal(machine.allows(event), cell !== "-")
          if (cell === "-") {
            assert.throws(() => machine.apply(event), { name: "Malformed", code: "NO_TRANSITION" })
            assert.equal(machine.state, state)
            return
          }
          assert.equal(TRANSITIONS[state][event], cell)
          assert.deepEqual(machine.apply(event), ACTIONS[cell].effects)
          assert.equal(machine.state, ACTIONS[cell].next)
        })
      }
    })

  it("goes to Sta10 on a release collision when it is the acceptor", () => {
    const machine = machineIn("Sta6")
    machine.apply("Evt11")
    machine.apply("Evt12")
    assert.equal(machine.state, "Sta10")
  })

  it("stops a running ARTIM before it leaves Sta2 and starts it on the way to Sta13", () => {
    assert.ok(ACTIONS["AE-5"].effects.includes("start-artim"))
    assert.ok(ACTIONS["AE-6"].effects.includes("stop-artim"))
    for (const name of ["AE-8", "AR-4", "AA-1", "AA-8"] as const)
      assert.ok(ACTIONS[name].effects.includes("start-artim"))
  })
})
