import './design/mantine.css';
import './design/tokens.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { speak } from './api/request.ts';
import { router } from './app/router.tsx';
import { meQuery, queries } from './app/session.ts';
import { DesignProvider } from './design/theme.tsx';
import { firstLanguage, startTexts } from './i18n/index.ts';

const language = firstLanguage();
speak(language);
const texts = startTexts(language);
// Asked while the texts are on their way: the first page needs both.
void queries.prefetchQuery(meQuery);
await texts;

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <DesignProvider>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </DesignProvider>,
  );
