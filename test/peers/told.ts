/** What a sending program says of one file. */
export type Told =
  | { readonly kind: "success" }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "not sent"; readonly reason: string }
