// Pictures of the operators' pages.
import { inEveryLook } from './looks';

inEveryLook('the operators’ pages', async ({ market, look, take }) => {
  const aino = await market.demo('aino', look);
  const { page } = aino;
  for (const [path, name] of [
    ['/operator/orders', 'desk'],
    ['/operator/orders?view=board', 'desk-board'],
    ['/operator/notices', 'notices'],
    ['/operator/settings?days=3', 'site-settings'],
    ['/operator/conversations', 'operator-conversations'],
    ['/operator/audit', 'audit'],
    ['/operator/users', 'users'],
  ]) {
    await aino.open(path);
    await take(page, name);
  }
  await page.getByRole('button', { name: /^More: / }).first().click();
  await page.getByRole('menuitem').first().waitFor();
  await take(page, 'user-menu');
});
