// The whole way in two browsers, from a search to a stay that is over and from a wish to a table that is made: with a
// mouse, on a phone, by keys alone, without script, and mirrored.
import type { BrowserContextOptions, Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { unique, type Marketplace, type Person } from '../marketplace';

/** What Chromium says of a script that it was told not to run. */
const IDLE_SCRIPT = /^failed: csp .*\/pkg\/|was preloaded using link preload but not used/;
const STOPS_MAX = 120;

type Way = {
  name: string;
  browser: BrowserContextOptions;
  press(target: Locator): Promise<void>;
  type(target: Locator, text: string): Promise<void>;
  day(target: Locator, ahead: number): Promise<void>;
  /** Lets the page show what another browser did. */
  look(page: Page): Promise<void>;
};

const date = (ahead: number) => new Date(Date.now() + ahead * 86_400_000);
const byMouse: Omit<Way, 'name' | 'browser'> = {
  press: (target) => target.click(),
  type: (target, text) => target.fill(text),
  day: (target, ahead) => target.fill(date(ahead).toISOString().slice(0, 10)),
  look: async () => {},
};

/** Presses Tab until it is focused. */
async function reach(target: Locator): Promise<void> {
  const page = target.page();
  await expect(target).toBeVisible();
  for (let stops = 0; stops < STOPS_MAX; stops += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no way by Tab to ${target}`);
}

const WAYS: Way[] = [
  { ...byMouse, name: 'with a mouse', browser: {} },
  {
    ...byMouse,
    name: 'on a phone',
    browser: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
    press: (target) => target.tap(),
  },
  {
    ...byMouse,
    name: 'by keys alone',
    browser: {},
    press: async (target) => {
      await reach(target);
      await target.page().keyboard.press('Enter');
    },
    type: async (target, text) => {
      await reach(target);
      await target.page().keyboard.press('Control+A');
      await target.page().keyboard.type(text);
    },
    day: async (target, ahead) => {
      await reach(target);
      const [year, month, day] = date(ahead).toISOString().slice(0, 10).split('-');
      // As this browser writes a day.
      await target.page().keyboard.type(`${month}${day}${year}`);
      await expect(target).toHaveValue(`${year}-${month}-${day}`);
    },
  },
  {
    ...byMouse,
    name: 'without script',
    browser: { javaScriptEnabled: false },
    look: async (page) => {
      await page.reload();
    },
  },
  { ...byMouse, name: 'mirrored', browser: {} },
];

async function mirror(person: Person): Promise<void> {
  await person.context.addInitScript(() => {
    const turn = () => document.documentElement && (document.documentElement.dir = 'rtl');
    turn();
    document.addEventListener('readystatechange', turn);
  });
}

/** Nothing is wider than the window, in which direction it may be. */
async function fits(page: Page): Promise<void> {
  const spare = () => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  };
  expect(await page.evaluate(spare)).toBe(0);
}

async function open(way: Way, person: Person, path: string): Promise<Page> {
  if (way.browser.javaScriptEnabled === false) await person.page.goto(path);
  else await person.open(path);
  await fits(person.page);
  return person.page;
}

/**
 * Takes a step of an order. Completing asks first, where there is a script. A press right after that of the step before, at
 * the same place, counts as its double click and does nothing.
 */
async function step(way: Way, page: Page, button: Locator, verb: string): Promise<void> {
  if (way.browser.javaScriptEnabled === false) return way.press(button);
  const sure = page.getByRole('button', { name: 'Complete order' });
  const hasAsked = verb === 'Complete';
  await expect(async () => {
    if (hasAsked ? !(await sure.isVisible()) : await button.isVisible()) await way.press(button);
    await (hasAsked ? expect(sure).toBeVisible({ timeout: 1_000 }) : expect(button).toBeHidden({ timeout: 1_000 }));
  }).toPass();
  if (hasAsked) await way.press(sure);
}

async function people(way: Way, market: Marketplace, operator = false): Promise<[Person, Person]> {
  const guest = await market.signUp('Gesa Guest', way.browser);
  const other = operator ? await market.demo('aino', way.browser) : await market.signUp('Hanno Host', way.browser);
  if (way.name === 'mirrored') for (const person of [guest, other]) await mirror(person);
  return [guest, other];
}

for (const way of WAYS) {
  test(`D1 A8 from a search to a stay that is over, ${way.name}`, async ({ market, expectConsole }) => {
    test.setTimeout(180_000);
    if (way.browser.javaScriptEnabled === false) expectConsole(IDLE_SCRIPT);
    const [guest, host] = await people(way, market);
    const offer = await market.offer(host);
    const page = await open(way, guest, '/');
    await way.type(page.getByRole('searchbox', { name: 'Search' }), offer.title);
    await page.keyboard.press('Enter');
    await way.press(page.getByRole('link', { name: offer.title }));
    await expect(page.getByRole('heading', { name: offer.title, level: 1 })).toBeVisible();
    await fits(page);
    await way.day(page.getByLabel('Arrive'), 10);
    await way.day(page.getByLabel('Leave'), 12);
    await way.press(page.getByRole('button', { name: 'Ask to book' }));
    await expect(page).toHaveURL(/\/messages\/[0-9a-f-]{36}#message-field$/);
    await fits(page);
    const field = page.locator('main').getByRole('textbox', { name: /^Message/ });
    await way.type(field, 'We come by train.');
    await way.press(page.locator('main').getByRole('button', { name: 'Send', exact: true }));
    await expect(page.locator('.bubble', { hasText: 'We come by train.' })).toHaveCount(1);
    const status = page.locator('main .subject-bar .status');
    await expect(status).toHaveText('Requested');

    const desk = await open(way, host, '/hosting');
    const card = desk.locator('.order', { hasText: offer.title });
    for (const [verb, there, here] of [
      ['Accept', 'Accepted', 'Accepted'],
      ['Start', 'Under way', 'Under way'],
      ['Complete', 'Done', 'Done'],
    ]) {
      const button = card.getByRole('button', { name: verb, exact: true });
      await step(way, desk, button, verb);
      // Without script a step leads to its conversation.
      const isLedAway = way.browser.javaScriptEnabled === false;
      if (isLedAway) await desk.waitForURL(/\/messages\//);
      await expect(isLedAway ? desk.locator('main .subject-bar .status') : card.locator('.status')).toHaveText(there);
      if (isLedAway) await desk.goto('/hosting');
      await way.look(page);
      await expect(status).toHaveText(here);
    }
    await expect(page.locator('.thread__pill').last()).toContainText('Hanno Host');
  });

  test(`B6 D1 from a wish to a table that is made, ${way.name}`, async ({ market, expectConsole }) => {
    test.setTimeout(180_000);
    if (way.browser.javaScriptEnabled === false) expectConsole(IDLE_SCRIPT);
    const [guest, aino] = await people(way, market, true);
    const title = unique('Oak table');
    const page = await open(way, guest, '/orders/new');
    await way.type(page.getByLabel('What is it?'), title);
    await way.type(page.getByLabel('Description'), 'For eight people.');
    await way.press(page.getByRole('button', { name: 'Ask for it' }));
    await expect(page).toHaveURL(/\/messages\/[0-9a-f-]{36}#message-field$/);
    const status = page.locator('main .subject-bar .status');
    await expect(status).toHaveText('Requested');
    const code = /REQ-[0-9A-Z]{6}/.exec(await page.locator('.subject-bar').innerText())![0];

    const desk = await open(way, aino, `/orders/${code}`);
    await way.press(desk.getByRole('button', { name: 'Take up' }));
    await open(way, aino, `/orders/${code}`);
    await way.press(desk.getByRole('button', { name: /price/ }).first());
    const price = desk.getByLabel('Price in euros');
    await way.type(price, '940');
    await price.press('Enter');
    await way.look(page);
    const quote = page.locator('.thread__notice', { hasText: '€940' });
    await way.press(quote.getByRole('button', { name: 'Accept' }));
    await expect(status).toHaveText('Accepted');
    await open(way, aino, `/orders/${code}`);
    for (const [verb, there] of [
      ['Start', 'In the making'],
      ['Complete', 'Done'],
    ]) {
      const button = desk.getByRole('button', { name: verb, exact: true });
      await step(way, desk, button, verb);
      await expect(desk.locator('main .status').first()).toHaveText(there);
      await way.look(page);
      await expect(status).toHaveText(there);
    }
  });
}
