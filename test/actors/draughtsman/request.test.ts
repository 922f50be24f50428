import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { openDraughtsman } from "../../../gateway/actors/draughtsman/draughtsman.ts"
import { DEBIAN_STYLE } from "../../../gateway/actors/draughtsman/jobs.ts"
import { NO_TEXTS, type ReadingRequest } from "../../../gateway/standards/request/request-content.ts"

const run = promisify(execFile)

const REQUEST: ReadingRequest = {
  documentId: "2.25.4471",
  requestId: "2.25.4470",
  version: 1,
  status: "active",
  amendment: null,
  requestNumber: "R-20261126-0091",
  requestedAt: "2026-11-26T02:40:00Z",
  institution: { name: "みほん市民病院", oid: "1.2.392.1" },
  department: "脳神経内科",
  physician: { id: "", name: "想定 一夫" },
  telephone: "03-0000-0000（内線 221）",
  reportTo: "",
  readingCenter: { name: "架空読影センター", oid: "1.2.392.2" },
  namedReader: "",
  setting: "emergency",
  urgency: { code: "STAT", dueAt: "2026-11-26T03:40:00Z", telephoneOnResult: true, history: [] },
  patient: {
    PatientID: "00-0012345",
    idRoot: "1.2.392.3",
    alphabetic: "Mihon Taro",
    ideographic: "見本 太郎",
    phonetic: "ミホン タロウ",
    birthDate: "1945-03-08",
    sex: "M",
    onImages: [],
  },
  texts: {
    ...NO_TEXTS,
    purpose: "右片麻痺の原因検索。出血と早期虚血性変化の有無。",
    diagnosis: "脳梗塞疑い",
    history: "髙血圧で通院中。\n本日 9 時頃より右上下肢の脱力。",
    region: "頭部",
    contrastAgent: "使用なし",
    eGFR: "54 mL/min/1.73㎡",
  },
  parts: 1,
  studies: [
    {
      role: "target",
      StudyInstanceUID: "1.2.840.99.1",
      AccessionNumber: "X-20261126-017",
      description: "CT 頭部 単純",
      missing: 2,
    },
  ],
  attachments: [],
}

describe("printed request", function () {
  const draughtsman = openDraughtsman()
  let folder = ""
  before(async function () {
    if (!existsSync(DEBIAN_STYLE.fontFile)) {
      console.log("skipped: the Debian package fonts-noto-cjk is not installed")
      this.skip()
    }
    folder = await mkdtemp(join(tmpdir(), "dokuei-request-"))
  })
  after(async () => {
    await draughtsman.close()
    if (folder !== "") await rm(folder, { recursive: true })
  })

  async function printed(request: ReadingRequest): Promise<string> {
    const file = join(process.env.DOKUEI_SCREENSHOTS ?? folder, "request.pdf")
    await writeFile(file, await draughtsman.renderRequest(request))
    return file
  }
  const textOf = async (file: string) => (await run("pdftotext", ["-layout", file, "-"])).stdout

  it("is sound PDF/A-2b, byte-identical for an equal request", async () => {
    const file = await printed(REQUEST)
    await run("qpdf", ["--check", file])
    const [one, two] = await Promise.all(
      [REQUEST, structuredClone(REQUEST)].map((each) => draughtsman.renderRequest(each)),
    )
    assert.ok(Buffer.from(one!).equals(two!))
    assert.match(Buffer.from(one!).toString("latin1"), /<pdfaid:part>2<\/pdfaid:part>/)
  })

  it("says all that the form says, and that the images are fetched", async () => {
    const text = await textOf(await printed(REQUEST))
    for (const wanted of [
      /見本 太郎/,
      /ID 00-0012345/,
      /1945-03-08 生\s+男/,
      /緊急\s+2026-11-26 12:40 JST まで\s+結果は電話でも/,
      /画像は添付していません/,
      /R-20261126-0091/,
      /みほん市民病院\s+脳神経内科\s+想定 一夫/,
      /救急/,
      /CT 頭部 単純\s+受付 X-20261126-017/,
      /1\.2\.840\.99\.1/,
      /2\s*枚/,
      /検査目的[^]*右片麻痺/,
      /臨床診断[^]*脳梗塞疑い/,
      /髙血圧/,
      /54 mL/,
      /依頼票 2\.25\.4471/,
      /1 \/ 1 ページ/,
    ])
      assert.match(text, wanted)
    assert.doesNotMatch(text, /妊娠/, "what is not said has no heading")
  })

  it("goes on over as many pages as it needs", async () => {
    const history = "経過の一行。\n".repeat(120)
    const text = await textOf(await printed({ ...REQUEST, texts: { ...REQUEST.texts, history } }))
    assert.match(text, /4 \/ 4 ページ/)
  })

  it("is refused when a character cannot be printed, by its name", () =>
    assert.rejects(draughtsman.renderRequest({ ...REQUEST, department: "\u{E000}" }), {
      code: "ERR_REPORT_GLYPH",
    }))
})
