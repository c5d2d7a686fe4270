import '@fontsource-variable/inter/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/prose.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/providers/app.tsx';
import { createQueryClient } from './app/providers/query-client.ts';
import { createAppRouter } from './app/router/router.ts';
import { createClient } from './lib/sdk/create-client.ts';

const confab = createClient();
const queryClient = createQueryClient();
const router = createAppRouter({ confab, queryClient });

const root = document.getElementById('root');
if (!root) throw new Error('index.html has lost its #root');
createRoot(root).render(
  <StrictMode>
    <App confab={confab} queryClient={queryClient} router={router} />
  </StrictMode>,
);
