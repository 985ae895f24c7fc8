/** A new UUID of version 7 (RFC 9562), as ids of messages have to be. */
export function uuidV7(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setBigUint64(0, (BigInt(Date.now()) << 16n) | 0x7000n | BigInt(random12()));
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function random12(): number {
  return (crypto.getRandomValues(new Uint16Array(1))[0] ?? 0) & 0x0fff;
}
