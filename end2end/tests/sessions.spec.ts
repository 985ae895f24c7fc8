// Where somebody is signed in: seen, ended, and all ended by a new password.
import { expect, expectAccessible, test } from '../fixtures';
import { awake, PASSWORD, type Marketplace, type Person } from '../marketplace';

const SOON = { timeout: 30_000 };

/** The same person in another browser, signed in by hand. */
async function elsewhere(market: Marketplace, person: Person, password = PASSWORD): Promise<Person> {
  const other = await market.visitor();
  await other.page.goto('/sign-in?next=/messages');
  await awake(other.page);
  await other.page.getByLabel('Email').fill(person.email);
  await other.page.getByLabel('Password').fill(password);
  await other.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(other.page).toHaveURL('/messages');
  await awake(other.page);
  return other;
}

test('E7 a session in another browser is seen and ended, and its page says so', async ({ market, expectConsole }) => {
  // The other browser finds out by being refused.
  expectConsole(/status of 401/);
  const guest = await market.signUp('Gesa Guest');
  const other = await elsewhere(market, guest);
  await expect(other.page.locator('.inbox__status')).toHaveText('Live');
  const page = await guest.open('/settings#sessions');
  const sessions = page.getByRole('list', { name: 'Your sessions' }).getByRole('listitem');
  await expect(sessions).toHaveCount(2);
  await expect(sessions.first()).toContainText('This is the one you are using.');
  await expect(sessions.nth(1)).toContainText('Chrome on Linux');
  await expectAccessible(page);
  await sessions.nth(1).getByRole('button', { name: /^End/ }).click();
  await expect(page.locator('.toast')).toContainText('Ended. It is signed out.');
  await expect(sessions).toHaveCount(1);
  await expect(other.page.locator('.banner')).toContainText('You were signed out on this device.', SOON);
});

test('E7 a new password ends every other session, and only who knows the old one sets it', async ({
  market,
  expectConsole,
}) => {
  expectConsole(/status of 403 .*change_password/);
  // The other browser finds out by being refused.
  expectConsole(/status of 401/);
  const guest = await market.signUp('Gesa Guest');
  const other = await elsewhere(market, guest);
  await expect(other.page.locator('.inbox__status')).toHaveText('Live');
  const page = await guest.open('/settings#password');
  const form = page.getByRole('region', { name: 'Password' });
  const change = async (present: string) => {
    await form.getByLabel('Current password').fill(present);
    await form.getByLabel('New password').fill('a better horse battery');
    await form.getByRole('button', { name: 'Change password' }).click();
  };
  await change('not the right one');
  await expect(form.getByText('This is not your current password.')).toBeVisible();
  await expect(form.getByLabel('Current password')).toBeFocused();
  await change(PASSWORD);
  await expect(page.locator('.toast', { hasText: 'Your password is changed.' })).toBeVisible();
  await expect(form.getByLabel('Current password')).toHaveValue('');
  await expect(other.page.locator('.banner')).toContainText('You were signed out on this device.', SOON);
  await elsewhere(market, guest, 'a better horse battery');
});

test('E7 sessions are ended without script too', async ({ market, expectConsole }) => {
  expectConsole(/^failed: csp .*\/pkg\/|was preloaded using link preload but not used/);
  const guest = await market.signUp('Gesa Guest', { javaScriptEnabled: false });
  await elsewhere(market, guest);
  await guest.page.goto('/settings');
  const sessions = guest.page.getByRole('list', { name: 'Your sessions' }).getByRole('listitem');
  await expect(sessions).toHaveCount(2);
  await guest.page.getByRole('button', { name: 'End all others' }).click();
  await expect(sessions).toHaveCount(1);
});

test('M12 what a browser keeps of conversations goes when the session ends elsewhere', async ({
  market,
  expectConsole,
}) => {
  // The browser finds out by being refused.
  expectConsole(/status of 401|WebSocket/);
  const { guest, path } = await market.talk(['guest: Hello', 'host: The code is 4711']);
  const page = await guest.open(path);
  const kept = () =>
    page.evaluate(async () => {
      const texts: string[] = [];
      for (const { name } of await indexedDB.databases()) {
        const database = await new Promise<IDBDatabase>((resolve, reject) => {
          const request = indexedDB.open(name!);
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
        for (const store of database.objectStoreNames) {
          const request = database.transaction(store).objectStore(store).getAll();
          await new Promise((resolve) => (request.onsuccess = resolve));
          texts.push(...request.result.map(String));
        }
        database.close();
      }
      return [...texts, localStorage.getItem('stoa-session') ?? ''].join();
    });
  await expect(page.locator('.inbox__status')).toHaveText('Live');
  await expect.poll(kept, SOON).toContain('The code is 4711');
  await guest.endSessionElsewhere();
  await expect(page.locator('.banner')).toContainText('You were signed out on this device.', SOON);
  await expect.poll(kept, SOON).not.toContain('4711');
  expect(await kept()).not.toContain(guest.email);
});

test('M12 a page without a session clears what the last one has kept', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello', 'host: The code is 4711']);
  const page = await guest.open(path);
  await expect(page.locator('.inbox__status')).toHaveText('Live');
  const texts = () =>
    page.evaluate(async (id) => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open(`stoa-${id}`);
        request.onsuccess = () => resolve(request.result);
      });
      const request = database.transaction('cache').objectStore('cache').getAll();
      await new Promise((resolve) => (request.onsuccess = resolve));
      database.close();
      return request.result.map(String).join();
    }, id);
  const id = await guest.me();
  await expect.poll(texts, SOON).toContain('The code is 4711');
  await page.goto('about:blank');
  await guest.context.clearCookies();
  await guest.open('/sign-in');
  await expect.poll(texts, SOON).toBe('');
});

test('M6 an access token wants the password, and ending sessions says that tokens stay', async ({ market, expectConsole }) => {
  expectConsole(/status of 403 .*create_token/);
  const guest = await market.signUp('Gesa Guest');
  const page = await guest.open('/settings#tokens');
  const form = page.getByRole('region', { name: 'Access tokens' });
  const make = async (password: string) => {
    await form.getByLabel('It is for').fill('Calendar');
    await form.getByLabel('Your password').fill(password);
    await form.getByRole('button', { name: 'Make a token' }).click();
  };
  await make('not my password');
  await expect(form.getByText('This is not your current password.')).toBeVisible();
  await expect(form.getByLabel('Your password')).toBeFocused();
  await make(PASSWORD);
  await expect(form.getByLabel('Copy your token now.')).toHaveValue(/^stoa_/);
  await expect(form.getByLabel('Your password')).toHaveValue('');
  await form.getByRole('button', { name: 'Revoke Calendar' }).click();
  await page.getByRole('dialog', { name: 'Revoke “Calendar”?' }).getByRole('button', { name: 'Revoke token' }).click();
  await expect(form.getByText('You have no tokens.')).toBeVisible();
  await expect(form.getByLabel('Copy your token now.')).toHaveCount(0);
  const sessions = page.getByRole('region', { name: 'Where you are signed in' });
  await expect(sessions).toContainText('Access tokens stay, unless you revoke them');
});
