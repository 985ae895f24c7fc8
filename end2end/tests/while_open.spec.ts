// What is open while the ground shifts: the table of docs/while-open.md, cell by cell.
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { Chat } from '../chat';
import { expect, test as base } from '../fixtures';
import { uuidV7, unique, type Marketplace, type Person } from '../marketplace';
import { Server } from '../server';

const SOON = { timeout: 30_000 };
const THINGS = ['page', 'dialog', 'queue', 'draft', 'edit'];
const QUEUED = 'Written on the train';
const DRAFT = 'Half a thought';
const OLD = 'At nein';
const EDITED = 'At nine';
const CLOSED = 'You can’t write in this conversation any more.';
const ENDED = 'You are no longer in this conversation';

/** Retention deletes for every test after it, so these have a server of their own. */
const test = base.extend<object, { server: Server }>({
  server: [
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.remove();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

/** A conversation that is open in a tab with a queue, a draft and an edit, and in the dialog of another tab. */
type Open = { person: Person; chat: Chat; other?: Page };

/** Somebody has the conversation open, is offline, and writes. */
async function writeOffline(person: Person, path: string, other?: Page): Promise<Open> {
  const page = await person.open(path);
  await expect(page.locator('.inbox__status')).toHaveText('Live', SOON);
  const chat = Chat.onPage(page);
  await chat.shows(OLD);
  await person.context.setOffline(true);
  await chat.write(QUEUED);
  await expect(chat.queue).toContainText('waiting to send');
  await chat.field.fill(DRAFT);
  await chat.bubble(OLD).hover();
  await chat.bubble(OLD).getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await chat.field.fill(EDITED);
  return { person, chat, other };
}

/** The session or the membership ended: nothing was sent, and all texts are there to be copied. */
async function isKept({ person, chat }: Open): Promise<void> {
  const page = chat.pane.page();
  await expect(chat.pane).toContainText(ENDED, SOON);
  const kept = page.getByRole('region', { name: 'What you wrote is kept here' });
  const queued = kept.getByRole('listitem').filter({ hasText: QUEUED });
  await expect(queued).toContainText('Not sent', SOON);
  await expect(kept).toContainText(DRAFT);
  await expect(kept).toContainText(EDITED);
  await person.context.grantPermissions(['clipboard-write']);
  await queued.getByRole('button', { name: 'Copy' }).click();
  await expect(page.locator('.toast', { hasText: 'Copied.' })).toBeVisible();
  const search = page.locator('.inbox__search input');
  await search.press('ControlOrMeta+V');
  await expect(search).toHaveValue(QUEUED);
  // Also after a reload, and by way of the inbox.
  await person.open('/messages');
  await page.locator('.row--parked').first().click();
  await expect(kept).toContainText(QUEUED, SOON);
  await kept.getByRole('listitem').filter({ hasText: QUEUED }).getByRole('button', { name: 'Discard' }).click();
  await expect(kept).not.toContainText(QUEUED);
  await expect(kept).toContainText(DRAFT);
}

/** The queue is sent, the edit can be saved, and the draft comes back. */
async function goesOn({ chat }: Open): Promise<void> {
  await chat.shows(QUEUED);
  await expect(chat.progress).toHaveText(/Sent|Delivered|Read/, SOON);
  await expect(chat.field).toHaveValue(EDITED);
  await chat.field.press('Enter');
  await expect(chat.bubble(EDITED)).toContainText('Edited', SOON);
  await expect(chat.field).toHaveValue(DRAFT);
}

/** Nothing is sent, nothing more is taken, and every text stays where it is. */
async function isOver({ chat, other }: Open, says: string, isEditable: boolean): Promise<void> {
  const page = chat.pane.page();
  await expect(page.locator('.banner')).toContainText(says, SOON);
  await expect(chat.field).toHaveValue(EDITED);
  await expect(chat.field).toBeEditable({ editable: isEditable });
  await expect(chat.queue).toContainText('1 message waiting to send');
  const drafts = () => Object.entries(localStorage).filter(([key]) => key.startsWith('stoa-draft'));
  expect((await page.evaluate(drafts)).map(([, text]) => text)).toEqual([DRAFT]);
  await expect(other!.getByRole('dialog')).toHaveCount(0);
  await expect(other!.locator('.banner')).toContainText(says, SOON);
}

async function room(market: Marketplace) {
  const [moderator, member] = [await market.signUp('Maja Meer'), await market.signUp('Leo Park')];
  await market.acquaint(moderator, member);
  const id = uuidV7();
  await moderator.post('create_room', {
    conversation_id: id,
    name: unique('Harbour'),
    history: 'start',
    'people[0]': await member.me(),
  });
  await member.accept(id);
  await member.say(id, OLD);
  return { moderator, member, id, path: `/messages/${id}` };
}

async function listing(market: Marketplace) {
  const talk = await market.talk([`guest: ${OLD}`]);
  const other = await talk.guest.openTab(`/listings/${talk.offer.id}`);
  await other.getByRole('button', { name: 'Contact host' }).click();
  await Chat.inDialog(other).shows(OLD);
  return { ...talk, other };
}

const online = (person: Person) => person.context.setOffline(false);

/** Each row of the table: it checks all of its cells. */
const EVENTS: Record<string, (market: Marketplace) => Promise<void>> = {
  removed: async (market) => {
    const { moderator, member, id, path } = await room(market);
    const user_id = await member.me();
    const open = await writeOffline(member, path);
    await moderator.post('remove_from_room', { conversation_id: id, message_id: uuidV7(), user_id });
    await online(member);
    await isKept(open);
  },

  suspended: async (market) => {
    const { guest, path, other } = await listing(market);
    const [aino, user_id] = [await market.demo('aino'), await guest.me()];
    const open = await writeOffline(guest, path, other);
    await aino.post('suspend_user', { user_id });
    await online(guest);
    await isOver(open, 'Your account is suspended', false);
  },

  demoted: async (market) => {
    const [aino, guest, operator] = [await market.demo('aino'), await market.signUp('Gesa'), await market.signUp('Otis')];
    const user_id = await operator.me();
    await aino.post('set_user_rank', { user_id, rank: 'operator' });
    const made = await guest.post('create_order', { order_id: uuidV7(), 'draft[title]': unique('Table'), 'draft[note]': 'Of oak.' });
    await operator.post('take_order', { order: made.card.code, message_id: uuidV7(), expected: 'pending' });
    await operator.say(made.conversation, OLD);
    const other = await operator.openTab(`/orders/${made.card.code}`);
    await other.locator('.order').getByRole('link', { name: /Messages/ }).click();
    await Chat.inDialog(other).shows(OLD);
    const open = await writeOffline(operator, `/messages/${made.conversation}`, other);
    await aino.post('set_user_rank', { user_id, rank: 'member' });
    await online(operator);
    await expect(other.getByRole('dialog')).toContainText(ENDED, SOON);
    await isKept(open);
  },

  blocked: async (market) => {
    const { guest, host, path, other } = await listing(market);
    const open = await writeOffline(guest, path, other);
    await host.post('block_user', { user_id: await guest.me() });
    await online(guest);
    for (const pane of [open.chat.pane, other.getByRole('dialog')]) {
      await expect(pane.locator('.chat__closed')).toContainText(CLOSED, SOON);
    }
    await open.chat.shows(OLD);
    const kept = open.chat.pane.getByRole('region', { name: 'What you wrote is kept here' });
    await expect(kept.getByRole('listitem').filter({ hasText: QUEUED })).toContainText('Not sent', SOON);
    await expect(kept).toContainText(DRAFT);
    await expect(kept).toContainText(EDITED);
  },

  'signed out elsewhere': async (market) => {
    const { guest, path, other } = await listing(market);
    const open = await writeOffline(guest, path, other);
    await guest.endSessionElsewhere();
    await online(guest);
    await isOver(open, 'You were signed out on this device', true);
  },

  'listing paused': async (market) => {
    const { guest, host, offer, path, other } = await listing(market);
    const open = await writeOffline(guest, path, other);
    await host.post('pause_listing', { listing_id: offer.id, is_paused: 'true' });
    await online(guest);
    await goesOn(open);
    const dialog = Chat.inDialog(other);
    await dialog.write('And in the dialog');
    await expect(dialog.progress).toHaveText(/Sent|Delivered|Read/, SOON);
  },

  'order finished': async (market) => {
    const [host, guest] = [await market.signUp('Hanno Host'), await market.signUp('Gesa Guest')];
    const order = await market.order(guest, await market.offer(host));
    await guest.say(order.conversation, OLD);
    const other = await guest.openTab('/orders');
    await other.locator('.order', { hasText: order.code }).getByRole('link', { name: /Messages/ }).click();
    await Chat.inDialog(other).shows(OLD);
    const open = await writeOffline(guest, order.path, other);
    await host.post('step_order', { order: order.code, message_id: uuidV7(), expected: 'pending', step: 'decline' });
    await online(guest);
    await expect(open.chat.pane.locator('.subject-bar .status')).toHaveText('Declined', SOON);
    await expect(other.getByRole('dialog').locator('.subject-bar .status')).toHaveText('Declined', SOON);
    await goesOn(open);
    await Chat.inDialog(other).write('And in the dialog');
    await Chat.inDialog(other).shows('And in the dialog');
  },

  'room renamed': async (market) => {
    const { moderator, member, id, path } = await room(market);
    const open = await writeOffline(member, path);
    const name = unique('Lighthouse');
    await moderator.post('rename_room', { conversation_id: id, message_id: uuidV7(), name });
    await online(member);
    await expect(open.chat.pane.getByRole('heading', { level: 2, name })).toBeVisible(SOON);
    await goesOn(open);
  },

  // The last one: what it deletes is gone for the others.
  retention: async (market) => {
    const [noor, aino] = [await market.demo('noor'), await market.demo('aino')];
    const page = await noor.open('/messages');
    await page.locator('.row', { hasText: 'Patchwork quilt' }).filter({ hasText: 'The cat has' }).click();
    const chat = Chat.onPage(page);
    await chat.shows('Perfect.');
    await chat.write(OLD);
    await expect(chat.progress).toHaveText(/Sent|Delivered|Read/, SOON);
    const order = await page.locator('main .chat .subject-bar a[href^="/orders/"]').getAttribute('href');
    const other = await noor.openTab(order!);
    await other.locator('.order').getByRole('link', { name: /Messages/ }).click();
    await Chat.inDialog(other).shows('Perfect.');
    const open = await writeOffline(noor, new URL(page.url()).pathname, other);
    const settings = await aino.context.request.get(`${market.server.url}/rpc/get_settings`);
    const seen_version = String((await settings.json()).settings.version);
    await aino.post('set_retention', { seen_version, days: '1' });
    await online(noor);
    for (const shown of [chat, Chat.inDialog(other)]) await expect(shown.bubble('Perfect.')).toHaveCount(0, SOON);
    await goesOn(open);
  },
};

test('every row of the table has a check, and every thing a column', () => {
  const text = readFileSync(new URL('../../docs/while-open.md', import.meta.url), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('|')).map((line) => line.split('|').slice(1, -1));
  const [head, , ...body] = rows.map((cells) => cells.map((cell) => cell.trim()));
  expect(head.slice(1)).toEqual(THINGS);
  expect(body.map(([name]) => name).sort()).toEqual(Object.keys(EVENTS).sort());
  for (const cells of body) expect(cells.filter((cell) => cell !== ''), cells[0]).toHaveLength(1 + THINGS.length);
});

for (const [event, check] of Object.entries(EVENTS)) {
  test(`${event}, while a conversation is open, a message waits, and another is written`, async ({
    market,
    expectConsole,
  }) => {
    // Several browsers, and a network that goes and comes back.
    test.setTimeout(120_000);
    expectConsole(/Failed to (load resource|fetch)|ERR_INTERNET_DISCONNECTED|status of 40[134]|WebSocket/);
    await check(market);
  });
}
