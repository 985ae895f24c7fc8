// Offering something, changing it, taking it out and putting it back.
import { expect, test } from '../fixtures';
import { unique } from '../marketplace';

test('@store a host offers something, changes it, pauses it and takes it up again', async ({ market }) => {
  const host = await market.signUp('Hanno Host');
  const { page } = host;
  const { page: nobody } = await market.visitor();
  const isFound = async (title: string, count: number) => {
    await nobody.goto(`/?q=${encodeURIComponent(title)}`);
    await expect(nobody.locator('.listing-card')).toHaveCount(count);
  };

  await host.open('/hosting');
  await expect(page.getByRole('heading', { name: 'You offer nothing yet' })).toBeVisible();
  await page.getByRole('link', { name: 'Offer something' }).click();
  const title = unique('Walk at low tide');
  await page.getByRole('radio', { name: 'Tour' }).check();
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Place').fill('Sylt, Germany');
  await page.getByLabel('Price in euros').fill('18.50');
  await page.getByLabel('Description').fill('Three hours.\n\nBring boots.');
  await page.getByRole('button', { name: 'Publish' }).click();
  await expect(page.getByRole('heading', { name: title, level: 1 })).toBeVisible();
  await expect(page).toHaveURL(/\/listings\/[0-9a-f-]{36}$/);
  await expect(page.getByText('€18.50').first()).toBeVisible();
  await expect(page.getByText('Bring boots.')).toBeVisible();
  await isFound(title, 1);

  await page.getByRole('link', { name: 'Edit' }).click();
  const field = page.getByLabel('Title');
  await expect(field).toHaveValue(title);
  const better = `${title} with crabs`;
  await field.fill(better);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { name: better, level: 1 })).toBeVisible();
  await isFound(better, 1);

  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('note')).toContainText('This listing is paused');
  await isFound(better, 0);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Hosting' }).click();
  await expect(page.getByText('Paused', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByText('Paused', { exact: true })).toHaveCount(0);
  await isFound(better, 1);
});

test('a form that is not right yet says where, and keeps what was typed', async ({ market, expectConsole }) => {
  expectConsole(/status of 422 .*create_listing/);
  const host = await market.signUp('Hanno Host');
  const page = await host.open('/listings/new');
  await page.getByRole('radio', { name: 'Stay' }).check();
  await page.getByLabel('Title').fill('Attic');
  await page.getByLabel('Place').fill('Ghent');
  await page.getByLabel('Price in euros').fill('a lot');
  await page.getByLabel('Description').fill('Under the roof.');
  await page.getByRole('button', { name: 'Publish' }).click();
  await expect(page.getByRole('alert')).toHaveText('Enter a price in euros, like 148 or 148.50.');
  await expect(page.getByLabel('Price in euros')).toBeFocused();
  await expect(page.getByLabel('Title')).toHaveValue('Attic');
  await expect(page.getByLabel('Description')).toHaveValue('Under the roof.');
  await page.getByLabel('Price in euros').fill('70');
  await page.getByRole('button', { name: 'Publish' }).click();
  await expect(page.getByRole('heading', { name: 'Attic', level: 1 })).toBeVisible();
});

test('a double click on Publish makes one listing', async ({ market }) => {
  const host = await market.signUp('Hanno Host');
  const page = await host.open('/listings/new');
  const title = unique('Twin beds');
  await page.getByRole('radio', { name: 'Stay' }).check();
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Place').fill('Ghent');
  await page.getByLabel('Price in euros').fill('70');
  await page.getByLabel('Description').fill('Under the roof.');
  await page.getByRole('button', { name: 'Publish' }).dblclick();
  await expect(page.getByRole('heading', { name: title, level: 1 })).toBeVisible();
  await host.open('/hosting');
  await expect(page.locator('.offer')).toHaveCount(1);
});

test('nobody changes what somebody else offers', async ({ market, expectConsole }) => {
  expectConsole(/status of 404 .*\/edit/);
  const [host, other] = [await market.signUp('Hanno Host'), await market.signUp('Olga Other')];
  const offer = await market.offer(host);
  const answer = await other.page.goto(`/listings/${offer.id}/edit`);
  expect(answer?.status()).toBe(404);
  await expect(other.page.getByRole('button', { name: 'Save' })).toHaveCount(0);
  const pause = await other.attempt('pause_listing', { listing_id: offer.id, is_paused: 'true' });
  expect(pause.status()).toBe(404);
});

test('kinds and words narrow down what is shown', async ({ market }) => {
  const { page } = await market.visitor();
  await page.goto('/');
  await page.getByRole('link', { name: 'Tours' }).click();
  await expect(page).toHaveURL('/?kind=tour');
  await expect(page.getByRole('link', { name: 'Tours' })).toHaveAttribute('aria-current', 'true');
  await expect(page.getByRole('link', { name: /Harvest walk/ })).toBeVisible();
  await expect(page.getByRole('link', { name: /Boathouse/ })).toHaveCount(0);
  await page.getByRole('searchbox', { name: 'Search' }).fill('SEVILLE');
  await page.getByRole('searchbox', { name: 'Search' }).press('Enter');
  await expect(page).toHaveURL('/?q=SEVILLE&kind=tour');
  const places = page.locator('.listing-card__place');
  await expect(places.filter({ hasNotText: 'Seville' })).toHaveCount(0);
  await expect(places.first()).toContainText('Seville');
});
