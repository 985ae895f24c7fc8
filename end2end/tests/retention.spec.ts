// Deleting old messages, on a server of its own: what is gone is gone for every test after it.
import { expectAccessible, expect, test as base } from '../fixtures';
import { Chat, row } from '../chat';
import { Server } from '../server';

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

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const SETTINGS = '/operator/settings';

test('B7 an admin sees what would be deleted, confirms it, and it goes from a thread that is open @store', async ({
  market,
}) => {
  const noor = await market.demo('noor');
  const page = await noor.open('/messages');
  await row(page, 'Patchwork quilt').filter({ hasText: 'The cat has' }).click();
  const chat = Chat.onPage(page);
  await chat.shows('Perfect.');
  await chat.shows('The cat has already tested it. It is warm.');

  const aino = await market.demo('aino');
  const desk = await aino.open(SETTINGS);
  await expect(desk.getByText('Messages are kept for good.')).toBeVisible();
  await desk.getByLabel('Delete messages older than so many days').fill('0');
  await desk.getByRole('button', { name: 'Show what it deletes' }).click();
  await expect(desk.getByRole('alert')).toContainText('at least 1 day');
  await desk.getByLabel('Delete messages older than so many days').fill('3');
  await desk.getByRole('button', { name: 'Show what it deletes' }).click();
  const preview = desk.locator('.notice', { hasText: 'This deletes' });
  await expect(preview).toContainText('It can’t be undone.');
  const said = (await preview.innerText()).replaceAll('\u200b', '');
  const count = /(\d+) messages in \d+ conversations/.exec(said)?.[1];
  // Nothing has happened yet.
  await chat.shows('Perfect.');
  await desk.getByRole('link', { name: 'Cancel' }).click();
  await expect(preview).toHaveCount(0);
  await expect(desk.locator('.settings__parts')).toBeFocused();
  await desk.getByLabel('Delete messages older than so many days').fill('3');
  await desk.getByRole('button', { name: 'Show what it deletes' }).click();
  await expect(preview).toBeVisible();

  await desk.getByRole('button', { name: 'Delete what is older than 3 days' }).click();
  await expect(desk.getByText('Messages older than 3 days are deleted')).toBeVisible();
  await expect(chat.bubble('Perfect.')).toHaveCount(0);
  await chat.shows('The cat has already tested it. It is warm.');
  await chat.write('Send the photos when you can');
  await chat.shows('Send the photos when you can');
  await page.reload();
  await chat.shows('Send the photos when you can');
  await expect(chat.bubble('Perfect.')).toHaveCount(0);

  await expect(async () => {
    await aino.open(SETTINGS);
    await expect(desk.getByText(`${count} messages deleted so far`)).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await desk.getByRole('button', { name: 'Keep messages for good' }).click();
  await expect(desk.getByText('Messages are kept for good.')).toBeVisible();
  await aino.open('/operator/audit?show=settings');
  await expect(desk.locator('main')).toContainText('Aino Laine let messages be deleted after 3 days');
});

test('E9 signing up is closed and opened, which holds at once', async ({ market }) => {
  const aino = await market.demo('aino');
  const desk = await aino.open(SETTINGS);
  const part = desk.getByRole('region', { name: 'Signing up' });
  await part.getByLabel('Nobody by themselves').check();
  await part.getByRole('button', { name: 'Save' }).click();
  await expect(desk.locator('.toast')).toContainText('Saved.');
  const visitor = await market.visitor();
  await visitor.open('/sign-up');
  await expect(visitor.page.getByText('Accounts are made by the team here.')).toBeVisible();
  await expect(visitor.page.getByRole('button', { name: 'Create account' })).toHaveCount(0);
  await aino.open(SETTINGS);
  await part.getByLabel('Everybody').check();
  await part.getByRole('button', { name: 'Save' }).click();
  await expect(part.getByLabel('Everybody')).toBeChecked();
  await expect(async () => {
    await visitor.open('/sign-up');
    await expect(visitor.page.getByRole('button', { name: 'Create account' })).toBeVisible({ timeout: 1_000 });
  }).toPass();
});

for (const theme of ['light', 'dark'] as const) {
  test(`A14 B7 axe finds nothing on the settings of the marketplace, ${theme}`, async ({ market }) => {
    const aino = await market.demo('aino', { colorScheme: theme, reducedMotion: 'reduce' });
    for (const path of [SETTINGS, `${SETTINGS}?days=3`, `${SETTINGS}?days=0`]) {
      await aino.open(path);
      await expectAccessible(aino.page);
    }
  });
}

test('A14 B7 on a phone the settings of the marketplace are no wider than the screen', async ({ market }) => {
  const aino = await market.demo('aino', PHONE);
  await aino.open(`${SETTINGS}?days=3`);
  const [wide, seen] = await aino.page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(wide).toBeLessThanOrEqual(seen);
});
