/** Reads a configuration: one YAML file per role, checked whole before anything starts; every fault is named by its path. */
import { readFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { parseDocument } from "yaml"
import { ConfigError } from "../journey/errors.ts"
import { makePathsAbsolute, missingFiles } from "./files.ts"
import type { Issue } from "./issue.ts"
import { crossIssues } from "./rules.ts"
import { type Config, centerSchema, edgeSchema } from "./schema.ts"
import { inWords, yamlFaults } from "./words.ts"

/**
 * Everything wrong with the text, or the configuration with absolute paths. Reads named files only to see that they
 * are there, and not even that with `files: "unseen"`.
 */
export function checkConfig(
  text: string,
  baseDir: string,
  files: "seen" | "unseen" = "seen",
): { readonly config: Config } | { readonly issues: readonly Issue[] } {
  const read = readYaml(text)
  if ("issues" in read) return read
  const { value } = read
  makePathsAbsolute(value, baseDir)
  const schema = schemaOf(value)
  if (schema === null) return { issues: [{ path: "role", message: "must be edge or center" }] }
  const parsed = schema.safeParse(value)
  const schemaIssues = (parsed.error?.issues ?? []).map((issue) => inWords(issue, value))
  const missing = files === "seen" ? missingFiles(parsed.data ?? value) : []
  const issues = [...schemaIssues, ...crossIssues(value), ...missing]
  return parsed.success && issues.length === 0 ? { config: parsed.data } : { issues }
}

function schemaOf(value: unknown): typeof edgeSchema | typeof centerSchema | null {
  const role = typeof value === "object" && value !== null && "role" in value ? value.role : undefined
  return role === "edge" ? edgeSchema : role === "center" ? centerSchema : null
}

/** One document, keys once, no aliases: what stands in the file is what is meant. */
function readYaml(text: string): { readonly value: unknown } | { readonly issues: readonly Issue[] } {
  const document = parseDocument(text, { uniqueKeys: true })
  const faults = [...document.errors, ...document.warnings]
  if (faults.length > 0) return { issues: yamlFaults(faults.map(({ message }) => message)) }
  try {
    return { value: document.toJS({ maxAliasCount: 0 }) as unknown }
  } catch (error) {
    if (error instanceof ReferenceError) return { issues: [{ path: "", message: "aliases are not allowed" }] }
    throw error
  }
}

/**
 * Reads and checks a file; throws ConfigError naming every fault. `files: "unseen"` for commands that use none of
 * the keys: the passphrase is there for the running service alone.
 */
export function loadConfig(path: string, files: "seen" | "unseen" = "seen"): Config {
  const result = checkConfig(readText(path), dirname(resolve(path)), files)
  if ("config" in result) return result.config
  throw faultsOf(path, result.issues)
}

/** One error that names all of them; files that are not there come last, for one folder makes many. */
export function faultsOf(path: string, issues: readonly Issue[]): ConfigError {
  const lines = [
    ...issues.filter(({ file }) => file !== true),
    ...issues.filter(({ file }) => file === true),
  ].map((issue) => `  ${issue.path || "(file)"}: ${issue.message}`)
  const count = lines.length === 1 ? "1 fault" : `${lines.length} faults`
  return new ConfigError("ERR_CONFIG_INVALID", `${path} has ${count}\n${lines.join("\n")}`)
}

/** @throws ConfigError ERR_CONFIG_INVALID that says why it cannot be read */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "-"
    const why = code === "ENOENT" ? "is not there" : `cannot be read (${code})`
    throw new ConfigError("ERR_CONFIG_INVALID", `${path} ${why}`, { cause })
  }
}
