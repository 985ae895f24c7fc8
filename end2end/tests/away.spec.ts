// What a person wants to be told of: muting a conversation, quiet hours, and how far a message got.
import { Chat, row } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';

const NEWS_MS = 30_000;
const LEVEL = 'Notifications of this conversation';

test('F16 a muted conversation counts for nothing, and says so where it is muted', async ({ market }) => {
  const { guest, host, path } = await market.talk(['guest: Is the boat free?']);
  const page = await host.open(path);
  await page.getByRole('button', { name: LEVEL }).click();
  const menu = page.getByRole('menu', { name: LEVEL });
  await expect(menu).toContainText('You are told of new messages');
  await expectAccessible(page);
  await menu.getByRole('menuitem', { name: 'Mute for an hour' }).click();
  await expect(page.locator('.toast')).toContainText('Muted.');
  await host.open('/');
  const theirs = Chat.onPage(await guest.open(path));
  await theirs.write('And a sauna?');
  await theirs.shows('And a sauna?');
  // It is in the list, and in no total.
  await host.open('/messages');
  await expect(row(page, 'Gesa Guest')).toContainText('And a sauna?', { timeout: NEWS_MS });
  await expect(row(page, 'Gesa Guest').locator('.row__muted')).toHaveText('Muted');
  await expectAccessible(page);
  await expect(page).toHaveTitle('Messages · Stoa');
  await host.open(path);
  await page.getByRole('button', { name: LEVEL }).click();
  await expect(menu).toContainText('You are told of nothing here, until');
  await menu.getByRole('menuitem', { name: 'Tell me of new messages' }).click();
  await expect(page.locator('.toast').last()).toContainText('You are told of new messages again.');
  await expect(row(page, 'Gesa Guest').locator('.row__muted')).toBeHidden();
});

test('F3 @frame the sender of a message sees how far it got', async ({ market }) => {
  const { guest, host, path } = await market.talk(['guest: Is the boat free?']);
  const mine = Chat.onPage(await guest.open(path));
  const ask = async () => {
    await mine.bubble('Is the boat free?').hover();
    await mine.bubble('Is the boat free?').getByRole('button', { name: 'More' }).click();
    await guest.page.getByRole('menuitem', { name: 'How far it got' }).click();
  };
  await ask();
  await expect(guest.page.locator('.menu__reach')).toHaveText('Hanno Host: not reached yet');
  await expectAccessible(guest.page);
  await guest.page.keyboard.press('Escape');
  await Chat.onPage(await host.open(path)).shows('Is the boat free?');
  await expect(mine.progress).toHaveText(/Read/, { timeout: NEWS_MS });
  await ask();
  await expect(guest.page.locator('.menu__reach')).toHaveText('Hanno Host: has read it');
});

test('F15 quiet hours are chosen in the settings, and a time that is none is refused', async ({ market }) => {
  const person = await market.signUp('Noor Night');
  const page = await person.open('/settings');
  const section = page.getByRole('region', { name: 'Quiet hours' });
  await expect(section.getByLabel('From')).toHaveValue('22:00');
  await section.getByLabel('Keep it quiet every day').check();
  await section.getByLabel('To').fill('06:30');
  await section.getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('.toast')).toContainText('Saved.');
  await person.open('/settings');
  await expect(section.getByLabel('Keep it quiet every day')).toBeChecked();
  await expect(section.getByLabel('To')).toHaveValue('06:30');
  await expectAccessible(page);
});
