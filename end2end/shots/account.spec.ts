// Pictures of signing in and up, of the settings, and of what the bar opens.
import { inEveryLook } from './looks';
import { unique } from '../marketplace';

inEveryLook('signing in', async ({ market, look, expectConsole, take }) => {
  expectConsole(/status of 403/);
  const { page } = await market.visitor(look);
  for (const [path, name] of [['/sign-up', 'sign-up'], ['/sign-in', 'sign-in']]) {
    await page.goto(path);
    await page.waitForLoadState('networkidle');
    await take(page, name);
  }
  // An address of nobody: wrong passwords of one account are limited.
  await page.getByLabel('Email').fill(`${unique('nobody').replace(' ', '-')}@people.example`);
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('alert').waitFor();
  await take(page, 'sign-in-wrong');
});

inEveryLook('settings', async ({ market, look, take }) => {
  const tomas = await market.demo('tomas', look);
  const { page } = tomas;
  await tomas.open('/settings');
  await take(page, 'settings');
  for (const section of ['notifications', 'password', 'tokens']) {
    await tomas.open(`/settings#${section}`);
    await page.waitForLoadState('networkidle');
    await page.locator(`#${section}`).scrollIntoViewIfNeeded();
    await take(page, `settings-${section}`);
  }
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('.toast').waitFor();
  await take(page, 'settings-saved');
});

inEveryLook('what the bar and the keys open', async ({ market, look, take }) => {
  const noor = await market.demo('noor', look);
  const { page } = noor;
  await noor.open('/');
  await page.locator('dialog.palette').waitFor({ state: 'attached' });
  await page.locator('.bar__account').click();
  await page.getByRole('dialog', { name: 'Noor Haddad' }).waitFor();
  await take(page, 'account-menu');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Search and commands' });
  await palette.getByRole('combobox').fill('boat');
  await palette.getByRole('group', { name: 'Listings' }).getByRole('option').first().waitFor();
  await take(page, 'palette');
  await page.keyboard.press('Escape');
  await palette.waitFor({ state: 'hidden' });
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await take(page, 'shortcuts');
});

inEveryLook('notifications', async ({ market, look, take }) => {
  const noor = await market.demo('noor', look);
  const { page } = noor;
  await noor.open('/');
  await page.locator('.bell').click();
  await page.locator('.told').first().waitFor();
  await take(page, 'notifications-panel');
  await noor.open('/notifications');
  await page.locator('.told').first().waitFor();
  await take(page, 'notifications');
  const tomas = await market.demo('tomas', look);
  await tomas.open('/notifications?show=booking');
  await tomas.page.locator('.told').first().waitFor();
  await take(tomas.page, 'notifications-bookings');
});
