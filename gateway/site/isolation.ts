/**
 * The packet filter while the machine is isolated: a table of its own before the site's, which still says what the management zone
 * may. What is under way elsewhere ends with the next packet: no connection is excepted for being an old one.
 */
import { indented, printed } from "./printed.ts"
import type { Site } from "./site.ts"

export const ISOLATION_TABLE = "dokuei_isolation"
const COUNTER = "isolated"

export function isolationRuleset({ zones }: Site): string {
  const { interface: management } = zones.management
  const chain = (hook: "input" | "forward" | "output", accepted: readonly string[]): string[] => [
    `chain ${hook} {`,
    `  type filter hook ${hook} priority filter - 10; policy drop;`,
    ...indented([...accepted, `counter name ${COUNTER} drop`]),
    "}",
  ]
  return printed([
    "# `dokuei isolate` loads it, `dokuei isolate --end` takes it away.",
    `table inet ${ISOLATION_TABLE}`,
    `delete table inet ${ISOLATION_TABLE}`,
    `table inet ${ISOLATION_TABLE} {`,
    `  counter ${COUNTER} { }`,
    ...indented(chain("input", ['iifname "lo" accept', `iifname "${management}" accept`])),
    ...indented(chain("forward", [])),
    ...indented(chain("output", ['oifname "lo" accept', `oifname "${management}" accept`])),
    "}",
  ])
}
