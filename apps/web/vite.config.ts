import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // Colours are written with light-dark() and oklch(): every browser of the last two years has both, and lowering them would lose the themes.
  build: { target: 'es2023', cssTarget: ['chrome123', 'firefox120', 'safari17.5'], sourcemap: true, chunkSizeWarningLimit: 400 },
  css: { modules: { localsConvention: 'camelCaseOnly' } },
  // For work on the client alone: `CONFAB_API=http://127.0.0.1:3000 vite apps/web` talks to a running stack.
  server: { host: '127.0.0.1', proxy: { '/api': process.env['CONFAB_API'] ?? 'http://127.0.0.1:3000' } },
});
