// The service worker of a page, and what the browser would tell it.
import type { CDPSession, Page } from '@playwright/test';
import type { Person } from './marketplace';

/** A page with the service worker, which a development build does not register by itself. */
export async function withWorker(person: Person, path: string): Promise<Page> {
  const page = await person.open(path);
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/service-worker.js');
    await navigator.serviceWorker.ready;
  });
  return page;
}

export interface WorkerEvents {
  /** Delivers a push as the browser does. */
  push(data: string): Promise<void>;
  /** Says, as the browser does, that there is a network. */
  sync(tag: string): Promise<void>;
}

/** Events of the worker that controls this site, by Chromium's protocol. */
export async function workerEvents(page: Page): Promise<WorkerEvents> {
  const cdp: CDPSession = await page.context().newCDPSession(page);
  const known = new Promise<string>((resolve) =>
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const ours = registrations.find(({ isDeleted }) => !isDeleted);
      if (ours) resolve(ours.registrationId);
    }),
  );
  await cdp.send('ServiceWorker.enable');
  const registrationId = await known;
  const { origin } = new URL(page.url());
  return {
    push: async (data) => void (await cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data })),
    sync: async (tag) =>
      void (await cdp.send('ServiceWorker.dispatchSyncEvent', { origin, registrationId, tag, lastChance: false })),
  };
}
