/** Routes: the one way into a desk. Same origin, then who asks and whether they may, then the body, then the handler. */
import type { Express, Request, Response } from "express"
import type { z } from "zod"
import { DeskError } from "../../journey/errors.ts"
import type { Person } from "../../journey/ports/person.ts"
import { readBody } from "./input.ts"
import type { MachineScope } from "./options.ts"
import type { MachineTokens } from "./machine-tokens.ts"
import type { DeskSessions } from "./sessions.ts"
import { admitSameOrigin, type Site } from "./site.ts"

/** A request that may be answered. */
export interface Call<Body> {
  readonly person: Person
  readonly body: Body
  readonly request: Request
  readonly response: Response
  /** A path segment: 1-128 letters, digits and `.:_-`; anything else names nothing here (ERR_NOT_FOUND). */
  readonly param: (name: string) => string
}

export interface Octets {
  readonly mediaType: string
  readonly bytes: Uint8Array
  /** File name for the browser, ASCII; null = none. */
  readonly fileName: string | null
  readonly disposition: "inline" | "attachment"
}

type Method = "get" | "post" | "put"
type PublicCall<Body> = Omit<Call<Body>, "person">
const IDENTIFIER = /^[A-Za-z0-9._:-]{1,128}$/
/** As a path segment or `case` may be written. */
export const isIdentifier = (text: string): boolean => IDENTIFIER.test(text)

export class Routes {
  readonly #app: Express
  readonly #site: Site
  readonly #sessions: DeskSessions
  readonly #machines: MachineTokens
  readonly #roles: readonly Person["role"][]

  constructor(
    app: Express,
    site: Site,
    sessions: DeskSessions,
    machines: MachineTokens,
    roles: readonly Person["role"][],
  ) {
    this.#app = app
    this.#site = site
    this.#sessions = sessions
    this.#machines = machines
    this.#roles = roles
  }

  /** For everyone, logged in or not; answers with the value as JSON. */
  public<Body>(
    method: Method,
    path: string,
    schema: z.ZodType<Body> | null,
    handle: (call: PublicCall<Body>) => Promise<object>,
  ): void {
    this.#app[method](path, async (request, response) => {
      admitSameOrigin(this.#site, request)
      response.json(await handle(await callOf(schema, request, response)))
    })
  }

  /** For a person of these roles; answers with the value as JSON. A null schema takes no body. */
  json<Body>(
    method: Method,
    path: string,
    schema: z.ZodType<Body> | null,
    handle: (call: Call<Body>) => Promise<object>,
  ): void {
    this.#app[method](path, async (request, response) => {
      const person = await this.#admit(request)
      response.json(await handle({ person, ...(await callOf(schema, request, response)) }))
    })
  }

  /** As `json`, and for a machine that shows a token with this scope. */
  jsonAlsoForMachines<Body>(
    method: Method,
    path: string,
    scope: MachineScope,
    schema: z.ZodType<Body> | null,
    handle: (call: Call<Body>) => Promise<object>,
  ): void {
    this.#app[method](path, async (request, response) => {
      // A token is sent on purpose, never by a browser that was tricked: no origin to check.
      const machine = await this.#machines.who(request, scope)
      const person = machine ?? (await this.#admit(request))
      response.json(await handle({ person, ...(await callOf(schema, request, response)) }))
    })
  }

  /** For a person of these roles; answers with bytes. */
  octets(path: string, handle: (call: Call<null>) => Promise<Octets>): void {
    this.raw(path, async (call) => {
      const { mediaType, bytes, fileName, disposition } = await handle(call)
      const name = fileName === null ? "" : `; filename="${fileName}"`
      call.response.set("Content-Type", mediaType).set("Content-Disposition", disposition + name)
      call.response.end(bytes)
    })
  }

  /** GET for a person of these roles; the handler answers itself. */
  raw(path: string, handle: (call: Call<null>) => Promise<void>): void {
    this.#app.get(path, async (request, response) => {
      const person = await this.#admit(request)
      await handle({ person, ...(await callOf(null, request, response)) })
    })
  }

  /** @throws DeskError ERR_FOREIGN_ORIGIN, ERR_LOGIN_NEEDED, ERR_NOT_ALLOWED */
  async #admit(request: Request): Promise<Person> {
    admitSameOrigin(this.#site, request)
    const person = await this.#sessions.who(request)
    if (person === null) throw new DeskError("ERR_LOGIN_NEEDED", "log in first")
    if (!this.#roles.includes(person.role))
      throw new DeskError("ERR_NOT_ALLOWED", "this desk is for another role")
    return person
  }
}

async function callOf<Body>(
  schema: z.ZodType<Body> | null,
  request: Request,
  response: Response,
): Promise<PublicCall<Body>> {
  // With a null schema Body is inferred as null or left open by a handler that does not look at it.
  const body = schema === null ? (null as Body) : await readBody(schema, request, response)
  return { body, request, response, param: (name) => param(request, name) }
}

function param(request: Request, name: string): string {
  const value = request.params[name]
  if (typeof value !== "string" || !isIdentifier(value))
    throw new DeskError("ERR_NOT_FOUND", "no such address")
  return value
}
