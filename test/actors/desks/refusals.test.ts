import assert from "node:assert/strict"
import { connect } from "node:net"
import type { DeskClient } from "../../../deploy/demo/desk-client.ts"
import { ReportError, SpoolError } from "../../../gateway/journey/errors.ts"
import { siteOf } from "../../../gateway/actors/desks/site.ts"
import { CLERK, enrolled, openHarness, READER, type Harness } from "./harness.ts"

const DRAFT = { findings: "所見", impression: "", keyImages: [], correctionReason: "" }

describe("what a desk refuses", () => {
  let desk: Harness
  let client: DeskClient
  before(async () => {
    desk = await openHarness("reading")
    client = await enrolled(desk, READER)
  })
  after(() => desk.close())
  beforeEach(() => desk.recorder.asked.splice(0))

  const code = async (
    method: string,
    path: string,
    body?: object | string,
    headers?: Record<string, string>,
  ): Promise<string> => {
    const reply = await client.exchange(method, path, body, headers)
    const said = JSON.parse(reply.bytes.toString()) as { code: string }
    return `${reply.status} ${said.code}`
  }

  describe("by where a request comes from", () => {
    it("refuses a change from another origin, without the header, or from a page the browser calls foreign", async () => {
      const start = (headers: Record<string, string>): Promise<string> =>
        code("POST", "/api/cases/req-1/start", undefined, headers)
      assert.equal(await start({ Origin: "http://evil.localhost" }), "403 ERR_FOREIGN_ORIGIN")
      assert.equal(await start({ Origin: "null" }), "403 ERR_FOREIGN_ORIGIN")
      assert.equal(await start({ "X-Requested-By": "" }), "403 ERR_FOREIGN_ORIGIN")
      assert.equal(await start({ "Sec-Fetch-Site": "same-site" }), "403 ERR_FOREIGN_ORIGIN")
      assert.equal(await start({ "Sec-Fetch-Site": "none" }), "403 ERR_FOREIGN_ORIGIN")
      assert.deepEqual(desk.recorder.asked, [])
    })

    it("refuses a read that another site embeds, not one the person typed", async () => {
      const foreign = { "Sec-Fetch-Site": "cross-site" }
      assert.equal(await code("GET", "/api/worklist", undefined, foreign), "403 ERR_FOREIGN_ORIGIN")
      const typed = await client.exchange("GET", "/api/worklist", undefined, { "Sec-Fetch-Site": "none" })
      assert.equal(typed.status, 200)
    })

    it("refuses a login that another site starts", async () => {
      const foreign = { Origin: "http://evil.localhost" }
      assert.equal(await code("POST", "/api/login/options", undefined, foreign), "403 ERR_FOREIGN_ORIGIN")
    })
  })

  describe("by who asks", () => {
    it("refuses whoever is not logged in", async () => {
      for (const path of ["/api/worklist", "/api/prepared/p/pdf", "/dicomweb/studies/1.2/metadata"])
        assert.equal(await code("GET", path, undefined, { Cookie: "" }), "401 ERR_LOGIN_NEEDED")
    })

    it("refuses a cookie that was tossed beside the real one", async () => {
      const reply = await client.exchange("GET", "/api/session")
      assert.equal(reply.status, 200)
      const tossed = { Cookie: `sid=${"A".repeat(43)}; sid=${"B".repeat(43)}` }
      assert.equal(await code("GET", "/api/worklist", undefined, tossed), "401 ERR_LOGIN_NEEDED")
    })

    it("refuses another role", async () => {
      const clerk = await openHarness("reading")
      try {
        await enrolled(clerk, CLERK)
        await assert.rejects(clerk.client.get("/api/worklist"), { status: 403, code: "ERR_NOT_ALLOWED" })
        assert.deepEqual(clerk.recorder.asked, [])
      } finally {
        await clerk.close()
      }
    })

    it("knows no machine tokens at the reading desk", async () => {
      const token = { Authorization: "Bearer his-token", Cookie: "" }
      assert.equal(await code("GET", "/api/worklist", undefined, token), "401 ERR_LOGIN_NEEDED")
    })
  })

  describe("by what is sent", () => {
    const draft = "/api/cases/req-1/draft"

    it("names every fault of a body at once", async () => {
      const body = {
        draft: {
          ...DRAFT,
          findings: 7,
          keyImages: [{ SOPInstanceUID: "x", frame: 0, windowCenter: 1, windowWidth: 0 }],
          extra: 1,
        },
      }
      await assert.rejects(client.put(draft, body), {
        status: 400,
        code: "ERR_INPUT",
        faults: [
          "draft.findings",
          "draft.keyImages.0.SOPInstanceUID",
          "draft.keyImages.0.frame",
          "draft.keyImages.0.windowWidth",
          "draft.extra",
          "expectedVersion",
        ],
      })
    })

    it("refuses bad JSON, no body and another content type", async () => {
      assert.equal(await code("PUT", draft, '{"draft":'), "400 ERR_INPUT")
      assert.equal(await code("PUT", draft), "415 ERR_INPUT_TYPE")
      assert.equal(await code("PUT", draft, "a=b", { "Content-Type": "text/plain" }), "415 ERR_INPUT_TYPE")
      assert.equal(await code("PUT", draft, "{}", { "Content-Encoding": "gzip" }), "415 ERR_INPUT_TYPE")
    })

    it("refuses a body over 256 KiB without reading on", async () => {
      const body = { draft: { ...DRAFT, findings: "x".repeat(300_000) }, expectedVersion: 0 }
      assert.equal(await code("PUT", draft, body), "413 ERR_INPUT_TOO_LARGE")
    })

    it("asks a stranger for login before it reads a body", async () => {
      assert.equal(await code("PUT", draft, "{", { Cookie: "" }), "401 ERR_LOGIN_NEEDED")
    })

    it("finds nothing under an address that is none", async () => {
      for (const path of [
        "/api/nothing",
        "/api/cases/..%2f..%2fetc",
        `/api/cases/${"x".repeat(200)}`,
        "/api/cases/%zz",
        "/dicomweb/studies/1.2/series/1.3/instances/1.4/frames/0",
        "/dicomweb/studies/abc/metadata",
        "/anything",
      ])
        assert.equal(await code("GET", path), "404 ERR_NOT_FOUND", path)
    })

    it("survives a request that is no HTTP", async () => {
      const socket = connect(desk.desk.port, "127.0.0.1")
      socket.end("\x16\x03\x01 hello\r\n\r\n")
      await new Promise((resolve) => socket.on("close", resolve).resume())
      await client.get("/api/worklist")
    })
  })

  describe("by what the handler says", () => {
    it("tells a known failure by its code", async () => {
      desk.recorder.fails.set("start", new ReportError("ERR_REPORT_STATE", "already final"))
      await assert.rejects(client.post("/api/cases/req-1/start"), { status: 409, code: "ERR_REPORT_STATE" })
    })

    it("logs no sentence that is not our own, and no id of a path", async () => {
      desk.log.splice(0)
      desk.recorder.fails.set("start", new Error("山田 太郎"))
      await assert.rejects(client.post("/api/cases/case-77/start"), { status: 500 })
      const text = desk.log.join("\n")
      assert.equal(text.includes("山田"), false)
      assert.equal(text.includes("case-77"), false)
      assert.match(text, /"path":"\/api\/cases\/:requestId\/start","status":500/)
    })

    it("tells of any other failure an id only, which stands in the log", async () => {
      for (const error of [
        new Error("山田 太郎 123"),
        new SpoolError("ERR_SPOOL_ROT", "frame 7 of segment 12 does not check"),
      ]) {
        desk.recorder.fails.set("worklist", error)
        const reply = await client.exchange("GET", "/api/worklist")
        const said = JSON.parse(reply.bytes.toString()) as { code: string; requestId: string }
        assert.equal(reply.status, 500)
        assert.equal(said.code, "ERR_INTERNAL")
        assert.equal(reply.bytes.toString().includes(error.message), false)
        assert.equal(desk.log.filter((line) => line.includes(said.requestId)).length, 1)
      }
    })
  })

  describe("headers", () => {
    it("forbid storing, framing, sniffing and foreign content on every answer", async () => {
      const { headers } = await client.exchange("GET", "/api/worklist")
      assert.equal(headers["cache-control"], "no-store")
      assert.equal(headers["x-content-type-options"], "nosniff")
      assert.equal(headers["cross-origin-opener-policy"], "same-origin")
      assert.equal(headers["cross-origin-embedder-policy"], "require-corp")
      assert.equal(headers["cross-origin-resource-policy"], "same-origin")
      assert.equal(headers["referrer-policy"], "no-referrer")
      assert.match(String(headers["permissions-policy"]), /camera=\(\)/)
      assert.equal(headers["x-powered-by"], undefined)
      assert.equal(headers["strict-transport-security"], undefined, "means nothing over http")
      assert.match(
        String(headers["content-security-policy"]),
        /^default-src 'none';script-src 'self' 'wasm-unsafe-eval';style-src 'self';.*frame-ancestors 'none'/,
      )
    })
  })

  describe("a wrong place", () => {
    it("is refused before a port is opened", async () => {
      for (const [origin, rpId] of [
        ["http://reading.example.jp", "reading.example.jp"],
        ["https://reading.example.jp/path", "reading.example.jp"],
        ["https://reading.example.jp", "other.jp"],
        ["nonsense", "nonsense"],
      ] as const) {
        await assert.rejects(openHarness("reading", { origin, rpId }), { code: "ERR_CONFIG_INVALID" })
      }
    })

    it("takes https anywhere with a __Host- cookie, and plain http on localhost", () => {
      assert.equal(siteOf("https://r.example.jp", "example.jp", 443).cookieName, "__Host-sid")
      assert.equal(
        siteOf("http://center.localhost:0", "center.localhost", 81).origin,
        "http://center.localhost:81",
      )
      assert.equal(siteOf("http://localhost", "localhost", 80).cookieName, "sid")
      assert.throws(() => siteOf("http://localhost.evil.jp", "localhost.evil.jp", 80))
    })
  })
})
