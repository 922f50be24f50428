/** Tests of `npm run test:long`: in the run of every day they are not there at all, so that nothing is skipped in it. */
export const LONG = process.env.DOKUEI_LONG === "1"

export function describeLong(name: string, body: (this: Mocha.Suite) => void): void {
  if (LONG) describe(name, body)
}

export function itLong(name: string, body: (this: Mocha.Context) => Promise<void>): void {
  if (LONG) it(name, body)
}
