// Says how large embed.js is, and fails beyond its bound.
import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';

const MAX_BYTES = 5_000;
const bytes = brotliCompressSync(readFileSync(new URL('../../public/embed.js', import.meta.url))).length;
console.log(`embed.js: ${bytes} bytes with brotli`);
if (bytes > MAX_BYTES) process.exit(1);
