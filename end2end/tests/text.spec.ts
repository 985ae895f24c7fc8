// What people type, and pages that something else has changed.
import type { Page } from '@playwright/test';
import { Chat, row } from '../chat';
import { expect, test } from '../fixtures';
import { awake, uuidV7, type Marketplace, type Person } from '../marketplace';

/** A room of three who know each other; the third is not in it yet. */
async function room(market: Marketplace): Promise<{ people: Person[]; id: string; path: string }> {
  const ana = await market.signUp('Ana Adler');
  const bert = await market.signUp('Bert Berg');
  const carla = await market.signUp('Carla Clark');
  for (const other of [bert, carla]) await market.acquaint(ana, other);
  const id = uuidV7();
  await ana.post('create_room', { conversation_id: id, name: 'Harbour', 'people[0]': await bert.me() });
  await bert.accept(id);
  return { people: [ana, bert, carla], id, path: `/messages/${id}` };
}

test('B5 the people behind an @ follow who joins, and a failed request is made again', async ({ market, expectConsole }) => {
  expectConsole(/ERR_FAILED|Failed to load/);
  const { people, id, path } = await room(market);
  const [ana, , carla] = people;
  const page = await ana.open(path);
  const chat = Chat.onPage(page);
  const suggested = page.getByRole('listbox', { name: 'People in this room' }).getByRole('option');
  await page.route('**/rpc/get_room_people*', (route) => route.abort(), { times: 1 });
  const failed = page.waitForEvent('requestfailed');
  await chat.field.pressSequentially('@B');
  await failed;
  await chat.field.fill('');
  await chat.field.pressSequentially('@B');
  // Before the name stand the initials of the picture.
  await expect(suggested).toHaveText([/Bert Berg$/]);
  await chat.field.fill('');
  await ana.post('invite_to_room', { conversation_id: id, message_id: uuidV7(), 'people[0]': await carla.me() });
  await carla.accept(id);
  await expect(page.locator('.thread__pill').last()).toContainText('Carla Clark joined');
  await chat.field.pressSequentially('@C');
  await expect(suggested).toHaveText([/Carla Clark$/]);
});

for (const [what, shift] of [
  ['fast', 25 * 3_600_000],
  ['slow', -25 * 3_600_000],
] as const) {
  test(`B9 a message can be changed for as long as the server says, with a ${what} clock`, async ({ market }) => {
    const { guest, path } = await market.talk(['guest: Frist']);
    await guest.context.addInitScript((shift) => {
      const now = Date.now;
      Date.now = () => now() + shift;
    }, shift);
    const page = await guest.open(path);
    const chat = Chat.onPage(page);
    await chat.field.press('ArrowUp');
    await expect(chat.field).toHaveValue('Frist');
    await chat.write('First');
    await chat.shows('First');
  });
}

test('B16 a page that a proxy has rewritten works without script', async ({ market, expectConsole }) => {
  expectConsole(/unreachable|RuntimeError|hydrat/i);
  // The browser takes a page that the test has written for one from elsewhere.
  expectConsole(/ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS/);
  const { guest, path } = await market.talk(['host: Good morning']);
  const { page } = guest;
  await page.route(`**${path}`, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace(/<!--.*?-->/gs, '');
    await route.fulfill({ response: answer, body });
  });
  await page.goto(path);
  const chat = Chat.onPage(page);
  await expect(page.locator('html[data-plain]')).toHaveCount(1);
  await chat.field.fill('Written by a form');
  await chat.send.click();
  await chat.shows('Written by a form');
});

/** What a browser does to the text that stands when it translates a page. */
function translate(page: Page): Promise<void> {
  return page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode as Text);
    for (const text of texts.filter((text) => text.data.trim() !== '')) {
      const font = document.createElement('font');
      font.append(document.createElement('font'));
      font.firstElementChild?.append(text.data);
      text.replaceWith(font);
    }
  });
}

test('B15 a page that the browser has translated shows what is new', async ({ market }) => {
  const { guest, host, path } = await market.talk(['host: first talk']);
  const second = await market.conversation(guest, await market.offer(host));
  const edited = uuidV7();
  const sent = await host.post('send_message', { message_id: edited, conversation_id: second, body: 'second talk' });
  const page = await guest.open(path);
  await expect(row(page, 'second talk').locator('.badge')).toHaveText(/^1/);
  await translate(page);
  await host.say(second, 'a newer text');
  await expect(row(page, 'a newer text').locator('.badge')).toHaveText(/^2/);
  await expect(row(page, 'second talk')).toHaveCount(0);
  await row(page, 'a newer text').click();
  const chat = Chat.onPage(page);
  await chat.shows('second talk');
  await translate(page);
  await host.post('edit_message', { message_id: edited, seen_version: String(sent.message.version), body: 'another text' });
  await chat.shows('another text');
  await expect(chat.bubbles.filter({ hasText: 'second talk' })).toHaveCount(0);
});

test('B27 @frame a message of thousands of lines is folded, and the others keep their room', async ({ market }) => {
  const { guest, conversation, path } = await market.talk(Array.from({ length: 100 }, (_, at) => `host: Line ${at}`));
  await guest.say(conversation, `Top${'\nx'.repeat(4_990)}`);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  const all = page.getByRole('button', { name: 'Show all' });
  await expect(all).toBeInViewport();
  expect(await chat.log.evaluate((log) => log.scrollHeight)).toBeLessThan(30_000);
  await all.click();
  await expect(all).toHaveCount(0);
  expect(await chat.log.evaluate((log) => log.scrollHeight)).toBeGreaterThan(100_000);
});

test('L11 @frame an address that could be taken for another one is no link', async ({ market }) => {
  const { guest, path } = await market.talk([
    'host: https://stoa.example@evil.example/pay',
    'host: https://stоa.example/x',
    'host: https://stoa.example/messages',
  ]);
  const page = await guest.open(path);
  await awake(page);
  await expect(Chat.onPage(page).log.locator('.bubble a')).toHaveText(['https://stoa.example/messages']);
});

test('C1 @frame a pasted picture is to be sent, and the text stays', async ({ market }) => {
  const { guest, path } = await market.talk(['host: Hello']);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await chat.field.fill('Look at this');
  await chat.field.evaluate((field) => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File(['x'], 'photo.png', { type: 'image/png' }));
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  await expect(page.getByRole('list', { name: 'Files to be sent' })).toContainText('photo.png');
  await expect(chat.field).toHaveValue('Look at this');
});

test('C1 @frame e-mail addresses are links, and many blank lines fold to two', async ({ market }) => {
  const { guest, path, conversation } = await market.talk(['host: Hello']);
  await guest.say(conversation, 'Write to ana@mail.example\n\n\n\n\n\nThanks');
  const page = await guest.open(path);
  const bubble = Chat.onPage(page).bubbles.last();
  await expect(bubble.getByRole('link')).toHaveAttribute('href', 'mailto:ana@mail.example');
  expect(await bubble.locator('p').textContent()).toBe('Write to ana@mail.example\n\n\nThanks');
});
