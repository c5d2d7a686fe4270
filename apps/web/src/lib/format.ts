import { locale, strings } from './strings/strings.ts';

const time = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
const day = new Intl.DateTimeFormat(locale, { weekday: 'long', month: 'long', day: 'numeric' });
const dayOfOtherYear = new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'long', day: 'numeric' });
const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' });
const list = new Intl.ListFormat(locale, { type: 'conjunction' });

export const formatTime = (iso: string): string => time.format(new Date(iso));
export const formatFull = (iso: string): string => full.format(new Date(iso));
export const formatList = (items: string[]): string => list.format(items);

/** The calendar day where the reader is, as a key two times of one day share. */
export const dayKey = (iso: string): string => new Date(iso).toDateString();

export function formatDay(iso: string, now = new Date()): string {
  const date = new Date(iso);
  if (date.toDateString() === now.toDateString()) return strings.days.today;
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (date.toDateString() === yesterday.toDateString()) return strings.days.yesterday;
  return (date.getFullYear() === now.getFullYear() ? day : dayOfOtherYear).format(date);
}
