/** The self-tests of a running gateway, over its local door. */
import { SELF_TESTS_PATH } from "../../actors/local-door/self-test-route.ts"
import type { Config } from "../../config/schema.ts"
import type { SelfTestDesk } from "../../journey/ports/self-test.ts"
import type { SelfTestView } from "../../journey/views/self-test.ts"
import { LocalClient } from "../media/local-client.ts"

/** @throws MediumError when it does not run, or says no. */
export function localSelfTests({ dataDir }: Pick<Config, "dataDir">): SelfTestDesk {
  const client = new LocalClient(dataDir)
  return {
    begin: (user, agreement) => client.json("POST", SELF_TESTS_PATH, { user, agreement }),
    look: async (id) => {
      const { body } = await client.ask({ method: "GET", path: `${SELF_TESTS_PATH}/${id}` })
      return JSON.parse(Buffer.from(body).toString("utf8")) as SelfTestView
    },
    end: (id, user) => client.json("POST", `${SELF_TESTS_PATH}/${id}/end`, { user }),
  }
}
