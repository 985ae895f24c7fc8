// One browser, as a person uses it. script/test says which binary is tested (STOA_BINARY), and
// script/env which Chromium (STOA_CHROMIUM; without it, the one that Playwright brings).
import { defineConfig } from '@playwright/test';

const isRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: process.env.SHOTS_DIR ? 'shots' : process.env.STOA_BENCH ? 'bench' : 'tests',
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  // Each worker has a server of its own, and waits for the disk now and then: one more than two cores take.
  workers: process.env.STOA_BENCH ? 1 : 3,
  // Tried once more and then told as flaky: each such test is a fault to be found, but no reason
  // to hold up everybody else.
  retries: process.env.CI ? 1 : 0,
  // They end what hangs; a machine may be three times as slow as another without anything being wrong.
  timeout: 180_000,
  expect: { timeout: 45_000 },
  reporter: 'list',
  use: {
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    trace: { mode: 'retain-on-failure', screenshots: false, sources: false },
    actionTimeout: 45_000,
    navigationTimeout: 60_000,
    launchOptions: {
      executablePath: process.env.STOA_CHROMIUM || undefined,
      args: [
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        ...(isRoot ? ['--no-sandbox'] : []),
      ],
    },
  },
  projects: [{ name: 'chromium', use: { browserName: 'chromium' } }],
});
