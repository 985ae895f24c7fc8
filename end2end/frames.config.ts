// Frames in the browsers that Playwright can't drive: of Playwright there is the runner alone. script/frames runs it.
import { defineConfig } from '@playwright/test';
import { BROWSERS, type BrowserName } from './frames/browsers';

export default defineConfig<object, { engine: BrowserName }>({
  testDir: 'frames',
  outputDir: 'test-results/frames',
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 45_000 },
  reporter: 'list',
  projects: BROWSERS.map((engine) => ({ name: engine, use: { engine } })),
});
