// Next runs this once, before the first request: the chat learns of all that there is.
export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const [{ everything }, { sendAll }] = await Promise.all([import('@/lib/shop'), import('@/lib/stoa')]);
  await sendAll(everything());
}
