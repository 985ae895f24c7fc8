// Texts come from the words: in the mirrored language each of them begins with a mark, so what has none stands in the code.
import { expect, type Page } from '@playwright/test';
import { test } from '../fixtures';

/** What people have written, what the browser writes itself, keys, and the name of the software. */
const NO_WORDS = '[dir=auto], bdi, time, code, kbd, .brand, .avatar, .number, script, style, option, textarea';

/** Shown and spoken texts without the mark. */
async function unmarked(page: Page): Promise<string[]> {
  return page.evaluate((noWords) => {
    const found: string[] = [];
    const written = new Set([...document.querySelectorAll('[dir=auto]')].map((element) => element.textContent?.trim()));
    // Codes of orders, addresses, initials and algorithms are data, and so is what people have written somewhere else on the page.
    const isData = (text: string) =>
      /^REQ-|@|^\p{Lu}{1,2}$|^(ES256|EdDSA|RS256)$/u.test(text) || written.has(text);
    const check = (text: string, where: string) => {
      if (/\p{L}/u.test(text) && !text.includes('\u200b') && !isData(text)) found.push(`${where}: ${text}`);
    };
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
      const parent = node.parentElement;
      if (!parent || parent.closest(noWords)) continue;
      // A sentence with an element inside is one text in several nodes.
      const sentence = parent.matches('a') ? parent.parentElement : parent;
      if (sentence?.textContent?.includes('\u200b')) continue;
      check(node.textContent?.trim() ?? '', parent.tagName.toLowerCase());
    }
    for (const name of ['aria-label', 'placeholder', 'alt']) {
      for (const element of document.querySelectorAll(`body [${name}]`)) {
        if (!element.closest(noWords)) check(element.getAttribute(name)?.trim() ?? '', name);
      }
    }
    return found;
  }, NO_WORDS);
}

test('every text of the pages comes from the words, and they run from right to left', async ({
  market,
  server,
  expectConsole,
}) => {
  expectConsole(/404 \(Not Found\).*\/nowhere/);
  const operator = await market.demo('aino');
  await operator.page.context().addCookies([{ name: 'language', value: 'ar-XB', url: server.url }]);
  const { page } = operator;
  for (const path of [
    '/',
    '/messages',
    '/orders',
    '/orders/new',
    '/hosting',
    '/listings/new',
    '/rooms/new',
    '/rooms/invitations',
    '/notifications',
    '/settings',
    '/operator/orders',
    '/operator/users',
    '/operator/audit',
    '/operator/notices',
    '/operator/conversations',
    '/operator/settings',
    '/operator/webhooks',
    '/nowhere',
  ]) {
    await operator.open(path);
    await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
    expect.soft(await unmarked(page), path).toEqual([]);
  }
});

test('the words of a chunk come with it, in the language of the page', async ({ market, server }) => {
  const guest = await market.demo('noor');
  await guest.page.context().addCookies([{ name: 'language', value: 'ar-XB', url: server.url }]);
  const { page } = guest;
  await guest.open('/messages');
  await page.locator('.rows .row').first().click();
  await expect(page.locator('.composer textarea')).toHaveAttribute('placeholder', /^\u200b/);
  expect(await unmarked(page)).toEqual([]);
});
