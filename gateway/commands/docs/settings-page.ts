/** docs/settings.md: every setting, printed from the schema in `gateway/config`. */
import { z } from "zod"
import { centerSchema, edgeSchema } from "../../config/schema.ts"
import { code, page, table } from "./markdown.ts"

/** The part of JSON Schema (2020-12) that zod writes for our schema. */
interface JsonSchema {
  readonly type?: string
  readonly description?: string | undefined
  readonly default?: unknown
  readonly const?: string
  readonly enum?: readonly string[]
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly minItems?: number
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: JsonSchema | false
  readonly required?: readonly string[]
}

interface Setting {
  readonly path: string
  readonly schema: JsonSchema
  readonly required: boolean
}

export function settingsPage(): string {
  const [edge, center] = [settings(edgeSchema), settings(centerSchema)]
  const shared = new Set(center.map(({ path }) => path))
  return page(
    "# Settings",
    "One YAML file per role (`deploy/edge.example.yaml`, `deploy/center.example.yaml`). `dokuei check-config FILE` prints " +
      "every fault by its path. Unknown keys, repeated keys and aliases are faults. Paths are relative to the file. " +
      "Durations are a number with `s`, `m`, `h` or `d`. `[]` stands for every item of a list.",
    "## Both roles",
    settingTable(center.filter(({ path }) => path !== "role")),
    "## Edge only",
    settingTable(edge.filter(({ path }) => !shared.has(path))),
  )
}

function settings(schema: z.ZodType): readonly Setting[] {
  return [...walk("", z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema, true)]
}

function* walk(path: string, schema: JsonSchema, required: boolean): Generator<Setting> {
  if (path !== "" && schema.properties === undefined) yield { path, schema, required }
  if (path !== "" && schema.properties !== undefined && schema.description !== undefined)
    yield { path, schema, required }
  if (isReplacedWhole(schema)) return
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    const needed = schema.required?.includes(name) ?? false
    yield* walk(path === "" ? name : `${path}.${name}`, child, needed)
  }
  if (schema.items?.properties !== undefined) yield* walk(`${path}[]`, withoutText(schema.items), required)
}

/** A group with a default of its own is given as a whole or not at all: its row says all there is to it. */
const isReplacedWhole = ({ default: value }: JsonSchema): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length > 0

/** The list's own row has said it. */
const withoutText = (schema: JsonSchema): JsonSchema => ({ ...schema, description: undefined })

function settingTable(list: readonly Setting[]): string {
  return table(
    ["setting", "value", "default", "meaning"],
    list.map(({ path, schema, required }) => [
      code(path),
      valueOf(schema),
      defaultOf(schema, required),
      schema.description ?? "",
    ]),
  )
}

function defaultOf({ default: value }: JsonSchema, required: boolean): string {
  if (value !== undefined) return code(JSON.stringify(value))
  return required ? "**required**" : "–"
}

function valueOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return code(schema.const)
  if (schema.enum !== undefined) return schema.enum.map(code).join(", ")
  if (schema.items?.enum !== undefined) return `list of ${valueOf(schema.items)}`
  if (schema.type === "array") return schema.items?.properties === undefined ? "list" : "list of groups"
  if (schema.type === "object")
    return schema.additionalProperties ? `${valueOf(schema.additionalProperties)} by name` : "group"
  if (schema.type === "integer") return range(schema)
  if (schema.anyOf !== undefined) return schema.anyOf.map(valueOf).join(" or ")
  if (schema.type === "number") return `number > ${schema.exclusiveMinimum ?? 0}`
  if (schema.type === "null") return "`null`"
  if (schema.type === "boolean") return "`true`, `false`"
  if (schema.pattern === "^\\d+(s|m|h|d)$") return "duration"
  return schema.format === undefined ? "text" : (FORMATS[schema.format] ?? schema.format)
}

const FORMATS: Readonly<Record<string, string>> = { uri: "URL", date: "date", email: "mail address" }

function range({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const lowest = minimum ?? (exclusiveMinimum === undefined ? undefined : exclusiveMinimum + 1)
  const highest = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum
  return highest === undefined ? `integer ≥ ${lowest ?? 0}` : `${lowest ?? 0}–${highest}`
}
