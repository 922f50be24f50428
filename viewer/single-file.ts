/**
 * The verifier page as one file that opens from a disk: script and style stand in it, and its content security policy lets
 * exactly these run (by their digests) and nothing be fetched from anywhere.
 */
import { createHash } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { build, type Plugin } from "vite"

export const VERIFIER_FILE = "verifier.html"

/** Builds `verifier/main.ts` beside the viewer, into the same folder. */
export function verifierPage(): Plugin {
  return {
    name: "verifier-page",
    apply: "build",
    async writeBundle({ dir }) {
      if (dir === undefined) throw new Error("the viewer is built into a folder")
      writeFileSync(join(dir, VERIFIER_FILE), await singleFile())
    },
  }
}

async function singleFile(): Promise<string> {
  const root = join(import.meta.dirname, "verifier")
  const built = await build({
    root,
    configFile: false,
    logLevel: "error",
    publicDir: false,
    resolve: { alias: { "node:crypto": join(root, "node-crypto.ts") } },
    build: {
      write: false,
      target: "es2022",
      cssCodeSplit: false,
      modulePreload: { polyfill: false },
      assetsInlineLimit: Number.MAX_SAFE_INTEGER,
      chunkSizeWarningLimit: 3000,
      rolldownOptions: {
        input: join(root, "main.ts"),
        output: { format: "es", codeSplitting: false },
      },
    },
  })
  const outputs = [built].flat().flatMap((each) => ("output" in each ? each.output : []))
  const scripts = outputs.flatMap((each) => (each.type === "chunk" ? [each.code] : []))
  const styles = outputs.flatMap((each) =>
    each.type === "asset" && each.fileName.endsWith(".css") ? [String(each.source)] : [],
  )
  const [script, ...others] = scripts
  if (script === undefined || others.length > 0) throw new Error("the verifier is one script")
  return page(script.replaceAll("</script", "<\\/script"), styles.join("\n"))
}

const hashed = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

function page(script: string, style: string): string {
  const policy = [
    "default-src 'none'",
    // libxml2 is WebAssembly, and stands in the script itself.
    `script-src ${hashed(script)} 'wasm-unsafe-eval'`,
    `style-src ${hashed(style)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ")
  return `<!doctype html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Dokuei</title>
<style>${style}</style>
</head>
<body data-theme="light">
<page-verifier></page-verifier>
<script type="module">${script}</script>
</body>
</html>
`
}
