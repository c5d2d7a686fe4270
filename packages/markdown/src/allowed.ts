import type { Options } from 'rehype-sanitize';

// Those that chats show most; a fence that names another is shown plain.
export const highlightedLanguages = 'bash c cpp csharp css diff go ini java javascript json kotlin php python ruby rust shell sql swift typescript xml yaml'.split(' ');

/** The whole HTML a message can be made of. The sanitizer runs last, so this holds whatever the steps before it do. */
export const allowed: Options = {
  tagNames: ['a', 'blockquote', 'br', 'code', 'del', 'em', 'hr', 'li', 'ol', 'p', 'pre', 'span', 'strong', 'table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul'],
  attributes: {
    a: ['href', ['rel', 'noopener', 'noreferrer', 'nofollow', 'ugc'], ['target', '_blank']],
    code: [['className', 'hljs', /^language-/]],
    ol: ['start'],
    span: [['className', /^hljs-[a-z_-]+$/, /^[a-z]+_+$/, ...highlightedLanguages]],
    td: [['align', 'left', 'right', 'center']],
    th: [['align', 'left', 'right', 'center']],
  },
  protocols: { href: ['http', 'https', 'mailto'] },
  required: {},
  ancestors: {},
  strip: ['script', 'style'],
  clobber: [],
};
