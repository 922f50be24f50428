/**
 * How the viewer is built: one page, hashed assets, nothing inline (the page lives under `style-src 'self'`
 * and `script-src 'self' 'wasm-unsafe-eval'`), and a service worker that knows the names of the shell.
 */
import { defineConfig, type Plugin } from "vite"
import { verifierPage } from "./single-file.ts"

const SHELL_LIST = "__DOKUEI_SHELL__"

/** Writes the names of all built files into the service worker, so that it can drop those of older builds. */
function shellList(): Plugin {
  return {
    name: "shell-list",
    generateBundle(_options, bundle) {
      const files = Object.keys(bundle)
        .filter((name) => name.startsWith("assets/"))
        .sort()
      for (const output of Object.values(bundle))
        if (output.type === "chunk" && output.fileName === "service-worker.js")
          output.code = output.code.replace(SHELL_LIST, files.join(" "))
    },
  }
}

export default defineConfig({
  root: import.meta.dirname,
  publicDir: "public",
  plugins: [shellList(), verifierPage()],
  // vtk.js reaches for these two names of Node; without the npm packages of the same name the page dies.
  resolve: { alias: { events: "events/", url: "url/" } },
  worker: { format: "es" },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    // A data: URL would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 6000,
    rolldownOptions: {
      input: { app: "index.html", "service-worker": "service-worker.ts" },
      output: {
        entryFileNames: (chunk) =>
          chunk.name === "service-worker" ? "service-worker.js" : "assets/[name]-[hash].js",
      },
    },
  },
})
