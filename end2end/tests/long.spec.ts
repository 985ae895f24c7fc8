// A conversation with a history of 100,000 messages (E6).
import { Chat, row } from '../chat';
import { expect } from '../fixtures';
import { MESSAGES, test } from '../long';

const DRAWN_MAX = 150;

test('E6 100,000 messages: few are drawn, the scrollbar spans all, Home and End jump', async ({ market }) => {
  const page = await (await market.demo('noor')).open('/messages');
  await row(page, 'Letters from the lake').click();
  const chat = Chat.onPage(page);
  await expect(message(chat, MESSAGES)).toBeInViewport();
  await chat.log.focus();
  // A line of text is no lower than 20 px.
  await expect.poll(() => chat.log.evaluate((log) => log.scrollHeight)).toBeGreaterThan(20 * MESSAGES);
  await expectFewInOrder(chat);

  await page.keyboard.press('Home');
  await expect(message(chat, 1)).toBeInViewport();
  await expectFewInOrder(chat);
  await chat.log.hover();
  await page.mouse.wheel(0, 3_000);
  await expect(message(chat, 1)).not.toBeInViewport();
  await expectFewInOrder(chat);

  // As dragging the scrollbar to its middle does.
  await chat.log.evaluate((log) => (log.scrollTop = -log.scrollHeight / 2));
  const middle = async () => (await inView(chat)).at(0) ?? 0;
  await expect.poll(async () => Math.abs((await middle()) - MESSAGES / 2)).toBeLessThan(MESSAGES / 100);
  await expect(chat.log.locator('.thread__gap')).toHaveCount(0);
  await expectFewInOrder(chat);

  await page.keyboard.press('End');
  await expect(message(chat, MESSAGES)).toBeInViewport();
  await expectFewInOrder(chat);
});

test('E6 C10 a line far up stays where it is while news comes in below', async ({ market }) => {
  const noor = await market.demo('noor');
  const tomas = await market.demo('tomas');
  await noor.open('/messages');
  await row(noor.page, 'Letters from the lake').click();
  const chat = Chat.onPage(noor.page);
  await expect(chat.log.locator('[data-seq]').last()).toBeInViewport();
  await chat.log.focus();
  await noor.page.keyboard.press('Home');
  await expect(message(chat, 1)).toBeInViewport();
  const conversation = noor.page.url().split('/').at(-1)!;
  await tomas.say(conversation, 'One more');
  const jump = chat.pane.locator('.thread__jump');
  await expect(jump).toHaveText('1 new message', { timeout: 30_000 });
  await expect(message(chat, 1)).toBeInViewport();
  await jump.click();
  await expect(chat.bubble('One more')).toBeInViewport();
  await expect(jump).toHaveCount(0);
});

function message(chat: Chat, number: number) {
  return chat.bubbles.filter({ hasText: new RegExp(`^\\s*${number}\\. `) });
}

/** The numbers of the messages in view. */
function inView(chat: Chat): Promise<number[]> {
  return chat.log.evaluate((log) => {
    const view = log.getBoundingClientRect();
    return [...log.querySelectorAll<HTMLElement>('.bubble')]
      .filter((bubble) => {
        const area = bubble.getBoundingClientRect();
        return area.bottom > view.top && area.top < view.bottom;
      })
      .map((bubble) => Number(bubble.dataset.seq));
  });
}

async function expectFewInOrder(chat: Chat): Promise<void> {
  const drawn = await chat.bubbles.evaluateAll((bubbles) => bubbles.map((b) => Number((b as HTMLElement).dataset.seq)));
  expect(drawn.length).toBeLessThanOrEqual(DRAWN_MAX);
  expect(drawn).toEqual(drawn.map((_, index) => drawn[0] + index));
}
