// What a person waits for, measured in real browsers: script/bench --browser prints it.
import { Chat, row } from '../chat';
import { expect } from '../fixtures';
import { MESSAGES, test } from '../long';

const SENDS = 200;
const OPENINGS = 20;
const STEPS = 30;

test.describe.configure({ mode: 'serial', timeout: 600_000 });

test('from Enter to the bubble on the other side', async ({ market }) => {
  const { guest, host, path } = await market.talk(['guest: Hello']);
  await guest.open(path);
  await host.open(path);
  const chat = Chat.onPage(guest.page);
  await Chat.onPage(host.page).shows('Hello');
  await expect(host.page.getByText('Live', { exact: true }).first()).toBeVisible();
  await host.page.evaluate(watchBubbles);
  const took: number[] = [];
  for (let index = 0; index < SENDS; index += 1) {
    const text = `message ${index}`;
    await chat.field.fill(text);
    const seen = host.page.evaluate((text) => (window as any).whenShown(text), text);
    const pressed = await guest.page.evaluate(pressEnter);
    took.push((await seen) - pressed);
  }
  report(`Enter to the bubble on the other side, ${SENDS} times`, took);
});

test('from Accept to badge and message on the other side', async ({ market }) => {
  const host = await market.signUp('Hanno Host');
  const guest = await market.signUp('Gesa Guest');
  const offer = await market.offer(host);
  const took: number[] = [];
  for (let index = 0; index < STEPS; index += 1) {
    const { path } = await market.order(guest, offer);
    await Promise.all([host.open(path), guest.open(path)]);
    for (const { page } of [host, guest]) {
      await expect(page.getByText('Live', { exact: true }).first()).toBeVisible();
    }
    const seen = guest.page.evaluate(whenAccepted);
    const pressed = await host.page.evaluate(pressAccept);
    took.push((await seen) - pressed);
  }
  report(`Accept to badge and message on the other side, ${STEPS} times`, took);
});

test('opening the long conversation', async ({ market }) => {
  const noor = await market.demo('noor');
  const page = await noor.open('/messages');
  const took: number[] = [];
  for (let index = 0; index < OPENINGS; index += 1) {
    // Anew each time: nothing of the thread is held by the page.
    await noor.open('/messages');
    await row(page, 'Letters from the lake').waitFor();
    took.push(await page.evaluate(openLongest, `${MESSAGES}. `));
  }
  report(`opening ${MESSAGES.toLocaleString('en-GB')} messages, click to the last one drawn, ${OPENINGS} times`, took);
});

test('scrolling to the top and back', async ({ market }) => {
  const page = await (await market.demo('noor')).open('/messages');
  await row(page, 'Letters from the lake').click();
  const chat = Chat.onPage(page);
  await expect(chat.bubbles.last()).toBeInViewport();
  await chat.log.hover();
  await page.evaluate(watchFrames);
  // By wheel through the last thousands of pixels, by the scrollbar to the top, and back.
  for (let step = 0; step < 60; step += 1) {
    await page.mouse.wheel(0, -400);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  for (const part of [0.75, 0.5, 0.25, 0]) {
    await chat.log.evaluate((log, part) => (log.scrollTop = -(log.scrollHeight - log.clientHeight) * (1 - part)), part);
    await expect(chat.log.locator('.thread__gap')).toHaveCount(0);
  }
  for (const part of [0.25, 0.5, 0.75, 1]) {
    await chat.log.evaluate((log, part) => (log.scrollTop = -(log.scrollHeight - log.clientHeight) * (1 - part)), part);
    await expect(chat.log.locator('.thread__gap')).toHaveCount(0);
  }
  const { frames, longTasks } = await page.evaluate(() => (window as any).frames_);
  report('time between frames while scrolling to the top and back', frames);
  console.log(`  tasks over 50 ms: ${longTasks.length}${longTasks.length ? `, the longest ${Math.max(...longTasks)} ms` : ''}`);
  console.log(`  rows in the document: ${await chat.bubbles.count()}`);
});

function pressAccept(): number {
  const buttons = [...document.querySelectorAll<HTMLButtonElement>('main .subject-bar button')];
  const pressed = performance.timeOrigin + performance.now();
  buttons.find((button) => button.textContent?.trim() === 'Accept')!.click();
  return pressed;
}

/** When both show it; they are drawn in the same frame. */
function whenAccepted(): Promise<number> {
  return new Promise((resolve) => {
    const look = () => {
      const badge = document.querySelector('main .subject-bar .status')?.textContent;
      const told = [...document.querySelectorAll('.thread__pill')].some((pill) => /accepted/.test(pill.textContent!));
      if (badge === 'Accepted' && told) {
        observer.disconnect();
        requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()));
      }
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}

/** Both pages of a browser share its clock, counted from 1970. */
function pressEnter(): number {
  const field = document.querySelector<HTMLTextAreaElement>('.composer textarea')!;
  const at = performance.timeOrigin + performance.now();
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
  return at;
}

/** Tells when a bubble with a text has been drawn. */
function watchBubbles(): void {
  (window as any).whenShown = (text: string) =>
    new Promise<number>((resolve) => {
      const look = () => {
        const last = [...document.querySelectorAll('.bubble p')].slice(-3);
        if (!last.some((bubble) => bubble.textContent === text)) return false;
        resolve(performance.timeOrigin + performance.now());
        return true;
      };
      if (look()) return;
      const observer = new MutationObserver(() => look() && observer.disconnect());
      observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    });
}

function openLongest(start: string): Promise<number> {
  const link = [...document.querySelectorAll<HTMLElement>('.row')].find((row) => row.innerText.includes('Letters'))!;
  const from = performance.now();
  return new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      const last = [...document.querySelectorAll('.bubble')].at(-1);
      if (!last?.textContent?.includes(start)) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - from), 0));
    });
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    (link.querySelector<HTMLElement>('a') ?? link).click();
  });
}

function watchFrames(): void {
  const watched = { frames: [] as number[], longTasks: [] as number[] };
  (window as any).frames_ = watched;
  let last = performance.now();
  const frame = (now: number) => {
    watched.frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame((now) => {
    last = now;
    requestAnimationFrame(frame);
  });
  new PerformanceObserver((list) => watched.longTasks.push(...list.getEntries().map((task) => task.duration))).observe({
    type: 'longtask',
  });
}

function report(what: string, ms: number[]): void {
  const sorted = [...ms].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))].toFixed(1);
  console.log(`${what}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`);
}
