/** Which screen a `#…` asks for. Only opaque ids, and codes that work once, ever stand in the address. */

export type Route =
  | { readonly name: "home" | "worklist" | "staff" | "technician" | "certificates" | "lines" }
  /** `studyId` "" = for images that are still to come. */
  | { readonly name: "new-request"; readonly studyId: string }
  | { readonly name: "read" | "sign" | "preliminary" | "report"; readonly requestId: string }
  | { readonly name: "decide"; readonly studyId: string }
  | { readonly name: "enrol"; readonly code: string }
  /** A device is registered; `code` "" = it is typed there. */
  | { readonly name: "device"; readonly code: string }
  /** Back from the door for cards: with a code that works once, or with why there is none. */
  | { readonly name: "card"; readonly what: "code" | "refused"; readonly value: string }

const WITH_REQUEST: Readonly<Record<string, "read" | "sign" | "preliminary" | "report">> = {
  read: "read",
  sign: "sign",
  preliminary: "preliminary",
  staff: "report",
}

/** Anything unknown leads home. @param hash `location.hash`, with or without `#` */
export function route(hash: string): Route {
  const [, first = "", second = "", third = ""] = hash.replace(/^#/, "").split("/")
  if (first === "enrol" && second !== "") return { name: "enrol", code: decode(second) }
  if (first === "device") return { name: "device", code: decode(second) }
  if (first === "card" && (second === "code" || second === "refused"))
    return { name: "card", what: second, value: decode(third) }
  if (first === "decide" && second !== "") return { name: "decide", studyId: decode(second) }
  if (first === "worklist" && second === "") return { name: "worklist" }
  if (first === "request" && second === "new") return { name: "new-request", studyId: decode(third) }
  if (first === "staff" && second === "") return { name: "staff" }
  if (first === "certificates" && second === "") return { name: "certificates" }
  if (first === "lines" && second === "") return { name: "lines" }
  if (first === "technician" && second === "") return { name: "technician" }
  const name = WITH_REQUEST[first]
  return name === undefined || second === "" ? { name: "home" } : { name, requestId: decode(second) }
}

/** A broken escape is taken as it stands; it will simply name nothing. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export const address = {
  device: "#/device",
  accounts: "#/",
  worklist: "#/worklist",
  staff: "#/staff",
  newRequest: "#/request/new",
  requestFor: (studyId: string) => `#/request/new/${encodeURIComponent(studyId)}`,
  technician: "#/technician",
  lines: "#/lines",
  certificates: "#/certificates",
  read: (requestId: string) => `#/read/${encodeURIComponent(requestId)}`,
  sign: (requestId: string) => `#/sign/${encodeURIComponent(requestId)}`,
  preliminary: (requestId: string) => `#/preliminary/${encodeURIComponent(requestId)}`,
  decide: (studyId: string) => `#/decide/${encodeURIComponent(studyId)}`,
  report: (requestId: string) => `#/staff/${encodeURIComponent(requestId)}`,
}
