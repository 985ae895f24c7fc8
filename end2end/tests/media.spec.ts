// The same pages with forced colours (high contrast), and on paper.
import type { Locator, Page } from '@playwright/test';
import { badge, Chat, row } from '../chat';
import { expect, test } from '../fixtures';

function style(of: Locator, property: string, pseudo?: string): Promise<string> {
  const read = (element: Element, [property, pseudo]: (string | undefined)[]) =>
    getComputedStyle(element, pseudo).getPropertyValue(property!);
  return of.evaluate(read, [property, pseudo]);
}

test('B28 with forced colours bubbles, the open row, pressed chips, badges and the focus differ by more than colour', async ({
  market,
}) => {
  const { guest, host, path } = await market.talk(['host: Good morning', 'guest: I come at nine']);
  const other = await market.conversation(guest, await market.offer(await market.signUp('Ida Other')));
  await guest.say(other, 'Hello');
  const page = await guest.open(path);
  await page.emulateMedia({ forcedColors: 'active' });
  const chat = Chat.onPage(page);
  expect(await style(chat.bubble('I come at nine'), 'border-top-width')).toBe('3px');
  expect(await style(chat.bubble('Good morning'), 'border-top-width')).toBe('1px');
  expect(await style(row(page, 'Hanno Host'), 'border-top-width')).toBe('2px');
  expect(await style(row(page, 'Ida Other'), 'border-top-width')).toBe('0px');
  const chip = (name: string) => page.getByRole('button', { name, exact: true });
  const colours = await Promise.all(['All', 'Unread'].map((name) => style(chip(name), 'background-color')));
  expect(colours[0]).not.toBe(colours[1]);
  await chat.field.focus();
  expect(await style(chat.field, 'outline-style')).toBe('solid');
  expect(await style(chat.field, 'outline-width')).toBe('3px');

  const theirs = await host.open('/');
  await theirs.emulateMedia({ forcedColors: 'active' });
  await expect(badge(theirs)).toHaveText(/^1\b/);
  expect(await style(badge(theirs), 'border-top-width')).toBe('1px');
});

const LINES = 120;

function print(page: Page, event: 'beforeprint' | 'afterprint'): Promise<boolean> {
  return page.evaluate((event) => window.dispatchEvent(new Event(event)), event);
}

test('B34 a printed conversation is all that is loaded of it, black on white, and nothing else', async ({ market }) => {
  const lines = Array.from({ length: LINES }, (_, at) => `${at % 2 ? 'guest' : 'host'}: Line ${at + 1}`);
  const { guest, path } = await market.talk(lines, { guest: { colorScheme: 'dark' } });
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await expect(chat.bubble(`Line ${LINES}`)).toBeInViewport();

  await chat.log.focus();
  await page.keyboard.press('Home');
  await expect(chat.bubble('Line 1')).toBeInViewport();
  await page.keyboard.press('End');
  await expect(chat.bubble(`Line ${LINES}`)).toBeInViewport();
  const drawn = await chat.bubbles.count();
  expect(drawn).toBeLessThan(LINES);

  await page.emulateMedia({ media: 'print' });
  await print(page, 'beforeprint');
  await expect(chat.bubbles).toHaveCount(LINES);
  await expect(chat.bubbles.first()).toHaveText('Line 1');
  // Nothing is cut off by a frame that scrolls.
  expect(await style(chat.log, 'overflow-y')).toBe('visible');
  const [whole, height] = await page.evaluate(() => [document.documentElement.scrollHeight, window.innerHeight]);
  expect(whole).toBeGreaterThan(3 * height);
  expect(await style(page.locator('body'), 'background-color')).toBe('rgb(255, 255, 255)');
  for (const text of ['Line 1', 'Line 2']) {
    expect(await style(chat.bubble(text), 'color')).toBe('rgb(0, 0, 0)');
  }
  for (const part of ['.bar', '.inbox', '.chat__foot', '.toasts', '.thread__jump']) {
    await expect(page.locator(`${part}:visible`)).toHaveCount(0);
  }

  await print(page, 'afterprint');
  await page.emulateMedia({ media: 'screen' });
  await expect(chat.bubbles).toHaveCount(drawn);
  await expect(chat.field).toBeVisible();
});
