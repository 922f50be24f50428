/**
 * A tablet in a person's hands: Debian's Chromium with touch and an authenticator that verifies its user, at a real
 * gateway. Hands are real too: touches and compositions come through the browser's own input, not through the page.
 */
import assert from "node:assert/strict"
import type { Browser, CDPSession, Page, Request } from "playwright-core"
import { openPage, type Opened } from "../../viewer/chromium.ts"
import { keptText } from "../../viewer/shell/page-checks.ts"

interface Point {
  readonly x: number
  readonly y: number
}

const MOVES = 8
/** What Chromium itself says of an answer ≥ 400 or a gateway that is gone; the tests that bring these about expect it. */
const NETWORK = /Failed to load resource|WebSocket connection to/

export class Tablet {
  readonly page: Page
  /** Every request of the page, in order. */
  readonly requests: Request[] = []
  /** All the page complained about that it was not made to. */
  readonly complaints: string[] = []
  readonly #opened: Opened
  readonly #cdp: CDPSession

  private constructor(opened: Opened, cdp: CDPSession) {
    this.page = opened.page
    this.#opened = opened
    this.#cdp = cdp
    opened.page.on("request", (request) => this.requests.push(request))
    opened.page.on("console", (message) => {
      if (message.type() === "error" && !NETWORK.test(message.text())) this.complaints.push(message.text())
    })
  }

  static async open(browser: Browser, size: { width?: number; height?: number } = {}): Promise<Tablet> {
    const opened = await openPage(browser, size)
    const cdp = await opened.context.newCDPSession(opened.page)
    await cdp.send("WebAuthn.enable")
    await cdp.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    return new Tablet(opened, cdp)
  }

  /** Opens an enrolment link and makes a passkey; logged in when `landmark` is drawn. */
  async enrol(link: string, landmark: string): Promise<void> {
    await this.page.goto(link)
    await this.page.getByRole("button", { name: "パスキーを作る" }).click()
    await this.page.locator(landmark).first().waitFor()
  }

  async tap(point: Point): Promise<void> {
    await this.#touch("touchStart", [point])
    await this.#touch("touchEnd", [])
  }

  /** One finger from here to there. */
  async drag(from: Point, to: Point): Promise<void> {
    await this.#touch("touchStart", [from])
    for (let move = 1; move <= MOVES; move++)
      await this.#touch("touchMove", [
        { x: from.x + ((to.x - from.x) * move) / MOVES, y: from.y + ((to.y - from.y) * move) / MOVES },
      ])
    await this.#touch("touchEnd", [])
  }

  /** Writes into the focused field as a Japanese input method does: kana under composition, then the converted text. */
  async compose(kana: string, converted: string): Promise<void> {
    for (let length = 1; length <= kana.length; length++)
      await this.#cdp.send("Input.imeSetComposition", {
        text: kana.slice(0, length),
        selectionStart: length,
        selectionEnd: length,
      })
    await this.#cdp.send("Input.insertText", { text: converted })
  }

  /** What the browser keeps on this device, and what stands in its address. */
  async kept(): Promise<string> {
    return `${await keptText(this.page)}\n${this.page.url()}`
  }

  /** Closes; the page must have kept its content security policy and thrown nothing. */
  async close(): Promise<void> {
    await this.#opened.context.close()
    assert.deepEqual([...this.#opened.faults, ...this.complaints], [])
  }

  #touch(type: "touchStart" | "touchMove" | "touchEnd", touchPoints: readonly Point[]): Promise<unknown> {
    return this.#cdp.send("Input.dispatchTouchEvent", { type, touchPoints: [...touchPoints] })
  }
}
