import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** What changes rarely and is cached long: React and what it stands on. */
const VENDOR = /node_modules[/\\](react|react-dom|scheduler)[/\\]/;

/** `--mode gallery` adds the page of the design language, which the product does not carry. */
export default defineConfig(({ mode }) => ({
  plugins: [react()],
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    // Nothing may be inlined: the content security policy allows files of our own only.
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    reportCompressedSize: false,
    rollupOptions: {
      input: mode === 'gallery' ? ['index.html', 'design.html'] : ['index.html'],
      output: {
        manualChunks: (id: string) => (VENDOR.test(id) ? 'vendor' : undefined),
      },
    },
  },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8080', ws: true } } },
}));
