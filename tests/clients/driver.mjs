// Drives packages/client as follower.py drives itself, for the same checks (tests/native/second_client.rs): the client that we
// publish, built, against a real server.
//
// Environment: STOA_URL, STOA_TOKEN, STOA_CONVERSATION (the thread that it keeps open).
// Standard input takes commands, one a line, and each is answered by one line:
//   write N   writes N messages; "wrote" when all of them are answered
//   rest      writes nothing more and reports nothing more; "rested" when everything written is answered
//   report    catches up, prints its state as JSON, and ends
import { createInterface } from 'node:readline';
import { Client } from '../../packages/client/dist/index.js';

const { STOA_URL: url, STOA_TOKEN: token, STOA_CONVERSATION: conversation } = process.env;
const EDIT_EACH = 10;
const timing = {
  heartbeatMs: 300,
  timeoutMs: 3_000,
  requestMs: 3_000,
  backoffMs: [20, 50, 100],
  jitterMs: 20,
  attemptsBeforePolling: 3,
  pollMs: 100,
  deliveredMs: 400,
};

const made = new Map();
const acked = {};
const refused = {};
const wrong = [];
const handed = new Map();
let connections = 0;

// What a program would keep on its disk: here only the order of its calls is looked at.
const stored = new Map();
const outbox = {
  put: async (message) => void stored.set(message.id, message),
  remove: async (id) => void (stored.delete(id) || wrong.push(`${id} was not stored`)),
  all: async () => [...stored.values()],
};

const client = new Client({ url, token, timing, outbox });
client.on('state', (state) => (connections += state === 'live' ? 1 : 0));
client.on('reset', () => wrong.push('another history'));
client.on('closed', ({ message }) => wrong.push(`closed: ${message}`));
await client.start();
while (await client.loadMore());

let last = 0;
const thread = await client.open(conversation, {
  onMessage(message) {
    if (last > 0 && message.seq !== last + 1) wrong.push(`${message.seq} follows on ${last}`);
    if (handed.has(message.id)) wrong.push(`${message.id} came twice`);
    handed.set(message.id, message);
    last = message.seq;
  },
  onUpdate(message) {
    if (handed.get(message.id)?.version >= message.version) wrong.push(`${message.id} went back`);
    handed.set(message.id, message);
  },
});

const edits = [];
let reading = Promise.resolve();
let isResting = false;

async function write(count) {
  const sends = [];
  for (let number = 0; number < count; number += 1) {
    const sent = client.send(conversation, `Client ${client.user.slice(-4)} writes number ${made.size} 😀`);
    made.set(made.size, sent);
    sends.push(sent.then(answered, (error) => (refused[number] = String(error))));
  }
  await Promise.all(sends);
}

function answered(message) {
  if (acked[message.id] !== undefined) wrong.push(`${message.id} was answered twice`);
  acked[message.id] = message.seq;
  const input = { path: { id: message.id }, body: { seen_version: message.version, body: 'On second thoughts.' } };
  if (Object.keys(acked).length % EDIT_EACH === 0 && !isResting) {
    edits.push(client.repeat(() => client.rest.call('PATCH /api/messages/{id}', input)).catch(unlessConflict));
  }
  reading = reading.then(() => client.markRead(conversation, last));
}

/** An edit whose answer was lost is another version than the one that was seen. */
function unlessConflict(error) {
  if (error.code !== 'conflict') wrong.push(String(error));
}

async function rest() {
  isResting = true;
  client.reportsDelivery = false;
  await Promise.all([...made.values(), ...edits, reading]);
  await client.sync();
  // The last report is the last that changes something: who has read has it delivered, too.
  await client.markRead(conversation, last);
}

async function report() {
  await client.sync();
  const conversations = Object.fromEntries(client.conversations);
  for (const message of thread.messages) {
    if (handed.get(message.id) !== message) wrong.push(`${message.id} was not handed over as it is`);
  }
  const { user, head, unread, totals } = client;
  const state = {
    user, head, unread, totals, conversations, acked, refused, wrong, connections,
    version: thread.version,
    made: Object.keys(acked),
    messages: thread.messages,
    unsent: [...client.unsent.map(({ id }) => id), ...stored.keys()],
  };
  console.log(JSON.stringify(state));
  client.close();
}

for await (const line of createInterface({ input: process.stdin })) {
  const [name, number] = line.split(' ');
  if (name === 'write') await write(Number(number)).then(() => console.log('wrote'));
  if (name === 'rest') await rest().then(() => console.log('rested'));
  if (name === 'report') {
    await report();
    process.exit(0);
  }
}
