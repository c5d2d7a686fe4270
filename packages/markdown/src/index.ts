/**
 * The one renderer of message text: Markdown as chat users write it, to HTML that is safe to put on a page.
 *
 * Never throws, and takes bounded time: a source past `bounds.ts`, or one that outlives the deadline, is shown as it was written.
 * CommonMark and GFM without raw HTML, images (they become links), footnotes, link definitions, indented code and underlined
 * headings, which in a chat are met by accident only. A line break is a line break.
 */
import { render } from './render.ts';

const deadlineMs = 500;

export const renderMarkdown = (source: string): { html: string } => ({ html: render(source, deadlineMs) });
