import assert from "node:assert/strict"
import type { DecodeTask } from "../../../viewer/decode-worker/decode-task.ts"
import { imageFacts } from "../../../viewer/image/image-facts.ts"
import { FrameStore, type FrameSource } from "../../../viewer/screens/study/frame-store.ts"
import { metadataOf, type SyntheticSeries } from "./synthetic.ts"

const SERIES: SyntheticSeries = {
  SeriesInstanceUID: "2.25.1",
  SeriesNumber: 1,
  SeriesDescription: "",
  Modality: "CT",
  rows: 512,
  columns: 512,
  signed: true,
  bitsStored: 16,
  photometricInterpretation: "MONOCHROME2",
  rescaleSlope: 1,
  rescaleIntercept: 0,
  window: null,
  padding: null,
  encoding: "htj2k",
  frames: [new Int16Array(1)],
}
const source = (path = "/frame/1"): FrameSource => ({
  path,
  facts: imageFacts(metadataOf(SERIES, 0) as never, 1),
})
const BODY = Uint8Array.from({ length: 40000 }, (_, at) => at)
const { signal } = new AbortController()

/** A server of one frame; `ranges` false = a proxy that ignores them. Decoding yields the bytes' count. */
function world(options: { ranges?: boolean; levelEnds?: string; etag?: () => string } = {}) {
  const asked: Record<string, string>[] = []
  const tasks: (Omit<DecodeTask, "id" | "bytes"> & { lengthBytes: number })[] = []
  const get = (_path: string, init: { headers?: Record<string, string> } = {}): Promise<Response> => {
    const headers = init.headers ?? {}
    asked.push(headers)
    const etag = options.etag?.() ?? '"a"'
    const [, first, last] = /bytes=(\d+)-(\d*)/.exec(headers.Range ?? "") ?? []
    const told = {
      "Content-Type": "image/jphc; transfer-syntax=1.2.840.10008.1.2.4.202",
      "X-Level-End-Bytes": options.levelEnds ?? "4000,12000,40000",
      ETag: etag,
    }
    const stale = headers["If-Range"] !== undefined && headers["If-Range"] !== etag
    if (first === undefined || options.ranges === false || stale)
      return Promise.resolve(new Response(BODY, { headers: told }))
    const end = last === "" ? BODY.length : Math.min(BODY.length, Number(last) + 1)
    return Promise.resolve(
      new Response(BODY.slice(Number(first), end), {
        status: 206,
        headers: { ...told, "Content-Range": `bytes ${first}-${end - 1}/${BODY.length}` },
      }),
    )
  }
  const decode = (task: Omit<DecodeTask, "id" | "bytes">, bytes: Uint8Array): Promise<Int16Array> => {
    tasks.push({ ...task, lengthBytes: bytes.length })
    return Promise.resolve(new Int16Array(512 * 512))
  }
  return {
    asked,
    tasks,
    store: new FrameStore({ get }, { decode }, { encodedBytes: 90000, decodedBytes: 1_100_000 }),
  }
}

describe("the store of frames", () => {
  it("shows the best resolution of the first bytes, then fetches only the rest", async () => {
    const { store, asked, tasks } = world()
    assert.equal((await store.preview(source(), signal))?.quality, "preview")
    assert.equal((await store.full(source(), signal)).quality, "full")
    assert.deepEqual(
      asked.map(({ Range }) => Range),
      ["bytes=0-16383", "bytes=16384-"],
    )
    assert.equal(asked[1]?.["If-Range"], '"a"')
    assert.deepEqual(
      tasks.map(({ halvings, lengthBytes }) => [halvings, lengthBytes]),
      [
        [1, 12000],
        [0, 40000],
      ],
    )
  })

  it("asks for nothing twice, however many want it at once", async () => {
    const { store, asked } = world()
    await Promise.all([
      store.preview(source(), signal),
      store.fetchPreview(source(), signal),
      store.full(source(), signal),
    ])
    await store.full(source(), signal)
    assert.equal(asked.length, 2)
  })

  it("takes the whole when ranges are ignored, and again when the bytes have changed meanwhile", async () => {
    const ignored = world({ ranges: false })
    assert.equal((await ignored.store.preview(source(), signal))?.quality, "full")
    let version = 0
    const changed = world({ etag: () => `"${(version += 1)}"` })
    await changed.store.fetchPreview(source(), signal)
    const part = await changed.store.fetchFull(source(), signal)
    assert.deepEqual([part.complete, part.bytes.length], [true, 40000])
  })

  it("has no preview of a frame without resolutions", async () => {
    const { store, tasks } = world({ levelEnds: "" })
    assert.equal(await store.preview(source(), signal), null)
    assert.equal(tasks.length, 0)
  })

  it("stays within its budgets over any number of frames", async () => {
    const { store, asked } = world()
    for (let at = 0; at < 20; at++) await store.full(source(`/frame/${at}`), signal)
    assert.equal(store.state(source("/frame/19")), "full")
    assert.equal(store.state(source("/frame/0")), "none")
    assert.equal(store.peek(source("/frame/17")), undefined)
    assert.equal(asked.length, 20)
  })

  it("forgets everything but what is on screen", async () => {
    const { store } = world()
    await store.full(source("/frame/1"), signal)
    await store.full(source("/frame/2"), signal)
    store.forgetAllBut([source("/frame/2")])
    assert.deepEqual(
      [store.peek(source("/frame/1")), store.peek(source("/frame/2"))?.quality],
      [undefined, "full"],
    )
    assert.equal(store.state(source("/frame/2")), "none")
  })
})
