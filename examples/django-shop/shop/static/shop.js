// Signing out of the shop ends the chat too, before the page goes.
document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (form.getAttribute('action') !== '/sign-out' || !window.Stoa || form.dataset.done) return;
  event.preventDefault();
  await window.Stoa.signOut();
  form.dataset.done = '';
  form.submit();
});
