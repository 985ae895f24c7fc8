// A server of its own for a conversation with a history of 100,000 messages.
import { test as base } from './fixtures';
import { Server } from './server';

export const MESSAGES = 100_000;

export const test = base.extend<object, { server: Server }>({
  server: [
    async ({}, use) => {
      const server = await Server.start(['--long', `${MESSAGES}`]);
      await use(server);
      await server.remove();
    },
    { scope: 'worker', timeout: 600_000 },
  ],
});
