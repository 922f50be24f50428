/** Where strongSwan finds a gateway's own key and certificate and the authority of its partners'; it may read nowhere else. */
export const SWANCTL_FOLDER = "/etc/swanctl"

/** Below that folder. */
export const TUNNEL_NAMES = {
  certificate: "x509/dokuei.pem",
  key: "private/dokuei.pem",
  authority: "x509ca/dokuei.pem",
} as const

/** As `tunnel` in a site file has them. */
export const TUNNEL_FILES = {
  certificate: `${SWANCTL_FOLDER}/${TUNNEL_NAMES.certificate}`,
  key: `${SWANCTL_FOLDER}/${TUNNEL_NAMES.key}`,
  authority: `${SWANCTL_FOLDER}/${TUNNEL_NAMES.authority}`,
}
