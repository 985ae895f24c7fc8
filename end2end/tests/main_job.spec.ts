// The main job: a guest and a host talk about a listing, in two browsers.
import { Chat, badge, row } from '../chat';
import { expect, test } from '../fixtures';
import { PASSWORD, awake, unique } from '../marketplace';

const NEWS_MS = 30_000;

test('A1 A3 A4 A7 A8 A10 A11 A12 @store a guest and a host talk about a listing', async ({ market }) => {
  test.setTimeout(120_000);
  const [host, guest] = await Promise.all([market.signUp('Hanno Host'), market.signUp('Gesa Guest')]);
  const offer = await market.offer(host, 'Houseboat with a stove');

  await host.open('/');
  await expect(badge(host.page)).toHaveCount(0);

  await guest.open('/');
  await guest.page.getByRole('searchbox', { name: 'Search' }).fill(offer.title);
  await guest.page.getByRole('searchbox', { name: 'Search' }).press('Enter');
  await guest.page.getByRole('link', { name: offer.title }).click();
  await expect(guest.page.getByRole('heading', { name: offer.title, level: 1 })).toBeVisible();

  await guest.page.getByRole('button', { name: 'Contact host' }).click();
  const asked = Chat.inDialog(guest.page);
  await expect(asked.pane.getByRole('heading', { name: 'Hanno Host' })).toBeVisible();
  await expect(asked.field).toBeFocused();
  await asked.field.pressSequentially('Hello Hanno');
  await asked.field.press('Shift+Enter');
  await asked.field.pressSequentially('Is it warm in winter?');
  await asked.field.press('Enter');
  await expect(asked.field).toHaveValue('');
  await expect(asked.field).toBeFocused();
  await asked.shows('Hello Hanno Is it warm in winter?');
  expect(await asked.bubbles.innerText()).toBe('Hello Hanno\nIs it warm in winter?');

  // The host hears of it where they are, without doing anything.
  await expect(badge(host.page)).toHaveText(/^1\b/, { timeout: NEWS_MS });
  await expect(asked.progress).toHaveText(/Delivered/, { timeout: NEWS_MS });

  // In a second tab, whose own questions stay unanswered from here on.
  const secondTab = await host.openTab('/hosting');
  await expect(badge(secondTab)).toHaveText(/^1\b/);
  await secondTab.route('**/rpc/poll_messages*', () => {});

  await host.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Messages/ }).click();
  const first = row(host.page, offer.title);
  await expect(first).toContainText('Gesa Guest');
  await expect(first).toContainText('Hello Hanno');
  await expect(first.locator('.badge')).toHaveText(/^1\b/);
  await expect(first.locator('img')).toHaveAttribute('src', `/covers/${offer.id}.svg`);
  await expect(first.locator('time')).toHaveText(/^(now|\d+ min)/);
  await expect(badge(host.page)).toHaveText(/^1\b/);

  await first.click();
  const answered = Chat.onPage(host.page);
  await answered.shows('Hello Hanno Is it warm in winter?');
  await expect(first).toHaveAttribute('aria-current', 'true');
  await expect(badge(host.page)).toHaveCount(0);
  await expect(first.locator('.badge')).toHaveCount(0);
  await expect(badge(secondTab)).toHaveCount(0);

  await expect(asked.progress).toHaveText(/Read \d\d:\d\d/, { timeout: NEWS_MS });
  await answered.write('There is a stove, and a cat.');
  await expect(first).toContainText('You: There is a stove, and a cat.');
  await expect(asked.bubble('There is a stove, and a cat.')).toHaveCount(1, { timeout: NEWS_MS });
  await expect(answered.progress).toHaveText(/Read \d\d:\d\d/, { timeout: NEWS_MS });
  // Read as it came, since it was on screen.
  await expect(badge(guest.page)).toHaveCount(0);
});

test('A1 C12 the host of a listing sees no way to contact himself', async ({ market }) => {
  const host = await market.signUp('Hanno Host');
  const offer = await market.offer(host);
  await host.open(`/listings/${offer.id}`);
  await expect(host.page.getByRole('link', { name: 'Edit' })).toBeVisible();
  await expect(host.page.getByText('Contact host')).toHaveCount(0);
  const answer = await host.attempt('get_or_create_conversation', { listing_id: offer.id });
  expect(answer.status()).toBe(403);
});

test('A1 signed out, contacting leads to sign-in and back to the open dialog', async ({ market }) => {
  const [host, guest] = await Promise.all([market.signUp('Hanno Host'), market.signUp('Gesa Guest')]);
  const offer = await market.offer(host);
  const { page } = await market.visitor();
  await page.goto(`/listings/${offer.id}`);
  await page.getByRole('link', { name: 'Contact host' }).click();
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await awake(page);
  await page.getByLabel('Email').fill(guest.email);
  await page.getByLabel('Password').fill(guest.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  const chat = Chat.inDialog(page);
  await expect(chat.pane.getByRole('heading', { name: 'Hanno Host' })).toBeVisible();
  await expect(page).toHaveURL(`/listings/${offer.id}`);
  await chat.write('Back again');
  await chat.shows('Back again');
});

test('A1 C12 signed out, contacting leads to a new account and back to the open dialog', async ({ market }) => {
  const host = await market.signUp('Hanno Host');
  const offer = await market.offer(host);
  const { page } = await market.visitor();
  await page.goto(`/listings/${offer.id}`);
  await page.getByRole('link', { name: 'Contact host' }).click();
  await page.getByRole('link', { name: 'Create an account' }).click();
  await expect(page.getByRole('heading', { name: 'Create an account' })).toBeVisible();
  await awake(page);
  await page.getByLabel('Name').fill('Nina Neu');
  await page.getByLabel('Email').fill(`${unique('nina').replace(' ', '.')}@people.example`);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  const chat = Chat.inDialog(page);
  await expect(chat.pane.getByRole('heading', { name: 'Hanno Host' })).toBeVisible();
  await expect(page).toHaveURL(`/listings/${offer.id}`);
  await expect(page.getByRole('link', { name: 'Your account' })).toBeVisible();
});

test('A9 A11 the dialog marks read what it shows, and leads on to Messages', async ({ market }) => {
  const { guest, host, offer, conversation } = await market.talk(['guest: Is it free in May?', 'host: It is.']);
  await guest.open(`/listings/${offer.id}`);
  await expect(badge(guest.page)).toHaveText(/^1\b/);
  await guest.page.getByRole('button', { name: 'Contact host' }).click();
  const chat = Chat.inDialog(guest.page);
  await chat.shows('It is.');
  await expect(chat.bubbles).toHaveCount(2);
  await expect(badge(guest.page)).toHaveCount(0);
  await chat.field.fill('Not sent yet');
  await chat.pane.getByRole('link', { name: 'Open in Messages' }).click();
  await expect(guest.page).toHaveURL(`/messages/${conversation}`);
  await expect(guest.page.getByRole('dialog')).toHaveCount(0);
  await expect(Chat.onPage(guest.page).field).toHaveValue('Not sent yet');
  // The host sees when his answer was read.
  await host.open(`/messages/${conversation}`);
  await expect(Chat.onPage(host.page).progress).toHaveText(/Read \d\d:\d\d/, { timeout: NEWS_MS });
});

test('C12 a listing that was paused meanwhile is said in a notice', async ({ market, expectConsole }) => {
  expectConsole(/status of 409 .*start_conversation/);
  const [host, guest] = await Promise.all([market.signUp('Hanno Host'), market.signUp('Gesa Guest')]);
  const offer = await market.offer(host);
  await guest.open(`/listings/${offer.id}`);
  await host.post('pause_listing', { listing_id: offer.id, is_paused: 'true' });
  await guest.page.getByRole('button', { name: 'Contact host' }).click();
  const chat = Chat.inDialog(guest.page);
  await chat.write('Is it free in May?');
  await expect(chat.pane.getByRole('alert')).toContainText('This listing is paused');
  await expect(chat.field).toHaveValue('Is it free in May?');
  // Open again, the same text goes out.
  await host.post('pause_listing', { listing_id: offer.id, is_paused: 'false' });
  await chat.field.press('Enter');
  await chat.shows('Is it free in May?');
});

test('UX-03 a conversation is there once something is said, and a draft waits for it', async ({ market }) => {
  const [host, guest] = await Promise.all([market.signUp('Hanno Host'), market.signUp('Gesa Guest')]);
  const offer = await market.offer(host);
  const page = await guest.open(`/listings/${offer.id}`);
  await page.getByRole('button', { name: 'Contact host' }).click();
  const chat = Chat.inDialog(page);
  await expect(chat.pane.getByRole('heading', { name: `Ask about ${offer.title}` })).toBeVisible();
  await chat.field.fill('Half a question');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  for (const person of [guest, host]) {
    await person.open('/messages');
    await expect(person.page.locator('.row')).toHaveCount(0);
  }
  await guest.open(`/listings/${offer.id}`);
  await page.getByRole('button', { name: 'Contact host' }).click();
  await expect(chat.field).toHaveValue('Half a question');
  await chat.field.press('Enter');
  await chat.shows('Half a question');
  await expect(row(host.page, offer.title)).toContainText('Half a question');
  await chat.pane.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Contact host' }).click();
  await chat.shows('Half a question');
  await expect(chat.field).toHaveValue('');
});

test('UX-02 UX-10 the enquiry becomes the order: one row, one conversation, and what comes next', async ({ market }) => {
  const { guest, host, offer, path } = await market.talk(['guest: Is there a stove?', 'host: There is.']);
  const page = await guest.open(`/listings/${offer.id}`);
  const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel('Arrive').fill(day(10));
  await page.getByLabel('Leave').fill(day(12));
  await page.getByRole('button', { name: 'Ask to book' }).click();
  await expect(page).toHaveURL(`${path}#message-field`);
  const chat = Chat.onPage(page);
  await chat.shows('There is.');
  await expect(page.locator('.subject-bar')).toContainText(/REQ-[0-9A-Z]{6}/);
  await expect(page.getByText('Hanno has been told and answers here.')).toBeVisible();
  await expect(chat.field).toBeFocused();
  await chat.write('We come by train.');
  await chat.shows('We come by train.');
  await expect(page.getByText('Hanno has been told and answers here.')).toHaveCount(0);
  await host.open('/messages');
  await expect(host.page.locator('.row')).toHaveCount(1);
  // From the listing the way leads there as well.
  await guest.open(`/listings/${offer.id}`);
  await page.getByRole('button', { name: 'Contact host' }).click();
  await Chat.inDialog(page).shows('We come by train.');
});

test('UX-06 signed out, the days that are chosen come back after sign-in', async ({ market }) => {
  const [host, guest] = await Promise.all([market.signUp('Hanno Host'), market.signUp('Gesa Guest')]);
  const offer = await market.offer(host);
  const { page } = await market.visitor();
  await page.goto(`/listings/${offer.id}`);
  await awake(page);
  const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel('Arrive').fill(day(10));
  await page.getByLabel('Leave').fill(day(13));
  await page.getByLabel('Guests').fill('3');
  // Each way to sign-in has them, and so has the way back.
  const chosen = new RegExp(`starts_on.*${day(10)}.*ends_on.*${day(13)}`);
  const signUp = page.getByRole('link', { name: 'Sign up' });
  await expect.poll(async () => decodeURIComponent((await signUp.getAttribute('href'))!)).toMatch(chosen);
  await page.getByRole('link', { name: 'Contact host' }).first().click();
  await expect(page).toHaveURL(chosen);
  await expect(page.getByText('Sign in to write to the host.')).toBeVisible();
  await page.goBack();
  await awake(page);
  await expect(page.getByLabel('Arrive')).toHaveValue(day(10));
  await page.getByRole('button', { name: 'Ask to book' }).click();
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await awake(page);
  await expect(page.getByText('Sign in to ask to book, with the days that you chose.')).toBeVisible();
  await page.getByLabel('Email').fill(guest.email);
  await page.getByLabel('Password').fill(guest.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(/#book$/);
  await expect(page.getByLabel('Arrive')).toHaveValue(day(10));
  await expect(page.getByLabel('Leave')).toHaveValue(day(13));
  await expect(page.getByLabel('Guests')).toHaveValue('3');
  await expect(page.locator('.booking__total')).toHaveText('3 nights × €95 = €285');
});

test('A7 a double click opens the dialog, and Back closes it and stays on the page', async ({ market }) => {
  const { guest, offer } = await market.talk(['host: Hello']);
  const page = await guest.open(`/listings/${offer.id}`);
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'Contact host' }).dblclick();
  await Chat.inDialog(page).shows('Hello');
  await page.goBack();
  await expect(dialog).toHaveCount(0);
  await expect(page).toHaveURL(`/listings/${offer.id}`);
  await expect(page.getByRole('heading', { level: 1, name: offer.title })).toBeVisible();
  // Closed by its button it leaves no entry behind; Forward does not open it.
  await page.getByRole('button', { name: 'Contact host' }).click();
  await Chat.inDialog(page).shows('Hello');
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toHaveCount(0);
  await page.goForward();
  await expect(page).toHaveURL(`/listings/${offer.id}`);
  await expect(dialog).toHaveCount(0);
});

test('A7 Enter before the script is there sends the message, once and without a new line', async ({ market }) => {
  const { guest, host, path } = await market.talk(['host: Hello']);
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await guest.page.route(/\.wasm$/, async (route) => {
    await held;
    await route.continue().catch(() => {});
  });
  await guest.page.goto(path);
  const chat = Chat.onPage(guest.page);
  await chat.field.fill('Before the script');
  await chat.field.press('Enter');
  await Chat.onPage(await host.open(path)).shows('Before the script');
  release();
  await awake(guest.page);
  await chat.shows('Before the script');
  await expect(chat.field).toHaveValue('');
});
