// What the frames have to do in Firefox and in WebKitGTK, as embed.spec.ts has it for Chromium. script/frames runs it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '../fixtures';
import { unique } from '../marketplace';
import type { Box, Device, Path } from './device';
import { ask, conversation, isReady, received, shown, shows, test, write } from './fixtures';

const PICTURES = process.env.FRAMES_DIR;
const DESKTOP = [1280, 800] as const;
const PHONE = [390, 844] as const;
const PROGRESS = '[role=log] .progress';

const size = ({ x, y, width, height }: Box) => `${width} × ${height} at ${x}, ${y}`;
const badge = (device: Device) => device.texts('stoa-unread-badge[count]', 'b');

/** A picture of the page, once what is in this frame has come to rest. */
async function takePicture(device: Device, frame: Path, name: string): Promise<void> {
  if (!PICTURES) return;
  await device.within(frame, () => device.run(rest));
  mkdirSync(PICTURES, { recursive: true });
  await device.takePicture(join(PICTURES, `${test.info().project.name}-${name}.png`));
}

async function rest(): Promise<void> {
  const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
  await Promise.all(ending.map(({ finished }) => finished.catch(() => {})));
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}

/** Only what is in it scrolls, not the page of the frame. */
async function expectStill(device: Device): Promise<void> {
  const beyond = () => {
    const { scrollWidth, scrollHeight, clientWidth, clientHeight } = document.documentElement;
    return getComputedStyle(document.documentElement).overflowY === 'hidden'
      ? [0, 0]
      : [scrollWidth - clientWidth, scrollHeight - clientHeight];
  };
  expect(await device.run(beyond)).toEqual([0, 0]);
}

test('R3 a visitor of a shop asks a host from its page, hears the answer, and the badge counts', async ({ device, shop, offer, host, tell }) => {
  await device.resize(...DESKTOP);
  await ask(device, shop, offer);
  const [question, answer, more] = [unique('Is it free in May?'), unique('From the 7th on.'), unique('And on the 20th.')];
  let began = Date.now();
  await device.within(shown.popup, async () => {
    await write(device, question);
    await expect.poll(() => device.texts(PROGRESS)).toEqual([expect.stringMatching(/Sent|Delivered/)]);
  });
  tell(`sent after ${Date.now() - began} ms`);
  expect(await received(host)).toEqual([question]);

  const { id } = await conversation(host);
  began = Date.now();
  await host.say(id, answer);
  await device.within(shown.popup, () => shows(device, answer));
  tell(`the answer was there after ${Date.now() - began} ms`);
  const theirs = async () => (await conversation(host)).people.map(({ read_seq }) => read_seq);
  await expect.poll(theirs).toContain(2);
  await expect.poll(() => badge(device)).toEqual([]);

  // Closed, it counts; opened again, all is read.
  await device.click('stoa-contact-button', 'dialog', 'header button');
  await expect.poll(() => device.box(...shown.popup)).toBeFalsy();
  await host.say(id, more);
  await expect.poll(() => badge(device)).toEqual(['1']);
  await device.open(shop.url);
  await expect.poll(() => badge(device)).toEqual(['1']);
  await device.open(`${shop.url}/messages`);
  await device.within(shown.inbox, async () => {
    await device.click('.inbox .row');
    await shows(device, more);
  });
  await expect.poll(() => badge(device)).toEqual([]);
});

test('R1 another visitor in the same page gets another inbox', async ({ device, shop, offer, host }) => {
  await device.resize(...DESKTOP);
  await ask(device, shop, offer);
  const question = unique('Only Lena reads this');
  await device.within(shown.popup, () => write(device, question));
  await device.open(`${shop.url}/messages`);
  await device.within(shown.inbox, async () => {
    await expect.poll(async () => (await device.texts('.inbox .row'))[0]).toContain(question);
    await device.click('.inbox .row');
    await shows(device, question);
  });

  // In the shop somebody else signs in, while the frame lives.
  await device.run(async () => {
    await fetch('/sign-out', { method: 'POST' });
    await fetch('/sign-in', { method: 'POST', body: new URLSearchParams({ user: '2' }) });
    (window as any).Stoa.init({ identity: '/chat-identity' });
  });
  // The frame may be on its way to another page while it is asked.
  const inbox = () => device.within(shown.inbox, () => device.run(() => document.querySelector('.inbox')?.textContent));
  await expect.poll(() => inbox().catch(() => '')).toContain('No messages yet');
  expect(await device.within(shown.inbox, () => device.run(() => document.body.textContent))).not.toContain(question);
  expect(await received(host)).toEqual([question]);
});

test('R3 signing out of the shop ends the frame, and on the server what it and the badge had', async ({ device, shop, offer, server, tell }) => {
  await device.resize(...DESKTOP);
  await ask(device, shop, offer);
  await device.within(shown.popup, () => write(device, unique('Does it have an oven?')));
  // Each says its token with its next request.
  const ofFrame = await device.within(shown.popup, () =>
    device.run(async () => {
      let bearer = '';
      const { set } = Headers.prototype;
      Headers.prototype.set = function (name, value) {
        if (name === 'authorization') bearer = value;
        set.call(this, name, value);
      };
      await fetch('/api/users/me');
      Headers.prototype.set = set;
      return bearer;
    }),
  );
  const ofBadge = await device.run(
    () =>
      new Promise<string>((resolve) => {
        const plain = window.fetch;
        window.fetch = (input, init) => {
          const { authorization } = (init?.headers ?? {}) as Record<string, string>;
          if (authorization) resolve(authorization);
          return plain(input, init);
        };
        document.dispatchEvent(new Event('visibilitychange'));
      }),
  );
  const statuses = () =>
    Promise.all(
      [ofFrame, ofBadge].map(async (authorization) => {
        const headers = { authorization, origin: shop.url };
        return (await fetch(`${server.url}/embed/unread`, { headers })).status;
      }),
    );
  expect(ofFrame).not.toBe(ofBadge);
  expect(await statuses()).toEqual([200, 200]);

  await device.click(shown.signOut);
  await expect.poll(() => device.box(shown.signIn(1))).toBeTruthy();
  expect(await device.run(() => document.querySelectorAll('iframe, stoa-contact-button').length)).toBe(0);
  tell(`the server answers both tokens ${(await statuses()).join(' and ')}`);
  expect(await statuses()).toEqual([401, 401]);
});

test('R6 what is written while the server is away goes out once, when it is back', async ({
  device,
  shop,
  offer,
  host,
  server,
  expectComplaint,
  tell,
}) => {
  expectComplaint(/can.t establish a connection|interrupted while the page was loading|WebSocket|Could not connect|network connection was lost/);
  await device.resize(...DESKTOP);
  await ask(device, shop, offer);
  const [before, meanwhile] = [unique('Before'), unique('Meanwhile')];
  await device.within(shown.popup, () => write(device, before));
  await expect.poll(() => received(host)).toEqual([before]);

  await server.kill();
  await device.within(shown.popup, async () => {
    await write(device, meanwhile);
    await expect.poll(() => device.texts(PROGRESS)).toEqual([expect.stringContaining('Waiting to send')]);
    await expect.poll(() => device.texts('.queue')).toEqual([expect.stringContaining('1 message')]);
    tell(`waiting: “${(await device.texts('.queue'))[0]}”`);
  });
  await takePicture(device, shown.popup, 'away');
  await server.serve();
  const began = Date.now();
  await device.within(shown.popup, async () => {
    await expect.poll(() => device.texts(PROGRESS)).toEqual([expect.stringMatching(/Sent|Delivered/)]);
    await shows(device, meanwhile);
  });
  tell(`sent ${Date.now() - began} ms after the server was back`);
  expect(await received(host)).toEqual([before, meanwhile]);
});

test('R3 on a phone the chat takes the whole screen, with its field in sight', async ({ device, shop, offer, host, tell }) => {
  await device.resize(...DESKTOP);
  await ask(device, shop, offer);
  await device.within(shown.popup, async () => {
    await write(device, 'Is it free in May?');
    await expect.poll(() => received(host)).toHaveLength(1);
  });
  const { id } = await conversation(host);
  const answer = 'From the 7th on. The key is in the box beside the door, and the neighbour knows you are coming.';
  await host.say(id, answer);
  await device.within(shown.popup, async () => {
    await shows(device, answer);
    await expectStill(device);
  });
  await takePicture(device, shown.popup, 'desktop-chat');
  await device.open(`${shop.url}/messages`);
  await device.within(shown.inbox, async () => {
    await device.click('.inbox .row');
    await isReady(device);
    await expectStill(device);
  });
  await takePicture(device, shown.inbox, 'desktop-inbox');

  await device.resize(...PHONE);
  const [width, height] = PHONE;
  await device.open(`${shop.url}/messages`);
  await device.within(shown.inbox, async () => {
    await expect.poll(() => device.box('.inbox .row')).toBeTruthy();
    await expectStill(device);
  });
  await takePicture(device, shown.inbox, 'phone-inbox');
  await device.open(`${shop.url}/items/${offer.id}`);
  await device.click('stoa-contact-button', 'button.open');
  await expect.poll(() => device.box('stoa-contact-button', 'dialog')).toEqual({ x: 0, y: 0, width, height });
  const frame = (await device.box(...shown.popup))!;
  const field = await device.within(shown.popup, async () => {
    await isReady(device);
    await expect.poll(() => device.texts('[role=log] .bubble p')).toHaveLength(2);
    await expectStill(device);
    return (await device.box('.composer textarea'))!;
  });
  await takePicture(device, shown.popup, 'phone-chat');
  tell(`frame ${size(frame)}; field ${size(field)} in it`);
  expect([frame.x, frame.width, frame.y + frame.height]).toEqual([0, width, height]);
  expect(field.x).toBeGreaterThanOrEqual(0);
  expect(field.x + field.width).toBeLessThanOrEqual(width);
  expect(field.y + field.height).toBeLessThanOrEqual(frame.height);
  await device.within(shown.popup, () => write(device, 'Then from the 7th.'));
  await takePicture(device, shown.popup, 'phone-written');
  await expect.poll(() => received(host)).toHaveLength(3);
});

test('R3 a frame reads and keeps nothing of the chat’s site in the browser', async ({
  device,
  engine,
  shop,
  offer,
  server,
  expectComplaint,
  tell,
}) => {
  expectComplaint(/^Cookie “written” will soon be rejected/);
  await device.resize(...DESKTOP);
  // What the chat's own pages keep.
  await device.open(`${server.url}/icons.svg`);
  await device.run(() => {
    document.cookie = 'probe=first; path=/; max-age=3600';
    return document.cookie;
  });
  await ask(device, shop, offer);
  const probe = await device.within(shown.popup, () =>
    device.run(() => {
      const tried = (act: () => unknown) => {
        try {
          return String(act());
        } catch (error) {
          return (error as Error).name;
        }
      };
      const before = document.cookie;
      document.cookie = 'written=in-frame; path=/; max-age=3600';
      // The frame's own have been replaced by its script; a new one of the same site has them as they come.
      const inner = document.body.appendChild(document.createElement('iframe'));
      const storage = tried(() => {
        const { localStorage } = inner.contentWindow!;
        localStorage.setItem('probe', '1');
        return localStorage.getItem('probe') && 'of its own';
      });
      inner.remove();
      return { before, after: document.cookie, storage };
    }),
  );
  tell(`cookies in the frame “${probe.before}”, after writing one “${probe.after}”; storage: ${probe.storage}`);
  expect(probe.before).not.toContain('probe=first');
  if (engine !== 'firefox') expect(probe.after).toBe('');
  if (engine.endsWith('-blocked')) expect(probe.storage).not.toBe('of its own');
  await device.within(shown.popup, () => write(device, 'It works without'));
});
