import { locale, strings } from './strings/strings.ts';

const time = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
const day = new Intl.DateTimeFormat(locale, { weekday: 'long', month: 'long', day: 'numeric' });
const dayOfOtherYear = new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'long', day: 'numeric' });
const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' });
const ago = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
const list = new Intl.ListFormat(locale, { type: 'conjunction' });

export const formatTime = (iso: string): string => time.format(new Date(iso));
export const formatFull = (iso: string): string => full.format(new Date(iso));
export const formatList = (items: string[]): string => list.format(items);

/** How long until something, roughly and never too short; undefined where nobody said. */
export function formatWait(seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  const [count, unit] = seconds <= 90 ? [Math.max(1, seconds), 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}

/** A moment of the past, as far away as one speaks of it. */
export function formatAgo(iso: string, now = Date.now()): string {
  const minutes = Math.round((new Date(iso).getTime() - now) / 60_000);
  if (minutes > -1) return strings.days.justNow;
  if (minutes > -60) return ago.format(minutes, 'minute');
  if (minutes > -24 * 60) return ago.format(Math.round(minutes / 60), 'hour');
  return ago.format(Math.round(minutes / (24 * 60)), 'day');
}

/** The calendar day where the reader is, as a key two times of one day share. */
export const dayKey = (iso: string): string => new Date(iso).toDateString();

export function formatDay(iso: string, now = new Date()): string {
  const date = new Date(iso);
  if (date.toDateString() === now.toDateString()) return strings.days.today;
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (date.toDateString() === yesterday.toDateString()) return strings.days.yesterday;
  return (date.getFullYear() === now.getFullYear() ? day : dayOfOtherYear).format(date);
}
