import assert from "node:assert/strict"
import { inOrder, standing, versionViews } from "../../gateway/journey/lineage.ts"
import type { ReportRecord } from "../../gateway/journey/records/report.ts"

type Said = Pick<ReportRecord, "setId" | "version"> & Partial<ReportRecord>

/** Of a report only what places it. */
const report = (said: Said): ReportRecord =>
  ({
    id: `${said.setId} ${said.version}`,
    status: "final",
    preparedAt: "2026-01-01",
    signedAt: null,
    readerName: "",
    ...said,
  }) as unknown as ReportRecord
const TO_THE_FIRST = { setId: "report", version: 1 }

describe("the documents of one case", () => {
  it("are in the order they were written, and none before its parent, whatever order they are read in", () => {
    const reports = [
      report({ setId: "report", version: 1, preparedAt: "2026-01-05" }),
      report({ setId: "b", version: 1, preparedAt: "2026-01-02", appends: TO_THE_FIRST }),
      report({ setId: "report", version: 2, preparedAt: "2026-01-03" }),
      report({ setId: "a", version: 1, preparedAt: "2026-01-06", appends: TO_THE_FIRST }),
      report({ setId: "b", version: 2, preparedAt: "2026-01-07", appends: TO_THE_FIRST }),
      report({ setId: "report", version: 3, status: "draft", preparedAt: null }),
    ]
    const expected = ["report 1", "b 1", "report 2", "a 1", "b 2", "report 3"]
    for (const some of [reports, reports.toReversed()])
      assert.deepEqual(
        inOrder(some).map(({ id }) => id),
        expected,
      )
    assert.deepEqual(
      versionViews(reports).map(({ addendum }) => addendum),
      [undefined, 1, undefined, 2, 1, undefined],
    )
    assert.deepEqual(
      standing(reports).map(({ id }) => id),
      ["report 2", "b 2", "a 1"],
    )
  })

  it("are as many as a partner likes: thousands of versions are placed at once", () => {
    const many = Array.from({ length: 5_000 }, (_, index) =>
      report({ setId: "a", version: 5_000 - index, appends: TO_THE_FIRST }),
    )
    const startedMs = performance.now()
    const views = versionViews([report(TO_THE_FIRST), ...many])
    assert.ok(performance.now() - startedMs < 2_000)
    assert.deepEqual(
      views.map(({ version }) => version),
      [1, ...many.map(({ version }) => version).reverse()],
    )
  })

  it("that are each other's parent end nowhere, and are shown all the same", () => {
    const round = [
      report({ setId: "a", version: 1, appends: { setId: "b", version: 1 } }),
      report({ setId: "b", version: 1, appends: { setId: "a", version: 1 } }),
    ]
    assert.equal(inOrder(round).length, 2)
  })
})
