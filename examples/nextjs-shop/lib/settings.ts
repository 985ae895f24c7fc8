// Where the chat and the shop are. What is secret is in stoa.ts.
export const STOA_URL = process.env.STOA_URL ?? 'http://127.0.0.1:3000';
export const SHOP_URL = process.env.SHOP_URL ?? `http://localhost:${process.env.PORT ?? 4001}`;
