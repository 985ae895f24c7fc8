// Says how large the client is, and fails beyond its bound.
import { readFileSync, readdirSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';

const MAX_BYTES = 8_000;
const folder = new URL('dist/', import.meta.url);
const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
const text = scripts.map((name) => readFileSync(new URL(name, folder), 'utf8').replace(/^\s*(\/\/|\/?\*).*\n/gm, ''));
const bytes = brotliCompressSync(text.join('')).length;
console.log(`@stoa/client: ${bytes} bytes with brotli, without comments`);
if (bytes > MAX_BYTES) process.exit(1);
