/**
 * `require-trusted-types-for 'script'` asks for a policy before any URL may become a script. Ours admits what
 * this origin serves and nothing else; the service worker, Lit's chunks and the decoders' workers all pass it.
 */
interface ScriptUrlPolicy {
  createScriptURL(url: string): string
}
interface PolicyFactory {
  createPolicy(name: "default", rules: ScriptUrlPolicy): unknown
}

/** Throws TypeError for a script of another origin. */
function ownScriptUrl(url: string): string {
  const resolved = new URL(url, document.baseURI)
  if (resolved.origin !== location.origin) throw new TypeError(`script of another origin: ${resolved.origin}`)
  return url
}

const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes
factory?.createPolicy("default", { createScriptURL: ownScriptUrl })
