// The looks in which every page and main state is seen: four widths in light and dark, and forced
// colours. A picture is named after its state and its look; what axe finds of the state stands beside
// it in a file of the same name, and fails the test under that name at its end.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions, Locator, Page } from '@playwright/test';
import { Chat } from '../chat';
import { expectAccessible, test } from '../fixtures';
import type { Marketplace } from '../marketplace';

export const FOLDER = process.env.SHOTS_DIR!;
mkdirSync(FOLDER, { recursive: true });

export const SIZES: Record<string, BrowserContextOptions> = {
  wide: { viewport: { width: 1920, height: 1080 } },
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
  small: { viewport: { width: 320, height: 568 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
};
const SIZES_FORCED = ['desktop', 'phone'];

/**
 * With forced colours the system chooses the colour of text. Of main buttons axe still reads what the
 * style sheet says, dark on dark, while the label is drawn white.
 */
const RULES_OFF_IF_FORCED = ['color-contrast'];

type Look = { name: string; options: BrowserContextOptions; isForced: boolean };

const LOOKS: Look[] = (['light', 'dark'] as const).flatMap((colorScheme) => {
  const look = (size: string, isForced: boolean): Look => ({
    name: `${size}, ${isForced ? 'forced ' : ''}${colorScheme}`,
    options: {
      ...SIZES[size],
      colorScheme,
      reducedMotion: 'reduce',
      forcedColors: isForced ? 'active' : 'none',
    },
    isForced,
  });
  return [
    ...Object.keys(SIZES).map((size) => look(size, false)),
    ...SIZES_FORCED.map((size) => look(size, true)),
  ];
});

export type Studio = {
  market: Marketplace;
  look: BrowserContextOptions;
  expectConsole: (pattern: RegExp) => void;
  /** Takes a picture of the state on screen, and asks axe about it. */
  take: (page: Page, name: string) => Promise<void>;
};

/** Goes through states of the product once in each look. */
export function inEveryLook(title: string, visit: (studio: Studio) => Promise<void>): void {
  for (const { name, options, isForced } of LOOKS) {
    test(`${title}, ${name}`, async ({ market, expectConsole }) => {
      const take = async (page: Page, state: string) => {
        const path = join(FOLDER, `${state}.${name.replace(', ', '.').replace(' ', '-')}`);
        await page.screenshot({ path: `${path}.png` });
        await showTop(page);
        const found = await expectAccessible(page, {
          what: `${state}, ${name}`,
          without: isForced ? RULES_OFF_IF_FORCED : [],
        });
        if (found.length > 0) writeFileSync(`${path}.axe.json`, JSON.stringify(found, null, 2));
        else rmSync(`${path}.axe.json`, { force: true });
      };
      await visit({ market, look: options, expectConsole, take });
    });
  }
}

/** Scrolls to where no control is half under a bar: axe measures only what is seen of it. */
async function showTop(page: Page): Promise<void> {
  await page.evaluate(() => {
    if (window.scrollY > 0) window.scrollTo({ top: 0, behavior: 'instant' });
  });
}

/** Opens the menu of a message or of a row: with its button, or on a touch screen by a long press. */
export async function openMenu(page: Page, of: Locator, button: Locator): Promise<void> {
  const menu = page.getByRole('menu');
  if (await page.evaluate(() => matchMedia('(hover: none)').matches)) {
    const touch = await page.context().newCDPSession(page);
    await of.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await of.boundingBox())!;
    // Low in it: higher up may be a quote, which is a button of its own.
    const touchPoints = [{ x: x + width / 2, y: y + height - 12 }];
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
    await menu.waitFor();
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  } else {
    await of.hover();
    await button.click();
  }
  await menu.waitFor();
}

/** A talk of some length, so that there is something to scroll. */
export async function conversation(market: Marketplace, look: BrowserContextOptions) {
  const lines = [
    'guest: Hello Hanno, is the houseboat free over Easter?',
    'host: Hello Gesa, it is. How many are you?',
    'guest: Two, and a dog who likes water more than we do.',
    'host: Then the dog will be happy. The deck is low enough to jump in and out.',
    'host: Only the stairs are steep. Can a dog climb them?',
    'guest: Down by jumping. Up by being carried.',
    'guest: Is there a shop nearby, or do we bring everything?',
    'host: Ten minutes by bicycle: https://stoa.example/shops-of-utrecht\n\nTwo bicycles are on board. One has a basket that fits a small dog.',
    'guest: It is not a small dog.',
    'host: 😄',
    'guest: Then we take turns walking.',
    'host: Good plan. Check-in is from 15:00, the key hangs behind the blue boot.',
    'guest: Behind, not in it?',
    'host: In it lives a spider. Behind is better.',
    'guest: Behind. Thank you!',
    'guest: See you on Friday.',
  ];
  const { guest, host, path } = await market.talk(lines, { guest: look });
  await host.open(path);
  const page = await guest.open(path);
  const chat = Chat.onPage(page);
  await chat.progress.filter({ hasText: 'Read' }).waitFor();
  return { guest, host, page, chat };
}
