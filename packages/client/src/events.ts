/** Calls whoever listens. An error of a listener is thrown outside, so that it changes nothing here. */
export class Events<Kinds> {
  private readonly listeners = new Map<PropertyKey, Set<(value: never) => void>>();

  /** Listens, until the function that it returns is called. */
  on<Kind extends keyof Kinds>(kind: Kind, listener: (value: Kinds[Kind]) => void): () => void {
    const all = this.listeners.get(kind) ?? new Set();
    this.listeners.set(kind, all.add(listener));
    return () => void all.delete(listener);
  }

  emit<Kind extends keyof Kinds>(kind: Kind, value: Kinds[Kind]): void {
    for (const listener of this.listeners.get(kind) ?? []) guard(() => (listener as (value: Kinds[Kind]) => void)(value));
  }
}

export function guard(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
