export const header = '// Generated from spec/ by `pnpm generate`. Do not edit.\n';

export const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
