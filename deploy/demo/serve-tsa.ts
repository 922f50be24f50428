/** `node deploy/demo/serve-tsa.ts DIR PORT`: the time-stamp authority of `dokuei pki demo` on its own, for a trial. */
import { startTsa } from "./tsa.ts"

const [directory, port] = process.argv.slice(2)
if (directory === undefined || !/^\d{1,5}$/.test(port ?? "")) {
  process.stderr.write("usage: serve-tsa.ts DIR PORT   (DIR: the folder tsa/ that `dokuei pki demo` made)\n")
  process.exit(64)
}
const { url } = await startTsa(directory, Number(port))
process.stdout.write(`time stamps that prove nothing: ${url}\n`)
