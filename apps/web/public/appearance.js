// Runs before the first paint, so that a chosen theme never flashes the other one. A file, not inline: the page's CSP allows no inline script.
try {
  const chosen = JSON.parse(localStorage.getItem('confab.preferences') ?? '{}');
  if (chosen.theme === 'light' || chosen.theme === 'dark') document.documentElement.dataset.theme = chosen.theme;
  if (chosen.density === 'compact') document.documentElement.dataset.density = 'compact';
} catch {
  // Storage is blocked or holds something else: the system's theme is right.
}
