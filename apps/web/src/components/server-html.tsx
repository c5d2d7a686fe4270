import DOMPurify from 'dompurify';
import { memo, useEffect, useMemo, useRef } from 'react';
import { strings } from '../lib/strings/strings.ts';

// A purifier of our own, so that its link hook binds nobody else's use of DOMPurify in an embedding page.
let purifier: ReturnType<typeof DOMPurify> | undefined;

function purify(html: string): string {
  if (!purifier) {
    purifier = DOMPurify(window);
    purifier.addHook('afterSanitizeAttributes', (node) => {
      if (node.tagName !== 'A') return;
      node.setAttribute('target', '_blank');
      node.setAttribute('rel', 'noopener noreferrer nofollow ugc');
    });
  }
  const options = { USE_PROFILES: { html: true }, FORBID_TAGS: ['style', 'form', 'button', 'textarea', 'select'], FORBID_ATTR: ['style', 'id', 'name'] };
  if (!html.includes('<pre')) return purifier.sanitize(html, options);
  const content = purifier.sanitize(html, { ...options, RETURN_DOM_FRAGMENT: true });
  for (const block of content.querySelectorAll('pre')) addTools(block);
  const shell = document.createElement('div');
  shell.append(content);
  return shell.innerHTML;
}

/** A code block that the keyboard can scroll, with its language and a way to take it along. */
function addTools(block: Element): void {
  const language = /\blanguage-([\w+#.-]+)/.exec(block.firstElementChild?.className ?? '')?.[1];
  const frame = document.createElement('div');
  frame.className = 'code-block';
  const bar = document.createElement('div');
  bar.className = 'code-bar';
  const name = document.createElement('span');
  name.textContent = language ?? strings.messages.code;
  const copy = document.createElement('button');
  copy.type = 'button';
  copy.dataset['copy'] = '';
  copy.textContent = strings.messages.copyCode;
  bar.append(name, copy);
  block.replaceWith(frame);
  block.setAttribute('tabindex', '0');
  block.setAttribute('role', 'group');
  block.setAttribute('aria-label', language ? strings.messages.codeIn(language) : strings.messages.code);
  frame.append(bar, block);
}

async function copyCode(event: MouseEvent): Promise<void> {
  const button = (event.target as Element).closest<HTMLElement>('[data-copy]');
  const text = button?.closest('.code-block')?.querySelector('pre')?.textContent;
  if (!button || !text) return;
  await navigator.clipboard.writeText(text);
  button.textContent = strings.messages.copied;
  setTimeout(() => (button.textContent = strings.messages.copyCode), 2000);
}

/** What it says, without its marks; for what is read out. Parsed into a document of its own, in which nothing is loaded or run. */
export const textOf = (html: string): string => new DOMParser().parseFromString(html, 'text/html').body.textContent.trim();

/** The one place where HTML from the server meets the document. The server has sanitised it; the client does not take its word for it. */
export const ServerHtml = memo(function ServerHtml({ html }: { html: string }) {
  const safe = useMemo(() => purify(html), [html]);
  const root = useRef<HTMLDivElement>(null);
  const hasCode = safe.includes('data-copy');
  useEffect(() => {
    const element = root.current;
    if (!hasCode || !element) return;
    // The clipboard is refused on plain http; the text can still be selected.
    const onClick = (event: MouseEvent) => void copyCode(event).catch(() => undefined);
    element.addEventListener('click', onClick);
    return () => element.removeEventListener('click', onClick);
  }, [hasCode]);
  return <div ref={root} className="prose" dangerouslySetInnerHTML={{ __html: safe }} />;
});
