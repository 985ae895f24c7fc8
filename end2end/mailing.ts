// A server of its own that sends mails, and the mail server that takes them.
import { test as base } from './fixtures';
import { MailServer } from './mail_server';
import { Server } from './server';

export const test = base.extend<object, { server: Server; mails: MailServer }>({
  mails: [
    async ({}, use) => {
      const mails = await MailServer.start();
      await use(mails);
      mails.close();
    },
    { scope: 'worker' },
  ],

  server: [
    async ({ mails }, use) => {
      const options = (url: string) => ['--smtp', mails.url, '--mail-from', 'Acme <notify@acme.example>', '--public-url', url];
      const server = await Server.start([], options);
      await use(server);
      await server.remove();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});
