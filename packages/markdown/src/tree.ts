import type { Image, Link, Paragraph, PhrasingContent, Root, Table } from 'mdast';
import { EXIT, SKIP, visit } from 'unist-util-visit';
import { clean } from './bounds.ts';

const protocols = new Set(['http:', 'https:', 'mailto:']);
const languageName = /^[a-z0-9+#._-]{1,32}$/i;
const maxTableCells = 1000;

/** From what Markdown says to what a chat message shows. */
export function chatTree() {
  return (root: Root, file: { value: unknown }): void => {
    const source = String(file.value);
    visit(root, (node, index, parent) => {
      if ('value' in node) node.value = clean(node.value);
      if (node.type === 'code' && !languageName.test(node.lang ?? '')) node.lang = null;
      if (!parent || index === undefined) return;
      switch (node.type) {
        case 'heading':
          // A message must not take part in the outline of the page.
          parent.children[index] = { type: 'paragraph', children: [{ type: 'strong', children: node.children }] };
          return [SKIP, index];
        case 'image':
          // A remote image tells its host who reads the message, and when.
          parent.children[index] = imageAsLink(node);
          return [SKIP, index];
        case 'link': {
          const link = safeLink(node);
          parent.children.splice(index, 1, ...link);
          return link[0] === node ? undefined : [SKIP, index];
        }
        case 'listItem':
          if (typeof node.checked !== 'boolean') return;
          // A checkbox that nobody can tick and that has no label is no use to anyone.
          if (node.children[0]?.type === 'paragraph') node.children[0].children.unshift({ type: 'text', value: node.checked ? '☑ ' : '☐ ' });
          node.checked = null;
          return;
        case 'table':
          if (isSmall(node)) return;
          parent.children[index] = asText(node, source);
          return [SKIP, index];
        default:
          return;
      }
    });
  };
}

export function showsNothing(root: Root): boolean {
  let isBlank = true;
  visit(root, (node) => {
    if (node.type === 'thematicBreak' || ('value' in node && node.value.trim() !== '')) isBlank = false;
    return isBlank ? undefined : EXIT;
  });
  return isBlank;
}

const imageAsLink = (image: Image): Link => ({ type: 'link', url: image.url, children: [{ type: 'text', value: image.alt || image.url }] });

/** The link made fit, or its words alone where its address is none that we open. */
function safeLink(link: Link): PhrasingContent[] {
  const address = URL.parse(clean(link.url));
  if (link.children.length === 0) link.children.push({ type: 'text', value: link.url });
  if (!address || !protocols.has(address.protocol)) return link.children;
  link.url = address.href;
  link.title = null;
  link.data = { hProperties: { rel: ['noopener', 'noreferrer', 'nofollow', 'ugc'], target: '_blank' } };
  // What was an image inside a link is only its words.
  visit(link, 'image', (image, index, parent) => {
    if (parent && index !== undefined) parent.children[index] = { type: 'text', value: image.alt || image.url };
  });
  return [link];
}

/** Every row is filled up to the width of the first: 4,000 characters can ask for 500,000 cells. */
const isSmall = (table: Table): boolean => (table.align?.length ?? 0) * table.children.length <= maxTableCells;

const asText = (table: Table, source: string): Paragraph => ({
  type: 'paragraph',
  children: [{ type: 'text', value: source.slice(table.position?.start.offset, table.position?.end.offset) }],
});
