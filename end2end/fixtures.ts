// What every test starts from: a server, a marketplace to make people in, and a watch over all
// browsers and the server's log. A warning or error that the test did not announce fails it.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test as base, type BrowserContext, type Page } from '@playwright/test';
import { Site, isInFrame } from './in_frame';
import { Marketplace } from './marketplace';
import { Server } from './server';

type Fixtures = {
  market: Marketplace;
  /** Announces what the browser will complain of: the exact words of its console. */
  expectConsole: (pattern: RegExp) => void;
  console: ConsoleWatch;
};
type WorkerFixtures = {
  server: Server;
  sessions: Map<string, string>;
  /** Where people's pages are, if they are in frames (STOA_IN_FRAME). */
  site: Site | undefined;
};

class ConsoleWatch {
  private readonly found: string[] = [];
  private readonly announced: RegExp[] = [];

  announce(pattern: RegExp): void {
    this.announced.push(pattern);
  }

  follow(context: BrowserContext): void {
    context.on('console', (message) => {
      if (!['warning', 'error', 'assert'].includes(message.type())) return;
      // The loader of chunks says it too when a page is left while one is on its way. Of any other
      // failure of the network the request tells below.
      const isOfLoader = /\/__wasm_split\./.test(message.location().url);
      if (isOfLoader && /^TypeError: (Failed to fetch|WebAssembly compilation aborted)/.test(message.text())) return;
      this.found.push(`${message.type()}: ${short(message.text())} (${message.location().url})`);
    });
    context.on('weberror', (error) => this.found.push(`uncaught: ${short(error.error().message)}`));
    context.on('requestfailed', (failed) => {
      // What the worker could not fetch to keep, it fetches with the next page.
      if (failed.serviceWorker()) return;
      const reason = failed.failure()?.errorText ?? '';
      // A page that is left ends its requests.
      if (reason !== 'net::ERR_ABORTED') this.found.push(`failed: ${reason} ${failed.url()}`);
    });
  }

  /** What nobody announced. */
  complaints(): string[] {
    return this.found.filter((text) => !this.announced.some((pattern) => pattern.test(text)));
  }
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  site: [
    async ({}, use) => {
      const site = isInFrame ? await Site.open() : undefined;
      await use(site);
      await site?.close();
    },
    { scope: 'worker' },
  ],

  server: [
    async ({ site }, use) => {
      const server = await Server.start([], (url) => site?.options(url) ?? []);
      await site?.join(server);
      await use(server);
      await server.remove();
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  sessions: [async ({}, use) => use(new Map()), { scope: 'worker' }],

  baseURL: async ({ server }, use) => use(server.url),

  console: async ({}, use) => use(new ConsoleWatch()),

  expectConsole: async ({ console }, use) => use((pattern) => console.announce(pattern)),

  market: async ({ server, browser, sessions, site, console }, use, testInfo) => {
    const from = server.log.length;
    const { launchOptions, locale, timezoneId, viewport } = testInfo.project.use;
    const launch = { ...launchOptions, locale, timezoneId, viewport };
    const market = new Marketplace(server, browser, (context) => console.follow(context), sessions, launch, site);
    await use(market);
    await market.close();
    expect.soft(server.complaints(), 'the server’s log holds no warning').toEqual([]);
    expect.soft(console.complaints(), 'the browsers’ consoles stay clean').toEqual([]);
    const said = server.log.slice(from).trim();
    if (testInfo.errors.length > 0 && said) process.stdout.write(`--- server log of "${testInfo.title}"\n${said}\n`);
  },
});

/** The first lines say what it is; a stack of wasm frames says nothing more. */
function short(text: string): string {
  return text.split('\n\nStack:')[0].slice(0, 1_000);
}

export { expect };

/** What one rule of axe found, and where. */
export type Violation = { id: string; help: string; where: string[] };

/** axe finds nothing to complain of on the page as it stands, apart from the rules left out. */
export async function expectAccessible(
  page: Page,
  { what = page.url(), without = [] }: { what?: string; without?: string[] } = {},
): Promise<Violation[]> {
  // No page has frames; for those axe would open a page of its own, which takes as long again.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
  const { violations } = await axe.disableRules(without).analyze();
  const found = violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map((node) => node.html) }));
  expect.soft(found, `axe on ${what}`).toEqual([]);
  return found;
}
