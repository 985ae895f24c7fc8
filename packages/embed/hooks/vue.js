import { onMounted, onUnmounted, readonly, ref } from 'vue';
import { init, signOut, subscribe, unread } from '../dist/index.js';

/** Begins for a visitor, and ends once the component is gone. */
export function useStoa(options) {
  onMounted(() => init(options));
  onUnmounted(() => void signOut());
}

/** How many messages the visitor has not read. */
export function useUnread() {
  const count = ref(0);
  let stop;
  onMounted(() => {
    count.value = unread();
    stop = subscribe(() => (count.value = unread()));
  });
  onUnmounted(() => stop?.());
  return readonly(count);
}
