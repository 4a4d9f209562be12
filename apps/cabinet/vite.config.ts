import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * What every page stands on, in few files: React by itself, then router, queries, texts and components. What only some
 * pages need (calendar, schemes) stays with them.
 */
const VENDOR = /node_modules[/\\](react|react-dom|scheduler)[/\\]/;
const BASE =
  /node_modules[/\\](@mantine[/\\](core|hooks)|@floating-ui|@tanstack|i18next|react-i18next|clsx|use-sync-external-store|react-remove-scroll|react-number-format)/;

const SHELL =
  /@tabler[/\\]|cabinet[/\\]src[/\\](api|app|design|format|frame|i18n|live)[/\\](?!day-range|search-dialog)/;

const groupOf = (id: string): string | undefined =>
  VENDOR.test(id) ? 'vendor' : BASE.test(id) ? 'base' : SHELL.test(id) ? 'shell' : undefined;

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
        manualChunks: groupOf,
      },
    },
  },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8080', ws: true } } },
}));
