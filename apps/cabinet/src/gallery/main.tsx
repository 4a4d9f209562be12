/** The design language on one page: docs/design-language.md shows pictures of it. Not part of the product's build. */
import '../design/mantine.css';
import '../design/tokens.css';
import { createRoot } from 'react-dom/client';
import { DesignProvider } from '../design/theme.tsx';
import { startTexts } from '../i18n/index.ts';
import { Gallery } from './gallery.tsx';

await startTexts(new URLSearchParams(location.search).get('language') === 'en' ? 'en' : 'ru');

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <DesignProvider>
      <Gallery />
    </DesignProvider>,
  );
