import js from "@eslint/js"
import tseslint from "typescript-eslint"

/** Rooms that must be repeatable: time, chance and the outside come in as arguments. */
const pure = {
  files: ["gateway/standards/**/*.ts", "gateway/journey/**/*.ts"],
  rules: {
    "no-restricted-properties": [
      "error",
      { object: "Date", property: "now", message: "Take a Clock." },
      { object: "Math", property: "random", message: "Take a Chance." },
    ],
    "no-restricted-syntax": [
      "error",
      { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Take a Clock." },
    ],
    "no-restricted-globals": ["error", "process", "console", "fetch", "setTimeout", "setInterval"],
    "no-restricted-imports": [
      "error",
      {
        paths: [
          {
            name: "node:crypto",
            importNames: ["randomBytes", "randomUUID", "randomInt", "generateKeyPair", "generateKeyPairSync"],
            message: "Take a Chance.",
          },
        ],
      },
    ],
  },
}

export default tseslint.config(
  { ignores: ["node_modules", "viewer/dist", "**/*.generated.ts", "coverage", "dokuei-demo"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ["./tsconfig.json", "./viewer/tsconfig.json", "./viewer/verifier/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      eqeqeq: "error",
      // Structural types of packages (winston's transports) are not nominal; the compiler checks the shape.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      "no-empty": "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      "@typescript-eslint/no-non-null-assertion": "error",
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-call": "off",
    },
  },
  pure,
  {
    files: ["**/*.js", "**/*.cjs"],
    languageOptions: {
      globals: { process: "readonly", console: "readonly", module: "readonly", URL: "readonly" },
    },
  },
)
