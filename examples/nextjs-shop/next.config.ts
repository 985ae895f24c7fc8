import type { NextConfig } from 'next';

export default { serverExternalPackages: ['node-sqlite3-wasm'] } satisfies NextConfig;
