/** Named in vitest's `setupFiles`. Its hook is the first, so it runs last: after the hooks by which a file cleans up. */
import { afterAll } from 'vitest';
import { countResources, throwOnLeaks } from './leaks.ts';

const before = countResources();

afterAll(() => throwOnLeaks(before));
