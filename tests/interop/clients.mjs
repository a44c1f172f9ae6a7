// Stock clients in one process, told what to do by JSON lines on standard input; whatever happens to them is a JSON line
// on standard output. The first argument is the package.json whose node_modules holds the providers.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const require = createRequire(process.argv[2])
const Y = require('yjs')
const WS = require('ws')
const { HocuspocusProvider, HocuspocusProviderWebsocket } = require('@hocuspocus/provider')
const { WebsocketProvider } = require('y-websocket')

const say = event => process.stdout.write(JSON.stringify(event) + '\n')
const clients = new Map()
const sockets = new Map()

function watch (id, doc, provider) {
  const body = doc.getText('body')
  const tell = () => say({ id, text: body.toDelta().map(op => typeof op.insert === 'string' ? op.insert : '|').join('') })
  doc.on('update', tell)
  const states = () => say({ id, present: [...provider.awareness.getStates().values()].map(s => s.user?.name).filter(Boolean).sort() })
  provider.awareness.on('change', states)
  clients.set(id, { doc, body, provider })
  tell()
}

const withHeaders = headers => class extends WS { constructor (url) { super(url, { headers }) } }

const commands = {
  hocuspocus ({ id, url, socket = id, name, token, headers }) {
    if (!sockets.has(socket)) sockets.set(socket, new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: withHeaders(headers), delay: 200, minDelay: 200 }))
    const websocketProvider = sockets.get(socket)
    const doc = new Y.Doc()
    const provider = new HocuspocusProvider({
      websocketProvider, name, document: doc, token,
      onSynced: () => say({ id, synced: true }),
      onAuthenticated: ({ scope }) => say({ id, scope }),
      onAuthenticationFailed: ({ reason }) => say({ id, denied: reason }),
      onUnsyncedChanges: ({ number }) => say({ id, unsynced: number }),
      onClose: ({ event }) => say({ id, closed: event.code })
    })
    watch(id, doc, provider)
    provider.attach()
  },
  plain ({ id, url, name, params, headers }) {
    const doc = new Y.Doc()
    const provider = new WebsocketProvider(url, name, doc, { params, WebSocketPolyfill: withHeaders(headers), disableBc: true })
    provider.on('sync', synced => say({ id, synced }))
    provider.on('connection-close', event => say({ id, closed: event?.code ?? 0 }))
    watch(id, doc, provider)
  },
  insert ({ id, at, words }) { const { body } = clients.get(id); body.insert(at < 0 ? body.length : at, words, {}) },
  delete ({ id, at, length }) { clients.get(id).body.delete(at, length) },
  present ({ id, name }) { clients.get(id).provider.awareness.setLocalStateField('user', { name }) },
  leave ({ id }) { clients.get(id).provider.destroy(); say({ id, left: true }) }
}

createInterface({ input: process.stdin }).on('line', line => {
  const { command, ...options } = JSON.parse(line)
  commands[command](options)
}).on('close', () => process.exit(0))
