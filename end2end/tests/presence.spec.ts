// Who is typing and who is here, live on both sides.
import { Chat, row } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';

test('C8 E2 @frame the other side sees that one types, and no longer once it is sent or after a pause', async ({ market }) => {
  const { guest, host, path } = await market.talk(['host: Hello']);
  const mine = Chat.onPage(await guest.open(path));
  const theirs = Chat.onPage(await host.open(path));
  const line = theirs.pane.getByText('Gesa is typing');
  await expect(line).toHaveCount(0);

  await mine.field.pressSequentially('I am on my w');
  await expect(line).toBeVisible();
  await expect(row(host.page, 'Gesa Guest')).toContainText('typing…');
  await expectAccessible(host.page);
  await mine.field.press('Enter');
  await theirs.shows('I am on my w');
  await expect(line).toHaveCount(0);

  await mine.field.pressSequentially('and');
  await expect(line).toBeVisible();
  // Two seconds without a key.
  await expect(line).toHaveCount(0);
  await expect(mine.pane.getByText('is typing')).toHaveCount(0);
});

test('E3 @frame one sees who is here, and when somebody left', async ({ market }) => {
  const { guest, host, path } = await market.talk(['guest: Hi', 'host: Hello']);
  await guest.open(path);
  const chat = Chat.onPage(guest.page);
  const about = chat.pane.locator('.chat__about');
  await expect(about).toContainText('Offline');
  await host.open('/messages');
  await expect(about).toContainText('Online');
  await expect(row(guest.page, 'Hanno Host').getByText('Online')).toHaveCount(1);
  await expectAccessible(guest.page);
  // A reload does not blink; leaving shows after a short grace.
  await host.page.close();
  await expect(about).toContainText(/Last seen (now|just now|this minute)/i, { timeout: 30_000 });
});

test('E3 a stranger is told nothing', async ({ market }) => {
  const { host } = await market.talk(['host: Hello']);
  const stranger = await market.signUp('Sven Stranger');
  await host.open('/');
  const id = await host.page.evaluate(() => localStorage.getItem('stoa-viewer'));
  const answer = await stranger.context.request.get(`${market.server.url}/api/users/${id}/presence`);
  expect(answer.status()).toBe(404);
});
