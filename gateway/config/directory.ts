/** Configuration of the hospital's directory, from which people are chosen (IHE Personnel White Pages). */
import { z } from "zod"
import type { Issue } from "./issue.ts"
import { duration, file } from "./values.ts"

/** RFC 4512 2.5: a name or an OID, and options such as a language (RFC 3866). */
const ATTRIBUTE = /^([A-Za-z][A-Za-z0-9-]*|\d+(\.\d+)+)(;[A-Za-z0-9-]+)*$/
const MOST_ATTRIBUTES = 8

/** Where Japanese directories have it: with language tags, or as Active Directory names it. */
const NAMES = ["cn;lang-ja", "displayName;lang-ja", "displayName", "cn"]
const KANA = ["cn;lang-ja;phonetic", "cn;lang-ja-Kana", "cn;lang-ja-Hira", "msDS-PhoneticDisplayName"]
const DEPARTMENTS = ["departmentNumber;lang-ja", "ou;lang-ja", "department", "departmentNumber", "ou"]

/** @param least how many there must be: what a person cannot be without has one */
const attributes = (what: string, preferred: readonly string[], least = 0) =>
  z
    .array(z.string().max(64).regex(ATTRIBUTE, "must be an attribute, e.g. cn;lang-ja"))
    .min(least)
    .max(MOST_ATTRIBUTES)
    .default([...preferred])
    .describe(what)

export const directorySchema = z
  .strictObject({
    url: z
      .url({ protocol: /^ldaps?$/, error: "must be ldaps://HOST or ldap://HOST, with a port if need be" })
      .describe("`ldaps://HOST` (port 636), or `ldap://HOST` (389) with STARTTLS"),
    tls: z
      .enum(["starttls", "none"])
      .default("starttls")
      .describe(
        "how an `ldap://` connection is protected: by STARTTLS, which is never left out, or not at all, and that on this machine alone; `ldaps://` is TLS from its first octet",
      ),
    ca: file.optional().describe("authorities of its certificate, PEM; needed unless tls is none"),
    bindDn: z
      .string()
      .max(512)
      .regex(/=/, "must be a DN, e.g. cn=dokuei,dc=hospital,dc=jp")
      .optional()
      .describe("account that may read the directory; with it passwordFile. Left out: the directory is open"),
    passwordFile: file.optional().describe("one line"),
    base: z.string().max(512).regex(/=/, "must be a DN, e.g. ou=people,dc=hospital,dc=jp"),
    filter: z
      .string()
      .max(1024)
      .refine(isFilter, "must be a filter in brackets that are closed, e.g. (objectClass=inetOrgPerson)")
      .default("(objectClass=inetOrgPerson)")
      .describe("who of them (RFC 4515), e.g. `(&(objectClass=inetOrgPerson)(employeeType=doctor))`"),
    attributes: z
      .strictObject({
        id: attributes("what names a person within the hospital; goes out with their name", ["uid"], 1),
        name: attributes("as it is to be read", NAMES, 1),
        kana: attributes("how the name is spoken, for finding", KANA),
        latin: attributes("in Latin letters, for finding", ["cn;lang-en", "displayName;lang-en", "cn"]),
        department: attributes("department", DEPARTMENTS),
        organisation: attributes("institution", ["o;lang-ja", "o", "company"]),
        mail: attributes("e-mail", ["mail"]),
        telephone: attributes("telephone for questions", ["telephoneNumber"]),
      })
      .prefault({})
      .describe("attributes of each, the preferred one first; the first value that can be used counts"),
    every: duration.prefault("1h").describe("how often it is read"),
  })
  .optional()
  .describe(
    "the hospital's LDAP directory (IHE PWP): ordering physicians are chosen from it. Read as a whole, and kept for when it is away",
  )

/** Brackets that open and close; what stands in them the directory judges. */
function isFilter(text: string): boolean {
  let depth = 0
  for (const { 0: bracket, index } of text.matchAll(/[()]/g)) {
    depth += bracket === "(" ? 1 : -1
    if (depth < 0 || (depth === 0 && index !== text.length - 1)) return false
  }
  return depth === 0 && text.startsWith("(") && text.length > 2
}

type Raw = Readonly<Record<string, unknown>>

/** What its settings demand of each other; reads the raw value, as `rules.ts` does. */
export function directoryIssues({ url, tls, ca, bindDn, passwordFile }: Raw): Issue[] {
  if (typeof url !== "string" || !URL.canParse(url)) return []
  const { protocol, hostname, pathname, search, username } = new URL(url)
  const isPlain = protocol === "ldap:" && tls === "none"
  const issue = (path: string, message: string): Issue => ({ path: `directory.${path}`, message })
  return [
    ...((pathname === "" || pathname === "/") && search === "" && username === ""
      ? []
      : [issue("url", "must be scheme, host and port only: where to look is said by base and filter")]),
    ...(isPlain && !isLoopback(hostname)
      ? [issue("tls", "must be starttls: names and password would cross the network in the clear")]
      : []),
    ...(protocol === "ldaps:" && tls === "none" ? [issue("tls", "must not be none with ldaps://")] : []),
    ...(ca === undefined && !isPlain ? [issue("ca", "is missing: it says who the directory is")] : []),
    ...((bindDn === undefined) === (passwordFile === undefined)
      ? []
      : [issue(bindDn === undefined ? "bindDn" : "passwordFile", "bindDn and passwordFile go together")]),
  ]
}

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host)
