// Where there is nothing: why, and the way on.
import { expect, test } from '../fixtures';

test('C11 somebody new finds out how conversations begin', async ({ market }) => {
  const guest = await market.signUp('Gesa Guest');
  const page = await guest.open('/messages');
  await expect(page.getByRole('heading', { name: 'No messages yet' })).toBeVisible();
  await page.getByRole('link', { name: 'Explore listings' }).click();
  await expect(page).toHaveURL('/');
});

test('C11 with nothing selected one is asked to pick a conversation', async ({ market }) => {
  const { guest, host } = await market.talk(['guest: Hello']);
  await host.open('/messages');
  await expect(host.page.getByRole('heading', { name: 'Pick a conversation' })).toBeVisible();
  await expect(host.page.getByText('1 has new messages.')).toBeVisible();
  const page = await guest.open('/messages');
  await page.getByRole('button', { name: 'Unread' }).click();
  await expect(page.getByRole('heading', { name: 'All read' })).toBeVisible();
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(page.locator('.row')).toHaveCount(1);
});

test('C11 a conversation in which nothing was said is the guest’s alone', async ({ market }) => {
  const { guest, host, path } = await market.talk();
  const page = await guest.open(path);
  await expect(page.getByText('No messages yet. Write the first one.')).toBeVisible();
  await host.open('/messages');
  await expect(host.page.getByRole('heading', { name: 'No messages yet' })).toBeVisible();
});

test('a search that finds nothing says so and leads back', async ({ market }) => {
  const { page } = await market.visitor();
  await page.goto('/?q=unobtainium&kind=tour');
  await expect(page.getByRole('heading', { name: 'Nothing for “unobtainium”' })).toBeVisible();
  await page.getByRole('link', { name: 'Search everything' }).click();
  await expect(page).toHaveURL('/?q=unobtainium');
  await page.getByRole('link', { name: 'Show everything' }).click();
  await expect(page).toHaveURL('/');
  await expect(page.locator('.listing-card').first()).toBeVisible();
});

test('an address that leads nowhere answers 404 and leads on', async ({ market, expectConsole }) => {
  expectConsole(/status of 404/);
  const { page } = await market.visitor();
  for (const path of ['/no-such-page', '/listings/nonsense', '/listings/01890a5d-ac96-774b-bcce-b302099a8057']) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(404);
    await expect(page.getByRole('link', { name: 'Explore listings' })).toHaveAttribute('href', '/');
  }
});

test('whoever is not signed in is taken to sign-in from personal pages', async ({ market }) => {
  const { page } = await market.visitor();
  for (const path of ['/messages', '/hosting', '/settings', '/listings/new']) {
    await page.goto(path);
    await expect(page).toHaveURL(`/sign-in?next=${path}`);
  }
});
