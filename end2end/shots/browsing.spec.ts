// Pictures of what there is to book, and of a host's side of it.
import { inEveryLook } from './looks';
import { Chat } from '../chat';

inEveryLook('public pages', async ({ market, look, expectConsole, take }) => {
  expectConsole(/status of 404/);
  const { page } = await market.visitor(look);
  for (const [path, name] of [
    ['/', 'explore'],
    ['/?q=cabin', 'explore-results'],
    ['/?q=unobtainium', 'explore-nothing'],
    ['/no-such-page', 'not-found'],
  ]) {
    await page.goto(path);
    await page.waitForLoadState('networkidle');
    await take(page, name);
  }
});

inEveryLook('own listings', async ({ market, look, expectConsole, take }) => {
  expectConsole(/status of 422/);
  const tomas = await market.demo('tomas', look);
  const { page } = tomas;
  await tomas.open('/hosting');
  await take(page, 'hosting');
  const own = await page.locator('.offer h2 a').first().getAttribute('href');
  await tomas.open(own!);
  await take(page, 'listing-own');
  await tomas.open(`${own}/edit`);
  await take(page, 'listing-edit');
  await tomas.open('/listings/new');
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('alert').first().waitFor();
  await take(page, 'listing-new-wrong');
});

inEveryLook('a listing', async ({ market, look, take }) => {
  const noor = await market.demo('noor', look);
  const { page } = noor;
  await noor.open('/?q=boathouse');
  await page.getByRole('link', { name: 'Boathouse on the lake' }).first().click();
  await page.getByRole('button', { name: 'Contact host' }).waitFor();
  await page.waitForLoadState('networkidle');
  await take(page, 'listing');
  await page.getByRole('button', { name: 'Contact host' }).click();
  await Chat.inDialog(page).bubbles.last().waitFor();
  await take(page, 'dialog');
  const guest = await market.signUp('Nina Neu', look);
  await guest.open('/?q=boathouse');
  await guest.page.getByRole('link', { name: 'Boathouse on the lake' }).first().click();
  await guest.page.getByRole('button', { name: 'Contact host' }).click();
  await Chat.inDialog(guest.page).field.waitFor();
  await take(guest.page, 'dialog-empty');
  await guest.page.keyboard.press('Escape');
  await guest.page.getByRole('button', { name: 'Choose on a calendar' }).click();
  await guest.page.getByRole('dialog', { name: 'Choose your nights' }).locator('[aria-current=date]').waitFor();
  await take(guest.page, 'calendar');
});
