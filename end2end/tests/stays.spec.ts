// Booking a stay: what it costs before it is asked for, which nights are taken, and two bookings of the same nights.
import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from '../fixtures';

const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);

async function ask(page: Page, from: number, to: number): Promise<string> {
  await page.getByLabel('Arrive').fill(day(from));
  await page.getByLabel('Leave').fill(day(to));
  await page.getByRole('button', { name: 'Ask to book' }).click();
  await expect(page).toHaveURL(/\/messages\/[0-9a-f-]{36}#message-field$/);
  return /REQ-[0-9A-Z]{6}/.exec(await page.locator('.subject-bar').innerText())![0];
}

test('UX-04 UX-05 the form says what it costs, goes on from the day of arrival, and forgets an error that is mended', async ({
  market,
  expectConsole,
}) => {
  expectConsole(/status of 422 .*create_order/);
  const host = await market.signUp('Hanno Host');
  const guest = await market.signUp('Gesa Guest');
  const offer = await market.offer(host);
  const page = await guest.open(`/listings/${offer.id}`);
  const [arrive, leave] = [page.getByLabel('Arrive'), page.getByLabel('Leave')];
  await expect(page.getByText('You pay nothing yet. Hanno Host answers first.')).toBeVisible();
  await arrive.fill(day(10));
  await expect(leave).toHaveValue(day(11));
  await expect(leave).toHaveAttribute('min', day(11));
  await expect(page.locator('.booking__total')).toHaveText(/^\u200b*1 night × €\d+ = €\d+$/);
  await leave.fill(day(13));
  const [, nights, price, total] = /^\u200b*(\d) nights × €(\d+) = €(\d+)$/.exec(
    await page.locator('.booking__total').innerText(),
  )!;
  expect([Number(nights), Number(price) * 3]).toEqual([3, Number(total)]);
  // A later day of arrival takes the day of leaving along.
  await arrive.fill(day(20));
  await expect(leave).toHaveValue(day(21));
  // What the server refuses is told at the field, until it is changed.
  await page.locator('.booking__form').evaluate((form: HTMLFormElement) => (form.noValidate = true));
  await leave.fill(day(19));
  await page.getByRole('button', { name: 'Ask to book' }).click();
  await expect(leave).toHaveAttribute('aria-invalid', 'true');
  await leave.fill(day(22));
  await expect(leave).not.toHaveAttribute('aria-invalid');
  await expectAccessible(page);
});

test('UX-01 @store nights that are taken are told to the guest, and accepted again only by a second step', async ({
  market,
  expectConsole,
}) => {
  expectConsole(/status of 409 .*step_order/);
  const host = await market.signUp('Hanno Host');
  const [noor, leo] = [await market.signUp('Noor First'), await market.signUp('Leo Second')];
  const offer = await market.offer(host);
  const first = await ask(await noor.open(`/listings/${offer.id}`), 10, 13);
  await host.open('/hosting');
  const card = (code: string) => host.page.locator('.order', { hasText: code });
  await card(first).getByRole('button', { name: 'Accept' }).click();
  await expect(card(first).locator('.status')).toHaveText('Accepted');

  const page = await leo.open(`/listings/${offer.id}`);
  await expect(page.getByText(/^\u200b?Taken: /)).toBeVisible();
  await page.getByLabel('Arrive').fill(day(12));
  await page.getByLabel('Leave').fill(day(14));
  await expect(page.getByText(/is taken\. You can still ask\.$/)).toBeVisible();
  const second = await ask(page, 12, 14);
  await card(second).getByRole('button', { name: 'Accept', exact: true }).click();
  await expect(card(second)).toContainText(`Noor First has booked`);
  await expect(card(second)).toContainText(first);
  await expect(card(second).locator('.status')).toHaveText('Requested');
  await expectAccessible(host.page);
  await card(second).getByRole('button', { name: 'Accept both' }).click();
  await expect(card(second).locator('.status')).toHaveText('Accepted');
});

test('UX-05 nights are chosen on a calendar of two months, by keys as well; taken ones cannot be', async ({ market }) => {
  const host = await market.signUp('Hanno Host');
  const [noor, leo] = [await market.signUp('Noor First'), await market.signUp('Leo Second')];
  const offer = await market.offer(host);
  const first = await ask(await noor.open(`/listings/${offer.id}`), 10, 13);
  await host.open('/hosting');
  const card = host.page.locator('.order', { hasText: first });
  await card.getByRole('button', { name: 'Accept' }).click();
  await expect(card.locator('.status')).toHaveText('Accepted');

  const page = await leo.open(`/listings/${offer.id}`);
  const [arrive, leave] = [page.getByLabel('Arrive'), page.getByLabel('Leave')];
  const opener = page.getByRole('button', { name: 'Choose on a calendar' });
  await opener.click();
  const dialog = page.getByRole('dialog', { name: 'Choose your nights' });
  const on = (ahead: number) => dialog.locator(`[data-day="${day(ahead)}"]`);
  await expect(dialog.getByRole('grid')).toHaveCount(2);
  await expect(dialog.locator('[aria-current=date]')).toBeFocused();
  await expect(dialog.getByRole('status')).toHaveText('Choose the day you arrive.');
  await expectAccessible(page);

  // A taken night is told, and neither an arrival nor part of a stay. Its first day may be the last of another.
  await expect(on(11)).toHaveAccessibleName(/^[A-Z][a-z]+day \d+ [A-Z][a-z]+ 20\d\d, taken$/);
  await on(11).click({ force: true });
  await expect(dialog.locator('[aria-selected=true]')).toHaveCount(0);
  await on(8).click();
  await expect(arrive).toHaveValue(day(8));
  await expect(on(10)).not.toHaveAttribute('aria-disabled');
  await expect(on(14)).toHaveAttribute('aria-disabled', 'true');
  await on(10).click();
  await expect(leave).toHaveValue(day(10));
  await expect(dialog.getByRole('status')).toHaveText(/, 2 nights\.$/);

  // By keys: a day, a week, its ends, a month. Enter chooses.
  await page.keyboard.press('ArrowDown');
  await expect(on(17)).toBeFocused();
  // The next day is where the text goes on.
  const isMirrored = (await page.locator('html').getAttribute('dir')) === 'rtl';
  await page.keyboard.press(isMirrored ? 'ArrowLeft' : 'ArrowRight');
  await page.keyboard.press('Enter');
  await expect(arrive).toHaveValue(day(18));
  await expect(leave).toHaveValue(day(19));
  await page.keyboard.press('End');
  await expect(dialog.locator(':focus')).toHaveAccessibleName(/^Sunday /);
  await page.keyboard.press('Home');
  await expect(dialog.locator(':focus')).toHaveAccessibleName(/^Monday /);
  await page.keyboard.press('PageDown');
  await page.keyboard.press('PageDown');
  await expect(dialog.locator(':focus')).toHaveCount(1);
  await expect(dialog.getByRole('button', { name: 'Earlier months' })).toBeEnabled();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(opener).toBeFocused();
  await expect(page.locator('.booking__total')).toHaveText(/^\u200b*1 night × /);
});
