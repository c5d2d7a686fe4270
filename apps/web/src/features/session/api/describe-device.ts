import { strings } from '../../../lib/strings/strings.ts';

export type Device = { name: string; isHandheld: boolean };

// In this order: most browsers call themselves by the names of others too.
const browsers: [RegExp, string][] = [[/\bEdg(?:e|A|iOS)?\//, 'Edge'], [/\b(?:OPR|Opera)\//, 'Opera'], [/\bFirefox\/|\bFxiOS\//, 'Firefox'], [/\b(?:Chrome|Chromium|CriOS)\/|\bHeadlessChrome\//, 'Chrome'], [/\bSafari\//, 'Safari']];
const systems: [RegExp, string][] = [[/\biPhone\b/, 'iPhone'], [/\biPad\b/, 'iPad'], [/\bAndroid\b/, 'Android'], [/\bWindows\b/, 'Windows'], [/\bCrOS\b/, 'ChromeOS'], [/\bMac OS X\b|\bMacintosh\b/, 'macOS'], [/\bLinux\b/, 'Linux']];

const words = strings.security;
const findName = (names: [RegExp, string][], text: string) => names.find(([pattern]) => pattern.test(text))?.[1];

/** A User-Agent as a person would say it. What no browser sends is some program, known by its own first word. */
export function describeDevice(userAgent: string): Device {
  const browser = findName(browsers, userAgent);
  const system = findName(systems, userAgent);
  const isHandheld = system === 'iPhone' || system === 'iPad' || system === 'Android';
  if (system) return { name: words.browserOn(browser ?? words.unknownBrowser, system), isHandheld };
  if (browser) return { name: browser, isHandheld };
  const program = /^[\w.-]{1,40}/.exec(userAgent)?.[0];
  return { name: program ? words.app(program) : words.unknownDevice, isHandheld };
}
