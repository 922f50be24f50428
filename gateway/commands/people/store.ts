/** The people store as a command uses it: safe beside a running gateway, SQLite being in WAL mode. */
import { join } from "node:path"
import type { Config } from "../../config/schema.ts"
import { makeDataFolder } from "../../storage/spool/data-folder.ts"
import { openPeople, type PeopleStore } from "../../storage/people/people.ts"

export async function withPeople<T>(config: Config, work: (people: PeopleStore) => Promise<T>): Promise<T> {
  makeDataFolder(config.dataDir)
  const people = openPeople(join(config.dataDir, "people.sqlite"))
  try {
    return await work(people)
  } finally {
    people.close()
  }
}
