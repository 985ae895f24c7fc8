// What script/loop runs: edits, `cargo leptos watch`, and a browser in which the page reloads.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const LIMIT_SECONDS = 20;
const FIRST_BUILD_MS = 30 * 60_000;
const REBUILD_MS = 5 * 60_000;
const ROOT = join(import.meta.dirname, '..');
const rounds = Number(process.argv[2]);

/** One line each; `edited` is different in every round, so that what is compiled is different too. */
const EDITS = [
  {
    name: 'a line of a component',
    file: 'src/ui/pages/accounts/sign_in.rs',
    line: 'Sign in to read and answer your messages.',
    edited: (round) => `Sign in to read and answer your messages, again and again (${round}).`,
    isShown: true,
  },
  {
    name: 'a line of the store',
    file: 'src/server/store/users/mod.rs',
    line: '"SELECT COUNT(*) FROM users"',
    edited: (round) => `"SELECT ${round} * 0 + COUNT(*) FROM users"`,
  },
];

const port = await freePort();
const folder = mkdtempSync(join(tmpdir(), 'stoa-loop-'));
const database = join(folder, 'stoa.db');
const kept = new Map(EDITS.map(({ file }) => [file, readFileSync(join(ROOT, file), 'utf8')]));
let watch;
let browser;
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));
process.on('exit', () => {
  for (const [file, text] of kept) {
    if (readFileSync(join(ROOT, file), 'utf8') !== text) writeFileSync(join(ROOT, file), text);
  }
  // The group: cargo-leptos, the compiler and the server.
  if (watch?.pid && watch.exitCode === null) process.kill(-watch.pid, 'SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

for (const { file, line } of EDITS) {
  if (kept.get(file).split(line).length !== 2) fail(`${file} does not have the line once: ${line}`);
}
console.error('loop: building once (some minutes if nothing is compiled yet)');
watch = spawn(
  'cargo',
  ['leptos', 'watch', '--split', '--', 'serve', '--database', database, '--demo', '--listen', `127.0.0.1:${port}`],
  {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LEPTOS_SITE_ADDR: `127.0.0.1:${port}` },
  },
);
let log = '';
for (const stream of [watch.stdout, watch.stderr]) stream.on('data', (text) => (log += text));
watch.on('exit', () => fail(`cargo leptos watch ended:\n${log.slice(-4000)}`));

const url = `http://127.0.0.1:${port}/sign-in`;
const giveUpAt = Date.now() + FIRST_BUILD_MS;
while (!(await fetch(url).then((answer) => answer.ok, () => false))) {
  if (Date.now() > giveUpAt) fail(`no page at ${url}:\n${log.slice(-4000)}`);
  await new Promise((resolve) => setTimeout(resolve, 500));
}
browser = await chromium.launch({
  executablePath: process.env.STOA_CHROMIUM || undefined,
  args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
});
const page = await browser.newPage();
await page.goto(url);
await interactive();

let isSlow = false;
for (const { name, file, line, edited, isShown } of EDITS) {
  const seconds = [];
  for (let round = 1; round <= rounds; round++) {
    const text = edited(`${Date.now() % 100_000}`);
    // Gone with the document: what comes after is the page that was loaded again.
    await page.evaluate(() => (window.isOld = true));
    const started = Date.now();
    writeFileSync(join(ROOT, file), kept.get(file).replace(line, text));
    await page.waitForFunction(() => !window.isOld, undefined, { timeout: REBUILD_MS }).catch(notReloaded);
    await interactive();
    seconds.push((Date.now() - started) / 1000);
    if (isShown && !(await page.textContent('body')).includes(text)) fail(`the page was loaded again without: ${text}`);
  }
  // Putting it back is another change, which is waited for too.
  await page.evaluate(() => (window.isOld = true));
  writeFileSync(join(ROOT, file), kept.get(file));
  await page.waitForFunction(() => !window.isOld, undefined, { timeout: REBUILD_MS }).catch(notReloaded);
  await interactive();
  seconds.sort((a, b) => a - b);
  const median = seconds[Math.floor((seconds.length - 1) / 2)];
  isSlow ||= median > LIMIT_SECONDS;
  const all = seconds.map((value) => value.toFixed(1)).join(', ');
  console.log(`${name}: ${median.toFixed(1)} s (${all}; load ${loadavg()[0].toFixed(1)}; at most ${LIMIT_SECONDS} s)`);
}
await browser.close();
process.exit(isSlow ? 1 : 0);

/** Until the page takes clicks: its script, its wasm and its chunks are the new ones. */
async function interactive() {
  await page.waitForSelector('html[data-interactive]', { timeout: REBUILD_MS, state: 'attached' }).catch(notReloaded);
}

function notReloaded(error) {
  fail(`${error}\n${log.slice(-4000)}`);
}

function fail(why) {
  console.error(`loop: ${why}`);
  process.exit(2);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
