import DOMPurify from 'dompurify';
import { memo, useMemo } from 'react';

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
  return purifier.sanitize(html, { USE_PROFILES: { html: true }, FORBID_TAGS: ['style', 'form', 'button', 'textarea', 'select'], FORBID_ATTR: ['style', 'id', 'name'] });
}

/** The one place where HTML from the server meets the document. The server has sanitised it; the client does not take its word for it. */
export const ServerHtml = memo(function ServerHtml({ html }: { html: string }) {
  const safe = useMemo(() => purify(html), [html]);
  return <div className="prose" dangerouslySetInnerHTML={{ __html: safe }} />;
});
