import { keep } from '@/lib/shop';
import { verified } from '@/lib/stoa';

/** Takes an event of the chat. */
export async function POST(request: Request) {
  const event = verified(await request.text(), request.headers);
  if (!event) return new Response(null, { status: 401 });
  keep(event);
  return new Response(null, { status: 204 });
}
