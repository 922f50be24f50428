const io =
  "^(node:)?(fs|net|tls|http|https|http2|dgram|dns|child_process|cluster|worker_threads|os|process|timers|readline)(/|$)"
const rule = (name, comment, from, to) => ({ name, severity: "error", comment, from, to })
module.exports = {
  forbidden: [
    rule(
      "standards-stand-alone",
      "A standard knows nothing of our journey, our actors or our storage.",
      { path: "^gateway/standards/" },
      { path: "^(gateway/(?!standards/)|viewer/|test/)" },
    ),
    rule(
      "journey-knows-only-standards",
      "A step speaks through journey/ports; it never names who answers.",
      { path: "^gateway/journey/" },
      { path: "^gateway/(?!journey/|standards/)" },
    ),
    rule(
      "site-stands-beside",
      "The site file prints configuration for the machine: it knows how faults are told, and nothing of the journey.",
      { path: "^gateway/site/" },
      { path: "^gateway/(?!site/|config/(issue|words)[.]ts$)" },
    ),
    rule(
      "doctor-is-told",
      "The doctor judges what others have seen: the site file, the configuration, the machine.",
      { path: "^gateway/doctor/" },
      { path: "^gateway/(?!doctor/|site/|config/schema[.]ts$)" },
    ),
    rule(
      "pure-rooms-do-no-io",
      "standards/, journey/, site/ and doctor/ take bytes, clock and chance as arguments.",
      { path: "^gateway/(standards|journey|site|doctor)/" },
      { path: io, dependencyTypes: ["core"] },
    ),
    rule(
      "adapters-see-ports-and-standards",
      "An actor or a store answers a port; it does not run steps.",
      { path: "^gateway/(actors|storage)/" },
      {
        path: "^gateway/",
        pathNot: [
          "^gateway/(actors|storage)/",
          "^gateway/standards/",
          "^gateway/journey/(ports/|views/|records/|errors[.]ts$)",
        ],
      },
    ),
    rule(
      "adapters-do-not-know-each-other",
      "Only edge.ts and center.ts introduce one adapter to another. http-door is the room HTTP servers share; what lies in storage itself serves every store.",
      { path: "^gateway/(?:actors|storage)/([^/]+)/" },
      {
        path: "^gateway/(actors|storage)/",
        pathNot: [
          "^gateway/(?:actors|storage)/$1/",
          "^gateway/actors/http-door/",
          "^gateway/storage/[^/]+[.]ts$",
        ],
      },
    ),
    rule(
      "roles-are-only-for-main",
      "edge.ts and center.ts are composition roots; nothing but main.ts and commands start them.",
      { pathNot: "^(gateway/main[.]ts$|gateway/commands/|test/)" },
      { path: "^gateway/(edge|center|main)[.]ts$" },
    ),
    rule(
      "viewer-shares-only-standards",
      "The viewer may use the pure codecs and the types of what the desks show; nothing else of the gateway.",
      { path: "^viewer/" },
      { path: "^gateway/(?!standards/|journey/views/)" },
    ),
    rule(
      "viewer-never-reaches-node",
      "Whatever the viewer shares must run in a browser, all the way down.",
      // The verifier page takes what little it needs of node:crypto from a module of its own (single-file.ts).
      { path: "^viewer/(?!vite[.]config|single-file|verifier/)" },
      { reachable: true, path: "^(node:)?(crypto|fs|net|tls|https?|os|process|stream|zlib)(/|$)" },
    ),
    rule("nobody-depends-on-tests", "Factor it out of the test.", { pathNot: "^test/" }, { path: "^test/" }),
    rule("no-circular", "Two files that need each other are one file, or three.", {}, { circular: true }),
    rule("no-unresolvable", "Cannot be found on disk.", {}, { couldNotResolve: true, pathNot: "[?]url$" }),
    rule(
      "no-orphans",
      "Nobody uses this. Wire it or remove it.",
      { orphan: true, pathNot: ["[.]d[.]ts$", "(^|/)main[.]ts$", "^test/", "vite[.]config"] },
      {},
    ),
    rule(
      "not-to-dev-dep",
      "A production install would break.",
      { path: "^(gateway|viewer)/(?!vite[.]config|single-file)" },
      { dependencyTypes: ["npm-dev"] },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "browser", "node", "default"],
    },
    exclude: { path: "viewer/dist" },
  },
}
