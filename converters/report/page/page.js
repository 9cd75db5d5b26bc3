for (const button of document.querySelectorAll('button[data-toggles]')) {
  const { toggles } = button.dataset;
  button.hidden = false;
  const root = document.documentElement;
  const isOn = () =>
    toggles === 'dark'
      ? (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) ===
        'dark'
      : root.dataset.truth === 'shown';
  const show = () => button.setAttribute('aria-pressed', String(isOn()));
  button.addEventListener('click', () => {
    if (toggles === 'dark') root.dataset.theme = isOn() ? 'light' : 'dark';
    else root.dataset.truth = isOn() ? 'hidden' : 'shown';
    show();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', show);
  show();
}
