// Who one is: signing in and out, one's name and colour, and the look on this device.
import { Chat, row } from '../chat';
import { expect, expectAccessible, test } from '../fixtures';
import { PASSWORD, awake } from '../marketplace';

test('a wrong password and an unknown address get the same answer, and what was typed stays', async ({
  market,
  expectConsole,
}) => {
  expectConsole(/status of 403 .*sign_in/);
  const guest = await market.signUp('Gesa Guest');
  const nobody = await market.visitor();
  const page = await nobody.open('/sign-in');
  const answers: string[] = [];
  for (const email of [guest.email, 'nobody@people.example']) {
    await page.reload();
    await awake(page);
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    const alert = page.getByRole('alert');
    await expect(alert).toBeVisible();
    answers.push(await alert.innerText());
    await expect(page.getByLabel('Email')).toHaveValue(email);
  }
  expect(answers[0]).toBe(answers[1]);
});

test('an address that has an account, and a short password, are said at their fields', async ({
  market,
  expectConsole,
}) => {
  expectConsole(/status of (409|422) .*sign_up/);
  const guest = await market.signUp('Gesa Guest');
  const nobody = await market.visitor();
  const page = await nobody.open('/sign-up');
  await page.getByLabel('Name').fill('Nina Neu');
  await page.getByLabel('Email').fill(` ${guest.email.toUpperCase()} `);
  await page.getByLabel('Password').fill('short');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('alert')).toHaveText('Use at least 10 characters.');
  await expect(page.getByLabel('Password')).toBeFocused();
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('alert')).toHaveText('There is an account with this address. Sign in instead.');
  await expect(page.getByLabel('Name')).toHaveValue('Nina Neu');
});

test('UX-27 all fields that are not filled in are told at once, and the first has the focus', async ({ market }) => {
  const nobody = await market.visitor();
  const page = await nobody.open('/sign-up');
  await page.getByLabel('Email').fill('nobody');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByLabel('Name')).toBeFocused();
  await expect(page.locator('#name-error')).toHaveText('Fill this in.');
  await expect(page.locator('#email-error')).toHaveText('Enter an e-mail address like name@example.com.');
  await expect(page.locator('#password-error')).toHaveText('Fill this in.');
  await expect(page.getByRole('alert').last()).toHaveText('3 fields are not filled in yet.');
  await expectAccessible(page);
  await page.getByLabel('Name').fill('Nina Neu');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByLabel('Email')).toBeFocused();
  await expect(page.locator('#name-error')).toHaveCount(0);
});

test('UX-42 whoever has forgotten their password is told whom to ask', async ({ market }) => {
  const nobody = await market.visitor();
  const page = await nobody.open('/sign-in');
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  // This server sends no mail; one that does is in `addresses.spec.ts`.
  await expect(page.getByText('Ask the people who run this marketplace')).toBeVisible();
});

test('UX-41 the picture in the bar opens a menu: name, settings, theme and the way out', async ({ market }) => {
  const guest = await market.signUp('Mona Menu');
  const page = await guest.open('/');
  const link = page.getByRole('link', { name: 'MM, your account' });
  await link.click();
  const menu = page.getByRole('dialog', { name: 'Mona Menu' });
  await expect(menu.getByRole('heading', { name: 'Mona Menu' })).toBeFocused();
  await menu.getByRole('radio', { name: 'Dark' }).check({ force: true });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(menu).toBeHidden();
  await link.click();
  await menu.getByRole('link', { name: 'Settings' }).click();
  await expect(page).toHaveURL('/settings');
  await expect(menu).toBeHidden();
  await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked();
  await link.click();
  await menu.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
  await expect(page).toHaveURL('/');
});

test('UX-41 the settings mark the section on screen, and lead to each', async ({ market }) => {
  const guest = await market.signUp('Gesa Guest');
  const page = await guest.open('/settings');
  const nav = page.getByRole('navigation', { name: 'Settings' });
  await expect(nav.locator('[aria-current]')).toHaveText('Profile');
  await nav.getByRole('link', { name: 'Sign out' }).click();
  await expect(nav.locator('[aria-current]')).toHaveText('Sign out');
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeInViewport();
  for (const name of ['Sound', 'Access tokens', 'Sessions']) {
    await nav.getByRole('link', { name }).click();
    await expect(nav.locator('[aria-current]')).toHaveText(name);
    await expect(page.locator('section:focus')).toHaveId({ Sound: 'sound', 'Access tokens': 'tokens', Sessions: 'sessions' }[name]!);
  }
  await page.setViewportSize({ width: 390, height: 800 });
  await page.evaluate(() => scrollTo(0, 0));
  await expect(nav.getByRole('link', { name: 'Sign out' })).toBeInViewport();
  await expectAccessible(page);
});

test('a demo account is one click away', async ({ market }) => {
  const visitor = await market.visitor();
  const page = await visitor.open('/sign-in?next=/messages');
  await page.getByRole('button', { name: /Mei Lin/ }).click();
  await expect(page).toHaveURL('/messages');
  await expect(row(page, 'Noor Haddad').first()).toBeVisible();
});

test('signing out ends the session here and leaves nothing of it', async ({ market }) => {
  const { guest, path } = await market.talk(['guest: Hello']);
  const page = await guest.open('/settings');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
  await expect(page).toHaveURL('/');
  await page.goto(path);
  await expect(page).toHaveURL(`/sign-in?next=${path}`);
});

test('name and colour change everywhere at once, also for others', async ({ market }) => {
  const { guest, host, path } = await market.talk(['guest: Hello']);
  const page = await guest.open('/settings');
  await page.getByLabel('Name').fill('Gisela Gast');
  await page.getByRole('radio', { name: 'Plum' }).check({ force: true });
  await page.getByRole('region', { name: 'Profile' }).getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('.toast')).toContainText('Saved.');
  await expect(page.locator('.bar__account .avatar')).toHaveClass(/hue-5/);
  await expect(page.locator('.bar__account .avatar')).toHaveAttribute('title', 'Gisela Gast');
  await page.reload();
  await expect(page.getByLabel('Name')).toHaveValue('Gisela Gast');
  await host.open(path);
  await expect(Chat.onPage(host.page).pane.getByRole('heading', { name: 'Gisela Gast' })).toBeVisible();
});

test('the chosen theme is there before the first paint', async ({ market }) => {
  const guest = await market.signUp('Gesa Guest', { colorScheme: 'light' });
  const page = await guest.open('/settings');
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByRole('radio', { name: 'Dark' }).check({ force: true });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect.poll(ground).not.toBe(light);
  const html = await (await guest.context.request.get('/messages')).text();
  expect(html).toContain('data-theme="dark"');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await awake(page);
  await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked();
  await page.getByRole('radio', { name: 'Same as device' }).check({ force: true });
  await expect(page.locator('html')).not.toHaveAttribute('data-theme');
  await expect.poll(ground).toBe(light);
});

test('B23 whoever has to sign in first comes to the page that was asked for, with its query', async ({ market }) => {
  const guest = await market.signUp('Gesa Guest');
  const nobody = await market.visitor();
  const page = await nobody.open('/orders?show=done&view=hosting');
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel('Email').fill(guest.email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL('/orders?show=done&view=hosting');
});

test('B47 a password manager is told whose password changes', async ({ market }) => {
  const guest = await market.signUp('Gesa Guest');
  const page = await guest.open('/settings#password');
  const form = page.getByRole('region', { name: 'Password' });
  await expect(form.locator('input[autocomplete="username"]')).toHaveValue(guest.email);
  await expect(form.getByLabel('Current password')).toHaveAttribute('autocomplete', 'current-password');
  await expect(form.getByLabel('New password')).toHaveAttribute('autocomplete', 'new-password');
});
