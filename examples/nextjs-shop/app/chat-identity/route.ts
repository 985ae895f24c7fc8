import { viewer } from '@/lib/session';
import { identity } from '@/lib/stoa';

/** All that the elements need of the shop: who is this? */
export async function GET() {
  const user = await viewer();
  if (!user) return new Response(null, { status: 401 });
  return new Response(await identity(user), { headers: { 'cache-control': 'no-store', 'content-type': 'text/plain' } });
}
