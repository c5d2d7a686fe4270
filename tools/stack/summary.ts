import type { Demo } from './demo.ts';
import type { Processes } from './processes.ts';
import type { StackSettings } from './settings.ts';

type SummaryInput = { settings: StackSettings; processes: Processes; demo: Demo | undefined };

export function summary({ settings, processes, demo }: SummaryInput): string {
  const rows: [string, string][] = [
    ['Confab', processes.publicUrl],
    ['API reference', `${processes.publicUrl}/docs`],
    ['Gateways', processes.gatewayUrls.join('  ')],
    ...processes.units.map(({ name, opsUrl }): [string, string] => [`Metrics ${name}`, `${opsUrl}/metrics`]),
    ['Data and logs', settings.dataDirectory],
  ];
  if (demo !== undefined) rows.push(['Sign in as', `${demo.usernames.join(' or ')}, password ${demo.password}`]);
  const width = Math.max(...rows.map(([label]) => label.length));
  return `\n${rows.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`).join('\n')}\n\n  Ctrl-C stops everything.\n`;
}
