/**
 * The drawing child: one job at a time, one answer each. It holds no key and no file but the fonts; what it leaks or
 * breaks dies with it.
 */
import { DokueiError } from "../../journey/errors.ts"
import type { Answer, Job, Request, Result } from "./jobs.ts"

async function draw(job: Job): Promise<Result> {
  // Heavy modules are loaded by the first job that needs them.
  switch (job.kind) {
    case "encode": {
      const { encodeHtj2k } = await import("./htj2k.ts")
      return { kind: "encode", encoded: await encodeHtj2k(job.frame) }
    }
    case "decode": {
      const { decodeHtj2k } = await import("./htj2k.ts")
      return { kind: "decode", frame: await decodeHtj2k(job.frame) }
    }
    case "render": {
      const [{ windowed }, { writePng }] = await Promise.all([import("./window.ts"), import("./png.ts")])
      return { kind: "render", png: writePng(windowed(job.frame, job.windowCenter, job.windowWidth)) }
    }
    case "report": {
      const { drawReport } = await import("./report-pdf.ts")
      return { kind: "report", pdf: await drawReport(job.report, job.style) }
    }
    case "request": {
      const { drawRequestPdf } = await import("./request-pdf.ts")
      return { kind: "request", pdf: await drawRequestPdf(job.request, job.style) }
    }
    case "pages": {
      const { drawReportPages } = await import("./report-pdf.ts")
      return { kind: "pages", pages: await drawReportPages(job.report, job.style) }
    }
  }
}

async function answer(request: Request): Promise<Answer> {
  try {
    return { id: request.id, result: await draw(request.job) }
  } catch (error) {
    const code = isNamed(error) ? error.code : null
    return { id: request.id, failure: { code, message: messageOf(error) } }
  }
}

const isNamed = (error: unknown): error is DokueiError => error instanceof DokueiError

/** The wasm build throws numbers (pointers to C++ exceptions). */
const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : `thrown ${String(error)}`

process.on("message", (request: Request) => {
  void answer(request).then((reply) => process.send?.(reply))
})
// The parent is gone: nothing to draw for.
process.on("disconnect", () => process.exit(0))
