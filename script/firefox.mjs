// Run by script/firefox: STOA_BINARY and FIREFOX name the two programs.
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { WebSocketServer } from 'ws';

const { STOA_BINARY, FIREFOX } = process.env;
const PASSWORD = 'stoa-demo-2026';
const TEXT = 'Are you there, Firefox?';

/** As much of Mozilla's push service as one browser needs: its socket, and the addresses that it gives out. */
class PushService {
  static async start() {
    const service = new PushService();
    service.http = createServer((request, response) => service.take(request, response)).listen(0, '127.0.0.1');
    await once(service.http, 'listening');
    service.port = service.http.address().port;
    /** What Firefox says of the first push: 100 if it could be read and was handed over. */
    service.answered = new Promise((resolve) => (service.resolve = resolve));
    new WebSocketServer({ server: service.http }).on('connection', (socket) => {
      service.socket = socket;
      socket.on('message', (text) => service.answer(JSON.parse(text)));
    });
    return service;
  }

  async take(request, response) {
    const parts = [];
    for await (const part of request) parts.push(part);
    const channelID = request.url.split('/').pop();
    const data = Buffer.concat(parts).toString('base64url');
    const headers = { encoding: request.headers['content-encoding'] };
    this.say({ messageType: 'notification', channelID, version: randomUUID(), data, headers });
    response.writeHead(201).end();
  }

  answer({ messageType, channelID, updates }) {
    const status = 200;
    if (messageType === 'hello') this.say({ messageType, status, uaid: randomBytes(16).toString('hex'), use_webpush: true });
    if (messageType === 'register') {
      this.say({ messageType, status, channelID, pushEndpoint: `http://127.0.0.1:${this.port}/push/${channelID}` });
    }
    if (messageType === 'unregister') this.say({ messageType, status, channelID });
    if (messageType === 'ack') this.resolve(updates[0].code);
  }

  say(message) {
    this.socket.send(JSON.stringify(message));
  }

  close() {
    this.http.close();
    this.http.closeAllConnections();
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

const uuidV7 = () => {
  const random = randomBytes(10).toString('hex');
  const hex = `${Date.now().toString(16).padStart(12, '0')}7${random.slice(0, 3)}a${random.slice(3, 18)}`;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

const folder = mkdtempSync(join(tmpdir(), 'stoa-firefox-'));
const database = join(folder, 'stoa.db');
await once(spawn(STOA_BINARY, ['demo', '--database', database], { stdio: 'ignore' }), 'exit');
const port = await freePort();
// Firefox has service workers on localhost without TLS.
const site = `http://localhost:${port}`;
const options = ['--listen', `127.0.0.1:${port}`, '--public-url', site, '--demo', '--allow-private-push-hosts'];
const server = spawn(STOA_BINARY, ['serve', '--database', database, ...options], { stdio: 'ignore' });
while (!(await fetch(`${site}/readyz`).catch(() => undefined))?.ok) await new Promise((resolve) => setTimeout(resolve, 50));
const service = await PushService.start();
const browser = await puppeteer.launch({
  browser: 'firefox',
  executablePath: FIREFOX,
  userDataDir: join(folder, 'profile'),
  extraPrefsFirefox: {
    // Puppeteer turns it off.
    'dom.push.connection.enabled': true,
    'dom.push.serverURL': `ws://127.0.0.1:${service.port}/`,
    'dom.push.testing.allowInsecureServerURL': true,
    // Allows notifications, and has Firefox draw them itself: without a screen there is no desktop that would.
    'permissions.default.desktop-notification': 1,
    'alerts.useSystemBackend': false,
  },
});
try {
  const cookieOf = async (name) => {
    const body = new URLSearchParams({ email: `${name}@demo.stoa.example`, password: PASSWORD });
    const answer = await fetch(`${site}/rpc/sign_in`, { method: 'POST', redirect: 'manual', headers: { origin: site }, body });
    const [session] = answer.headers.getSetCookie().filter((cookie) => cookie.startsWith('stoa_session='));
    return session.split(';')[0];
  };
  const api = async (cookie, path, body) => {
    const headers = { cookie, origin: site, 'content-type': 'application/json' };
    const answer = await fetch(site + path, { method: body ? 'POST' : 'GET', headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const [guest, host] = [await cookieOf('noor'), await cookieOf('tomas')];
  const page = await browser.newPage();
  await browser.setCookie({ name: 'stoa_session', value: host.slice('stoa_session='.length), domain: 'localhost', path: '/' });
  await page.goto(`${site}/settings`);
  // A development build does not register it by itself.
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/service-worker.js');
    await navigator.serviceWorker.ready;
  });
  await page.reload();
  await page.waitForSelector('#push fieldset:not(:disabled)');
  await page.locator('#push .choices label').click();
  await page.waitForFunction(async () => (await (await fetch('/rpc/get_push_settings')).json()).is_on);
  console.log(`${await browser.version()} has subscribed`);

  await page.goto('about:blank');
  const { id } = await api(guest, '/api/users/me');
  const { conversations } = await api(host, '/api/conversations');
  const talk = conversations.find(({ people }) => people.some(({ person }) => person.id === id));
  await api(guest, `/api/conversations/${talk.id}/messages`, { id: uuidV7(), body: TEXT });
  const code = await service.answered;
  console.log(`the push has come with every page closed: ${code === 100 ? 'decrypted and handed to the worker' : `refused, ${code}`}`);
  // A page of the site that runs no program.
  await page.goto(`${site}/icons.svg`);
  const shown = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    return (await registration.getNotifications()).map(({ title, body, data }) => `${title}: ${body} (${data})`);
  });
  console.log(`shown: ${shown.join('; ')}`);
  process.exitCode = code === 100 && shown.length === 1 && shown[0].includes(`${TEXT} (/messages/${talk.id})`) ? 0 : 1;
} finally {
  await browser.close();
  server.kill();
  service.close();
  rmSync(folder, { recursive: true, force: true });
}
