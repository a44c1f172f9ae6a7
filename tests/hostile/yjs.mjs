// Stock Yjs beside pycrdt. For each JSON line {"updates": [base64]} on standard input, a line with what it reads:
// {"body": delta, "blocks": map}; for {"seed": number}, the updates that its editors make. The first argument is the
// package.json whose node_modules holds yjs.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const Y = createRequire(process.argv[2])('yjs')
const words = ['a', 'word ', 'né', '😀', '👩‍🚀', 'شكر', '\u2028']
const kinds = ['quote', 'heading1', 'footnote']

function read (updates) {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, Buffer.from(update, 'base64'))
  return { body: doc.getText('body').toDelta(), blocks: doc.getMap('blocks').toJSON() }
}

// A linear congruential generator: the same seed makes the same updates.
function chance (seed) {
  let state = seed
  return most => { state = (state * 1103515245 + 12345) % 2147483648; return Math.floor(state / 65536) % most }
}

function write (seed) {
  const draw = chance(seed)
  const docs = [1, 2].map(id => Object.assign(new Y.Doc(), { clientID: id * 1000 + seed }))
  const log = []
  for (const doc of docs) doc.on('update', (update, origin) => { if (origin !== 'log') log.push(update) })
  docs[0].getText('body').insertEmbed(0, { b: 'b1' }, {})
  for (let n = 0; n < 8; n++) {
    const doc = docs[draw(2)]
    if (draw(3)) for (const update of [...log]) Y.applyUpdate(doc, update, 'log')
    doc.transact(() => {
      const body = doc.getText('body')
      const at = draw(body.length + 1)
      const act = draw(6)
      if (act < 2) body.insert(at, words[draw(words.length)], draw(2) ? { strong: true } : {})
      else if (act === 2) body.insertEmbed(at, { b: 'b' + (2 + draw(3)) }, {})
      else if (act === 3) doc.getMap('blocks').set('b1.kind', kinds[draw(kinds.length)])
      else if (act === 4) body.delete(at, Math.min(draw(4), body.length - at))
      else body.format(at, Math.min(draw(6), body.length - at), { link: 'https://example.org/' })
    })
  }
  return { updates: log.map(update => Buffer.from(update).toString('base64')) }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { updates, seed } = JSON.parse(line)
  process.stdout.write(JSON.stringify(updates ? read(updates) : write(seed)) + '\n')
}
