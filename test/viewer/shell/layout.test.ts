/**
 * Every screen in both languages and at the sizes it is used: nothing cut, nothing sticking out. With
 * DOKUEI_SCREENSHOTS set to a folder each is also kept there as a picture, to be looked at by a person.
 */
import assert from "node:assert/strict"
import path from "node:path"
import type { Browser } from "playwright-core"
import { buildViewer } from "../build-viewer.ts"
import { hasChromium, launchChromium, openPage, type Opened } from "../chromium.ts"
import { CLERK, nobody, READER, SERVER_TIME } from "../fixtures/desk.ts"
import { DeskServer } from "./desk-server.ts"
import { reading, staff, visit } from "./open-desk.ts"
import { cutText } from "./page-checks.ts"

const BUILD_MS = 180_000
const PICTURES = process.env.DOKUEI_SCREENSHOTS
const TABLET = [1180, 820] as const
const PORTRAIT = [820, 1180] as const
const DESK = [1366, 960] as const
/** A desk at 200 % zoom (WCAG 2.2 1.4.4). */
const ZOOMED = [683, 480] as const
const PHONE = [390, 820] as const
const DEVICE_OFFER = {
  id: "4f".repeat(16),
  label: "第二読影室 診断用タブレット 1",
  ownerName: "放射 太郎",
  challenge: "c".repeat(43),
}

interface Screen {
  readonly name: string
  readonly day: (server: DeskServer) => void
  readonly hash: string
  readonly landmark: string
  readonly sizes: readonly (readonly [width: number, height: number])[]
}

const SCREENS: readonly Screen[] = [
  {
    name: "worklist",
    day: reading,
    hash: "#/worklist",
    landmark: ".wl-row",
    sizes: [TABLET, PORTRAIT, ZOOMED],
  },
  { name: "staff", day: staff, hash: "#/staff", landmark: ".sl-row", sizes: [DESK, PORTRAIT, ZOOMED] },
  { name: "request-form", day: staff, hash: "#/request/new", landmark: ".form", sizes: [DESK, PORTRAIT] },
  {
    name: "report-valid",
    day: staff,
    hash: "#/staff/valid",
    landmark: ".verdict",
    sizes: [DESK, PORTRAIT, ZOOMED],
  },
  {
    name: "report-valid-pending",
    day: staff,
    hash: "#/staff/valid-pending",
    landmark: ".verdict",
    sizes: [DESK],
  },
  {
    name: "report-indeterminate",
    day: staff,
    hash: "#/staff/indeterminate",
    landmark: ".verdict",
    sizes: [DESK],
  },
  { name: "report-invalid", day: staff, hash: "#/staff/invalid", landmark: ".verdict", sizes: [DESK] },
  {
    name: "report-acknowledged",
    day: staff,
    hash: "#/staff/acknowledged",
    landmark: ".verdict",
    sizes: [DESK],
  },
  {
    name: "report-appended",
    day: staff,
    hash: "#/staff/appended",
    landmark: ".doc-tabs",
    sizes: [PORTRAIT, ZOOMED],
  },
  { name: "stopped", day: staff, hash: "#/staff/0121", landmark: ".waiting", sizes: [DESK] },
  {
    name: "login",
    day: (server) => {
      reading(server)
      server.answer("GET /api/session", nobody(READER))
    },
    hash: "",
    landmark: ".gate-card",
    sizes: [TABLET],
  },
  {
    name: "device-unknown",
    day: (server) => {
      staff(server)
      server.answer("GET /api/session", { ...nobody(CLERK), registeredDevices: true })
    },
    hash: "",
    landmark: "device-form .btn",
    sizes: [TABLET, PHONE],
  },
  {
    name: "device-offer",
    day: (server) => {
      reading(server)
      server.answer("GET /api/session", { ...nobody(READER), registeredDevices: true })
      server.answer("POST /api/device/options", DEVICE_OFFER)
    },
    hash: "#/device/7GQ2-M4XK-9TBV",
    landmark: "[data-device=offer] .btn",
    sizes: [PHONE],
  },
  {
    name: "device-refused",
    day: (server) => {
      reading(server)
      server.answer("GET /api/session", nobody(READER))
      server.refuse("POST /api/device/options", 401, "ERR_CODE_REFUSED")
    },
    hash: "#/device/7GQ2-M4XK-9TBV",
    landmark: ".gate-card [role=alert]",
    sizes: [PHONE],
  },
  {
    name: "enrol-refused",
    day: (server) => {
      staff(server)
      server.answer("GET /api/session", nobody(CLERK))
      server.refuse("POST /api/enrol/options", 401, "ERR_CODE_REFUSED")
    },
    hash: "#/enrol/AB-CD",
    landmark: ".gate-card [role=alert]",
    sizes: [TABLET],
  },
  {
    name: "empty",
    day: (server) => {
      reading(server)
      server.answer("GET /api/worklist", { items: [], serverTime: SERVER_TIME })
    },
    hash: "#/worklist",
    landmark: ".quiet",
    sizes: [TABLET],
  },
  {
    name: "error",
    day: (server) => {
      reading(server)
      server.refuse("GET /api/worklist", 500, "ERR_LEDGER")
    },
    hash: "#/worklist",
    landmark: ".failed",
    sizes: [TABLET],
  },
]

/** Text that a person must be able to read whole. */
const READ =
  ".btn, .badge, .pt, .pt b, .pt small, .tat b, .tat small, .state b, .arr small, .flags span, .verdict *, .hint, .apphead .tabs"

describe("the layout", function () {
  let browser: Browser
  let server: DeskServer

  before(async function () {
    this.timeout(BUILD_MS)
    if (!hasChromium) {
      console.log("      skipped: chromium is not installed (apt install chromium)")
      this.skip()
    }
    server = await DeskServer.start(await buildViewer())
    browser = await launchChromium()
  })
  after(async () => {
    // Undefined when the hook above skipped.
    await (browser as Browser | undefined)?.close()
    await (server as DeskServer | undefined)?.stop()
  })

  for (const locale of ["ja-JP", "en-GB"])
    describe(`in ${locale.slice(0, 2)}`, () => {
      let opened: Opened
      before(async () => {
        opened = await openPage(browser, { locale, scale: PICTURES === undefined ? 1 : 2 })
      })
      after(() => opened.context.close())

      for (const { name, day, hash, landmark, sizes } of SCREENS)
        it(`cuts nothing of ${name}`, async () => {
          day(server)
          const { page, faults } = opened
          for (const [width, height] of sizes) {
            await page.setViewportSize({ width, height })
            // A hash alone would not load the page anew.
            await page.goto("about:blank")
            await visit(page, server, hash, landmark)
            if (PICTURES !== undefined)
              await page.screenshot({
                path: path.join(PICTURES, `${name}-${locale.slice(0, 2)}-${width}.png`),
              })
            assert.deepEqual(await cutText(page, READ), [], `${width} px wide`)
            const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert.ok(Number(over) <= 0, `${String(over)} px too wide at ${width}`)
          }
          assert.deepEqual(faults, [])
        })
    })
})
