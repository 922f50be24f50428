export declare const GATEWAY_FLAGS: readonly string[]
