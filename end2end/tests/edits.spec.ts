// Changing and deleting what one has said.
import { Chat, row } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';
import { awake } from '../marketplace';

const NEWS_MS = 30_000;

test('C8 @frame a message is changed and deleted by its author, and the other side sees it', async ({ market }) => {
  const { guest, host, path } = await market.talk(['host: Good morning', 'guest: I come at nein', 'guest: By train']);
  const mine = Chat.onPage(await guest.open(path));
  const theirs = Chat.onPage(await host.open(path));
  await expect(mine.log.getByRole('button', { name: 'More' })).toHaveCount(3);

  const bubble = mine.bubble('I come at nein');
  await bubble.hover();
  await bubble.getByRole('button', { name: 'More' }).click();
  await expect(guest.page.getByRole('menuitem', { name: 'Edit' })).toBeInViewport();
  await expectAccessible(guest.page);
  await guest.page.getByRole('menuitem', { name: 'Edit' }).click();
  await expect(mine.field).toHaveValue('I come at nein');
  await expect(mine.field).toBeFocused();
  await mine.write('I come at nine');
  await mine.shows('I come at nine');
  await expect(mine.field).toHaveValue('');
  await expect(theirs.bubble('I come at nine')).toContainText('Edited', { timeout: NEWS_MS });
  // It keeps its place.
  expect(await theirs.bubbles.locator('p').allInnerTexts()).toEqual(['Good morning', 'I come at nine', 'By train']);

  await mine.bubble('By train').hover();
  await mine.bubble('By train').getByRole('button', { name: 'More' }).click();
  await guest.page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(guest.page.getByText('Delete this message for everybody?')).toBeVisible();
  await expect(guest.page.getByRole('menu', { name: 'Delete this message for everybody?' })).toBeFocused();
  await guest.page.getByRole('menuitem', { name: 'Delete' }).click();
  await mine.shows('Message deleted');
  await expect(mine.log).toBeFocused();
  await expect(theirs.bubble('Message deleted')).toHaveCount(1, { timeout: NEWS_MS });
  await expect(row(host.page, 'Gesa Guest')).not.toContainText('By train', { timeout: NEWS_MS });
});

test('@frame the arrow up changes the last message, Esc gives back what was typed', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Frist']);
  await guest.open(path);
  const chat = Chat.onPage(guest.page);
  await chat.field.press('ArrowUp');
  await expect(chat.field).toHaveValue('Frist');
  await chat.write('First');
  await chat.shows('First');

  await chat.field.fill('a draft');
  await chat.bubble('First').hover();
  await chat.bubble('First').getByRole('button', { name: 'More' }).click();
  await guest.page.getByRole('menuitem', { name: 'Edit' }).click();
  await expect(chat.field).toHaveValue('First');
  await chat.field.press('Escape');
  await expect(chat.field).toHaveValue('a draft');
  await chat.shows('First');
});

test('a change that is refused says why, and the text stays', async ({ market, expectConsole }) => {
  const { guest, path } = await market.talk(['guest: First']);
  await guest.open(path);
  const chat = Chat.onPage(guest.page);
  await chat.field.press('ArrowUp');
  await guest.endSessionElsewhere();
  expectConsole(/status of 401/);
  await chat.write('Second');
  await expect(chat.pane.getByRole('alert').filter({ hasText: /./ }).first()).toBeVisible();
  await expect(chat.field).toHaveValue('Second');
});

test('B24 an edit goes on where it was left, until it is saved or cancelled', async ({ market }) => {
  const { guest, host, path } = await market.talk(['guest: First']);
  const other = await market.conversation(guest, await market.offer(await market.signUp('Ida Other')));
  await guest.say(other, 'Hello');
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  const edit = async () => {
    await chat.bubble('First').hover();
    await chat.bubble('First').getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
  };
  await chat.field.fill('a draft');
  await edit();
  await chat.field.fill('First, rewritten at length');
  await row(page, 'Ida Other').click();
  await chat.shows('Hello');
  await expect(chat.field).toHaveValue('');
  await expect(row(page, host.name)).toContainText('Editing: First, rewritten at length');
  await page.goBack();
  await chat.shows('First');
  await expect(chat.field).toHaveValue('First, rewritten at length');
  await expect(chat.pane).toContainText('Editing a message');

  // A reload keeps it as well.
  await page.reload();
  await awake(page);
  await expect(chat.field).toHaveValue('First, rewritten at length');

  // Cancelled, it is given up, and the draft is there again.
  await chat.field.press('Escape');
  await expect(chat.field).toHaveValue('a draft');
  await page.reload();
  await awake(page);
  await expect(chat.field).toHaveValue('a draft');
  await edit();
  await expect(chat.field).toHaveValue('First');
  // Saved, the next edit begins with what was saved.
  await chat.write('Second');
  await chat.shows('Second');
  await expect(chat.field).toHaveValue('a draft');
  await chat.field.fill('');
  await chat.field.press('ArrowUp');
  await expect(chat.field).toHaveValue('Second');
});

test('B24 what is left of an edit whose message has changed meanwhile becomes part of the draft', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: First']);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await chat.field.press('ArrowUp');
  await chat.field.fill('Mine');
  await page.goto('/settings');
  const [message] = (await guest.api('GET', `/api/conversations/${path.split('/')[2]}/messages`)).messages;
  await guest.api('PATCH', `/api/messages/${message.id}`, { seen_version: message.version, body: 'Another' });
  await guest.open(path);
  await chat.shows('Another');
  await expect(chat.field).toHaveValue('Mine');
  await expect(chat.pane).not.toContainText('Editing a message');
});
