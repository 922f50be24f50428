/** One log line for every request that failed or changed something; reads that went well are the audit trail's. */
import type { RequestHandler } from "express"
import type { DeskLog } from "./options.ts"

/** Logs the pattern of the path (`/api/cases/:requestId`), not the path: ids are the audit trail's business too. */
export function requestLog(log: DeskLog): RequestHandler {
  return (request, response, next) => {
    const start = performance.now()
    response.once("close", () => {
      const reads = request.method === "GET" || request.method === "HEAD"
      if (reads && response.statusCode < 400 && response.writableFinished) return
      const route: unknown = request.route
      const known = typeof route === "object" && route !== null && "path" in route
      log(response.statusCode >= 500 ? "warn" : "info", "request", {
        method: request.method,
        path: known ? String(route.path) : "-",
        status: response.writableFinished ? response.statusCode : 0,
        durationMs: Math.round(performance.now() - start),
      })
    })
    next()
  }
}
