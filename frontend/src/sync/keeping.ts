// Words kept on this device until the server has them: one small IndexedDB database per account and declaration.
import { databaseName, STORES } from "../device"

/** A text as this device last knew it, and changes that the server has not confirmed. */
export interface Kept {
  readonly base: Uint8Array | null
  /** The epoch of the text that the base is of; 0 where the server never said. */
  readonly epoch: number
  readonly pending: readonly KeptChange[]
}
export interface KeptChange {
  readonly key: number
  readonly update: Uint8Array
  readonly count: number
}
/** Words that could not be merged or were refused, for their author to copy. */
export interface Aside {
  readonly key: number
  readonly name: string
  readonly words: string
  readonly at: number
}

const { texts: TEXTS, pending: PENDING, aside: ASIDE } = STORES

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error("IndexedDB"))
  })

const finished = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error("IndexedDB"))
  })

export class Keeping {
  /** Whether its account is signing out: what this page still has is not to be kept. */
  isOver = false

  private constructor(private readonly database: IDBDatabase) {
    database.onversionchange = () => database.close() // another page clears this device
    addEventListener("drafting:logout", () => {
      this.isOver = true
      database.close()
    })
  }

  /** @throws Error where the browser keeps nothing (private windows, full disks, policy). */
  static async open(account: string, declaration: string): Promise<Keeping> {
    const request = indexedDB.open(databaseName(account, declaration), 1)
    request.onupgradeneeded = () => {
      request.result.createObjectStore(TEXTS)
      request.result.createObjectStore(PENDING, { autoIncrement: true }).createIndex("name", "name")
      request.result.createObjectStore(ASIDE, { autoIncrement: true }).createIndex("name", "name")
    }
    return new Keeping(await done(request))
  }

  async load(name: string): Promise<Kept> {
    const transaction = this.database.transaction([TEXTS, PENDING])
    const base = done<{ base: Uint8Array; epoch: number } | undefined>(transaction.objectStore(TEXTS).get(name))
    const pending = rows<{ update: Uint8Array; count: number }>(transaction.objectStore(PENDING), name)
    const found = await base
    return { base: found?.base ?? null, epoch: found?.epoch ?? 0, pending: await pending }
  }

  /** Resolves when the change is written, to the key under which it can be let go. */
  async keep(name: string, update: Uint8Array, count: number): Promise<number> {
    const transaction = this.database.transaction(PENDING, "readwrite", { durability: "strict" })
    const key = done(transaction.objectStore(PENDING).add({ name, update, count }))
    await finished(transaction)
    return (await key) as number
  }

  async letGo(keys: readonly number[]): Promise<void> {
    const transaction = this.database.transaction(PENDING, "readwrite")
    for (const key of keys) transaction.objectStore(PENDING).delete(key)
    await finished(transaction)
  }

  async keepBase(name: string, base: Uint8Array, epoch: number): Promise<void> {
    const transaction = this.database.transaction(TEXTS, "readwrite")
    transaction.objectStore(TEXTS).put({ base, epoch }, name)
    await finished(transaction)
  }

  /** Forgets a text and its pending changes; words put aside stay. */
  async forget(name: string): Promise<void> {
    const transaction = this.database.transaction([TEXTS, PENDING], "readwrite")
    transaction.objectStore(TEXTS).delete(name)
    const pending = transaction.objectStore(PENDING)
    for (const key of await done(pending.index("name").getAllKeys(name))) pending.delete(key)
    await finished(transaction)
  }

  async putAside(name: string, words: string): Promise<void> {
    const transaction = this.database.transaction(ASIDE, "readwrite")
    transaction.objectStore(ASIDE).add({ name, words, at: Date.now() })
    await finished(transaction)
  }

  async aside(name: string): Promise<readonly Aside[]> {
    return rows<Aside>(this.database.transaction(ASIDE).objectStore(ASIDE), name)
  }

  async letAsideGo(key: number): Promise<void> {
    const transaction = this.database.transaction(ASIDE, "readwrite")
    transaction.objectStore(ASIDE).delete(key)
    await finished(transaction)
  }
}

async function rows<T>(store: IDBObjectStore, name: string): Promise<(T & { key: number })[]> {
  const index = store.index("name")
  const [keys, values] = await Promise.all([done(index.getAllKeys(name)), done(index.getAll(name))])
  return values.map((value, i) => ({ ...(value as T), key: keys[i] as number }))
}
