// Run by script/lighthouse: node lighthouse.mjs SITE RUNS
import * as launcher from 'chrome-launcher';
import lighthouse from 'lighthouse';

const [site, runs] = process.argv.slice(2);
const account = { email: 'noor@demo.stoa.example', password: 'stoa-demo-2026' };

const form = { method: 'POST', redirect: 'manual', headers: { origin: site, 'sec-fetch-site': 'same-origin' } };
const signedIn = await fetch(`${site}/rpc/sign_in`, { ...form, body: new URLSearchParams(account) });
const cookie = signedIn.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ');
const inbox = await (await fetch(`${site}/messages`, { headers: { cookie } })).text();
const thread = inbox.match(/href="(\/messages\/[0-9a-f-]{36})"/)[1];

const chrome = await launcher.launch({
  chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
const pages = [
  ['/messages', 'a list', ['performance'], { cookie }],
  [thread, 'a conversation', ['performance'], { cookie }],
  ['/', 'public', ['seo'], undefined],
  ['/sign-in', 'public', ['seo'], undefined],
];
for (const [path, name, onlyCategories, extraHeaders] of pages) {
  for (let run = 0; run < Number(runs); run++) {
    const options = { port: chrome.port, output: 'json', logLevel: 'error', onlyCategories, extraHeaders };
    const { lhr } = await lighthouse(site + path, options);
    const scores = Object.entries(lhr.categories).map(([id, { score }]) => `${id} ${Math.round(score * 100)}`);
    const times = ['total-blocking-time', 'largest-contentful-paint', 'first-contentful-paint']
      .filter((id) => lhr.audits[id])
      .map((id) => `${id} ${Math.round(lhr.audits[id].numericValue)} ms`);
    const moved = lhr.audits['cumulative-layout-shift'];
    if (moved) times.push(`layout shift ${moved.numericValue.toFixed(3)}`);
    console.log([`${path.slice(0, 14)} (${name})`, ...scores, ...times].join('  '));
  }
}
await chrome.kill();
