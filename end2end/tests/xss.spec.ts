// Texts that would run if a page took them for more than text, in every place where it shows what somebody
// has written: as the server draws it and as it arrives live, with the page's policy on and off.
import { Chat } from '../chat';
import { expect, test } from '../fixtures';
import { uuidV7 } from '../marketplace';
import { PAYLOADS, inATextBlock, onOneLine } from '../payloads';
import { Trap } from '../trap';
import { BODIES, NAMES, SHORT_NAME, TITLE, TITLES, Writer, filled, pieces } from '../xss_corpus';

const POLICIES = [
  { policy: 'on', options: {} },
  { policy: 'off', options: { bypassCSP: true } },
];

test('E7 the trap hears what these texts do where a page takes them for HTML, and the policy alone stops them', async ({
  market,
  expectConsole,
}) => {
  // Images that are not there, and whatever the policy has stopped.
  expectConsole(/./);
  const { url } = market.server;
  const own = (await fetch(url)).headers.get('content-security-policy')!.replace(/report-uri.*/, '');
  const nonce = /'nonce-([^']+)'/.exec(own)![1];
  // Scripts run only where the server writes them; each of these ends where it began.
  const drawn = PAYLOADS.filter((text) => /^<(script|svg|math)\b[^]*<\/(script|svg|math)>$/i.test(text));
  const careless = `<!DOCTYPE html><title>Careless</title>${drawn.join('')}<main></main>
    <script nonce="${nonce}">window.done = (${putCarelessly})(${JSON.stringify(PAYLOADS).replaceAll('<', '\\u003c')})</script>`;
  const visit = async (headers: Record<string, string>) => {
    const { context, page } = await market.visitor();
    const trap = await Trap.of(context, url, 'a careless page');
    await page.route('**/careless', (route) => route.fulfill({ contentType: 'text/html', headers, body: careless }));
    await page.goto('/careless');
    await page.evaluate('window.done');
    const calls = trap.take().flatMap((what) => / called (\d+)/.exec(what)?.[1] ?? []);
    return { ...(await trap.look(page, PAYLOADS)), heard: [...new Set(calls)].map((at) => PAYLOADS[Number(at)]) };
  };
  const without = await visit({});
  expect(without.heard.length).toBeGreaterThan(PAYLOADS.length / 3);
  expect(without.strange.length).toBeGreaterThan(PAYLOADS.length / 3);
  expect(without.missing).not.toEqual([]);
  const within = await visit({ 'content-security-policy': own });
  expect(within.heard).toEqual([]);
  expect(within.strange.length).toBeGreaterThan(PAYLOADS.length / 3);
});

/** Runs in the page: each text in the places that a careless page has for it. */
async function putCarelessly(payloads: string[]): Promise<void> {
  const main = document.querySelector('main')!;
  for (const text of payloads) {
    const places = [text, `<textarea>${text}</textarea>`, `<p title="${text}">`, `<p title='${text}'>`];
    for (const html of [...places, `<a href="${text}">a</a>`, `<style>${text}</style>`, `<!--${text}-->`]) {
      const place = document.createElement('div');
      main.append(place);
      place.innerHTML = html;
      // What a person might do with it, or what happens by itself sooner or later.
      for (const element of place.querySelectorAll<HTMLElement>('*')) {
        const handlers = element.getAttributeNames().filter((name) => name.startsWith('on'));
        handlers.forEach((name) => element.dispatchEvent(new Event(name.slice(2))));
        if (/^\s*javascript:/i.test(element.getAttribute('href') ?? '')) element.dispatchEvent(new MouseEvent('click'));
      }
    }
    for (const code of [`"${text}"`, `'${text}'`, `\`${text}\``]) {
      try {
        // As a page that writes texts into its scripts.
        new Function(`return ${code}`)();
      } catch {
        // No program, or none that the policy lets run.
      }
    }
  }
  // Images that are not there say so a little later.
  await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
  await new Promise((done) => setTimeout(done, 0));
}

for (const { policy, options } of POLICIES) {
  test(`E7 nothing runs and all is shown as it was written, as pages are drawn, policy ${policy}`, async ({
    market,
    expectConsole,
  }) => {
    // Many pages, each after the other.
    test.slow();
    // Addresses where there is nothing.
    expectConsole(/status of (401|404|422)/);
    const place = await filled(market);
    const origin = market.server.url;
    const enter = async (token: string) => {
      const person = await market.visitor(options);
      if (token) await person.enter(token);
      return Object.assign(person, { trap: await Trap.of(person.context, origin, `policy ${policy}`) });
    };
    const [guest, host, staff, nobody] = await Promise.all([place.guest, place.host, place.staff, ''].map(enter));
    const visit = async (person: typeof guest, path: string, texts: string[] = []) => {
      await person.open(path);
      await person.trap.holds(person.page, texts);
      expect.soft(new URL(person.page.url()).origin).toBe(origin);
    };
    const asGuest = async () => {
      for (const { path, texts } of place.talks) await visit(guest, path, texts);
      await visit(guest, place.talks[0].path, [place.ofTheTeam]);
      await visit(guest, '/messages', [NAMES[0], ...place.previews]);
      await guest.page.getByRole('searchbox', { name: 'Search conversations' }).fill(`${TITLE} 0`);
      await expect(guest.page.getByRole('heading', { name: /^Nothing for/ })).toContainText(TITLE);
      await guest.trap.holds(guest.page, []);
      await visit(guest, `/messages/${place.room}`, place.people.slice(-10));
      await guest.page.locator('.group__readers').last().click();
      await visit(guest, `/rooms/${place.room}`, [NAMES[2], ...place.people]);
      await visit(guest, '/rooms/new', [NAMES[0]]);
      await visit(guest, '/rooms/invitations', [NAMES[0], NAMES[4]]);
      await visit(guest, '/orders', place.orders);
      await visit(guest, `/orders/${place.code}`, [place.orders.at(-1)!, place.note]);
      await visit(guest, '/notifications', place.told);
      await visit(guest, '/');
      await guest.page.locator('.bell').click();
      await expect(guest.page.locator('.panel .told').first()).toBeVisible();
      await guest.trap.holds(guest.page, place.told.slice(-8));
      await visit(guest, '/settings', [NAMES[1], ...place.tokens]);
    };
    const asHost = async () => {
      await visit(host, '/hosting', TITLES);
      for (const { path, texts } of place.listings) {
        await visit(host, path, texts);
      }
      await visit(host, `${place.listings[0].path}/edit`, place.listings[0].texts);
    };
    const asStaff = async () => {
      await visit(staff, '/operator/users', place.people.slice(-10));
      await visit(staff, `/operator/users?q=${encodeURIComponent(TITLE)}`, [TITLE]);
      await visit(staff, '/operator/notices', place.broadcasts);
      await visit(staff, '/operator/conversations', [NAMES[0], NAMES[1]]);
      await visit(staff, `/operator/conversations?q=${encodeURIComponent(TITLE)}`, [TITLE]);
      await visit(staff, `/operator/conversations/${place.talks[0].id}`, place.talks[0].texts);
      await visit(staff, '/operator/audit', [place.suspended]);
      await visit(staff, '/operator/orders', place.orders);
      await visit(staff, '/operator/orders?view=board', place.orders);
      await visit(staff, `/operator/orders?q=${encodeURIComponent(TITLE)}`, [TITLE]);
      await visit(staff, `/operator/settings?days=${encodeURIComponent(TITLE)}`);
    };
    const asNobody = async () => {
      for (const page of [0, 1]) await visit(nobody, `/?page=${page}`);
      await visit(nobody, `/?q=${encodeURIComponent(TITLE)}`, [TITLE]);
      for (const { path, texts } of place.listings.slice(0, 2)) await visit(nobody, path, texts);
      const odd = encodeURIComponent(TITLE);
      for (const path of [`/${odd}`, `/messages/${odd}`, `/rooms/join/${odd}`, `/sign-in?next=${odd}&email=${odd}`, `/sign-in?__err=${odd}&__path=${odd}`]) {
        await visit(nobody, path);
      }
    };
    await Promise.all([asGuest(), asHost(), asStaff(), asNobody()]);
  });
}

test('E7 nothing runs and all is shown as it was written, as it arrives live, with the policy on and off', async ({
  market,
}) => {
  test.slow();
  const { server } = market;
  const host = await market.signUp(SHORT_NAME);
  const writer = new Writer(server, host.token);
  const guest = await Writer.signUp(server, NAMES[1]);
  const staff = new Writer(server, (await market.demo('aino')).token);
  const listing = await writer.offer(TITLE, TITLE, 0);
  const { id } = await guest.post('get_or_create_conversation', { listing_id: listing });
  const watched = await Promise.all(
    POLICIES.map(async ({ policy, options }) => {
      const person = await market.visitor(options);
      await person.enter(guest.token);
      const trap = await Trap.of(person.context, server.url, `policy ${policy}`);
      const page = await person.open(`/messages/${id}`);
      await expect(page.locator('.inbox__status')).toHaveText('Live');
      return { person, page, trap, chat: Chat.onPage(page) };
    }),
  );
  const everywhere = (act: (one: (typeof watched)[number]) => Promise<void>) => Promise.all(watched.map(act));
  for (const texts of pieces(BODIES, 20)) {
    for (const text of texts) await writer.say(id, text);
    await everywhere(async ({ page, trap, chat }) => {
      await expect.poll(() => chat.bubbles.last().locator('p').textContent()).toBe(texts.at(-1));
      await trap.holds(page, texts);
    });
  }
  await host.open(`/messages/${id}`);
  await expect(host.page.locator('.inbox__status')).toHaveText('Live');
  await Chat.onPage(host.page).field.pressSequentially('I');
  await everywhere(async ({ page, trap }) => {
    await expect(page.locator('.chat .typing')).toContainText(`${SHORT_NAME} is typing`);
    await trap.holds(page, [`${SHORT_NAME} is typing`]);
  });
  for (const name of NAMES.filter((_, at) => at % 25 === 0)) {
    await writer.post('update_profile', { name, hue: '3' });
    await everywhere(async ({ page, trap }) => {
      await expect.poll(() => page.locator('.chat__who h2').textContent()).toBe(name);
      await trap.holds(page, [name]);
    });
  }
  // What is typed and not sent stands in the list.
  const draft = `${TITLE} to be sent`;
  await everywhere(async ({ person, page, trap, chat }) => {
    await chat.field.fill(draft);
    await page.getByRole('link', { name: 'Messages', exact: true }).first().click();
    await expect.poll(() => page.locator('.row__preview').first().textContent()).toContain(draft);
    await trap.holds(page, [draft]);
    await person.open('/');
  });
  await everywhere(({ person }) => person.context.grantPermissions(['notifications']));
  const me = await guest.me();
  for (const title of TITLES.filter((_, at) => at % 25 === 0)) {
    await staff.api('/api/notifications', { id: uuidV7(), user_id: me, kind: 'system', title, text: TITLE });
    await everywhere(async ({ page, trap }) => {
      await expect.poll(async () => (await page.locator('.toast').allTextContents()).join()).toContain(title);
      await trap.holds(page, [title, TITLE]);
    });
  }
  // While another window is in front the browser itself tells it, as plain text.
  await guest.post('choose_notifications', { app: 'system', sound: '', browser: 'system' });
  await everywhere(async ({ person, page, trap }) => {
    await person.open('/');
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.evaluate(() => {
      document.hasFocus = () => false;
      window.dispatchEvent(new Event('blur'));
    });
    await expect(page.locator('.bell')).toBeVisible();
    await trap.holds(page, []);
  });
  await staff.api('/api/notifications', { id: uuidV7(), user_id: me, kind: 'system', title: TITLE, text: TITLE });
  await everywhere(async ({ page, trap }) => {
    await expect.poll(() => page.evaluate(shownByWorker)).toEqual([TITLE, TITLE]);
    await trap.holds(page, []);
  });
});

test('E7 answers, pictures and errors do nothing when they are opened as pages of their own', async ({
  market,
  expectConsole,
}) => {
  test.slow();
  expectConsole(/status of (401|404|405|422|500)/);
  const place = await filled(market);
  const { url } = market.server;
  const odd = encodeURIComponent(TITLE);
  const answers = ['/api/conversations', '/api/orders', '/api/notifications', '/api/users/me'];
  const wrong = [`/api/orders/${odd}`, `/api/${odd}`, `/api/conversations?${odd}=1`, `/api/notifications?kind=${odd}`];
  for (const { policy, options } of POLICIES) {
    const guest = await market.visitor(options);
    await guest.enter(place.guest);
    const trap = await Trap.of(guest.context, url, `policy ${policy}`);
    const open = async (path: string) => {
      const answer = await guest.page.goto(path);
      expect.soft(answer!.headers()['x-content-type-options'], path).toBe('nosniff');
      expect.soft(trap.take(), path).toEqual([]);
      return guest.page.evaluate(() => document.contentType);
    };
    for (const path of [...answers, `/api/conversations/${place.talks[0].id}/messages`, ...wrong]) {
      expect.soft(await open(path), path).toMatch(/^application\/(problem\+)?json$/);
    }
    for (const path of [`/rpc/${odd}`, `/rpc/get_listings?page=${odd}`, `/pkg/${odd}`]) await open(path);
    for (const { path } of place.listings) {
      expect(await open(path.replace('/listings/', '/covers/') + '.svg')).toBe('image/svg+xml');
      const drawn = await guest.page.evaluate(() => document.documentElement.outerHTML);
      expect(drawn).not.toMatch(/xss|<(script|a|image|foreignObject|animate|set|use)\b|\son\w+=/i);
    }
    await open('/api/docs');
    await trap.holds(guest.page, []);
  }
});

test('E7 what can not be shown is refused, wherever it is written', async ({ market }) => {
  const host = await Writer.signUp(market.server, NAMES[0]);
  const guest = await Writer.signUp(market.server, NAMES[1]);
  const offer = await host.offer(TITLE, TITLE, 0);
  const { id } = await guest.post('get_or_create_conversation', { listing_id: offer });
  const refused = PAYLOADS.filter((text) => inATextBlock(text) === undefined);
  expect(refused.length).toBeGreaterThan(5);
  for (const text of refused) await expect(guest.say(id, text), text).rejects.toThrow(/422 .*can’t be shown/);
  const onLines = PAYLOADS.filter((text) => onOneLine(text, 60) === undefined && [...text].length <= 60);
  expect(onLines.length).toBeGreaterThan(5);
  for (const name of onLines) {
    await expect(guest.post('update_profile', { name, hue: '1' }), name).rejects.toThrow(/422 .*can’t be shown/);
  }
  expect((await guest.ask('GET', `/api/conversations/${id}/messages`)).messages).toEqual([]);
});

/** Runs in the page: the titles and texts of what the browser itself shows. */
async function shownByWorker(): Promise<string[]> {
  const worker = await navigator.serviceWorker.ready;
  return (await worker.getNotifications()).flatMap(({ title, body }) => [title, body]);
}
