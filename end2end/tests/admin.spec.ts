// The operators' pages: suspending somebody, the audit log, and looking into a conversation.
import { expect, expectAccessible, test } from '../fixtures';
import { unique } from '../marketplace';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

test('E7 E9 who is suspended is out at once, on the page that is open, and is let in again later', async ({
  market,
  expectConsole,
}) => {
  expectConsole(/status of 401|WebSocket/);
  const name = unique('Gesa');
  const host = await market.signUp('Hanno Host');
  const guest = await market.signUp(name);
  const conversation = await market.conversation(guest, await market.offer(host));
  const page = await guest.open(`/messages/${conversation}`);
  await expect(page.locator('.inbox__status')).toHaveText('Live');
  const aino = await market.demo('aino');
  const people = await aino.open(`/operator/users?q=${encodeURIComponent(name)}`);
  // It asks first, and says whose account it is.
  const asked = people.getByRole('dialog', { name: `Suspend ${name} (${guest.email})?` });
  const suspend = async () => {
    await people.getByRole('button', { name: `More: ${name}` }).click();
    await people.getByRole('menuitem', { name: 'Suspend' }).click();
  };
  await suspend();
  await asked.getByRole('button', { name: 'Leave it' }).click();
  await expect(asked).toHaveCount(0);
  await expect(page.locator('.banner')).toHaveCount(0);
  await suspend();
  await asked.getByRole('button', { name: 'Suspend account' }).click();
  await expect(people.getByRole('button', { name: 'Reinstate' })).toBeVisible();
  await expect(page.locator('.banner')).toContainText('Your account is suspended');
  const refused = await guest.attempt('send_message', {
    message_id: '0198c7a0-0000-7000-8000-000000000001',
    conversation_id: conversation,
    body: 'Let me in',
  });
  expect(refused.status()).toBe(401);
  await people.getByRole('button', { name: 'Reinstate' }).click();
  await expect(people.getByRole('button', { name: `More: ${name}` })).toBeVisible();
  await page.goto('/sign-in');
  await page.getByLabel('Email').fill(guest.email);
  await page.getByLabel('Password').fill(guest.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('link', { name: 'Your account' }).first()).toBeVisible();
});

test('E9 looking into a conversation stands in the audit log', async ({ market }) => {
  const { offer, conversation } = await market.talk(['guest: Is there a stove?', 'host: A good one.']);
  const aino = await market.demo('aino');
  const page = await aino.open(`/operator/conversations/${conversation}`);
  await expect(page.getByText('A good one.')).toBeVisible();
  await aino.open('/operator/audit');
  await expect(page.locator('main')).toContainText(offer.title);
  await expect(page.locator('main')).toContainText('Aino Laine');
});

for (const theme of ['light', 'dark'] as const) {
  test(`A14 E9 axe finds nothing on the operators’ pages, ${theme}`, async ({ market }) => {
    const { conversation } = await market.talk(['guest: Hello']);
    const aino = await market.demo('aino', { colorScheme: theme, reducedMotion: 'reduce' });
    const paths = ['/operator/users', '/operator/conversations', `/operator/conversations/${conversation}`, '/operator/audit'];
    for (const path of paths) {
      await aino.open(path);
      await expectAccessible(aino.page);
    }
  });
}

test('A14 E9 on a phone the operators’ pages are no wider than the screen', async ({ market }) => {
  const aino = await market.demo('aino', PHONE);
  for (const path of ['/operator/users', '/operator/conversations', '/operator/audit']) {
    await aino.open(path);
    const [wide, seen] = await aino.page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ]);
    expect(wide, path).toBeLessThanOrEqual(seen);
  }
});

test('M13 an admin sees who signed in and who was refused', async ({
  market,
  expectConsole,
}) => {
  expectConsole(/status of 403 .*sign_in/);
  const name = unique('Gesa');
  const guest = await market.signUp(name);
  const nobody = await market.visitor();
  await nobody.attempt('sign_in', { email: guest.email, password: 'a wrong password', next: '' });
  const aino = await market.demo('aino');
  const page = await aino.open('/operator/audit');
  await page.getByRole('navigation', { name: 'Which entries' }).getByRole('link', { name: 'Signing in' }).click();
  await page.getByRole('searchbox').fill(name);
  await page.getByRole('searchbox').press('Enter');
  const entries = page.locator('.entries li');
  await expect(entries).toHaveCount(2);
  await expect(entries.first()).toContainText(`Somebody could not sign in as ${name} (wrong password`);
  await expect(entries.nth(1)).toContainText(`${name} signed up (`);
  await expectAccessible(page);
});
